"""How each simulated underlying behaves: its level and volatility by date, its smile and its liquidity."""

import math
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import msgspec

_BEHAVIOUR_FILE = Path(__file__).parents[2] / "resources" / "market" / "simulated.toml"

Positive = Annotated[float, msgspec.Meta(gt=0)]
Correlation = Annotated[float, msgspec.Meta(gt=-1, lt=1)]


class UnderlyingModel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One section of resources/market/simulated.toml, whose head explains every field and its unit."""

    levels: Annotated[tuple[tuple[date, Positive, Positive], ...], msgspec.Meta(min_length=1)]
    market: Literal["india", "coin"]
    correlation: Correlation
    rate: float
    carry: float
    skew: Correlation
    wings: Annotated[float, msgspec.Meta(gt=0, le=1.4)]
    """At most 1.4, so that wings² (1 + |skew|) stays below 4: the surface then has no butterfly arbitrage."""
    trades: Positive
    depth: Annotated[int, msgspec.Meta(ge=1)]
    expiries: Annotated[int, msgspec.Meta(ge=1)]
    strikes: Annotated[int, msgspec.Meta(ge=1, le=200)]

    @property
    def trading_days(self) -> float:
        """Answer how many trading days a year has: 252, or 365 for coins, which never rest."""
        return 365.0 if self.market == "coin" else 252.0

    def level_on(self, day: date) -> float:
        """Answer the usual level of a day in ₹, interpolated geometrically between the listed dates."""
        earlier, later, share = self._around(day)
        return math.exp((1 - share) * math.log(earlier[1]) + share * math.log(later[1]))

    def volatility_on(self, day: date) -> float:
        """Answer the usual at-the-money volatility of a day per year (0.13 means 13 %)."""
        earlier, later, share = self._around(day)
        return (earlier[2] * (1 - share) + later[2] * share) / 100

    def _around(self, day: date) -> tuple[tuple[date, float, float], tuple[date, float, float], float]:
        earlier = next((entry for entry in reversed(self.levels) if entry[0] <= day), self.levels[0])
        later = next((entry for entry in self.levels if entry[0] > day), self.levels[-1])
        days = (later[0] - earlier[0]).days
        return earlier, later, (day - earlier[0]).days / days if days > 0 else 0.0


def underlying_models(text: str) -> dict[str, UnderlyingModel]:
    """Read underlying models from TOML text. Raises ValueError with a sentence where it is damaged."""
    try:
        models = msgspec.convert(tomllib.loads(text), dict[str, UnderlyingModel])
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ValueError(f"The behaviour of the simulated market cannot be read: {error}") from error
    for name, model in models.items():
        days = [entry[0] for entry in model.levels]
        if days != sorted(set(days)):
            raise ValueError(f"{name}: the dates of its levels must rise, each once")
    return models


@cache
def default_models() -> Mapping[str, UnderlyingModel]:
    """Answer the models shipped in resources/market/simulated.toml by underlying."""
    return underlying_models(_BEHAVIOUR_FILE.read_text(encoding="utf-8"))


def model_of(underlying: str) -> UnderlyingModel:
    """Answer the model of an underlying. Raises ValueError naming the simulated ones where there is none."""
    models = default_models()
    if underlying not in models:
        raise ValueError(f"{underlying} is not simulated; choose from {', '.join(sorted(models))}")
    return models[underlying]


def log_level(model: UnderlyingModel, day: date) -> float:
    """Answer the natural logarithm of the usual level of a day."""
    return math.log(model.level_on(day))
