"""Which hedge a leg gets, and what follows where none can be had (executor reference §1.6, rulings 5, 6 and 11)."""

from datetime import time

import pytest

from engine.core.hedges import hedging
from engine.core.records import hedge_ties
from engine.domain import facts as f
from engine.domain.money import price_of
from engine.domain.multileg.states import LegState, PortfolioState
from tests.helpers.core_desk import LOT, leg, symbol
from tests.helpers.hedge_desk import CALL, PUT, hedge_desk, hedged, show_chain, strike_of

# --- which strike --------------------------------------------------------------------------------------------------


def test_the_nearest_strike_within_the_bounds_protects_each_side_as_in_the_full_day_trace():
    desk = hedged(CALL, PUT)

    bought = [(strike_of(desk, one.leg_id), one.limit_price) for one in desk.pending()]

    # Appendix F: CE 25,350 @ 4.2 and PE 24,350 @ 5.1 (10 strikes, at most 40); limits 1 % beyond, on the tick.
    assert bought == [((25350, "CE"), price_of("4.25")), ((24350, "PE"), price_of("5.20"))]
    assert [hedge_ties.hedge_name(desk.run, desk.run.leg(number)) for number in (3, 4)] == ["H_1_1", "H_2_1"]


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        ({"type": "premium", "choice": "cheapest"}, (25450, "CE")),
        ({"type": "premium", "most": "4"}, (25400, "CE")),
        ({"type": "premium", "nearest": 2, "most": "100"}, (25050, "CE")),
        ({"type": "premium", "nearest": 2, "most": "100", "most_of_parent": "10"}, (25250, "CE")),
        ({"type": "premium", "nearest": 8, "farthest": 9, "least": "7"}, (25250, "CE")),
        ({"type": "distance"}, (25150, "CE")),
        ({"type": "distance", "strikes": 1}, (24900, "CE")),
    ],
)
def test_the_rule_chooses_the_strike(rule, wanted):
    desk = hedged(rule=rule)

    assert strike_of(desk, 2) == wanted


def test_the_distance_may_be_counted_from_the_money_and_the_hedge_is_still_beyond_its_parent():
    far = leg("SELL", "CE", 4, hedge_required=True)

    from_money = hedged(far, rule={"type": "premium", "reference": "ATM", "nearest": 2, "most": "100"})
    from_parent = hedged(far, rule={"type": "premium", "nearest": 2, "most": "100"})

    assert strike_of(from_money, 2) == (25100, "CE")
    assert strike_of(from_parent, 2) == (25150, "CE")


def test_multiples_of_500_alone_may_be_asked_for():
    desk = hedged(rule={"type": "distance", "strikes": 2}, multiples_of_500=True)

    assert strike_of(desk, 2) == (25000, "CE")


def test_a_hedge_by_delta_is_the_strike_whose_delta_is_nearest():
    desk = hedged(rule={"type": "delta", "delta": "0.05"})

    added = desk.of(f.LegAdded)[0]
    assert strike_of(desk, 2)[0] > 24850
    assert "is nearest 0.05" in added.why


def test_a_hedge_by_margin_saves_most_per_rupee():
    desk = hedged(rule={"type": "margin"})

    added = desk.of(f.LegAdded)[0]
    # The far strikes cost a fiftieth of the near ones and save nearly as much.
    assert strike_of(desk, 2) == (25450, "CE")
    assert "margin" in added.why


def test_the_reason_names_the_candidates_with_their_premiums():
    desk = hedged()

    why = desk.of(f.LegAdded)[0].why

    assert why == (
        "hedge of leg 1: CE 25350.00 at 4.20, 10 strikes from the parent, nearest to the parent of 3: "
        "25350.00 at 4.20, 25400.00 at 3.10, 25450.00 at 2.20"
    )


