"""What the trades of the history came to: figures, equity with its drawdown, sums, and a calendar of days."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QHeaderView, QTableView, QTabWidget, QVBoxLayout, QWidget

from desktop.presentation.theme import Theme
from desktop.viewmodels.row_table import RowTableModel
from desktop.viewmodels.trade_figures import BUCKET_COLUMNS, FIGURE_COLUMNS, SUMS, CalendarModel, Figure, figures
from desktop.widgets.data_table import DataTable
from desktop.widgets.equity_chart import EquityChart
from engine.views.trade_statistics import Bucket, DayResult, TradeStatistics

_ROWS_PER_WEEK = 2.3
"""Height of a week in rows of a table: a date above an amount."""
_LEAST_DAY = 60
_WEEKEND = (5, 6)
"""Columns that are only shown where something was traded on them: special sessions, coins."""


class TradeFigures(QTabWidget):
    """The statistics of the trades that are shown, a page for each way to look at them.

    Signals:
        day_chosen: A date of the calendar.
    """

    day_chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDocumentMode(True)
        self.tabBar().setAccessibleName("Pages of the statistics")
        self.figures = RowTableModel[Figure](FIGURE_COLUMNS, lambda row: row.name, theme, self)
        self.table = DataTable(self.figures, theme, "Statistics")
        self.table.filter_line.hide()
        self.equity = EquityChart(theme, "Equity and drawdown")
        self.sums = RowTableModel[tuple[int, Bucket]](BUCKET_COLUMNS, lambda row: row[1].name, theme, self)
        self.calendar = CalendarModel(theme, self)
        self.days = self._calendar_view(theme)
        self._found: TradeStatistics | None = None
        self.addTab(self.table, "Figures")
        self.addTab(self.equity, "Equity")
        self.addTab(self._sums_page(theme), "Sums")
        self.addTab(self.days, "Calendar")

    def show_statistics(self, found: TradeStatistics, days: Sequence[DayResult]) -> None:
        """Show other figures; ``days`` are those of the calendar."""
        self._found = found
        self.figures.replace_all(figures(found))
        self.equity.show_equity(found.equity_at, found.equity)
        self._show_sums()
        if self.calendar.show_days(days):
            weekend = any(day.day.weekday() in _WEEKEND for day in days)
            for column in _WEEKEND:
                self.days.setColumnHidden(column, not weekend)
            self.days.scrollToBottom()

    def _sums_page(self, theme: Theme) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 2, 0, 0)
        column.setSpacing(2)
        self.sums_by = QComboBox(page)
        self.sums_by.addItems(list(SUMS))
        self.sums_by.setAccessibleName("Sum up by")
        self.sums_by.currentTextChanged.connect(lambda _text: self._show_sums())
        column.addWidget(self.sums_by)
        self.sums_table = DataTable(self.sums, theme, "Sums of trades", page)
        self.sums_table.filter_line.hide()
        column.addWidget(self.sums_table)
        return page

    def _show_sums(self) -> None:
        if self._found is not None:
            chosen = SUMS[self.sums_by.currentText()](self._found)
            # What is summed up otherwise begins anew, in its own order.
            self.sums.replace_all([])
            self.sums.replace_all(enumerate(chosen))

    def _calendar_view(self, theme: Theme) -> QTableView:
        view = QTableView()
        view.setAccessibleName("Calendar of days")
        view.setModel(self.calendar)
        view.setShowGrid(True)
        view.setTabKeyNavigation(False)
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.setCornerButtonEnabled(False)
        across, down = view.horizontalHeader(), view.verticalHeader()
        across.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        across.setMinimumSectionSize(_LEAST_DAY)
        down.setDefaultSectionSize(round(theme.metrics.row_height * _ROWS_PER_WEEK))
        view.activated.connect(self._day_activated)
        return view

    def _day_activated(self, index: QModelIndex) -> None:
        day = self.calendar.day_at(index.row(), index.column())
        if day is not None:
            self.day_chosen.emit(day)
