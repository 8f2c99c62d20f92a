"""What the engine's thread measures about itself, in wall time."""

from collections import deque

from engine.runtime.live_pace import LivePace
from engine.runtime.pace import Pace
from engine.views.status import EngineFigures

_RATES = 8
"""Looks over which the quote rate is averaged: a market of one frame a second is not seen by every look."""


class Gauges:
    """The loop's lag, and how fast quotes come."""

    def __init__(self) -> None:
        self._lag = 0
        self._quotes: deque[tuple[float, int]] = deque(maxlen=_RATES)

    def note_lag(self, microseconds: int) -> None:
        """Note how late a timer of the loop fired."""
        self._lag = max(self._lag, microseconds)

    def note_quotes(self, so_far: int, at: float) -> None:
        """Note how many quotes came since the start, at a time of the loop in seconds."""
        self._quotes.append((at, so_far))

    def figures(self, frames: int, pace: Pace | LivePace, *, ended: bool) -> EngineFigures:
        """Answer the figures of this moment, and begin a new look-out for lag."""
        lag, self._lag = self._lag, 0
        return EngineFigures(
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
