"""Facts of orders."""

from engine.domain.denial import DenialReason
from engine.domain.facts.fact import LegFact, OrderFact
from engine.domain.identifiers import AccountId, BrokerOrderId, InstrumentId, LegId, PortfolioId
from engine.domain.instant import Instant
from engine.domain.money import Money, Price
from engine.domain.order import OrderStatus, OrderType, Product, Purpose, RestsFor, Side


class OrderRequested(OrderFact, frozen=True, kw_only=True, tag="order_requested"):
    """An order was decided; from here it may leave for the broker, once. ``why`` is the reason it exists."""

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
    trigger_price: Price | None = None
    """Of a stop order: the last price that wakes it at the exchange."""
    rests_for: RestsFor | None = None
    """It rests at the broker for a level; None for an order that is wanted now."""


class OrderDenied(LegFact, frozen=True, kw_only=True, tag="order_denied"):
    """We refused an order ourselves; it was never sent."""

    purpose: Purpose
    instrument: InstrumentId
    side: Side
    quantity: int
    reason: DenialReason
    detail: str
    again_at: Instant | None = None


class OrderMoved(OrderFact, frozen=True, kw_only=True, tag="order_moved"):
    """An order's status changed; ``wording`` is the broker's own, or the evidence for our view."""

    status: OrderStatus
    broker_order_id: BrokerOrderId | None = None
    wording: str = ""


class OrderFilled(OrderFact, frozen=True, kw_only=True, tag="order_filled"):
    """More of an order was filled; ``filled`` is the whole so far, ``value`` the exact value of this part."""

    quantity: int
    value: Money
    filled: int


class OrderModifyRequested(OrderFact, frozen=True, kw_only=True, tag="order_modify_requested"):
    """New terms for a working order were decided; a stop order without a trigger becomes a limit order."""

    quantity: int
    limit_price: Price | None
    why: str
    trigger_price: Price | None = None
    by_hand: bool = False
    """Somebody typed the limit: it is sent as it is, however long it waits."""


class OrderPricedAnew(OrderFact, frozen=True, kw_only=True, tag="order_priced_anew"):
    """An order, or its change, waited for its turn and has not left: it leaves with this limit and not with the old."""

    limit_price: Price
    waited: int
    """Since its price was decided, in µs."""


class OrderModified(OrderFact, frozen=True, kw_only=True, tag="order_modified"):
    """The broker took new terms."""

    quantity: int
    limit_price: Price | None
    trigger_price: Price | None = None


class OrderCancelRequested(OrderFact, frozen=True, kw_only=True, tag="order_cancel_requested"):
    """The cancellation of a working order was decided."""

    why: str


class OrderChangeRefused(OrderFact, frozen=True, kw_only=True, tag="order_change_refused"):
    """A modification or a cancellation did not happen, or nobody knows (``certain`` false)."""

    wording: str
    certain: bool


class OrderMissing(OrderFact, frozen=True, kw_only=True, tag="order_missing"):
    """A fresh book of the broker does not show an order whose outcome is unknown; ``times`` in a row."""

    times: int
    book_at: Instant
