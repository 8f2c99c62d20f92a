"""What else can be asked: margins, charges, last prices, history, holdings, and orders that wait for a price."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from functools import partial
from typing import Final, TypeVar

import msgspec

from brokers.errors import BooksUnreadableError
from brokers.zerodha import figures, words
from brokers.zerodha.asking import Asking, Question
from brokers.zerodha.figures import FigureError, rupee_text
from brokers.zerodha.words import UnknownWordError
from engine.domain.identifiers import InstrumentId
from engine.domain.instant import Instant, ist_datetime
from engine.domain.instrument import Instrument
from engine.domain.money import Money, Price
from engine.domain.order import OrderType, Product, Side

Read = TypeVar("Read")


class BasketLine(msgspec.Struct, frozen=True, kw_only=True):
    """One order of a basket whose margin or charges are asked for. Prices in 1/10,000 ₹, quantity in units."""

    instrument: Instrument
    side: Side
    quantity: int
    product: Product
    price: Price


class Margin(msgspec.Struct, frozen=True, kw_only=True):
    """What a basket needs, in 1/10,000 ₹: each order by itself, and all together with the benefit of their hedge."""

    apart: Money
    together: Money


class Candle(msgspec.Struct, frozen=True, kw_only=True):
    """One bar; ``at`` is its beginning, prices in 1/10,000 ₹."""

    at: Instant
    open: Price
    high: Price
    low: Price
    close: Price
    volume: int
    open_interest: int = 0


class Interval(Enum):
    """The lengths of bars that Zerodha keeps, in its own words."""

    MINUTE = "minute"
    THREE_MINUTES = "3minute"
    FIVE_MINUTES = "5minute"
    TEN_MINUTES = "10minute"
    FIFTEEN_MINUTES = "15minute"
    HALF_HOUR = "30minute"
    HOUR = "60minute"
    DAY = "day"


MOST_DAYS: Final[Mapping[Interval, int]] = {
    Interval.MINUTE: 60,
    Interval.THREE_MINUTES: 100,
    Interval.FIVE_MINUTES: 100,
    Interval.TEN_MINUTES: 100,
    Interval.FIFTEEN_MINUTES: 200,
    Interval.HALF_HOUR: 200,
    Interval.HOUR: 400,
    Interval.DAY: 2_000,
}
"""Days of history that one question may span (protocol sheet §4)."""


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A GTT: orders that Zerodha places by itself at a price; made elsewhere, listed and cancelled here."""

    number: int
    instrument: InstrumentId
    status: str
    triggers: tuple[Price, ...]
    orders: tuple[str, ...]
    """Each order in words."""
    expires_at: Instant | None = None


