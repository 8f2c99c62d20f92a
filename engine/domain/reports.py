"""What brokers, feeds and timers tell the engine: claims, not facts."""

from enum import Enum

import msgspec

from engine.domain.identifiers import AccountId, BrokerOrderId, InstrumentId, OrderId
from engine.domain.instant import Instant
from engine.domain.money import Money, Price
from engine.domain.order import OrderStatus, OrderType, Product, Side


class OrderReport(msgspec.Struct, frozen=True, kw_only=True, tag="order_report"):
    """A broker's claim about one order, from an answer, an order update, a postback or a book.

    ``filled`` is the whole quantity filled so far and ``average_price`` the average of those fills in 1/10,000 ₹,
    rounded by the broker; ``value`` the exact sum of price times quantity where the broker tells its trades, else None.
    """

    at: Instant
    account: AccountId
    order_id: OrderId
    broker_order_id: BrokerOrderId | None = None
    status: OrderStatus
    wording: str = ""
    """The broker's own status or reason."""
    quantity: int | None = None
    limit_price: Price | None = None
    trigger_price: Price | None = None
    filled: int = 0
    value: Money | None = None
    average_price: Price | None = None


class SendReport(msgspec.Struct, frozen=True, kw_only=True, tag="send_report"):
    """The outbox's word that an order is on its way: from now on its bytes may have left."""

    at: Instant
    account: AccountId
    order_id: OrderId


class HeldBackReport(msgspec.Struct, frozen=True, kw_only=True, tag="held_back_report"):
    """The outbox's word that an order, or its change, waited so long for its turn that its price is an old one.

    It has not left; it leaves at the next chance, at the price that the journal says then.
    """

    at: Instant
    account: AccountId
    order_id: OrderId
    waited: int
    """Since its price was decided, in µs."""


class ChangeRefused(msgspec.Struct, frozen=True, kw_only=True, tag="change_refused"):
    """A broker refused to modify or cancel an order, or never got the request (``certain``), or may have (not)."""

    at: Instant
    account: AccountId
    order_id: OrderId
    wording: str
    certain: bool = True


class ConversionReport(msgspec.Struct, frozen=True, kw_only=True, tag="conversion_report"):
    """The broker's answer to a conversion; ``done`` None: it was not answered, and only the books can tell."""

    at: Instant
    account: AccountId
    reference: str
    done: bool | None
    wording: str = ""


class BookOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a broker's order book."""

    order_id: OrderId | None
    """Our tag; None on an order that is not ours."""
    broker_order_id: BrokerOrderId
    instrument: InstrumentId
    side: Side
    product: Product
    order_type: OrderType
    quantity: int
    filled: int
    value: Money
    """Exact sum of price times quantity of the fills."""
    limit_price: Price | None
    status: OrderStatus
    wording: str
    updated_at: Instant
    trigger_price: Price | None = None
    """Of a stop order that sleeps."""


class BookPosition(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a broker's positions: signed net quantity of a contract and product."""

    instrument: InstrumentId
    product: Product
    net_quantity: int


class BooksReport(msgspec.Struct, frozen=True, kw_only=True, tag="books_report"):
    """A broker's whole books, read at one time: all orders of the day, positions, free funds.

    ``read_at`` is when the reading began; ``fresh`` says that the book is proven not to be older than that.
    """

    at: Instant
    account: AccountId
    read_at: Instant
    fresh: bool
    orders: tuple[BookOrder, ...]
    positions: tuple[BookPosition, ...]
    available_funds: Money | None = None
    used_margin: Money | None = None
    charges: Money | None = None
    """What trading has cost so far, where the broker says it."""


class Channel(Enum):
    """A line to the outside that can break by itself."""

    MARKET_DATA = "MARKET_DATA"
    ORDERS = "ORDERS"


class ConnectionReport(msgspec.Struct, frozen=True, kw_only=True, tag="connection_report"):
    """A line went down or came back; ``data_lost`` says that messages in between will not be repeated."""

    at: Instant
    account: AccountId
    channel: Channel
    connected: bool
    data_lost: bool = True
    detail: str = ""


class MarginReport(msgspec.Struct, frozen=True, kw_only=True, tag="margin_report"):
    """A broker's answer to what a portfolio's entry would need, in ₹."""

    at: Instant
    account: AccountId
    portfolio: str
    required: Money
    available: Money


class TimerDue(msgspec.Struct, frozen=True, kw_only=True, tag="timer_due"):
    """The clock reached a time that the engine asked to be woken at."""

    at: Instant


class JournalTrouble(msgspec.Struct, frozen=True, kw_only=True, tag="journal_trouble"):
    """The journal cannot be written or has hardly any room left; exits go on.

    ``blocks`` says that openings must stop; where it does not hold, ``detail`` is only a warning.
    """

    at: Instant
    detail: str
    cured: bool = False
    blocks: bool = True


class EngineLag(msgspec.Struct, frozen=True, kw_only=True, tag="engine_lag"):
    """The heartbeat's word: how late the engine was at worst since the last one, in microseconds of wall time."""

    at: Instant
    lag: int


Report = (
    OrderReport
    | SendReport
    | HeldBackReport
    | ChangeRefused
    | BooksReport
    | ConversionReport
    | ConnectionReport
    | MarginReport
    | JournalTrouble
    | EngineLag
)
"""Everything a broker or the shell may claim."""
