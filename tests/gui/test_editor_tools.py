"""The editor's tools: picking from the chain, named steps back, the page of changes, own templates."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from desktop.viewmodels.strike_picks import PickAs
from desktop.windows.chain_picker import ChainPicker
from desktop.windows.dialog import QuestionDialog
from desktop.windows.leg_string_dialog import LegStringDialog
from desktop.windows.own_template_bar import TemplateNameDialog
from desktop.windows.template_chooser import TemplateChooser
from engine.domain.multileg.states import PortfolioState
from tests.gui.workspace_steps import told_by

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def desk(desk_that_keeps):
    desk = desk_that_keeps
    desk.editor = desk.window.desk.editor
    desk.multileg = desk.panel("editor")
    desk.wait_until(lambda: desk.multileg.estimate is not None)
    desk.multileg.forms.form("Legs").fields.inputs["legs"].select(2)
    return desk


def picker(desk):
    desk.window.act("pick_contract")
    dialog = desk.dialog(ChainPicker)
    desk.wait_until(lambda: dialog.grid.current_row() is not None)
    return dialog


def column_of(dialog, key):
    return dialog.grid.cell_rect(dialog.grid.current_row(), key)


@pytest.mark.parametrize(
    ("how", "tag"),
    [(PickAs.STRIKE, "fixed"), (PickAs.STEPS, "atm"), (PickAs.PREMIUM, "closest_premium"), (PickAs.DELTA, "delta")],
)
def test_a_leg_takes_what_is_picked_from_the_chain(desk, qtbot, how, tag):
    dialog = picker(desk)
    dialog.how_box.setCurrentIndex(list(PickAs).index(how))
    row = dialog.grid.current_row() + 2
    at = dialog.grid.cell_rect(row, "put_last").center()

    qtbot.mouseClick(dialog.grid.viewport(), Qt.MouseButton.LeftButton, pos=at)
    words = dialog.words.text()
    qtbot.keyClick(dialog.grid, Qt.Key.Key_Return)

    leg = desk.editor.draft()["legs"][2]
    assert (leg["kind"], leg["strike"]["type"]) == ("PE", tag)
    assert "→" in words
    assert leg.get("expiry") is None
    assert desk.editor.undo_name == "Legs 3 › Contract"
    assert desk.editor.is_valid


def test_steps_from_the_money_count_from_the_marked_strike(desk, qtbot):
    dialog = picker(desk)
    dialog.how_box.setCurrentIndex(list(PickAs).index(PickAs.STEPS))
    dialog.grid.select_row(dialog.source.chain.at_the_money)

    qtbot.keyClick(dialog.grid, Qt.Key.Key_Down)
    at = column_of(dialog, "call_last").center()
    qtbot.mouseDClick(dialog.grid.viewport(), Qt.MouseButton.LeftButton, pos=at)

    assert desk.editor.draft()["legs"][2]["strike"] == {"type": "atm", "steps": 1}


def test_another_expiry_becomes_the_legs_own(desk, qtbot):
    dialog = picker(desk)
    dialog.expiry_box.setCurrentIndex(1)
    chosen = dialog.expiry_box.currentData()
    desk.wait_until(lambda: dialog.picked() is not None or dialog.grid.current_row() is not None)
    qtbot.mouseClick(dialog.grid.viewport(), Qt.MouseButton.LeftButton, pos=column_of(dialog, "call_last").center())

    dialog.accept()

    assert desk.editor.draft()["legs"][2]["expiry"] == {"type": "date", "on": chosen.isoformat()}


def test_steps_back_are_named_and_letters_of_one_field_are_one_step(desk):
    for name in ("D", "Da", "Day"):
        desk.editor.edit({**desk.editor.draft(), "remarks": name})
    legs = desk.editor.draft()["legs"]
    desk.editor.edit({**desk.editor.draft(), "legs": legs[:-1]})

    tip = desk.multileg.tools.undo.toolTip()
    desk.window.act("undo")
    desk.window.act("undo")

    assert tip == "Undo: Legs: 1 removed"
    assert "Undone: Legs: 1 removed." in told_by(desk)
    assert desk.editor.draft()["remarks"] not in ("D", "Da", "Day")
    assert desk.multileg.tools.redo.toolTip() == "Redo: Remarks"


def test_the_page_of_changes_says_what_runs_and_what_the_draft_says(desk):
    desk.window.act("arm_edited")
    desk.dialog(QuestionDialog).accept()
    desk.wait_until(lambda: "P1" in desk.bridge.portfolios)
    desk.wait_until(lambda: desk.bridge.portfolios["P1"].state is not PortfolioState.IDLE)
    desk.window.select_portfolio("P1")
    desk.window.act("edit_selected")
    desk.editor.edit({**desk.editor.draft(), "stop": {"type": "loss", "amount": 12000}})
    desk.multileg.tools.payoff.setChecked(True)
    desk.multileg._show_side()
    desk.multileg.pictures.setCurrentWidget(desk.multileg.changes)
    changes = desk.multileg.changes
    desk.wait_until(changes.isVisible)

    lines = changes.toPlainText().splitlines()

    assert lines[:2] == ["Changes", "Combined stop › Loss: 9000 ₹ → 12000 ₹"]
    assert lines[2].startswith("May not change now")
    assert any("Strategy tag" in line and "clone it under the other tag" in line for line in lines)


def test_the_draft_is_saved_as_a_template_and_found_renamed_and_deleted(desk):
    desk.window.act("save_template")
    dialog = desk.dialog(TemplateNameDialog)
    dialog.name_line.setText(" ")
    dialog.accept()
    stayed = dialog.isVisible()
    dialog.name_line.setText("My straddle")
    dialog.accept()
    desk.window.act("new_portfolio")
    chooser = desk.dialog(TemplateChooser)
    chooser.search_line.setText("my straddle")
    chooser._show_selected()
    found = chooser.selected()
    chooser._own.rename_button.click()
    renaming = desk.dialog(TemplateNameDialog)
    renaming.name_line.setText("Mine")
    renaming.accept()
    chooser.search_line.setText("mine")
    chooser._show_selected()
    renamed = chooser.selected()
    chooser._own.delete_button.click()
    desk.dialog(QuestionDialog).accept()

    assert stayed
    assert found.name == "My straddle"
    assert found.portfolio.legs == desk.editor.value().legs
    assert renamed.name == "Mine"
    assert not desk.window.desk.own_templates.listed()


@pytest.mark.parametrize(
    "text",
    ["||".join(["Strike:ATM+2|Txn:SELL|Ins:CE|Expiry:CW|Lots:2"] * 10_000), "a\tb\tc\t1\n" * 10_000, "", "\x00" * 500],
)
def test_ten_thousand_pasted_rows_are_answered_with_a_sentence_and_lose_nothing(desk, qtbot, text):
    before = desk.editor.draft()
    table = desk.multileg.forms.form("Legs").fields.inputs["legs"].lines
    QGuiApplication.clipboard().setText(text)

    qtbot.keyClick(table, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    dialog = desk.dialog(LegStringDialog)
    dialog.accept()

    assert dialog.isVisible()
    assert not text.strip("\x00") or dialog.verdict.text().startswith("✕ ")
    assert desk.editor.draft() == before
