"""When hedges are sold, and what they count for (executor reference §1.6, rulings 5, 6 and 11)."""

from decimal import Decimal

import pytest

from engine.core.readings import market_data
from engine.domain import commands as c
from engine.domain.identifiers import LegId
from engine.domain.money import price_of
from engine.domain.multileg.states import ExitReason, LegState, PortfolioState
from engine.domain.order import OrderStatus, Side
from tests.helpers.core_desk import LOT, P1, leg, stop
from tests.helpers.hedge_desk import CALL, PUT, close, entered, hedged, strike_of

# --- selling -------------------------------------------------------------------------------------------------------


def test_a_hedge_is_sold_when_its_parent_is_closed_and_the_other_stays():
    desk = entered(CALL, PUT)

    close(desk, 1)

    assert desk.run.leg(3).exit_reason is ExitReason.HEDGE_PARENT
    assert desk.run.leg(3).state is LegState.CLOSED
    assert desk.run.leg(4).net_quantity == LOT


def test_a_hedge_waits_until_its_parent_is_really_bought_back():
    desk = entered(CALL)
    desk.say(c.SquareOffLeg(at=desk.now, portfolio_id=P1, leg_id=LegId(1)))

    working = desk.pending()
    desk.fill(working[0])

    assert [one.leg_id for one in working] == [1]
    assert [one.leg_id for one in desk.pending()] == [2]


def test_a_hedge_may_stay_until_all_shorts_are_closed():
    desk = entered(CALL, PUT, sell_on="all shorts closed")

    close(desk, 1)
    kept = desk.run.leg(3).net_quantity
    close(desk, 2)

    assert kept == LOT
    assert desk.run.state is PortfolioState.COMPLETED
    assert desk.run.exit_reason is ExitReason.MANUAL


def test_a_hedge_may_stay_until_the_portfolio_ends():
    long = leg("BUY", "PE", -2)
    desk = entered(CALL, long, sell_on="portfolio end")

    close(desk, 1)
    kept = desk.run.leg(3).net_quantity
    close(desk, 2)

    assert kept == LOT
    assert desk.run.leg(3).exit_why == "every leg it could protect is closed"
    assert desk.run.state is PortfolioState.COMPLETED


def test_a_hedge_that_is_worth_too_little_stays_until_the_portfolio_ends():
    desk = entered(CALL, PUT, keep_below="0.5")
    desk.quote({(25350, "CE"): "0.4"})

    close(desk, 1)
    kept = desk.run.leg(3).net_quantity
    desk.quote({(25350, "CE"): "0.6"})
    desk.fill_all()

    assert kept == LOT
    assert desk.run.leg(3).state is LegState.CLOSED


def test_a_hedge_that_waits_is_sold_early_when_it_loses_its_worth():
    desk = entered(CALL, PUT, sell_on="portfolio end", sell_below="2")

    close(desk, 1)
    kept = desk.run.leg(3).net_quantity
    desk.quote({(25350, "CE"): "1.9", (24350, "PE"): "1.9"})
    desk.fill_all()

    assert kept == LOT
    assert desk.run.leg(3).exit_why == "worth 1.90, less than 2, and it protects nothing"
    assert desk.run.leg(4).net_quantity == LOT  # Its parent is still sold.


@pytest.mark.parametrize("shorts_first", [True, False])
def test_everything_closed_at_once_hedges_are_sold_after_the_shorts(shorts_first):
    desk = hedged(CALL, PUT, exits={"shorts_first": shorts_first})
    desk.fill_all()

    facts = desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))
    first = desk.requests(facts)
    desk.fill(first[0])
    between = desk.pending()
    desk.fill(first[1])

    assert [one.side for one in first] == [Side.BUY, Side.BUY]
    assert between == [first[1]]
    assert [one.side for one in desk.pending()] == [Side.SELL, Side.SELL]


def test_a_short_that_cannot_be_closed_keeps_its_hedge():
    desk = entered(CALL)
    desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))

    for _ in range(6):
        for request in desk.pending():
            desk.report(request.order_id, OrderStatus.REJECTED, words="MARGIN: no")
        desk.timer(31)
        desk.chain()

    assert desk.run.state is PortfolioState.EXIT_BLOCKED
    assert desk.run.leg(2).net_quantity == LOT


def test_a_hedge_is_not_sold_by_hand_while_its_parent_is_sold():
    desk = entered(CALL)

    facts = desk.say(c.SquareOffLeg(at=desk.now, portfolio_id=P1, leg_id=LegId(2)))

    assert [one.sentence for one in facts] == [
        "leg 2 is the hedge of leg 1, which is still sold; square off leg 1 first"
    ]


def test_a_hedge_has_no_levels_by_hand_either():
    desk = entered(CALL)

    facts = desk.say(
        c.ChangeLegProtection(at=desk.now, portfolio_id=P1, leg_id=LegId(2), stop=price_of("1"), target=None)
    )

    assert [one.sentence for one in facts] == ["leg 2 is a hedge; it has no stop and no target of its own"]


def test_an_execution_on_the_other_side_needs_no_hedge_and_the_old_one_is_sold():
    desk = entered({**CALL, "stop_loss": stop(25), "on_stop": [{"type": "re_execute", "way": "opposite side"}]}, PUT)

    desk.quote({(24850, "CE"): "151"})
    desk.fill_all("151")
    kept = desk.run.leg(3).net_quantity
    desk.timer(4)  # the pause between two executions
    desk.fill_all("151")

    assert kept == LOT
    assert desk.run.leg(3).state is LegState.CLOSED
    assert desk.run.leg(5).net_quantity == LOT
    assert len(desk.run.legs) == 5


# --- profit --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("counts", "premium"), [(True, "225.7"), (False, "235")])
def test_the_premium_at_the_entry_counts_hedges_where_the_profit_does(counts, premium):
    desk = hedged(CALL, PUT, in_profit=counts)
    prices = {(25350, "CE"): "4.2", (24350, "PE"): "5.1", (24850, "CE"): "120", (24850, "PE"): "115"}
    while pending := desk.pending():
        desk.fill(pending[0], prices[strike_of(desk, pending[0].leg_id)])

    # Appendix F: 235 − 9.3 of hedges; ruling 11.
    assert desk.run.combined_premium == price_of(premium)


@pytest.mark.parametrize(("counts", "profit"), [(True, -130), (False, 0)])
def test_the_combined_profit_counts_hedges_where_the_trader_says_so(counts, profit):
    desk = entered(CALL, PUT, in_profit=counts)
    desk.quote({(25350, "CE"): "119", (24350, "PE"): "119", (24850, "CE"): "120", (24850, "PE"): "120"})

    assert market_data.profit(desk.state, desk.run) == price_of(Decimal(profit))
