"""The broker's books are asked for at the start, while something is in doubt, and now and then; never when flat."""

import pytest

from engine.core.orders.reconciliation import UNANSWERED_AFTER
from engine.core.records.portfolio_run import PortfolioRun, new_leg
from engine.core.state import EngineState
from engine.domain.identifiers import InstrumentId, LegId, OrderId, PortfolioId
from engine.domain.instant import SECOND, Instant
from engine.domain.multileg.states import LegState, PortfolioState
from engine.domain.order import OrderStatus, Purpose
from engine.runtime.books_watch import BooksWatch
from tests.simulation.simulated_day import straddle
from tests.unit.runtime.outgoing import ACCOUNT, NOW, Desk

LADDER = (0.5, 1, 2, 4, 8, 15, 30, 60, 120, 120)
"""Seconds between two questions while an outcome is unknown (reliability §2)."""


def _desk(*, recovering=False, order=None, portfolio=True):
    """Answer books with a running portfolio that has one working order of a status, and their watch."""
    desk = Desk()
    desk.books.accounts[ACCOUNT].recovering = recovering
    if portfolio:
        declared = straddle()
        run = PortfolioRun(
            portfolio_id=PortfolioId("P1"),
            account=ACCOUNT,
            portfolio=declared,
            legs=[new_leg(LegId(number), leg) for number, leg in enumerate(declared.legs, start=1)],
            added_at=NOW,
            state=PortfolioState.RUNNING,
        )
        desk.books.portfolios[run.portfolio_id] = run
        if order is not None:
            desk.order("O1", status=order)
            run.legs[0].working.append(OrderId("O1"))
    desk.state = EngineState(desk.state.master, desk.state.rules, desk.books)
    desk.at(0)
    return desk, BooksWatch(desk.state, ACCOUNT)


def _asked(desk, watch, seconds=0.0):
    desk.at(seconds)
    watch.asked(desk.state.now)


def _seconds(due):
    return None if due is None else (due - NOW) / SECOND


def test_the_books_are_asked_for_at_once_at_the_start():
    desk, watch = _desk(recovering=True, portfolio=False)

    assert watch.next_due() == desk.state.now


def test_a_recovery_asks_again_every_two_seconds_until_it_is_over():
    desk, watch = _desk(recovering=True, portfolio=False)
    _asked(desk, watch)
    assert _seconds(watch.next_due()) == 2
    _asked(desk, watch, 2)
    assert _seconds(watch.next_due()) == 4

    desk.books.accounts[ACCOUNT].recovering = False

    assert watch.next_due() is None


def test_with_nothing_to_compare_nobody_asks():
    desk, watch = _desk(portfolio=False)
    _asked(desk, watch)

    assert watch.next_due() is None


def test_books_are_read_once_more_after_everything_was_closed():
    desk, watch = _desk()
    _asked(desk, watch, 5)
    watch.next_due()
    run = desk.books.portfolios[PortfolioId("P1")]
    run.state = PortfolioState.COMPLETED
    desk.state = watch._state = EngineState(desk.state.master, desk.state.rules, desk.books)
    desk.at(30)

    due = _seconds(watch.next_due())
    still = _seconds(watch.next_due())
    _asked(desk, watch, due)

    assert (due, still) == (32, 32)
    assert watch.next_due() is None


def test_with_portfolios_the_books_are_read_once_a_minute():
    desk, watch = _desk()
    _asked(desk, watch, 5)

    assert _seconds(watch.next_due()) == 65


def test_an_unknown_outcome_climbs_the_ladder():
    desk, watch = _desk(order=OrderStatus.OPEN)
    _asked(desk, watch)
    desk.at(10)
    desk.books.orders[OrderId("O1")].status = OrderStatus.UNKNOWN

    at, pauses = 10.0, []
    for _ in LADDER:
        due = _seconds(watch.next_due())
        pauses.append(due - at)
        at = due
        _asked(desk, watch, at)

    assert tuple(pauses) == LADDER


def test_asking_for_the_time_does_not_move_it():
    desk, watch = _desk(order=OrderStatus.UNKNOWN)
    _asked(desk, watch)
    desk.at(1)
    first = watch.next_due()
    desk.at(1.2)

    assert watch.next_due() == first


def test_a_new_doubt_begins_at_the_bottom_of_the_ladder():
    desk, watch = _desk(order=OrderStatus.UNKNOWN)
    _asked(desk, watch)
    for _ in range(5):
        due = watch.next_due()
        _asked(desk, watch, _seconds(due))
    desk.books.orders[OrderId("O1")].status = OrderStatus.COMPLETE
    watch.next_due()
    desk.at(300)
    desk.books.orders[OrderId("O1")].status = OrderStatus.UNKNOWN

    assert _seconds(watch.next_due()) == 300.5


def test_a_cancelled_exit_is_a_doubt_until_fresh_books_have_shown_it():
    desk, watch = _desk(order=OrderStatus.CANCELLED)
    _asked(desk, watch)
    leg = desk.books.portfolios[PortfolioId("P1")].legs[0]
    leg.state, leg.orders, leg.working = LegState.EXITING, [OrderId("O1")], []
    desk.books.orders[OrderId("O1")].purpose = Purpose.EXIT
    desk.at(1)
    doubted = _seconds(watch.next_due())

    desk.state.sight(ACCOUNT).fresh_books_at = desk.state.now

    assert doubted == 1.5
    assert _seconds(watch.next_due()) == 60


@pytest.mark.parametrize("doubt", ["silent order", "silent change", "suspected drift", "drift"])
def test_silence_and_differences_are_doubts_too(doubt):
    desk, watch = _desk(order=OrderStatus.OPEN)
    _asked(desk, watch)
    order = desk.books.orders[OrderId("O1")]
    match doubt:
        case "silent order":
            order.status, order.sent_at = OrderStatus.SENT, NOW
        case "silent change":
            order.pending_since = NOW
        case "suspected drift":
            desk.state.sight(ACCOUNT).drift_suspects = {InstrumentId("NFO:X"): 65}
        case "drift":
            desk.books.accounts[ACCOUNT].drift = {InstrumentId("NFO:X"): (0, 65)}
    late = UNANSWERED_AFTER / SECOND + 1
    desk.at(late)

    assert _seconds(watch.next_due()) == late + 0.5


def test_an_order_that_was_only_just_sent_is_no_doubt():
    desk, watch = _desk(order=OrderStatus.SENT)
    desk.books.orders[OrderId("O1")].sent_at = Instant(NOW + SECOND)
    _asked(desk, watch)
    desk.at(2)

    assert _seconds(watch.next_due()) == 60
