"""Random stops, targets, locks, trails and limits, of legs and of all legs together."""

from decimal import Decimal
from typing import Any

from desktop.verification.draw import Draw

Table = dict[str, Any]

_MODES = ("in steps", "in steps", "continuously")


def leg_levels(draw: Draw, leg: Table, lots: int) -> None:
    """Give a leg its levels."""
    selling = leg["side"] == "SELL"
    if draw.chance(70):
        leg["stop_loss"] = _level(draw, lots, (5, 60), stop=True, selling=selling)
    if draw.chance(35):
        leg["target"] = _level(draw, lots, (10, 80), stop=False, selling=selling)
    stop = leg.get("stop_loss")
    basis = stop["basis"] if isinstance(stop, dict) else ""  # A stop may be written as "off".
    if basis.startswith(("premium", "underlying")) and draw.chance(45):
        unit = "underlying points" if basis.startswith("underlying") else draw.one_of(("points", "percent"))
        leg["trailing"] = {"every": draw.between(1, 15), "by": draw.between(1, 10), "unit": unit, "mode": _mode(draw)}
        if draw.chance(20):
            leg["trailing"]["activate_at"] = draw.between(1, 20)
        if draw.chance(15):
            leg["trailing"]["candle"] = draw.between(1, 3)
    if draw.chance(15):
        reach = draw.between(2, 40)
        lock = {"reach": reach, "lock": draw.between(0, reach), "every": 5, "by": draw.between(0, 5)}
        leg["profit_lock"] = {**lock, "unit": draw.one_of(("points", "percent")), "mode": _mode(draw)}
    if draw.chance(15):
        leg["confirmation"] = {"seconds": draw.between(1, 90)}
        if draw.chance(50):
            leg["confirmation"]["at_once_beyond"] = Decimal("1.5")


def _level(draw: Draw, lots: int, percent: tuple[int, int], *, stop: bool, selling: bool) -> Table:
    match draw.between(0, 11):
        case 0:
            return {"basis": "underlying points", "distance": draw.between(20, 200)}
        case 1:
            return {"basis": "underlying percent", "distance": Decimal(draw.between(5, 90)) / 100}
        case 2:
            return {"basis": "rupees", "distance": draw.between(200, 4_000) * lots}
        case 3:
            return {"basis": "delta", "distance": Decimal(draw.between(10, 90)) / 100}
        case 4 if stop is selling:
            return {"basis": "points beside the strike", "distance": draw.between(-40, 60)}
        case 5 if stop is not selling:
            return {"basis": "theta", "distance": draw.between(1, 15)}
        case 6:
            return {"basis": "percent of margin", "distance": Decimal(draw.between(1, 40)) / 10}
        case 7:
            return {"basis": "premium price", "distance": draw.between(40, 260)}
        case 8:
            return {"basis": "premium points", "distance": draw.between(4, 70)}
        case _:
            return {"basis": "premium percent", "distance": draw.between(*percent)}


def combined_levels(draw: Draw, data: Table, lots: int) -> None:
    """Give a portfolio its combined levels, its limits and what a hit does to the others."""
    if draw.chance(45):
        _stop(draw, data, lots)
    if draw.chance(35):
        _target(draw, data, lots)
    if draw.chance(35):
        reach = draw.between(300, 2_000) * lots
        every = draw.between(100, 800) * lots
        lock: Table = {"reach": reach, "lock": draw.between(0, reach), "every": every, "by": draw.between(0, every)}
        if draw.chance(30):
            reach, every = draw.between(2, 40), draw.between(1, 10)
            lock = {"reach": reach, "lock": draw.between(0, reach), "every": every, "by": draw.between(0, every)}
            taken = data.get("target", {}).get("type")
            lock["unit"] = "% of the margin" if taken == "premium" else "% of the entry premium"
            if taken not in ("premium", "margin") and draw.chance(50):
                lock["unit"] = "% of the margin"
        data["profit_lock"] = {**lock, "mode": _mode(draw), "target_stays": draw.chance(70)}
        target = data.get("target", {})
        if target.get("type") == "profit" and target["amount"] <= reach:
            target["amount"] = reach + 100
    if draw.chance(45):
        data["move_to_cost"] = _cost(draw)
    for side in ("call_side", "put_side"):
        if draw.chance(12):
            data[side] = {"max_loss": draw.between(300, 3_000) * lots, "max_profit": draw.between(300, 4_000) * lots}
    if draw.chance(10):
        data["max_daily_loss"] = draw.between(1_000, 6_000) * lots
    if draw.chance(25):
        data["profit_counts"] = {"since": draw.one_of(("the start", "all legs entered")), "charges": draw.chance(50)}
    data["freak"] = draw.one_of(("smart", "smart", "smart", "strong"))


