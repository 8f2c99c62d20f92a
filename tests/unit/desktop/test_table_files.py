"""Tables in files: read back they are what was written, with their types; what goes wrong leaves what was there."""

import csv
import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from desktop.composition import table_conversion, table_files
from desktop.composition.failures import FailureError
from desktop.composition.table_files import Cell, TableForm, convert_apart, form_of, write_table
from engine.domain.instant import IST

TITLES = ["Time", "Contract", "Qty", "Price", "Done", "Day", "Price"]
NOON = datetime(2026, 8, 19, 12, 0, 0, 125_000, tzinfo=IST)
ROWS: list[list[Cell]] = [
    [NOON, "NIFTY 24500 CE", 130, Decimal("101.05"), True, date(2026, 8, 19), Decimal("0.0025")],
    [None, '=SUM(A1), "x"\n₹', -65, None, False, None, 7],
]


def sheet(path: Path) -> list[list[str]]:
    """Read the cells of an Excel file by its XML, texts inside quotes to tell them from numbers."""
    name = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    rows: list[list[str]] = []
    with zipfile.ZipFile(path) as book:
        shared = book.namelist()
        strings = ET.fromstring(book.read("xl/sharedStrings.xml")) if "xl/sharedStrings.xml" in shared else None
        known = ["".join(one.itertext()) for one in strings] if strings is not None else []
        for row in ET.fromstring(book.read("xl/worksheets/sheet1.xml")).iter(f"{name}row"):
            cells: list[str] = []
            for cell in row:
                place = re.sub(r"\d", "", cell.get("r", ""))
                cells += [""] * (ord(place) - ord("A") - len(cells))
                text = "".join(cell.itertext())
                match cell.get("t"):
                    case "s":
                        cells.append(repr(known[int(text)]))
                    case "inlineStr" | "str":
                        cells.append(repr(text))
                    case _:
                        cells.append(text)
            rows.append(cells)
    return rows


def test_csv_has_iso_times_exact_prices_and_every_letter(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"

    count = write_table(TITLES, ROWS, path, TableForm.CSV)

    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert count == 2
    assert lines[0] == ["Time", "Contract", "Qty", "Price", "Done", "Day", "Price 2"]
    assert lines[1] == [
        "2026-08-19T12:00:00.125000+05:30",
        "NIFTY 24500 CE",
        "130",
        "101.05",
        "true",
        "2026-08-19",
        "0.0025",
    ]
    assert lines[2] == ["", '=SUM(A1), "x"\n₹', "-65", "", "false", "", "7"]
    assert [one.name for one in tmp_path.iterdir()] == ["orders.csv"]


def test_parquet_keeps_the_types(tmp_path: Path) -> None:
    path = tmp_path / "orders.parquet"

    write_table(TITLES, ROWS, path, TableForm.PARQUET)

    table = pq.read_table(path)
    assert table.schema.field("Time").type == pa.timestamp("us", tz="Asia/Kolkata")
    assert table.schema.field("Qty").type == pa.int64()
    assert pa.types.is_decimal(table.schema.field("Price").type)
    assert table.column("Price").to_pylist() == [Decimal("101.05"), None]
    assert table.column("Price 2").to_pylist() == [Decimal("0.0025"), Decimal("7.0000")]
    assert table.column("Time").to_pylist()[0].astimezone(UTC) == NOON.astimezone(UTC)
    assert table.column("Day").to_pylist() == [date(2026, 8, 19), None]
    assert table.column("Contract").to_pylist()[1] == '=SUM(A1), "x"\n₹'


def test_excel_has_numbers_as_numbers_and_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "orders.xlsx"

    write_table(TITLES, ROWS, path, TableForm.XLSX)

    rows = sheet(path)
    assert rows[0][:3] == ["'Time'", "'Contract'", "'Qty'"]
    assert rows[1][:4] == ["'2026-08-19T12:00:00.125000+05:30'", "'NIFTY 24500 CE'", "130", "101.05"]
    assert rows[2][1].startswith("'=SUM(A1)")
    assert b"<f>" not in zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")


def test_another_process_packs_the_same(tmp_path: Path) -> None:
    here, apart = tmp_path / "here.parquet", tmp_path / "apart.parquet"

    write_table(TITLES, ROWS, here, TableForm.PARQUET)
    write_table(TITLES, ROWS, apart, TableForm.PARQUET, convert=convert_apart)

    assert pq.read_table(apart) == pq.read_table(here)


def test_numbers_and_words_in_one_column_are_words(tmp_path: Path) -> None:
    path = tmp_path / "mixed.parquet"

    write_table(["Price"], [[Decimal("1.50")], ["market"]], path, TableForm.PARQUET)

    assert pq.read_table(path).column("Price").to_pylist() == ["1.50", "market"]


def test_a_table_without_rows_has_its_titles(tmp_path: Path) -> None:
    for form in TableForm:
        assert write_table(TITLES, [], tmp_path / f"empty.{form}", form) == 0

    assert pq.read_table(tmp_path / "empty.parquet").num_rows == 0
    assert sheet(tmp_path / "empty.xlsx")[0][1] == "'Contract'"


def test_what_breaks_off_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("kept")

    def rows() -> list[list[Cell]]:
        raise OSError(28, "No space left on device")

    with pytest.raises(FailureError, match=r"orders\.csv cannot be written \(No space left on device\)"):
        write_table(TITLES, (row for _ in [0] for row in rows()), path, TableForm.CSV)

    assert path.read_text() == "kept"
    assert [one.name for one in tmp_path.iterdir()] == ["orders.csv"]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(FailureError, match=r"cannot be written \(No such file or directory\)"):
        write_table(TITLES, ROWS, tmp_path / "absent" / "orders.csv", TableForm.CSV)


def test_a_process_that_cannot_pack_says_why(tmp_path: Path) -> None:
    source = tmp_path / "absent.csv"

    with pytest.raises(FailureError, match="cannot be written"):
        convert_apart(TableForm.XLSX, source, [], tmp_path / "out.xlsx")


def test_more_lines_than_a_sheet_holds_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_files, "MOST_SHEET_ROWS", 1)

    with pytest.raises(FailureError, match="write a CSV or Parquet file"):
        write_table(TITLES, ROWS, tmp_path / "orders.xlsx", TableForm.XLSX)

    assert list(tmp_path.iterdir()) == []


def test_a_text_longer_than_a_cell_holds_is_cut_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "facts.xlsx"

    write_table(["Fact"], [["x" * 40_000]], path, TableForm.XLSX)

    text = sheet(path)[1][0].strip("'")
    assert len(text) == table_conversion.LONGEST_CELL
    assert text.endswith("CSV and Parquet have all of it)")


def test_progress_is_told_every_thousand_lines(tmp_path: Path) -> None:
    told: list[int] = []
    rows: Sequence[list[Cell]] = [[n] for n in range(2_500)]

    write_table(["n"], rows, tmp_path / "n.csv", TableForm.CSV, told=told.append)

    assert told == [1_000, 2_000]


@pytest.mark.parametrize(("name", "form"), [("a.CSV", TableForm.CSV), ("a.b.xlsx", TableForm.XLSX), ("a", None)])
def test_an_ending_names_its_form(name: str, form: TableForm | None) -> None:
    assert form_of(Path(name)) is form
