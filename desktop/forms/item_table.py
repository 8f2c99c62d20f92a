"""The lines of a list in a form: one row per item, one column or several, and columns that live quotes fill."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableWidget, QTableWidgetItem, QWidget

_LINES_SHOWN = 6
_CELL_PADDING = 14
_CENTRE = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_OPENING_KEYS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2})


class ItemColumn(msgspec.Struct, frozen=True, kw_only=True):
    """One column of an item table.

    ``text`` writes an item's plain data, right or wrong; None for a column that ``show_live`` fills. ``field`` is the
    field whose input an opened cell goes to. ``letters`` is the width of a live column; 0 takes the room that is left.
    """

    title: str
    text: Callable[[Mapping[str, Any]], str] | None = None
    field: str = ""
    tip: str = ""
    letters: int = 6
    hides: bool = False
    """Whether the column is hidden while it is empty."""


class ItemTable(QTableWidget):
    """Rows of text; rows are selected, never cells edited.

    Signals:
        row_selected: Another row was selected; −1 for none.
        cell_opened: Enter, F2 or a double click on a cell; the field of its column, or ``""``.

    """

    row_selected = Signal(int)
    cell_opened = Signal(str)

    def __init__(self, columns: Sequence[ItemColumn], accessible_name: str, parent: QWidget | None = None) -> None:
        super().__init__(0, len(columns), parent)
        self.item_columns = tuple(columns)
        self.setAccessibleName(accessible_name)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self._letter = self.fontMetrics().averageCharWidth()
        self._line = self.fontMetrics().height() + 4
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(self._line)
        self._head()
        self.setFixedHeight(self._line * (_LINES_SHOWN + (0 if self.horizontalHeader().isHidden() else 1)) + 4)
        self.currentCellChanged.connect(self._current_changed)
        self.cellDoubleClicked.connect(lambda _row, column: self.cell_opened.emit(self.item_columns[column].field))

    def set_count(self, count: int) -> None:
        """Have so many rows; says nothing about the selection."""
        with QSignalBlocker(self):
            self.setRowCount(count)

    def write(self, row: int, texts: Sequence[str], tip: str) -> None:
        """Write the texts of a row from its first column on, and what pointing at it says."""
        for number, text in enumerate(texts):
            cell = self._cell(row, number)
            if cell.text() != text:
                cell.setText(text)
            if cell.toolTip() != tip:
                cell.setToolTip(tip)

    def show_live(self, rows: Sequence[Sequence[str]]) -> None:
        """Fill the live columns: for each row one text per live column; rows that are left out are emptied."""
        live = [number for number, column in enumerate(self.item_columns) if column.text is None]
        for row in range(self.rowCount()):
            texts = rows[row] if row < len(rows) else [""] * len(live)
            for number, text in zip(live, texts, strict=True):
                cell = self._cell(row, number)
                if cell.text() != text:
                    cell.setText(text)

    def fit_columns(self) -> None:
        """Show the columns that say something, as wide as what they say."""
        for number, column in enumerate(self.item_columns):
            longest = max((len(self._cell(row, number).text()) for row in range(self.rowCount())), default=0)
            if column.hides:
                self.setColumnHidden(number, not longest)
            if column.letters:
                letters = max(column.letters if column.text is None else longest, len(column.title), 2)
                self.setColumnWidth(number, letters * self._letter + _CELL_PADDING)

    def selected_row(self) -> int:
        """Return the selected row; −1 for none."""
        return self.currentRow()

    def select_row(self, row: int) -> None:
        """Select a row; −1 selects none."""
        self.setCurrentCell(row, max(0, self.currentColumn()) if row >= 0 else -1)

    def event(self, event: QEvent) -> bool:
        """Claim the keys of the table's own deeds before the window's actions of the same keys."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._deed_of(event):
            event.accept()
            return True
        return super().event(event)

    def _deed_of(self, event: QKeyEvent) -> QAction | None:
        keys = QKeySequence(event.keyCombination())
        return next((action for action in self.actions() if action.shortcut() == keys), None)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer the deeds; by key, at the current line."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        at = self.visualRect(self.currentIndex()).bottomLeft() if by_key else event.pos()
        menu = QMenu(self)
        menu.addActions(self.actions())
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.viewport().mapToGlobal(at))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Carry out a deed by its keys; open the cell on Enter and F2."""
        deed = self._deed_of(event)
        if deed is not None:
            deed.trigger()
            return
        if event.key() in _OPENING_KEYS and self.currentRow() >= 0:
            self.cell_opened.emit(self.item_columns[max(0, self.currentColumn())].field)
            return
        super().keyPressEvent(event)

    def _cell(self, row: int, number: int) -> QTableWidgetItem:
        cell = self.item(row, number)
        if cell is None:
            cell = QTableWidgetItem()
            lonely = len(self.item_columns) == 1
            cell.setTextAlignment(_LEFT if lonely else _CENTRE)
            self.setItem(row, number, cell)
        return cell

    def _head(self) -> None:
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(20)
        for number, column in enumerate(self.item_columns):
            title = QTableWidgetItem(column.title)
            title.setToolTip(column.tip or column.title)
            self.setHorizontalHeaderItem(number, title)
            if not column.letters:
                header.setSectionResizeMode(number, QHeaderView.ResizeMode.Stretch)
        header.setVisible(len(self.item_columns) > 1)

    def _current_changed(self, row: int, _column: int, before: int, _column_before: int) -> None:
        if row != before:
            self.row_selected.emit(row)
