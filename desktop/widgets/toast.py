"""Show short messages in a corner of the window, for a while."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from desktop.presentation.fonts import ui_font
from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone

_SHOWN_MS = 6_000
_WIDTH = 340
_MARGIN = 14
_MOST = 4


class Toast(QLabel):
    """One message; a click takes it away."""

    def __init__(self, text: str, tone: Tone, theme: Theme, parent: QWidget) -> None:
        super().__init__(text, parent)
        colours = theme.colours
        edge = theme.tone_colour(tone).name()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setFont(ui_font(theme.metrics.font_pixels))
        self.setFixedWidth(_WIDTH)
        self.setStyleSheet(
            f"background: {colours.panel_raised}; color: {colours.text}; border: 1px solid {colours.border};"
            f"border-left: 3px solid {edge}; padding: 6px 8px;"
        )

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """Go away."""
        self.hide()
        self.deleteLater()


class ToastStack(QWidget):
    """The messages of one window, newest at the bottom right; each leaves after six seconds."""

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(5)
        self.setAccessibleName("Messages")
        window.installEventFilter(self)
        self.hide()

    def show_message(self, text: str, tone: Tone = Tone.ACCENT) -> None:
        """Show a sentence; the oldest leaves when there are more than four."""
        toast = Toast(text, tone, self._theme, self)
        # A layout gives a label of several lines the height of one.
        toast.ensurePolished()
        toast.setFixedHeight(toast.heightForWidth(_WIDTH))
        toast.destroyed.connect(self._settle)
        self._layout.addWidget(toast)
        # What is not shown yet counts for nothing when the stack is measured.
        toast.show()
        for oldest in self.toasts()[:-_MOST]:
            self._leave(oldest)
        QTimer.singleShot(_SHOWN_MS, toast, lambda: self._leave(toast))
        self._settle()

    def toasts(self) -> list[Toast]:
        """Return the messages shown, oldest first."""
        widgets = (self._layout.itemAt(i).widget() for i in range(self._layout.count()))  # type: ignore[union-attr] # in range
        return [widget for widget in widgets if isinstance(widget, Toast)]

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Stay in the corner when the window changes size."""
        if event.type() == QEvent.Type.Resize:
            self._settle()
        return False

    def _leave(self, toast: Toast) -> None:
        self._layout.removeWidget(toast)
        toast.hide()
        toast.deleteLater()
        self._settle()

    def _settle(self) -> None:
        window = self.parentWidget()
        if window is None:
            return
        self.setVisible(bool(self.toasts()))
        self.adjustSize()
        self.move(window.width() - self.width() - _MARGIN, window.height() - self.height() - 2 * _MARGIN)
        self.raise_()
