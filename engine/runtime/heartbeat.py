"""The engine's heartbeat: how late its thread is on a clock that is given, and what the engine is told of it."""

from collections.abc import Callable

from engine.core.state import EngineState
from engine.domain.instant import SECOND, Instant
from engine.domain.reports import EngineLag

HEARTBEAT = 1 * SECOND
"""Microseconds between two words about the engine's lag (executor reference §1.10)."""

Stopwatch = Callable[[], int]
"""Answers nanoseconds of a clock that only goes forward."""


class Heartbeat:
    """Notes how late a timer of the engine's thread fires, and says so where the engine must know.

    A step that takes long holds up every timer, so the lag of a timer is that of the step. What is told is the worst
    since the last word: the engine raises its alarm above the limit and takes it back at the first heartbeat below.
    """

    def __init__(self, state: EngineState, clock: Stopwatch) -> None:
        self._state, self._clock = state, clock
        self._expected: int | None = None
        self._worst = 0
        self._told_at = clock()

    def wait(self, microseconds: int) -> None:
        """Note that a timer was set."""
        self._expected = self._clock() + microseconds * 1_000

    def ring(self) -> int:
        """Note that the timer fired; answer how late it is in microseconds."""
        lag = 0 if self._expected is None else max(0, (self._clock() - self._expected) // 1_000)
        self._worst = max(self._worst, lag)
        return lag

    def news(self) -> Callable[[Instant], EngineLag] | None:
        """Answer what the engine must be told, once a heartbeat; None where nothing changes for it."""
        now = self._clock()
        books = self._state.books
        is_late = self._worst > books.of(books.account).limits.engine_late_after * SECOND
        if not is_late and now - self._told_at < HEARTBEAT * 1_000:
            return None
        lag, self._worst, self._told_at = self._worst, 0, now
        if is_late is bool(books.engine_lag):
            return None
        return lambda at: EngineLag(at=at, lag=lag)
