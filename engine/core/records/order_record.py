"""What one order is at this moment; written only by folding facts."""

import msgspec

from engine.domain.identifiers import AccountId, BrokerOrderId, InstrumentId, LegId, OrderId, PortfolioId
from engine.domain.instant import Instant
from engine.domain.money import Money, Price, divide_half_up
from engine.domain.order import (
    TERMINAL,
    OrderStatus,
    OrderTerms,
    OrderType,
    PendingRequest,
    Product,
    Purpose,
    RestsFor,
    Side,
)


class Order(msgspec.Struct, kw_only=True):
    """One order of ours; quantities in units, ``value`` the exact value of what is filled."""

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
    requested_at: Instant
    trigger_price: Price | None = None
    """Of a stop order that sleeps at the exchange; None where it is none, or none any more."""
    rests_for: RestsFor | None = None
    """The level it rests at the broker for; None once it is wanted for itself."""
    status: OrderStatus = OrderStatus.NEW
    broker_order_id: BrokerOrderId | None = None
    wording: str = ""
    filled: int = 0
    value: Money = Money(0)
    sent_at: Instant | None = None
    priced_at: Instant
    """When its present terms were decided; chasing counts from here."""
    updated_at: Instant
    pending: PendingRequest | None = None
    pending_since: Instant | None = None
    pending_terms: OrderTerms | None = None
    modifications: int = 0
    chased_from: int = 0
    """How many of these changes came before it became an order to be filled now; chasing counts the others."""
    exit_tried_at: Instant | None = None
    """When it was last asked to become the exit order of its leg; None while it only rests for a level."""
    refusals: int = 0
    """Changes that did not happen since the last that did."""
    cancel_asked: bool = False
    missing: int = 0
    """Fresh books in a row that did not show it."""

    @property
    def is_working(self) -> bool:
        """Say whether more of it may still be filled."""
        return self.status not in TERMINAL

    @property
    def remaining(self) -> int:
        """Answer the quantity that may still be filled; 0 once it is done."""
        return max(0, self.quantity - self.filled) if self.is_working else 0

    @property
    def average_price(self) -> Price | None:
        """Answer the average of its fills rounded to 1/10,000 ₹, for a scale of 1; None before the first."""
        return Price(divide_half_up(self.value, self.filled)) if self.filled else None


def average(value: int, quantity: int, scale: int) -> Price | None:
    """Answer value per unit of the underlying, rounded once to 1/10,000 ₹; None for nothing."""
    return Price(divide_half_up(value * scale, quantity)) if quantity else None
