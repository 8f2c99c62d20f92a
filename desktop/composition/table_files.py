"""Write a table to a file, whole or not at all: CSV, Excel or Parquet."""

import csv
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from desktop.composition.failures import FailureError
from desktop.composition.table_conversion import MOST_SHEET_ROWS, CellKind, TableForm, write_form

__all__ = ["TITLES", "Cell", "CellKind", "TableForm", "convert_apart", "form_of", "write_table"]

Cell = bool | int | float | Decimal | str | date | datetime | None
"""What a cell can be; a moment with its zone, an amount as the exact Decimal of its ₹."""

Convert = Callable[[TableForm, Path, Sequence[CellKind], Path], None]
"""Writes a CSV of ours, with the kinds of its columns, in another form."""

TITLES: dict[TableForm, str] = {
    TableForm.CSV: "CSV (*.csv)",
    TableForm.XLSX: "Excel (*.xlsx)",
    TableForm.PARQUET: "Parquet (*.parquet)",
}
"""What the forms are called where one is chosen."""

_TOLD_EVERY = 1_000
_WIDER: dict[frozenset[CellKind], CellKind] = {frozenset({CellKind.WHOLE, CellKind.DECIMAL}): CellKind.DECIMAL}


def form_of(path: Path) -> TableForm | None:
    """Answer the form that a file's ending means; None for another ending."""
    ending = path.suffix.casefold().removeprefix(".")
    return next((form for form in TableForm if form.value == ending), None)


def convert_apart(form: TableForm, source: Path, kinds: Sequence[CellKind], target: Path) -> None:
    """Convert in a process of its own, because packing a file holds the interpreter. Raises FailureError."""
    words = [sys.executable, "-m", "desktop.composition.table_conversion", form.value, str(source), str(target)]
    done = subprocess.run([*words, *kinds], capture_output=True, encoding="utf-8", check=False, cwd=_INSTALLED)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise FailureError(said[-1] if said else "the program that packs the file ended without a word")


_INSTALLED = Path(__file__).resolve().parents[2]


def write_table(
    titles: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    path: Path,
    form: TableForm,
    *,
    convert: Convert = write_form,
    told: Callable[[int], None] = lambda _count: None,
) -> int:
    """Write rows under their titles and answer how many; ``path`` appears only when it is whole, or is as it was.

    Titles that come twice are told apart by a number. ``told`` hears how many rows are written, every thousand.
    Raises FailureError with a sentence.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
            plain, packed = Path(folder, "table.csv"), Path(folder, path.name)
            count, kinds = _write_plain(_unique(titles), rows, plain, told)
            if form is TableForm.XLSX and count > MOST_SHEET_ROWS:
                raise FailureError(
                    f"Excel takes {MOST_SHEET_ROWS:,} lines, and these are {count:,}: write a CSV or Parquet file"
                )
            if form is not TableForm.CSV:
                convert(form, plain, kinds, packed)
            _publish(plain if form is TableForm.CSV else packed, path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise FailureError(f"{path} cannot be written ({reason}): check the folder and the disk's space") from error
    return count


def _write_plain(
    titles: Sequence[str], rows: Iterable[Sequence[Cell]], path: Path, told: Callable[[int], None]
) -> tuple[int, list[CellKind]]:
    count = 0
    seen: list[set[CellKind]] = [set() for _title in titles]
    # The mark at its beginning has Excel read ₹ and − as they are.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(titles)
        for count, row in enumerate(rows, start=1):
            for kinds, cell in zip(seen, row, strict=True):
                if cell is not None:
                    kinds.add(_kind(cell))
            lines.writerow([_text(cell) for cell in row])
            if count % _TOLD_EVERY == 0:
                told(count)
        file.flush()
        os.fsync(file.fileno())
    return count, [_together(kinds) for kinds in seen]


def _publish(whole: Path, path: Path) -> None:
    """Let a written file appear under its name, after it is on the disk."""
    with whole.open("rb") as file:
        os.fsync(file.fileno())
    whole.replace(path)


def _unique(titles: Sequence[str]) -> list[str]:
    seen: dict[str, int] = {}
    result = []
    for title in titles:
        seen[title] = seen.get(title, 0) + 1
        result.append(title if seen[title] == 1 else f"{title} {seen[title]}")
    return result


def _kind(cell: Cell) -> CellKind:
    match cell:
        case bool():
            return CellKind.TRUTH
        case int():
            return CellKind.WHOLE
        case float() | Decimal():
            return CellKind.DECIMAL
        case datetime():
            return CellKind.MOMENT
        case date():
            return CellKind.DAY
        case _:
            return CellKind.TEXT


def _together(kinds: set[CellKind]) -> CellKind:
    if len(kinds) == 1:
        return next(iter(kinds))
    return _WIDER.get(frozenset(kinds), CellKind.TEXT)


def _text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case Decimal():
            return f"{cell:f}"
        case date():
            return cell.isoformat()
        case _:
            return str(cell)
