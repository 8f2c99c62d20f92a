"""A strip of small gauges: title, number and bar; where there is little room the last ones give way."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from desktop.presentation.fonts import ui_font
from desktop.presentation.theme import Theme
from desktop.viewmodels.risk_gauges import Gauge

_LEAST_WIDTH = 92
_MOST_WIDTH = 190
_GAP = 10
_BAR = 4
_PAD = 3


class GaugeStrip(QWidget):
    """Paint gauges side by side; hover for what each is made of. It takes no focus: its words are its description."""

    def __init__(self, theme: Theme, accessible_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._gauges: tuple[Gauge, ...] = ()
        self._small = ui_font(max(9, theme.metrics.font_pixels - 2))
        self._large = ui_font(theme.metrics.font_pixels + 1, bold=True)
        self.setAccessibleName(accessible_name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_gauges(self, gauges: Sequence[Gauge]) -> None:
        """Paint these gauges, the most important first."""
        shown = tuple(gauges)
        if shown != self._gauges:
            self._gauges = shown
            self.setAccessibleDescription("; ".join(f"{one.title} {one.text}" for one in shown))
            self.update()

    def shown(self) -> tuple[Gauge, ...]:
        """Return the gauges for which there is room."""
        return self._gauges[: max(1, (self.width() + _GAP) // (_LEAST_WIDTH + _GAP))]

    def sizeHint(self) -> QSize:
        """Return room for two lines and a bar."""
        small, large = self._small.pixelSize(), self._large.pixelSize()
        return QSize(3 * _LEAST_WIDTH, small + large + _BAR + 4 * _PAD + 4)

    def minimumSizeHint(self) -> QSize:
        """Return room for one gauge."""
        return QSize(_LEAST_WIDTH, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw every gauge for which there is room."""
        painter = QPainter(self)
        for gauge, place in zip(self.shown(), self._places(), strict=False):
            self._paint(painter, gauge, place)

    def event(self, event: QEvent) -> bool:
        """Show the tip of the gauge under the mouse."""
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.tip_at(event.pos()), self)
            return True
        return super().event(event)

    def tip_at(self, at: QPoint) -> str:
        """Return what the gauge at a place is made of; empty beside them."""
        for gauge, place in zip(self.shown(), self._places(), strict=False):
            if place.left() <= at.x() <= place.right():
                return gauge.tip
        return ""

    def _places(self) -> list[QRectF]:
        count = max(1, len(self.shown()))
        width = min(_MOST_WIDTH, (self.width() - _GAP * (count + 1)) / count)
        return [
            QRectF(_GAP + number * (width + _GAP), _PAD, width, self.height() - 2 * _PAD) for number in range(count)
        ]

    def _paint(self, painter: QPainter, gauge: Gauge, place: QRectF) -> None:
        colours = self._theme.colours
        left, width = place.left(), place.width()
        painter.setFont(self._small)
        painter.setPen(QColor(colours.text_muted))
        title_height = self._small.pixelSize() + 3
        painter.drawText(QRectF(left, place.top(), width, title_height), Qt.AlignmentFlag.AlignLeft, gauge.title)
        painter.setFont(self._large)
        painter.setPen(self._theme.tone_colour(gauge.tone))
        number = QRectF(left, place.top() + title_height, width, self._large.pixelSize() + 4)
        painter.drawText(number, Qt.AlignmentFlag.AlignLeft, gauge.text)
        self._paint_bar(painter, gauge, QRectF(left, place.bottom() - _BAR, width, _BAR))

    def _paint_bar(self, painter: QPainter, gauge: Gauge, bar: QRectF) -> None:
        colours = self._theme.colours
        painter.fillRect(bar, QColor(colours.border))
        if gauge.fraction is None:
            return
        fraction = max(-1.0, min(1.0, gauge.fraction))
        begin, length = bar.left(), bar.width() * abs(fraction)
        if gauge.centred:
            length /= 2
            begin = bar.center().x() - (length if fraction < 0 else 0)
        painter.fillRect(QRectF(begin, bar.top(), length, _BAR), self._theme.tone_colour(gauge.tone))
        if gauge.centred:
            middle = QRectF(bar.center().x() - 0.5, bar.top() - 1, 1, _BAR + 2)
            painter.fillRect(middle, QColor(colours.text_muted))
