"""A candle chart of live bars in Indian time, with lines and levels over it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop.presentation.formats import MISSING, axis_amount, compact_count, decimal
from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone, tone_of_sign
from desktop.widgets.candle_items import CandleItem, LineItem
from desktop.widgets.candle_series import Bar, CandleSeries, Floats
from desktop.widgets.chart_frame import ChartFrame
from desktop.widgets.chart_overlay import AxisTag
from desktop.widgets.chart_ticks import Tick, bar_label, decimal_places, round_step, round_values, time_ticks

_FIRST_SHOWN = 120  # bars
_FEWEST_SHOWN = 8
_RIGHT_MARGIN = 3.0  # bars
_VALUE_MARGIN = 0.08  # of the visible height, above and below
_LABEL_ROOM = 64  # pixels


class CandleChart(ChartFrame):
    """Candles side by side without gaps for nights; prices in rupees or index points as floats of the screen.

    Feed it with ``set_bars`` and ``put_bar`` as often as you like and call ``refresh`` once per frame.
    """

    def __init__(self, theme: Theme, accessible_name: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, accessible_name, parent)
        self._series = CandleSeries()
        self._candles = CandleItem(self._series, theme)
        self.add_item(self._candles)
        self._lines: dict[str, LineItem] = {}
        self._levels: Sequence[AxisTag] = ()
        self._changed = False
        self._view.setLimits(minXRange=_FEWEST_SHOWN)
        self._view.setXRange(-1, _FIRST_SHOWN / 2, padding=0)

    def set_bars(self, times_ns: NDArray[np.int64], values: Floats) -> None:
        """Show a history: ``values`` is (5, n) of open, high, low, close, volume; ValueError when out of order."""
        self._series.replace(times_ns, values)
        self.show_latest()

    def put_bar(self, bar: Bar) -> None:
        """Amend the last bar or append the next; ValueError for one that begins before the last."""
        if self._series.put(bar):
            for line in self._lines.values():
                line.values = np.append(line.values, np.nan)
            self._make_room_on_the_right()
        self._changed = True

    def set_line(self, name: str, values: Floats, colour: str, *, own_scale: bool = False) -> None:
        """Draw a line over the bars, one value per bar, NaN for none; ``colour`` is a token of the theme.

        ``own_scale`` gives the line the left axis, for values of another size than the bars.
        """
        line = self._lines.get(name)
        if line is None:
            line = self._lines[name] = LineItem(getattr(self.theme.colours, colour), own_scale=own_scale)
            self.add_item(line)
            self._plot.getPlotItem().showAxis("left", any(item.own_scale for item in self._lines.values()))
        line.values = np.full(len(self._series), np.nan)
        line.values[: len(values)] = values[: len(self._series)]
        self._changed = True

    def put_line_value(self, name: str, value: float) -> None:
        """Set a line's value at the last bar."""
        if len(self._series):
            self._lines[name].values[-1] = value
            self._changed = True

    def set_levels(self, levels: Sequence[AxisTag]) -> None:
        """Mark prices with a dashed line and a label, e.g. the stop and the target."""
        self._levels = levels
        self._changed = True

    def show_volume(self, shown: bool) -> None:
        """Show or hide the volume at the foot of the chart."""
        self._candles.show_volume = shown
        self._changed = True

    def show_latest(self) -> None:
        """Scroll to the last bars, at the zoom at which charts open."""
        count = len(self._series)
        self._view.setXRange(max(count - _FIRST_SHOWN, 0) - 1, max(count, 20) + _RIGHT_MARGIN, padding=0)
        self._changed = True
        self.refresh(0)

    def show_home(self) -> None:
        """Return to the last bars."""
        self.show_latest()

    def refresh(self, _now_ms: int) -> None:
        """Draw what changed since the last frame."""
        if not self._changed:
            return
        self._changed = False
        self._fit_values()
        self._mark_levels()
        self._candles.update()
        for line in self._lines.values():
            line.update()
        self._label_left_axis()
        self.refresh_overlay()

    def column_ticks(self, low: float, high: float) -> Sequence[Tick]:
        """Return times of day, and dates where a day begins."""
        pixels_per_bar = self.plot_pixels()[0] / max(high - low, 1e-9)
        return time_ticks(self._series.times_ns, int(low), int(high) + 1, pixels_per_bar, _LABEL_ROOM)

    def column_label(self, x: float) -> str:
        """Return date and time of the bar under the crosshair."""
        return bar_label(self._series.bar(round(x)).time_ns) if len(self._series) else MISSING

    def snap(self, x: float) -> float:
        """Return the middle of the bar nearest to ``x``."""
        return float(min(max(round(x), 0), max(len(self._series) - 1, 0)))

    def readout_at(self, x: float | None) -> Sequence[tuple[str, Tone]]:
        """Return open, high, low, close and change of the bar under the crosshair, or of the last."""
        if len(self._series) == 0:
            return (("Waiting for the first bar", Tone.MUTED),)
        bar = self._series.bar(-1 if x is None else round(x))
        written = axis_amount(2)
        tone = tone_of_sign(bar.close - bar.open)
        parts = [(bar_label(bar.time_ns), Tone.HEADER)]
        for name, value in (("O", bar.open), ("H", bar.high), ("L", bar.low), ("C", bar.close)):
            parts += [(f"{name} {written(value)}", Tone.PLAIN)]
        parts.append((decimal(bar.close - bar.open, 2, signed=True), tone))
        if bar.volume:
            parts.append((f"Vol {compact_count(int(bar.volume))}", Tone.MUTED))
        for name, line in self._lines.items():
            value = line.values[-1 if x is None else round(x)] if len(line.values) else np.nan
            parts.append((f"{name} {decimal(float(value), 2)}", Tone.ACCENT))
        return parts

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the labels anew for the new size."""
        super().resizeEvent(event)
        self._range_changed()

    def _range_changed(self, *_unused: object) -> None:
        super()._range_changed()
        self._fit_values()
        self._label_left_axis()

    def _make_room_on_the_right(self) -> None:
        """Scroll by the new bar, unless it has room or the trader looks at the past."""
        shown, newest = self.visible_range(), len(self._series) - 1
        if newest - 1 <= shown.right() < newest + 1 + _RIGHT_MARGIN:
            self._view.setXRange(shown.left() + 1, shown.right() + 1, padding=0)

    def _fit_values(self) -> None:
        """Fit the vertical range to the visible bars and lines, with room for the volume below."""
        shown = self.visible_range()
        found = self._series.lowest_and_highest(int(shown.left()), int(shown.right()) + 2)
        if found is None:
            return
        low, high = found
        for line in self._lines.values():
            values = line.visible_values()
            values = values[np.isfinite(values)]
            if not line.own_scale and len(values):
                low, high = min(low, float(values.min())), max(high, float(values.max()))
        margin = (high - low or max(abs(high) * 0.001, 0.05)) * _VALUE_MARGIN
        self.fit_between(low, high, margin * (2.5 if self._candles.show_volume else 1), margin)

    def _mark_levels(self) -> None:
        tags = list(self._levels)
        if len(self._series):
            last = self._series.bar(-1)
            tags.append(AxisTag(last.close, axis_amount(2)(last.close), tone_of_sign(last.close - last.open)))
        self._overlay.tags = tags

    def _label_left_axis(self) -> None:
        line = next((item for item in self._lines.values() if item.own_scale), None)
        if line is None:
            return
        factor, offset = line.placement()
        shown = self.visible_range()
        low, high = (shown.top() - offset) / factor, (shown.bottom() - offset) / factor
        wanted = int(self.plot_pixels()[1] / 60)
        written = axis_amount(decimal_places(round_step(high - low, wanted)))
        ticks = [(value * factor + offset, written(value)) for value in round_values(low, high, wanted)]
        self.label_axis("left", ticks)
