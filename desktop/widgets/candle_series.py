"""Hold the bars of a chart as growing arrays, and bin them to what a screen can show."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_OPEN, _HIGH, _LOW, _CLOSE, _VOLUME = range(5)


class Bar(NamedTuple):
    """One bar; prices in rupees or index points, the time is its start in nanoseconds since 1970 UTC."""

    time_ns: int
    open: float
    high: float
    low: float
    close: float
    volume: float = 0.0


class Binned(NamedTuple):
    """Bars ready to draw, each ``width`` bars wide; all arrays have one entry per drawn bar."""

    x: Floats
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    width: int


class CandleSeries:
    """Bars in order of time. The last one lives: it changes until the next begins."""

    def __init__(self) -> None:
        self._count = 0
        self._times = np.empty(64, dtype=np.int64)
        self._values = np.empty((5, 64), dtype=np.float64)

    def __len__(self) -> int:
        return self._count

    @property
    def times_ns(self) -> NDArray[np.int64]:
        """Start of each bar, nanoseconds since 1970 UTC."""
        return self._times[: self._count]

    @property
    def closes(self) -> Floats:
        """Close of each bar."""
        return self._values[_CLOSE, : self._count]

    def bar(self, index: int) -> Bar:
        """Return one bar; negative indexes count from the end."""
        if index < 0:
            index += self._count
        opened, high, low, close, volume = self._values[:, index].tolist()
        return Bar(int(self._times[index]), opened, high, low, close, volume)

    def replace(self, times_ns: NDArray[np.int64], values: Floats) -> None:
        """Take a whole history: ``values`` is (5, n) of open, high, low, close, volume.

        Raises ValueError when the shapes do not fit or the times do not ascend.
        """
        if values.shape != (5, len(times_ns)):
            raise ValueError(f"Bars need an array of shape (5, {len(times_ns)}), not {values.shape}.")
        if len(times_ns) > 1 and not bool((np.diff(times_ns) > 0).all()):
            raise ValueError("Bars must stand in order of time, each once.")
        self._times = np.array(times_ns, dtype=np.int64)
        self._values = np.array(values, dtype=np.float64)
        self._count = len(times_ns)

    def put(self, bar: Bar) -> bool:
        """Amend the last bar, or append one that begins later; return whether one was appended.

        Raises ValueError for a bar that begins before the last one.
        """
        if self._count and bar.time_ns < self._times[self._count - 1]:
            raise ValueError("A bar cannot begin before the last one of its chart.")
        appended = self._count == 0 or bar.time_ns > self._times[self._count - 1]
        if appended:
            self._make_room()
            self._count += 1
        last = self._count - 1
        self._times[last] = bar.time_ns
        self._values[:, last] = bar[1:]
        return appended

    def lowest_and_highest(self, first: int, last: int) -> tuple[float, float] | None:
        """Return the extremes of bars ``first`` to ``last - 1``, or None when there is none."""
        first, last = max(first, 0), min(last, self._count)
        if last <= first:
            return None
        return float(self._values[_LOW, first:last].min()), float(self._values[_HIGH, first:last].max())

    def binned(self, first: int, last: int, most: int) -> Binned:
        """Return bars ``first`` to ``last - 1``, joined so that at most about ``most`` remain.

        Bins begin at multiples of their width, so that they stand still while the chart scrolls.
        """
        first, last = max(first, 0), min(last, self._count)
        width = max(1, -(-max(last - first, 0) // max(most, 1)))
        first -= first % width
        if last <= first:
            nothing = np.empty(0)
            return Binned(nothing, nothing, nothing, nothing, nothing, nothing, width)
        opens, highs, lows, closes, volumes = (self._values[kind, first:last] for kind in range(5))
        starts = np.arange(0, last - first, width)
        if width == 1:
            return Binned(np.asarray(starts + first, dtype=np.float64), opens, highs, lows, closes, volumes, 1)
        ends = np.minimum(starts + width, last - first) - 1
        return Binned(
            np.asarray(first + (starts + ends) / 2, dtype=np.float64),
            opens[starts],
            np.asarray(np.maximum.reduceat(highs, starts)),
            np.asarray(np.minimum.reduceat(lows, starts)),
            closes[ends],
            np.asarray(np.add.reduceat(volumes, starts)),
            width,
        )

    def _make_room(self) -> None:
        if self._count == len(self._times):
            room = max(64, 2 * self._count)
            times, values = np.empty(room, dtype=np.int64), np.empty((5, room), dtype=np.float64)
            times[: self._count], values[:, : self._count] = self.times_ns, self._values[:, : self._count]
            self._times, self._values = times, values
