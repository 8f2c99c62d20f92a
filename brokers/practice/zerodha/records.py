"""What the practice Kite writes down: orders, trades, positions carried, triggers, alerts, sessions.

Every record is also a line of the state file; the newest line of an order, trigger, alert or session counts.
"""

import msgspec

from engine.domain.instant import Instant

TERMINAL = frozenset({"COMPLETE", "CANCELLED", "REJECTED"})
"""Statuses that nothing leaves."""

RESTING = frozenset({"OPEN", "TRIGGER PENDING"})
"""Statuses in which the exchange holds the order and it can be changed."""


class Order(msgspec.Struct, frozen=True, kw_only=True, tag="order"):
    """One state of one order; prices and ``value`` in 1/10,000 ₹.

    ``limit`` is the worst price at which it may trade; ``shown_type`` the order type that the book lists.
    """

    order_id: str
    exchange_order_id: str | None = None
    parent_order_id: str | None = None
    status: str
    status_message: str | None = None
    status_message_raw: str | None = None
    order_timestamp: Instant
    exchange_update_timestamp: Instant | None = None
    exchange_timestamp: Instant | None = None
    variety: str
    modified: bool = False
    exchange: str
    tradingsymbol: str
    row: int
    order_type: str
    shown_type: str
    transaction_type: str
    validity: str = "DAY"
    validity_ttl: int = 0
    product: str
    quantity: int
    disclosed_quantity: int = 0
    price: int = 0
    trigger_price: int = 0
    limit: int = 0
    protection: int = 0
    """The market protection that was asked for, in 1/10,000 per cent; -10,000 for the automatic one."""
    value: int = 0
    filled_quantity: int = 0
    cancelled_quantity: int = 0
    meta: dict[str, dict[str, int]] = {}
    tag: str | None = None
    tags: tuple[str, ...] = ()
    guid: str = ""
    by_api: bool = True
    """Placed with the API key: only such orders have postbacks."""
    modifications: int = 0
    wish: tuple[int, int, int] | None = None
    """Legs, quantity of one and whole quantity of an iceberg."""
    stop: int = 0
    """The trigger of a cover order's second leg."""

    @property
    def left(self) -> int:
        """Answer what is not filled."""
        return self.quantity - self.filled_quantity

    @property
    def is_live(self) -> bool:
        """Say whether anything can still happen to it."""
        return self.status not in TERMINAL

    @property
    def sign(self) -> int:
        """Answer +1 for a buy and −1 for a sell."""
        return 1 if self.transaction_type == "BUY" else -1


class Trade(msgspec.Struct, frozen=True, kw_only=True, tag="trade"):
    """One fill; a conversion of a position's product is a pair of trades without an order."""

    trade_id: str
    order_id: str | None
    exchange_order_id: str | None
    exchange: str
    tradingsymbol: str
    row: int
    product: str
    transaction_type: str
    quantity: int
    price: int
    at: Instant
    ordered_at: Instant

    @property
    def sign(self) -> int:
        """Answer +1 for a buy and −1 for a sell."""
        return 1 if self.transaction_type == "BUY" else -1


class Carried(msgspec.Struct, frozen=True, kw_only=True, tag="carried"):
    """A position that a day begins with: signed quantity and what it cost in 1/10,000 ₹ times quantity."""

    exchange: str
    tradingsymbol: str
    row: int
    product: str
    quantity: int
    value: int


class NewDay(msgspec.Struct, frozen=True, kw_only=True, tag="day"):
    """A day begins: yesterday's orders and trades are forgotten, positions are carried, cash stays."""

    day: int
    cash: int
    carried: tuple[Carried, ...]


class Issued(msgspec.Struct, frozen=True, kw_only=True, tag="token"):
    """An access token that was given out, or, ``ended``, taken back."""

    access_token: str
    public_token: str
    at: Instant
    until: Instant
    ended: bool = False


class Trigger(msgspec.Struct, frozen=True, kw_only=True, tag="gtt"):
    """One good-till-triggered order; ``orders`` are plain fields as sent, ``results`` what came of each."""

    id: int
    kind: str
    created_at: Instant
    updated_at: Instant
    expires_at: Instant
    status: str
    exchange: str
    tradingsymbol: str
    row: int
    last_price: int
    values: tuple[int, ...]
    orders: tuple[dict[str, str], ...]
    results: tuple[dict[str, str] | None, ...]
    rejection: str = ""


class Alert(msgspec.Struct, frozen=True, kw_only=True, tag="alert"):
    """One price alert, its fields as sent."""

    uuid: str
    fields: dict[str, str]
    status: str
    created_at: Instant
    updated_at: Instant
    fired: tuple[tuple[Instant, int], ...] = ()
    orders: tuple[dict[str, str], ...] = ()
    """What came of the basket's orders when it fired."""


class Moment(msgspec.Struct, frozen=True, kw_only=True, tag="clock"):
    """The simulated time, and the wall's at the same moment, as the server last wrote them down."""

    at: Instant
    wall: Instant


class Head(msgspec.Struct, frozen=True, kw_only=True, tag="head"):
    """What a state file belongs to: the market's seed and start."""

    version: int
    seed: int
    start: Instant


Line = Head | Moment | NewDay | Order | Trade | Issued | Trigger | Alert
"""Everything that a state file can hold."""
