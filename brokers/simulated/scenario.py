"""Scenarios of the simulated market: timed events as plain values, read from TOML."""

import tomllib
from datetime import time
from typing import Annotated

import msgspec

from brokers.simulated.underlyings import default_models

Percent = Annotated[float, msgspec.Meta(gt=-60, le=100)]
Minutes = Annotated[float, msgspec.Meta(ge=0, le=100_000)]
Factor = Annotated[float, msgspec.Meta(gt=0, le=20)]
SessionNumber = Annotated[int, msgspec.Meta(ge=1, le=1000)]


class TimedEvent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When an event begins, how long it lasts and whom it concerns.

    Exactly one of ``at`` (Indian time of day of trading day number ``day``, 1 being the first) and ``after_minutes``
    (minutes of trading after the market's start) is given. ``underlyings`` empty means all of them.
    """

    at: time | None = None
    day: SessionNumber = 1
    after_minutes: Minutes | None = None
    minutes: Minutes = 0
    underlyings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raise ValueError where the beginning is missing or given twice."""
        if (self.at is None) == (self.after_minutes is None):
            raise ValueError("an event needs either `at` (a time of day) or `after_minutes`, and not both")

    def concerns(self, underlying: str) -> bool:
        """Say whether the event touches an underlying."""
        return not self.underlyings or underlying in self.underlyings


class Gap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="event", tag="gap"):
    """The market opens ``percent`` away from where it closed, beyond what the night itself brings."""

    percent: Percent
    day: SessionNumber | None = None
    """The trading day it happens on, 1 being the first; None for every day."""
    underlyings: tuple[str, ...] = ()

    def concerns(self, underlying: str) -> bool:
        """Say whether the event touches an underlying."""
        return not self.underlyings or underlying in self.underlyings


class Move(TimedEvent, frozen=True, kw_only=True, tag_field="event", tag="move"):
    """The spot drifts by ``percent`` over ``minutes`` and stays there; 0 minutes is a jump."""

    percent: Percent


class Volatility(TimedEvent, frozen=True, kw_only=True, tag_field="event", tag="volatility"):
    """For ``minutes`` the spot moves ``realised`` times as much and volatility is quoted ``implied`` times as high.

    Afterwards the quoted volatility falls back by half every ``half_life`` minutes.
    """

    realised: Factor = 1.0
    implied: Factor = 1.0
    half_life: Annotated[float, msgspec.Meta(gt=0, le=100_000)] = 20.0


class Whipsaw(TimedEvent, frozen=True, kw_only=True, tag_field="event", tag="whipsaw"):
    """The spot swings to ``percent`` above and below its way ``swings`` times within ``minutes``, and returns."""

    percent: Percent
    swings: Annotated[int, msgspec.Meta(ge=1, le=100)] = 3


class Pin(TimedEvent, frozen=True, kw_only=True, tag_field="event", tag="pin"):
    """The spot is drawn to the strike nearest to it when the event begins, and hardly leaves it for ``minutes``."""


class Halt(TimedEvent, frozen=True, kw_only=True, tag_field="event", tag="halt"):
    """Trading stops for ``minutes``: no quotes and no trades."""


class ContractPick(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One option of each underlying, counted from the strike at the money when it is asked for."""

    call: bool = True
    strikes_above: Annotated[int, msgspec.Meta(ge=-100, le=100)] = 0
    expiry: Annotated[int, msgspec.Meta(ge=1, le=20)] = 1
    """1 for the nearest expiry, 2 for the next."""


class FeedGap(TimedEvent, frozen=True, kw_only=True, tag_field="event", tag="feed_gap"):
    """Quotes do not arrive for ``minutes`` while the market trades on; ``contract`` limits it to one option."""

    contract: ContractPick | None = None


class FreakPrint(TimedEvent, frozen=True, kw_only=True, tag_field="event", tag="freak_print"):
    """One wrong last price of an option for a single frame, right again in the next.

    The wrong price is ``factor`` times the right one (120 → 410 → 121), or the level of the underlying where
    ``factor`` is None: the index price delivered for an option.
    """

    contract: ContractPick = ContractPick()
    factor: Factor | None = None
    repeats: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 1
    """How many such prints, spread evenly over ``minutes``."""


Event = Gap | Move | Volatility | Whipsaw | Pin | Halt | FeedGap | FreakPrint


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happens in the simulated market besides its ordinary life."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    description: str = ""
    events: tuple[Event, ...] = ()


class ScenarioError(ValueError):
    """A scenario cannot be used; the message says which, where and what to do."""


def scenario_from_toml(text: str, source: str = "the scenario") -> Scenario:
    """Read a scenario; ``source`` names the file in messages. Raises ScenarioError with a sentence.

    ``name = "…"``, ``description = "…"`` and a list of ``[[events]]``, each with ``event = "gap" | "move" |
    "volatility" | "whipsaw" | "pin" | "halt" | "feed_gap" | "freak_print"`` and the fields of that class.
    """
    try:
        scenario = msgspec.convert(tomllib.loads(text), Scenario)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{source} is not valid TOML: {error}") from error
    except (msgspec.ValidationError, RecursionError) as error:
        raise ScenarioError(f"{source} is not a scenario of the simulated market: {error}") from error
    known = default_models()
    strangers = sorted({name for event in scenario.events for name in event.underlyings if name not in known})
    if strangers:
        raise ScenarioError(
            f"{source} names {', '.join(strangers)}, which is not simulated; choose from {', '.join(known)}"
        )
    return scenario
