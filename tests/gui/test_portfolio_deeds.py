"""What is done to portfolios in the window: to one or to all that are checked, asked once, and taken back."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from desktop.viewmodels.portfolio_columns import PORTFOLIO_COLUMNS, PRESETS
from desktop.windows.copies_dialog import CopiesDialog
from desktop.windows.dialog import QuestionDialog
from desktop.windows.portfolio_changes import PartDialog
from desktop.windows.questions_dialog import QuestionsDialog
from engine.domain.commands import AddPortfolio
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.states import PortfolioState
from engine.schema.load import load
from tests.gui.workspace_steps import told_by

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

LEGS = [
    {"side": "BUY", "kind": "CE", "strike": {"type": "atm", "steps": 4}, "lots": 1},
    {"side": "SELL", "kind": "CE", "strike": {"type": "atm", "steps": 0}, "lots": 1},
]


def declared(name, **fields):
    return load({"name": name, "underlying": "NIFTY", "legs": LEGS, **fields}, MultilegPortfolio)


@pytest.fixture
def desk(desk_that_keeps):
    """A desk with three portfolios by hand and one that waits for its time; its files are its own."""
    desk = desk_that_keeps
    for name in ("One", "Two", "Three"):
        add(desk, declared(name, entry={"type": "manual"}), start=False)
    add(desk, declared("Later", schedule={"start": "14:00:00"}), start=True)
    desk.wait_until(lambda: state(desk, "P4") is PortfolioState.WAITING)
    return desk


def add(desk, portfolio, *, start):
    known = len(desk.bridge.portfolios)
    desk.bridge.submit(lambda at: AddPortfolio(at=at, portfolio=portfolio, start=start))
    desk.wait_until(lambda: len(desk.bridge.portfolios) > known)


def state(desk, portfolio_id):
    row = desk.bridge.portfolios.get(portfolio_id)
    return None if row is None else row.state


def running(desk, *portfolio_ids):
    desk.wait_until(lambda: all(state(desk, one) is PortfolioState.RUNNING for one in portfolio_ids))


def words(dialog):
    return "\n".join(label.text() for label in dialog.findChildren(QLabel))


def questions(desk):
    return [one for one in desk.window.findChildren(QuestionDialog) if one.isVisible()]


def test_one_question_with_the_numbers_starts_all_that_are_checked(desk):
    desk.window.desk.checked.check(["P1", "P2", "P4"])

    desk.window.act("start_selected")
    dialog = desk.dialog(QuestionDialog)
    asked = words(dialog)
    dialog.accept()
    running(desk, "P1", "P2", "P4")

    assert "Enter 6 legs, 6 lots now" in asked
    assert "Two (P2): 2 legs, 2 lots on NIFTY" in asked
    assert state(desk, "P3") is PortfolioState.IDLE


def test_what_cannot_be_done_to_a_checked_one_is_said_and_left(desk):
    desk.window.select_portfolio("P1")
    desk.window.act("start_selected")
    desk.dialog(QuestionDialog).accept()
    running(desk, "P1")
    desk.window.desk.checked.check(["P1", "P2"])

    desk.window.act("square_off_selected")
    asked = words(desk.dialog(QuestionDialog))
    desk.dialog(QuestionDialog).reject()

    assert "Close everything of 2 portfolios" in asked
    assert "2 legs, 130 units, profit now" in asked
    desk.window.act("start_selected")
    assert "Left as they are: One (running)" in words(desk.dialog(QuestionDialog))


def test_a_part_of_all_checked_is_closed_after_one_number(desk):
    for portfolio_id in ("P1", "P2"):
        desk.window.select_portfolio(portfolio_id)
        desk.window.act("start_selected")
        desk.dialog(QuestionDialog).accept()
    running(desk, "P1", "P2")
    desk.window.desk.checked.check(["P1", "P2"])
    desk.window.act("part_entry_selected")
    more = desk.dialog(PartDialog)
    asked = words(more)
    more.accept()

    desk.wait_until(
        lambda: all(leg.net_quantity in (130, -130) for one in ("P1", "P2") for leg in desk.bridge.portfolios[one].legs)
    )

    assert "more of 2 portfolios" in asked
    assert "They hold 4 legs, 260 units" in asked


def test_a_double_click_on_start_starts_once(desk, qtbot):
    desk.window.desk.questions.ask_no_more("start_portfolio")
    desk.window.select_portfolio("P1")
    heard = []
    desk.bridge.messages_added.connect(heard.extend)
    button = desk.panel("portfolios").buttons["start_selected"]
    desk.wait_until(button.isEnabled)

    qtbot.mouseDClick(button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    running(desk, "P1")

    assert sum(message.kind == "portfolio_started" for message in heard) == 1
    assert not [message.sentence for message in heard if message.kind == "command_refused"]


def test_a_double_click_asks_once(desk, qtbot):
    desk.window.select_portfolio("P1")
    button = desk.panel("portfolios").buttons["start_selected"]
    desk.wait_until(button.isEnabled)

    qtbot.mouseDClick(button, Qt.MouseButton.LeftButton)
    desk.window.act("start_selected")

    assert len(questions(desk)) == 1


def test_a_question_that_is_switched_off_is_not_asked_until_it_is_wanted_again(desk):
    desk.window.select_portfolio("P1")
    desk.window.act("start_selected")
    dialog = desk.dialog(QuestionDialog)
    dialog.no_more.setChecked(True)
    dialog.accept()
    running(desk, "P1")

    desk.window.select_portfolio("P2")
    desk.window.act("start_selected")
    running(desk, "P2")
    told = told_by(desk)
    desk.window.act("questions")
    listed = desk.dialog(QuestionsDialog)
    listed.all_button.click()
    listed.reject()
    desk.window.select_portfolio("P3")
    desk.window.act("start_selected")

    assert "Start Two: done without asking." in told
    assert desk.dialog(QuestionDialog).windowTitle() == "Start Three"


def test_a_question_that_was_left_is_asked_again_whatever_its_box_says(desk):
    desk.window.select_portfolio("P1")
    desk.window.act("start_selected")
    dialog = desk.dialog(QuestionDialog)
    dialog.no_more.setChecked(True)
    dialog.reject()

    assert desk.window.desk.questions["start_portfolio"].is_asked


def test_checked_portfolios_and_panic_are_asked_every_time(desk):
    for name in ("start_portfolio", "square_off_portfolio"):
        desk.window.desk.questions.ask_no_more(name)
    desk.window.desk.checked.check(["P1"])
    desk.window.act("start_selected")
    desk.dialog(QuestionDialog).accept()
    running(desk, "P1")
    desk.window.desk.checked.check(())
    desk.window.select_portfolio("P1")

    desk.window.act("panic_selected")

    assert desk.dialog(QuestionDialog).no_more is None


def test_closing_a_portfolio_of_several_legs_is_asked_every_time(desk):
    desk.window.desk.questions.ask_no_more("start_portfolio")
    desk.window.desk.questions.ask_no_more("square_off_portfolio")
    desk.window.select_portfolio("P1")
    desk.window.act("start_selected")
    running(desk, "P1")

    desk.window.act("square_off_selected")

    assert desk.dialog(QuestionDialog).no_more is None


def test_disabling_is_taken_back_by_the_button_or_by_keys(desk):
    desk.window.select_portfolio("P1")
    desk.window.act("disable_selected")
    desk.wait_until(lambda: state(desk, "P1") is PortfolioState.DISABLED)

    desk.window.act("take_back")
    desk.wait_until(lambda: state(desk, "P1") is PortfolioState.IDLE)

    assert "One: enabled again." in told_by(desk)
    desk.window.act("take_back")
    assert "nothing to take back" in told_by(desk)[-1]


def test_an_armed_portfolio_that_was_taken_back_is_armed_again_by_undo(desk):
    desk.window.select_portfolio("P4")
    desk.window.act("square_off_selected")
    desk.dialog(QuestionDialog).accept()
    desk.wait_until(lambda: state(desk, "P4") is PortfolioState.COMPLETED)

    desk.window.act("take_back")
    desk.wait_until(lambda: state(desk, "P4") is PortfolioState.WAITING)

    assert "Later: armed again." in told_by(desk)


def test_arming_from_the_editor_is_taken_back(desk):
    desk.window.desk.editor.open_portfolio(declared("Fresh", schedule={"start": "14:00:00"}))
    desk.window.act("arm_edited")
    desk.dialog(QuestionDialog).accept()
    desk.wait_until(lambda: state(desk, "P5") is PortfolioState.WAITING)

    desk.window.act("take_back")

    desk.wait_until(lambda: state(desk, "P5") is PortfolioState.COMPLETED)


def test_an_edit_of_a_running_portfolio_is_taken_back(desk):
    desk.window.select_portfolio("P4")
    desk.window.act("edit_selected")
    editor = desk.window.desk.editor
    editor.edit({**editor.draft(), "remarks": "changed"})
    desk.window.act("arm_edited")
    desk.dialog(QuestionDialog).accept()
    desk.wait_until(lambda: desk.bridge.portfolios["P4"].version == 2)

    desk.window.act("take_back")

    desk.wait_until(lambda: desk.bridge.portfolios["P4"].version == 3)
    assert desk.bridge.portfolios["P4"].portfolio.remarks == ""


def test_what_is_changed_of_one_is_applied_to_all_that_are_checked_after_one_question(desk):
    desk.window.desk.checked.check(["P1", "P2", "P4"])
    desk.window.select_portfolio("P2")
    desk.window.act("edit_selected")
    editor = desk.window.desk.editor
    editor.edit({**editor.draft(), "stop": {"type": "loss", "amount": 5000}})

    desk.window.act("arm_edited")
    dialog = desk.dialog(CopiesDialog)
    asked, choices = words(dialog), (dialog.this_account.text(), dialog.all_accounts.text())
    dialog.all_accounts.setChecked(True)
    dialog.accept()
    desk.wait_until(lambda: all(desk.bridge.portfolios[one].version == 2 for one in ("P1", "P2", "P4")))

    assert choices == ("Only Two", "All 3 checked portfolios")
    assert "Later (P4)\nCombined stop" in asked
    assert {desk.bridge.portfolios[one].name for one in ("P1", "P2", "P4")} == {"One", "Two", "Later"}
    assert desk.bridge.portfolios["P3"].portfolio.stop is None


def test_changed_legs_are_meant_for_one_portfolio_alone(desk):
    desk.window.desk.checked.check(["P1", "P2"])
    desk.window.select_portfolio("P1")
    desk.window.act("edit_selected")
    editor = desk.window.desk.editor
    editor.edit({**editor.draft(), "legs": [{**leg, "lots": 2} for leg in editor.draft()["legs"]]})

    desk.window.act("arm_edited")
    desk.dialog(QuestionDialog).accept()
    desk.wait_until(lambda: desk.bridge.portfolios["P1"].version == 2)

    assert desk.bridge.portfolios["P2"].version == 1


def test_several_are_cloned_after_one_question(desk):
    desk.window.desk.checked.check(["P1", "P2"])

    desk.window.act("clone_selected")
    asked = words(desk.dialog(QuestionDialog))
    desk.dialog(QuestionDialog).accept()
    desk.wait_until(lambda: len(desk.bridge.portfolios) == 6)

    assert "One → One 2" in asked
    assert state(desk, "P5") is PortfolioState.IDLE


def test_boxes_are_checked_by_mouse_and_keys_and_buttons_follow(desk, qtbot):
    panel = desk.panel("portfolios")
    desk.window.activateWindow()
    desk.wait_until(lambda: panel.source.row_count() > 3)
    cell = panel.grid.cell_rect(0, "check")

    qtbot.mouseClick(panel.grid.viewport(), Qt.MouseButton.LeftButton, pos=cell.center())
    by_mouse = desk.window.desk.checked.ids
    panel.grid.setFocus()
    qtbot.keyClick(panel.grid, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)

    assert by_mouse == ("P1",)
    assert desk.window.desk.checked.ids == ()
    assert panel.buttons["start_selected"].isEnabled()


def test_every_ready_choice_of_columns_is_shown_as_it_says(desk):
    panel = desk.panel("portfolios")
    header = panel.table_header()
    keys = [column.key for column in PORTFOLIO_COLUMNS]

    for name, wanted in PRESETS.items():
        panel.columns_button.choose(header, name)

        assert set(wanted) <= set(keys), name
        assert [one.key for one in header.column_layout() if not one.hidden] == list(wanted), name


def test_the_usual_columns_that_stay_fit_a_screen_of_1280_pixels():
    always = [column for column in PORTFOLIO_COLUMNS if not column.hidden and column.rank == 0]

    assert sum(column.width for column in always) < 620


def test_clicks_during_the_shutdown_send_nothing_and_disturb_nothing(desk):
    desk.window.select_portfolio("P1")
    desk.window.act("start_selected")
    dialog = desk.dialog(QuestionDialog)
    desk.bridge.stop()

    dialog.accept()
    for name in ("square_off_selected", "disable_selected", "arm_edited", "edit_selected", "undo", "take_back"):
        desk.window.act(name)

    assert state(desk, "P1") is PortfolioState.IDLE
