"""Draw candles, volume and lines over the visible bars of a chart."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from desktop.presentation.theme import Theme
from desktop.widgets.candle_series import Binned, CandleSeries, Floats
from desktop.widgets.chart_items import RangeItem, cosmetic_pen, draw_lines, draw_rectangles, segments

_BODY = 0.7  # of the room of one bar
_PIXELS_PER_BIN = 2.0
_PIXELS_FOR_BODIES = 3.0
_VOLUME_SHARE = 0.16  # of the picture's height
_SCALED_SHARE = 0.84


class CandleItem(RangeItem):
    """Candles of the visible bars; rising ones are hollow, so that colour is not the only sign.

    Many bars are joined until each has two pixels; 100,000 bars paint as fast as 300.
    """

    def __init__(self, series: CandleSeries, theme: Theme) -> None:
        super().__init__()
        self.show_volume = True
        self._series = series
        colours = theme.colours
        self._up, self._down = cosmetic_pen(colours.up), cosmetic_pen(colours.down)
        self._hollow, self._filled = QBrush(QColor(colours.panel)), QBrush(QColor(colours.down))
        self._volume = QBrush(QColor(colours.border))

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Draw volume, wicks and bodies of the visible bars."""
        pixels = max(1.0, painter.deviceTransform().mapRect(self.shown).width())
        first, last = int(self.shown.left()) - 1, int(self.shown.right()) + 2
        bars = self._series.binned(first, last, int(pixels / _PIXELS_PER_BIN))
        if self.show_volume:
            self._paint_volume(painter, bars)
        bodies = pixels / max(self.shown.width(), 1e-9) * bars.width >= _PIXELS_FOR_BODIES
        rising = bars.close >= bars.open
        for chosen, pen, brush in ((rising, self._up, self._hollow), (~rising, self._down, self._filled)):
            painter.setPen(pen)
            painter.setBrush(brush)
            x = bars.x[chosen]
            draw_lines(painter, np.column_stack([x, bars.low[chosen], x, bars.high[chosen]]))
            if bodies:
                draw_rectangles(painter, _bodies(bars, chosen))

    def _paint_volume(self, painter: QPainter, bars: Binned) -> None:
        most = float(bars.volume.max()) if len(bars.volume) else 0.0
        if most <= 0:
            return
        room = _BODY * bars.width
        heights = bars.volume / most * self.shown.height() * _VOLUME_SHARE
        bottom = np.full(len(bars.x), self.shown.top())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._volume)
        draw_rectangles(painter, np.column_stack([bars.x - room / 2, bottom, np.full(len(bars.x), room), heights]))


def _bodies(bars: Binned, chosen: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Floats:
    room = _BODY * bars.width
    low = np.minimum(bars.open[chosen], bars.close[chosen])
    height = np.abs(bars.open[chosen] - bars.close[chosen])
    return np.column_stack([bars.x[chosen] - room / 2, low, np.full(len(low), room), height])


class LineItem(RangeItem):
    """A line over the bars, on the chart's scale or on its own.

    On its own scale the visible values fill the picture between a small margin above and below.
    """

    def __init__(self, colour: str, *, own_scale: bool) -> None:
        super().__init__()
        self.own_scale = own_scale
        self.values: Floats = np.empty(0)
        self._pen = cosmetic_pen(colour)

    def visible_values(self) -> Floats:
        """Return the values in the visible range, NaN included."""
        first, last = max(int(self.shown.left()), 0), int(self.shown.right()) + 2
        return self.values[first:last]

    def placement(self) -> tuple[float, float]:
        """Return (factor, offset) that turn a value into a place on the chart's vertical axis."""
        values = self.visible_values()
        values = values[np.isfinite(values)]
        if not self.own_scale or len(values) == 0:
            return 1.0, 0.0
        low, high = float(values.min()), float(values.max())
        span = high - low or max(abs(high), 1.0)
        factor = self.shown.height() * _SCALED_SHARE / span
        return factor, self.shown.top() + self.shown.height() * (1 - _SCALED_SHARE) / 2 - low * factor

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Draw the line through the visible values, at most one point per pixel."""
        pixels = max(1.0, painter.deviceTransform().mapRect(self.shown).width())
        first = max(int(self.shown.left()), 0)
        values = self.visible_values()
        step = max(1, int(len(values) / pixels))
        factor, offset = self.placement()
        painter.setPen(self._pen)
        places = first + np.arange(0, len(values), step, dtype=np.float64)
        draw_lines(painter, segments(places, values[::step] * factor + offset))
