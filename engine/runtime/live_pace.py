"""The pace of a live run: its clock is the market's, and nobody can stop or hurry it."""

from typing import Protocol

from engine.domain.instant import SECOND, Instant
from engine.runtime.clock import monotonic
from engine.runtime.shared_time import SharedTime


class LiveClock(Protocol):
    """The clock that engine and brokers of a live run share; it never goes back."""

    @property
    def speed(self) -> float:
        """How many times faster than the wall it runs: 1, but for a practice exchange in a hurry."""
        ...

    def now(self) -> Instant:
        """Answer the present instant, from any thread."""
        ...


class LiveTimeError(ValueError):
    """Time cannot be stopped or hurried; the message says so to the trader."""


class LivePace:
    """Follows a live clock as Pace counts simulated time; ``shown`` is told where it stands, for another process."""

    is_paused = False

    def __init__(self, clock: LiveClock, shown: SharedTime) -> None:
        self._clock = clock
        self._shown = shown
        self.show()

    @property
    def speed(self) -> float:
        """How many times faster than the wall the market's own clock runs."""
        return self._clock.speed

    def now(self) -> Instant:
        """Answer the present instant."""
        return self._clock.now()

    def seconds_until(self, due: Instant) -> float | None:
        """Answer how many wall seconds away an instant is, 0 where it has passed."""
        return max(0, due - self._clock.now()) / SECOND / self._clock.speed

    def show(self) -> None:
        """Tell another process where the clock stands; now and then, because the wall's clock is corrected."""
        self._shown.show(self._clock.now(), monotonic(), self._clock.speed)

    def jump_to(self, at: Instant) -> None:
        """Do nothing: what is closed is waited for."""

    def slip_to(self, at: Instant) -> None:
        """Do nothing: the market waits for nobody."""

    def pause(self) -> None:
        """Raise LiveTimeError."""
        raise LiveTimeError("This desk trades on a live market: its time cannot be paused. Use the kill switch")

    def resume(self) -> None:
        """Do nothing: it runs."""

    def set_speed(self, speed: float) -> None:
        """Raise LiveTimeError for any other speed."""
        if speed != self.speed:
            raise LiveTimeError("This desk trades on a live market: its time cannot be sped up or slowed down")
