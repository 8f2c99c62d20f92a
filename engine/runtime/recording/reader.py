"""Open a recording and stream it as quote frames."""

import itertools
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from engine.domain.contract_master import ContractMaster
from engine.domain.instant import Instant, ist_date
from engine.domain.quote import IntArray, QuoteFrame
from engine.runtime.recording.errors import RecordingError, RecordingMisuseError
from engine.runtime.recording.layout import HEADER_KEY, LAYOUT_VERSION, Header, QuoteRows, rows_of, schema
from engine.runtime.recording.report import CleaningReport

_IMPORT_HINT = "make a recording with: legwork data import KIND SOURCE --out FILE"


class Recording:
    """A recording opened for reading; only its footer is in memory."""

    def __init__(self, path: Path, parquet: pq.ParquetFile, header: Header, master: ContractMaster) -> None:
        self.path = path
        self.header = header
        self.master = master
        self._parquet = parquet
        self._row_of_id = {instrument.id: row for row, instrument in enumerate(master.instruments)}

    @property
    def first(self) -> Instant:
        """Answer the stamp of the first frame."""
        return self.header.first

    @property
    def last(self) -> Instant:
        """Answer the stamp of the last frame."""
        return self.header.last

    @property
    def spacing(self) -> int:
        """Answer the median gap between quotes of one instrument, in µs; the stale limit of a replay builds on it."""
        return self.header.spacing

    @property
    def has_books(self) -> bool:
        """Say whether the recording has any bid or ask; where not, only last prices are known."""
        return self.header.has_books

    @property
    def report(self) -> CleaningReport:
        """Answer what was cleaned when the recording was made."""
        return self.header.report

    @property
    def underlyings(self) -> tuple[str, ...]:
        """Answer the underlyings that have quotes, options or only an index, in alphabetical order."""
        return tuple(sorted({instrument.underlying for instrument in self.master.instruments}))

    def refusal(self, underlying: str) -> str | None:
        """Answer why options of ``underlying`` cannot be traded on this recording, or None where they can."""
        if underlying in self.master.underlyings():
            return None
        if underlying in self.underlyings:
            return f"{self.path.name} holds {underlying} itself but none of its options; replay a chain recording of it"
        held = ", ".join(self.underlyings)
        return f"{self.path.name} is a recording of {held}, not of {underlying}; choose a recording of {underlying}"

    def days(self) -> tuple[date, ...]:
        """Answer the Indian dates that have quotes; reads the stamps of the whole file."""
        found: set[int] = set()
        for group in range(self._parquet.num_row_groups):
            stamps = self._read(group, ["at"]).column("at").cast(pa.int64()).to_numpy()
            edges = np.flatnonzero(np.diff(stamps, prepend=-1))
            found.update(ist_date(at).toordinal() for at in stamps[edges].tolist())
        return tuple(date.fromordinal(day) for day in sorted(found))

    def frames(self, from_: Instant | None = None, until: Instant | None = None) -> Iterator[QuoteFrame]:
        """Yield one frame per stamp in time order, from ``from_`` to ``until``, both included; None means no bound.

        One row group is in memory at a time. Raises RecordingError where the file turns out to be damaged.
        """
        before = -1
        for group in range(self._parquet.num_row_groups):
            low, high = self._stamps(group)
            if (from_ is not None and high < from_) or (until is not None and low > until):
                continue
            rows = self._group(group)
            if len(rows) and rows.at[0] <= before:
                raise self._damaged("its stamps are out of order")
            before = int(rows.at[-1]) if len(rows) else before
            yield from _frames(rows, from_, until)

    def close(self) -> None:
        """Let go of the file; frames cannot be read afterwards."""
        self._parquet.close()

    def _stamps(self, group: int) -> tuple[int, int]:
        statistics = self._parquet.metadata.row_group(group).column(0).statistics
        if statistics is None or not statistics.has_min_max:
            return self.first, self.last
        return int(statistics.min_raw), int(statistics.max_raw)

    def _group(self, group: int) -> QuoteRows:
        table = self._read(group, None).combine_chunks()
        if any(column.null_count for column in table.columns):
            raise self._damaged("it has empty cells")
        named = table.column("instrument")
        contract = np.concatenate([np.empty(0, np.int64), *(self._rows_of(chunk) for chunk in named.chunks)])
        rows = rows_of(table, contract, self.header.has_depth)
        step = np.diff(rows.at)
        if np.any(step < 0) or np.any((step == 0) & (np.diff(contract) <= 0)):
            raise self._damaged("its quotes are out of order")
        if np.any(rows.values < 0):
            raise self._damaged("it has prices or quantities below zero")
        rows.values.flags.writeable = False
        return rows

    def _rows_of(self, chunk: pa.DictionaryArray) -> IntArray:
        try:
            numbers = [self._row_of_id[name] for name in chunk.dictionary.to_pylist()]
        except KeyError as unknown:
            raise self._damaged(f"it quotes {unknown}, which is not among its contracts") from None
        except UnicodeDecodeError as trouble:
            raise self._damaged("it has instrument names that are no text") from trouble
        contract: IntArray = np.array(numbers, dtype=np.int64)[chunk.indices.to_numpy()]
        return contract

    def _read(self, group: int, columns: list[str] | None) -> pa.Table:
        try:
            return self._parquet.read_row_group(group, columns=columns)
        except (pa.ArrowException, OSError) as trouble:
            raise self._damaged("part of it cannot be read") from trouble

    def _damaged(self, how: str) -> RecordingError:
        return RecordingError(f"{self.path} is damaged: {how}; import it again from its sources")


