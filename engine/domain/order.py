"""Orders: their words, their states, and which state may follow which."""

import msgspec

from engine.domain.term import Term


class Side(Term):
    """Which way a trade goes."""

    BUY = "BUY"
    SELL = "SELL"

    @property
    def sign(self) -> int:
        """Answer +1 for a buy and -1 for a sell."""
        return 1 if self is Side.BUY else -1

    @property
    def opposite(self) -> "Side":
        """Answer the side that closes a trade of this side."""
        return Side.SELL if self is Side.BUY else Side.BUY


class OrderType(Term):
    """How an order is priced."""

    LIMIT = "LIMIT"
    MARKET = "MARKET"
    STOP_LIMIT = "SL"
    """A limit order that sleeps at the exchange until the last price reaches its trigger."""


class Product(Term):
    """Whether a position is squared off by the broker the same day."""

    INTRADAY = "MIS"
    CARRY_FORWARD = "NRML"


class Purpose(Term):
    """Why an order exists: to open a leg or to close what a leg holds."""

    ENTRY = "ENTRY"
    EXIT = "EXIT"


class RestsFor(Term):
    """What an order rests at the broker for, before anything is decided."""

    STOP = "stop"
    TARGET = "target"
    ENTRY = "entry"


class OrderStatus(Term):
    """The states of one order (executor reference §2.3); a broker's own wording is kept beside the state."""

    __hash__ = object.__hash__  # Members are single; hashing their names costs a fifth of a step.

    NEW = "NEW"
    """Written to the journal, not yet handed to the broker."""
    SENT = "SENT"
    """Bytes may have left; no answer yet."""
    ACKED = "ACKED"
    """The broker gave a number; the exchange has not confirmed."""
    OPEN = "OPEN"
    TRIGGER_PENDING = "TRIGGER_PENDING"
    UNKNOWN = "UNKNOWN"
    """Sent and unanswered: only the broker's books resolve it."""
    COMPLETE = "COMPLETE"
    CANCELLED = "CANCELLED"
    REJECTED = "REJECTED"
    NOT_SENT = "NOT_SENT"
    """Proven never to have reached the broker."""


TERMINAL = frozenset({OrderStatus.COMPLETE, OrderStatus.CANCELLED, OrderStatus.REJECTED, OrderStatus.NOT_SENT})
"""States that nothing but a late fill leaves."""

RESTING = frozenset({OrderStatus.OPEN, OrderStatus.TRIGGER_PENDING})
"""States in which the exchange holds the order."""

MOST_CHANGES = 20
"""Changes of one order before it is cancelled and sent anew; brokers refuse the 26th (reliability A8)."""

_ALIVE = frozenset(OrderStatus) - {OrderStatus.NEW}

_ALLOWED: dict[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.NEW: frozenset(OrderStatus) - {OrderStatus.NEW},
    OrderStatus.SENT: _ALIVE - {OrderStatus.SENT},
    OrderStatus.ACKED: frozenset({OrderStatus.OPEN, OrderStatus.TRIGGER_PENDING, OrderStatus.UNKNOWN}) | TERMINAL,
    OrderStatus.OPEN: frozenset({OrderStatus.TRIGGER_PENDING, OrderStatus.UNKNOWN}) | TERMINAL,
    OrderStatus.TRIGGER_PENDING: frozenset({OrderStatus.OPEN, OrderStatus.UNKNOWN}) | TERMINAL,
    OrderStatus.UNKNOWN: frozenset({OrderStatus.ACKED, OrderStatus.OPEN, OrderStatus.TRIGGER_PENDING}) | TERMINAL,
    # A fill can overtake the news of a cancellation or of a rejection: the trade stands, so the fill wins.
    OrderStatus.CANCELLED: frozenset({OrderStatus.COMPLETE}),
    OrderStatus.REJECTED: frozenset({OrderStatus.COMPLETE, OrderStatus.CANCELLED}),
    OrderStatus.NOT_SENT: frozenset({OrderStatus.COMPLETE, OrderStatus.CANCELLED, OrderStatus.OPEN}),
    OrderStatus.COMPLETE: frozenset(),
}


class OrderTransitionError(Exception):
    """An order was asked to move to a state that cannot follow its own: reconcile with the broker's books."""


def may_follow(status: OrderStatus, following: OrderStatus) -> bool:
    """Say whether ``following`` may come right after ``status``."""
    return following in _ALLOWED[status]


def next_status(status: OrderStatus, following: OrderStatus) -> OrderStatus:
    """Answer ``following`` where it may come after ``status``. Raises OrderTransitionError otherwise."""
    if not may_follow(status, following):
        raise OrderTransitionError(f"an order that is {status.value} cannot become {following.value}")
    return following


class PendingRequest(Term):
    """What we asked last about a working order and have no answer to yet."""

    MODIFY = "MODIFY"
    CANCEL = "CANCEL"


TAG_LENGTH = 20
"""The longest order tag that Kite and XTS take; a longer one makes the broker refuse the order."""

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class TagError(ValueError):
    """A lineage that cannot make order tags."""


def order_tag(lineage: str, number: int) -> str:
    """Answer the order tag of the ``number``-th order of a journal lineage: letters and digits, at most 20.

    The lineage is fixed by the journal's first fact, so tags of two journals differ. Raises TagError for a lineage
    with other characters, a tag over the length, or a negative number.
    """
    if number < 0:
        raise TagError(f"orders are numbered from 0, not {number}")
    digits = ""
    rest = number
    while rest:
        rest, digit = divmod(rest, 36)
        digits = _DIGITS[digit] + digits
    tag = f"{lineage}{digits.rjust(5, '0')}"
    if not (tag.isascii() and tag.isalnum()) or len(tag) > TAG_LENGTH:
        raise TagError(f"the order tag {tag!r} must be at most {TAG_LENGTH} letters and digits")
    return tag


class OrderTerms(msgspec.Struct, frozen=True, gc=False):
    """What can be changed on a working order: its whole quantity, its limit (None at market) in 1/10,000 ₹.

    ``trigger_price`` is that of a sleeping stop order; None where there is none, or none any more.
    """

    quantity: int
    limit_price: int | None
    trigger_price: int | None = None
    by_hand: bool = False
    """Somebody typed the limit."""
