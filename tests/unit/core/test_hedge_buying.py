"""When hedges are bought, beside refusals and restarts (executor reference §1.6, rulings 5, 6 and 11)."""

import pytest

from engine.core.records import hedge_ties
from engine.domain import commands as c
from engine.domain import facts as f
from engine.domain.identifiers import LegId
from engine.domain.multileg.states import ExitReason, LegOrigin, LegState, PortfolioState
from engine.domain.order import OrderStatus, Purpose, Side
from tests.helpers.core_desk import LOT, P1, Desk, leg, symbol
from tests.helpers.hedge_desk import CALL, PUT, entered, hedged, show_chain, strike_of

REFUSED = "RESTRICTED: the broker does not allow new positions in this strike"


# --- buying --------------------------------------------------------------------------------------------------------


def test_nothing_is_sold_before_every_hedge_is_filled():
    desk = hedged(CALL, PUT)
    first, second = desk.pending()

    desk.fill(first, "4.2")
    between = [one.side for one in desk.pending()]
    desk.fill(second, "5.1")

    assert between == [Side.BUY]
    assert [one.side for one in desk.pending()] == [Side.SELL, Side.SELL]


def test_before_the_parent_holds_even_where_bought_legs_do_not_go_first():
    desk = hedged(CALL, leg("SELL", "PE"), execution={"buy_first": False})

    assert [(one.side, one.leg_id) for one in desk.pending()] == [(Side.SELL, 2), (Side.BUY, 3)]


def test_a_hedge_may_go_together_with_its_parent():
    desk = hedged(execution={"buy_first": False}, order="with the parent")

    assert [one.side for one in desk.pending()] == [Side.SELL, Side.BUY]


def test_a_hedge_after_its_parent_is_sent_when_the_parent_is_filled():
    desk = hedged(execution={"buy_first": False}, order="after the parent")
    first = desk.pending()

    desk.fill(first[0])

    assert [one.side for one in first] == [Side.SELL]
    assert [one.side for one in desk.pending()] == [Side.BUY]


@pytest.mark.parametrize(
    "policy", ["automatic", "keep placed legs", "exit placed legs", "resize shorts to the filled wings"]
)
def test_a_parent_whose_later_hedge_fails_is_closed_whatever_the_policy(policy):
    desk = hedged(
        leg("SELL", "PE"),
        CALL,
        execution={"buy_first": False, "on_leg_failure": policy},
        order="after the parent",
        other_strikes=False,
    )
    for request in desk.pending():
        desk.fill(request)

    desk.report(desk.pending()[0].order_id, OrderStatus.REJECTED, words=REFUSED)
    desk.fill_all()

    assert desk.run.leg(2).exit_reason is ExitReason.LEG_FAIL
    assert desk.run.leg(2).net_quantity == 0


def test_a_refused_strike_is_replaced_by_the_next_nearer_one():
    desk = hedged()

    desk.report(desk.pending()[0].order_id, OrderStatus.REJECTED, words=REFUSED)
    second = desk.pending()
    desk.report(second[0].order_id, OrderStatus.REJECTED, words=REFUSED)
    desk.fill_all()

    assert [strike_of(desk, number) for number in (2, 3, 4)] == [(25350, "CE"), (25300, "CE"), (25250, "CE")]
    assert hedge_ties.hedge_name(desk.run, desk.run.leg(4)) == "H_1_3"
    assert desk.run.state is PortfolioState.RUNNING


def test_nearer_strikes_stay_within_the_premium():
    desk = hedged(rule={"type": "premium", "most": "5"})

    desk.report(desk.pending()[0].order_id, OrderStatus.REJECTED, words=REFUSED)

    assert desk.run.state is PortfolioState.REJECTED
    assert "nearer than 10 strikes can be bought instead" in desk.run.exit_why


