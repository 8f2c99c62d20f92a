"""Remember which rows of a grid are selected, by key, so that re-ordering does not lose them."""

from collections.abc import Callable, Hashable, Sequence

from PySide6.QtCore import Qt

KeyOf = Callable[[int], Hashable]


def steps_by_key(row: int, page: int, count: int) -> dict[int, int]:
    """Return to which row each key goes from a row of a grid of ``count`` rows; it may lie beyond its ends."""
    return {
        Qt.Key.Key_Up: row - 1,
        Qt.Key.Key_Down: row + 1,
        Qt.Key.Key_PageUp: row - page,
        Qt.Key.Key_PageDown: row + page,
        Qt.Key.Key_Home: 0,
        Qt.Key.Key_End: count - 1,
    }


class GridSelection:
    """A current cell, an anchor for ranges, and the selected rows."""

    def __init__(self) -> None:
        self.row = -1
        self.column = 0
        self._anchor = -1
        self._keys: dict[int, Hashable] = {}

    def __contains__(self, row: int) -> bool:
        return row in self._keys

    def rows(self) -> list[int]:
        """Return the selected row numbers, ascending."""
        return sorted(self._keys)

    def move(self, row: int, column: int, key_of: KeyOf, *, extend: bool) -> None:
        """Make a cell current and select its row, or the range from the anchor to it."""
        if not extend or self._anchor < 0:
            self._anchor = row
        first, last = sorted((self._anchor, row))
        self._keys = {number: key_of(number) for number in range(first, last + 1)}
        self.row, self.column = row, column

    def toggle(self, row: int, column: int, key_of: KeyOf) -> None:
        """Add a row to the selection or take it out."""
        if row in self._keys:
            del self._keys[row]
        else:
            self._keys[row] = key_of(row)
        self.row, self.column, self._anchor = row, column, row

    def select_all(self, count: int, key_of: KeyOf) -> None:
        """Select every row."""
        self._keys = {row: key_of(row) for row in range(count)}

    def follow(self, keys: Sequence[Hashable]) -> bool:
        """Find the selected rows again after the rows moved; return whether the selection changed."""
        if not self._keys:
            self.row = self._anchor = min(self.row, len(keys) - 1)
            return False
        place = {key: row for row, key in enumerate(keys)}
        before = dict(self._keys)
        current = before.get(self.row)
        self._keys = {place[key]: key for key in before.values() if key in place}
        self.row = place.get(current, -1) if current is not None else min(self.row, len(keys) - 1)
        self._anchor = self.row
        return before != self._keys
