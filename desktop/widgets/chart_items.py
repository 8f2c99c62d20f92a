"""Draw arrays of lines and rectangles at the speed of C, and the chart's own grid."""

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget
from shiboken6 import Shiboken

Floats = NDArray[np.float64]


def draw_lines(painter: QPainter, lines: Floats) -> None:
    """Draw lines given as an array (n, 4) of x1, y1, x2, y2.

    Qt reads the array's own memory; a list of QLineF would cost milliseconds and hold the interpreter's lock.
    """
    if len(lines):
        lines = np.ascontiguousarray(lines, dtype=np.float64)
        first = cast("QLineF", Shiboken.wrapInstance(lines.ctypes.data, QLineF))
        painter.drawLines(first, len(lines))


def draw_rectangles(painter: QPainter, rectangles: Floats) -> None:
    """Draw rectangles given as an array (n, 4) of x, y, width, height; see ``draw_lines``."""
    if len(rectangles):
        rectangles = np.ascontiguousarray(rectangles, dtype=np.float64)
        first = cast("QRectF", Shiboken.wrapInstance(rectangles.ctypes.data, QRectF))
        painter.drawRects(first, len(rectangles))


def segments(x: Floats, y: Floats) -> Floats:
    """Return the lines that join neighbouring points, as an array (n - 1, 4); gaps stay open at NaN."""
    lines = np.column_stack([x[:-1], y[:-1], x[1:], y[1:]])
    return lines[np.isfinite(lines).all(axis=1)]


def cosmetic_pen(colour: str, width: float = 1.0) -> QPen:
    """Return a pen whose width is in pixels whatever the chart's scale."""
    pen = QPen(colour)
    pen.setCosmetic(True)
    pen.setWidthF(width)
    return pen


class RangeItem(QGraphicsItem):
    """A drawing that fills whatever range of the chart is visible."""

    def __init__(self) -> None:
        super().__init__()
        self.shown = QRectF()

    def show_range(self, shown: QRectF) -> None:
        """Take the visible range, in the chart's own units."""
        self.prepareGeometryChange()
        self.shown = QRectF(shown)

    def boundingRect(self) -> QRectF:
        """Return the visible range."""
        return self.shown


class GridItem(RangeItem):
    """Horizontal and vertical lines at the labels of the axes.

    pyqtgraph's own grid costs 17 ms per frame, this one a tenth of a millisecond.
    """

    def __init__(self, colour: str, strong_colour: str) -> None:
        super().__init__()
        self._pen, self._strong_pen = cosmetic_pen(colour), cosmetic_pen(strong_colour)
        self._columns: Sequence[float] = ()
        self._strong_columns: Sequence[float] = ()
        self._rows: Sequence[float] = ()

    def show_lines(self, columns: Sequence[float], strong_columns: Sequence[float], rows: Sequence[float]) -> None:
        """Take the places of the vertical lines, of those to stress, and of the horizontal lines."""
        self._columns, self._strong_columns, self._rows = columns, strong_columns, rows
        self.update()

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Draw the lines across the visible range."""
        shown = self.shown
        painter.setPen(self._pen)
        draw_lines(painter, _rows(self._rows, shown))
        draw_lines(painter, _columns(self._columns, shown))
        painter.setPen(self._strong_pen)
        draw_lines(painter, _columns(self._strong_columns, shown))


def _columns(places: Sequence[float], shown: QRectF) -> Floats:
    return np.array([(x, shown.top(), x, shown.bottom()) for x in places], dtype=np.float64).reshape(-1, 4)


def _rows(places: Sequence[float], shown: QRectF) -> Floats:
    return np.array([(shown.left(), y, shown.right(), y) for y in places], dtype=np.float64).reshape(-1, 4)
