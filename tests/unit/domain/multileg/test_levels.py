"""Levels of stops and targets: the examples of the executor reference (§1.2.6, Appendix C)."""

from decimal import Decimal

import pytest

from engine.domain.identifiers import LegId
from engine.domain.instrument import Kind
from engine.domain.money import Price, price_of, rupees
from engine.domain.multileg.leg import Leg
from engine.domain.multileg.levels import Level, cost_level, stop_level, target_level, trailed_stop
from engine.domain.multileg.move_to_cost import MoveToCost
from engine.domain.multileg.protection import Stake, protectors
from engine.domain.order import Side
from engine.schema.load import load

TICK = price_of("0.05")
SPOT = price_of(24_837)


def leg(side: str = "SELL", kind: str = "CE", **fields: object) -> Leg:
    return load({"side": side, "kind": kind, **fields}, Leg)


def shown(level: Level | Price | None) -> str | None:
    value = level.value if isinstance(level, Level) else level
    return None if value is None else f"{rupees(value):.2f}"


@pytest.mark.parametrize(
    ("side", "stop", "target"),
    [("SELL", "150.00", "60.00"), ("BUY", "90.00", "180.00")],
    ids=["T9", "T10"],
)
def test_percentages_of_the_premium(side, stop, target):
    both = leg(side, stop_loss={"distance": 25}, target={"distance": 50})

    assert shown(stop_level(both, price_of(120), SPOT, TICK)) == stop
    assert shown(target_level(both, price_of(120), SPOT, TICK)) == target


def test_points_of_premium():
    both = leg(
        stop_loss={"basis": "premium points", "distance": 30}, target={"basis": "premium points", "distance": 30}
    )

    assert shown(stop_level(both, price_of(120), None, TICK)) == "150.00"
    assert shown(target_level(both, price_of(120), None, TICK)) == "90.00"


@pytest.mark.parametrize(
    ("side", "kind", "basis", "distance", "stop", "target"),
    [
        ("SELL", "CE", "underlying points", 60, "24897.00", "24777.00"),
        ("SELL", "PE", "underlying percent", "0.5", "24712.82", "24961.18"),
        ("BUY", "CE", "underlying points", 60, "24777.00", "24897.00"),
        ("BUY", "PE", "underlying points", 60, "24897.00", "24777.00"),
        ("SELL", "FUT", "underlying points", 60, "24897.00", "24777.00"),
    ],
)
def test_levels_on_the_underlying_lie_on_the_side_that_hurts(side, kind, basis, distance, stop, target):
    rule = {"basis": basis, "distance": distance}
    both = leg(side, kind, stop_loss=rule, target=rule)

    assert shown(stop_level(both, price_of(120), SPOT, TICK)) == stop
    assert shown(target_level(both, price_of(120), SPOT, TICK)) == target
    assert stop_level(both, price_of(120), None, TICK) is None


@pytest.mark.parametrize(("side", "expected"), [("SELL", "125.15"), ("BUY", "75.15")])
def test_a_premium_stop_is_rounded_to_the_protective_side(side, expected):
    stopped = leg(side, stop_loss={"distance": 25})

    # 100.15 ± 25 % is 125.1875 or 75.1125: a short's stop goes down to the tick, a long's up.
    assert shown(stop_level(stopped, price_of("100.15"), None, TICK)) == expected


def test_levels_never_fall_below_one_tick():
    far = {"basis": "premium points", "distance": 50}

    assert shown(stop_level(leg("BUY", stop_loss=far), price_of(10), None, TICK)) == "0.05"
    assert shown(target_level(leg(target=far), price_of(10), None, TICK)) == "0.05"


def test_nothing_set_means_no_level():
    assert stop_level(leg(), price_of(120), SPOT, TICK) is None
    assert target_level(leg(), price_of(120), SPOT, TICK) is None
    assert trailed_stop(leg(), price_of(120), price_of(100), price_of(150), TICK) == (price_of(150), 0)


@pytest.mark.parametrize(
    ("best", "stop", "steps"),
    [("120", "150.00", 0), ("110.05", "150.00", 0), ("110", "145.00", 1), ("100", "140.00", 2), ("130", "150.00", 0)],
)
def test_a_trailing_stop_moves_by_whole_steps_only(best, stop, steps):
    trailed = leg(
        stop_loss={"basis": "premium points", "distance": 30}, trailing={"every": 10, "by": 5, "unit": "points"}
    )

    level, moved = trailed_stop(trailed, price_of(120), price_of(best), price_of(150), TICK)

    assert (shown(level), moved) == (stop, steps)


def test_a_trailing_stop_in_percent_of_the_entry_follows_a_long_up():
    trailed = leg("BUY", stop_loss={"distance": 25}, trailing={"every": 10, "by": 10, "unit": "percent"})

    level, moved = trailed_stop(trailed, price_of(120), price_of(145), price_of(90), TICK)

    assert (shown(level), moved) == ("114.00", 2)


@pytest.mark.parametrize(("side", "buffer", "level"), [("SELL", "0", "115.00"), ("SELL", "1.02", "116.00")])
def test_the_stop_at_cost_leaves_the_buffer_on_the_losing_side(side, buffer, level):
    rule = MoveToCost(buffer=Decimal(buffer))

    assert shown(cost_level(leg(side), price_of(115), rule, TICK)) == level


def test_the_stop_at_cost_of_a_bought_leg_lies_below_its_entry():
    assert shown(cost_level(leg("BUY"), price_of(115), MoveToCost(buffer=Decimal("1.02")), TICK)) == "114.00"


def stake(number: int, side: Side, kind: Kind, strike: int | None, quantity: int = 65) -> Stake:
    return Stake(
        leg_id=LegId(number),
        side=side,
        kind=kind,
        expiry=None,
        strike=None if strike is None else price_of(strike),
        quantity=quantity,
    )


def test_the_nearest_bought_strike_protects_first_and_by_quantity():
    sold = stake(1, Side.SELL, Kind.CALL, 24_850, 130)
    near, far = stake(2, Side.BUY, Kind.CALL, 25_000), stake(3, Side.BUY, Kind.CALL, 25_350, 130)

    assert protectors([sold, far, near]) == {1: [(2, 65), (3, 65)]}


def test_a_put_does_not_protect_a_call_but_a_future_does():
    sold, put = stake(1, Side.SELL, Kind.CALL, 24_850), stake(2, Side.BUY, Kind.PUT, 24_850)
    future = stake(3, Side.BUY, Kind.FUTURE, None)

    assert protectors([sold, put]) == {1: []}
    assert protectors([sold, put, future]) == {1: [(3, 65)]}
    assert protectors([put]) == {}
