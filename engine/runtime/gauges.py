"""What the engine's thread measures about itself, in wall time."""

from collections import deque
from statistics import median

from engine.runtime.pace import Pace
from engine.views.status import EngineFigures

_LATENCIES = 256
_RATES = 8
"""Looks over which the quote rate is averaged: a market of one frame a second is not seen by every look."""


class Gauges:
    """Latencies of the newest orders, the loop's lag, and how fast quotes come."""

    def __init__(self) -> None:
        self._orders: deque[int] = deque(maxlen=_LATENCIES)
        self._lag = 0
        self._quotes: deque[tuple[float, int]] = deque(maxlen=_RATES)

    def note_order(self, nanoseconds: int) -> None:
        """Note the time from a quote taken to the orders it led to handed to the gateway."""
        self._orders.append(nanoseconds // 1_000)

    def note_lag(self, microseconds: int) -> None:
        """Note how late a timer of the loop fired."""
        self._lag = max(self._lag, microseconds)

    def note_quotes(self, so_far: int, at: float) -> None:
        """Note how many quotes came since the start, at a time of the loop in seconds."""
        self._quotes.append((at, so_far))

    def figures(self, frames: int, pace: Pace, *, ended: bool) -> EngineFigures:
        """Answer the figures of this moment, and begin a new look-out for lag."""
        lag, self._lag = self._lag, 0
        return EngineFigures(
            order_latency=int(median(self._orders)) if self._orders else None,
            order_latency_worst=max(self._orders, default=None),
            loop_lag=lag,
            frames=frames,
            quotes_per_second=self._rate(),
            speed=pace.speed,
            paused=pace.is_paused,
            ended=ended,
        )

    def _rate(self) -> int:
        if len(self._quotes) < 2:
            return 0
        (first_at, first), (last_at, last) = self._quotes[0], self._quotes[-1]
        return int((last - first) / (last_at - first_at)) if last_at > first_at else 0
