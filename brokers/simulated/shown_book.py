"""What the exchange shows, less what has been taken from it since each instrument's last record."""

import numpy as np

from engine.domain.contract_master import ContractMaster
from engine.domain.instant import Instant
from engine.domain.money import Price
from engine.domain.order import Side
from engine.domain.quote import DEPTH_LEVELS, IntArray, QuoteBoard, QuoteColumn, QuoteFrame

UNLIMITED = 1 << 60
"""The quantity of a price that the data shows no quantity for: a last price without bid and ask."""


class Level:
    """A price and the quantity left at it."""

    __slots__ = ("price", "quantity")

    def __init__(self, price: int, quantity: int) -> None:
        self.price = price
        self.quantity = quantity


class ShownBook:
    """The latest record of every instrument and what is left of it.

    ``walks_depth`` lets orders reach all five levels where a frame has depth, else only the best. ``slippage_ticks`` is
    what a trade at the last price costs where the data has neither bid nor ask.
    """

    def __init__(self, contracts: ContractMaster, *, slippage_ticks: int, walks_depth: bool) -> None:
        self._contracts = contracts
        self._slippage_ticks = slippage_ticks
        self._board = QuoteBoard(len(contracts))
        self._watched = np.zeros(len(contracts), dtype=np.bool_)
        self._left: dict[tuple[int, Side], list[Level]] = {}
        self._depth: IntArray | None = None
        if walks_depth:
            self._depth = np.zeros((len(contracts), DEPTH_LEVELS, 4), dtype=np.int64)

    def take(self, frame: QuoteFrame) -> list[int]:
        """See a frame; answer the watched rows in it, in its order. What was taken from them is refilled."""
        self._board.take(frame)
        if self._depth is not None:
            self._depth[frame.rows] = 0 if frame.depth is None else frame.depth
        hit: list[int] = frame.rows[self._watched[frame.rows]].tolist()
        for row in hit:
            self._watched[row] = False
            self._left.pop((row, Side.BUY), None)
            self._left.pop((row, Side.SELL), None)
        return hit

    def watch(self, row: int) -> None:
        """Answer this row from ``take`` when its next record comes."""
        self._watched[row] = True

    def arrival(self, row: int) -> Instant:
        """Answer when the last record of a row came; 0 where none has."""
        return self._board.arrival(row)

    def last_price(self, row: int) -> Price:
        """Answer the last traded price; 0 where it is not known."""
        return Price(self._board.number(row, QuoteColumn.LAST_PRICE))

    def reference_price(self, row: int) -> Price:
        """Answer the last price, or the middle of bid and ask, or the one side there is; 0 where nothing is shown."""
        last = self.last_price(row)
        bid, ask = self._board.number(row, QuoteColumn.BID), self._board.number(row, QuoteColumn.ASK)
        if last > 0:
            return last
        return Price((bid + ask) // 2 if bid > 0 and ask > 0 else max(bid, ask, 0))

    def opposite(self, row: int, side: Side) -> list[Level]:
        """Answer what an order of ``side`` can take now, best first; take from the levels in place."""
        levels = self._left.get((row, side))
        if levels is None:
            levels = self._left[row, side] = self._fresh(row, side)
            self._watched[row] = True
        return levels

    def _fresh(self, row: int, side: Side) -> list[Level]:
        bid, ask = self._board.number(row, QuoteColumn.BID), self._board.number(row, QuoteColumn.ASK)
        if bid <= 0 and ask <= 0:
            return self._at_last_price(row, side)
        if self._depth is not None and self._depth[row].any():
            price_column, quantity_column = (2, 3) if side is Side.BUY else (0, 1)
            shown = [(level[price_column], level[quantity_column]) for level in self._depth[row].tolist()]
        elif side is Side.BUY:
            shown = [(ask, self._board.number(row, QuoteColumn.ASK_QUANTITY))]
        else:
            shown = [(bid, self._board.number(row, QuoteColumn.BID_QUANTITY))]
        return [Level(price, quantity) for price, quantity in shown if price > 0 and quantity > 0]

    def _at_last_price(self, row: int, side: Side) -> list[Level]:
        last, tick = self.last_price(row), self._contracts.instruments[row].tick_size
        if last <= 0:
            return []
        return [Level(max(last + side.sign * self._slippage_ticks * tick, tick), UNLIMITED)]
