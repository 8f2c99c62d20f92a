"""Zerodha's books of the day → one report: orders, positions, funds, and whether they are proven to be fresh."""

import asyncio
from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec

from brokers.errors import BooksUnreadableError
from brokers.zerodha import figures
from brokers.zerodha.asking import Asking, Question
from brokers.zerodha.figures import FigureError
from brokers.zerodha.rows import Holdings, KiteOrder, KiteTrade, Ours, read_orders, read_positions, read_trades
from brokers.zerodha.words import UnknownWordError
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import AccountId, BrokerOrderId
from engine.domain.instant import Instant
from engine.domain.money import Money, Price, nearest_tick
from engine.domain.order import TERMINAL
from engine.domain.reports import BookOrder, BooksReport

Read = TypeVar("Read")


class Funds(msgspec.Struct, frozen=True, kw_only=True):
    """What the account can spend and what is blocked, in 1/10,000 ₹, as Zerodha says it; nothing is derived."""

    available: Money
    used: Money


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """All books as they were read, the reading having begun at an instant."""

    read_at: Instant
    orders: tuple[KiteOrder, ...]
    trades: tuple[KiteTrade, ...]
    holdings: Holdings
    funds: Funds


class BookReader:
    """Reads Zerodha's books through the official client."""

    def __init__(self, asking: Asking, ours: Ours) -> None:
        self._asking = asking
        self._ours = ours

    async def orders(self) -> tuple[KiteOrder, ...]:
        """Read the order book alone. Raises BrokerError."""
        rows = await self._asking.ask(Question.ORDERS)
        return tuple(_believed(lambda: read_orders(rows, self._ours), "order book"))

    async def everything(self, read_at: Instant) -> Reading:
        """Read orders, then trades, positions and funds; the order book first, so that trades may only be ahead.

        Raises BrokerError where one of them cannot be read: nothing is concluded from the rest.
        """
        orders = await self.orders()
        trades, positions, funds = await asyncio.gather(
            self._asking.ask(Question.TRADES),
            self._asking.ask(Question.POSITIONS),
            self._asking.ask(Question.FUNDS, "equity"),
        )
        return Reading(
            read_at=read_at,
            orders=orders,
            trades=tuple(_believed(lambda: read_trades(trades), "trade book")),
            holdings=_believed(lambda: read_positions(positions), "list of positions"),
            funds=_believed(lambda: read_funds(funds), "statement of funds"),
        )


def read_funds(answer: object) -> Funds:
    """Answer the funds of the equity segment, which futures and options use too. Raises FigureError."""
    data = figures.mapping(answer, "the funds")
    available = figures.mapping(data.get("available"), "the available funds")
    utilised = figures.mapping(data.get("utilised"), "the used funds")
    free = data.get("net") if data.get("net") is not None else available.get("live_balance")
    return Funds(
        available=figures.money(free, "the free funds"), used=figures.money(utilised.get("debits"), "the used funds")
    )


def traded(trades: Iterable[KiteTrade]) -> dict[BrokerOrderId, tuple[int, Money]]:
    """Answer the quantity and the exact value of the trades of every order."""
    sums: dict[BrokerOrderId, tuple[int, Money]] = {}
    for trade in trades:
        quantity, value = sums.get(trade.number, (0, Money(0)))
        sums[trade.number] = (quantity + trade.quantity, Money(value + trade.price * trade.quantity))
    return sums


def value_of_fills(order: KiteOrder, contracts: ContractMaster) -> Money:
    """Answer what the fills of an order come to, from Zerodha's average price.

    Every fill is at a multiple of the tick, so the sum is one too: the average's rounding falls away where it is less
    than half a tick in all.
    """
    exact = order.average * order.filled
    known = order.instrument in contracts
    tick = contracts.by_id(order.instrument).tick_size if known else Price(1)
    return Money(nearest_tick(figures.units(exact), tick))


def average_price(order: KiteOrder) -> Price | None:
    """Answer the average price of the fills in 1/10,000 ₹; None where there are none."""
    return Price(figures.units(order.average)) if order.filled else None


def books_report(
    reading: Reading, account: AccountId, contracts: ContractMaster, at: Instant, *, fresh: bool
) -> BooksReport:
    """Answer what the engine is told of a reading; orders in products that are not ours are left to the positions."""
    sums = traded(reading.trades)
    return BooksReport(
        at=at,
        account=account,
        read_at=reading.read_at,
        fresh=fresh,
        orders=tuple(
            _book_order(order, sums.get(order.number), contracts)
            for order in reading.orders
            if order.product is not None
        ),
        positions=reading.holdings.positions,
        available_funds=reading.funds.available,
        used_margin=reading.funds.used,
    )


def _book_order(order: KiteOrder, trades: tuple[int, Money] | None, contracts: ContractMaster) -> BookOrder:
    assert order.product is not None  # chosen by the caller
    filled, value = order.filled, value_of_fills(order, contracts)
    if trades is not None and trades[0] >= filled:
        filled, value = trades  # The exchange made the trades, whatever the order book says yet.
    return BookOrder(
        order_id=order.tag,
        broker_order_id=order.number,
        instrument=order.instrument,
        side=order.side,
        product=order.product,
        order_type=order.order_type,
        quantity=order.quantity,
        filled=filled,
        value=value,
        limit_price=order.limit_price,
        status=order.status,
        wording=order.wording,
        updated_at=order.updated_at,
        trigger_price=order.trigger_price if order.status not in TERMINAL else None,
    )


def _believed(read: Callable[[], Read], what: str) -> Read:
    try:
        return read()
    except (FigureError, UnknownWordError) as error:
        raise BooksUnreadableError(f"Zerodha's {what} cannot be read: {error}") from error
