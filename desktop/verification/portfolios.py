"""Random portfolios over all that can be declared: a basket that trades, and fields of every kind upon it."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from desktop.verification.declared_draws import Drawer, clock, repaired
from desktop.verification.draw import Draw
from desktop.verification.level_draws import combined_levels, leg_levels
from desktop.verification.themes import THEMES, Theme, usual_values
from engine.domain.multileg.leg import Leg
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.declared import Declared, FieldError
from engine.schema.describe import describe
from engine.schema.load import load, problems

Table = dict[str, Any]
Refusals = Callable[[MultilegPortfolio], list[FieldError]]
"""What the market says against a portfolio."""

FIRST_START = 9 * 60 + 16
LAST_START = 13 * 60
_LAST_SQUARE_OFF = 15 * 60 + 15

_SHAPES: tuple[tuple[tuple[str, str, int], ...], ...] = (
    # Side, kind, steps from the money. Bought legs of the first four cover every sold one.
    (("BUY", "CE", 4), ("BUY", "PE", -4), ("SELL", "CE", 0), ("SELL", "PE", 0)),
    (("SELL", "CE", 1), ("BUY", "CE", 4), ("BUY", "PE", -4), ("SELL", "PE", -1)),
    (("SELL", "PE", 0), ("BUY", "PE", -3)),
    (("SELL", "CE", 0), ("BUY", "CE", 3)),
    (("SELL", "CE", 0), ("SELL", "PE", 0)),
    (("BUY", "CE", 0), ("BUY", "PE", 0)),
    (("BUY", "CE", 1),),
    (("SELL", "PE", -1),),
    (("BUY", "CE", 0), ("SELL", "CE", 2), ("SELL", "CE", 3)),
)


def portfolio(
    draw: Draw, name: str, together: int | None = None, others: Sequence[str] = (), refused: Refusals = lambda _: []
) -> MultilegPortfolio:
    """Answer a random valid portfolio.

    ``together`` is the minute of the day at which all of them start, ``others`` are the portfolios it may name. Raises
    ValueError where the draw makes no valid one: a mistake of this file.
    """
    start = together or draw.between(FIRST_START, LAST_START)
    square_off = min(_LAST_SQUARE_OFF, start + draw.one_of((5, 30, 90, 360)))
    lots = draw.one_of((1, 1, 2, 2, 3, 5, 10, 40, 60))
    data: Table = {
        "name": name,
        "legs": [drawn_leg(draw, side, kind, steps, lots) for side, kind, steps in draw.one_of(_SHAPES)],
        "schedule": {
            "start": clock(start),
            "end": clock(draw.between(start + 1, square_off)),
            "square_off": clock(square_off),
        },
        "entry": {"type": draw.one_of(("time", "time", "manual"))},
        "execution": _execution(draw),
        "exit": {"shorts_first": draw.chance(85), "hold_seconds": draw.one_of((0, 0, 0, 3))},
        "after_restart": draw.one_of(("hold", "finish", "square off")),
        "price_type": draw.one_of(("LTP", "LTP", "LTP", "bid or ask", "middle")),
        "underlying_reference": draw.one_of(("spot", "spot", "implied forward", "future")),
        "atm_rounding": draw.one_of(("nearest", "floor", "ceil")),
    }
    if start % 8 == 0:
        # By a number that is drawn anyway: one more draw would make another day of every seed.
        data["execution"]["pricing"] = "stop limit"
    combined_levels(draw, data, lots)
    for theme in [draw.one_of(THEMES) for _ in range(draw.one_of((0, 1, 1, 2, 2, 3)))]:
        _add(
            draw,
            data,
            theme,
            usual_values(start, square_off, lots, len(data["legs"]), _idle(draw, data, theme), others),
        )
    _breakout_times(draw, data, start, square_off)
    if draw.chance(12):
        _hold_over_days(draw, data)

    def wrong(drawn: Table) -> list[FieldError]:
        if drawn.get("dynamic_hedge", "off") == "off":
            for leg in drawn["legs"]:
                leg.pop("hedge_required", None)
        schedule = drawn["schedule"]
        if "positional" not in schedule:
            schedule["square_off"] = max(schedule["square_off"], schedule["end"])
        return problems(drawn, MultilegPortfolio) or refused(load(drawn, MultilegPortfolio))

    for valid in repaired(data, wrong, lambda names: names in _KEPT):
        return load(valid, MultilegPortfolio)
    raise ValueError(f"no valid portfolio is left of {data}: {wrong(data)}")


_KEPT = {
    ("name",), ("legs",), ("schedule",), ("schedule", "start"), ("schedule", "end"), ("schedule", "square_off"),
    ("legs", "side"), ("legs", "kind"), ("legs", "lots"),
}  # fmt: skip
"""Fields that a contradiction does not take back."""


def _idle(draw: Draw, data: Table, theme: Theme) -> list[int]:
    """Let a leg of those that idle legs are drawn for be idle, and answer the numbers of the idle ones."""
    if "idle" in theme.legs and len(data["legs"]) > 1 and draw.chance(60):
        data["legs"][draw.between(0, len(data["legs"]) - 1)]["idle"] = True
    return [number for number, leg in enumerate(data["legs"], 1) if leg.get("idle")]


def _add(draw: Draw, data: Table, theme: Theme, usual: dict[str, Sequence[Any]]) -> None:
    """Draw the fields of a theme upon a portfolio; of a group that is there already, more fields are drawn."""
    drawer = Drawer(draw, usual, given=theme.given)
    for name in theme.fields:
        _set(drawer, MultilegPortfolio, data, name)
    for leg in data["legs"]:
        for name in theme.legs:
            if name != "idle" and draw.chance(65):
                _set(drawer, Leg, leg, name)
    if theme.fields and "dynamic_hedge" in theme.fields and data["dynamic_hedge"] != "off":
        for leg in data["legs"]:
            leg["hedge_required"] = leg["side"] == "SELL" and draw.chance(70)


def _set(drawer: Drawer, declaration: type[Declared], holder: Table, name: str) -> None:
    drawn = drawer.field(declaration, next(spec for spec in describe(declaration) if spec.name == name))
    there = holder.get(name)
    both = isinstance(drawn, dict) and isinstance(there, dict) and drawn.get("type") == there.get("type")
    holder[name] = {**there, **drawn} if both and isinstance(there, dict) else drawn


def _breakout_times(draw: Draw, data: Table, start: int, square_off: int) -> None:
    """Let a range be built and broken between the start and the square-off."""
    rule = data.get("range_breakout", "off")
    if rule == "off":
        return
    built = start + draw.one_of((2, 5, 10))
    end = max(square_off - 1, built + 1)
    rule.update(range_start=clock(start), range_end=clock(built), entry_end=clock(end), entry_start="off")
    data["schedule"].update(end=clock(end), square_off=clock(max(square_off, end + 1)))
    if data["entry"]["type"] not in ("time", "manual"):
        data["entry"] = {"type": "time"}


def _hold_over_days(draw: Draw, data: Table) -> None:
    data["schedule"]["positional"] = {"square_off_before": draw.one_of((0, 0, 1, 3))}
    data["execution"]["product"] = "NRML"
    if draw.chance(50):
        data["schedule"]["square_off"] = clock(draw.between(9 * 60 + 20, _LAST_SQUARE_OFF))
    for leg in data["legs"]:
        leg.pop("product", None)


def drawn_leg(draw: Draw, side: str, kind: str, steps: int, lots: int) -> Table:
    """Answer a leg as plain data, ``steps`` strikes from the money, with levels and now and then another strike."""
    leg: Table = {"side": side, "kind": kind, "lots": lots, "strike": _strike(draw, steps)}
    leg_levels(draw, leg, lots)
    return leg


def _strike(draw: Draw, steps: int) -> Table:
    match draw.between(0, 19):
        case 0:
            return {"type": "closest_premium", "premium": Decimal(draw.between(20, 200))}
        case 1:
            return {"type": "delta", "delta": Decimal(draw.between(15, 70)) / 100}
        case 2:
            return {"type": "straddle_width", "multiple": Decimal(draw.between(-5, 9)) / 10}
        case 3 if draw.chance(30):
            return {"type": "atm", "steps": steps * 3}
        case _:
            return {"type": "atm", "steps": steps}


def _execution(draw: Draw) -> Table:
    failures = ("automatic", "keep placed legs", "exit placed legs", "retry, then exit")
    order = draw.one_of(("parallel", "parallel", "one by one"))
    return {
        "buy_first": draw.chance(75),
        "leg_order": order,
        "leg_gap": draw.one_of((0, 0, 2)) if order == "one by one" else 0,
        "hold": draw.one_of((0, 0, 4)),
        "on_leg_failure": draw.one_of((*failures, "resize shorts to the filled wings")),
        "retries": draw.between(0, 3),
        "retry_wait": Decimal(draw.between(0, 4)) / 2,
        "pricing": draw.one_of(("limit with buffer", "limit with buffer", "market")),
        "buffer": Decimal(draw.between(0, 4)) / 2,
        "entry_timeout": draw.one_of((5, 15, 60)),
        "executions_a_day": draw.one_of((1, 3)),
        "chase": {
            "interval": Decimal(draw.between(1, 6)) / 2,
            "step": Decimal(draw.between(0, 4)) / 4,
            "steps": draw.between(0, 5),
            "cross": Decimal(draw.between(0, 4)),
        },
    }
