"""Limits of all calls and of all puts together (executor reference §1.5, Appendix E rank 7)."""

import pytest

from engine.domain.multileg.states import ExitReason, LegState, PortfolioState
from engine.domain.order import Side
from tests.helpers.core_desk import leg
from tests.unit.core.levels_desk import CALL, PUT, entered, level, show, straddle


@pytest.mark.parametrize(
    ("limit", "before", "hit"),
    [({"max_loss": "2000"}, "150.75", "150.80"), ({"max_profit": "2000"}, "89.25", "89.20")],
)
def test_a_side_is_closed_at_its_limit_and_the_other_goes_on(limit, before, hit):
    desk = straddle(call_side=limit)

    assert show(desk, {CALL: before, PUT: "200"}) == []
    assert show(desk, hit) == [ExitReason.SIDE_LIMIT]
    assert [one.state for one in desk.run.legs] == [LegState.EXITING, LegState.OPEN]
    assert desk.run.state is PortfolioState.RUNNING


def test_what_legs_of_the_side_booked_counts():
    legs = leg("SELL", "CE", stop_loss=level(25, "premium percent")), leg("SELL", "CE", 1)
    desk = entered(*legs, call_side={"max_loss": "3000"})
    show(desk, "150")
    desk.fill_all("150")  # −1,950 booked

    assert show(desk, {(24900, "CE"): "136.10"}) == []  # −2,996.50
    assert show(desk, {(24900, "CE"): "136.20"}) == [ExitReason.SIDE_LIMIT]


def test_shorts_of_a_side_are_bought_back_before_its_longs_are_sold():
    desk = entered(leg("SELL", "CE"), leg("BUY", "CE", 4), leg("SELL", "PE"), call_side={"max_loss": "1000"})
    show(desk, "140")
    first = desk.pending()
    desk.fill_all("140")

    assert [(one.leg_id, one.side) for one in first] == [(1, Side.BUY)]
    assert [one.state for one in desk.run.legs] == [LegState.CLOSED, LegState.CLOSED, LegState.OPEN]


def test_the_combined_stop_goes_before_a_side_and_a_side_before_its_legs():
    stop = level(1, "premium percent")
    legs = leg("SELL", "CE", stop_loss=stop), leg("SELL", "PE")
    all_at_once = entered(*legs, call_side={"max_loss": "100"}, stop={"type": "loss", "amount": "100"})
    side_and_leg = entered(*legs, call_side={"max_loss": "100"})

    assert show(all_at_once, "140") == [ExitReason.COMB_SL]
    assert show(side_and_leg, "140") == [ExitReason.SIDE_LIMIT]
