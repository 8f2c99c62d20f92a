"""Show immutable rows as a Qt table that says once what has changed."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Generic

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush

from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone
from desktop.viewmodels.columns import Align, Column, RowType
from desktop.viewmodels.row_order import Indexes, runs, shown_indexes

# Enum look-ups cost more than the answers in data(), which Qt calls thousands of times per repaint.
DISPLAY_ROLE = Qt.ItemDataRole.DisplayRole.value
TOOLTIP_ROLE = Qt.ItemDataRole.ToolTipRole.value
ALIGNMENT_ROLE = Qt.ItemDataRole.TextAlignmentRole.value
FOREGROUND_ROLE = Qt.ItemDataRole.ForegroundRole.value
ROW_ROLE = Qt.ItemDataRole.UserRole.value
_CHANGED_ROLES = [DISPLAY_ROLE, FOREGROUND_ROLE]
_MIDDLE = Qt.AlignmentFlag.AlignVCenter
ALIGNMENTS: dict[Align, int] = {
    Align.LEFT: (Qt.AlignmentFlag.AlignLeft | _MIDDLE).value,
    Align.RIGHT: (Qt.AlignmentFlag.AlignRight | _MIDDLE).value,
    Align.CENTRE: (Qt.AlignmentFlag.AlignHCenter | _MIDDLE).value,
}
_NO_PARENT = QModelIndex()
_FLAGS = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren


class RowTableModel(QAbstractTableModel, Generic[RowType]):
    """A table over immutable rows, each known by its id.

    Updates never reset the model, so selection and scroll position stay. Values that change do not move
    their row under the mouse: call ``refresh_order`` once a second, or when the trader asks.
    """

    def __init__(
        self,
        columns: Sequence[Column[RowType]],
        row_id: Callable[[RowType], Hashable],
        theme: Theme,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._row_id = row_id
        self._brushes = {tone: QBrush(theme.tone_colour(tone)) for tone in Tone}
        self._rows: list[RowType] = []
        self._texts: list[list[str] | None] = []
        self._index_of: dict[Hashable, int] = {}
        self._shown: Indexes = np.arange(0)
        self._words = ""
        self._keep: Callable[[RowType], bool] | None = None
        self._sort_column: int | None = None
        self._descending = False

    def apply_rows(self, changed: Iterable[RowType]) -> None:
        """Replace the rows whose ids are known and add the others; one signal per contiguous run."""
        before = len(self._rows)
        touched: set[int] = set()
        for row in changed:
            touched.add(self._store(row))
        self._announce({index for index in touched if index < before})
        if len(self._rows) > before:
            self._show_added(before)

    def replace_all(self, rows: Iterable[RowType]) -> None:
        """Show exactly these rows: what is missing goes, what is new comes, the rest is updated."""
        wanted = {self._row_id(row): row for row in rows}
        self.remove([known for known in self._index_of if known not in wanted])
        self.apply_rows(wanted.values())

    def remove(self, ids: Iterable[Hashable]) -> None:
        """Take the rows with these ids away; unknown ids are ignored."""
        gone = {self._index_of[row_id] for row_id in ids if row_id in self._index_of}
        if not gone:
            return
        places = np.flatnonzero(np.isin(self._shown, list(gone)))
        for first, last in reversed(runs(places.tolist())):
            self.beginRemoveRows(_NO_PARENT, first, last)
            self._shown = np.delete(self._shown, slice(first, last + 1))
            self.endRemoveRows()
        self._forget(gone)

    def set_filter(self, words: str) -> None:
        """Show only rows whose texts contain every word, whatever the case."""
        self._words = words
        self.refresh_order()

    def set_condition(self, keep: Callable[[RowType], bool] | None) -> None:
        """Show only rows for which ``keep`` answers true; ``None`` shows all."""
        self._keep = keep
        self.refresh_order()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; -1 restores the order of arrival."""
        self._sort_column = column if 0 <= column < len(self.columns) else None
        self._descending = order == Qt.SortOrder.DescendingOrder
        self.refresh_order()

    def refresh_order(self) -> None:
        """Filter and sort anew, keeping selected rows selected."""
        wanted = self._wanted_order()
        if np.array_equal(wanted, self._shown):
            return
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        stored = [int(self._shown[index.row()]) for index in old]
        self._shown = wanted
        place = {index: row for row, index in enumerate(wanted.tolist())}
        new = [
            self.index(place[stored_row], index.column()) if stored_row in place else QModelIndex()
            for stored_row, index in zip(stored, old, strict=True)
        ]
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    def row_at(self, row: int) -> RowType:
        """Return the row shown at ``row``, counted from the top."""
        return self._rows[int(self._shown[row])]

    def place_of(self, row_id: Hashable) -> int | None:
        """Return where the row with this id is shown, or None when it is filtered out or unknown."""
        index = self._index_of.get(row_id)
        if index is None:
            return None
        places = np.flatnonzero(self._shown == index)
        return int(places[0]) if len(places) else None

    def shown_rows(self) -> list[RowType]:
        """Return the shown rows from top to bottom."""
        return [self._rows[i] for i in self._shown.tolist()]

    def cell(self, row: int, column: int) -> tuple[str, Tone]:
        """Return text and tone of a shown cell, for the painting delegate."""
        index = int(self._shown[row])
        tone = self.columns[column].tone
        return self._row_texts(index)[column], tone(self._rows[index]) if tone else Tone.PLAIN

    def tab_separated(self, rows: Iterable[int], columns: Sequence[int]) -> str:
        """Return shown rows as tab-separated lines under a line of headers, for the clipboard."""
        lines = ["\t".join(self.columns[c].header for c in columns)]
        for row in rows:
            texts = self._row_texts(int(self._shown[row]))
            lines.append("\t".join(texts[c] for c in columns))
        return "\n".join(lines)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:
        """Return the number of shown rows."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:
        """Return the number of declared columns."""
        return 0 if parent.isValid() else len(self.columns)

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        """Every cell can be selected, none edited."""
        return _FLAGS if index.isValid() else Qt.ItemFlag.NoItemFlags

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = DISPLAY_ROLE) -> Any:
        """Answer Qt's question about one cell."""
        if not index.isValid():
            return None
        stored, number = int(self._shown[index.row()]), index.column()
        if role == DISPLAY_ROLE:
            return self._row_texts(stored)[number]
        column = self.columns[number]
        if role == ALIGNMENT_ROLE:
            return ALIGNMENTS[column.align]
        if role == FOREGROUND_ROLE:
            return self._brushes[column.tone(self._rows[stored])] if column.tone else None
        if role == TOOLTIP_ROLE:
            return column.cell_tooltip(self._rows[stored]) if column.cell_tooltip else None
        return self._rows[stored] if role == ROW_ROLE else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = DISPLAY_ROLE) -> Any:
        """Answer Qt's question about one header."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        answers = {
            DISPLAY_ROLE: column.header,
            TOOLTIP_ROLE: column.tooltip or column.header,
            ALIGNMENT_ROLE: ALIGNMENTS[column.align],
        }
        return answers.get(role)

    def _store(self, row: RowType) -> int:
        row_id = self._row_id(row)
        index = self._index_of.get(row_id)
        if index is None:
            index = self._index_of[row_id] = len(self._rows)
            self._rows.append(row)
            self._texts.append(None)
        else:
            self._rows[index] = row
            self._texts[index] = None
        return index

    def _announce(self, stored: set[int]) -> None:
        if not stored:
            return
        places = np.flatnonzero(np.isin(self._shown, list(stored)))
        last_column = len(self.columns) - 1
        for first, last in runs(places.tolist()):
            self.dataChanged.emit(self.index(first, 0), self.index(last, last_column), _CHANGED_ROLES)

    def _show_added(self, first_stored: int) -> None:
        wanted = self._wanted_order()
        added = wanted[wanted >= first_stored]
        if len(added) == 0:
            return
        end = len(self._shown)
        self.beginInsertRows(_NO_PARENT, end, end + len(added) - 1)
        self._shown = np.concatenate([self._shown, added])
        self.endInsertRows()
        if self._sort_column is not None:
            self.refresh_order()

    def _forget(self, gone: set[int]) -> None:
        kept = [i for i in range(len(self._rows)) if i not in gone]
        renumbered = np.full(len(self._rows), -1, dtype=np.intp)
        renumbered[kept] = np.arange(len(kept))
        self._shown = renumbered[self._shown]
        self._rows = [self._rows[i] for i in kept]
        self._texts = [self._texts[i] for i in kept]
        self._index_of = {self._row_id(row): i for i, row in enumerate(self._rows)}

    def _wanted_order(self) -> Indexes:
        filtered = bool(self._words.strip())
        texts = [self._search_text(i) for i in range(len(self._rows))] if filtered else [""] * len(self._rows)
        keep = self._keep
        return shown_indexes(
            texts,
            self._words,
            self._sort_values(),
            descending=self._descending,
            keep=None if keep is None else lambda i: keep(self._rows[i]),
        )

    def _sort_values(self) -> list[Any] | None:
        if self._sort_column is None:
            return None
        value = self.columns[self._sort_column].sort_value
        if value is None:
            return [self._row_texts(i)[self._sort_column].casefold() for i in range(len(self._rows))]
        return [value(row) for row in self._rows]

    def _search_text(self, index: int) -> str:
        return " ".join(self._row_texts(index)).casefold()

    def _row_texts(self, index: int) -> list[str]:
        texts = self._texts[index]
        if texts is None:
            row = self._rows[index]
            texts = self._texts[index] = [column.text(row) for column in self.columns]
        return texts
