"""Rows of the order book: one order of ours as the desktop is told it."""

from collections.abc import Iterable

import msgspec

from engine.core.records.order_record import Order
from engine.core.state import EngineState
from engine.domain.contract_master import ContractMaster
from engine.domain.facts import AnyFact, OrderFilled, OrderMoved
from engine.domain.identifiers import AccountId, BrokerOrderId, InstrumentId, LegId, OrderId, PortfolioId
from engine.domain.instant import Instant
from engine.domain.instrument import Instrument
from engine.domain.money import Price, divide_half_up
from engine.domain.order import OrderStatus, OrderType, PendingRequest, Product, Purpose, Side
from engine.views.contracts import contract_name

_NOT_ANSWERED = frozenset({OrderStatus.NEW, OrderStatus.SENT, OrderStatus.UNKNOWN})


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
    """Row of the contract in the quote board."""
    side: Side
    product: Product
    order_type: OrderType
    limit_price: Price | None
    trigger_price: Price | None
    """The last price that wakes a stop order; None for others."""
    tick_size: Price
    lot_size: int
    quantity: int
    filled: int
    average_price: Price | None
    status: OrderStatus
    pending: PendingRequest | None
    """What we asked last about it and have no answer to yet."""
    modifications: int
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

    @property
    def is_working(self) -> bool:
        """Say whether more of it may still be filled, so that it can be cancelled or changed."""
        return self.status in _WORKING

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


class OrderTimes:
    """When each order was first answered and last filled: told by the facts, kept for the screen only."""

    def __init__(self) -> None:
        self._acknowledged: dict[OrderId, Instant] = {}
        self._filled: dict[OrderId, Instant] = {}

    def take(self, facts: Iterable[AnyFact]) -> None:
        """Note the times among facts, oldest first."""
        for fact in facts:
            match fact:
                case OrderMoved() if fact.status not in _NOT_ANSWERED:
                    self._acknowledged.setdefault(fact.order_id, fact.at)
                case OrderFilled():
                    self._acknowledged.setdefault(fact.order_id, fact.at)
                    self._filled[fact.order_id] = fact.at
                case _:
                    pass

    def acknowledged_at(self, order_id: OrderId) -> Instant | None:
        """Answer when the broker first answered; None before."""
        return self._acknowledged.get(order_id)

    def filled_at(self, order_id: OrderId) -> Instant | None:
        """Answer when the last part so far was filled; None before the first."""
        return self._filled.get(order_id)


def order_row(state: EngineState, order: Order, times: OrderTimes) -> OrderRow:
    """Answer an order's line of the order book."""
    run = state.books.portfolios[order.portfolio_id]
    row, contract = _listed(state.master, order.instrument)
    return OrderRow(
        order_id=order.order_id,
        broker_order_id=order.broker_order_id,
        account=order.account,
        portfolio_id=order.portfolio_id,
        portfolio=run.portfolio.name,
        leg_id=order.leg_id,
        cycle=order.cycle,
        number=run.leg(order.leg_id).orders.index(order.order_id) + 1,
        purpose=order.purpose,
        instrument=order.instrument,
        contract=contract_name(contract),
        row=row,
        side=order.side,
        product=order.product,
        order_type=order.order_type,
        limit_price=order.limit_price,
        trigger_price=order.trigger_price,
        tick_size=contract.tick_size,
        lot_size=contract.lot_size,
        quantity=order.quantity,
        filled=order.filled,
        average_price=_average(order, contract),
        status=order.status,
        pending=order.pending,
        modifications=order.modifications,
        why=order.why,
        wording=order.wording,
        requested_at=order.requested_at,
        sent_at=order.sent_at,
        acknowledged_at=times.acknowledged_at(order.order_id),
        filled_at=times.filled_at(order.order_id),
        updated_at=order.updated_at,
    )


def _listed(master: ContractMaster, instrument: InstrumentId) -> tuple[int, Instrument]:
    row = master.row(instrument)
    return row, master.instruments[row]


def _average(order: Order, contract: Instrument) -> Price | None:
    if not order.filled:
        return None
    return Price(divide_half_up(order.value * contract.quantity_scale, order.filled))
