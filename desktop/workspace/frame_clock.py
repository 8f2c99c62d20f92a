"""One clock that paces every panel's repaint and measures how smooth the desktop is."""

from collections.abc import Callable
from functools import partial

import msgspec
import numpy as np
from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from desktop.presentation.tones import Tone

FULL_HERTZ = 30
REDUCED_HERTZ = 10
"""The pace while frames take long, where the full one is faster."""
_SLOW_FRAME_MS = 20.0
_CALM_FRAME_MS = 15.0
_CALM_FRAMES_TO_RECOVER = 3
_BEAT_MS = 5
_KEPT = 300  # frames: ten seconds at full pace

Refresh = Callable[[int], None]


class FrameHealth(msgspec.Struct, frozen=True, kw_only=True):
    """How the last frames went; times in milliseconds.

    Attributes:
        frames: How many frames the figures cover.
        hertz: Present pace.
        full_hertz: Pace while frames are quick.
        median_ms: Median time of a frame, repaint included.
        p99_ms: 99th percentile of the same.
        worst_ms: Longest frame.
        worst_gap_ms: Longest time the event loop did not answer, beyond its own beat.
    """

    frames: int
    hertz: int
    full_hertz: int = FULL_HERTZ
    median_ms: float
    p99_ms: float
    worst_ms: float
    worst_gap_ms: float

    @property
    def tone(self) -> Tone:
        """Warn while frames come at the reduced pace."""
        return Tone.WARNING if self.hertz < self.full_hertz else Tone.PLAIN


class FrameClock(QObject):
    """Call every visible panel once per frame; back off when frames take long.

    A frame is measured from the first call until Qt has painted what the calls asked for.

    Signals:
        health_changed: A FrameHealth, about once a second.
    """

    health_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.newest: FrameHealth | None = None
        """How the frames went when it was last told; None in the first second."""
        self._panels: dict[int, tuple[QWidget, Refresh]] = {}
        self._elapsed = QElapsedTimer()
        self._elapsed.start()
        self._full = FULL_HERTZ
        self._hertz = FULL_HERTZ
        self._calm = 0
        self._frames = np.zeros(_KEPT)
        self._count = 0
        self._frame_began: int | None = None
        self._last_beat = 0
        self._worst_gap = 0.0
        self._timer = self._precise_timer(1_000 // FULL_HERTZ, self._frame)
        self._beat = self._precise_timer(_BEAT_MS, self._measure_gap)

    def start(self) -> None:
        """Begin to beat."""
        self._last_beat = self._elapsed.nsecsElapsed()
        self._timer.start()
        self._beat.start()

    def stop(self) -> None:
        """Stop; nothing is called until ``start``."""
        self._timer.stop()
        self._beat.stop()

    def subscribe(self, panel: QWidget, refresh: Refresh) -> None:
        """Call ``refresh(now_ms)`` once per frame while ``panel`` is visible, until it is destroyed.

        ``now_ms`` counts milliseconds of this clock; it only ever rises.
        """
        number = id(panel)
        self._panels[number] = (panel, refresh)
        panel.destroyed.connect(partial(self._panels.pop, number, None))

    def unsubscribe(self, panel: QWidget) -> None:
        """Stop calling a panel; unknown panels are ignored."""
        self._panels.pop(id(panel), None)

    def use_pace(self, hertz: int) -> None:
        """Draw so many frames a second while frames are quick; fewer than ten are never reduced further."""
        self._full = hertz
        self._set_pace(hertz)

    def now_ms(self) -> int:
        """Return the milliseconds this clock has run."""
        return self._elapsed.elapsed()

    def health(self) -> FrameHealth:
        """Return how the last frames went, and begin a new look-out for gaps."""
        kept = min(self._count, _KEPT)
        times = self._frames[:kept] if kept else np.zeros(1)
        gap, self._worst_gap = self._worst_gap, 0.0
        return FrameHealth(
            frames=kept,
            hertz=self._hertz,
            full_hertz=self._full,
            median_ms=float(np.median(times)),
            p99_ms=float(np.percentile(times, 99)),
            worst_ms=float(times.max()),
            worst_gap_ms=gap,
        )

    def run_frame(self) -> None:
        """Call every visible panel now; the timer does it at its pace."""
        now = self.now_ms()
        for panel, refresh in list(self._panels.values()):
            if panel.isVisible():
                refresh(now)

    def note_frame(self, milliseconds: float) -> None:
        """Take the time of a finished frame into account, and choose the pace of the next."""
        self._frames[self._count % _KEPT] = milliseconds
        self._count += 1
        self._calm = self._calm + 1 if milliseconds < _CALM_FRAME_MS else 0
        if milliseconds > _SLOW_FRAME_MS:
            self._set_pace(min(REDUCED_HERTZ, self._full))
        elif self._calm >= _CALM_FRAMES_TO_RECOVER:
            self._set_pace(self._full)
        if self._count % self._hertz == 0:
            self.newest = self.health()
            self.health_changed.emit(self.newest)

    def _frame(self) -> None:
        if self._frame_began is not None:
            return
        self._frame_began = self._elapsed.nsecsElapsed()
        self.run_frame()
        # A zero timer fires after the paint requests the calls have posted.
        QTimer.singleShot(0, self, self._frame_painted)

    def _frame_painted(self) -> None:
        if self._frame_began is not None:
            self.note_frame((self._elapsed.nsecsElapsed() - self._frame_began) / 1e6)
        self._frame_began = None

    def _measure_gap(self) -> None:
        now = self._elapsed.nsecsElapsed()
        self._worst_gap = max(self._worst_gap, (now - self._last_beat) / 1e6 - _BEAT_MS)
        self._last_beat = now

    def _set_pace(self, hertz: int) -> None:
        if hertz != self._hertz:
            self._hertz = hertz
            self._timer.setInterval(1_000 // hertz)

    def _precise_timer(self, interval_ms: int, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.setInterval(interval_ms)
        timer.timeout.connect(slot)
        return timer
