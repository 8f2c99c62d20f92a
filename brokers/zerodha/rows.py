"""Rows of Kite's order book, trade book and positions as values; one reading for books, socket and postbacks."""

from collections.abc import Callable, Mapping
from decimal import Decimal

import msgspec

from brokers.zerodha import figures, words
from brokers.zerodha.words import Variety
from engine.domain.identifiers import BrokerOrderId, InstrumentId, OrderId
from engine.domain.instant import Instant
from engine.domain.instrument import instrument_id
from engine.domain.money import Price
from engine.domain.order import TERMINAL, OrderStatus, OrderType, Product, Side
from engine.domain.reports import BookPosition

Ours = Callable[[str], bool]
"""Says whether an order tag is one of ours."""

_PROTECTED = "mktp"
"""The tag that Zerodha puts on a market order, which it keeps as a limit order."""


class KiteOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One order as Kite tells it; ``product`` is None for one that is not ordered from here."""

    number: BrokerOrderId
    tag: OrderId | None
    """Ours; None on an order that is not ours."""
    instrument: InstrumentId
    side: Side
    product: Product | None
    order_type: OrderType
    variety: Variety
    status: OrderStatus
    wording: str
    quantity: int
    filled: int
    average: Decimal
    """Rupees, as exactly as Kite tells it."""
    limit_price: Price | None
    trigger_price: Price | None
    placed_at: Instant | None
    updated_at: Instant

    @property
    def is_finished(self) -> bool:
        """Say whether nothing but a late fill can follow."""
        return self.status in TERMINAL


class KiteTrade(msgspec.Struct, frozen=True, kw_only=True):
    """One trade as Kite tells it; ``price`` in 1/10,000 ₹."""

    key: tuple[str, str, str]
    number: BrokerOrderId
    quantity: int
    price: Price


def read_order(row: object, ours: Ours) -> KiteOrder | None:
    """Answer an order row; None where it is of an exchange that is not traded from here.

    Raises FigureError or UnknownWordError where a field is not what it should be: nothing is concluded from such a row.
    """
    data = figures.mapping(row, "an order")
    exchange = words.exchange_of(data.get("exchange"))
    if exchange is None:
        return None
    number = figures.text(data.get("order_id"), "the order number")
    order_type = words.order_type_of(data.get("order_type"))
    trigger = figures.price_or_none(data.get("trigger_price"), f"the trigger of order {number}")
    word = data.get("status")
    status = words.status_of(word, sleeps=order_type is OrderType.STOP_LIMIT and trigger is not None)
    tags = _tags(data)
    limit = figures.price_or_none(data.get("price"), f"the price of order {number}")
    protected = order_type is OrderType.MARKET or _PROTECTED in tags
    placed = figures.moment_or_none(data.get("order_timestamp"), f"the time of order {number}")
    changed = figures.moment_or_none(data.get("exchange_update_timestamp"), f"the exchange's time of order {number}")
    message = figures.text_or_empty(data.get("status_message"))
    return KiteOrder(
        number=BrokerOrderId(number),
        tag=next((OrderId(tag) for tag in tags if ours(tag)), None),
        instrument=instrument_id(exchange, figures.text(data.get("tradingsymbol"), "the symbol")),
        side=words.side_of(data.get("transaction_type")),
        product=words.product_of(data.get("product")),
        order_type=order_type,
        variety=words.variety_of(data.get("variety", Variety.REGULAR.value)),
        status=status,
        wording=f"{word}: {message}" if message else str(word),
        quantity=figures.quantity(data.get("quantity"), f"the quantity of order {number}"),
        filled=figures.quantity(data.get("filled_quantity") or 0, f"the filled quantity of order {number}"),
        average=figures.amount(data.get("average_price") or 0, f"the average price of order {number}"),
        limit_price=None if protected else limit,
        trigger_price=trigger if order_type is OrderType.STOP_LIMIT else None,
        placed_at=placed,
        updated_at=max(placed or Instant(0), changed or Instant(0)),
    )


def read_orders(rows: object, ours: Ours) -> list[KiteOrder]:
    """Answer the orders of a book, in its order. Raises FigureError or UnknownWordError."""
    found = (read_order(row, ours) for row in figures.listing(rows, "the order book"))
    return [order for order in found if order is not None]


def read_trades(rows: object) -> list[KiteTrade]:
    """Answer the trades of a book, each once. Raises FigureError."""
    trades: dict[tuple[str, str, str], KiteTrade] = {}
    for row in figures.listing(rows, "the trade book"):
        data = figures.mapping(row, "a trade")
        number = figures.text(data.get("order_id"), "the order number of a trade")
        identity = figures.text(data.get("trade_id"), f"the number of a trade of order {number}")
        key = (figures.text(data.get("exchange"), f"the exchange of trade {identity}"), identity, number)
        trades[key] = KiteTrade(
            key=key,
            number=BrokerOrderId(number),
            quantity=figures.quantity(data.get("quantity"), f"the quantity of trade {identity}"),
            price=figures.price(data.get("average_price"), f"the price of trade {identity}"),
        )
    return list(trades.values())


Carried = Mapping[tuple[InstrumentId, Product], int]
"""Signed quantities that were held before today."""


class Holdings(msgspec.Struct, frozen=True, kw_only=True):
    """The positions that can be traded from here, and sentences about those that cannot."""

    positions: tuple[BookPosition, ...]
    outside: tuple[str, ...]
    carried: Carried


def read_positions(answer: object) -> Holdings:
    """Answer the net positions. Raises FigureError or UnknownWordError."""
    data = figures.mapping(answer, "the positions")
    positions: list[BookPosition] = []
    outside: list[str] = []
    carried: dict[tuple[InstrumentId, Product], int] = {}
    for row in figures.listing(data.get("net"), "the net positions"):
        position = figures.mapping(row, "a position")
        symbol = figures.text(position.get("tradingsymbol"), "the symbol of a position")
        net = figures.whole(position.get("quantity"), f"the quantity of {symbol}")
        exchange = words.exchange_of(position.get("exchange"))
        product = words.product_of(position.get("product"))
        if exchange is None or product is None:
            if net:
                outside.append(f"{position.get('exchange')}:{symbol} {net:+d} {position.get('product')}")
            continue
        instrument = instrument_id(exchange, symbol)
        positions.append(BookPosition(instrument=instrument, product=product, net_quantity=net))
        carried[instrument, product] = figures.whole(
            position.get("overnight_quantity") or 0, f"what is carried of {symbol}"
        )
    return Holdings(positions=tuple(positions), outside=tuple(outside), carried=carried)


def _tags(data: Mapping[str, object]) -> tuple[str, ...]:
    """Answer the tags of a row: ours can stand in ``tag`` or among ``tags``, beside Zerodha's own."""
    several = data.get("tags")
    found = [data.get("tag"), *(several if isinstance(several, list) else ())]
    return tuple(dict.fromkeys(tag for tag in found if isinstance(tag, str) and tag))
