"""Decide in which order the rows of a table are shown."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Indexes = NDArray[np.intp]


def sorted_indexes(values: Sequence[Any], *, descending: bool = False) -> Indexes:
    """Return the stable order of ``values``; missing ones (None, NaN) come last either way.

    The values are numbers or texts, not a mixture.
    """
    missing = np.fromiter((value is None or value != value for value in values), dtype=np.bool_, count=len(values))
    present = np.flatnonzero(~missing)
    keys = np.array([values[i] for i in present.tolist()])
    order = stable_descending(keys) if descending else np.argsort(keys, kind="stable")
    return np.concatenate([present[order], np.flatnonzero(missing)]).astype(np.intp)


def ordered_by(rows: Indexes, keys: Sequence[tuple[Sequence[Any], bool]]) -> Indexes:
    """Return row numbers ordered by several keys, the one that counts most first; equal rows keep their order.

    Each key is one value per row of the table, and whether the largest comes first.
    """
    for values, descending in reversed(keys):
        rows = rows[sorted_indexes([values[i] for i in rows.tolist()], descending=descending)]
    return rows


def stable_descending(keys: NDArray[Any]) -> Indexes:
    """Return the order from largest to smallest that keeps equal keys as they stand."""
    backwards = np.argsort(keys[::-1], kind="stable")
    return (len(keys) - 1 - backwards)[::-1].astype(np.intp)


def runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Return ascending row numbers as contiguous (first, last) runs, both ends included."""
    if len(rows) == 0:
        return []
    ordered = np.asarray(rows, dtype=np.intp)
    breaks = np.flatnonzero(np.diff(ordered) > 1)
    firsts = ordered[np.concatenate([[0], breaks + 1])]
    lasts = ordered[np.concatenate([breaks, [len(ordered) - 1]])]
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))


def ordered_tree(
    levels: Sequence[int], keys: Sequence[tuple[Sequence[Any], bool]], pinned: Sequence[bool]
) -> list[int]:
    """Return the order of lines that are a tree, each sorted among those of its own parent.

    ``levels`` is the depth of each line, parents before their children. A ``pinned`` line stays before its siblings.
    """
    children: dict[int, list[int]] = {}
    above: list[int] = []
    for line, level in enumerate(levels):
        del above[level:]
        children.setdefault(above[-1] if above else -1, []).append(line)
        # A line deeper than its parent's next level fills the gap, so that nothing is lost.
        above += [line] * (level + 1 - len(above))
    result: list[int] = []
    waiting = _siblings(children, -1, keys, pinned)[::-1]
    while waiting:
        line = waiting.pop()
        result.append(line)
        waiting += _siblings(children, line, keys, pinned)[::-1]
    return result


def _siblings(
    children: dict[int, list[int]], parent: int, keys: Sequence[tuple[Sequence[Any], bool]], pinned: Sequence[bool]
) -> list[int]:
    found = children.get(parent, [])
    first = [line for line in found if pinned[line]]
    others = np.array([line for line in found if not pinned[line]], dtype=np.intp)
    return [*first, *ordered_by(others, keys).tolist()]
