"""The clocks: the system's, and simulated time that a run moves by hand or that follows the system at a speed."""

import time

from engine.domain.instant import Instant


class SystemClock:
    """Wall time; the only place that reads it."""

    def now(self) -> Instant:
        """Answer the present instant."""
        return Instant(time.time_ns() // 1_000)


class PacedClock:
    """Simulated time that starts at an instant and runs ``speed`` times as fast as the wall.

    It counts on the monotonic clock, so that a corrected wall clock does not move the simulated market.
    """

    def __init__(self, start: Instant, speed: float = 1.0) -> None:
        self.origin = start
        self._speed = speed
        self.began = time.monotonic()
        """When it stood at its origin, on the monotonic clock, in seconds."""

    def now(self) -> Instant:
        """Answer the present simulated instant."""
        return Instant(self.origin + int((time.monotonic() - self.began) * self._speed * 1_000_000))

    def seconds_until(self, due: Instant) -> float:
        """Answer how many wall seconds away a simulated instant is; 0 where it has passed."""
        return max(0.0, (due - self.now()) / self._speed / 1_000_000)

    def jump_to(self, at: Instant) -> None:
        """Go on from a later instant: the night between two sessions is not waited for."""
        self.origin = at
        self.began = time.monotonic()


def monotonic() -> float:
    """Answer seconds of the monotonic clock, which all processes of a machine share."""
    return time.monotonic()


def stopwatch() -> int:
    """Answer nanoseconds of the monotonic clock, for measuring how long something took."""
    return time.perf_counter_ns()