@pytest.mark.parametrize(("ratio", "lots"), [("1", 4), ("2", 8), ("0.5", 2), ("0.3", 2)])
def test_the_lots_of_the_hedge_follow_the_ratio_rounded_up(ratio, lots):
    desk = hedged({**CALL, "lots": 4}, ratio=ratio)

    assert desk.pending()[0].quantity == lots * LOT


# --- none to be had ------------------------------------------------------------------------------------------------

NONE = {"type": "premium", "least": "30", "most": "35"}


def test_without_a_hedge_execution_stops_and_nothing_is_sold():
    desk = hedged(CALL, PUT, rule=NONE)

    assert not desk.requests()
    assert desk.run.state is PortfolioState.REJECTED
    assert "costs 30.00 to 35.00: 25350.00 at 4.20" in desk.run.exit_why


def test_without_a_hedge_the_leg_alone_may_be_skipped():
    desk = hedged({**CALL}, leg("SELL", "PE"), rule=NONE, unsatisfied="skip the leg")
    desk.fill_all()

    assert desk.run.leg(1).state is LegState.CANCELLED
    assert [one.instrument for one in desk.requests()] == [symbol(24850, "PE")]
    assert desk.run.state is PortfolioState.RUNNING_PARTIAL


def test_ignoring_gives_up_the_premium_before_the_distance():
    desk = hedged(rule=NONE, unsatisfied="ignore the field")

    why = desk.of(f.LegAdded)[0].why
    assert strike_of(desk, 2) == (25350, "CE")
    assert "the premium ignored, because no CE 10 to 20 strikes" in why


def test_ignoring_gives_up_the_distance_last():
    rule = {"type": "premium", "nearest": 40, "farthest": 50}

    desk = hedged(rule=rule, unsatisfied="ignore the field")

    assert strike_of(desk, 2) == (24900, "CE")
    assert "the distance too ignored" in desk.of(f.LegAdded)[0].why


def without_quotes(desk):
    """Forget that the far calls were ever quoted."""
    for strike in (25350, 25400, 25450):
        desk.state.board.arrived_at[desk.row((strike, "CE"))] = 0
        desk.state.board.values[desk.row((strike, "CE"))] = 0
    return desk


def test_quotes_of_the_hedge_are_waited_for_and_nothing_is_ordered_meanwhile():
    desk = hedged(CALL, PUT, desk=without_quotes(hedge_desk()))

    before = desk.requests()
    why = hedging.waits_for(desk.state, desk.run, desk.run.leg(1))
    desk.quote({(25400, "CE"): "3"})
    desk.timer(1)

    assert not before
    assert "have no price yet" in why
    assert [strike_of(desk, one.leg_id) for one in desk.pending()] == [(24350, "PE"), (25400, "CE")]


def test_quotes_that_never_come_stop_the_execution_after_half_a_minute():
    desk = hedged(desk=without_quotes(hedge_desk()))
    for _ in range(31):
        desk.wait(1)
        desk.quote({"spot": "24850"})

    assert desk.run.state is PortfolioState.REJECTED
    assert not desk.requests()


def test_before_its_hours_a_hedge_is_waited_for_and_after_them_none_can_be_had():
    early = hedged(times={"start": time(9, 25), "end": time(15)})
    waiting = hedging.waits_for(early.state, early.run, early.run.leg(1))
    early.wait(301)
    early.chain(premium="20")
    show_chain(early)
    late = hedged(times={"start": time(9, 15), "end": time(9, 19)})

    assert waiting == "its hedge is not chosen: hedges are bought from 09:25:00 on"
    assert early.pending()
    assert late.run.state is PortfolioState.REJECTED


def test_no_more_hedges_are_bought_than_the_day_allows():
    desk = hedged(CALL, PUT, most_per_day=1, unsatisfied="skip the leg")
    desk.fill_all()

    assert desk.run.leg(2).failure == "no hedge: 1 hedges were bought today, and no more may be"
    assert desk.run.leg(1).state is LegState.OPEN