class AccountQuestions:
    """Questions whose answers decide nothing by themselves. All raise BrokerError with a sentence."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    async def basket_margin(self, lines: Sequence[BasketLine]) -> Margin:
        """Answer what a basket needs beside the positions there are."""
        answer = await self._asking.ask(
            Question.BASKET_MARGINS, [_line(line) for line in lines], consider_positions=True
        )
        return _believed(lambda: _margin(answer), "the margin")

    async def charges(self, lines: Sequence[BasketLine]) -> tuple[Money, ...]:
        """Answer the charges of each order as if it had been filled at its price."""
        asked = [
            {**_line(line), "order_id": str(place), "average_price": _json_price(line.price)}
            for place, line in enumerate(lines, 1)
        ]
        answer = await self._asking.ask(Question.CHARGES, asked)
        return _believed(lambda: _charges(answer, len(lines)), "the charges")

    async def last_prices(self, instruments: Sequence[Instrument]) -> dict[InstrumentId, Price]:
        """Answer last prices; an instrument that Zerodha has nothing about is not in the answer."""
        found: dict[InstrumentId, Price] = {}
        for place in range(0, len(instruments), _PER_QUESTION):
            part = {f"{one.exchange.value}:{one.symbol}": one.id for one in instruments[place : place + _PER_QUESTION]}
            answer = await self._asking.ask(Question.LTP, *part)
            found |= _believed(partial(_last_prices, answer, part), "last prices")
        return found

    async def history(
        self, instrument: Instrument, interval: Interval, since: Instant, until: Instant
    ) -> tuple[Candle, ...]:
        """Answer the bars from one instant to another, both included; expired options have none.

        Asked in pieces no longer than Zerodha allows.
        """
        if not instrument.token:
            raise BooksUnreadableError(f"{instrument.id} has no token in today's contract list: it has no history")
        candles: dict[Instant, Candle] = {}
        for begin, end in pieces(since, until, MOST_DAYS[interval]):
            answer = await self._asking.ask(
                Question.HISTORY, instrument.token, begin, end, interval.value, continuous=False, oi=True
            )
            read = _believed(partial(_candles, answer), f"the history of {instrument.symbol}")
            candles |= {candle.at: candle for candle in read}
        return tuple(candles[at] for at in sorted(candles))

    async def waiting_orders(self) -> tuple[Waiting, ...]:
        """Answer the GTTs of the account, those that have ended in the last days too."""
        answer = await self._asking.ask(Question.GTTS)
        return _believed(lambda: _waiting(answer), "the orders that wait for a price")

    async def cancel_waiting(self, number: int) -> None:
        """Cancel a GTT; the list shows whether it is gone."""
        await self._asking.ask(Question.GTT_CANCEL, number)

    async def holdings(self) -> tuple[tuple[str, int], ...]:
        """Answer the shares in the depository account: symbol and quantity, to be shown; they are not traded here."""
        answer = await self._asking.ask(Question.HOLDINGS)
        return _believed(lambda: _holdings(answer), "the holdings")


_PER_QUESTION: Final = 500
"""Instruments in one question: beyond some 800 the address grows too long."""


def pieces(since: Instant, until: Instant, most_days: int) -> Iterator[tuple[str, str]]:
    """Answer the stretches of time, as Zerodha writes times, that a long history is asked in."""
    begin, end = ist_datetime(since), ist_datetime(until)
    while begin <= end:
        last = min(end, begin + timedelta(days=most_days) - timedelta(seconds=1))
        yield _stamp(begin), _stamp(last)
        begin = last + timedelta(seconds=1)


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def _line(line: BasketLine) -> dict[str, object]:
    return {
        "exchange": words.exchange_code(line.instrument.exchange),
        "tradingsymbol": line.instrument.symbol,
        "transaction_type": words.side_code(line.side),
        "variety": words.Variety.REGULAR.value,
        "product": words.product_code(line.product),
        "order_type": words.order_type_code(OrderType.LIMIT),
        "quantity": line.quantity,
        "price": _json_price(line.price),
        "trigger_price": 0,
    }


def _json_price(price: Price) -> object:
    """Answer a price as a JSON number."""
    return msgspec.json.decode(rupee_text(price))


def _margin(answer: object) -> Margin:
    data = figures.mapping(answer, "the answer")
    total = {
        name: figures.money(figures.mapping(data.get(name), name).get("total"), f"the {name} total")
        for name in ("initial", "final")
    }
    return Margin(apart=total["initial"], together=total["final"])


def _charges(answer: object, orders: int) -> tuple[Money, ...]:
    rows = figures.listing(answer, "the answer")
    if len(rows) != orders:
        raise FigureError(f"{len(rows)} answers to {orders} orders")
    notes = [figures.mapping(figures.mapping(row, "a note").get("charges"), "its charges") for row in rows]
    return tuple(figures.money(note.get("total"), "the total") for note in notes)


def _last_prices(answer: object, wanted: Mapping[str, InstrumentId]) -> dict[InstrumentId, Price]:
    data = figures.mapping(answer, "the answer")
    return {
        wanted[key]: figures.price(figures.mapping(row, key).get("last_price"), f"the last price of {key}")
        for key, row in data.items()
        if key in wanted
    }


def _candles(answer: object) -> list[Candle]:
    return [
        Candle(
            at=figures.moment(row.get("date"), "the time of a bar"),
            open=figures.price(row.get("open"), "an opening price"),
            high=figures.price(row.get("high"), "a highest price"),
            low=figures.price(row.get("low"), "a lowest price"),
            close=figures.price(row.get("close"), "a closing price"),
            volume=figures.quantity(row.get("volume"), "a volume"),
            open_interest=figures.quantity(row.get("oi") or 0, "an open interest"),
        )
        for row in (figures.mapping(one, "a bar") for one in figures.listing(answer, "the answer"))
    ]


def _waiting(answer: object) -> tuple[Waiting, ...]:
    return tuple(_gtt(figures.mapping(row, "a GTT")) for row in figures.listing(answer, "the answer"))


def _gtt(row: dict[str, object]) -> Waiting:
    condition = figures.mapping(row.get("condition"), "the condition of a GTT")
    exchange = figures.text(condition.get("exchange"), "its exchange")
    symbol = figures.text(condition.get("tradingsymbol"), "its symbol")
    orders = [figures.mapping(one, "its order") for one in figures.listing(row.get("orders"), "its orders")]
    return Waiting(
        number=figures.whole(row.get("id"), "the number of a GTT"),
        instrument=InstrumentId(f"{exchange}:{symbol}"),
        status=figures.text(row.get("status"), "its status"),
        triggers=tuple(
            figures.price(one, "its trigger")
            for one in figures.listing(condition.get("trigger_values"), "its triggers")
        ),
        orders=tuple(
            f"{one.get('transaction_type')} {one.get('quantity')} {one.get('product')} at {one.get('price')}"
            for one in orders
        ),
        expires_at=figures.moment_or_none(row.get("expires_at"), "its end"),
    )


def _holdings(answer: object) -> tuple[tuple[str, int], ...]:
    rows = [figures.mapping(row, "a holding") for row in figures.listing(answer, "the answer")]
    return tuple(
        (figures.text(row.get("tradingsymbol"), "a symbol"), figures.whole(row.get("quantity"), "a quantity"))
        for row in rows
    )


def _believed(read: Callable[[], Read], what: str) -> Read:
    try:
        return read()
    except (FigureError, UnknownWordError) as error:
        raise BooksUnreadableError(f"Zerodha's answer about {what} cannot be read: {error}") from error
