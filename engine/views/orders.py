"""Rows of the order book: one order of ours as the desktop is told it."""

import msgspec

from engine.core.records.order_record import Order
from engine.core.records.portfolio_run import LegRun
from engine.core.state import EngineState
from engine.domain.identifiers import AccountId, BrokerOrderId, InstrumentId, LegId, OrderId, PortfolioId
from engine.domain.instant import Instant
from engine.domain.instrument import Instrument
from engine.domain.money import Price, divide_half_up
from engine.domain.order import OrderStatus, OrderType, PendingRequest, Product, Purpose, RestsFor, Side
from engine.views.contracts import contract_name
from engine.views.order_life import OrderLives, OrderStep

_USUAL_TICK = Price(500)
"""₹0.05, by which prices of a contract are written that is not in today's list any more."""


class OrderRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the order book. Prices in 1/10,000 ₹, quantities in units, times as instants."""

    order_id: OrderId
    """Our tag, which the broker sees too."""
    broker_order_id: BrokerOrderId | None
    account: AccountId
    portfolio_id: PortfolioId
    portfolio: str
    """The portfolio's name."""
    leg_id: LegId
    cycle: int
    number: int
    """The running number of this order among its leg's orders, from 1: slices and retries."""
    purpose: Purpose
    instrument: InstrumentId
    contract: str
    """The contract in words: ``"NIFTY 25 Aug 24850 CE"``."""
    row: int
    """Row of the contract in the quote board; -1 for one that is not in today's list any more."""
    side: Side
    product: Product
    order_type: OrderType
    limit_price: Price | None
    trigger_price: Price | None
    """The last price that wakes a stop order; None for others."""
    rests_for: RestsFor | None = None
    """The level of its leg that it rests at the broker for; None for an order that is wanted now."""
    tick_size: Price
    lot_size: int
    quantity: int
    filled: int
    average_price: Price | None
    status: OrderStatus
    pending: PendingRequest | None
    """What we asked last about it and have no answer to yet."""
    modifications: int
    retries: int = 0
    """Orders before it for the same of its leg that the broker refused or never got."""
    why: str
    """Why the order exists."""
    wording: str
    """The broker's own last words about it."""
    requested_at: Instant
    sent_at: Instant | None
    acknowledged_at: Instant | None
    filled_at: Instant | None
    """When the last part so far was filled."""
    updated_at: Instant
    steps: tuple[OrderStep, ...] = ()
    """Its life so far, oldest first."""

    @property
    def is_working(self) -> bool:
        """Say whether more of it may still be filled, so that it can be cancelled or changed."""
        return self.status in _WORKING

    @property
    def can_be_cancelled(self) -> bool:
        """Say whether its cancellation can be asked now: the broker knows it and owes no answer."""
        known = self.broker_order_id is not None or self.status is OrderStatus.NEW
        return self.is_working and known and self.pending is None and self.status is not OrderStatus.UNKNOWN

    @property
    def protects(self) -> bool:
        """Say whether it is a stop that rests at the broker for an open leg."""
        return self.is_working and self.rests_for is RestsFor.STOP

    @property
    def remaining(self) -> int:
        """Answer the quantity that may still be filled; 0 once it is done."""
        return max(0, self.quantity - self.filled) if self.is_working else 0

    @property
    def send_latency(self) -> int | None:
        """Answer microseconds from the decision to the wire; None before it was sent."""
        return None if self.sent_at is None else self.sent_at - self.requested_at

    @property
    def acknowledge_latency(self) -> int | None:
        """Answer microseconds from the wire to the broker's first answer; None before it came."""
        return _between(self.sent_at, self.acknowledged_at)

    @property
    def fill_latency(self) -> int | None:
        """Answer microseconds from the wire to the last fill; None before the first."""
        return _between(self.sent_at, self.filled_at)


_WORKING = frozenset(
    {
        OrderStatus.NEW,
        OrderStatus.SENT,
        OrderStatus.ACKED,
        OrderStatus.OPEN,
        OrderStatus.TRIGGER_PENDING,
        OrderStatus.UNKNOWN,
    }
)


def _between(first: Instant | None, last: Instant | None) -> int | None:
    return None if first is None or last is None else last - first


def order_row(state: EngineState, order: Order, lives: OrderLives) -> OrderRow:
    """Answer an order's line of the order book."""
    run = state.books.portfolios[order.portfolio_id]
    leg = run.leg(order.leg_id)
    contract = _listed(state, order.instrument)
    return OrderRow(
        order_id=order.order_id,
        broker_order_id=order.broker_order_id,
        account=order.account,
        portfolio_id=order.portfolio_id,
        portfolio=run.portfolio.name,
        leg_id=order.leg_id,
        cycle=order.cycle,
        number=leg.orders.index(order.order_id) + 1,
        purpose=order.purpose,
        instrument=order.instrument,
        contract=order.instrument.partition(":")[2] if contract is None else contract_name(contract),
        row=-1 if contract is None else state.master.row(order.instrument),
        side=order.side,
        product=order.product,
        order_type=order.order_type,
        limit_price=order.limit_price,
        trigger_price=order.trigger_price,
        rests_for=order.rests_for,
        tick_size=_USUAL_TICK if contract is None else contract.tick_size,
        lot_size=1 if contract is None else contract.lot_size,
        quantity=order.quantity,
        filled=order.filled,
        average_price=_average(order, contract),
        status=order.status,
        pending=order.pending,
        modifications=order.modifications,
        retries=_retries(state, leg, order),
        why=order.why,
        wording=order.wording,
        requested_at=order.requested_at,
        sent_at=order.sent_at,
        acknowledged_at=lives.acknowledged_at(order.order_id),
        filled_at=lives.filled_at(order.order_id),
        updated_at=order.updated_at,
        steps=lives.steps(order.order_id),
    )


def _listed(state: EngineState, instrument: InstrumentId) -> Instrument | None:
    """Answer an order's contract; None where it expired since and is not in today's list."""
    return state.master.by_id(instrument) if instrument in state.master else None


_FAILED = frozenset({OrderStatus.REJECTED, OrderStatus.NOT_SENT})


def _retries(state: EngineState, leg: LegRun, order: Order) -> int:
    before = (state.books.orders[one] for one in leg.orders[: leg.orders.index(order.order_id)])
    return sum(
        one.status in _FAILED and (one.cycle, one.purpose) == (order.cycle, order.purpose) and not one.filled
        for one in before
    )


def _average(order: Order, contract: Instrument | None) -> Price | None:
    if not order.filled:
        return None
    scale = 1 if contract is None else contract.quantity_scale
    return Price(divide_half_up(order.value * scale, order.filled))
