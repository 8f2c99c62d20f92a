"""Moving stops to cost: which hits, which legs, where to, and when (executor reference §1.8.3)."""

import pytest

from engine.domain import facts as f
from engine.domain.money import price_of
from engine.domain.multileg.states import ExitReason, LegState
from tests.helpers.core_desk import leg
from tests.unit.core.levels_desk import CALL, PUT, entered, level, show

QUARTER = level(25, "premium percent")
FAR = level(200, "premium percent")
HALF = level(50, "premium percent")


def three(rule, put="100", last="130"):
    """A call that is stopped at 150, a put in profit and a second put that loses; answer the stops of the puts."""
    desk = entered(
        leg("SELL", "CE", stop_loss=QUARTER),
        leg("SELL", "PE", stop_loss=QUARTER),
        leg("SELL", "PE", -2, stop_loss=QUARTER),
        move_to_cost=rule,
    )
    desk.quote({PUT: put, (24750, "PE"): last})
    show(desk, "150")
    desk.fill_all("150")
    return desk, [None if one.stop is None else one.stop.value for one in desk.run.legs[1:]]


@pytest.mark.parametrize(
    ("rule", "stops"),
    [
        ({}, ["120", "150"]),
        ({"legs": "all legs"}, ["120", "120"]),
        ({"legs": "all, losing ones behind the price"}, ["120", "130.05"]),
        ({"option_type": "the same type"}, ["150", "150"]),
        ({"option_type": "the opposite type"}, ["120", "150"]),
        ({"buffer": "2"}, ["122", "150"]),
        ({"buffer": "1", "buffer_unit": "percent"}, ["121.20", "150"]),
        ({"on_stop": "never"}, ["150", "150"]),
        ({"not_before": 30}, ["150", "150"]),
    ],
)
def test_where_stops_go_after_a_stop(rule, stops):
    _, found = three(rule)

    assert found == [price_of(one) for one in stops]


def test_charges_in_the_cost_bring_the_stop_nearer():
    _, (stop, _) = three({"charges": True})

    assert price_of("118") < stop < price_of("120")


def test_stops_of_bought_legs_stay_where_the_rule_says_so():
    legs = leg("SELL", "CE", stop_loss=QUARTER), leg("BUY", "PE", stop_loss=QUARTER)
    moved, kept = (entered(*legs, move_to_cost=rule) for rule in ({}, {"bought_legs": False}))
    for desk in (moved, kept):
        show(desk, {CALL: "150", PUT: "140"})
        desk.fill_all("150")

    assert moved.run.legs[1].stop.value == price_of("120")
    assert kept.run.legs[1].stop.value == price_of("90")


def test_a_hit_waits_for_its_safety_seconds():
    desk, stops = three({"not_before": 10, "not_before_from": "the hit"})
    desk.timer(10)

    assert stops[0] == price_of("150")
    assert desk.run.legs[1].stop.value == price_of("120")


def test_a_target_moves_stops_where_the_rule_says_so():
    legs = leg("SELL", "CE", target=HALF, stop_loss=FAR), leg("SELL", "PE", stop_loss=QUARTER)
    never, first = (entered(*legs, move_to_cost=rule) for rule in ({}, {"on_target": "the first one"}))
    for desk in (never, first):
        show(desk, {CALL: "60", PUT: "100"})
        desk.fill_all("60")

    assert never.run.legs[1].stop.value == price_of("150")
    assert first.run.legs[1].stop.value == price_of("120")


@pytest.mark.parametrize(("times", "stop"), [("the first one", "150"), ("each one", "120")])
def test_the_first_stop_or_each_one_moves_the_others(times, stop):
    desk = entered(
        leg("SELL", "CE", stop_loss=QUARTER),
        leg("SELL", "CE", 1, stop_loss=QUARTER),
        leg("SELL", "PE", -1, stop_loss=FAR),
        leg("SELL", "PE", stop_loss=QUARTER),
        move_to_cost={"on_stop": times},
    )
    desk.quote({PUT: "130", (24800, "PE"): "100"})
    show(desk, "150")
    desk.fill_all("150")
    desk.quote({PUT: "100"})
    show(desk, {(24900, "CE"): "150"})
    desk.fill_all("150")

    assert desk.run.legs[2].stop.value == price_of("120")
    assert desk.run.legs[3].stop.value == price_of(stop)


def test_a_trail_may_wait_for_the_move_to_cost():
    trailing = {"every": "5", "by": "5"}
    legs = leg("SELL", "CE", stop_loss=QUARTER), leg("SELL", "PE", stop_loss=QUARTER, trailing=trailing)
    desk = entered(*legs, move_to_cost={"trail_after": True})
    show(desk, {PUT: "100"})
    before = desk.run.legs[1].stop.value
    show(desk, "150")
    desk.fill_all("150")
    show(desk, {PUT: "80"})

    assert before == price_of("150")
    assert desk.run.legs[1].moved_to_cost
    assert desk.run.legs[1].stop.value == price_of("110")  # 150 less 8 steps of 5


@pytest.mark.parametrize(("bypass", "reasons"), [(False, [ExitReason.COMB_SL]), (True, [])])
def test_the_combined_stop_is_kept_or_bypassed_once_stops_were_moved(bypass, reasons):
    legs = leg("SELL", "CE", stop_loss=QUARTER), leg("SELL", "PE", stop_loss=QUARTER)
    stop = {"type": "loss", "amount": "2500"}
    desk = entered(*legs, move_to_cost={"bypass_stop": bypass}, stop=stop)
    show(desk, {PUT: "100"})
    show(desk, "150")
    desk.fill_all("150")  # −1,950 booked

    assert show(desk, {PUT: ("119.95", "119.95", "119.95")}) == []
    assert show(desk, {PUT: "119.95", CALL: "150"}) == []
    assert desk.run.legs[1].state is LegState.OPEN
    desk.quote({PUT: "100"})
    assert show(desk, {PUT: "129"}) == (reasons or [ExitReason.LEG_COST])


def test_every_move_is_said_in_a_sentence_with_its_reason():
    desk, _ = three({})

    (fact,) = desk.of(f.StopsMovedToCost)
    assert fact.why == "leg 2 to 120.00; leg 3 is not in profit"
