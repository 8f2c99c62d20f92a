"""Read the files that recordings are made from, and refuse with a sentence what is not as it should be."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from engine.domain.instant import DAY, IST, SECOND
from engine.domain.quote import IntArray
from engine.runtime.recording.errors import RecordingError, RecordingMisuseError
from engine.runtime.recording.layout import SourceFile

FloatArray = npt.NDArray[np.float64]

_IST_OFFSET = int(IST.utcoffset(None).total_seconds()) * SECOND
_NO_STAMP = 0


def refuse_missing(sources: Sequence[Path]) -> None:
    """Raise RecordingMisuseError unless every source is a file and none is named twice."""
    if not sources:
        raise RecordingMisuseError("No source file is named; name at least one file to import")
    for source in sources:
        if not source.exists():
            raise RecordingMisuseError(f"{source} does not exist; check the name of the source")
        if not source.is_file():
            raise RecordingMisuseError(f"{source} is not a file; name the file itself as the source")
    if len({source.resolve() for source in sources}) < len(sources):
        raise RecordingMisuseError("A source is named twice; name each file once")


def fingerprint(source: Path) -> SourceFile:
    """Answer name, size and SHA-256 of a source. Raises RecordingError where it cannot be read."""
    try:
        with source.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256")
            return SourceFile(name=source.name, size=opened.tell(), sha256=digest.hexdigest())
    except OSError as trouble:
        raise RecordingError(f"{source} cannot be read ({trouble.strerror}); check its permissions") from trouble


def read_columns(source: Path, kind: str, columns: Sequence[str]) -> pa.Table:
    """Answer ``columns`` of a Parquet source.

    Raises RecordingError where it is no whole Parquet file, lacks a column, or is empty.
    """
    try:
        with pq.ParquetFile(source) as parquet:
            present = set(parquet.schema_arrow.names)
            missing = [name for name in columns if name not in present]
            if missing:
                raise RecordingError(
                    f"{source} is not laid out as {kind}: it has no column {', '.join(missing)}; choose the right KIND"
                )
            table = parquet.read(columns=list(columns))
    except (pa.ArrowException, OSError) as trouble:
        raise RecordingError(f"{source} is empty, cut short or not a Parquet file; fetch it again") from trouble
    if table.num_rows == 0:
        raise RecordingError(f"{source} holds no rows; there is nothing to import")
    return table


def numbers(table: pa.Table, name: str, source: Path) -> FloatArray:
    """Answer a numeric column as float64, NaN where it is empty. Raises RecordingError for another type."""
    column = table.column(name)
    if not (pa.types.is_floating(column.type) or pa.types.is_integer(column.type) or pa.types.is_null(column.type)):
        raise RecordingError(
            f"{source}: column {name} holds {column.type}, numbers belong there; choose the right KIND"
        )
    found: FloatArray = pc.fill_null(column.cast(pa.float64(), safe=False), float("nan")).to_numpy()
    return found


def words(table: pa.Table, name: str, source: Path) -> pa.ChunkedArray:
    """Answer a text column, "" where it is empty. Raises RecordingError for another type."""
    column = table.column(name)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        raise RecordingError(f"{source}: column {name} holds {column.type}, text belongs there; choose the right KIND")
    return pc.fill_null(column, "")


def indian_stamps(table: pa.Table, name: str, source: Path) -> IntArray:
    """Answer a column of Indian wall-clock times without a zone as instants, 0 where it is empty."""
    column = table.column(name)
    if not pa.types.is_timestamp(column.type):
        raise RecordingError(f"{source}: column {name} holds {column.type}, stamps belong there; choose the right KIND")
    return from_wall_clock(column)


def from_wall_clock(column: pa.ChunkedArray) -> IntArray:
    """Answer stamps, zoneless ones taken as Indian time, as instants; 0 where empty."""
    shift = 0 if column.type.tz else _IST_OFFSET
    whole = pc.cast(column, pa.timestamp("us", column.type.tz), safe=False).cast(pa.int64())
    found: IntArray = pc.fill_null(whole, _NO_STAMP).to_numpy()
    return np.where(found == _NO_STAMP, _NO_STAMP, found - shift)


def indian_day(at: IntArray) -> IntArray:
    """Answer the Indian calendar day of instants, as days since 1970-01-01."""
    return (at + _IST_OFFSET) // DAY
