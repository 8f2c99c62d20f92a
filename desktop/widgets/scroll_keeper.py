"""Keep the place to which a table is scrolled, also while it is not on the screen yet."""

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QScrollBar

from desktop.viewmodels.table_look import AT_THE_END

_WAITS_MS = 3_000
"""How long the line is waited for once there are lines; later it would be a jump that nobody asked for."""


class ScrollKeeper(QObject):
    """Remembers the first line of a vertical scroll bar, and goes back to it as soon as there are lines enough."""

    def __init__(self, bar: QScrollBar, line_height: int = 1) -> None:
        """``line_height`` is how much the bar moves for one line."""
        super().__init__(bar)
        self._bar, self._height = bar, line_height
        self._wanted: int | None = None
        self._waiting = QTimer(self, singleShot=True, interval=_WAITS_MS)
        self._waiting.timeout.connect(self._forget)
        bar.rangeChanged.connect(lambda _first, _last: self._try())
        # Who scrolls means it.
        bar.actionTriggered.connect(lambda _action: self._forget())

    def top(self) -> int:
        """Return the number of the first line, AT_THE_END where the last line is in view and others are above it."""
        if self._wanted is not None:
            return self._wanted
        value = self._bar.value()
        return AT_THE_END if 0 < self._bar.maximum() <= value else value // self._height

    def restore(self, top: int) -> None:
        """Scroll to a line, now or once it is there."""
        self._wanted = max(top, 0) or None
        self._try()

    def _try(self) -> None:
        if self._wanted is None:
            return
        if self._bar.maximum() >= self._wanted * self._height:
            self._bar.setValue(self._wanted * self._height)
            self._forget()
        elif self._bar.maximum() and not self._waiting.isActive():
            self._waiting.start()

    def _forget(self) -> None:
        self._wanted = None
        self._waiting.stop()
