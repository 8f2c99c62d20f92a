"""The frame both charts share: axes, grid, crosshair, readout."""

from collections.abc import Sequence
from typing import Any, ClassVar

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.presentation.fonts import ui_font
from desktop.presentation.formats import axis_amount
from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone
from desktop.widgets.chart_items import GridItem, RangeItem
from desktop.widgets.chart_overlay import ChartOverlay
from desktop.widgets.chart_ticks import Tick, decimal_places, round_step, round_values

_VALUE_AXIS_WIDTH = 66
_PIXELS_PER_ROW = 38
_PIXELS_PER_LABEL = 84
_SCROLLS = {Qt.Key.Key_Left.value: -0.1, Qt.Key.Key_Right.value: 0.1}
_ZOOMS = {Qt.Key.Key_Up.value: 0.8, Qt.Key.Key_Down.value: 1.25}
"""By key: part of the width to scroll by, and what the width is multiplied by."""
_LEAST_USED = 0.7  # of the height, before the range is fitted anew


class ChartFrame(QWidget):
    """A plot with values on the right, its own grid, and a crosshair.

    A chart derives from it, adds items with ``add_item`` and answers the questions below
    (``column_ticks``, ``column_label``, ``snap``, ``readout_at``).

    Signals:
        context_menu_requested: Global position.
    """

    context_menu_requested = Signal(QPoint)
    counts_things: ClassVar[bool] = False
    """Whether its values are whole numbers, so that no label between two of them is written."""

    def __init__(self, theme: Theme, accessible_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setAccessibleName(accessible_name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._items: list[RangeItem] = []
        self._mouse: QPointF | None = None
        self._labels: dict[str, list[tuple[float, str]]] = {}
        self._plot: Any = pg.PlotWidget(self, background=theme.colours.panel)
        self._view: Any = self._plot.getViewBox()
        self._prepare_plot()
        self._grid = GridItem(theme.colours.grid, theme.colours.border)
        self.add_item(self._grid)
        self._overlay = ChartOverlay(theme, self._to_pixel, self._view.sceneBoundingRect, self._plot.viewport())
        self._plot.viewport().installEventFilter(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plot)
        self._view.sigRangeChanged.connect(self._range_changed)

    def add_item(self, item: RangeItem) -> None:
        """Put a drawing into the plot; it learns the visible range from here."""
        self._items.append(item)
        self._view.addItem(item, ignoreBounds=True)
        item.show_range(self.visible_range())

    def visible_range(self) -> QRectF:
        """Return the visible part of the chart in its own units; ``top`` is the lowest value."""
        return QRectF(self._view.viewRect())

    def plot_pixels(self) -> tuple[float, float]:
        """Return width and height of the picture between the axes."""
        area = self._view.sceneBoundingRect()
        return max(1.0, area.width()), max(1.0, area.height())

    def column_ticks(self, low: float, high: float) -> Sequence[Tick]:
        """Return the labels of the bottom axis between ``low`` and ``high``."""
        values = round_values(low, high, int(self.plot_pixels()[0] / _PIXELS_PER_LABEL))
        written = axis_amount(decimal_places(round_step(high - low, int(self.plot_pixels()[0] / _PIXELS_PER_LABEL))))
        return [Tick(value, written(value)) for value in values]

    def column_label(self, x: float) -> str:
        """Return the crosshair's label on the bottom axis."""
        return axis_amount(2)(x)

    def value_label(self, y: float) -> str:
        """Return the crosshair's label on the right axis."""
        return axis_amount(2)(y)

    def snap(self, x: float) -> float:
        """Return where the crosshair stands when the mouse is at ``x``."""
        return x

    def readout_at(self, _x: float | None) -> Sequence[tuple[str, Tone]]:
        """Return the line of text at the top for the crosshair at ``x``, or without one."""
        return ()

    def show_home(self) -> None:
        """Return to the range at which the chart opened; a double click asks for it."""

    def fit_between(self, low: float, high: float, below: float, above: float) -> None:
        """Show the values from ``low - below`` to ``high + above``.

        A range that still fits well is left alone, so that labels rest while prices move.
        """
        shown = self.visible_range()
        fits = shown.top() <= low - below / 2 and high + above / 2 <= shown.bottom()
        wanted = high - low + below + above
        if not fits or wanted < shown.height() * _LEAST_USED:
            self._view.setYRange(low - below, high + above, padding=0)

    def label_axis(self, side: str, labels: list[tuple[float, str]]) -> None:
        """Write labels on an axis (``left``, ``right``, ``bottom``); the same ones again cost nothing."""
        if self._labels.get(side) != labels:
            self._labels[side] = labels
            self._plot.getPlotItem().getAxis(side).setTicks([labels])

    def refresh_overlay(self) -> None:
        """Draw crosshair and readout again after the data changed."""
        if self._mouse is None:
            self._overlay.cross = None
            self._overlay.readout = self.readout_at(None)
        else:
            point = self._view.mapSceneToView(self._mouse)
            x = self.snap(point.x())
            at = QPointF(x, point.y())
            self._overlay.cross = (at, self.column_label(x), self.value_label(point.y()))
            self._overlay.readout = self.readout_at(x)
        self._overlay.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll with Left and Right, show fewer or more columns with Up and Down, go home with Home."""
        key = event.key()
        if key == Qt.Key.Key_Home:
            self.show_home()
        elif key in _SCROLLS:
            step = self.visible_range().width() * _SCROLLS[key]
            self._view.translateBy(x=step)
        elif key in _ZOOMS:
            # About the right edge: the newest bar stays where it is.
            self._view.scaleBy(x=_ZOOMS[key], center=QPointF(self.visible_range().right(), 0))
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that keys work here."""
        super().focusInEvent(event)
        self._overlay.show_focus(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that keys work elsewhere."""
        super().focusOutEvent(event)
        self._overlay.show_focus(False)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Report where a menu is wanted."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        self.context_menu_requested.emit(self.mapToGlobal(self.rect().center()) if by_key else event.globalPos())

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Follow the mouse over the plot, and its size."""
        kind = event.type()
        if kind == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            self._mouse = event.position()
            self.refresh_overlay()
        elif kind == QEvent.Type.Leave:
            self._mouse = None
            self.refresh_overlay()
        elif kind == QEvent.Type.Resize:
            self._overlay.setGeometry(self._plot.viewport().rect())
        elif kind == QEvent.Type.MouseButtonDblClick:
            self.show_home()
        return False

    def _prepare_plot(self) -> None:
        item, colours = self._plot.getPlotItem(), self.theme.colours
        item.hideButtons()
        item.setMenuEnabled(False)
        item.layout.setContentsMargins(0, 0, 0, 0)
        item.hideAxis("left")
        item.showAxis("right")
        for side in ("left", "right", "bottom"):
            axis = item.getAxis(side)
            axis.setPen(pg.mkPen(colours.border))
            axis.setTextPen(pg.mkPen(colours.text_muted))
            axis.setStyle(tickFont=ui_font(self.theme.metrics.font_pixels - 1), tickLength=0, tickTextOffset=4)
        item.getAxis("right").setWidth(_VALUE_AXIS_WIDTH)
        item.getAxis("left").setWidth(_VALUE_AXIS_WIDTH)
        item.getAxis("bottom").setHeight(20)
        self._plot.setFrameShape(self._plot.Shape.NoFrame)
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.disableAutoRange()
        self._view.setDefaultPadding(0.0)
        self._view.setMouseEnabled(x=True, y=False)

    def _to_pixel(self, point: QPointF) -> QPointF:
        return QPointF(self._view.mapViewToScene(point))

    def _range_changed(self, *_unused: object) -> None:
        shown = self.visible_range()
        for item in self._items:
            item.show_range(shown)
        self._place_labels(shown)
        self.refresh_overlay()

    def _place_labels(self, shown: QRectF) -> None:
        columns = self.column_ticks(shown.left(), shown.right())
        wanted = int(self.plot_pixels()[1] / _PIXELS_PER_ROW)
        rows = round_values(shown.top(), shown.bottom(), wanted)
        places = decimal_places(round_step(shown.height(), wanted))
        if self.counts_things:
            rows, places = [value for value in rows if value.is_integer()], 0
        written = axis_amount(places)
        self.label_axis("bottom", [(tick.value, tick.label) for tick in columns])
        self.label_axis("right", [(value, written(value)) for value in rows])
        strong = [tick.value for tick in columns if tick.strong]
        self._grid.show_lines([tick.value for tick in columns if not tick.strong], strong, rows)
