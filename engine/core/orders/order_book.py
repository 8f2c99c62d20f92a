"""Broker reports → order facts: late, doubled, reordered and missing ones included."""

from collections.abc import Iterator

from engine.core.records.order_record import Order
from engine.core.state import EngineState
from engine.domain.facts import (
    AlarmRaised,
    AnyFact,
    OrderChangeRefused,
    OrderFilled,
    OrderModified,
    OrderMoved,
)
from engine.domain.money import Money
from engine.domain.order import OrderStatus, PendingRequest, Purpose, may_follow
from engine.domain.reports import ChangeRefused, OrderReport, SendReport

_RANK = {
    OrderStatus.NEW: 0,
    OrderStatus.SENT: 1,
    OrderStatus.UNKNOWN: 2,
    OrderStatus.ACKED: 3,
    OrderStatus.TRIGGER_PENDING: 4,
    OrderStatus.OPEN: 5,
}
"""How far an unfinished order has come; a report of an earlier stage is old news."""


def sent(state: EngineState, report: SendReport) -> Iterator[AnyFact]:
    """Say that an order is on its way."""
    order = state.books.orders.get(report.order_id)
    if order is not None and order.status is OrderStatus.NEW:
        yield OrderMoved(at=state.now, order_id=order.order_id, status=OrderStatus.SENT)


def absorb(state: EngineState, report: OrderReport) -> Iterator[AnyFact]:
    """Say what a report of an order means; a report that tells nothing new means nothing.

    A fill always counts, in whatever state the order is: the exchange made the trade. ``filled`` never falls.
    """
    order = state.books.orders.get(report.order_id)
    if order is None:
        return
    if report.filled > order.filled:
        yield from _fill(state, order, report)
    yield from _terms(state, order, report)
    yield from _status(state, order, report)


def _fill(state: EngineState, order: Order, report: OrderReport) -> Iterator[AnyFact]:
    value = report.value
    if value is None:
        scale = state.master.by_id(order.instrument).quantity_scale
        value = Money((report.average_price or 0) * report.filled // scale)
    if order.status in (OrderStatus.NEW, OrderStatus.SENT, OrderStatus.UNKNOWN):
        yield OrderMoved(
            at=state.now,
            order_id=order.order_id,
            status=OrderStatus.OPEN,
            broker_order_id=report.broker_order_id,
            wording=report.wording,
        )
    yield OrderFilled(
        at=state.now,
        order_id=order.order_id,
        quantity=report.filled - order.filled,
        value=Money(value - order.value),
        filled=report.filled,
    )
    if order.filled > order.quantity:
        sentence = (
            f"{order.instrument}: {order.filled} filled of an order of {order.quantity}; check the broker's books"
        )
        yield AlarmRaised(at=state.now, code="OVERFILL", sentence=sentence, portfolio_id=order.portfolio_id)
    leg = state.books.portfolios[order.portfolio_id].leg(order.leg_id)
    if order.purpose is Purpose.EXIT and leg.net_quantity * leg.leg.side.sign < 0:
        # Stop and target rested both, or a cancellation came too late (failure path F18).
        left = f"{leg.net_quantity:+d} is closed again"
        sentence = f"{order.instrument}: more was closed than leg {leg.leg_id} held; {left}"
        yield AlarmRaised(at=state.now, code="DOUBLE_FILL", sentence=sentence, portfolio_id=order.portfolio_id)


def _terms(state: EngineState, order: Order, report: OrderReport) -> Iterator[AnyFact]:
    """Say that a modification has gone through, once the broker shows the terms that were asked for."""
    terms = order.pending_terms
    if order.pending is not PendingRequest.MODIFY or terms is None or not order.is_working:
        return
    asked = terms.quantity, terms.limit_price, terms.trigger_price
    if (report.quantity, report.limit_price, report.trigger_price) == asked:
        yield OrderModified(
            at=state.now,
            order_id=order.order_id,
            quantity=terms.quantity,
            limit_price=None if terms.limit_price is None else report.limit_price,
            trigger_price=report.trigger_price,
        )


def _status(state: EngineState, order: Order, report: OrderReport) -> Iterator[AnyFact]:
    if report.status is OrderStatus.COMPLETE and order.filled < order.quantity:
        return  # The fills are on their way in another report.
    news = report.status is not order.status and may_follow(order.status, report.status)
    if news and order.is_working and report.status in _RANK:
        news = _RANK[report.status] > _RANK[order.status]
        if report.status is OrderStatus.UNKNOWN:
            # Once the broker gave a number, an unanswered call says nothing any more.
            news = order.broker_order_id is None and order.status in (OrderStatus.NEW, OrderStatus.SENT)
    if news and not order.is_working:
        news = report.status is OrderStatus.COMPLETE
    learned = report.broker_order_id is not None and order.broker_order_id is None and order.is_working
    if news or learned:
        yield OrderMoved(
            at=state.now,
            order_id=order.order_id,
            status=report.status if news else order.status,
            broker_order_id=report.broker_order_id,
            wording=report.wording,
        )


def change_refused(state: EngineState, report: ChangeRefused) -> Iterator[AnyFact]:
    """Say that a modification or cancellation did not happen; the order itself is as it was."""
    order = state.books.orders.get(report.order_id)
    if order is not None and order.pending is not None:
        yield OrderChangeRefused(at=state.now, order_id=order.order_id, wording=report.wording, certain=report.certain)
