"""Write facts of a journal to a file: JSON lines or CSV, whole or not at all."""

import csv
import json
import os
import tempfile
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Any, TextIO

from desktop.composition.journals import ChainedEntry
from engine.domain.instant import iso_text


class ExportFormat(StrEnum):
    """How facts are laid out in a file."""

    JSONL = "jsonl"
    CSV = "csv"

    @classmethod
    def of(cls, file: Path) -> "ExportFormat | None":
        """Answer the format that a file's ending means, or None."""
        return {".jsonl": cls.JSONL, ".ndjson": cls.JSONL, ".csv": cls.CSV}.get(file.suffix.lower())


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
    """Write rows to ``out`` and answer how many; it appears under its name only when it is whole. Raises OSError."""
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
    table.writerow(("seq", "at", "kind", "fact", "hash"))
    written = 0
    for row in rows:
        document = row_document(row)
        body = row.entry.body.decode("utf-8", errors="replace")
        table.writerow((row.seq, document["at"], row.entry.kind, body, document["hash"]))
        written += 1
    return written


_WRITERS = {ExportFormat.JSONL: _write_lines, ExportFormat.CSV: _write_table}