def _stop(draw: Draw, data: Table, lots: int) -> None:
    loss = draw.between(300, 4_000) * lots
    below, above = draw.between(20, 200), draw.between(20, 200)
    points = {"below": below, "above": above, "unit": "points from the entry"}
    data["stop"] = rule = draw.one_of(
        (
            {"type": "loss", "amount": loss},
            {"type": "loss", "amount": loss},
            {"type": "premium", "distance": draw.between(5, 50)},
            {"type": "premium level", "level": draw.between(50, 500)},
            {"type": "underlying", **points},
            {"type": "loss and range", "amount": loss, **points},
            {"type": "delta", "delta": draw.between(10, 60) * lots},
            {"type": "theta", "theta": draw.between(300, 3_000) * lots},
            {"type": "margin", "percent": draw.between(1, 4)},
        )
    )
    in_money = rule["type"] in ("loss", "premium", "premium level", "margin")
    if in_money and draw.chance(50):
        every = draw.between(200, 1_500) * lots
        data["stop_trail"] = {"every": every, "by": draw.between(1, every), "mode": _mode(draw)}
    if draw.chance(20):
        data["stop_wait"] = {"seconds": draw.between(1, 90)}
    if in_money and draw.chance(15):
        which = draw.one_of(("legs in loss", "legs in profit"))
        data["stop_closes"] = {"which": which, "rearm": draw.between(100, 1_000) * lots}


def _target(draw: Draw, data: Table, lots: int) -> None:
    profit = draw.between(500, 5_000) * lots
    steps = [
        {"profit": profit, "part": draw.between(1, 100), "stop": 0},
        {"profit": profit + 500 * lots, "part": draw.between(1, 100)},
        {"profit": profit + 1_000 * lots},
    ]
    data["target"] = draw.one_of(
        (
            {"type": "profit", "amount": profit},
            {"type": "premium", "distance": draw.between(5, 60)},
            {"type": "premium level", "level": draw.between(50, 500)},
            {"type": "underlying", "below": 100, "above": 100, "unit": "points from the entry"},
            {"type": "several", "steps": steps},
            {"type": "several", "steps": steps},
            {"type": "theta", "theta": draw.between(100, 500) * lots},
            {"type": "margin", "percent": draw.between(1, 4)},
            {"type": "max profit", "percent": draw.between(5, 60)},
        )
    )
    if draw.chance(15):
        data["target_delay"] = draw.between(1, 90)


def _cost(draw: Draw) -> Table:
    return {
        "legs": draw.one_of(("profitable legs", "all legs", "all, losing ones behind the price")),
        "option_type": draw.one_of(("all others", "all others", "the opposite type", "the same type")),
        "on_stop": draw.one_of(("the first one", "each one")),
        "on_target": draw.one_of(("never", "the first one", "each one")),
        "buffer": draw.between(0, 4),
        "charges": draw.chance(20),
        "not_before": draw.one_of((0, 0, 30)),
        "not_before_from": draw.one_of(("the start", "the hit")),
        "trail_after": draw.chance(20),
        "bypass_stop": draw.chance(20),
    }


def _mode(draw: Draw) -> str:
    return draw.one_of(_MODES)
