"""How long everything takes: each stage from the feed to the wire and back, and how smooth the window is."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox, QSplitter, QWidget

from desktop.viewmodels.latency import LatencyModel, StageRow, distribution
from desktop.viewmodels.times import latency_text
from desktop.widgets.column_header import ColumnHeader
from desktop.widgets.data_table import DataTable
from desktop.widgets.histogram_chart import HistogramChart
from desktop.windows.deeds import add_table_deeds, cursor_menu
from desktop.windows.panel import Desk, Links, Panel, muted_label
from desktop.workspace.frame_clock import FrameHealth
from engine.views.latency import Request

_LOOK_MS = 500
"""The status comes twice a second, and requests with it."""

_HALVES = [560, 440]
"""Pixels of the table and of the histogram at first; both grow alike."""

_KINDS: tuple[tuple[str, Request | None], ...] = (
    ("All requests", None),
    ("New orders", Request.PLACE),
    ("Changes", Request.MODIFY),
    ("Cancellations", Request.CANCEL),
)


class LatencyPanel(Panel):
    """A line for every stage with its percentiles, and beside it how often the selected one took how long."""

    def __init__(self, desk: Desk, links: Links, parent: QWidget | None = None) -> None:
        super().__init__("Latency", parent)
        self._bridge, self._links = desk.bridge, links
        self.model = LatencyModel(desk.bridge, desk.theme, self)
        self.table = DataTable(self.model, desk.theme, "Latency by stage", self)
        self.table.filter_line.hide()
        self.chart = HistogramChart(desk.theme, "How often a stage took how long", latency_text)
        self.kinds = QComboBox()
        self.kinds.setAccessibleName("Requests")
        self.kinds.setToolTip("Which requests to the broker the stages are of")
        self.smoothness = muted_label()
        self._looked_ms = -_LOOK_MS
        self._build()
        self._show_stage()

    def _build(self) -> None:
        for title, _request in _KINDS:
            self.kinds.addItem(title)
        bar = self.bar()
        bar.addWidget(self.kinds)
        bar.addWidget(self.smoothness, 1)
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.setChildrenCollapsible(False)
        halves.addWidget(self.table)
        halves.addWidget(self.chart)
        halves.setStretchFactor(0, 1)
        halves.setStretchFactor(1, 1)
        halves.setSizes(_HALVES)
        self.column.addWidget(halves, 1)
        self.kinds.currentIndexChanged.connect(self._choose_kind)
        self.table.view.selectionModel().selectionChanged.connect(lambda *_changed: self._show_stage())
        self.table.context_menu_requested.connect(self._open_menu)

    def table_header(self) -> ColumnHeader:
        """Return the header of the table."""
        return self.table.header()

    def selected(self) -> StageRow:
        """Return the selected stage; tick to order where none is."""
        rows = self.table.selected_rows()
        if rows:
            return self.model.row_at(rows[0])
        return next(row for row in self.model.shown_rows() if row.stage.key == "tick_to_order")

    def refresh(self, now_ms: int) -> None:
        """Compute the figures anew twice a second."""
        if now_ms - self._looked_ms < _LOOK_MS:
            return
        self._looked_ms = now_ms
        if self.model.renew():
            self._show_stage()
        self.smoothness.setText(self._smoothness(self._links.frame_health()))

    def _choose_kind(self, place: int) -> None:
        self.model.show_request(_KINDS[place][1])
        self._show_stage()

    def _show_stage(self) -> None:
        row = self.selected()
        found = distribution(self.model.samples(row.stage))
        marks = [
            (value, f"{name} {latency_text(value)}")
            for name, value in (("p50", row.p50), ("p99", row.p99))
            if value is not None
        ]
        self.chart.show_counts(
            found.edges, found.counts, marks, empty=f"{row.stage.title}: nothing was measured since this start"
        )

    def _smoothness(self, health: FrameHealth | None) -> str:
        status = self._bridge.status
        engine = "" if status is None else f"engine loop late by {latency_text(status.figures.loop_lag)}"
        if health is None:
            return engine
        window = (
            f"window: frame {health.median_ms:.1f} ms, p99 {health.p99_ms:.1f} ms at {health.hertz} Hz, "
            f"longest stall {health.worst_gap_ms:.0f} ms"
        )
        return f"{window} · {engine}" if engine else window

    def _open_menu(self, _row: int, column: str, at: QPoint) -> None:
        menu = cursor_menu(self)
        add_table_deeds(menu, self.table, column)
        menu.popup(at)
