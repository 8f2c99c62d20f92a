"""The requests that move money: place, modify, cancel, and convert. One call, one sending, one outcome."""

from decimal import Decimal

import msgspec

from brokers.errors import NotSentError, OutcomeUnknownError
from brokers.zerodha import words
from brokers.zerodha.answers import Answer, Done, No, NotSent, Refused, Unsure, read_answer, read_conversion
from brokers.zerodha.figures import rupee_text
from brokers.zerodha.session import Session
from brokers.zerodha.wire import Reply, Wire
from brokers.zerodha.words import UnknownWordError, Variety
from engine.domain.identifiers import BrokerOrderId, OrderId
from engine.domain.instant import Instant
from engine.domain.instrument import Instrument
from engine.domain.money import Price
from engine.domain.order import TAG_LENGTH, OrderType, Product, Side

AUTOMATIC_PROTECTION = Decimal(-1)
"""Zerodha chooses the band of a market order by the last price."""


class NewOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order ready for Kite. Prices in 1/10,000 ₹, quantity in units.

    ``protection`` is that of a market order: -1 for Zerodha's own band, or per cent of the last price.
    """

    tag: OrderId
    instrument: Instrument
    side: Side
    quantity: int
    product: Product
    order_type: OrderType
    limit_price: Price | None = None
    trigger_price: Price | None = None
    protection: Decimal = AUTOMATIC_PROTECTION
    iceberg_legs: int | None = None
    """From 2 to 50: shown to the market in that many parts; None for all at once."""


class NewTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What a working order is changed to; ``quantity`` None where it stays.

    Kite does not say whether a quantity is the whole or the rest of an order that is part-filled, so it is only sent
    where it changes, and never for a part-filled order.
    """

    number: BrokerOrderId
    order_type: OrderType
    quantity: int | None
    limit_price: Price | None
    trigger_price: Price | None
    variety: Variety = Variety.REGULAR
    protection: Decimal = AUTOMATIC_PROTECTION


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a request, and what the server's clock said."""

    answer: Answer | NotSent
    said_at: Instant | None = None


class ConversionOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a conversion."""

    answer: Done | Refused | Unsure | NotSent


class OrderRoutes:
    """Place, modify, cancel and convert through one wire; every answer is an outcome, trouble included."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def place(self, order: NewOrder, session: Session) -> Outcome:
        """Send a new order; what Kite has no word for is refused before anything leaves."""
        variety = Variety.REGULAR if order.iceberg_legs is None else Variety.ICEBERG
        try:
            form = place_form(order)
        except UnknownWordError as error:
            return _refused_here(error)
        return await self._send("POST", f"/orders/{variety.value}", session, form)

    async def modify(self, terms: NewTerms, session: Session) -> Outcome:
        """Send new terms for a working order."""
        try:
            address, form = _address(terms.variety, terms.number), modify_form(terms)
        except UnknownWordError as error:
            return _refused_here(error)
        return await self._send("PUT", address, session, form)

    async def cancel(self, number: BrokerOrderId, variety: Variety, session: Session) -> Outcome:
        """Send a cancellation."""
        try:
            address = _address(variety, number)
        except UnknownWordError as error:
            return _refused_here(error)
        return await self._send("DELETE", address, session, None)

    async def convert(self, form: dict[str, str], session: Session) -> ConversionOutcome:
        """Send a conversion of a position from one product to another."""
        try:
            reply = await self._wire.send("PUT", "/portfolio/positions", session.headers(), form)
        except NotSentError as error:
            return ConversionOutcome(answer=NotSent(message=str(error)))
        except OutcomeUnknownError as error:
            return ConversionOutcome(answer=Unsure(message=str(error)))
        return ConversionOutcome(answer=read_conversion(reply.status, reply.body))

    async def warm(self, session: Session) -> Reply:
        """Ask for the profile: it keeps the connection open and shows whether the session lives.

        Raises NotSentError, OutcomeUnknownError.
        """
        return await self._wire.send("GET", "/user/profile", session.headers())

    async def _send(self, method: str, path: str, session: Session, form: dict[str, str] | None) -> Outcome:
        try:
            reply = await self._wire.send(method, path, session.headers(), form)
        except NotSentError as error:
            return Outcome(answer=NotSent(message=str(error)))
        except OutcomeUnknownError as error:
            return Outcome(answer=Unsure(message=str(error)))
        return Outcome(answer=read_answer(reply.status, reply.body), said_at=reply.said_at)


def _refused_here(error: UnknownWordError) -> Outcome:
    return Outcome(answer=Refused(why=No.INVALID, message=str(error)))


def place_form(order: NewOrder) -> dict[str, str]:
    """Answer the form of a new order. Raises UnknownWordError for what Kite has no word for."""
    tag = str(order.tag)
    if not (tag.isascii() and tag.isalnum() and len(tag) <= TAG_LENGTH):
        raise UnknownWordError(f"The order tag {tag!r} must be at most {TAG_LENGTH} letters and digits")
    form = {
        "exchange": words.exchange_code(order.instrument.exchange),
        "tradingsymbol": order.instrument.symbol,
        "transaction_type": words.side_code(order.side),
        "quantity": str(order.quantity),
        "product": words.product_code(order.product),
        "order_type": words.order_type_code(order.order_type),
        "validity": "DAY",
        "tag": tag,
    }
    form |= _prices(order.order_type, order.limit_price, order.trigger_price, order.protection)
    if order.iceberg_legs is not None:
        if not 2 <= order.iceberg_legs <= 50:
            raise UnknownWordError(f"An iceberg has 2 to 50 parts, not {order.iceberg_legs}")
        form |= {
            "iceberg_legs": str(order.iceberg_legs),
            "iceberg_quantity": str(-(-order.quantity // order.iceberg_legs)),
        }
    return form


def modify_form(terms: NewTerms) -> dict[str, str]:
    """Answer the form of new terms."""
    form = {"order_type": words.order_type_code(terms.order_type), "validity": "DAY"}
    if terms.quantity is not None:
        form["quantity"] = str(terms.quantity)
    return form | _prices(terms.order_type, terms.limit_price, terms.trigger_price, terms.protection)


def _prices(order_type: OrderType, limit: Price | None, trigger: Price | None, protection: Decimal) -> dict[str, str]:
    match order_type:
        case OrderType.MARKET:
            return {"market_protection": f"{protection:f}"}
        case OrderType.LIMIT if limit is not None:
            return {"price": rupee_text(limit)}
        case OrderType.STOP_LIMIT if limit is not None and trigger is not None:
            return {"price": rupee_text(limit), "trigger_price": rupee_text(trigger)}
        case OrderType.LIMIT | OrderType.STOP_LIMIT:
            raise UnknownWordError(f"An order of type {order_type.value} without its price cannot be sent")


def _address(variety: Variety, number: BrokerOrderId) -> str:
    if not (number.isascii() and number.isalnum()):
        raise UnknownWordError(f"{number!r} is no order number of Zerodha's")
    return f"/orders/{variety.value}/{number}"
