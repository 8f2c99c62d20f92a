"""What becomes of a portfolio whose orders somebody cancels in the order book; the question there promises it."""

from engine.domain import commands as c
from engine.domain import facts as f
from engine.domain.order import OrderStatus, Purpose, RestsFor
from tests.helpers.core_desk import LOT, P1, Desk, leg, portfolio, stop


def cancelled(desk, request):
    """Cancel an order by hand, and let the broker confirm it."""
    desk.report(request.order_id, OrderStatus.TRIGGER_PENDING if request.trigger_price else OrderStatus.OPEN)
    desk.say(c.CancelWorkingOrder(at=desk.now, order_id=request.order_id))
    desk.report(request.order_id, OrderStatus.CANCELLED, 0)
    # A cancelled order is believed once a fresh book says the same.
    desk.wait(1)
    held = {request.instrument: desk.run.legs[0].net_quantity}
    desk.books(desk.as_book_row(request, OrderStatus.CANCELLED, 0, "0"), net=held)
    for _ in range(5):
        desk.wait(1)
        desk.chain()


def test_a_stop_that_rests_at_the_broker_is_placed_anew_while_its_leg_is_open():
    desk = Desk()
    desk.add(portfolio(leg("SELL", "CE", stop_loss=stop(25)), at_broker={"leg_stop": True}))
    desk.fill(desk.pending()[0])
    (first,) = (one for one in desk.pending() if one.rests_for is RestsFor.STOP)

    cancelled(desk, first)

    stops = [one for one in desk.requests() if one.rests_for is RestsFor.STOP]
    assert len(stops) == 2
    assert (stops[1].quantity, stops[1].trigger_price) == (LOT, first.trigger_price)
    assert not desk.run.legs[0].stop_taken_over


def test_an_exit_is_sent_anew_while_its_leg_is_to_be_closed():
    desk = Desk()
    desk.add(portfolio(leg("SELL", "CE")))
    desk.fill_all()
    desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))

    cancelled(desk, desk.pending()[0])

    assert len([one for one in desk.requests() if one.purpose is Purpose.EXIT]) == 2


def test_an_entry_counts_as_one_that_failed_and_is_tried_again_by_its_portfolios_rule():
    desk = Desk()
    desk.add(portfolio(leg("SELL", "CE")))

    cancelled(desk, desk.pending()[0])

    assert len(desk.of(f.LegRetried)) == 1
    assert len([one for one in desk.requests() if one.purpose is Purpose.ENTRY]) == 2
