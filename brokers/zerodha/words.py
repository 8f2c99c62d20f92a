"""Kite's words and ours: exchanges, products, order types, sides, statuses, both ways; nothing unknown is guessed."""

from collections.abc import Mapping
from enum import Enum
from typing import Final, TypeVar

from engine.domain.instrument import Exchange
from engine.domain.order import OrderStatus, OrderType, Product, Side

Ours = TypeVar("Ours")


class UnknownWordError(ValueError):
    """Kite said, or was to be told, a word that has no counterpart; the message says which and where."""


class Variety(Enum):
    """Which order window an order belongs to: it is a part of the address, in lower case."""

    REGULAR = "regular"
    AFTER_MARKET = "amo"
    COVER = "co"
    ICEBERG = "iceberg"
    AUCTION = "auction"


EXCHANGES: Final[Mapping[str, Exchange]] = {
    "NSE": Exchange.NSE,
    "BSE": Exchange.BSE,
    "NFO": Exchange.NFO,
    "BFO": Exchange.BFO,
}
OTHER_EXCHANGES: Final = frozenset({"MCX", "CDS", "BCD", "NCO", "NSEIX", "MF", "GLOBAL", "INDICES"})
"""Exchanges of Kite's on which nothing is traded from here; rows of theirs are others' business."""

PRODUCTS: Final[Mapping[str, Product]] = {"MIS": Product.INTRADAY, "NRML": Product.CARRY_FORWARD}
OTHER_PRODUCTS: Final = frozenset({"CNC", "MTF", "CO", "BO"})
"""Products of Kite's that nothing is ordered in from here: delivery, margin funding, cover and bracket orders."""

ORDER_TYPES: Final[Mapping[str, OrderType]] = {
    "LIMIT": OrderType.LIMIT,
    "MARKET": OrderType.MARKET,
    "SL": OrderType.STOP_LIMIT,
}
STOP_MARKET: Final = "SL-M"
"""Never sent: exchanges refuse it for options. Others' orders may show it."""

SIDES: Final[Mapping[str, Side]] = {"BUY": Side.BUY, "SELL": Side.SELL}

STATUSES: Final[Mapping[str, OrderStatus]] = {
    "PUT ORDER REQ RECEIVED": OrderStatus.ACKED,
    "AMO REQ RECEIVED": OrderStatus.ACKED,
    "VALIDATION PENDING": OrderStatus.ACKED,
    "OPEN PENDING": OrderStatus.ACKED,
    "OPEN": OrderStatus.OPEN,
    "TRIGGER PENDING": OrderStatus.TRIGGER_PENDING,
    "COMPLETE": OrderStatus.COMPLETE,
    "CANCELLED": OrderStatus.CANCELLED,
    "CANCELLED AMO": OrderStatus.CANCELLED,
    "REJECTED": OrderStatus.REJECTED,
}
"""Statuses that say by themselves where an order stands."""

IN_BETWEEN: Final = frozenset(
    {
        "MODIFY VALIDATION PENDING",
        "MODIFY PENDING",
        "MODIFIED",
        "NOT MODIFIED",
        "CANCEL PENDING",
        "NOT CANCELLED",
        "MODIFY AMO REQ RECEIVED",
        "UPDATE",
    }
)
"""Statuses of something being done to a working order: it is as it was, and its trigger price says how."""

_KITE_EXCHANGES: Final = {ours: kite for kite, ours in EXCHANGES.items()}
_KITE_PRODUCTS: Final = {ours: kite for kite, ours in PRODUCTS.items()}
_KITE_ORDER_TYPES: Final = {ours: kite for kite, ours in ORDER_TYPES.items()}
_KITE_SIDES: Final = {ours: kite for kite, ours in SIDES.items()}


def exchange_code(exchange: Exchange) -> str:
    """Answer Kite's code of an exchange. Raises UnknownWordError for one that Zerodha does not serve."""
    return _told(_KITE_EXCHANGES, exchange, f"Zerodha trades nothing on {exchange.value}")


def product_code(product: Product) -> str:
    """Answer Kite's code of a product. Raises UnknownWordError."""
    return _told(_KITE_PRODUCTS, product, f"Kite has no product for {product.value}")


def order_type_code(order_type: OrderType) -> str:
    """Answer Kite's code of an order type. Raises UnknownWordError."""
    return _told(_KITE_ORDER_TYPES, order_type, f"Kite has no order type for {order_type.value}")


def side_code(side: Side) -> str:
    """Answer Kite's word for a side."""
    return _told(_KITE_SIDES, side, f"Kite has no word for {side.value}")


def side_of(word: object) -> Side:
    """Answer the side that Kite names. Raises UnknownWordError."""
    return _heard(SIDES, word, "transaction type")


def product_of(word: object) -> Product | None:
    """Answer the product that Kite names; None for one that is not ordered from here. Raises UnknownWordError."""
    return None if isinstance(word, str) and word in OTHER_PRODUCTS else _heard(PRODUCTS, word, "product")


def order_type_of(word: object) -> OrderType:
    """Answer the order type that Kite names; a stop at market is a stop. Raises UnknownWordError."""
    return OrderType.STOP_LIMIT if word == STOP_MARKET else _heard(ORDER_TYPES, word, "order type")


def exchange_of(word: object) -> Exchange | None:
    """Answer the exchange that Kite names; None for one that is not traded from here. Raises UnknownWordError."""
    return None if isinstance(word, str) and word in OTHER_EXCHANGES else _heard(EXCHANGES, word, "exchange")


def variety_of(word: object) -> Variety:
    """Answer the variety that Kite names. Raises UnknownWordError."""
    return _heard({variety.value: variety for variety in Variety}, word, "variety")


def status_of(word: object, *, sleeps: bool) -> OrderStatus:
    """Answer where an order stands by Kite's status; ``sleeps`` says that it is a stop whose trigger is still set.

    The list of statuses is open-ended: a word that is not known means a working order that is taken as acknowledged,
    never a finished one. Raises UnknownWordError where it is no word at all.
    """
    if not isinstance(word, str) or not word:
        raise UnknownWordError(f"Kite gave the order status {word!r}, which is no word")
    known = STATUSES.get(word)
    if known is not None:
        return known
    if word in IN_BETWEEN:
        return OrderStatus.TRIGGER_PENDING if sleeps else OrderStatus.OPEN
    return OrderStatus.ACKED


def _told(table: Mapping[Ours, str], ours: Ours, sentence: str) -> str:
    try:
        return table[ours]
    except KeyError:
        raise UnknownWordError(sentence) from None


def _heard(table: Mapping[str, Ours], word: object, what: str) -> Ours:
    found = table.get(word) if isinstance(word, str) else None
    if found is None:
        raise UnknownWordError(f"Kite gave the {what} {word!r}, which is not known here; look in Kite itself")
    return found
