"""The profit of a portfolio over time, with its peak and trough marked."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from desktop.presentation.formats import UNITS_PER_RUPEE, arrowed_amount, axis_amount, signed_amount
from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone, tone_of_sign
from desktop.widgets.chart_frame import ChartFrame
from desktop.widgets.chart_items import Floats, RangeItem, cosmetic_pen, draw_lines, segments
from desktop.widgets.chart_overlay import Note
from desktop.widgets.chart_ticks import Tick
from engine.domain.instant import clock_text
from engine.domain.profit_curve import CurveFigures, ProfitCurve

_LEAST_HEIGHT = 104
_MARGIN = 0.12
_ROOM_FOR_READOUT = 2.4
_PIXELS_PER_TIME = 90
_MOST_BINS = 400
"""A small chart has hardly more pixels; a day of samples has ten times as many."""


def thinned(profit: Floats, most: int = _MOST_BINS) -> tuple[Floats, Floats]:
    """Return places and profits of a curve that looks the same with fewer points: of every bin its lowest and highest.

    A curve of at most twice as many samples as bins is returned as it is; the first and the last sample always stay.
    """
    count = len(profit)
    x = np.arange(count, dtype=np.float64)
    if count <= 2 * most:
        return x, profit
    edges = np.linspace(0, count, most + 1).astype(np.int64)
    bins = range(most)
    low = [edges[n] + int(profit[edges[n] : edges[n + 1]].argmin()) for n in bins]
    high = [edges[n] + int(profit[edges[n] : edges[n + 1]].argmax()) for n in bins]
    kept = np.unique(np.concatenate([[0], low, high, [count - 1]]))
    return x[kept], profit[kept]


class ProfitItem(RangeItem):
    """The curve over its samples, and the line at zero."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.profit: Floats = np.zeros(0)
        self._curve = cosmetic_pen(theme.colours.curve_today)
        self._zero = cosmetic_pen(theme.colours.text_muted)

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Draw the zero line and the curve."""
        shown = self.shown
        painter.setPen(self._zero)
        draw_lines(painter, np.array([[shown.left(), 0.0, shown.right(), 0.0]]))
        if len(self.profit) > 1:
            painter.setPen(self._curve)
            draw_lines(painter, segments(*thinned(self.profit)))


class ProfitChart(ChartFrame):
    """Show one curve; call ``show_curve`` whenever samples were added.

    The bottom axis counts samples, so that nights and pauses leave no gap; its labels are the times of day.
    """

    def __init__(self, theme: Theme, accessible_name: str = "Profit curve", parent: QWidget | None = None) -> None:
        super().__init__(theme, accessible_name, parent)
        self._at: Sequence[int] = ()
        self._item = ProfitItem(theme)
        self.add_item(self._item)
        self.setMinimumHeight(_LEAST_HEIGHT)

    def show_curve(self, curve: ProfitCurve | None) -> None:
        """Draw a curve; None empties the chart."""
        self._at = () if curve is None else curve.at
        rupees = [] if curve is None else curve.profit
        self._item.profit = np.asarray(rupees, dtype=np.float64) / UNITS_PER_RUPEE
        figures = None if curve is None else curve.figures()
        self._overlay.notes = () if figures is None else self._notes(figures)
        self.show_home()
        self._item.update()
        self.refresh_overlay()

    def show_home(self) -> None:
        """Show the whole curve."""
        profit = self._item.profit
        if not len(profit):
            return
        self._view.setXRange(0.0, float(max(1, len(profit) - 1)), padding=0)
        low, high = min(0.0, float(profit.min())), max(0.0, float(profit.max()))
        margin = (high - low or 1.0) * _MARGIN
        self.fit_between(low, high, margin, margin * _ROOM_FOR_READOUT)

    def snap(self, x: float) -> float:
        """Return the nearest sample."""
        return float(min(max(round(x), 0), max(0, len(self._at) - 1)))

    def column_ticks(self, low: float, high: float) -> Sequence[Tick]:
        """Return times of day at samples, evenly."""
        count = max(1, int(self.plot_pixels()[0] / _PIXELS_PER_TIME))
        places = sorted({round(low + (high - low) * (step + 0.5) / count) for step in range(count)})
        return [Tick(float(place), self.column_label(place)) for place in places if 0 <= place < len(self._at)]

    def column_label(self, x: float) -> str:
        """Return the time of a sample."""
        number = int(self.snap(x))
        return clock_text(self._at[number])[:8] if self._at else ""

    def value_label(self, y: float) -> str:
        """Return the profit under the crosshair, in ₹."""
        return axis_amount(0)(y)

    def readout_at(self, x: float | None) -> Sequence[tuple[str, Tone]]:
        """Return the profit at the crosshair, or the newest."""
        profit = self._item.profit
        if not len(profit):
            return (("Nothing is noted of its profit yet", Tone.MUTED),)
        number = len(profit) - 1 if x is None else int(self.snap(x))
        units = round(float(profit[number]) * UNITS_PER_RUPEE)
        return ((self.column_label(number), Tone.MUTED), (arrowed_amount(units, 0), tone_of_sign(units)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the labels anew for the new size."""
        super().resizeEvent(event)
        self._range_changed()

    def _notes(self, figures: CurveFigures) -> list[Note]:
        """Mark peak and trough where they lie; the beginning needs no mark."""
        found = []
        if figures.peak_at is not None:
            found.append(Note(self._place(figures.peak_at), f"peak {signed_amount(figures.peak, 0)}", Tone.UP))
        if figures.trough_at is not None:
            found.append(Note(self._place(figures.trough_at), f"trough {signed_amount(figures.trough, 0)}", Tone.DOWN))
        return found

    def _place(self, at: int) -> float:
        return float(np.searchsorted(np.asarray(self._at), at))
