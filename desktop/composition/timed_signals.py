"""Signals that reach a run without a window at their times."""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import date

from engine.domain.commands import Signal
from engine.domain.instant import Instant
from engine.domain.multileg.signals import TimedSignal


class SignalQueue:
    """Signals in the order in which they arrive."""

    def __init__(self, signals: Iterable[TimedSignal], first_day: date) -> None:
        timed = ((signal.instant(first_day), signal) for signal in signals)
        self._waiting = deque(sorted(timed, key=lambda one: one[0]))

    def next_due(self, others: Instant | None) -> Instant | None:
        """Answer when the next signal or anything else is due, whichever is earlier; None for neither."""
        if not self._waiting:
            return others
        at = self._waiting[0][0]
        return at if others is None else min(at, others)

    def release(self, until: Instant) -> list[Callable[[Instant], Signal]]:
        """Answer the signals that arrive up to an instant, as commands without their stamp; each is given once."""
        due = []
        while self._waiting and self._waiting[0][0] <= until:
            due.append(_command(self._waiting.popleft()[1]))
        return due


def _command(signal: TimedSignal) -> Callable[[Instant], Signal]:
    return lambda at: Signal(
        at=at,
        name=signal.name,
        token=signal.token,
        action=signal.action,
        leg=signal.leg,
        key=signal.key,
    )