def _frames(rows: QuoteRows, from_: Instant | None, until: Instant | None) -> Iterator[QuoteFrame]:
    start = 0 if from_ is None else int(np.searchsorted(rows.at, from_, side="left"))
    end = len(rows) if until is None else int(np.searchsorted(rows.at, until, side="right"))
    if start >= end:
        return
    edges = [start, *(np.flatnonzero(np.diff(rows.at[start:end])) + start + 1).tolist(), end]
    for low, high in itertools.pairwise(edges):
        depth = None if rows.depth is None else rows.depth[low:high]
        yield QuoteFrame(Instant(rows.at.item(low)), rows.contract[low:high], rows.values[low:high], depth)


def open_recording(path: Path) -> Recording:
    """Open a recording made by ``legwork data import``.

    Raises RecordingMisuseError where there is no such file, RecordingError where it is not a recording, is damaged,
    empty, or of a newer layout.
    """
    if not path.is_file():
        raise RecordingMisuseError(f"{path} is not a file; check the name, or {_IMPORT_HINT}")
    try:
        parquet = pq.ParquetFile(path, page_checksum_verification=True)
    except (pa.ArrowException, OSError) as trouble:
        raise RecordingError(f"{path} is not a whole Parquet file; import it again, or {_IMPORT_HINT}") from trouble
    header = _header(path, parquet)
    try:
        master = ContractMaster(header.contracts)
    except ValueError as trouble:
        raise RecordingError(f"{path} is damaged: {trouble}") from trouble
    return Recording(path, parquet, header, master)


class _Version(msgspec.Struct):
    layout: int


def _header(path: Path, parquet: pq.ParquetFile) -> Header:
    text = (parquet.metadata.metadata or {}).get(HEADER_KEY)
    if text is None:
        raise RecordingError(f"{path} is a Parquet file but not a recording; {_IMPORT_HINT}")
    try:
        version = msgspec.json.decode(text, type=_Version).layout
        if version != LAYOUT_VERSION:
            raise RecordingError(
                f"{path} has layout {version}, this Legwork reads layout {LAYOUT_VERSION}; "
                "import it again, or use the Legwork that made it"
            )
        header = msgspec.json.decode(text, type=Header)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as trouble:
        raise RecordingError(f"{path} has a damaged description ({trouble}); import it again") from trouble
    if not parquet.schema_arrow.equals(schema(header.has_depth)):
        raise RecordingError(f"{path} has other columns than layout {LAYOUT_VERSION}; import it again")
    if parquet.metadata.num_rows == 0:
        raise RecordingError(f"{path} is an empty recording: it holds no quotes; import a source that has some")
    if parquet.metadata.num_rows != header.quotes:
        raise RecordingError(f"{path} holds {parquet.metadata.num_rows:,} quotes where {header.quotes:,} belong")
    return header