@pytest.mark.parametrize(
    ("unsatisfied", "state"),
    [("stop execution", PortfolioState.FAILED), ("skip the leg", PortfolioState.RUNNING_PARTIAL)],
)
def test_a_hedge_that_no_strike_can_replace_is_as_one_that_cannot_be_had(unsatisfied, state):
    desk = hedged(CALL, PUT, other_strikes=False, unsatisfied=unsatisfied)
    call, put = desk.pending()
    desk.fill(put, "5.1")

    desk.report(call.order_id, OrderStatus.REJECTED, words=REFUSED)
    desk.fill_all()

    sold = [one.instrument for one in desk.requests() if one.side is Side.SELL and one.purpose is Purpose.ENTRY]
    assert desk.run.state is state
    assert symbol(24850, "CE") not in sold


def test_a_parent_that_is_not_entered_leaves_no_hedge_behind():
    desk = hedged(CALL, leg("SELL", "PE"), execution={"on_leg_failure": "keep placed legs"})
    desk.fill(desk.pending()[0], "4.2")
    call, put = desk.pending()

    desk.fill(put)
    desk.report(call.order_id, OrderStatus.REJECTED, words="INVALID: no")
    desk.fill_all()

    assert desk.run.leg(3).exit_reason is ExitReason.HEDGE_PARENT
    assert desk.run.leg(3).exit_why == "leg 1, which it protects, was not entered"
    assert desk.run.leg(2).state is LegState.OPEN


# --- restarts ------------------------------------------------------------------------------------------------------


def test_a_restart_after_any_fact_of_the_entry_doubles_nothing_and_leaves_nothing_naked():
    whole = entered(CALL, PUT)
    sent = next(n for n, fact in enumerate(whole.facts) if isinstance(fact, f.PortfolioStarted))

    for cut in range(sent, len(whole.facts)):
        desk = Desk()
        desk.facts = list(whole.facts[: cut + 1])
        desk.die()
        desk.now = whole.now
        desk.open_session()
        for _ in range(5):  # What was perhaps never sent is known after three books and two minutes.
            desk.wait(50)
            desk.books(*book(desk))
            show_chain(desk)
            desk.say(c.ResumePortfolio(at=desk.now, portfolio_id=P1))
            desk.fill_all()
            fill_what_rests(desk)
            sold = [-leg.net_quantity for leg in desk.run.legs[:2]]
            assert all(short <= held(desk, number) for number, short in enumerate(sold, 1)), f"cut after {cut}"

        assert [leg.net_quantity for leg in desk.run.legs if leg.net_quantity] == [-LOT, -LOT, LOT, LOT], f"at {cut}"


def fill_what_rests(desk):
    """Fill orders that outlived the restart at the broker."""
    for request in desk.requests():
        order = desk.state.books.orders[request.order_id]
        if order.is_working and order.status not in (OrderStatus.NEW, OrderStatus.UNKNOWN):
            desk.fill(request)
    desk.fill_all()


def held(desk, parent):
    """What the hedges of a leg hold."""
    return sum(leg.net_quantity for leg in desk.run.legs if leg.origin is LegOrigin.HEDGE and leg.parent == parent)


def book(desk):
    """What the broker has of the orders: those that were told of."""
    rows = []
    for request in desk.requests():
        order = desk.state.books.orders[request.order_id]
        if order.status is not OrderStatus.NEW:
            done = order.filled == order.quantity
            status = OrderStatus.COMPLETE if done else OrderStatus.OPEN
            rows.append(desk.as_book_row(request, status, order.filled, "120"))
    return rows


def test_a_hedge_that_pauses_between_two_tries_is_given_up_with_its_parent():
    desk = hedged(CALL, leg("SELL", "PE"), execution={"retry_wait": 60, "entry_timeout": 3_600})
    desk.report(desk.pending()[0].order_id, OrderStatus.REJECTED, words="try later")
    cancelled = f.LegCancelled(at=desk.now, portfolio_id=P1, leg_id=LegId(1), why="one side is enough")
    desk.state.apply(cancelled)
    desk.facts.append(cancelled)

    desk.quote({"spot": "24850"})

    assert desk.run.leg(3).state is LegState.CANCELLED
    assert desk.run.leg(3).failure == "leg 1, which it was to protect, is not entered"


def test_refused_strikes_do_not_use_up_the_hedges_of_the_day():
    desk = hedged(most_per_day=1)

    desk.report(desk.pending()[0].order_id, OrderStatus.REJECTED, words=REFUSED)
    desk.fill_all()

    assert desk.run.state is PortfolioState.RUNNING
