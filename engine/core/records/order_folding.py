"""How each fact of an order changes it and what its leg holds; part of fold()."""

import msgspec

from engine.core.records import account_folding
from engine.core.records.books import Books
from engine.core.records.order_record import Order
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.domain import facts as f
from engine.domain.instant import Instant
from engine.domain.money import Money
from engine.domain.multileg.states import LegState
from engine.domain.order import OrderStatus, OrderTerms, OrderType, PendingRequest, Purpose, Side, next_status


def fold_order(books: Books, fact: f.AnyOrderFact) -> PortfolioRun:
    """Change an order, and what its leg holds, by one fact; answer the portfolio it belongs to."""
    if isinstance(fact, f.OrderRequested):
        return _order_requested(books, fact)
    order = books.orders[fact.order_id]
    order.updated_at = fact.at
    run = books.portfolios[order.portfolio_id]
    match fact:
        case f.OrderMoved():
            _order_moved(order, fact)
        case f.OrderFilled():
            _order_filled(books, run, order, fact)
        case f.OrderModifyRequested():
            order.pending, order.pending_since = PendingRequest.MODIFY, fact.at
            order.pending_terms = OrderTerms(fact.quantity, fact.limit_price, fact.trigger_price, fact.by_hand)
            order.priced_at = fact.at
            order.modifications += 1
            if order.rests_for is not None and run.leg(order.leg_id).state is LegState.EXITING:
                order.exit_tried_at = fact.at
        case f.OrderPricedAnew():
            order.priced_at = fact.at
            if order.pending_terms is None:
                order.limit_price = fact.limit_price
            else:
                order.pending_terms = msgspec.structs.replace(order.pending_terms, limit_price=fact.limit_price)
        case f.OrderModified():
            order.quantity, order.limit_price = fact.quantity, fact.limit_price
            if order.trigger_price is not None and fact.trigger_price is None:
                order.order_type, order.rests_for = OrderType.LIMIT, None
                order.chased_from = order.modifications
            order.trigger_price, order.refusals = fact.trigger_price, 0
            _settle_request(order)
        case f.OrderCancelRequested():
            order.pending, order.pending_since, order.pending_terms = PendingRequest.CANCEL, fact.at, None
            order.cancel_asked = True
        case f.OrderChangeRefused():
            order.refusals += 1
            _settle_request(order)
            order.wording = fact.wording
        case f.OrderMissing():
            order.missing = fact.times
    leg = run.leg(order.leg_id)
    if not order.is_working and order.order_id in leg.working:
        leg.working.remove(order.order_id)
    return run


def _order_requested(books: Books, fact: f.OrderRequested) -> PortfolioRun:
    books.orders_made += 1
    account_folding.known_books(books, fact.account).orders_today += 1
    books.orders[fact.order_id] = Order(
        order_id=fact.order_id,
        account=fact.account,
        portfolio_id=fact.portfolio_id,
        leg_id=fact.leg_id,
        cycle=fact.cycle,
        purpose=fact.purpose,
        instrument=fact.instrument,
        side=fact.side,
        quantity=fact.quantity,
        product=fact.product,
        order_type=fact.order_type,
        limit_price=fact.limit_price,
        trigger_price=fact.trigger_price,
        rests_for=fact.rests_for,
        why=fact.why,
        requested_at=fact.at,
        priced_at=fact.at,
        updated_at=fact.at,
    )
    run = books.portfolios[fact.portfolio_id]
    leg = run.leg(fact.leg_id)
    leg.orders.append(fact.order_id)
    leg.working.append(fact.order_id)
    leg.denied, leg.denied_since = "", None
    if fact.purpose is Purpose.ENTRY and leg.state is LegState.RESOLVED:
        leg.state = LegState.ENTERING
    return run


def _order_moved(order: Order, fact: f.OrderMoved) -> None:
    if fact.status is not order.status:
        order.status = next_status(order.status, fact.status)
    if fact.status is OrderStatus.SENT:
        order.sent_at = fact.at
    order.broker_order_id = fact.broker_order_id or order.broker_order_id
    order.wording = fact.wording or order.wording
    order.missing = 0
    if not order.is_working:
        _settle_request(order)


def _order_filled(books: Books, run: PortfolioRun, order: Order, fact: f.OrderFilled) -> None:
    order.filled = fact.filled
    order.value = Money(order.value + fact.value)
    if order.filled >= order.quantity and order.status is not OrderStatus.COMPLETE:
        order.status = next_status(order.status, OrderStatus.COMPLETE)
        _settle_request(order)
    signed = order.side.sign * fact.quantity
    held = account_folding.known_books(books, order.account).net_quantity
    held[order.instrument] = held.get(order.instrument, 0) + signed
    _book_leg_fill(run.leg(order.leg_id), order, fact, fact.at)


def _book_leg_fill(leg: LegRun, order: Order, fact: f.OrderFilled, at: Instant) -> None:
    if order.side is Side.BUY:
        leg.bought_quantity += fact.quantity
        leg.bought_value = Money(leg.bought_value + fact.value)
    else:
        leg.sold_quantity += fact.quantity
        leg.sold_value = Money(leg.sold_value + fact.value)
    if order.purpose is Purpose.ENTRY:
        leg.entered_at = leg.entered_at or at
        leg.filled_at = at


def _settle_request(order: Order) -> None:
    order.pending, order.pending_since, order.pending_terms = None, None, None
