"""Remember which rows of a grid are selected, by key, so that re-ordering does not lose them."""

from collections.abc import Callable, Hashable, Sequence

KeyOf = Callable[[int], Hashable]


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
        place = {key: row for row, key in enumerate(keys)}
        before = dict(self._keys)
        current = before.get(self.row)
        self._keys = {place[key]: key for key in before.values() if key in place}
        self.row = place.get(current, -1) if current is not None else min(self.row, len(keys) - 1)
        self._anchor = self.row
        return before != self._keys
