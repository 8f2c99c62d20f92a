"""The wall clock, for commands that need today's date."""

from engine.domain.instant import Instant
from engine.runtime.clock import SystemClock


def now() -> Instant:
    """Answer the present instant."""
    return SystemClock().now()
