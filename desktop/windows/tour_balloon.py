"""The balloon of a step of the tour, and the frame around what it speaks of."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.presentation.theme import Theme
from desktop.windows.panel import push_button

_WIDTH = 340
_GAP = 12
_EDGE = 3


class TourFrame(QWidget):
    """A frame around a part of the window; the mouse goes through it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._colour = QColor(theme.colours.header)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the frame alone."""
        painter = QPainter(self)
        painter.setPen(QPen(self._colour, _EDGE))
        half = _EDGE // 2
        painter.drawRect(self.rect().adjusted(half, half, -half - 1, -half - 1))
        painter.end()


class TourBalloon(QFrame):
    """What a step says, with the ways on, back and out; it lies over the window and blocks nothing around it.

    Attributes:
        next_button: Goes on; on the last step it ends the tour.
        back_button: Goes back.
        skip_button: Ends the tour; so does Esc.
        deed_button: Does what the step asks for; hidden where there is nothing to do.
    """

    def __init__(
        self,
        theme: Theme,
        parent: QWidget,
        *,
        forward: Callable[[], None],
        back: Callable[[], None],
        leave: Callable[[], None],
        do: Callable[[], None],
    ) -> None:
        super().__init__(parent)
        self._leave = leave
        self.setObjectName("tour_balloon")
        self.setAccessibleName("Tour")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        colours = theme.colours
        self.setStyleSheet(
            f"QFrame#tour_balloon {{ background: {colours.background}; border: 2px solid {colours.header}; "
            "border-radius: 4px; }"
        )
        self.setFixedWidth(_WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        head = QHBoxLayout()
        self._title = QLabel(self)
        self._title.setStyleSheet(f"color: {colours.header}; font-weight: bold;")
        self._count = QLabel(self)
        self._count.setProperty("muted", True)
        head.addWidget(self._title, 1)
        head.addWidget(self._count)
        column.addLayout(head)
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.MarkdownText)
        self._text.setMinimumWidth(_WIDTH - 32)
        column.addWidget(self._text)
        row = QHBoxLayout()
        row.setSpacing(6)
        self.deed_button = push_button("Do it", "Carry out what this step is about", do)
        self.back_button = push_button("Back", "Go to the step before", back)
        self.next_button = push_button("Next", "Go to the next step", forward)
        self.skip_button = push_button("Skip", "End the tour; the Help menu shows it again (Esc)", leave)
        row.addWidget(self.skip_button)
        row.addStretch(1)
        for button in (self.back_button, self.next_button):
            row.addWidget(button)
        column.addWidget(self.deed_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(row)

    def show_step(self, title: str, text: str, number: int, of: int, deed: str) -> None:
        """Show a step; ``deed`` is the text of the button that does it, empty for none."""
        self._title.setText(title)
        self._text.setText(text)
        self._count.setText(f"{number} of {of}")
        self.setAccessibleDescription(f"{title}. {self._text.text()}")
        self.deed_button.setText(deed)
        self.deed_button.setAccessibleName(deed or "Do it")
        self.deed_button.setVisible(bool(deed))
        self.back_button.setEnabled(number > 1)
        self.next_button.setText("Next" if number < of else "Done")
        self.skip_button.setVisible(number < of)

    def place_beside(self, target: QRect, room: QRect) -> None:
        """Stand beside a part of the window, wherever there is room; over its corner where there is none."""
        self.adjustSize()
        self.setGeometry(QRect(_beside(target, room, self.sizeHint().expandedTo(self.size())), self.size()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """End the tour on Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
            return
        super().keyPressEvent(event)


def _beside(target: QRect, room: QRect, size: QSize) -> QPoint:
    """Return where a box of a size fits best: right of the target, left, above or below it, else inside its corner."""
    top = max(room.top() + _GAP, min(target.top(), room.bottom() - size.height() - _GAP))
    left = max(room.left() + _GAP, min(target.left(), room.right() - size.width() - _GAP))
    for place in (
        QPoint(target.right() + _GAP, top),
        QPoint(target.left() - size.width() - _GAP, top),
        QPoint(left, target.top() - size.height() - _GAP),
        QPoint(left, target.bottom() + _GAP),
    ):
        if room.contains(QRect(place, size)):
            return place
    return QPoint(
        max(room.left(), min(target.right() - size.width() - _GAP, room.right() - size.width())),
        max(room.top(), min(target.bottom() - size.height() - _GAP, room.bottom() - size.height())),
    )
