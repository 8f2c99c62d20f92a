"""Show short messages in a corner of the window, for a while; some offer to take back what they say."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
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
_NAME = "toast"


class Toast(QLabel):
    """One message; a click takes it away.

    Signals:
        dismissed: This toast, which is to leave.
    """

    dismissed = Signal(object)

    def __init__(self, text: str, tone: Tone, theme: Theme, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.setObjectName(_NAME)
        self.setProperty("tone", tone.name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setFont(ui_font(theme.metrics.font_pixels))
        self.setFixedWidth(_WIDTH)

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """Go away."""
        self.dismissed.emit(self)


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
            self.dismissed.emit(self)
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
        # Read once for all of them: a sheet of its own would be read with every message.
        self.setStyleSheet(_style_sheet(theme))
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
        toast.dismissed.connect(self._leave)
        self._layout.addWidget(toast)
        # Else it is shown with the next event, and has no room in the stack that is measured now.
        toast.show()
        for oldest in self.toasts()[:-_MOST]:
            self._take_out(oldest)
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
        self._take_out(toast)
        self._settle()

    def _take_out(self, toast: Toast) -> None:
        self._layout.removeWidget(toast)
        toast.hide()
        toast.deleteLater()

    def _settle(self) -> None:
        window = self.parentWidget()
        if window is None:
            return
        self.setVisible(bool(self.toasts()))
        self.adjustSize()
        self.move(window.width() - self.width() - _MARGIN, window.height() - self.height() - 2 * _MARGIN)
        self.raise_()


def _style_sheet(theme: Theme) -> str:
    colours = theme.colours
    plain = (
        f"QLabel#{_NAME} {{ background: {colours.panel_raised}; color: {colours.text}; "
        f"border: 1px solid {colours.border}; padding: 6px 8px; }}"
        f"QLabel#{_NAME} QPushButton {{ padding: 2px 10px; }}"
    )
    edges = (
        f'QLabel#{_NAME}[tone="{tone.name}"] {{ border-left: 3px solid {theme.tone_colour(tone).name()}; }}'
        for tone in Tone
    )
    return plain + "".join(edges)
