"""News that comes late: fills after a cancellation, part fills after the stop has moved, legs that never entered."""

from engine.domain import commands as c
from engine.domain import facts as f
from engine.domain.instant import SECOND, Instant
from engine.domain.money import price_of
from engine.domain.multileg.levels import premium_stop, premium_target
from engine.domain.multileg.states import ExitReason, LegState, PortfolioState
from engine.domain.order import OrderStatus, Purpose, Side
from tests.helpers.core_desk import ACCOUNT, LOT, P1, Desk, at, leg, portfolio, stop
from tests.unit.core.restarts import restarted

CALL = (24850, "CE")
TRAILING = {"every": "10", "by": "5", "unit": "points"}


def exits(desk):
    """Every exit order so far."""
    return [one for one in desk.requests() if one.purpose is Purpose.EXIT]


def exiting(lots=2):
    """A desk on which a sale is being bought back, and the exit that works."""
    desk = Desk()
    desk.add(portfolio(leg("SELL", "CE", lots=lots)))
    desk.fill_all()
    desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))
    return desk, exits(desk)[0]


def test_a_cancelled_exit_that_filled_more_than_it_said_does_not_turn_the_position_round():
    desk, first = exiting()
    desk.report(first.order_id, OrderStatus.OPEN)
    desk.wait(1)

    desk.report(first.order_id, OrderStatus.CANCELLED, 0)
    waits = len(exits(desk))
    desk.wait(2)
    for _ in range(2):  # The first tells of the fill, the second that there is no more.
        desk.books(desk.as_book_row(first, OrderStatus.CANCELLED, LOT, "120"), net={first.instrument: -LOT})
        desk.wait(1)

    assert waits == 1
    assert [one.quantity for one in exits(desk)] == [2 * LOT, LOT]


def test_a_late_fill_of_the_whole_exit_leaves_nothing_to_close():
    desk, first = exiting()
    desk.report(first.order_id, OrderStatus.OPEN)
    desk.report(first.order_id, OrderStatus.CANCELLED, 0)
    desk.wait(3)

    desk.report(first.order_id, OrderStatus.CANCELLED, 2 * LOT, "121")

    assert exits(desk) == [first]
    assert desk.run.state is PortfolioState.COMPLETED


def test_a_fresh_book_that_agrees_lets_the_next_exit_go():
    desk, first = exiting()
    desk.report(first.order_id, OrderStatus.OPEN)
    desk.report(first.order_id, OrderStatus.CANCELLED, 0)
    desk.wait(1)

    desk.books(desk.as_book_row(first, OrderStatus.CANCELLED, 0, "0"))

    assert [one.quantity for one in exits(desk)] == [2 * LOT, 2 * LOT]


def test_a_book_read_before_the_cancellation_proves_nothing():
    desk, first = exiting()
    desk.report(first.order_id, OrderStatus.OPEN)
    desk.wait(1)
    desk.report(first.order_id, OrderStatus.CANCELLED, 0)

    desk.books(desk.as_book_row(first, OrderStatus.OPEN, 0, "0"), read_at=Instant(desk.now - SECOND))

    assert len(exits(desk)) == 1


def test_without_books_the_next_exit_waits_half_a_minute_and_no_longer():
    desk, first = exiting()
    desk.report(first.order_id, OrderStatus.OPEN)
    desk.report(first.order_id, OrderStatus.CANCELLED, 0)
    sent = []
    for seconds in (29, 1):
        desk.wait(seconds)
        desk.chain()
        desk.timer()
        sent.append(len(exits(desk)))

    assert sent == [1, 2]


def test_a_cancelled_slice_is_doubted_though_a_newer_one_was_filled():
    desk, first = exiting(lots=60)  # 3,900: slices of 1,755, 1,755 and 390
    _, second, third = exits(desk)
    desk.fill(second)
    desk.fill(third)
    desk.report(first.order_id, OrderStatus.OPEN)

    desk.report(first.order_id, OrderStatus.CANCELLED, 0)

    assert len(exits(desk)) == 3


def cancelled_entry():
    """A desk on which the broker cancelled an opening order of two lots without a fill, as it says."""
    desk = Desk()
    desk.add(portfolio(leg("SELL", "CE", lots=2), execution={"retry_wait": 1}))
    desk.report(desk.pending()[0].order_id, OrderStatus.CANCELLED, 0, words="SYSTEM: cancelled")
    desk.timer(2)
    desk.chain()
    return desk, desk.requests()[0]


def test_a_cancelled_opening_is_not_tried_again_before_fresh_books_have_shown_it():
    desk, first = cancelled_entry()
    before = len(desk.requests())

    desk.books(desk.as_book_row(first, OrderStatus.CANCELLED, 0, "0"))

    assert before == 1
    assert [one.quantity for one in desk.requests()] == [2 * LOT, 2 * LOT]


def test_a_cancelled_opening_that_filled_in_part_is_only_completed():
    desk, first = cancelled_entry()

    for _ in range(2):
        desk.books(desk.as_book_row(first, OrderStatus.CANCELLED, LOT, "120"), net={first.instrument: -LOT})
        desk.timer(2)
        desk.chain()

    assert [one.quantity for one in desk.requests()] == [2 * LOT, LOT]


