"""An ordinary table for orders, trades and logs: quick filter, columns, sort, copy."""

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from desktop.presentation.fonts import ui_font
from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone
from desktop.viewmodels.columns import Align
from desktop.viewmodels.row_table import RowTableModel
from desktop.widgets.column_header import ColumnHeader
from desktop.widgets.text_cache import TextCache

_PADDING = 4
_SELECTED = QStyle.StateFlag.State_Selected.value


class CellDelegate(QStyledItemDelegate):
    """Paint cells straight from the model's text cache, past the roles: half the cost of a plain view."""

    def __init__(self, model: RowTableModel[Any], theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._cache = TextCache(ui_font(theme.metrics.font_pixels))
        self._pens = [QPen(theme.tone_colour(tone)) for tone in Tone]
        self._zebra = (QColor(theme.colours.panel), QColor(theme.colours.panel_alternate))
        self._selection = QColor(theme.colours.selection)
        self._align = [column.align for column in model.columns]

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one cell."""
        rect = option.rect
        row, column = index.row(), index.column()
        selected = option.state.value & _SELECTED
        painter.fillRect(rect, self._selection if selected else self._zebra[row & 1])
        text, tone = self._model.cell(row, column)
        if not text:
            return
        laid_out, width = self._cache.laid_out(text, rect.width() - 2 * _PADDING)
        align = self._align[column]
        if align == Align.RIGHT:
            x = rect.right() + 1 - _PADDING - width
        elif align == Align.LEFT:
            x = rect.left() + _PADDING
        else:
            x = rect.left() + (rect.width() - width) // 2
        painter.setFont(self._cache.font)
        painter.setPen(self._pens[tone])
        painter.drawStaticText(x, rect.top() + (rect.height() - self._cache.line_height) // 2, laid_out)

    def sizeHint(self, _option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the room the text wants, for a double click on a column's edge."""
        text, _tone = self._model.cell(index.row(), index.column())
        return QSize(self._cache.laid_out(text, 10_000).width + 2 * _PADDING, self._cache.line_height)


class DataTable(QWidget):
    """A table over a RowTableModel with a quick-filter line above it.

    Signals:
        row_activated: Row number in the model. Double click or Enter.
        context_menu_requested: Row number, column key, global position.
    """

    row_activated = Signal(int)
    context_menu_requested = Signal(int, str, QPoint)

    def __init__(
        self, model: RowTableModel[Any], theme: Theme, accessible_name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.model = model
        self.filter_line = QLineEdit(self)
        self.filter_line.setPlaceholderText("Filter: words in any column")
        self.filter_line.setClearButtonEnabled(True)
        self.filter_line.setProperty("finds", True)
        self.filter_line.setAccessibleName(f"Filter of {accessible_name}")
        self.filter_line.textChanged.connect(model.set_filter)
        self.view = _TableView(self)
        self._prepare_view(theme, accessible_name)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        layout.addWidget(self.filter_line)
        layout.addWidget(self.view)

    def header(self) -> ColumnHeader:
        """Return the header, for saving and restoring columns."""
        return self._header

    def selected_rows(self) -> list[int]:
        """Return the selected row numbers, ascending."""
        return sorted(index.row() for index in self.view.selectionModel().selectedRows())

    def tab_separated(self) -> str:
        """Return the selected rows, or all when none is selected, as tab-separated text with headers."""
        rows = self.selected_rows() or range(self.model.rowCount())
        return self.model.tab_separated(rows, self._header.shown_columns())

    def copy_selection(self) -> None:
        """Put ``tab_separated`` on the clipboard."""
        QGuiApplication.clipboard().setText(self.tab_separated())

    def _prepare_view(self, theme: Theme, accessible_name: str) -> None:
        view, model = self.view, self.model
        view.setAccessibleName(accessible_name)
        self._header = ColumnHeader(model.columns, theme.metrics, view)
        view.setHorizontalHeader(self._header)
        view.setModel(model)
        self._header.apply_defaults()
        view.setItemDelegate(CellDelegate(model, theme, view))
        view.verticalHeader().hide()
        # The least first: Qt lifts a row to the style's own least size otherwise.
        view.verticalHeader().setMinimumSectionSize(theme.metrics.row_height)
        view.verticalHeader().setDefaultSectionSize(theme.metrics.row_height)
        view.setShowGrid(False)
        view.setWordWrap(False)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        view.setTabKeyNavigation(False)
        self._header.setStretchLastSection(True)
        self._header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self._header.setSortIndicatorClearable(True)
        view.setSortingEnabled(True)
        view.activated.connect(lambda index: self.row_activated.emit(index.row()))
        view.copy_requested.connect(self.copy_selection)
        view.menu_requested.connect(self._report_context_menu)

    def _report_context_menu(self, index: QModelIndex, at: QPoint) -> None:
        self.context_menu_requested.emit(index.row(), self.model.columns[index.column()].key, at)


class _TableView(QTableView):
    """A table view that asks for a whole-row copy and for a menu where mouse or cursor is; its columns give way."""

    copy_requested = Signal()
    menu_requested = Signal(QModelIndex, QPoint)

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
        header = self.horizontalHeader()
        if isinstance(header, ColumnHeader):
            header.fit(self.viewport().width())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the selected rows; leave the rest to Qt."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_requested.emit()
            return
        super().keyPressEvent(event)
