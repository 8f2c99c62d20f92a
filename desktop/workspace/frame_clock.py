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
_ROOM_MS = 8.0
"""What the panels of one frame may cost together; the others have their turn in the next one."""
_NEWEST_SHARE = 0.2
"""How much the newest turn of a panel counts in what a turn of it is expected to cost."""
_TOLD_EVERY_MS = 1_000
_LEAST_COUNTED_SECONDS = 0.5

Refresh = Callable[[int], None]


class _Place:
    """A panel's place in the round.

    Attributes:
        called_ms: When it had its last turn; below zero before the first.
        cost_ms: What a turn of it is expected to take, with its share of the repaint.
        turns: How often it had a turn since the health was told.
    """

    def __init__(self, panel: QWidget, refresh: Refresh) -> None:
        self.panel, self.refresh = panel, refresh
        self.called_ms, self.cost_ms, self.turns = -1.0, 0.0, 0


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
        panel_hertz: How often a second the visible panel that had the fewest turns was brought up to date; None in
            the first moments.
    """

    frames: int
    hertz: int
    full_hertz: int = FULL_HERTZ
    median_ms: float
    p99_ms: float
    worst_ms: float
    worst_gap_ms: float
    panel_hertz: float | None = None

    @property
    def tone(self) -> Tone:
        """Warn while frames come at the reduced pace."""
        return Tone.WARNING if self.hertz < self.full_hertz else Tone.PLAIN


class FrameClock(QObject):
    """Bring visible panels up to date frame by frame; back off when frames take long.

    Panels that together take longer than a frame has room for take turns, the one that waited longest first: the
    window answers between two of them. A frame is measured from the first call until Qt has painted what the calls
    asked for; the next one does not begin before.

    Signals:
        health_changed: A FrameHealth, about once a second.
    """

    health_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.newest: FrameHealth | None = None
        """How the frames went when it was last told; None in the first second."""
        self._panels: dict[int, _Place] = {}
        self._elapsed = QElapsedTimer()
        self._elapsed.start()
        self._full = FULL_HERTZ
        self._hertz = FULL_HERTZ
        self._calm = 0
        self._frames = np.zeros(_KEPT)
        self._count = self._untold = 0
        self._told_ms = 0
        self._frame_began: int | None = None
        self._in_frame: list[tuple[_Place, float]] = []
        """The panels of the frame that is painted, and the milliseconds of their calls."""
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
        """Call ``refresh(now_ms)`` at the pace of the frames while ``panel`` is visible, until it is destroyed.

        ``now_ms`` counts milliseconds of this clock; it only ever rises.
        """
        number = id(panel)
        self._panels[number] = _Place(panel, refresh)
        panel.destroyed.connect(partial(self._panels.pop, number, None))

    def unsubscribe(self, panel: QWidget) -> None:
        """Stop calling a panel; unknown panels are ignored."""
        self._panels.pop(id(panel), None)

    def use_pace(self, hertz: int) -> None:
        """Draw so many frames a second while frames are quick; fewer than ten are never reduced further."""
        self._full = self._hertz = hertz
        self._timer.setInterval(1_000 // hertz)

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
            panel_hertz=self._panel_hertz(),
        )

    def run_frame(self) -> None:
        """Bring every visible panel up to date now; the timer does it in turns, at its pace."""
        now = self.now_ms()
        for place in list(self._panels.values()):
            if place.panel.isVisible():
                self._call(place, now)

    def note_frame(self, milliseconds: float) -> None:
        """Take the time of a finished frame into account, and choose the pace of the next."""
        self._frames[self._count % _KEPT] = milliseconds
        self._count += 1
        self._untold += 1
        self._calm = self._calm + 1 if milliseconds < _CALM_FRAME_MS else 0
        if milliseconds > _SLOW_FRAME_MS:
            self._hertz = min(REDUCED_HERTZ, self._full)
        elif self._calm >= _CALM_FRAMES_TO_RECOVER:
            self._hertz = self._full
        if self._untold >= self._full or self.now_ms() - self._told_ms >= _TOLD_EVERY_MS:
            self.newest = self.health()
            self._untold, self._told_ms = 0, self.now_ms()
            self.health_changed.emit(self.newest)

    def _frame(self) -> None:
        if self._frame_began is not None:
            return
        due = self._due()
        if not due:
            return
        self._frame_began, now = self._elapsed.nsecsElapsed(), self.now_ms()
        self._in_frame = []
        room = _ROOM_MS
        for place in due:
            if self._in_frame and place.cost_ms > room:
                break
            took = self._call(place, now)
            self._in_frame.append((place, took))
            room -= max(took, place.cost_ms)
        # A zero timer fires after the paint requests the calls have posted.
        QTimer.singleShot(0, self, self._frame_painted)

    def _due(self) -> list[_Place]:
        """Answer the visible panels whose turn it is, the one that waited longest first."""
        # A timer that fires a moment early must not cost a panel its turn.
        latest = self._elapsed.nsecsElapsed() / 1e6 - 1_000 / self._hertz + self._timer.interval() / 2
        due = [one for one in self._panels.values() if one.called_ms <= latest and one.panel.isVisible()]
        return sorted(due, key=lambda one: one.called_ms)

    def _call(self, place: _Place, now: int) -> float:
        """Bring a panel up to date and answer how many milliseconds the call took."""
        began = self._elapsed.nsecsElapsed()
        place.called_ms, place.turns = began / 1e6, place.turns + 1
        place.refresh(now)
        return (self._elapsed.nsecsElapsed() - began) / 1e6

    def _frame_painted(self) -> None:
        if self._frame_began is None:
            return
        took = (self._elapsed.nsecsElapsed() - self._frame_began) / 1e6
        self._frame_began = None
        called = sum(milliseconds for _place, milliseconds in self._in_frame)
        for place, milliseconds in self._in_frame:
            # Who computed most has most to paint.
            cost = took * milliseconds / called if called else 0.0
            place.cost_ms += (cost - place.cost_ms) * _NEWEST_SHARE
        self._in_frame = []
        self.note_frame(took)

    def _panel_hertz(self) -> float | None:
        """Answer how often a second the visible panel was called that was called least, and begin to count anew."""
        seconds = (self.now_ms() - self._told_ms) / 1_000
        turns = [place.turns for place in self._panels.values() if place.panel.isVisible()]
        for place in self._panels.values():
            place.turns = 0
        return min(turns) / seconds if turns and seconds > _LEAST_COUNTED_SECONDS else None

    def _measure_gap(self) -> None:
        now = self._elapsed.nsecsElapsed()
        self._worst_gap = max(self._worst_gap, (now - self._last_beat) / 1e6 - _BEAT_MS)
        self._last_beat = now

    def _precise_timer(self, interval_ms: int, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.setInterval(interval_ms)
        timer.timeout.connect(slot)
        return timer
