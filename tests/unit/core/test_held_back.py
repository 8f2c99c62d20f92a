"""Orders that waited for their turn leave at the price of the moment in which they leave, and the journal says so."""

from engine.domain import commands as c
from engine.domain import facts as f
from engine.domain.instant import SECOND
from engine.domain.money import price_of
from engine.domain.order import OrderStatus, Purpose
from engine.domain.reports import HeldBackReport
from tests.helpers.core_desk import ACCOUNT, P1, Desk, leg, portfolio, stop

CALL = (24850, "CE")


def exiting(**fields):
    """A desk on which a sold call was entered at 120 and squared off; its exit order has not left."""
    desk = Desk()
    desk.add(portfolio(leg("SELL", "CE"), **fields))
    desk.fill_all()
    desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))
    (order,) = desk.pending()
    return desk, order


def held_back(desk, order_id):
    """Say that a request waited for its turn, and answer what follows."""
    return desk.say(HeldBackReport(at=desk.now, account=ACCOUNT, order_id=order_id, waited=2 * SECOND))


def test_an_exit_that_waited_leaves_at_the_price_of_now():
    desk, order = exiting()
    desk.wait(2)
    desk.quote({CALL: "140"})

    facts = held_back(desk, order.order_id)

    anew = [fact for fact in facts if isinstance(fact, f.OrderPricedAnew)]
    assert [(fact.order_id, fact.limit_price) for fact in anew] == [(order.order_id, price_of("141.40"))]
    assert order.limit_price == price_of("121.20")
    assert desk.state.books.orders[order.order_id].limit_price == price_of("141.40")


def test_a_price_that_still_holds_is_not_written_down_again():
    desk, order = exiting()
    desk.wait(2)

    assert held_back(desk, order.order_id) == []


def test_an_entry_that_waited_is_priced_anew_too():
    desk = Desk()
    desk.add(portfolio(leg("BUY", "CE")))
    (order,) = desk.pending()
    desk.wait(2)
    desk.quote({CALL: "130"})

    held_back(desk, order.order_id)

    assert order.purpose is Purpose.ENTRY
    assert desk.state.books.orders[order.order_id].limit_price == price_of("131.30")


def test_the_limit_that_somebody_typed_stays_as_it_is():
    desk, order = exiting()
    desk.report(order.order_id, OrderStatus.OPEN)
    typed = c.ModifyWorkingOrder(at=desk.now, order_id=order.order_id, limit_price=price_of("122"))
    desk.say(typed)
    desk.wait(1.5)
    desk.quote({CALL: "140"})

    assert held_back(desk, order.order_id) == []
    assert desk.state.books.orders[order.order_id].pending_terms.limit_price == price_of("122")


def test_a_chase_that_waited_chases_from_the_price_of_now():
    desk, order = exiting()
    desk.report(order.order_id, OrderStatus.OPEN)
    desk.wait(2)
    desk.quote({CALL: "130"})
    desk.timer()
    first = desk.state.books.orders[order.order_id].pending_terms.limit_price
    desk.wait(2)
    desk.quote({CALL: "140"})

    held_back(desk, order.order_id)

    assert first == price_of("131.95")  # one step of 0.5 % beyond the buffer of 1 %
    assert desk.state.books.orders[order.order_id].pending_terms.limit_price == price_of("142.10")


def test_a_stop_that_shall_rest_at_the_broker_keeps_its_level():
    desk = Desk()
    desk.add(portfolio(leg("SELL", "CE", stop_loss=stop(25)), at_broker={}))
    desk.fill(desk.pending()[0])
    (order,) = desk.pending()
    desk.wait(2)
    desk.quote({CALL: "125"})

    facts = held_back(desk, order.order_id)

    assert [fact for fact in facts if isinstance(fact, f.OrderPricedAnew)] == []
