"""Feed a painted grid: rows ready to draw, and what changed since the last frame."""

from collections.abc import Callable, Hashable, Sequence
from enum import IntEnum
from itertools import compress, count
from operator import is_not
from typing import Generic, Protocol, runtime_checkable

import msgspec
import numpy as np
from numpy.typing import NDArray

from desktop.presentation.tones import Tone
from desktop.viewmodels.cell_values import sort_values
from desktop.viewmodels.columns import Column, RowType
from desktop.viewmodels.row_order import ordered_tree
from desktop.viewmodels.table_look import SortBy


class Expander(IntEnum):
    """What stands before the first text of a row."""

    NONE = 0
    OPEN = 1
    CLOSED = 2


class GridRow(msgspec.Struct, frozen=True, gc=False):
    """One row ready to paint; the lists hold one entry per declared column.

    Attributes:
        texts: What each cell says.
        tones: ``Tone`` of each cell.
        bars: Length of each in-cell bar, 0 to 1, 0 for none; ``None`` when the row has no bars.
        level: Depth of indentation of the first column.
        bold: A subtotal.
        highlighted: The row to find at a glance, e.g. at the money.
        expander: Triangle that folds the rows below.
    """

    texts: list[str]
    tones: list[int]
    bars: list[float] | None = None
    level: int = 0
    bold: bool = False
    highlighted: bool = False
    expander: Expander = Expander.NONE


class GridChanges(msgspec.Struct, frozen=True):
    """What changed since the last frame.

    Attributes:
        reset: Rows came, went or moved; repaint everything.
        rows: Numbers of the changed rows, ascending.
        signs: int8 array (rows, columns): +1 or -1 where a cell flashes; ``None`` for no flash.
    """

    reset: bool
    rows: NDArray[np.intp]
    signs: NDArray[np.int8] | None = None


class GridSource(Protocol):
    """What a painted grid asks of its view model."""

    def row_count(self) -> int:
        """Return the number of rows to show."""
        ...

    def cells(self, first: int, last: int) -> Sequence[GridRow]:
        """Return rows ``first`` up to, not including, ``last``, ready to paint."""
        ...

    def take_changes(self) -> GridChanges:
        """Return what changed since the last call, and forget it."""
        ...

    def row_key(self, row: int) -> Hashable:
        """Return the lasting name of a row, by which a selection survives re-ordering."""
        ...

    def row_keys(self) -> Sequence[Hashable]:
        """Return the lasting names of all rows, in their order."""
        ...

    def tooltip(self, row: int, column: int) -> str:
        """Return an explanation of a cell, empty for none."""
        ...


@runtime_checkable
class SortableSource(Protocol):
    """A grid source whose rows can stand in another order than their own.

    Attributes:
        order_note: Why they cannot, in a sentence; empty where they can.
    """

    order_note: str

    def sort_by(self, sort: Sequence[SortBy]) -> None:
        """Sort by columns as they stand now, the one that counts most first; none restores the rows' own order."""
        ...


@runtime_checkable
class FoldingSource(Protocol):
    """A grid source with lines that can be folded away; their names last, so that they can be saved."""

    def folded(self) -> list[str]:
        """Return the names of the lines below which nothing is shown."""
        ...

    def fold(self, names: Sequence[str]) -> None:
        """Fold exactly these lines; names of lines that are not there are kept until they are."""
        ...


def folds_of(source: GridSource) -> list[str]:
    """Return the names of the folded lines; none of a source in which nothing can be folded."""
    return source.folded() if isinstance(source, FoldingSource) else []


def fold_lines(source: GridSource, names: Sequence[str]) -> None:
    """Fold exactly these lines, where lines can be folded."""
    if isinstance(source, FoldingSource):
        source.fold(names)


FoldKey = str | tuple[str, ...]
"""What a line that can be folded is known by: the parts of its name, or all of it."""


def _fold_name(key: FoldKey) -> str:
    return key if isinstance(key, str) else " › ".join(key)


