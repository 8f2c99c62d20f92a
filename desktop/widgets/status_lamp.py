"""A lamp with a word for the status bar: feed, broker, kill switch."""

from enum import Enum

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.presentation.fonts import ui_font
from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone

_GAP = 5
_DIAMETER = 8


class Lamp(Enum):
    """State of a lamp; each has its own shape, because colour is not for everyone."""

    OFF = "off"
    GOOD = "good"
    WAITING = "waiting"
    BAD = "bad"


_TONES = {Lamp.OFF: Tone.MUTED, Lamp.GOOD: Tone.UP, Lamp.WAITING: Tone.WARNING, Lamp.BAD: Tone.DOWN}


class StatusLamp(QWidget):
    """A shape and a short text. Full disc: good; half disc: waiting; square: bad; ring: off."""

    def __init__(self, name: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._theme = name, theme
        self._lamp, self._text = Lamp.OFF, name
        self.setFont(ui_font(theme.metrics.font_pixels))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(name)

    def show_state(self, lamp: Lamp, text: str, explanation: str = "") -> None:
        """Show a state with a text beside the name; ``explanation`` says more in the tooltip."""
        if (lamp, text) != (self._lamp, self._text):
            self._lamp, self._text = lamp, text
            self.setAccessibleDescription(f"{lamp.value}: {text}")
            self.updateGeometry()
            self.update()
        if explanation != self.toolTip():
            self.setToolTip(explanation)

    @property
    def lamp(self) -> Lamp:
        """The state shown."""
        return self._lamp

    @property
    def text(self) -> str:
        """The text shown."""
        return self._text

    def sizeHint(self) -> QSize:
        """Return the room for shape and text."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self._text) + _DIAMETER + 4 * _GAP, metrics.height() + 2)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw shape and text."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = self._theme.tone_colour(_TONES[self._lamp])
        shape = QRectF(_GAP, (self.height() - _DIAMETER) / 2, _DIAMETER, _DIAMETER)
        painter.setPen(QPen(colour, 1.2))
        match self._lamp:
            case Lamp.GOOD:
                painter.setBrush(colour)
                painter.drawEllipse(shape)
            case Lamp.WAITING:
                painter.drawEllipse(shape)
                painter.setBrush(colour)
                painter.drawChord(shape, 90 * 16, 180 * 16)
            case Lamp.BAD:
                painter.fillRect(shape, colour)
            case Lamp.OFF:
                painter.drawEllipse(shape)
        painter.setPen(self._theme.tone_colour(Tone.DOWN if self._lamp is Lamp.BAD else Tone.PLAIN))
        room = self.rect().adjusted(2 * _GAP + _DIAMETER, 0, 0, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._text)
        painter.end()
