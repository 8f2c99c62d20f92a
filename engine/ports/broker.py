"""What the engine asks of a broker: fire and report, never wait.

Every call returns at once. What comes of it arrives as reports (engine/domain/reports.py), in any order and any number
of times. An adapter never raises for broker trouble: it reports it.
"""

from typing import Protocol

import msgspec

from engine.domain.identifiers import AccountId, BrokerOrderId, InstrumentId, OrderId
from engine.domain.money import Price
from engine.domain.order import OrderType, Product, Purpose, Side


class PlaceOrder(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One order to place. Prices in 1/10,000 ₹, quantity in units (lots times lot size)."""

    account: AccountId
    order_id: OrderId
    instrument: InstrumentId
    side: Side
    quantity: int
    product: Product
    order_type: OrderType
    limit_price: Price | None
    purpose: Purpose
    trigger_price: Price | None = None
    """Of a STOP_LIMIT: the last price that wakes it."""


class ChangeOrder(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """New terms for a working order: its whole quantity, its limit and its trigger.

    A stop order without a trigger any more is an ordinary limit order from now on.
    """

    account: AccountId
    order_id: OrderId
    broker_order_id: BrokerOrderId
    quantity: int
    limit_price: Price | None
    trigger_price: Price | None = None


class CancelOrder(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A working order to cancel."""

    account: AccountId
    order_id: OrderId
    broker_order_id: BrokerOrderId


class ConvertPosition(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A signed quantity of a contract to move from one product to another; ``reference`` comes back in the answer."""

    account: AccountId
    reference: str
    instrument: InstrumentId
    quantity: int
    before: Product
    after: Product


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What a broker's interface allows."""

    name: str
    is_live: bool
    """Real money: unconfirmed exchange rules are refused."""
    market_orders: bool
    orders_per_second: int
    modifications_per_order: int


class OrderGateway(Protocol):
    """The line on which orders leave.

    - place, modify, cancel: return at once; answers arrive as OrderReport or ChangeRefused; an unanswered call becomes
      an OrderReport with status UNKNOWN;
    - convert: returns at once; the answer arrives as a ConversionReport, also where there is none;
    - ask_books: the answer arrives as a BooksReport, or as a ConnectionReport where the broker cannot be read;
    - one call leaves the machine at most once: no retries, no redirects.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What this broker allows."""
        ...

    def place(self, order: PlaceOrder) -> None:
        """Send a new order."""
        ...

    def modify(self, change: ChangeOrder) -> None:
        """Send new terms for a working order."""
        ...

    def cancel(self, cancel: CancelOrder) -> None:
        """Send a cancellation."""
        ...

    def convert(self, conversion: ConvertPosition) -> None:
        """Ask to move a position to another product."""
        ...

    def ask_books(self, account: AccountId) -> None:
        """Ask for orders, positions and funds."""
        ...
