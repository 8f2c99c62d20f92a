"""One-minute bars of every instrument since the session's start, for charts that are opened late."""

import numpy as np
import numpy.typing as npt

from engine.domain.instant import MINUTE
from engine.domain.quote import IntArray, QuoteColumn, QuoteFrame
from engine.runtime.boards import Allocate, in_process

_PAISA = 100
_OPEN, _HIGH, _LOW, _CLOSE, _TRADED = range(5)
_LAST, _VOLUME = int(QuoteColumn.LAST_PRICE), int(QuoteColumn.VOLUME)

PaisaArray = npt.NDArray[np.int32]


class MinuteBars:
    """Open, high, low, close and volume per minute and instrument; written by one thread, read by any other.

    Prices are kept in whole paise of 32 bits, four bytes instead of eight: a day of 5,000 instruments is 45 MB, of
    which the system gives what was written to. Minutes without any quote have no bar. The newest bar is still growing
    while it is read; at worst a reader sees it a quote early. Only the newest ``most_minutes`` are kept, in a ring:
    one more has room in it, so that the minute that begins overwrites none that may be read.
    """

    def __init__(self, size: int, most_minutes: int = 750, allocate: Allocate = in_process) -> None:
        self._most = most_minutes
        self._slots = most_minutes + 1
        # Two numbers of 32 bits to a cell of 64.
        cells = allocate((self._slots, 5, (size + 1) // 2))
        self._values: PaisaArray = cells.view(np.int32)[:, :, :size]
        self._minutes = allocate((self._slots,))
        """Start of every kept minute, in minutes since 1970."""
        self._begun = allocate((1,))
        """How many minutes were begun; minute number n lies in slot n modulo the slots."""
        self._last_volume: IntArray = np.zeros(size, dtype=np.int64)

    def take(self, frame: QuoteFrame) -> None:
        """Add a frame to the bars; for the one writing thread."""
        minute = frame.at // MINUTE
        begun = int(self._begun[0])
        if not begun or minute > int(self._minutes[(begun - 1) % self._slots]):
            begun = self._begin(minute, begun)
        bars = self._values[(begun - 1) % self._slots]
        opens, highs, lows, closes, volumes = bars
        rows = frame.rows
        price = (frame.values[:, _LAST] // _PAISA).astype(np.int32)
        traded = price > 0
        if not traded.all():
            rows, price = rows[traded], price[traded]
        fresh = opens[rows] == 0
        if fresh.any():
            new = rows[fresh]
            opens[new] = lows[new] = price[fresh]
        higher = price > highs[rows]
        if higher.any():
            highs[rows[higher]] = price[higher]
        lower = price < lows[rows]
        if lower.any():
            lows[rows[lower]] = price[lower]
        closes[rows] = price
        self._add_volume(volumes, frame)

    def begin_from(self, older: "MinuteBars") -> None:
        """Begin with the bars of others of the same size, which end before the first frame that is taken here."""
        begun = int(older._begun[0])
        numbers = np.arange(max(0, begun - older._most), begun)
        slots = numbers % older._slots
        self._values[slots] = older._values[slots]
        self._minutes[slots] = older._minutes[slots]
        self._last_volume[:] = older._last_volume
        self._begun[0] = begun

    def of(self, row: int, since: int = 0) -> tuple[IntArray, IntArray]:
        """Answer one instrument's bars from the minute of ``since`` on, oldest first.

        Returns starts (n,) as instants, and values (5, n): open, high, low, close in 1/10,000 ₹, volume in units.
        """
        # Counted first: what the writer adds meanwhile is left for the next look.
        begun = int(self._begun[0])
        numbers = np.arange(max(0, begun - self._most), begun)
        if row < 0 or not len(numbers):
            return np.zeros(0, dtype=np.int64), np.zeros((5, 0), dtype=np.int64)
        minutes = self._minutes[numbers % self._slots]
        first = int(np.searchsorted(minutes, since // MINUTE))
        values = self._values[numbers[first:] % self._slots, :, row].T.astype(np.int64)
        values[:_TRADED] *= _PAISA
        # A reader that was held up may have seen slots that were begun anew under its hands.
        whole = numbers[first:] >= int(self._begun[0]) - self._most
        there = whole & (values[_OPEN] > 0)
        return minutes[first:][there] * MINUTE, values[:, there]

    def _begin(self, minute: int, begun: int) -> int:
        slot = begun % self._slots
        if begun >= self._slots:
            self._values[slot] = 0
        self._minutes[slot] = minute
        self._begun[0] = begun + 1
        return begun + 1

    def _add_volume(self, volumes: PaisaArray, frame: QuoteFrame) -> None:
        volume = frame.values[:, _VOLUME]
        before = self._last_volume[frame.rows]
        changed = volume != before
        if not changed.any():
            return
        rows, volume, before = frame.rows[changed], volume[changed], before[changed]
        # The day's volume starts again in the morning; the first sight of it says nothing about this minute.
        grown = np.where((before > 0) & (volume > before), volume - before, 0)
        volumes[rows] += grown.astype(np.int32)
        self._last_volume[rows] = volume
