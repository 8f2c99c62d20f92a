"""The wall clock and stopwatches, for commands."""

from collections.abc import Callable

from engine.domain.instant import Instant
from engine.runtime.clock import SystemClock
from engine.runtime.clock import stopwatch as nanoseconds

__all__ = ["nanoseconds", "now", "stopwatch"]


def now() -> Instant:
    """Answer the present instant."""
    return SystemClock().now()


def stopwatch() -> Callable[[], float]:
    """Start a stopwatch: calling what this answers gives the seconds since then."""
    began = nanoseconds()
    return lambda: (nanoseconds() - began) / 1e9
