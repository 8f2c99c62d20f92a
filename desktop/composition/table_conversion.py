"""Turn a CSV of ours into Excel or Parquet; also a program of its own, so that packing holds up nobody."""

import csv
import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Any

MOST_SHEET_ROWS = 1_048_575
"""Rows of an Excel sheet below its line of titles."""
LONGEST_CELL = 32_767
"""Letters that a cell of Excel holds."""

_CUT = "… (cut here: Excel holds no more; CSV and Parquet have all of it)"
_CHUNK = 1_000
_DIGITS = 38
_WIDTHS = (8, 60)
_FAILED = 3


class TableForm(StrEnum):
    """How a table is laid out in a file; the value is the file's ending."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"


class CellKind(StrEnum):
    """What the cells of a column are."""

    WHOLE = "whole"
    DECIMAL = "decimal"
    MOMENT = "moment"
    DAY = "day"
    TRUTH = "truth"
    TEXT = "text"


def write_form(form: TableForm, source: Path, kinds: Sequence[CellKind], target: Path) -> None:
    """Write the CSV ``source``, whose columns are of ``kinds``, in another form. Raises OSError."""
    # A fact of a journal is one cell, and some are long.
    csv.field_size_limit(sys.maxsize)
    with source.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file)
        titles = next(lines)
        if form is TableForm.XLSX:
            _write_sheet(titles, kinds, lines, target)
        else:
            _write_parquet(titles, kinds, lines, source, target)


def _write_sheet(titles: list[str], kinds: Sequence[CellKind], lines: Iterator[list[str]], target: Path) -> None:
    import xlsxwriter

    # Texts stay texts, whatever they begin with: a formula in a name would be run by who opens the file.
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(target), options) as book:
        sheet = book.add_worksheet("Table")
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for column, title in enumerate(titles):
            sheet.set_column(column, column, min(max(len(title) + 3, _WIDTHS[0]), _WIDTHS[1]))
            sheet.write_string(0, column, title, bold)
        count = 0
        for count, line in enumerate(lines, start=1):
            for column, (kind, text) in enumerate(zip(kinds, line, strict=True)):
                _write_cell(sheet, count, column, kind, text)
        sheet.autofilter(0, 0, max(count, 1), max(len(titles) - 1, 0))


def _write_cell(sheet: Any, row: int, column: int, kind: CellKind, text: str) -> None:
    if not text:
        return
    match kind:
        case CellKind.WHOLE | CellKind.DECIMAL:
            # Excel keeps every number as a float of fifteen digits.
            sheet.write_number(row, column, float(text))
        case CellKind.TRUTH:
            sheet.write_boolean(row, column, text == "true")
        case _:
            cut = text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - len(_CUT)] + _CUT
            sheet.write_string(row, column, cut)


def _write_parquet(
    titles: list[str], kinds: Sequence[CellKind], lines: Iterator[list[str]], source: Path, target: Path
) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    places = _decimal_places(kinds, source)
    schema = pa.schema(
        [(title, _arrow_type(pa, kind, places[n])) for n, (title, kind) in enumerate(zip(titles, kinds, strict=True))]
    )
    with pq.ParquetWriter(str(target), schema) as writer:
        while chunk := list(islice(lines, _CHUNK)):
            columns = [
                pa.array([_value(kind, line[n]) for line in chunk], type=schema.field(n).type)
                for n, kind in enumerate(kinds)
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))


def _decimal_places(kinds: Sequence[CellKind], source: Path) -> list[int]:
    """Answer how many places after the point each column needs, so that every number is kept exactly."""
    places = [0] * len(kinds)
    wanted = [n for n, kind in enumerate(kinds) if kind is CellKind.DECIMAL]
    if wanted:
        with source.open(encoding="utf-8-sig", newline="") as file:
            for line in islice(csv.reader(file), 1, None):
                for n in wanted:
                    places[n] = max(places[n], len(line[n].partition(".")[2]))
    return places


def _arrow_type(pa: Any, kind: CellKind, places: int) -> Any:
    match kind:
        case CellKind.WHOLE:
            return pa.int64()
        case CellKind.DECIMAL:
            return pa.decimal128(_DIGITS, min(places, _DIGITS - 18))
        case CellKind.MOMENT:
            return pa.timestamp("us", tz="Asia/Kolkata")
        case CellKind.DAY:
            return pa.date32()
        case CellKind.TRUTH:
            return pa.bool_()
        case CellKind.TEXT:
            return pa.string()


def _value(kind: CellKind, text: str) -> Any:
    if not text:
        return None
    match kind:
        case CellKind.WHOLE:
            return int(text)
        case CellKind.DECIMAL:
            return Decimal(text)
        case CellKind.MOMENT:
            return datetime.fromisoformat(text)
        case CellKind.DAY:
            return date.fromisoformat(text)
        case CellKind.TRUTH:
            return text == "true"
        case CellKind.TEXT:
            return text


def main() -> int:
    """Convert as the command line says: form, source, target, kinds; say in a sentence why it could not be done."""
    form, source, target, *kinds = sys.argv[1:]
    try:
        write_form(TableForm(form), Path(source), [CellKind(kind) for kind in kinds], Path(target))
    except OSError as error:
        sys.stderr.write(f"{target} cannot be written ({error.strerror or error}): check the disk's space\n")
        return _FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
