"""The latest quotes for other threads and processes: columns, a version per row, and copies that are never torn."""

from collections.abc import Callable

import numpy as np

from engine.domain.instant import ist_date
from engine.domain.quote import COLUMNS, IntArray, QuoteColumn, QuoteFrame, whole_rows

_MOST_TRIES = 200
_LAST = int(QuoteColumn.LAST_PRICE)

Allocate = Callable[[tuple[int, ...]], IntArray]
"""Makes a zeroed int64 array of a shape, in this process's memory or in memory shared with another."""


def in_process(shape: tuple[int, ...]) -> IntArray:
    """Answer a zeroed array in this process's memory."""
    return np.zeros(shape, dtype=np.int64)


class SharedBoard:
    """The latest quote of every instrument, written by one thread and copied by any other.

    A row's version is odd while the row is written and grows by two with every quote (a seqlock). Each reader keeps the
    versions it saw last and so knows what is new to it; a dirty flag would serve one reader only. NumPy lets go of the
    interpreter's lock while it copies many rows, so a plain copy can mix two quotes; ``copy`` looks at the versions
    before and after and copies again what was being written.

    A reader in another process sees the writes in the writer's order on x86. ARM does not promise that without
    barriers, which NumPy has not: there a row might be seen torn until the next look. The engine decides by arrays of
    its own and never by these.

    References, the prices that changes are counted from, are the previous close: the last price of the day before, or
    the first price of the session where there was none.
    """

    def __init__(self, size: int, allocate: Allocate = in_process) -> None:
        self._values = allocate((size, COLUMNS))
        self._whole = whole_rows(self._values)
        self._arrived = allocate((size,))
        self._versions = allocate((size,))
        self._references = allocate((size,))
        self._day = 0

    def __len__(self) -> int:
        return len(self._versions)

    def take(self, frame: QuoteFrame) -> None:
        """Overwrite the rows of a frame; for the one writing thread."""
        self._begin_day(frame)
        rows = frame.rows
        self._versions[rows] += 1
        self._whole[rows] = whole_rows(frame.values)
        self._arrived[rows] = frame.at
        self._versions[rows] += 1
        known = self._references[rows]
        if not known.all():
            self._references[rows] = np.where(known == 0, frame.values[:, _LAST], known)

    def copy(self, rows: IntArray, into: IntArray | None = None) -> IntArray:
        """Answer the quotes of rows, int64 (n, COLUMNS); zeros for rows below 0.

        ``into`` is an earlier copy of the same rows to be overwritten: where a row is written all the time and cannot
        be copied whole, its earlier quote stays (zeros without one).
        """
        wanted = np.asarray(rows, dtype=np.int64)
        copied = np.zeros((len(wanted), COLUMNS), dtype=np.int64) if into is None else into
        left = np.flatnonzero(wanted >= 0)
        for _ in range(_MOST_TRIES):
            if not len(left):
                break
            places = wanted[left]
            before = self._versions[places]
            values = self._values[places]
            whole = (before == self._versions[places]) & (before & 1 == 0)
            copied[left[whole]] = values[whole]
            left = left[~whole]
        return copied

    def versions(self, rows: IntArray) -> IntArray:
        """Answer a number per row that grows with every quote, int64 (n,); 0 for rows below 0 or without a quote."""
        wanted = np.asarray(rows, dtype=np.int64)
        answer: IntArray = np.where(wanted >= 0, self._versions[np.maximum(wanted, 0)], 0)
        return answer

    def arrivals(self, rows: IntArray) -> IntArray:
        """Answer when each row last arrived, as instants, int64 (n,); 0 for never and for rows below 0."""
        wanted = np.asarray(rows, dtype=np.int64)
        answer: IntArray = np.where(wanted >= 0, self._arrived[np.maximum(wanted, 0)], 0)
        return answer

    def references(self, rows: IntArray) -> IntArray:
        """Answer the prices that changes are counted from, 1/10,000 ₹, int64 (n,); 0 where there is none yet."""
        wanted = np.asarray(rows, dtype=np.int64)
        answer: IntArray = np.where(wanted >= 0, self._references[np.maximum(wanted, 0)], 0)
        return answer

    def _begin_day(self, frame: QuoteFrame) -> None:
        day = ist_date(frame.at).toordinal()
        if day != self._day:
            if self._day:
                self._references[:] = self._values[:, _LAST]
            self._day = day
