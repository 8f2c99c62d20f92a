"""One-minute bars of every instrument since the session's start, for charts that are opened late."""

import numpy as np
import numpy.typing as npt

from engine.domain.instant import MINUTE
from engine.domain.quote import IntArray, QuoteColumn, QuoteFrame

_PAISA = 100
_BLOCK = 32
"""Minutes for which memory is taken at once."""
_OPEN, _HIGH, _LOW, _CLOSE = range(4)
_LAST, _VOLUME = int(QuoteColumn.LAST_PRICE), int(QuoteColumn.VOLUME)

PaisaArray = npt.NDArray[np.int32]


class MinuteBars:
    """Open, high, low, close and volume per minute and instrument; written by one thread, read by any other.

    Prices are kept in whole paise of 32 bits, four bytes instead of eight: a day of 5,000 instruments is 45 MB.
    Minutes without any quote have no bar. The newest bar is still growing while it is read; at worst a reader sees it
    a quote early. Only the newest ``most_minutes`` are kept.
    """

    def __init__(self, size: int, most_minutes: int = 750) -> None:
        self._size = size
        self._most_blocks = max(1, most_minutes // _BLOCK)
        self._blocks: list[PaisaArray] = []
        self._minutes: list[int] = []
        """Start of every kept minute, in minutes since 1970."""
        self._last_volume: IntArray = np.zeros(size, dtype=np.int64)

    def take(self, frame: QuoteFrame) -> None:
        """Add a frame to the bars; for the one writing thread."""
        minute = frame.at // MINUTE
        if not self._minutes or minute > self._minutes[-1]:
            self._begin(minute)
        bars = self._blocks[-1][(len(self._minutes) - 1) % _BLOCK]
        rows = frame.rows
        price = (frame.values[:, _LAST] // _PAISA).astype(np.int32)
        traded = price > 0
        if not traded.all():
            rows, price = rows[traded], price[traded]
        opened = bars[_OPEN, rows]
        fresh = opened == 0
        bars[_OPEN, rows] = np.where(fresh, price, opened)
        bars[_HIGH, rows] = np.maximum(bars[_HIGH, rows], price)
        bars[_LOW, rows] = np.where(fresh, price, np.minimum(bars[_LOW, rows], price))
        bars[_CLOSE, rows] = price
        self._add_volume(bars, frame)

    def of(self, row: int, since: int = 0) -> tuple[IntArray, IntArray]:
        """Answer one instrument's bars from the minute of ``since`` on, oldest first.

        Returns starts (n,) as instants, and values (5, n): open, high, low, close in 1/10,000 ₹, volume in units.
        """
        # Counted first: what the writer adds meanwhile is left for the next look.
        minutes, blocks = list(self._minutes), list(self._blocks)
        count = min(len(minutes), len(blocks) * _BLOCK)
        if row < 0 or not count:
            return np.zeros(0, dtype=np.int64), np.zeros((5, 0), dtype=np.int64)
        first = int(np.searchsorted(minutes[:count], since // MINUTE))
        columns = [block[:, :, row] for block in blocks[first // _BLOCK :]]
        skipped = first // _BLOCK * _BLOCK
        values = np.concatenate(columns)[first - skipped : count - skipped].T.astype(np.int64)
        values[:4] *= _PAISA
        starts = np.array(minutes[first:count], dtype=np.int64) * MINUTE
        there = values[_OPEN] > 0
        return starts[there], values[:, there]

    def _begin(self, minute: int) -> None:
        if len(self._minutes) % _BLOCK == 0:
            if len(self._blocks) == self._most_blocks:
                # New lists, because a reader may be walking along the old ones.
                self._blocks, self._minutes = self._blocks[1:], self._minutes[_BLOCK:]
            self._blocks.append(np.zeros((_BLOCK, 5, self._size), dtype=np.int32))
        self._minutes.append(minute)

    def _add_volume(self, bars: PaisaArray, frame: QuoteFrame) -> None:
        volume = frame.values[:, _VOLUME]
        before = self._last_volume[frame.rows]
        # The day's volume starts again in the morning; the first sight of it says nothing about this minute.
        grown = np.where((before > 0) & (volume > before), volume - before, 0)
        bars[4, frame.rows] += grown.astype(np.int32)
        self._last_volume[frame.rows] = volume
