"""Simulated time that can be paused, sped up and jumped over, followed from any thread."""

import threading

from engine.domain.instant import Instant
from engine.runtime.clock import PacedClock

MAX_SPEED = 1_000_000.0
"""Faster than any machine replays: as fast as possible."""


class Pace:
    """A clock that runs ``speed`` times as fast as the wall, or stands still.

    Every change replaces the clock it counts by, so that another thread sees the old time line or the new one, never
    a mixture. Changes come from the window's thread and from the engine's, one at a time.
    """

    def __init__(self, start: Instant, speed: float = 1.0) -> None:
        self._speed = _checked(speed)
        self._clock: PacedClock | None = PacedClock(start, self._speed)
        self._stands_at = start
        self._changing = threading.Lock()

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

    def resume(self) -> None:
        """Let time run on from where it stands; does nothing while it runs."""
        with self._changing:
            if self._clock is None:
                self._clock = PacedClock(self._stands_at, self._speed)

    def set_speed(self, speed: float) -> None:
        """Run at another speed from now on. Raises ValueError unless it is above 0."""
        checked = _checked(speed)
        with self._changing:
            now, self._speed = self.now(), checked
            if self._clock is not None:
                self._clock = PacedClock(now, checked)

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


def _checked(speed: float) -> float:
    if not 0 < speed <= MAX_SPEED:
        raise ValueError(f"the speed must be above 0 and at most {MAX_SPEED:,.0f}, and {speed} is not")
    return speed
