"""Random portfolios over what can be declared: plain data, checked like a file of the trader."""

from datetime import time
from decimal import Decimal
from typing import Any

from desktop.verification.draw import Draw
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.load import load

Table = dict[str, Any]

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


def portfolio(draw: Draw, name: str, together: int | None = None) -> MultilegPortfolio:
    """Answer a random portfolio; ``together`` is the minute of the day at which all of them start.

    Raises DeclarationError where the draw makes no valid one: a mistake of this file.
    """
    start = together or draw.between(FIRST_START, LAST_START)
    square_off = min(_LAST_SQUARE_OFF, start + draw.one_of((5, 30, 90, 360)))
    lots = draw.one_of((1, 1, 2, 3, 5, 40, 120))
    data: Table = {
        "name": name,
        "legs": [_leg(draw, side, kind, steps, lots) for side, kind, steps in draw.one_of(_SHAPES)],
        "schedule": {
            "start": _clock(start),
            "end": _clock(draw.between(start + 1, square_off)),
            "square_off": _clock(square_off),
        },
        "entry": {"type": draw.one_of(("time", "time", "manual"))},
        "execution": _execution(draw),
        "exit": {"shorts_first": draw.chance(85), "hold_seconds": draw.one_of((0, 0, 0, 3))},
        "after_restart": draw.one_of(("hold", "finish", "square off")),
        "price_type": draw.one_of(("LTP", "LTP", "LTP", "bid or ask", "middle")),
        "underlying_reference": draw.one_of(("spot", "spot", "implied forward")),
        "atm_rounding": draw.one_of(("nearest", "floor", "ceil")),
    }
    _combined(draw, data, lots)
    return load(data, MultilegPortfolio)


def _clock(minute: int) -> time:
    return time(minute // 60, minute % 60)


def _leg(draw: Draw, side: str, kind: str, steps: int, lots: int) -> Table:
    leg: Table = {"side": side, "kind": kind, "lots": lots, "strike": _strike(draw, steps)}
    if draw.chance(70):
        leg["stop_loss"] = _distance(draw, (5, 60), (4, 60), premium=draw.chance(80))
    if draw.chance(35):
        leg["target"] = _distance(draw, (10, 80), (5, 80), premium=draw.chance(80))
    if "stop_loss" in leg and leg["stop_loss"]["basis"].startswith("premium") and draw.chance(45):
        every = draw.between(1, 15)
        unit = draw.one_of(("points", "percent"))
        leg["trailing"] = {"every": Decimal(every), "by": Decimal(draw.between(1, 10)), "unit": unit}
    return leg


def _distance(draw: Draw, percent: tuple[int, int], points: tuple[int, int], *, premium: bool) -> Table:
    if not premium:
        if draw.chance(50):
            return {"basis": "underlying points", "distance": Decimal(draw.between(20, 200))}
        return {"basis": "underlying percent", "distance": Decimal(draw.between(5, 90)) / 100}
    if draw.chance(60):
        return {"basis": "premium percent", "distance": Decimal(draw.between(*percent))}
    return {"basis": "premium points", "distance": Decimal(draw.between(*points))}


def _strike(draw: Draw, steps: int) -> Table:
    match draw.between(0, 11):
        case 0:
            return {"type": "closest_premium", "premium": Decimal(draw.between(20, 200))}
        case 1:
            return {"type": "delta", "delta": Decimal(draw.between(15, 70)) / 100}
        case 2:
            return {"type": "straddle_width", "multiple": Decimal(draw.between(-5, 9)) / 10}
        case 3:
            return {"type": "atm", "steps": steps * 3}
        case _:
            return {"type": "atm", "steps": steps}


def _execution(draw: Draw) -> Table:
    failures = ("automatic", "keep placed legs", "exit placed legs", "retry, then exit")
    return {
        "buy_first": draw.chance(75),
        "leg_order": draw.one_of(("parallel", "parallel", "one by one")),
        "leg_gap": draw.one_of((0, 0, 2)),
        "hold": draw.one_of((0, 0, 4)),
        "on_leg_failure": draw.one_of((*failures, "resize shorts to the filled wings")),
        "retries": draw.between(0, 3),
        "retry_wait": Decimal(draw.between(0, 4)) / 2,
        "pricing": draw.one_of(("limit with buffer", "limit with buffer", "market")),
        "buffer": Decimal(draw.between(0, 4)) / 2,
        "entry_timeout": draw.one_of((5, 15, 60)),
        "chase": {
            "interval": Decimal(draw.between(1, 6)) / 2,
            "step": Decimal(draw.between(0, 4)) / 4,
            "steps": draw.between(0, 5),
            "cross": Decimal(draw.between(0, 4)),
        },
    }


def _combined(draw: Draw, data: Table, lots: int) -> None:
    if draw.chance(45):
        if draw.chance(60):
            data["stop"] = {"type": "loss", "amount": Decimal(draw.between(300, 4_000) * lots)}
            if draw.chance(50):
                every = draw.between(200, 1_500) * lots
                data["stop_trail"] = {"every": Decimal(every), "by": Decimal(draw.between(1, every))}
        else:
            data["stop"] = {"type": "premium", "distance": Decimal(draw.between(5, 50))}
    if draw.chance(30):
        if draw.chance(60):
            data["target"] = {"type": "profit", "amount": Decimal(draw.between(500, 5_000) * lots)}
        else:
            data["target"] = {"type": "premium", "distance": Decimal(draw.between(5, 60))}
    if draw.chance(35):
        reach = draw.between(300, 2_000) * lots
        every = draw.between(100, 800) * lots
        lock = {"reach": reach, "lock": draw.between(0, reach), "every": every, "by": draw.between(0, every)}
        data["profit_lock"] = {key: Decimal(value) for key, value in lock.items()}
    if draw.chance(45):
        scope = draw.one_of(("profitable legs", "all legs"))
        data["move_to_cost"] = {"legs": scope, "buffer": Decimal(draw.between(0, 4)), "not_before": 0}
