"""Show short messages in a corner of the window, for a while; some offer to take back what they say."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.presentation.fonts import ui_font
from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone

_SHOWN_MS = 6_000
_OFFERED_MS = 12_000
_WIDTH = 340
_MARGIN = 14
_EDGE = 8
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


class OfferToast(Toast):
    """A message with a button that takes back what it says.

    Attributes:
        button: Takes it back, once.
    """

    def __init__(self, text: str, title: str, act: Callable[[], None], theme: Theme, parent: QWidget) -> None:
        super().__init__(text, Tone.ACCENT, theme, parent)
        self._act = act
        self.button = QPushButton(title, self)
        self.button.setAccessibleName(f"{title}: {text}")
        self.button.clicked.connect(lambda _checked=False: self.take())
        self.button.setStyleSheet("padding: 2px 10px; border-left-width: 1px;")
        self.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        # The button stands below the text; a layout would press it into what the padding of the text leaves.
        self.ensurePolished()
        self.button.resize(self.button.sizeHint())
        text_height = self.heightForWidth(_WIDTH)
        self.setFixedHeight(text_height + self.button.height() + _EDGE)
        self.button.move(_WIDTH - self.button.width() - _EDGE, text_height)

    def take(self) -> None:
        """Take it back and go away."""
        if self.isVisible():
            self.hide()
            self.deleteLater()
            self._act()


class ToastStack(QWidget):
    """The messages of one window, newest at the bottom right; each leaves after some seconds."""

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
        self._show(Toast(text, tone, self._theme, self), _SHOWN_MS)

    def show_offer(self, text: str, title: str, act: Callable[[], None]) -> None:
        """Show a sentence with a button that does ``act``, twelve seconds long."""
        self._show(OfferToast(text, title, act, self._theme, self), _OFFERED_MS)

    def take_newest_offer(self) -> bool:
        """Do what the newest button would do; return whether there was one."""
        offers = [toast for toast in self.toasts() if isinstance(toast, OfferToast) and toast.isVisible()]
        if offers:
            offers[-1].take()
        return bool(offers)

    def _show(self, toast: Toast, shown_ms: int) -> None:
        # A layout gives a label of several lines the height of one.
        toast.ensurePolished()
        toast.setFixedHeight(max(toast.minimumHeight(), toast.heightForWidth(_WIDTH)))
        toast.destroyed.connect(self._settle)
        self._layout.addWidget(toast)
        # Else it is shown with the next event, and has no room in the stack that is measured now.
        toast.show()
        for oldest in self.toasts()[:-_MOST]:
            self._leave(oldest)
        QTimer.singleShot(shown_ms, toast, lambda: self._leave(toast))
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
