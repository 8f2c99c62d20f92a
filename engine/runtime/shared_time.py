"""The engine's time for any thread or process: its time line, and the next event that it must not pass."""

import numpy as np

from engine.domain.instant import Instant
from engine.runtime.boards import Allocate
from engine.runtime.clock import monotonic

_VERSION, _ORIGIN, _BEGAN, _SPEED, _HORIZON = range(5)
_CELLS = 5
_NOTHING_AHEAD = -1


class SharedTime:
    """Time that runs ``speed`` times as fast as the wall from an origin, in cells that one process writes.

    It counts on the monotonic clock, which is the same in all processes of a machine. The version is odd while the
    line is written (a seqlock), so that a reader sees the old line or the new one, never a mixture.
    """

    def __init__(self, allocate: Allocate) -> None:
        self._cells = allocate((_CELLS,))
        self._floats = self._cells.view(np.float64)

    def show(self, origin: Instant, began: float, speed: float) -> None:
        """Run from ``origin``, as it was at ``began`` on the monotonic clock; a speed of 0 stands still."""
        self._cells[_VERSION] += 1
        self._cells[_ORIGIN] = origin
        self._floats[_BEGAN] = began
        self._floats[_SPEED] = speed
        self._cells[_VERSION] += 1

    def look_ahead(self, horizon: Instant | None) -> None:
        """Let time not pass the next event, which the engine has not handled yet; None where nothing is ahead."""
        self._cells[_HORIZON] = _NOTHING_AHEAD if horizon is None else horizon

    def now(self) -> Instant:
        """Answer the engine's time."""
        while True:
            before = int(self._cells[_VERSION])
            origin = int(self._cells[_ORIGIN])
            began, speed = float(self._floats[_BEGAN]), float(self._floats[_SPEED])
            if before % 2 == 0 and before == int(self._cells[_VERSION]):
                break
        now = Instant(origin + int((monotonic() - began) * speed * 1_000_000))
        horizon = int(self._cells[_HORIZON])
        return now if horizon == _NOTHING_AHEAD else Instant(min(now, horizon))
