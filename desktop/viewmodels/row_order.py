"""Decide which rows of a table are shown, and in which order."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Indexes = NDArray[np.intp]


def matching(texts: Sequence[str], words: str) -> NDArray[np.bool_]:
    """Return which texts contain every word of ``words``, whatever the case of either."""
    wanted = words.casefold().split()
    return np.fromiter((all(word in text for word in wanted) for text in texts), dtype=np.bool_, count=len(texts))


def sorted_indexes(values: Sequence[Any], *, descending: bool = False) -> Indexes:
    """Return the stable order of ``values``; missing ones (None, NaN) come last either way.

    The values are numbers or texts, not a mixture.
    """
    missing = np.fromiter((value is None or value != value for value in values), dtype=np.bool_, count=len(values))
    present = np.flatnonzero(~missing)
    keys = np.array([values[i] for i in present.tolist()])
    order = stable_descending(keys) if descending else np.argsort(keys, kind="stable")
    return np.concatenate([present[order], np.flatnonzero(missing)]).astype(np.intp)


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


def shown_indexes(
    texts: Sequence[str],
    words: str,
    values: Sequence[Any] | None,
    *,
    descending: bool,
    keep: Callable[[int], bool] | None = None,
) -> Indexes:
    """Return the row numbers to show, in order.

    Args:
        texts: One case-folded text per row, searched for ``words``.
        words: What the trader typed into the quick filter; empty shows everything.
        values: What to sort by, one per row; ``None`` keeps the order of arrival.
        descending: Largest first.
        keep: A further condition on the row number.
    """
    order = np.arange(len(texts)) if values is None else sorted_indexes(values, descending=descending)
    if words.strip():
        order = order[matching(texts, words)[order]]
    if keep is not None:
        order = order[np.fromiter((keep(i) for i in order.tolist()), dtype=np.bool_, count=len(order))]
    return order
