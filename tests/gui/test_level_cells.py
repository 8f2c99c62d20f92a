"""Stops and targets of open legs are changed in their cells; what a hand does to a leg is asked and taken back."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from desktop.windows.dialog import QuestionDialog
from engine.domain.commands import AddPortfolio
from engine.domain.money import price_of
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.states import ExitReason, PortfolioState
from engine.schema.load import load
from tests.gui.workspace_steps import told_by

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

SOLD_CALL = 2
"""The second leg, on the third line of the grid."""
LEGS = [
    {"side": "BUY", "kind": "CE", "strike": {"type": "atm", "steps": 6}, "lots": 2},
    {
        "side": "SELL",
        "kind": "CE",
        "strike": {"type": "atm", "steps": 0},
        "lots": 2,
        "stop_loss": {"basis": "premium points", "distance": 100},
    },
]


@pytest.fixture
def desk(open_desk):
    """A spread runs, and stands still."""
    desk = open_desk()
    declared = load({"name": "Spread", "entry": {"type": "manual"}, "legs": LEGS}, MultilegPortfolio)
    desk.bridge.submit(lambda at: AddPortfolio(at=at, portfolio=declared, start=True))
    desk.wait_until(
        lambda: "P1" in desk.bridge.portfolios and desk.bridge.portfolios["P1"].state is PortfolioState.RUNNING
    )
    desk.bridge.set_paused(True)
    desk.portfolios = desk.panel("portfolios")
    lines = desk.portfolios.source
    desk.wait_until(lambda: lines.row_count() == 3 and lines.row(SOLD_CALL).leg.net_quantity == -130)
    desk.window.resize(1_900, 1_000)
    desk.window.activateWindow()
    desk.window.act("show_portfolios")
    # What opens the window may still be giving the focus to somebody.
    desk.wait_until(lambda: desk.window.isActiveWindow() and desk.portfolios.isAncestorOf(QApplication.focusWidget()))
    return desk


def leg(desk):
    return desk.bridge.portfolios["P1"].legs[SOLD_CALL - 1]


def last(desk):
    return desk.portfolios.source.row(SOLD_CALL).leg_mark.last_price


def opened(desk, qtbot, column="stop"):
    """Open the cell by a double click."""
    grid = desk.portfolios.grid
    for number, declared in enumerate(desk.portfolios.source.columns):
        grid.header().show_column(number, declared.key in ("name", "stop", "target"))
    at = grid.cell_rect(SOLD_CALL, column).center()
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseDClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=at)
    return desk.portfolios.levels.cell


def rupees(units):
    return f"{units / 10_000:.2f}"


def test_a_stop_is_typed_into_its_cell_and_taken_back(desk, qtbot):
    before = leg(desk).stop.value
    cell = opened(desk, qtbot)
    shown = cell.text()
    wanted = before + price_of("5")

    cell.setText(rupees(wanted))
    qtbot.keyClick(cell, Qt.Key.Key_Return)
    desk.wait_until(lambda: leg(desk).stop.value == wanted)
    hidden = not cell.isVisible()
    desk.window.act("take_back")
    desk.wait_until(lambda: leg(desk).stop.value == before)

    assert shown == rupees(before)
    assert hidden


def test_arrow_keys_step_by_ticks_and_escape_changes_nothing(desk, qtbot):
    before = leg(desk).stop.value
    cell = opened(desk, qtbot)

    qtbot.keyClick(cell, Qt.Key.Key_Up)
    one = cell.text()
    qtbot.keyClick(cell, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(cell, Qt.Key.Key_Escape)

    assert one == rupees(before + price_of("0.05"))
    assert not cell.isVisible()
    assert leg(desk).stop.value == before


@pytest.mark.parametrize(
    "text", ["-5", "0", "NaN", "1e400", "9" * 300, "101.07", "2,00,000", "101,05", "ten", "१२३४५६७", "1 2", "₹₹5"]
)
def test_what_is_no_level_is_refused_below_the_cell(desk, qtbot, text):
    before = leg(desk).stop
    cell = opened(desk, qtbot)

    cell.setText(text)
    qtbot.keyClick(cell, Qt.Key.Key_Return)

    assert cell.isVisible()
    assert cell.sentence.isVisible()
    assert cell.sentence.text().startswith("✕ ")
    assert desk.portfolios.grid.viewport().rect().contains(cell.sentence.geometry())
    assert leg(desk).stop == before


def test_a_stop_that_closes_at_once_is_asked_for_twice(desk, qtbot):
    cell = opened(desk, qtbot)
    cell.setText(rupees(last(desk) // 500 * 500 - price_of("10")))

    qtbot.keyClick(cell, Qt.Key.Key_Return)

    assert "closed at once" in cell.sentence.text()
    assert leg(desk).net_quantity


def test_a_target_is_set_alone_and_the_stop_stays(desk, qtbot):
    before = leg(desk).stop
    cell = opened(desk, qtbot, "target")

    cell.setText("20")
    qtbot.keyClick(cell, Qt.Key.Key_Return)
    desk.wait_until(lambda: leg(desk).target is not None)

    assert leg(desk).target.value == price_of("20")
    assert leg(desk).stop == before


def test_f2_and_enter_open_the_cell_under_the_cursor(desk, qtbot):
    panel = desk.portfolios
    opened(desk, qtbot).leave()
    panel.grid.setFocus()

    qtbot.keyClick(panel.grid, Qt.Key.Key_F2)
    by_f2 = panel.levels.cell.isVisible()
    panel.levels.cell.leave()
    qtbot.keyClick(panel.grid, Qt.Key.Key_Return)

    assert by_f2
    assert panel.levels.cell.isVisible()


def test_a_level_that_is_left_for_something_else_is_not_taken(desk, qtbot):
    before = leg(desk).stop
    cell = opened(desk, qtbot)
    cell.setText("300")

    desk.portfolios.grid.setFocus()

    assert not cell.isVisible()
    assert leg(desk).stop == before


def test_moving_to_cost_is_asked_with_its_numbers_and_answered(desk):
    desk.portfolios._leg_menu._move_to_cost(desk.bridge.portfolios["P1"], leg(desk))
    dialog = desk.dialog(QuestionDialog)
    asked = dialog.asked[1]
    dialog.accept()

    # A sold leg is in profit or not, as the market has it; both are answers.
    desk.wait_until(
        lambda: (
            leg(desk).stop.reason is ExitReason.LEG_COST
            or any("not in profit" in sentence for sentence in told_by(desk))
        )
    )
    assert f"leg {SOLD_CALL}" in asked
    assert "entered at ₹" in asked


def test_the_orders_of_a_leg_are_found_in_the_order_book(desk):
    line = desk.portfolios.source.row(SOLD_CALL)
    column = "orders"

    desk.portfolios._clicked(SOLD_CALL, column)
    orders = desk.panel("orders")
    desk.wait_until(lambda: orders.model.rowCount() == len(line.leg.orders))

    assert {row.contract for row in orders.model.shown_rows()} == {line.leg.contract}