def trailed_in_part():
    """A sale of two lots, one filled at 120 whose stop was trailed from 150 to 140."""
    desk = Desk()
    desk.add(portfolio(leg("SELL", "CE", lots=2, stop_loss=stop(25), trailing=TRAILING)))
    request = desk.pending()[0]
    desk.report(request.order_id, OrderStatus.OPEN, LOT, "120")
    desk.wait(1)
    desk.quote({CALL: "100"})
    return desk, request


def test_a_late_part_fill_does_not_loosen_a_trailed_stop():
    desk, request = trailed_in_part()
    trailed = desk.run.legs[0].stop.value

    desk.report(request.order_id, OrderStatus.COMPLETE, 2 * LOT, "120")

    assert trailed == price_of("140")
    assert desk.run.legs[0].stop.value == price_of("140")
    assert desk.run.legs[0].protected_quantity == 2 * LOT


def test_a_stop_set_by_hand_is_kept_when_more_is_filled():
    desk = Desk()
    kept = {"on_leg_failure": "keep placed legs"}
    desk.add(portfolio(leg("SELL", "CE", lots=2, stop_loss=stop(25)), execution=kept))
    request = desk.pending()[0]
    desk.report(request.order_id, OrderStatus.OPEN, LOT, "120")
    desk.say(c.CancelWorkingOrder(at=desk.now, order_id=request.order_id))
    desk.wait(70)
    desk.chain()
    desk.report(request.order_id, OrderStatus.CANCELLED, LOT, "120")
    is_open = desk.run.legs[0].state
    by_hand = c.ChangeLegProtection(at=desk.now, portfolio_id=P1, leg_id=1, stop=price_of("133"), target=price_of("90"))
    desk.say(by_hand)

    desk.report(request.order_id, OrderStatus.CANCELLED, 2 * LOT, "100")

    assert is_open is LegState.OPEN
    assert desk.run.legs[0].stop == premium_stop(Side.SELL, price_of("133"))
    assert desk.run.legs[0].target == premium_target(Side.SELL, price_of("90"))
    assert desk.run.legs[0].protected_quantity == 2 * LOT


def test_a_leg_that_was_open_before_its_underlying_had_a_price_still_gets_its_stop():
    desk = Desk()
    stopped = leg("SELL", "CE", stop_loss=stop(50, "underlying points"))
    desk.add(portfolio(stopped, after_restart="finish"))
    request = desk.pending()[0]
    desk.report(request.order_id, OrderStatus.UNKNOWN)
    desk = restarted(desk)
    desk.books(desk.as_book_row(request, OrderStatus.COMPLETE, LOT, "120"), net={request.instrument: -LOT})
    before = (desk.run.legs[0].state, desk.run.legs[0].stop)
    desk.wait(1)

    desk.quote({"spot": "24860"})

    assert before == (LegState.OPEN, None)
    assert desk.run.legs[0].stop.value == price_of("24910")


def test_a_leg_closed_before_anything_of_it_was_filled_was_never_entered():
    desk = Desk()
    desk.add(portfolio(leg("SELL", "CE"), leg("SELL", "PE")))
    call, put = desk.pending()
    desk.fill(call)
    desk.report(put.order_id, OrderStatus.OPEN)

    desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))
    desk.report(put.order_id, OrderStatus.CANCELLED)
    desk.fill_all()

    assert [one.state for one in desk.run.legs] == [LegState.CLOSED, LegState.CANCELLED]
    assert [one.leg_id for one in desk.of(f.LegClosed)] == [1]
    assert desk.run.legs[1].failure == "closed before anything of it was filled: squared off by hand"


def waiting_until_the_end(desk):
    """Add a portfolio that may start from 09:25 to 09:26, and let the minute pass; answer the words of its end."""
    schedule = {"start": "09:25", "end": "09:26", "square_off": "15:15"}
    desk.add(portfolio(leg("SELL", "CE"), entry={"type": "time"}, schedule=schedule))
    desk.now = at(9, 26)
    desk.timer()
    assert desk.run.exit_reason is ExitReason.NO_ENTRY
    return desk.run.exit_why


def test_a_portfolio_that_could_not_enter_says_what_was_lacking():
    silent = waiting_until_the_end(Desk())
    unread = Desk()
    unread.state.books.accounts[ACCOUNT].recovering = True

    recovering = waiting_until_the_end(unread)

    until = "no entry until 09:26:00, the last time for one"
    assert silent == f"{until}: waiting for a fresh quote: the feed is silent"
    assert recovering == f"{until}: The engine is still comparing its books with the broker's after the start."


def test_a_portfolio_that_nothing_was_lacking_says_only_that_it_was_too_late():
    desk = Desk()
    desk.now = at(9, 26)
    desk.chain()
    desk.now = at(9, 20)

    words = waiting_until_the_end(desk)

    assert words == "no entry until 09:26:00, the last time for one"
