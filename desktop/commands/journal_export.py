"""Write facts of a journal to a file, as lines, a document or a table, whole or not at all."""

import csv
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any, TextIO

from desktop.composition.journals import ChainedEntry
from desktop.composition.table_files import Cell, TableForm, write_table
from engine.domain.instant import iso_text, ist_datetime

_TITLES = ("seq", "at", "kind", "fact", "hash")
"""Columns of every table of facts."""


class ExportFormat(StrEnum):
    """How facts are laid out in a file."""

    JSONL = "jsonl"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"

    @classmethod
    def of(cls, file: Path) -> "ExportFormat | None":
        """Answer the format that a file's ending means, or None."""
        ending = file.suffix.lower().removeprefix(".")
        return cls.JSONL if ending == "ndjson" else next((form for form in cls if form.value == ending), None)


def fact_of(body: bytes) -> Any:
    """Answer a body as plain data; one that is no JSON as its text."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body.decode("utf-8", errors="replace")


def row_document(row: ChainedEntry) -> dict[str, Any]:
    """Answer one fact with its number, time (ISO 8601, +05:30), kind and chain hash."""
    try:
        at: str | int = iso_text(row.entry.at)
    except (OverflowError, ValueError):
        at = row.entry.at
    fact = fact_of(row.entry.body)
    return {"seq": row.seq, "at": at, "kind": row.entry.kind, "fact": fact, "hash": row.link.hex()}


def export_rows(rows: Iterable[ChainedEntry], out: Path, form: ExportFormat) -> int:
    """Write rows to ``out`` and answer how many; it appears under its name only when it is whole.

    Raises OSError, and FailureError where a sheet cannot hold them.
    """
    table = _TABLES.get(form)
    if table is not None:
        return write_table(_TITLES, _cells(rows), out, table)
    handle, name = tempfile.mkstemp(prefix=f".{out.name}.", suffix=".part", dir=out.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            written = _WRITERS[form](rows, file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return written


def _write_lines(rows: Iterable[ChainedEntry], file: TextIO) -> int:
    """Write one JSON document a line."""
    written = 0
    for row in rows:
        file.write(json.dumps(row_document(row), ensure_ascii=False) + "\n")
        written += 1
    return written


def _write_table(rows: Iterable[ChainedEntry], file: TextIO) -> int:
    """Write a table whose last column is the fact as JSON."""
    table = csv.writer(file)
    table.writerow(_TITLES)
    written = 0
    for row in rows:
        document = row_document(row)
        body = row.entry.body.decode("utf-8", errors="replace")
        table.writerow((row.seq, document["at"], row.entry.kind, body, document["hash"]))
        written += 1
    return written


def _write_document(rows: Iterable[ChainedEntry], file: TextIO) -> int:
    """Write one JSON array, a fact a line."""
    written = 0
    file.write("[")
    for row in rows:
        file.write(("," if written else "") + "\n" + json.dumps(row_document(row), ensure_ascii=False))
        written += 1
    file.write("\n]\n")
    return written


def _cells(rows: Iterable[ChainedEntry]) -> Iterator[list[Cell]]:
    """Yield facts as cells of a table; the time is a moment wherever a calendar reaches it."""
    for row in rows:
        try:
            at: Cell = ist_datetime(row.entry.at)
        except (OverflowError, ValueError):
            at = row.entry.at
        body = row.entry.body.decode("utf-8", errors="replace")
        yield [row.seq, at, row.entry.kind, body, row.link.hex()]


_TABLES = {ExportFormat.XLSX: TableForm.XLSX, ExportFormat.PARQUET: TableForm.PARQUET}

_WRITERS = {
    ExportFormat.JSONL: _write_lines,
    ExportFormat.JSON: _write_document,
    ExportFormat.CSV: _write_table,
}
