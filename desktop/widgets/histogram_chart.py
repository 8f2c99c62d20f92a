"""How often something took how long: bars over lengths of time that grow by decades."""

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtGui import QBrush, QColor, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from desktop.presentation.formats import quantity
from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone
from desktop.widgets.chart_frame import ChartFrame
from desktop.widgets.chart_items import RangeItem, cosmetic_pen, draw_rectangles
from desktop.widgets.chart_overlay import Note
from desktop.widgets.chart_ticks import Tick

_LEAST_HEIGHT = 110
_BAR = 0.9
"""Part of a bin's width that its bar fills."""
_ROOM_ABOVE = 0.45
"""Part of the highest bar's height that is left for the captions above it."""


class BarsItem(RangeItem):
    """A bar for every bin."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.counts: Sequence[int] = ()
        self._pen: QPen = cosmetic_pen(theme.colours.curve_today)
        self._brush = QBrush(QColor(theme.colours.selection))

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Draw the bars."""
        painter.setPen(self._pen)
        painter.setBrush(self._brush)
        bars = [(place + (1 - _BAR) / 2, 0.0, _BAR, float(count)) for place, count in enumerate(self.counts) if count]
        draw_rectangles(painter, np.array(bars, dtype=np.float64).reshape(-1, 4))


class HistogramChart(ChartFrame):
    """Show one distribution; ``label`` writes an edge between two bins.

    The bottom axis counts bins, so that each is equally wide whatever it spans.
    """

    counts_things = True

    def __init__(
        self, theme: Theme, accessible_name: str, label: Callable[[int], str], parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, accessible_name, parent)
        self._label = label
        self._edges: Sequence[int] = ()
        self._bars = BarsItem(theme)
        self._empty = ""
        self.add_item(self._bars)
        self.setMinimumHeight(_LEAST_HEIGHT)

    def show_counts(
        self, edges: Sequence[int], counts: Sequence[int], marks: Sequence[tuple[int, str]] = (), *, empty: str = ""
    ) -> None:
        """Draw the counts between edges, ascending and one more than counts, and lines at ``marks`` with captions.

        ``empty`` is written where there is nothing to draw.
        """
        self._edges, self._bars.counts, self._empty = tuple(edges), tuple(counts), empty
        self._overlay.notes = [Note(self._place(value), caption) for value, caption in marks] if counts else ()
        self.show_home()
        self._bars.update()
        self._range_changed()
        self.refresh_overlay()

    def show_home(self) -> None:
        """Show all bins."""
        counts = self._bars.counts
        self._view.setXRange(0.0, float(max(1, len(counts))), padding=0)
        highest = float(max(counts, default=1))
        self.fit_between(0.0, highest, 0.0, highest * _ROOM_ABOVE)

    def column_ticks(self, low: float, high: float) -> Sequence[Tick]:
        """Return the edges of the bins."""
        most = max(1, int(self.plot_pixels()[0] / 56))
        step = max(1, -(-len(self._edges) // most))
        return [
            Tick(float(place), self._label(edge))
            for place, edge in enumerate(self._edges)
            if low <= place <= high and place % step == 0
        ]

    def column_label(self, x: float) -> str:
        """Return the span of the bin under the crosshair."""
        place = int(x)
        if not 0 <= place < len(self._bars.counts):
            return ""
        return f"{self._label(self._edges[place])} to {self._label(self._edges[place + 1])}"

    def value_label(self, y: float) -> str:
        """Return a count."""
        return quantity(round(y))

    def readout_at(self, x: float | None) -> Sequence[tuple[str, Tone]]:
        """Return span and count of the bin under the crosshair."""
        if not self._bars.counts:
            return ((self._empty, Tone.MUTED),)
        if x is None or not self.column_label(x):
            return ()
        return ((self.column_label(x), Tone.MUTED), (quantity(self._bars.counts[int(x)]), Tone.PLAIN))

    def _place(self, value: int) -> float:
        """Return where a value stands among the bins, the way between two edges shared out evenly."""
        return float(np.interp(value, self._edges, np.arange(len(self._edges))))
