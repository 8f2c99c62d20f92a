"""The net profit of trades one after the other, with what it lies below its highest so far."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtGui import QColor, QPainter, QResizeEvent
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from desktop.presentation.formats import UNITS_PER_RUPEE, arrowed_amount, axis_amount, rupees, signed_amount
from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone, tone_of_sign
from desktop.widgets.chart_frame import ChartFrame
from desktop.widgets.chart_items import Floats, RangeItem, cosmetic_pen, draw_lines, draw_rectangles, segments
from desktop.widgets.chart_overlay import Note
from desktop.widgets.chart_ticks import Tick
from engine.domain.instant import ist_datetime
from engine.domain.money import Money

_LEAST_HEIGHT = 120
_MARGIN = 0.12
_ROOM_FOR_READOUT = 2.0
_PIXELS_PER_DATE = 84
_MOST_BARS = 600
"""More would be narrower than a pixel."""


class EquityItem(RangeItem):
    """The equity over its trades, the line at zero, and below it the depth of the drawdown."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.equity: Floats = np.zeros(1)
        self.fall: Floats = np.zeros(1)
        """What the equity lies below its peak, zero or less."""
        self._curve = cosmetic_pen(theme.colours.curve_today, 1.0)
        self._zero = cosmetic_pen(theme.colours.text_muted)
        self._depth = cosmetic_pen(theme.colours.down)
        self._below = QColor(theme.colours.down_tint)

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Draw the drawdown, the zero line and the equity."""
        shown = self.shown
        x = np.arange(len(self.equity), dtype=np.float64)
        step = max(1, len(x) // _MOST_BARS)
        if len(x) > 1:
            # Of every few trades the deepest counts, so that no fall is left out.
            starts = np.arange(0, len(x), step)
            depth = np.minimum.reduceat(self.fall, starts)
            widths = np.full(len(starts), float(step))
            painter.setPen(self._below)
            painter.setBrush(self._below)
            draw_rectangles(painter, np.column_stack([starts - 0.5, depth, widths, -depth]))
            painter.setPen(self._depth)
            draw_lines(painter, segments(starts.astype(np.float64), depth))
        painter.setPen(self._zero)
        draw_lines(painter, np.array([[shown.left(), 0.0, shown.right(), 0.0]]))
        painter.setPen(self._curve)
        draw_lines(painter, segments(x, self.equity))


class EquityChart(ChartFrame):
    """Show one equity curve; call ``show_equity`` whenever the trades are others.

    The bottom axis counts trades, from nothing before the first; its labels are the dates on which they were closed.
    """

    def __init__(self, theme: Theme, accessible_name: str = "Equity curve", parent: QWidget | None = None) -> None:
        super().__init__(theme, accessible_name, parent)
        self._at: Sequence[int] = ()
        self._item = EquityItem(theme)
        self.add_item(self._item)
        self.setMinimumHeight(_LEAST_HEIGHT)

    def show_equity(self, closed_at: Sequence[int], equity: Sequence[Money]) -> None:
        """Draw the net profit after each trade, oldest first; none empties the chart."""
        self._at = closed_at
        sums = np.concatenate([[0.0], np.asarray(equity, dtype=np.float64) / UNITS_PER_RUPEE])
        self._item.equity, self._item.fall = sums, sums - np.maximum.accumulate(sums)
        self._overlay.notes = self._notes() if len(equity) else ()
        self.show_home()
        self._item.update()
        self.refresh_overlay()

    def show_home(self) -> None:
        """Show the whole curve."""
        equity, fall = self._item.equity, self._item.fall
        self._view.setXRange(0.0, float(max(1, len(equity) - 1)), padding=0)
        low, high = min(float(equity.min()), float(fall.min())), float(equity.max())
        margin = (high - low or 1.0) * _MARGIN
        self.fit_between(low, high, margin, margin * _ROOM_FOR_READOUT)

    def snap(self, x: float) -> float:
        """Return the nearest trade."""
        return float(min(max(round(x), 0), len(self._at)))

    def column_ticks(self, low: float, high: float) -> Sequence[Tick]:
        """Return dates at trades, evenly."""
        count = max(1, int(self.plot_pixels()[0] / _PIXELS_PER_DATE))
        places = sorted({round(low + (high - low) * (step + 0.5) / count) for step in range(count)})
        return [Tick(float(place), self.column_label(place)) for place in places if 1 <= place <= len(self._at)]

    def column_label(self, x: float) -> str:
        """Return the date and the time at which a trade was closed."""
        number = int(self.snap(x))
        return f"{ist_datetime(self._at[number - 1]):%d %b %H:%M}" if number else ""

    def value_label(self, y: float) -> str:
        """Return the profit under the crosshair, in ₹."""
        return axis_amount(0)(y)

    def readout_at(self, x: float | None) -> Sequence[tuple[str, Tone]]:
        """Return the equity and the drawdown at the crosshair, or the newest."""
        if not self._at:
            return (("No closed trade to show", Tone.MUTED),)
        number = len(self._at) if x is None else int(self.snap(x))
        equity = round(float(self._item.equity[number]) * UNITS_PER_RUPEE)
        fall = round(-float(self._item.fall[number]) * UNITS_PER_RUPEE)
        below = f"{rupees(fall, 0)} below its peak" if fall else "at its peak"
        return (
            (self.column_label(number), Tone.MUTED),
            (arrowed_amount(equity, 0), tone_of_sign(equity)),
            (below, Tone.DOWN if fall else Tone.MUTED),
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the labels anew for the new size."""
        super().resizeEvent(event)
        self._range_changed()

    def _notes(self) -> list[Note]:
        """Mark the deepest drawdown where it lies."""
        lowest = int(self._item.fall.argmin())
        depth = round(float(self._item.fall[lowest]) * UNITS_PER_RUPEE)
        return [Note(float(lowest), f"drawdown {signed_amount(depth, 0)}", Tone.DOWN)] if depth else []
