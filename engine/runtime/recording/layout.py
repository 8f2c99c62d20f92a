"""The one Parquet layout of recorded market data; README.md beside this file describes it on one page."""

from collections.abc import Iterator

import msgspec
import numpy as np
import pyarrow as pa

from engine.domain.instant import Instant
from engine.domain.instrument import Instrument
from engine.domain.quote import COLUMNS, DEPTH_LEVELS, IntArray, QuoteColumn
from engine.runtime.recording.report import CleaningReport

LAYOUT_VERSION = 1
HEADER_KEY = b"legwork.recording"

STAMP = pa.timestamp("us", tz="UTC")
VALUE_NAMES: tuple[str, ...] = tuple(column.name.lower() for column in QuoteColumn)
DEPTH_NAMES: tuple[str, ...] = tuple(
    f"{name}_{level}" for level in range(1, DEPTH_LEVELS + 1) for name in ("bid", "bid_quantity", "ask", "ask_quantity")
)


class SourceFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that a recording was made from: its name without folders, size in bytes and SHA-256."""

    name: str
    size: int
    sha256: str


class Header(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything about a recording but its quotes; stored as JSON in the Parquet footer under HEADER_KEY.

    ``spacing`` is the median gap between two quotes of one instrument on one day, in µs: how old a healthy quote may
    grow. ``has_books`` says whether there is any bid or ask; where not, only last prices are known. ``contracts`` lists
    the instruments that the quotes name; their order is the order within a stamp.
    """

    layout: int
    kind: str
    sources: tuple[SourceFile, ...]
    first: Instant
    last: Instant
    spacing: int
    quotes: int
    has_books: bool
    has_depth: bool
    contracts: tuple[Instrument, ...]
    report: CleaningReport


class QuoteRows(msgspec.Struct, frozen=True, eq=False):
    """Quotes of many stamps side by side.

    ``at`` int64 (n,) in µs since 1970 UTC; ``contract`` int64 (n,), the number in the list of contracts; ``values``
    int64 (n, COLUMNS) by QuoteColumn; ``depth`` int64 (n, DEPTH_LEVELS, 4) or None, as in QuoteFrame.
    """

    at: IntArray
    contract: IntArray
    values: IntArray
    depth: IntArray | None = None

    def __len__(self) -> int:
        return len(self.at)

    def take(self, chosen: IntArray | np.ndarray[tuple[int], np.dtype[np.bool_]] | slice) -> "QuoteRows":
        """Answer some of the rows: by mask, numbers or slice."""
        depth = None if self.depth is None else self.depth[chosen]
        return QuoteRows(self.at[chosen], self.contract[chosen], self.values[chosen], depth)


def schema(has_depth: bool) -> pa.Schema:
    """Answer the columns of a recording."""
    whole = [pa.field(name, pa.int64(), nullable=False) for name in VALUE_NAMES[: QuoteColumn.TRADED_AT]]
    levels = [pa.field(name, pa.int64(), nullable=False) for name in DEPTH_NAMES] if has_depth else []
    return pa.schema(
        [
            pa.field("at", STAMP, nullable=False),
            pa.field("instrument", pa.dictionary(pa.int32(), pa.string()), nullable=False),
            *whole,
            pa.field(VALUE_NAMES[QuoteColumn.TRADED_AT], STAMP, nullable=False),
            *levels,
        ]
    )


def table_of(rows: QuoteRows, ids: pa.Array) -> pa.Table:
    """Answer quotes as an Arrow table in the layout; ``ids`` are the instrument ids by contract number."""
    columns: list[pa.Array] = [
        pa.array(rows.at).cast(STAMP),
        pa.DictionaryArray.from_arrays(pa.array(rows.contract.astype(np.int32)), ids),
        *(pa.array(rows.values[:, column]) for column in range(COLUMNS - 1)),
        pa.array(rows.values[:, QuoteColumn.TRADED_AT]).cast(STAMP),
    ]
    if rows.depth is not None:
        flat = rows.depth.reshape(len(rows), -1)
        columns += [pa.array(flat[:, column]) for column in range(flat.shape[1])]
    return pa.Table.from_arrays(columns, schema=schema(rows.depth is not None))


def rows_of(table: pa.Table, contract: IntArray, has_depth: bool) -> QuoteRows:
    """Answer an Arrow table in the layout as quotes whose contract numbers are given."""
    size = table.num_rows
    values = np.empty((size, COLUMNS), dtype=np.int64)
    for column, name in enumerate(VALUE_NAMES):
        values[:, column] = whole_numbers(table.column(name))
    depth = None
    if has_depth:
        flat = np.empty((size, len(DEPTH_NAMES)), dtype=np.int64)
        for column, name in enumerate(DEPTH_NAMES):
            flat[:, column] = whole_numbers(table.column(name))
        depth = flat.reshape(size, DEPTH_LEVELS, 4)
    return QuoteRows(whole_numbers(table.column("at")), contract, values, depth)


def whole_numbers(column: pa.ChunkedArray) -> IntArray:
    """Answer a column of whole numbers or stamps as int64; stamps are µs since 1970 UTC."""
    numbers: IntArray = column.cast(pa.int64()).to_numpy()
    return numbers


_GROUP_ROWS = 32_768
_GROUP_ROWS_AT_MOST = 262_144


def row_groups(rows: QuoteRows, day_of: IntArray) -> Iterator[QuoteRows]:
    """Answer sorted quotes in row groups that end with a day, or with a stamp where a day is very long."""
    start = 0
    stamp_ends = np.flatnonzero(np.diff(rows.at, append=np.iinfo(np.int64).max)) + 1
    day_ends = stamp_ends[np.flatnonzero(np.diff(day_of[stamp_ends - 1], append=-1))]
    while start < len(rows):
        end = int(day_ends[np.searchsorted(day_ends, min(start + _GROUP_ROWS, len(rows)))])
        if end - start > _GROUP_ROWS_AT_MOST:
            end = int(stamp_ends[np.searchsorted(stamp_ends, start + _GROUP_ROWS)])
        yield rows.take(slice(start, end))
        start = end
