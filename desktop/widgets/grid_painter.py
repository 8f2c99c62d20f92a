"""Paint the rows of a grid: backgrounds, flashes, bars and texts."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from desktop.presentation.fonts import ui_font
from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone
from desktop.viewmodels.columns import Align, Heading
from desktop.viewmodels.grid_source import Expander, GridRow
from desktop.widgets.grid_flash import STEPS
from desktop.widgets.text_cache import texts_in

_PADDING = 4
_INDENT = 12
EXPANDER_WIDTH = 14


class Span(NamedTuple):
    """Where a visible column is painted."""

    column: int
    left: int
    width: int


def indentation(row: GridRow) -> int:
    """Return how far the first text of a row stands from its column's left edge, in pixels."""
    return row.level * _INDENT + (EXPANDER_WIDTH if row.expander else 0)


class GridPainter:
    """Paint rows in a theme's colours; all brushes, pens and texts are prepared once."""

    def __init__(self, theme: Theme, headings: Sequence[Heading]) -> None:
        colours = theme.colours
        self.row_height = theme.metrics.row_height
        self._plain = texts_in(ui_font(theme.metrics.font_pixels))
        self._bold = texts_in(ui_font(theme.metrics.font_pixels, bold=True))
        self._text_top = (self.row_height - self._plain.line_height) // 2
        self._pens = [QPen(theme.tone_colour(tone)) for tone in Tone]
        self._zebra = (QColor(colours.panel), QColor(colours.panel_alternate))
        self._subtotal = QColor(colours.panel_raised)
        self._highlight = QColor(colours.highlight)
        self._selection = QColor(colours.selection)
        self._focus = QPen(QColor(colours.accent))
        self._line = QPen(QColor(colours.border))
        self._align = [heading.align for heading in headings]
        self._bars = [(QColor(getattr(colours, heading.bar_colour)), heading.bar_from) for heading in headings]
        self._tints = {
            sign * step: _tint(colour, step)
            for sign, colour in ((1, colours.up_tint), (-1, colours.down_tint))
            for step in range(1, STEPS + 1)
        }

    def paint_row(
        self,
        painter: QPainter,
        number: int,
        top: int,
        row: GridRow,
        spans: Sequence[Span],
        right: int,
        *,
        selected: bool,
        glow: Sequence[int] | None,
    ) -> None:
        """Paint one row whose visible columns are ``spans``; ``right`` is the end of the background."""
        height = self.row_height
        painter.fillRect(0, top, right, height, self._background(number, row, selected=selected))
        if glow is not None:
            for column, left, width in spans:
                if glow[column]:
                    painter.fillRect(left, top, width, height, self._tints[glow[column]])
        if row.bars is not None:
            self._paint_bars(painter, top, row.bars, spans)
        self._paint_texts(painter, top, row, spans)
        if row.bold:
            painter.setPen(self._line)
            painter.drawLine(0, top, right, top)

    def paint_focus(self, painter: QPainter, cell: QRect) -> None:
        """Draw the ring around the current cell; what stands in it stays readable."""
        painter.setPen(self._focus)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(cell.adjusted(0, 0, -1, -1))

    def _background(self, number: int, row: GridRow, *, selected: bool) -> QColor:
        if selected:
            return self._selection
        if row.highlighted:
            return self._highlight
        return self._subtotal if row.bold else self._zebra[number & 1]

    def _paint_bars(self, painter: QPainter, top: int, bars: Sequence[float], spans: Sequence[Span]) -> None:
        for column, left, width in spans:
            share = bars[column]
            if share > 0:
                colour, edge = self._bars[column]
                length = max(1, round(min(share, 1.0) * (width - 2)))
                start = left + width - 1 - length if edge == Align.RIGHT else left + 1
                painter.fillRect(start, top + 2, length, self.row_height - 4, colour)

    def _paint_texts(self, painter: QPainter, top: int, row: GridRow, spans: Sequence[Span]) -> None:
        cache = self._bold if row.bold else self._plain
        painter.setFont(cache.font)
        texts, tones = row.texts, row.tones
        text_top = top + self._text_top
        pen = -1
        for column, left, width in spans:
            text = texts[column]
            indent = indentation(row) if column == 0 else 0
            if indent and row.expander:
                self._paint_expander(painter, left + indent - EXPANDER_WIDTH, top, row.expander)
                pen = -1
            if not text:
                continue
            laid_out, text_width = cache.laid_out(text, width - 2 * _PADDING - indent)
            if tones[column] != pen:
                pen = tones[column]
                painter.setPen(self._pens[pen])
            align = self._align[column]
            if align == Align.RIGHT:
                x = left + width - _PADDING - text_width
            elif align == Align.LEFT:
                x = left + _PADDING + indent
            else:
                x = left + (width - text_width) // 2
            painter.drawStaticText(x, text_top, laid_out)

    def _paint_expander(self, painter: QPainter, left: int, top: int, state: Expander) -> None:
        x, y = left + 4.0, top + self.row_height / 2
        if state is Expander.OPEN:
            points = [QPointF(x, y - 2), QPointF(x + 8, y - 2), QPointF(x + 4, y + 3)]
        else:
            points = [QPointF(x + 1, y - 4), QPointF(x + 1, y + 4), QPointF(x + 6, y)]
        painter.setPen(self._pens[Tone.HEADER])
        painter.setBrush(self._pens[Tone.HEADER].color())
        painter.drawPolygon(QPolygonF(points))


def _tint(colour: str, step: int) -> QColor:
    tint = QColor(colour)
    tint.setAlphaF(step / STEPS)
    return tint
