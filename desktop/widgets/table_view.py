"""The view inside a table: copying, menus, columns that give way, and lines above groups that fold."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QContextMenuEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from desktop.presentation.theme import Theme
from desktop.viewmodels.row_table import RowTableModel
from desktop.widgets.column_header import ColumnHeader
from desktop.widgets.table_cells import GROUP_MARK_WIDTH, CellDelegate


class TableView(QTableView):
    """Asks for a whole-row copy and for a menu where mouse or cursor is; its columns give way.

    Signals:
        copy_requested: Nothing; the selected rows are meant.
        menu_requested: Index, global position.
        group_toggled: Row number of a line above a group.
    """

    copy_requested = Signal()
    menu_requested = Signal(QModelIndex, QPoint)
    group_toggled = Signal(int)

    def __init__(self, rows: RowTableModel[Any], theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows = rows
        self.columns = ColumnHeader(rows.columns, theme.metrics, self)
        self.setHorizontalHeader(self.columns)
        self.setModel(rows)
        self.columns.apply_defaults()
        self._cells = CellDelegate(rows, theme, self)
        self.setItemDelegate(self._cells)
        self.verticalHeader().hide()
        # The least first: Qt lifts a row to the style's own least size otherwise.
        self.verticalHeader().setMinimumSectionSize(theme.metrics.row_height)
        self.verticalHeader().setDefaultSectionSize(theme.metrics.row_height)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setTabKeyNavigation(False)
        self.columns.setStretchLastSection(True)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the cells, then the titles of groups over their lines."""
        self._cells.forget_line()
        super().paintEvent(event)
        self._cells.forget_line()
        if not self._rows.grouping_key:
            return
        painter = QPainter(self.viewport())
        first = max(0, self.rowAt(event.rect().top()))
        last = self.rowAt(event.rect().bottom())
        for row in range(first, (self.model().rowCount() if last < 0 else last + 1)):
            if self._rows.is_group(row):
                self._cells.paint_group(painter, row, self._title_rect(row))
        painter.end()

    def dataChanged(  # noqa: N802 - Qt's name
        self,
        first: QModelIndex | QPersistentModelIndex,
        last: QModelIndex | QPersistentModelIndex,
        roles: Sequence[int] = (),
    ) -> None:
        """Repaint the lines that changed, where they can be seen; Qt's own would repaint all of them."""
        if QAccessible.isActive():
            # Who listens to the table is told by Qt alone.
            super().dataChanged(first, last, list(roles))
            return
        top = self.rowViewportPosition(first.row())
        bottom = self.rowViewportPosition(last.row()) + self.rowHeight(last.row())
        if bottom > 0 and top < self.viewport().height():
            self.viewport().update(0, top, self.viewport().width(), bottom - top)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the line under the mouse; by key, of the current line."""
        if event.reason() != QContextMenuEvent.Reason.Keyboard:
            index, at = self.indexAt(event.pos()), event.globalPos()
        else:
            if not self.currentIndex().isValid() and self.model().rowCount():
                self.selectRow(0)
            index = self.currentIndex()
            self.scrollTo(index)
            at = self.viewport().mapToGlobal(self.visualRect(index).bottomLeft())
        if index.isValid():
            self.menu_requested.emit(index, at)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the columns for which there is room."""
        super().resizeEvent(event)
        self.columns.fit(self.viewport().width())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Fold or unfold the group whose mark is clicked; leave the rest to Qt."""
        super().mousePressEvent(event)
        row = self.indexAt(event.position().toPoint()).row()
        if row >= 0 and self._rows.is_group(row) and event.position().x() < GROUP_MARK_WIDTH:
            self.group_toggled.emit(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the selected rows, fold groups; leave the rest to Qt."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_requested.emit()
            return
        row = self.currentIndex().row()
        if row >= 0 and self._rows.is_group(row) and self._folds(event.key(), row):
            self.group_toggled.emit(row)
            return
        super().keyPressEvent(event)

    def _folds(self, key: int, row: int) -> bool:
        match key:
            case Qt.Key.Key_Space:
                return True
            case Qt.Key.Key_Left:
                return not self._rows.is_folded(row)
            case Qt.Key.Key_Right:
                return self._rows.is_folded(row)
            case _:
                return False

    def _title_rect(self, row: int) -> QRect:
        """Return the cells of a group's line that say nothing, from the left on."""
        top, height = self.rowViewportPosition(row), self.rowHeight(row)
        right = self.viewport().width()
        for column in self.columns.shown_columns()[1:]:
            if self._rows.cell(row, column)[0]:
                right = self.columnViewportPosition(column)
                break
        return QRect(0, top, max(right, 0), height)
