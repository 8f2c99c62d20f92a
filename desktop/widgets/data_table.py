"""An ordinary table for orders, trades and logs: quick filter, columns, sort, groups, copy."""

from typing import Any

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPoint, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from desktop.presentation.theme import Theme
from desktop.viewmodels import row_filter
from desktop.viewmodels.row_table import RowTableModel
from desktop.viewmodels.table_look import AT_THE_END, TableLook
from desktop.widgets.column_header import ColumnHeader
from desktop.widgets.scroll_keeper import ScrollKeeper
from desktop.widgets.table_view import TableView

_SETTLES_AFTER_MS = 1_000
"""Rows that changed take their place this much later, so that none jumps away under the mouse."""
_WRITES_EVERY_MS, _WRITES = 30, 100
"""Rows written ahead of the first filter, a few at a time: two milliseconds each, where all at once would be seen."""


class DataTable(QWidget):
    """A table over a RowTableModel with a quick-filter line above it.

    Signals:
        row_activated: Row number in the model. Double click or Enter.
        context_menu_requested: Row number, column key, global position.
        group_menu_requested: Row number of a line above a group, global position.
        look_changed: Filter, grouping or sort are others than before.
    """

    row_activated = Signal(int)
    context_menu_requested = Signal(int, str, QPoint)
    group_menu_requested = Signal(int, QPoint)
    look_changed = Signal()

    def __init__(
        self, model: RowTableModel[Any], theme: Theme, accessible_name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.model = model
        self.filter_line = self._made_filter_line(accessible_name)
        self.view = TableView(model, theme, self)
        self.view.setAccessibleName(accessible_name)
        self.view.activated.connect(self._activate)
        self.view.copy_requested.connect(self.copy_selection)
        self.view.menu_requested.connect(self._report_context_menu)
        self.view.group_toggled.connect(model.toggle_group)
        self.header().sort_changed.connect(self._sort_changed)
        self._place = ScrollKeeper(self.view.verticalScrollBar())
        self._settling = QTimer(self, singleShot=True, interval=_SETTLES_AFTER_MS)
        self._settling.timeout.connect(model.refresh_order)
        model.went_stale.connect(self._settle_soon)
        model.filter_read.connect(self._show_problem)
        self._writing = QTimer(self, interval=_WRITES_EVERY_MS)
        self._writing.timeout.connect(self._write_some)
        model.rowsInserted.connect(lambda *_rows: self._writing.start())
        self._writing.start()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        layout.addWidget(self.filter_line)
        layout.addWidget(self.view)

    def header(self) -> ColumnHeader:
        """Return the header, for saving and restoring columns."""
        return self.view.columns

    def selected_rows(self) -> list[int]:
        """Return the selected row numbers, ascending; lines above groups are not among them."""
        rows = sorted(index.row() for index in self.view.selectionModel().selectedRows())
        return [row for row in rows if not self.model.is_group(row)]

    def select_group(self, row: int) -> None:
        """Select the rows below a line above a group, so that what is done to selected rows is done to them."""
        if self.model.is_folded(row):
            self.model.toggle_group(row)
        last = self.model.last_of_group(row)
        columns = QItemSelectionModel.SelectionFlag.Rows | QItemSelectionModel.SelectionFlag.ClearAndSelect
        rows = QItemSelection(self.model.index(row + 1, 0), self.model.index(last, 0))
        self.view.selectionModel().select(rows, columns)

    def look(self) -> TableLook:
        """Return how the trader looks at the table, for saving."""
        return TableLook(
            filter=self.filter_line.text(),
            group=self.model.grouping_key,
            folded=self.model.folded,
            sort=self.header().sort_keys(),
            top=self._place.top(),
        )

    def apply_look(self, look: TableLook) -> None:
        """Look at the table as it was saved; columns and groupings it does not have count for nothing."""
        self.filter_line.setText(look.filter)
        self.model.group_by(look.group, look.folded)
        self.header().sort_by(look.sort)
        if look.top != AT_THE_END:
            self._place.restore(look.top)
        self.look_changed.emit()

    def group_by(self, key: str) -> None:
        """Put rows together by a declared grouping; empty for none."""
        self.model.group_by(key)
        self.look_changed.emit()

    def tab_separated(self) -> str:
        """Return the selected rows, or all when none is selected, as tab-separated text with headers."""
        rows = self.selected_rows() or range(self.model.rowCount())
        return self.model.tab_separated(rows, self.header().shown_columns())

    def copy_selection(self) -> None:
        """Put ``tab_separated`` on the clipboard."""
        QGuiApplication.clipboard().setText(self.tab_separated())

    def _made_filter_line(self, accessible_name: str) -> QLineEdit:
        line = QLineEdit(self)
        line.setPlaceholderText("Filter: words, status:open, !word")
        line.setToolTip(row_filter.TIP)
        line.setMaxLength(row_filter.LONGEST)
        line.setClearButtonEnabled(True)
        line.setProperty("finds", True)
        line.setAccessibleName(f"Filter of {accessible_name}")
        line.setAccessibleDescription(row_filter.TIP)
        line.textChanged.connect(self._filter_changed)
        return line

    def _filter_changed(self, words: str) -> None:
        self.model.set_filter(words)
        self.look_changed.emit()

    def _show_problem(self, problem: str) -> None:
        self.filter_line.setToolTip(f"{problem}\n{row_filter.TIP}" if problem else row_filter.TIP)
        if bool(self.filter_line.property("invalid")) != bool(problem):
            self.filter_line.setProperty("invalid", bool(problem))
            self.filter_line.style().polish(self.filter_line)

    def _sort_changed(self, _sort: object) -> None:
        self.model.sort_by(self.header().sort_keys())
        self.look_changed.emit()

    def _activate(self, index: QModelIndex) -> None:
        if self.model.is_group(index.row()):
            self.model.toggle_group(index.row())
        else:
            self.row_activated.emit(index.row())

    def _settle_soon(self) -> None:
        if not self._settling.isActive():
            self._settling.start()

    def _write_some(self) -> None:
        if self.model.write_some(_WRITES):
            self._writing.stop()

    def _report_context_menu(self, index: QModelIndex, at: QPoint) -> None:
        if self.model.is_group(index.row()):
            self.group_menu_requested.emit(index.row(), at)
        else:
            self.context_menu_requested.emit(index.row(), self.model.columns[index.column()].key, at)
