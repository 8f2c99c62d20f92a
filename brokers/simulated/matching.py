"""Match orders against recorded or simulated quotes, as the exchange would.

There is no model of the queue: a resting order fills as soon as the opposite quote reaches its price.
"""

from itertools import count

import msgspec

from brokers.simulated.shown_book import Level, ShownBook
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import BrokerOrderId
from engine.domain.money import Price
from engine.domain.order import OrderType, Side
from engine.domain.quote import QuoteFrame


class Fill(msgspec.Struct, frozen=True, gc=False):
    """A trade of one order: quantity in units, price in 1/10,000 ₹."""

    order: BrokerOrderId
    quantity: int
    price: Price


class ExchangeOrder(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An order as it reaches the exchange.

    ``limit`` is the worst price it may trade at: its own limit, or for MARKET its price protection.
    """

    id: BrokerOrderId
    row: int
    side: Side
    order_type: OrderType
    quantity: int
    limit: Price
    trigger: Price | None = None
    """The last price that wakes it; None for an order that is awake."""


class _Working:
    """An order at the exchange: what is left of it and when it came."""

    __slots__ = ("left", "order", "sequence", "takes")

    def __init__(self, order: ExchangeOrder, sequence: int) -> None:
        self.order = order
        self.sequence = sequence
        self.left = order.quantity
        self.takes = order.order_type is not OrderType.LIMIT
        """It takes what is shown at its price; a limit order that rests is met at its own."""

    def priority(self) -> tuple[int, int]:
        """Answer the sort key: better price first, then first come."""
        return -self.order.side.sign * self.order.limit, self.sequence

    def reaches(self, level: Level) -> bool:
        """Say whether the order may trade at a level."""
        return self.order.side.sign * (self.order.limit - level.price) >= 0


class Matching:
    """The exchange's order book of our own orders against the shown quotes.

    - An arriving order takes the opposite best quote (all shown levels where the book walks depth) up to its limit.
    - The rest of a LIMIT order rests and fills at its own price when the opposite quote reaches it.
    - The rest of a MARKET order takes the opposite best quote of the following records, never past its protection.
    - Nobody takes more than a record shows; each record refills what it shows.
    """

    def __init__(self, contracts: ContractMaster, *, slippage_ticks: int = 1, walks_depth: bool = False) -> None:
        self.shown = ShownBook(contracts, slippage_ticks=slippage_ticks, walks_depth=walks_depth)
        self._working: dict[BrokerOrderId, _Working] = {}
        self._at_row: dict[int, list[_Working]] = {}
        self._asleep: dict[int, list[_Working]] = {}
        self._sequence = count()

    def enter(self, order: ExchangeOrder, at_most: int | None = None) -> list[Fill]:
        """Take an order; answer its immediate fills, together ``at_most`` that quantity. The rest is working."""
        working = _Working(order, next(self._sequence))
        self._working[order.id] = working
        self.shown.watch(order.row)
        if order.trigger is not None:
            self._asleep.setdefault(order.row, []).append(working)
            return []
        self._at_row.setdefault(order.row, []).append(working)
        return self._trade(working, at_own_price=False, at_most=at_most)

    def rest(self, order: ExchangeOrder) -> None:
        """Put an order that was working before a restart back, without trading."""
        self.enter(order, at_most=0)

    def withdraw(self, order: BrokerOrderId) -> int:
        """Take a working order out; answer the quantity left, 0 where it is not working."""
        working = self._working.get(order)
        if working is None:
            return 0
        self._forget(working)
        return working.left

    def fill_rest(self, order: BrokerOrderId) -> list[Fill]:
        """Fill what is left of a LIMIT order at its own price: somebody met it between two records."""
        working = self._working.get(order)
        if working is None or working.order.order_type is OrderType.MARKET or self._sleeps(working):
            return []
        fill = Fill(order, working.left, working.order.limit)
        self._forget(working)
        return [fill]

    def see(self, frame: QuoteFrame) -> list[int]:
        """See a frame; answer the rows in it that have working orders."""
        rows = self.shown.take(frame)
        with_orders = [row for row in rows if row in self._at_row or row in self._asleep]
        for row in with_orders:
            self.shown.watch(row)
        return with_orders

    def wake(self, row: int) -> list[BrokerOrderId]:
        """Wake the stop orders of a row whose trigger its last price has reached; answer them, first come first.

        They take the opposite quotes when ``match`` is called, up to their limit.
        """
        last = self.shown.last_price(row)
        woken = [
            working
            for working in self._asleep.get(row, ())
            if last > 0 and working.order.side.sign * (last - (working.order.trigger or 0)) >= 0
        ]
        for working in woken:
            _remove(self._asleep, working)
            self._at_row.setdefault(row, []).append(working)
        return [working.order.id for working in woken]

    def match(self, row: int) -> list[Fill]:
        """Fill the working orders of a row with its newest record, best price first, then first come."""
        fills: list[Fill] = []
        for working in sorted(self._at_row.get(row, ()), key=_Working.priority):
            fills += self._trade(working, at_own_price=not working.takes)
            # A stop order takes what it meets when it wakes; what is left of it rests as a limit order does.
            working.takes = working.order.order_type is OrderType.MARKET
        return fills

    def _trade(self, working: _Working, *, at_own_price: bool, at_most: int | None = None) -> list[Fill]:
        order = working.order
        allowance = working.left if at_most is None else min(working.left, at_most)
        fills: list[Fill] = []
        for level in self.shown.opposite(order.row, order.side):
            if allowance == 0 or not working.reaches(level):
                break
            quantity = min(allowance, level.quantity)
            if quantity:
                level.quantity -= quantity
                allowance -= quantity
                working.left -= quantity
                fills.append(Fill(order.id, quantity, order.limit if at_own_price else Price(level.price)))
        if working.left == 0:
            self._forget(working)
        return fills

    def _sleeps(self, working: _Working) -> bool:
        return working in self._asleep.get(working.order.row, ())

    def _forget(self, working: _Working) -> None:
        del self._working[working.order.id]
        _remove(self._asleep if self._sleeps(working) else self._at_row, working)


def _remove(rows: dict[int, list[_Working]], working: _Working) -> None:
    neighbours = rows[working.order.row]
    neighbours.remove(working)
    if not neighbours:
        del rows[working.order.row]
