"""The status bar: clock, feed, broker, orders, latency, frames, and the kill switch."""

from collections.abc import Callable

from PySide6.QtGui import QIcon, QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QStatusBar, QWidget

from desktop.presentation import formats
from desktop.presentation.icons import icon
from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone
from desktop.viewmodels.status import StatusItem, StatusModel
from desktop.widgets.status_lamp import Lamp, StatusLamp
from desktop.workspace.frame_clock import FrameHealth

_ROOM_FOR_FRAMES = 1_360
_LEAST_WIDTH = 640
"""Pixels; the bar must not keep the window from fitting a small screen."""


class DeskStatusBar(QStatusBar):
    """One lamp per item of the status model, then the frames of the window, then the kill switch."""

    def __init__(
        self, model: StatusModel, theme: Theme, open_kill_switch: Callable[[], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName("Status")
        self.setSizeGripEnabled(False)
        self.setMinimumWidth(_LEAST_WIDTH)
        self._theme = theme
        self._lamps: dict[str, StatusLamp] = {}
        self._frames = QLabel("frame –")
        self._frames.setAccessibleName("Time of a frame")
        self.kill_button = QPushButton("Kill switch")
        self.kill_button.setObjectName("kill_button")
        self.kill_button.setAccessibleName("Kill switch")
        self.kill_button.setToolTip("Stop openings, cancel orders or flatten everything (Ctrl+Shift+K)")
        self.kill_button.setProperty("danger", True)
        self.kill_button.setIcon(QIcon(icon("kill", theme, Tone.DOWN)))
        self.kill_button.clicked.connect(lambda _checked=False: open_kill_switch())
        self.addPermanentWidget(self._frames)
        self.addPermanentWidget(self.kill_button)
        model.items_changed.connect(self.show_items)
        self.show_items(list(model.items()))

    def lamp(self, key: str) -> StatusLamp:
        """Return the lamp of an item. Raises KeyError for one that is not shown."""
        return self._lamps[key]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the frames out where they would push the kill switch over the edge."""
        super().resizeEvent(event)
        self._frames.setVisible(event.size().width() >= _ROOM_FOR_FRAMES)

    def show_items(self, items: list[StatusItem]) -> None:
        """Show every item."""
        for item in items:
            lamp = self._lamps.get(item.key)
            if lamp is None:
                lamp = self._lamps[item.key] = StatusLamp(item.key.capitalize(), self._theme, self)
                self.addWidget(lamp)
            lamp.show_state(Lamp(item.lamp), item.text, item.explanation)
            if item.key == "kill":
                self.kill_button.setText("Kill switch" if item.lamp == Lamp.OFF.value else "Kill switch is ON")

    def show_frames(self, health: FrameHealth) -> None:
        """Show how long a frame of the window takes."""
        self._frames.setText(f"frame {formats.decimal(health.median_ms, 1)} ms · {health.hertz} Hz")
        turns = (
            "" if health.panel_hertz is None else f" Every panel had {health.panel_hertz:.0f} turns a second or more."
        )
        self._frames.setToolTip(
            f"Of the last {health.frames} frames: 99 % below {formats.decimal(health.p99_ms, 1)} ms, longest "
            f"{formats.decimal(health.worst_ms, 1)} ms; the window was away for "
            f"{formats.decimal(health.worst_gap_ms, 0)} ms at worst.{turns}"
        )
