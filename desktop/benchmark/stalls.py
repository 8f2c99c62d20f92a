"""How long Qt's event loop does not answer."""

import numpy as np
from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer

_BEAT_MS = 4


class StallGauge(QObject):
    """A timer that notes how late it fires; what it notes is what a click would have waited."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._elapsed = QElapsedTimer()
        self._last = 0
        self._late: list[float] = []
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_BEAT_MS)
        self._timer.timeout.connect(self._note)

    def begin(self) -> None:
        """Forget what was noted and note from here on."""
        self._late.clear()
        self._elapsed.restart()
        self._last = 0
        self._timer.start()

    def end(self) -> dict[str, float]:
        """Stop, and answer the percentiles of the stalls in milliseconds."""
        self._timer.stop()
        p50, p99, p999 = np.percentile(self._late or [0.0], (50, 99, 99.9)).tolist()
        worst = max(self._late, default=0.0)
        return {
            "p50_ms": round(p50, 2),
            "p99_ms": round(p99, 2),
            "p999_ms": round(p999, 2),
            "worst_ms": round(worst, 2),
        }

    def _note(self) -> None:
        now = self._elapsed.nsecsElapsed()
        self._late.append(max(0.0, (now - self._last) / 1e6 - _BEAT_MS))
        self._last = now