class RowGridSource(Generic[RowType]):
    """A grid source over a list of immutable rows: hand the rows over, it finds what changed.

    Only changed rows are formatted again, and only when they are painted. Where it is sorted, rows of a tree stand
    sorted below their parent, and values that change move no row until it is sorted again.
    """

    def __init__(
        self,
        columns: Sequence[Column[RowType]],
        row_id: Callable[[RowType], Hashable],
        *,
        level: Callable[[RowType], int] = lambda _row: 0,
        bold: Callable[[RowType], bool] = lambda _row: False,
        highlighted: Callable[[RowType], bool] = lambda _row: False,
        expander: Callable[[RowType], Expander] = lambda _row: Expander.NONE,
        pinned: Callable[[RowType], bool] = lambda _row: False,
        order_note: str = "",
    ) -> None:
        """``pinned`` rows stand before their siblings in every order; ``order_note`` says why nothing can be sorted."""
        self.columns = tuple(columns)
        self.order_note = order_note
        self._pinned = pinned
        self._folded: set[str] = set()
        self._sort: list[SortBy] = []
        self._given: Sequence[RowType] = ()
        self._given_keys: list[Hashable] = []
        self._order: list[int] | None = None
        self._row_id = row_id
        self._level, self._bold, self._highlighted, self._expander = level, bold, highlighted, expander
        self._rows: list[RowType] = []
        self._keys: list[Hashable] = []
        self._painted: list[GridRow | None] = []
        self._reset = True
        self._dirty: set[int] = set()
        self._signs = np.zeros((0, len(self.columns)), dtype=np.int8)
        self._has_bars = any(column.bar for column in self.columns)
        self._flashing = [(number, column.flash) for number, column in enumerate(self.columns) if column.flash]

    def folded(self) -> list[str]:
        """Return the names of the lines below which nothing is shown."""
        return sorted(self._folded)

    def fold(self, names: Sequence[str]) -> None:
        """Fold exactly these lines; names of lines that are not there are kept until they are."""
        self._folded = set(names)
        self.forget_painted()
        self.show_folds()

    def show_folds(self) -> None:
        """Show what is not folded away; a source with a tree does it here."""

    def turn_fold(self, key: FoldKey) -> None:
        """Fold a line, or unfold it."""
        self.fold(sorted(self._folded ^ {_fold_name(key)}))

    def is_folded(self, key: FoldKey) -> bool:
        """Say whether a line is folded."""
        return bool(self._folded) and _fold_name(key) in self._folded

    def set_rows(self, rows: Sequence[RowType]) -> None:
        """Show these rows, in this order where nothing is sorted; rows equal to those shown cost next to nothing."""
        if len(rows) == len(self._given):
            others = list(compress(count(), map(is_not, rows, self._given)))
            if not others:
                return
            keys = list(self._given_keys)
            for place in others:
                keys[place] = self._row_id(rows[place])
        else:
            keys = list(map(self._row_id, rows))
        self._given = list(rows)
        if keys != self._given_keys:
            self._given_keys = keys
            self._order = self._sorted_order()
        self._take(rows, keys)

    def sort_by(self, sort: Sequence[SortBy]) -> None:
        """Sort by columns, the one that counts most first; none restores the order in which rows were handed over."""
        known = {column.key for column in self.columns}
        self._sort = [] if self.order_note else [one for one in sort if one.key in known]
        self._order = self._sorted_order()
        self._take(self._given, self._given_keys)

    def _sorted_order(self) -> list[int] | None:
        if not self._sort:
            return None
        rows = self._given
        by_key = {column.key: column for column in self.columns}
        keys = [(sort_values(by_key[one.key], rows), one.descending) for one in self._sort]
        return ordered_tree([self._level(row) for row in rows], keys, [self._pinned(row) for row in rows])

    def _take(self, rows: Sequence[RowType], keys: list[Hashable]) -> None:
        if self._order is not None:
            rows, keys = [rows[i] for i in self._order], [keys[i] for i in self._order]
        if keys != self._keys:
            # Rows are known by their identity: ready for painting are those that only moved.
            ready = {id(self._rows[place]): self._painted[place] for place in compress(count(), self._painted)}
            self._painted = list(map(ready.get, map(id, rows)))
            self._rows, self._keys = list(rows), keys
            self._signs = np.zeros((len(keys), len(self.columns)), dtype=np.int8)
            self._dirty.clear()
            self._reset = True
            return
        for number in compress(count(), map(is_not, self._rows, rows)):
            old, new = self._rows[number], rows[number]
            if old != new:
                self._change(number, old, new)

    def forget_painted(self) -> None:
        """Make what is shown ready for painting again, where more than the rows changed, such as what is folded."""
        self._painted = [None] * len(self._painted)

    def row(self, number: int) -> RowType:
        """Return the row shown at ``number``."""
        return self._rows[number]

    def level_of(self, row: RowType) -> int:
        """Return how deep a row stands in the tree; 0 in a flat table."""
        return self._level(row)

    def row_count(self) -> int:
        """Return the number of rows to show."""
        return len(self._rows)

    def cells(self, first: int, last: int) -> Sequence[GridRow]:
        """Return rows ``first`` up to, not including, ``last``, ready to paint."""
        return [self._painted[number] or self._paint(number) for number in range(first, min(last, len(self._rows)))]

    def take_changes(self) -> GridChanges:
        """Return what changed since the last call, and forget it."""
        rows = np.array(sorted(self._dirty), dtype=np.intp)
        signs = self._signs[rows] if len(rows) else None
        changes = GridChanges(self._reset, rows, signs)
        self._signs[rows] = 0
        self._dirty.clear()
        self._reset = False
        return changes

    def row_key(self, row: int) -> Hashable:
        """Return the lasting name of a row."""
        return self._keys[row]

    def row_keys(self) -> Sequence[Hashable]:
        """Return the lasting names of all rows, in their order."""
        return self._keys

    def tooltip(self, row: int, column: int) -> str:
        """Return the column's explanation of a cell, or the column's own."""
        declared = self.columns[column]
        return declared.cell_tooltip(self._rows[row]) if declared.cell_tooltip else declared.tooltip

    def _change(self, number: int, old: RowType, new: RowType) -> None:
        self._rows[number] = new
        self._painted[number] = None
        self._dirty.add(number)
        for column, value in self._flashing:
            before, after = value(old), value(new)
            self._signs[number, column] = (after > before) - (after < before)

    def _paint(self, number: int) -> GridRow:
        row = self._rows[number]
        painted = GridRow(
            texts=[column.text(row) for column in self.columns],
            tones=[column.tone(row) if column.tone else Tone.PLAIN for column in self.columns],
            bars=[column.bar(row) if column.bar else 0.0 for column in self.columns] if self._has_bars else None,
            level=self._level(row),
            bold=self._bold(row),
            highlighted=self._highlighted(row),
            expander=self._expander(row),
        )
        self._painted[number] = painted
        return painted
