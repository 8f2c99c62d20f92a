"""Draw a crosshair, level lines and readouts over a chart."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.presentation.fonts import ui_font
from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone

_BOX_PADDING = 4
_INSET = 6
_GAP = 10


class AxisTag(NamedTuple):
    """A level of the vertical axis with its label, e.g. the last price or a stop.

    Attributes:
        value: Place on the vertical axis.
        label: Text in the axis.
        tone: Colour of the label and its line.
        caption: Words on the line itself, e.g. ``Stop``.
    """

    value: float
    label: str
    tone: Tone = Tone.ACCENT
    caption: str = ""


class Note(NamedTuple):
    """A vertical line with a caption at the chart's top, e.g. the spot or a break-even."""

    value: float
    caption: str
    tone: Tone = Tone.HEADER


class ChartOverlay(QWidget):
    """A transparent layer over a chart's picture; the chart tells it where values lie.

    Args:
        to_pixel: Turns a point of the chart into one of this layer.
        plot_area: The picture between the axes, in this layer's pixels.
    """

    def __init__(
        self, theme: Theme, to_pixel: Callable[[QPointF], QPointF], plot_area: Callable[[], QRectF], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._theme = theme
        self._to_pixel, self._plot_area = to_pixel, plot_area
        self._veil = QColor(theme.colours.panel)
        self._veil.setAlphaF(0.8)
        self._font = ui_font(theme.metrics.font_pixels - 1)
        self.tags: Sequence[AxisTag] = ()
        self.notes: Sequence[Note] = ()
        self.readout: Sequence[tuple[str, Tone]] = ()
        self.cross: tuple[QPointF, str, str] | None = None
        self._focused = False

    def show_focus(self, focused: bool) -> None:
        """Frame the chart while its keys work."""
        self._focused = focused
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw levels, notes, crosshair and readout."""
        painter = QPainter(self)
        painter.setFont(self._font)
        area = self._plot_area().toRect()
        for tag in self.tags:
            self._paint_tag(painter, area, tag)
        taken: list[QRect] = []
        for note in self.notes:
            self._paint_note_line(painter, area, note)
        for note in self.notes:
            self._paint_caption(painter, area, note, taken)
        if self.cross is not None:
            self._paint_cross(painter, area, *self.cross)
        self._paint_readout(painter, area)
        if self._focused:
            painter.setPen(QColor(self._theme.colours.accent))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _paint_tag(self, painter: QPainter, area: QRect, tag: AxisTag) -> None:
        y = round(self._to_pixel(QPointF(0, tag.value)).y())
        if not area.top() <= y <= area.bottom():
            return
        colour = self._theme.tone_colour(tag.tone)
        painter.setPen(_dashed(colour))
        painter.drawLine(area.left(), y, area.right(), y)
        if tag.caption:
            painter.drawText(area.left() + _BOX_PADDING, y - 3, tag.caption)
        self._paint_box(painter, QPointF(area.right() + 1, y), tag.label, colour, horizontal=False)

    def _note_place(self, area: QRect, note: Note) -> int | None:
        x = round(self._to_pixel(QPointF(note.value, 0)).x())
        return x if area.left() <= x <= area.right() else None

    def _paint_note_line(self, painter: QPainter, area: QRect, note: Note) -> None:
        x = self._note_place(area, note)
        if x is not None:
            painter.setPen(_dashed(self._theme.tone_colour(note.tone)))
            painter.drawLine(x, area.top(), x, area.bottom())

    def _paint_caption(self, painter: QPainter, area: QRect, note: Note, taken: list[QRect]) -> None:
        """Write a note's caption over every line, above the captions that are there already."""
        x = self._note_place(area, note)
        if x is None:
            return
        metrics = painter.fontMetrics()
        width = metrics.horizontalAdvance(note.caption)
        left = x + _BOX_PADDING if x + width + 2 * _BOX_PADDING < area.right() else x - width - _BOX_PADDING
        left = max(left, area.left() + 2)
        place = QRect(left - 2, area.bottom() - metrics.height() - 2, width + 4, metrics.height())
        while any(place.intersects(other) for other in taken):
            place.translate(0, -metrics.height() - 1)
        taken.append(place)
        painter.fillRect(place, self._theme.colours.panel)
        painter.setPen(self._theme.tone_colour(note.tone))
        painter.drawText(place.left() + 2, place.top() + metrics.ascent(), note.caption)

    def _paint_cross(self, painter: QPainter, area: QRect, at: QPointF, x_label: str, y_label: str) -> None:
        pixel = self._to_pixel(at).toPoint()
        if not area.contains(pixel):
            return
        muted = QColor(self._theme.colours.text_muted)
        painter.setPen(_dashed(muted))
        painter.drawLine(pixel.x(), area.top(), pixel.x(), area.bottom())
        painter.drawLine(area.left(), pixel.y(), area.right(), pixel.y())
        self._paint_box(painter, QPointF(pixel.x(), area.bottom() + 1), x_label, muted, horizontal=True)
        self._paint_box(painter, QPointF(area.right() + 1, pixel.y()), y_label, muted, horizontal=False)

    def _paint_box(self, painter: QPainter, at: QPointF, text: str, colour: QColor, *, horizontal: bool) -> None:
        metrics = painter.fontMetrics()
        width, height = metrics.horizontalAdvance(text) + 2 * _BOX_PADDING, metrics.height() + 1
        left = at.x() - width / 2 if horizontal else at.x()
        top = at.y() if horizontal else at.y() - height / 2
        box = QRect(round(min(max(left, 0), self.width() - width)), round(top), width, height)
        painter.fillRect(box, colour)
        painter.setPen(QColor(self._theme.colours.text_on_accent))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_readout(self, painter: QPainter, area: QRect) -> None:
        metrics = painter.fontMetrics()
        line_height = metrics.height() + 2
        x, top = area.left() + _INSET, area.top() + 2
        for text, tone in self.readout:
            width = metrics.horizontalAdvance(text)
            if x + width > area.right() and x > area.left() + _INSET:
                x, top = area.left() + _INSET, top + line_height
            painter.fillRect(x - 4, top, width + _GAP + 4, line_height, self._veil)
            painter.setPen(self._theme.tone_colour(tone))
            painter.drawText(x, top + metrics.ascent() + 1, text)
            x += width + _GAP


def _dashed(colour: QColor) -> QPen:
    return QPen(colour, 1, Qt.PenStyle.DashLine)
