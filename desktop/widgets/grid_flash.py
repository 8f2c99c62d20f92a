"""Remember which cells changed lately, and how strongly each still glows."""

import numpy as np
from numpy.typing import NDArray

from desktop.viewmodels.grid_source import GridChanges

STEP_MS = 100
STEPS = 5
_LIVE_MS = STEP_MS * STEPS
_LONG_AGO = -(10**9)


class CellFlash:
    """Times and signs of the last change of each cell, as arrays; no timer per cell.

    Times are milliseconds of the frame clock.
    """

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self.reset(0)

    def reset(self, rows: int) -> None:
        """Forget all flashes and hold this many rows."""
        self._since = np.full((rows, self._columns), _LONG_AGO, dtype=np.int64)
        self._sign = np.zeros((rows, self._columns), dtype=np.int8)
        self._row_since = np.full(rows, _LONG_AGO, dtype=np.int64)

    def note(self, changes: GridChanges, now_ms: int) -> None:
        """Start the flash of every cell that changed with a sign."""
        if changes.signs is None or len(changes.rows) == 0:
            return
        changed = changes.signs != 0
        self._since[changes.rows] = np.where(changed, now_ms, self._since[changes.rows])
        self._sign[changes.rows] = np.where(changed, changes.signs, self._sign[changes.rows])
        self._row_since[changes.rows[changed.any(axis=1)]] = now_ms

    def live_rows(self, now_ms: int) -> NDArray[np.intp]:
        """Return the rows to paint again: still glowing, or gone dark within the last step."""
        return np.flatnonzero(now_ms - self._row_since <= _LIVE_MS + STEP_MS)

    def strengths(self, row: int, now_ms: int) -> list[int] | None:
        """Return each cell's glow, -5 to 5, fading by one every 100 ms; ``None`` for a dark row."""
        if row >= len(self._row_since) or now_ms - self._row_since[row] >= _LIVE_MS:
            return None
        left = STEPS - np.minimum((now_ms - self._since[row]) // STEP_MS, STEPS)
        return (left * self._sign[row]).tolist()  # type: ignore[no-any-return] # NumPy types tolist as Any
