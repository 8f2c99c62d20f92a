"""Facts of orders."""

from engine.domain.denial import DenialReason
from engine.domain.facts.fact import Fact
from engine.domain.identifiers import AccountId, BrokerOrderId, InstrumentId, LegId, OrderId, PortfolioId
from engine.domain.instant import Instant
from engine.domain.money import Money, Price
from engine.domain.order import OrderStatus, OrderType, Product, Purpose, Side


class OrderRequested(Fact, frozen=True, kw_only=True, tag="order_requested"):
    """An order was decided; from here it may leave for the broker, once. ``why`` is the reason it exists."""

    order_id: OrderId
    account: AccountId
    portfolio_id: PortfolioId
    leg_id: LegId
    cycle: int
    purpose: Purpose
    instrument: InstrumentId
    side: Side
    quantity: int
    product: Product
    order_type: OrderType
    limit_price: Price | None
    why: str


class OrderDenied(Fact, frozen=True, kw_only=True, tag="order_denied"):
    """We refused an order ourselves; it was never sent."""

    portfolio_id: PortfolioId
    leg_id: LegId
    purpose: Purpose
    instrument: InstrumentId
    side: Side
    quantity: int
    reason: DenialReason
    detail: str
    again_at: Instant | None = None


class OrderMoved(Fact, frozen=True, kw_only=True, tag="order_moved"):
    """An order's status changed; ``wording`` is the broker's own, or the evidence for our view."""

    order_id: OrderId
    status: OrderStatus
    broker_order_id: BrokerOrderId | None = None
    wording: str = ""


class OrderFilled(Fact, frozen=True, kw_only=True, tag="order_filled"):
    """More of an order was filled; ``filled`` is the whole so far, ``value`` the exact value of this part."""

    order_id: OrderId
    quantity: int
    value: Money
    filled: int


class OrderModifyRequested(Fact, frozen=True, kw_only=True, tag="order_modify_requested"):
    """New terms for a working order were decided."""

    order_id: OrderId
    quantity: int
    limit_price: Price | None
    why: str


class OrderModified(Fact, frozen=True, kw_only=True, tag="order_modified"):
    """The broker took new terms."""

    order_id: OrderId
    quantity: int
    limit_price: Price | None


class OrderCancelRequested(Fact, frozen=True, kw_only=True, tag="order_cancel_requested"):
    """The cancellation of a working order was decided."""

    order_id: OrderId
    why: str


class OrderChangeRefused(Fact, frozen=True, kw_only=True, tag="order_change_refused"):
    """A modification or a cancellation did not happen, or nobody knows (``certain`` false)."""

    order_id: OrderId
    wording: str
    certain: bool


class OrderMissing(Fact, frozen=True, kw_only=True, tag="order_missing"):
    """A fresh book of the broker does not show an order whose outcome is unknown; ``times`` in a row."""

    order_id: OrderId
    times: int
    book_at: Instant
