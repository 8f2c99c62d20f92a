"""Simulated time that can be paused, sped up and jumped over, followed from any thread."""

import threading

from engine.domain.instant import Instant
from engine.runtime.boards import in_process
from engine.runtime.clock import PacedClock
from engine.runtime.shared_time import SharedTime

MAX_SPEED = 1_000_000.0
"""Faster than any machine replays: as fast as possible."""


class Pace:
    """A clock that runs ``speed`` times as fast as the wall, or stands still.

    Every change replaces the clock it counts by, so that another thread sees the old time line or the new one, never
    a mixture. Changes come from the window's thread and from the engine's, one at a time. ``shown`` is told each of
    them, for another process.
    """

    def __init__(self, start: Instant, speed: float = 1.0, shown: SharedTime | None = None) -> None:
        self._speed = checked_speed(speed)
        self._shown = SharedTime(in_process) if shown is None else shown
        self._clock: PacedClock | None = PacedClock(start, self._speed)
        self._stands_at = start
        self._changing = threading.Lock()
        self._show()

    @property
    def speed(self) -> float:
        """How many times faster than the wall time runs when it is not paused."""
        return self._speed

    @property
    def is_paused(self) -> bool:
        """Whether time stands still."""
        return self._clock is None

    def now(self) -> Instant:
        """Answer the present simulated instant."""
        clock = self._clock
        return self._stands_at if clock is None else clock.now()

    def seconds_until(self, due: Instant) -> float | None:
        """Answer how many wall seconds away an instant is, 0 where it has passed; None while time stands still."""
        clock = self._clock
        if clock is None:
            return 0.0 if due <= self._stands_at else None
        return clock.seconds_until(due)

    def pause(self) -> None:
        """Let time stand still."""
        with self._changing:
            self._stands_at = self.now()
            self._clock = None
            self._show()

    def resume(self) -> None:
        """Let time run on from where it stands; does nothing while it runs."""
        with self._changing:
            if self._clock is None:
                self._clock = PacedClock(self._stands_at, self._speed)
                self._show()

    def set_speed(self, speed: float) -> None:
        """Run at another speed from now on. Raises ValueError unless it is above 0."""
        checked = checked_speed(speed)
        with self._changing:
            now, self._speed = self.now(), checked
            if self._clock is not None:
                self._clock = PacedClock(now, checked)
                self._show()

    def jump_to(self, at: Instant) -> None:
        """Go on from a later instant; an earlier one is ignored."""
        with self._changing:
            if at > self.now():
                self._go_on_from(at)

    def slip_to(self, at: Instant) -> None:
        """Go back to an instant that the engine has not reached yet, because it cannot keep the pace."""
        with self._changing:
            if self._clock is not None:
                self._go_on_from(at)

    def _go_on_from(self, at: Instant) -> None:
        self._stands_at = at
        if self._clock is not None:
            self._clock = PacedClock(at, self._speed)
        self._show()

    def _show(self) -> None:
        clock = self._clock
        if clock is None:
            self._shown.show(self._stands_at, 0.0, 0.0)
        else:
            self._shown.show(clock.origin, clock.began, self._speed)


def checked_speed(speed: float) -> float:
    """Answer a speed that time can run at. Raises ValueError for any other."""
    if not 0 < speed <= MAX_SPEED:
        raise ValueError(f"the speed must be above 0 and at most {MAX_SPEED:,.0f}, and {speed} is not")
    return speed
