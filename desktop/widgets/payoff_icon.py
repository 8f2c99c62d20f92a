"""The shape of a payoff as a small picture."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap, QPolygonF

from desktop.presentation.theme import Theme

SIZE = QSize(84, 30)
_EDGE = 3
_LINE = 1.6


def payoff_icon(across: Sequence[float], profit: Sequence[float], theme: Theme, ratio: float = 1.0) -> QIcon:
    """Return an icon of a polyline: ``across`` from 0 to 1, ``profit`` from −1 to 1 with zero in the middle.

    ``ratio`` is how many pixels of the screen one pixel has.
    """
    pixmap = QPixmap(SIZE * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    width, half = SIZE.width() - 2 * _EDGE, SIZE.height() / 2 - _EDGE
    middle = SIZE.height() / 2
    points = [QPointF(_EDGE + x * width, middle - y * half) for x, y in zip(across, profit, strict=True)]
    area = QPolygonF([QPointF(points[0].x(), middle), *points, QPointF(points[-1].x(), middle)])
    colours = theme.colours
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for top, tint, line in ((0, colours.up_tint, colours.up), (SIZE.height() / 2, colours.down_tint, colours.down)):
        painter.setClipRect(0, int(top), SIZE.width(), int(middle))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tint))
        painter.drawPolygon(area)
        painter.setPen(QPen(QColor(line), _LINE))
        painter.drawPolyline(QPolygonF(points))
    painter.setClipping(False)
    painter.setPen(QPen(QColor(colours.text_muted), 0))
    painter.drawLine(QPointF(0, middle), QPointF(SIZE.width(), middle))
    painter.end()
    return QIcon(pixmap)
