"""Every table leaves the window: as a file off Qt's thread, or through the clipboard."""

import csv
from decimal import Decimal

import pyarrow.parquet as pq
import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit

from desktop.composition.table_files import TITLES, TableForm
from desktop.windows.dialog import QuestionDialog
from desktop.windows.table_export import lines_of
from tests.gui.test_windows import running_demonstration
from tests.gui.workspace_steps import told_by

# The offscreen platform says this for every top-level window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
TABLES = ("orders", "positions", "portfolios", "messages", "accounts", "chain")


@pytest.fixture
def desk(open_desk):
    desk = open_desk("2026-08-19T09:19:58", speed=20)
    running_demonstration(desk)
    desk.wait_until(lambda: desk.panel("positions").source.row_count() >= 8)
    desk.wait_until(lambda: desk.panel("chain").source.row_count() > 5)
    return desk


def go_to(desk, panel_id):
    desk.window.activateWindow()
    desk.window.act(f"show_{panel_id}")
    desk.panel(panel_id).first_stop().setFocus()
    desk.wait_until(lambda: desk.window.panel_keys.current() == panel_id)


def written(desk, path, form):
    """Export the focused table through its dialog, and wait until the file is there."""
    desk.window.act("export_table")
    dialog = desk.dialog(QFileDialog)
    dialog.selectNameFilter(TITLES[form])
    dialog.findChild(QLineEdit).setText(str(path))
    dialog.accept()


def read_csv(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("panel_id", TABLES)
def test_every_table_is_written_as_csv_with_the_titles_shown(desk, qtbot, tmp_path, panel_id):
    go_to(desk, panel_id)
    path = tmp_path / f"{panel_id}.csv"
    expected = lines_of(desk.panel(panel_id)).titles

    with qtbot.waitSignal(desk.window.table_export.finished, timeout=20_000) as finished:
        written(desk, path, TableForm.CSV)

    rows = read_csv(path)
    assert finished.args == [path, ""]
    assert rows
    assert [title.split(" ")[0] for title in rows[0]] == [title.split(" ")[0] for title in expected]
    assert any(f"written to {path}" in said for said in told_by(desk))


def test_orders_leave_with_their_types(desk, qtbot, tmp_path):
    go_to(desk, "orders")
    path = tmp_path / "orders.parquet"
    orders = list(desk.bridge.orders.values())

    with qtbot.waitSignal(desk.window.table_export.finished, timeout=30_000) as finished:
        written(desk, path, TableForm.PARQUET)

    table = pq.read_table(path)
    assert finished.args == [path, ""]
    assert table.column("Qty").to_pylist() == [order.quantity for order in orders]
    assert table.column("Price").to_pylist() == [Decimal(order.limit_price) / 10_000 for order in orders]
    assert str(table.schema.field("Time").type) == "timestamp[us, tz=Asia/Kolkata]"


def test_the_two_sides_of_the_chain_are_told_apart_and_counts_are_whole(desk):
    lines = lines_of(desk.panel("chain"))

    row = dict(zip(lines.titles, next(lines.lines()), strict=True))

    assert {"LTP (call last)", "LTP (put last)", "Strike"} <= row.keys()
    assert all(isinstance(value, int) for title, value in row.items() if title.startswith("Volume"))
    assert isinstance(row["Strike"], Decimal)


def test_the_tree_of_positions_tells_its_levels(desk, qtbot, tmp_path):
    go_to(desk, "positions")
    path = tmp_path / "positions.csv"

    with qtbot.waitSignal(desk.window.table_export.finished, timeout=20_000):
        written(desk, path, TableForm.CSV)

    levels = [row["Level"] for row in read_csv(path)]
    assert levels[:5] == ["0", "0", "1", "2", "3"]


def test_a_file_that_is_there_is_replaced_only_after_a_question(desk, qtbot, tmp_path):
    go_to(desk, "orders")
    path = tmp_path / "orders.csv"
    path.write_text("mine")

    written(desk, path, TableForm.CSV)
    dialog = desk.dialog(QuestionDialog)
    words = " ".join(label.text() for label in dialog.findChildren(QLabel))
    before = path.read_text()
    with qtbot.waitSignal(desk.window.table_export.finished, timeout=20_000):
        dialog.accept()

    assert f"{path} is there already. Replace it?" in words
    assert before == "mine"
    assert len(read_csv(path)) == 4


def test_a_place_that_cannot_be_written_is_a_sentence(desk, qtbot, tmp_path):
    go_to(desk, "orders")
    lines = lines_of(desk.panel("orders"))

    with qtbot.waitSignal(desk.window.table_export.finished, timeout=20_000) as finished:
        desk.window.table_export.write(lines, tmp_path / "gone" / "orders.xlsx", TableForm.XLSX)

    assert "cannot be written (No such file or directory)" in finished.args[1]
    assert any(said.startswith("The table was not exported. ") for said in told_by(desk))


def test_several_selected_lines_are_meant_and_one_is_not(desk):
    table = desk.panel("orders").table
    flag = table.view.selectionModel().SelectionFlag
    table.view.selectRow(1)
    one = len(lines_of(desk.panel("orders")).rows)
    table.view.selectionModel().select(table.model.index(2, 0), flag.Select | flag.Rows)

    assert (one, len(lines_of(desk.panel("orders")).rows)) == (4, 2)


def test_the_table_is_copied_for_a_sheet_and_as_markdown(desk, qtbot):
    go_to(desk, "orders")

    with qtbot.waitSignal(desk.window.table_export.copied, timeout=10_000):
        desk.window.act("copy_lines")
    sheet = QGuiApplication.clipboard().text().splitlines()
    with qtbot.waitSignal(desk.window.table_export.copied, timeout=10_000):
        desk.window.act("copy_markdown")
    page = QGuiApplication.clipboard().text().splitlines()

    assert sheet[0].split("\t")[:2] == ["Time", "Portfolio"]
    assert len(sheet) == 5
    assert page[0].startswith("| Time | Portfolio |")
    assert page[1].startswith("| ---: | --- |")
    assert len(page) == 6


def test_an_empty_table_and_a_panel_without_one_are_sentences(desk):
    desk.panel("orders").table.filter_line.setText("no such order")
    go_to(desk, "orders")
    desk.window.act("export_table")
    empty = told_by(desk)[-1]

    go_to(desk, "chart")
    desk.window.act("export_table")

    assert empty == "The table is empty: there is nothing to take out."
    assert told_by(desk)[-1] == "This panel has no table."
