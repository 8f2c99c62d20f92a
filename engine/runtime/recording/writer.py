"""Write a recording so that either the whole file appears or nothing does."""

import contextlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from engine.runtime.recording.errors import RecordingError, RecordingMisuseError
from engine.runtime.recording.layout import HEADER_KEY, Header, QuoteRows, schema, table_of


def refuse_existing(out: Path, *, force: bool) -> None:
    """Raise RecordingMisuseError where ``out`` may not be written: it is there already, or its folder is not."""
    if out.is_dir():
        raise RecordingMisuseError(f"{out} is a folder; give --out a file name such as {out / 'day.parquet'}")
    if out.exists() and not force:
        raise RecordingMisuseError(f"{out} is there already; choose another name, or --force to replace it")
    if not out.parent.is_dir():
        raise RecordingMisuseError(f"{out.parent} is not a folder; make it first, or choose another --out")


def write_recording(out: Path, header: Header, groups: Iterable[QuoteRows]) -> None:
    """Write ``groups``, already sorted by stamp and contract, as one recording; each becomes a row group.

    The same header and quotes give the same bytes. Raises RecordingError where the disk refuses.
    """
    try:
        with _whole_file(out) as draft:
            _write(draft, header, groups)
    except OSError as trouble:
        reason = trouble.strerror or str(trouble)
        raise RecordingError(f"{out} could not be written ({reason}); nothing was left there") from trouble


def _write(draft: Path, header: Header, groups: Iterable[QuoteRows]) -> None:
    columns = schema(header.has_depth)
    ids = pa.array([instrument.id for instrument in header.contracts], pa.string())
    encodings = {name: "DELTA_BINARY_PACKED" for name in columns.names if name != "instrument"}
    footer = columns.with_metadata({HEADER_KEY: msgspec.json.encode(header)})
    with pq.ParquetWriter(
        draft,
        footer,
        compression="zstd",
        use_dictionary=["instrument"],
        column_encoding=encodings,
        write_statistics=["at"],
        write_page_checksum=True,
    ) as parquet:
        for rows in groups:
            parquet.write_table(table_of(rows, ids).replace_schema_metadata(footer.metadata), row_group_size=len(rows))


@contextlib.contextmanager
def _whole_file(out: Path) -> Iterator[Path]:
    """Give a draft beside ``out`` that takes its place on success and is removed otherwise."""
    handle, name = tempfile.mkstemp(prefix=f".{out.name}.", suffix=".draft", dir=out.parent)
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
        with draft.open("rb+") as written:
            os.fsync(written.fileno())
        draft.chmod(0o644)
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
