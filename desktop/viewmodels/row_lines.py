"""The rows of a table and the lines it shows of them: filtered, sorted and grouped, without looking at all again."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from decimal import Decimal
from typing import Any, Generic

import msgspec
import numpy as np

from desktop.viewmodels.cell_values import cell_value, sort_values
from desktop.viewmodels.columns import Column, RowType
from desktop.viewmodels.row_filter import Filter, read_filter
from desktop.viewmodels.row_order import Indexes, ordered_by
from desktop.viewmodels.table_look import SortBy


class Grouping(msgspec.Struct, Generic[RowType], frozen=True, kw_only=True):
    """One way to put rows together.

    Attributes:
        key: Stable name, used in saved looks.
        title: What the menu says.
        name: Writes which group a row belongs to.
        rank: What groups are ordered by, ascending; None orders them by name.
    """

    key: str
    title: str
    name: Callable[[RowType], str]
    rank: Callable[[RowType], Any] | None = None


class RowLines(Generic[RowType]):
    """Rows by their number of arrival, and the lines to show.

    A line is a row's number, or below zero a group: ``-1 - number of the group``. Groups keep their numbers.

    Attributes:
        rows: Every row.
        index_of: Number of each row by its id.
        filter: The filter that was read last.
    """

    def __init__(
        self,
        columns: Sequence[Column[RowType]],
        row_id: Callable[[RowType], Hashable],
        words: dict[str, Callable[[RowType], str]],
    ) -> None:
        """``words`` are fields of the filter beside the columns, or in place of their texts."""
        self.rows: list[RowType] = []
        self.index_of: dict[Hashable, int] = {}
        self.filter = Filter()
        self._columns, self.row_id, self._words = tuple(columns), row_id, words
        self._by_field = {name: number for number, column in enumerate(columns) for name in _field_names(column)}
        self._texts: list[list[str] | None] = []
        self._search: list[str | None] = []
        self._fits: list[bool] = []
        self._keep: Callable[[RowType], bool] | None = None
        self._sort: list[SortBy] = []
        self._sorted_by: dict[str, list[Any]] = {}
        self._grouping: Grouping[RowType] | None = None
        self.groups: list[str] = []
        """Names of groups by their number; a name keeps its number as long as the table lives."""
        self._group_of: dict[str, int] = {}
        self.members: dict[int, list[int]] = {}
        """Rows of each group that is shown, by its number."""
        self.folded: set[str] = set()
        """Names of groups whose rows are not shown."""
        self._totals: dict[int, list[str]] = {}

    def fields(self) -> list[str]:
        """Return what can stand before a colon in the filter."""
        return sorted({*self._by_field, *self._words})

    def store(self, row: RowType) -> int:
        """Keep a row in place of the one with its id, or as a new one; return its number."""
        row_id = self.row_id(row)
        index = self.index_of.get(row_id)
        if index is None:
            index = self.index_of[row_id] = len(self.rows)
            self.rows.append(row)
            self._texts.append(None)
            self._search.append(None)
            self._fits.append(False)
        else:
            self.rows[index] = row
            self._texts[index] = self._search[index] = None
        self._fits[index] = self._is_wanted(index)
        if self._sorted_by:
            self._note_sort_value(index)
        if self._totals:
            self._totals.pop(self.group_of(index) or 0, None)
        return index

    def forget(self, gone: set[int]) -> Indexes:
        """Take rows away and return the new number of each old one, -1 for those that went."""
        kept = [i for i in range(len(self.rows)) if i not in gone]
        renumbered = np.full(len(self.rows), -1, dtype=np.intp)
        renumbered[kept] = np.arange(len(kept))
        self.rows = [self.rows[i] for i in kept]
        self._texts = [self._texts[i] for i in kept]
        self._search = [self._search[i] for i in kept]
        self._fits = [self._fits[i] for i in kept]
        self._sorted_by.clear()
        self.index_of = {self.row_id(row): i for i, row in enumerate(self.rows)}
        return renumbered

    def texts(self, index: int) -> list[str]:
        """Return what each column writes of a row."""
        texts = self._texts[index]
        if texts is None:
            row = self.rows[index]
            texts = self._texts[index] = [column.text(row) for column in self._columns]
        return texts

    def write_some(self, most: int) -> bool:
        """Write some rows that were not looked at, so that a filter finds them ready; return whether all are."""
        waiting = [i for i, text in enumerate(self._search) if text is None]
        for index in waiting[:most]:
            self._searched(index)
        return len(waiting) <= most

    # --- what is shown ------------------------------------------------------------------------------------------------

    def fits(self, index: int) -> bool:
        """Say whether a row passes filter and condition."""
        return self._fits[index]

    def set_filter(self, typed: str) -> None:
        """Show only rows that pass the typed words."""
        self.filter = read_filter(typed, self.fields())
        self._look_again()

    def set_condition(self, keep: Callable[[RowType], bool] | None) -> None:
        """Show only rows for which ``keep`` answers true; None shows all."""
        self._keep = keep
        self._look_again()

    def set_sort(self, sort: Sequence[SortBy]) -> None:
        """Sort by these columns; unknown ones count for nothing, none keeps the order of arrival."""
        known = {column.key for column in self._columns}
        self._sort = [one for one in sort if one.key in known]
        self._sorted_by = {key: values for key, values in self._sorted_by.items() if key in {s.key for s in self._sort}}

    @property
    def sort(self) -> list[SortBy]:
        """What the table is sorted by."""
        return self._sort

    def set_grouping(self, grouping: Grouping[RowType] | None) -> None:
        """Put rows together; None for one flat table."""
        if grouping is not self._grouping:
            self.folded.clear()
        self._grouping = grouping

    @property
    def grouping(self) -> Grouping[RowType] | None:
        """How rows are put together."""
        return self._grouping

    @property
    def is_arranged(self) -> bool:
        """Whether rows stand elsewhere than in the order of arrival."""
        return bool(self._sort) or self._grouping is not None

    def wanted(self) -> Indexes:
        """Return the lines to show, from top to bottom."""
        order = np.flatnonzero(np.array(self._fits, dtype=np.bool_)).astype(np.intp)
        if self._sort:
            order = ordered_by(order, [(self._values(one.key), one.descending) for one in self._sort])
        return order if self._grouping is None else self._grouped(order, self._grouping)

    def group_of(self, index: int) -> int | None:
        """Return the number of a row's group; None without a grouping."""
        return None if self._grouping is None else self._group_of.get(self._grouping.name(self.rows[index]))

    def group_texts(self, group: int) -> list[str]:
        """Return what each column writes above a group: nothing, or what its rows make together."""
        texts = self._totals.get(group)
        if texts is None:
            rows = [self.rows[i] for i in self.members.get(group, ())]
            texts = [column.total(rows) if column.total is not None and rows else "" for column in self._columns]
            self._totals[group] = texts
        return texts

    def group_title(self, group: int) -> str:
        """Return a group's name and how many rows it has."""
        count = len(self.members.get(group, ()))
        return f"{self.groups[group]} · {count:,}"

    def _grouped(self, order: Indexes, grouping: Grouping[RowType]) -> Indexes:
        self._totals.clear()
        members: dict[str, list[int]] = {}
        for index in order.tolist():
            members.setdefault(grouping.name(self.rows[index]), []).append(index)
        rank = grouping.rank
        names = sorted(members, key=str.casefold if rank is None else lambda name: rank(self.rows[members[name][0]]))
        self.members = {self._number_of(name): members[name] for name in names}
        lines: list[int] = []
        for name in names:
            lines.append(-1 - self._group_of[name])
            if name not in self.folded:
                lines += members[name]
        return np.array(lines, dtype=np.intp)

    def _number_of(self, name: str) -> int:
        number = self._group_of.get(name)
        if number is None:
            number = self._group_of[name] = len(self.groups)
            self.groups.append(name)
        return number

    def _values(self, key: str) -> list[Any]:
        values = self._sorted_by.get(key)
        if values is None:
            column = next(column for column in self._columns if column.key == key)
            values = self._sorted_by[key] = sort_values(column, self.rows)
        return values

    def _note_sort_value(self, index: int) -> None:
        for column in self._columns:
            values = self._sorted_by.get(column.key)
            if values is None:
                continue
            if column.sort_value is None:
                # Numbers that are written are numbers only as long as every row writes one.
                del self._sorted_by[column.key]
            else:
                values[index : index + 1] = [column.sort_value(self.rows[index])]

    def _look_again(self) -> None:
        self._fits = [self._is_wanted(index) for index in range(len(self.rows))]

    def _is_wanted(self, index: int) -> bool:
        row = self.rows[index]
        if self._keep is not None and not self._keep(row):
            return False
        if not self.filter.terms:
            return True
        return self.filter.matches(
            lambda: self._searched(index),
            lambda field: self._field_text(field, index),
            lambda field: self._number(field, row),
        )

    def _searched(self, index: int) -> str:
        text = self._search[index]
        if text is None:
            text = self._search[index] = " ".join(self.texts(index)).casefold()
        return text

    def _field_text(self, field: str, index: int) -> str:
        words = self._words.get(field)
        if words is not None:
            return words(self.rows[index]).casefold()
        texts, place = self._texts[index], self._by_field[field]
        return (self._columns[place].text(self.rows[index]) if texts is None else texts[place]).casefold()

    def _number(self, field: str, row: RowType) -> int | float | Decimal | None:
        place = self._by_field.get(field)
        value = None if place is None else cell_value(self._columns[place], row)
        return value if isinstance(value, int | float | Decimal) else None


def _field_names(column: Column[Any]) -> Iterable[str]:
    """Return what a column is called in a filter: its key and its title without spaces."""
    header = "".join(letter for letter in column.header.casefold() if letter.isalnum())
    return {column.key.casefold(), header} if header[:1].isalpha() else {column.key.casefold()}
