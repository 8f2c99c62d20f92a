"""Quotes in frames: many instruments, one stamp."""

from enum import IntEnum

import msgspec
import numpy as np
import numpy.typing as npt

from engine.domain.instant import Instant
from engine.domain.money import Price

IntArray = npt.NDArray[np.int64]


class QuoteColumn(IntEnum):
    """The columns of a quote. A price of 0 means that side is empty or not known."""

    LAST_PRICE = 0
    BID = 1
    BID_QUANTITY = 2
    ASK = 3
    ASK_QUANTITY = 4
    VOLUME = 5
    OPEN_INTEREST = 6
    TRADED_AT = 7
    """When it last traded, an Instant; 0 where the feed does not say."""


COLUMNS = len(QuoteColumn)
DEPTH_LEVELS = 5


class QuoteFrame(msgspec.Struct, frozen=True, eq=False):
    """What the market shows at one instant for some instruments.

    ``rows`` is int64 of shape (n,): rows of the contract master, no row twice. ``values`` is int64 of shape
    (n, COLUMNS) by QuoteColumn, prices in 1/10,000 ₹. ``depth`` is int64 of shape (n, DEPTH_LEVELS, 4) with bid price,
    bid quantity, ask price, ask quantity per level, or None where the feed has none.
    """

    at: Instant
    rows: IntArray
    values: IntArray
    depth: IntArray | None = None


_WHOLE_ROW = np.dtype((np.void, COLUMNS * 8))


def whole_rows(values: IntArray) -> npt.NDArray[np.void]:
    """Answer the same memory, (n, COLUMNS), as n rows in one piece each: copied whole they cost a third.

    What does not lie in one piece is copied first.
    """
    return np.ascontiguousarray(values).view(_WHOLE_ROW)[:, 0]


class Quote(msgspec.Struct, frozen=True, gc=False):
    """One instrument's quote taken out of the board, for decisions and screens; quantities in units."""

    last_price: Price
    bid: Price
    bid_quantity: int
    ask: Price
    ask_quantity: int
    volume: int
    open_interest: int
    traded_at: Instant
    at: Instant
    """When this row last arrived."""


class QuoteBoard:
    """The latest quote of every instrument: int64 ``values`` of shape (instruments, COLUMNS) and arrival stamps."""

    def __init__(self, size: int) -> None:
        self.values: IntArray = np.zeros((size, COLUMNS), dtype=np.int64)
        self.arrived_at: IntArray = np.zeros(size, dtype=np.int64)
        self._whole = whole_rows(self.values)

    def take(self, frame: QuoteFrame) -> None:
        """Overwrite the rows of a frame."""
        self._whole[frame.rows] = whole_rows(frame.values)
        self.arrived_at[frame.rows] = frame.at

    def number(self, row: int, column: int) -> int:
        """Answer one cell as a plain whole number."""
        return self.values.item(row, column)

    def arrival(self, row: int) -> Instant:
        """Answer when a row last arrived; 0 if never."""
        return Instant(self.arrived_at.item(row))

    def quote(self, row: int) -> Quote:
        """Answer the latest quote of a row; all zero where none has arrived."""
        last, bid, bid_quantity, ask, ask_quantity, volume, interest, traded = self.values[row].tolist()
        return Quote(last, bid, bid_quantity, ask, ask_quantity, volume, interest, traded, self.arrival(row))
