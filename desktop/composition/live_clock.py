"""The clocks of live runs: the wall's, and that of a practice exchange which is followed."""

from engine.domain.instant import Instant
from engine.runtime.clock import PacedClock, SystemClock


class WallClock:
    """The computer's clock, which is not followed when somebody sets it back."""

    speed = 1.0

    def __init__(self) -> None:
        self._system = SystemClock()
        self._latest = Instant(0)

    def now(self) -> Instant:
        """Answer the present instant."""
        now = self._latest = max(self._system.now(), self._latest)
        return now


class FollowedClock:
    """The clock of a practice exchange: it runs as fast as that one, from the instant that was last heard of it.

    It never goes back: where the exchange turns out to be behind, it stands until the exchange has caught up.
    """

    def __init__(self, speed: float) -> None:
        self.speed = speed
        self._clock: PacedClock | None = None
        self._latest = Instant(0)

    def follow(self, at: Instant) -> None:
        """Go on from where the exchange stands now; from any thread."""
        self._clock = PacedClock(at, self.speed)

    def not_before(self, at: Instant) -> None:
        """Let no earlier instant be told: a journal has reached it."""
        self._latest = max(self._latest, at)

    def now(self) -> Instant:
        """Answer the present instant."""
        clock = self._clock
        now = self._latest = self._latest if clock is None else max(clock.now(), self._latest)
        return now
