"""Show immutable rows as a Qt table that says once what has changed."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, Generic

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QBrush

from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone
from desktop.viewmodels.columns import Align, Column, RowType
from desktop.viewmodels.row_lines import Grouping, RowLines
from desktop.viewmodels.row_order import Indexes, runs
from desktop.viewmodels.table_look import SortBy

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
    """A table over immutable rows, each known by its id, filtered, sorted and grouped without a proxy.

    Updates never reset the model, so selection and scroll position stay. Values that change do not move
    their row under the mouse: call ``refresh_order`` once a second, or when the trader asks.

    Attributes:
        groupings: How rows can be put together.

    Signals:
        went_stale: A row that changed would stand elsewhere, or nowhere; ``refresh_order`` puts it there.
        filter_read: What is wrong with the words of the filter, in a sentence; empty where nothing is.
    """

    went_stale = Signal()
    filter_read = Signal(str)

    def __init__(
        self,
        columns: Sequence[Column[RowType]],
        row_id: Callable[[RowType], Hashable],
        theme: Theme,
        parent: QObject | None = None,
        *,
        groupings: Sequence[Grouping[RowType]] = (),
        words: Mapping[str, Callable[[RowType], str]] | None = None,
    ) -> None:
        """``words`` are fields of the filter beside the columns, or in place of what those write."""
        super().__init__(parent)
        self.columns = tuple(columns)
        self.groupings = tuple(groupings)
        self._brushes = {tone: QBrush(theme.tone_colour(tone)) for tone in Tone}
        self._lines: RowLines[RowType] = RowLines(columns, row_id, dict(words or {}))
        self._shown: Indexes = np.arange(0)

    # --- rows come and go ---------------------------------------------------------------------------------------------

    def apply_rows(self, changed: Iterable[RowType]) -> None:
        """Replace the rows whose ids are known and add the others; one signal per contiguous run."""
        lines = self._lines
        before = len(lines.rows)
        known: dict[int, bool] = {}
        for row in changed:
            index = lines.store(row)
            if index < before:
                known[index] = lines.fits(index)
        self._announce(known)
        added = [index for index in range(before, len(lines.rows)) if lines.fits(index)]
        if added:
            self._show_added(added)

    def replace_all(self, rows: Iterable[RowType]) -> None:
        """Show exactly these rows: what is missing goes, what is new comes, the rest is updated."""
        wanted = {self._lines.row_id(row): row for row in rows}
        self.remove([known for known in self._lines.index_of if known not in wanted])
        self.apply_rows(wanted.values())

    def remove(self, ids: Iterable[Hashable]) -> None:
        """Take the rows with these ids away; unknown ids are ignored."""
        lines = self._lines
        gone = {lines.index_of[row_id] for row_id in ids if row_id in lines.index_of}
        if not gone:
            return
        places = np.flatnonzero(np.isin(self._shown, list(gone)))
        for first, last in reversed(runs(places.tolist())):
            self.beginRemoveRows(_NO_PARENT, first, last)
            self._shown = np.delete(self._shown, slice(first, last + 1))
            self.endRemoveRows()
        renumbered = lines.forget(gone)
        is_row = self._shown >= 0
        self._shown[is_row] = renumbered[self._shown[is_row]]
        if lines.grouping is not None:
            self.refresh_order()

    # --- which are shown ----------------------------------------------------------------------------------------------

    def set_filter(self, words: str) -> None:
        """Show only rows that pass the words, whatever the case; ``row_filter.TIP`` says how they are written."""
        self._lines.set_filter(words)
        self.filter_read.emit(self._lines.filter.problem)
        self.refresh_order()

    def set_condition(self, keep: Callable[[RowType], bool] | None) -> None:
        """Show only rows for which ``keep`` answers true; ``None`` shows all."""
        self._lines.set_condition(keep)
        self.refresh_order()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by one column; -1 restores the order of arrival."""
        known = 0 <= column < len(self.columns)
        self.sort_by([SortBy(self.columns[column].key, order == Qt.SortOrder.DescendingOrder)] if known else [])

    def sort_by(self, sort: Sequence[SortBy]) -> None:
        """Sort by columns, the one that counts most first; none restores the order of arrival."""
        self._lines.set_sort(sort)
        self.refresh_order()

    def group_by(self, key: str, folded: Iterable[str] = ()) -> None:
        """Put rows together by a declared grouping, some groups folded; an empty or unknown key shows them flat."""
        self._lines.set_grouping(next((one for one in self.groupings if one.key == key), None))
        self._lines.folded.update(folded)
        self.refresh_order()

    @property
    def grouping_key(self) -> str:
        """Key of the grouping; empty for none."""
        return self._lines.grouping.key if self._lines.grouping is not None else ""

    @property
    def folded(self) -> list[str]:
        """Names of the groups that are folded, in order."""
        return sorted(self._lines.folded)

    def is_group(self, row: int) -> bool:
        """Say whether a line stands above a group and is no row itself."""
        return bool(self._shown[row] < 0)

    def group_title(self, row: int) -> str:
        """Return what a line above a group says: its name and how many rows it has."""
        return self._lines.group_title(-1 - int(self._shown[row]))

    def is_folded(self, row: int) -> bool:
        """Say whether the rows below a line above a group are folded away."""
        return self._lines.groups[-1 - int(self._shown[row])] in self._lines.folded

    def toggle_group(self, row: int) -> None:
        """Fold the group above whose rows a line stands, or unfold it."""
        self._lines.folded ^= {self._lines.groups[-1 - int(self._shown[row])]}
        self.refresh_order()

    def last_of_group(self, row: int) -> int:
        """Return the last line of the group above whose rows a line stands; the line itself where it is folded."""
        return next((n - 1 for n in range(row + 1, len(self._shown)) if self._shown[n] < 0), len(self._shown) - 1)

    def fold_all(self, folded: bool) -> None:
        """Fold every group, or none."""
        self._lines.folded = {self._lines.groups[number] for number in self._lines.members} if folded else set()
        self.refresh_order()

    def write_some(self, most: int) -> bool:
        """Write some rows that were not looked at, so that a filter finds them ready; return whether all are."""
        return self._lines.write_some(most)

    def refresh_order(self) -> None:
        """Filter, sort and group anew, keeping selected rows selected."""
        wanted = self._lines.wanted()
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

    # --- what is asked ------------------------------------------------------------------------------------------------

    def row_at(self, row: int) -> RowType:
        """Return the row shown at ``row``, counted from the top. Raises LookupError for a line above a group."""
        line = int(self._shown[row])
        if line < 0:
            raise LookupError(f"line {row} stands above a group")
        return self._lines.rows[line]

    def place_of(self, row_id: Hashable) -> int | None:
        """Return where the row with this id is shown, or None when it is not shown or unknown."""
        index = self._lines.index_of.get(row_id)
        if index is None:
            return None
        places = np.flatnonzero(self._shown == index)
        return int(places[0]) if len(places) else None

    def shown_rows(self) -> list[RowType]:
        """Return the shown rows from top to bottom."""
        return [self._lines.rows[i] for i in self._shown.tolist() if i >= 0]

    def cell(self, row: int, column: int) -> tuple[str, Tone]:
        """Return text and tone of a shown cell, for the painting delegate."""
        line = int(self._shown[row])
        if line < 0:
            return self._lines.group_texts(-1 - line)[column], Tone.PLAIN
        tone = self.columns[column].tone
        return self._lines.texts(line)[column], tone(self._lines.rows[line]) if tone else Tone.PLAIN

    def line(self, row: int) -> tuple[Sequence[str], RowType | None]:
        """Return what every column writes of a shown line, and its row, None above a group; for who paints it."""
        line = int(self._shown[row])
        return (
            (self._lines.group_texts(-1 - line), None)
            if line < 0
            else (self._lines.texts(line), self._lines.rows[line])
        )

    def line_texts(self, row: int) -> list[str]:
        """Return what every column writes of a shown line; above a group its title and what its rows make together."""
        line = int(self._shown[row])
        if line >= 0:
            return self._lines.texts(line)
        totals = self._lines.group_texts(-1 - line)
        return [self._lines.group_title(-1 - line), *totals[1:]]

    def tab_separated(self, rows: Iterable[int], columns: Sequence[int]) -> str:
        """Return shown rows as tab-separated lines under a line of headers, for the clipboard."""
        lines = ["\t".join(self.columns[c].header for c in columns)]
        for row in rows:
            texts = self.line_texts(row)
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
        column = self.columns[number]
        if role == ALIGNMENT_ROLE:
            return ALIGNMENTS[column.align]
        if role == DISPLAY_ROLE:
            return self.line_texts(index.row())[number]
        if stored < 0:
            return None
        row = self._lines.rows[stored]
        if role == FOREGROUND_ROLE:
            return self._brushes[column.tone(row)] if column.tone else None
        if role == TOOLTIP_ROLE:
            return column.cell_tooltip(row) if column.cell_tooltip else None
        return row if role == ROW_ROLE else None

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

    # --- telling Qt ---------------------------------------------------------------------------------------------------

    def _announce(self, changed: Mapping[int, bool]) -> None:
        """Say which shown lines changed, those above groups too; ``changed`` tells whether each row still fits."""
        if not changed:
            return
        lines = self._lines
        touched = set(changed)
        if lines.grouping is not None:
            touched |= {-1 - group for index in changed if (group := lines.group_of(index)) is not None}
        here = np.isin(self._shown, list(touched))
        last_column = len(self.columns) - 1
        for first, last in runs(np.flatnonzero(here).tolist()):
            self.dataChanged.emit(self.index(first, 0), self.index(last, last_column), _CHANGED_ROLES)
        shown = int(np.count_nonzero(here & (self._shown >= 0)))
        if lines.is_arranged or shown != sum(changed.values()):
            self.went_stale.emit()

    def _show_added(self, added: Sequence[int]) -> None:
        if self._lines.is_arranged:
            self.refresh_order()
            return
        end = len(self._shown)
        self.beginInsertRows(_NO_PARENT, end, end + len(added) - 1)
        self._shown = np.concatenate([self._shown, np.array(added, dtype=np.intp)])
        self.endInsertRows()
