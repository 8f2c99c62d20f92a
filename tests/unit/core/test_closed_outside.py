"""One leg that was closed in the broker's own application is taken as done (failure path F19)."""

import pytest

from engine.domain import commands as c
from engine.domain import facts as f
from engine.domain.facts.edits import OutsidePrice
from engine.domain.identifiers import BrokerOrderId
from engine.domain.money import Money, price_of
from engine.domain.multileg.states import ExitReason, LegState, PortfolioState
from engine.domain.order import OrderStatus, OrderType, Product, RestsFor, Side
from engine.domain.reports import BookOrder
from tests.helpers.core_desk import LOT, P1, Desk, leg, portfolio, stop, symbol

CALL, PUT = symbol(24850, "CE"), symbol(24850, "PE")


def straddle(**fields):
    """A desk on which a straddle was sold at 120."""
    desk = Desk()
    actions = [{"type": "re_execute"}]
    legs = (leg("SELL", kind, stop_loss=stop(25), on_stop=actions) for kind in ("CE", "PE"))
    desk.add(portfolio(*legs, **fields))
    while pending := [one for one in desk.pending() if one.rests_for is None]:
        desk.fill(pending[0])
    return desk


def trade(desk, price, quantity=LOT, side=Side.BUY, number="X1"):
    """A trade of somebody else's as the broker's order book shows it."""
    return BookOrder(
        order_id=None,
        broker_order_id=BrokerOrderId(number),
        instrument=CALL,
        side=side,
        product=Product.INTRADAY,
        order_type=OrderType.LIMIT,
        quantity=quantity,
        filled=quantity,
        value=Money(price_of(price) * quantity),
        limit_price=None,
        status=OrderStatus.COMPLETE,
        wording="",
        updated_at=desk.now,
    )


def show_gone(desk, *trades, call=0):
    """Let the broker's books show the call closed, twice as it must be."""
    for _ in range(2):
        desk.wait(10)
        desk.books(*trades, net={CALL: call, PUT: -LOT})


def mark(desk, price=None, leg_id=1):
    """Take a leg as closed at the broker."""
    typed = None if price is None else price_of(price)
    return desk.say(c.MarkLegClosed(at=desk.now, portfolio_id=P1, leg_id=leg_id, price=typed))


@pytest.mark.parametrize(
    ("trades", "typed", "price", "source"),
    [
        ([("131.05", 65)], None, "131.05", OutsidePrice.BROKER),
        ([("100", 65), ("131", 65)], None, "131", OutsidePrice.BROKER),  # the newest close it
        ([("100", 30)], None, "120", OutsidePrice.MOMENT),  # 35 of it are in no book
        ([], None, "120", OutsidePrice.MOMENT),
        ([("131.05", 65)], "99.95", "99.95", OutsidePrice.TYPED),
    ],
)
def test_it_is_counted_at_the_brokers_price_and_the_journal_says_whose_it_is(trades, typed, price, source):
    desk = straddle()
    show_gone(desk, *(trade(desk, at, units, number=f"X{n}") for n, (at, units) in enumerate(trades)))

    mark(desk, typed)

    (fact,) = desk.of(f.LegClosedOutside)
    assert (fact.price, fact.source) == (price_of(price), source)
    (closed,) = desk.of(f.LegClosed)
    assert (closed.reason, closed.average_price) == (ExitReason.MANUAL_EXTERNAL, price_of(price))


def test_the_other_leg_goes_on_and_nothing_follows_as_on_a_stop():
    desk = straddle(move_to_cost={})
    show_gone(desk)

    mark(desk)
    desk.timer(60)

    assert [one.state for one in desk.run.legs] == [LegState.CLOSED, LegState.OPEN]
    assert desk.run.state is PortfolioState.RUNNING
    assert not desk.of(f.LegAdded)
    assert not desk.of(f.StopsMovedToCost)


def test_its_stop_that_still_rests_is_cancelled():
    desk = straddle(at_broker={})
    resting = [one for one in desk.requests() if one.rests_for is RestsFor.STOP]
    for one in resting:
        desk.report(one.order_id, OrderStatus.TRIGGER_PENDING)
    rows = [desk.as_book_row(one, OrderStatus.TRIGGER_PENDING, 0, "0") for one in resting]
    for _ in range(2):
        desk.wait(10)
        desk.books(*rows, net={CALL: 0, PUT: -LOT})

    facts = mark(desk)

    cancelled = [fact.order_id for fact in facts if isinstance(fact, f.OrderCancelRequested)]
    assert cancelled == [one.order_id for one in resting if one.leg_id == 1]
    desk.report(cancelled[0], OrderStatus.CANCELLED)
    assert desk.run.leg(1).state is LegState.CLOSED
    assert desk.run.leg(2).state is LegState.OPEN


@pytest.mark.parametrize(
    ("call", "price", "leg_id", "words"),
    [
        (-LOT, None, 1, "show nothing gone"),
        (0, "130.03", 1, "on the tick"),
        (0, None, 2, "show nothing gone"),
        (0, None, 7, "there is no leg 7"),
    ],
)
def test_what_the_books_do_not_show_is_refused_with_a_sentence(call, price, leg_id, words):
    desk = straddle()
    show_gone(desk, call=call)

    mark(desk, price, leg_id)

    (refused,) = desk.of(f.CommandRefused)
    assert words in refused.sentence
    assert not desk.of(f.LegClosedOutside)


def test_it_is_marked_only_once_though_the_difference_still_stands_in_the_books():
    desk = straddle()
    show_gone(desk)

    mark(desk)
    mark(desk)

    (refused,) = desk.of(f.CommandRefused)
    assert "leg 1 holds nothing" in refused.sentence


def test_a_difference_that_explains_one_leg_does_not_explain_another_of_the_same_contract():
    desk = Desk()
    desk.add(portfolio(leg("SELL", "CE"), leg("SELL", "CE")))
    desk.fill_all()
    for _ in range(2):
        desk.wait(10)
        desk.books(net={CALL: -LOT})

    mark(desk, leg_id=1)
    mark(desk, leg_id=2)

    (refused,) = desk.of(f.CommandRefused)
    assert "leg 2 holds -65" in refused.sentence
    assert [one.net_quantity for one in desk.run.legs] == [0, -LOT]
