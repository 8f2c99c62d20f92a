"""A portfolio that runs is edited in the window: greyed fields, the difference in words, the second question."""

import pytest
from PySide6.QtWidgets import QLabel

from desktop.viewmodels.portfolio_deeds import possible
from desktop.windows.dialog import QuestionDialog, SentenceDialog
from desktop.windows.portfolio_changes import PartDialog
from engine.domain.instant import clock_text
from engine.domain.multileg.states import PortfolioState

# The offscreen platform says this for every top-level window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def desk(open_desk):
    """A window in which the demonstration runs."""
    desk = open_desk("2026-08-19T09:19:58", speed=20)
    desk.window.act("start_demonstration")
    desk.dialog(QuestionDialog).accept()
    desk.wait_until(lambda: row_of(desk) is not None and row_of(desk).state is PortfolioState.RUNNING)
    desk.bridge.set_speed(1)
    return desk


def row_of(desk):
    return desk.bridge.portfolios.get("P1")


def opened(desk):
    """Open the running declaration in the editor."""
    desk.window.act("edit_selected")
    return desk.panel("editor")


def texts(dialog):
    return " ".join(label.text() for label in dialog.findChildren(QLabel))


def changed(desk, **fields):
    editor = desk.window.desk.editor
    editor.edit({**editor.draft(), **fields})


def test_what_may_not_change_is_greyed_and_says_why(desk):
    panel = opened(desk)

    execution, legs = panel.forms.form("Execution").fields.inputs, panel.forms.form("Legs").fields.inputs["legs"]

    assert not execution["tag"].isEnabled()
    assert "tag chose its accounts" in execution["tag"].toolTip()
    assert not legs.details.inputs["lots"].isEnabled()
    assert legs.details.inputs["stop_loss"].isEnabled()
    assert panel.arm_button.text() == "Apply…"


def test_legs_that_are_there_are_not_taken_away_and_new_ones_come_behind_them(desk):
    legs = opened(desk).forms.form("Legs").fields.inputs["legs"]

    legs.select(0)
    legs.delete()
    legs.add()

    assert len(legs.plain()) == 5
    assert legs.lines.selected_row() == 4
    assert legs.details.inputs["lots"].isEnabled()


def test_the_difference_is_shown_in_words_before_it_is_applied(desk):
    panel = opened(desk)

    changed(desk, stop={"type": "loss", "amount": 12000})
    panel.arm()
    dialog = desk.dialog(QuestionDialog)
    words = texts(dialog)
    dialog.accept()
    desk.wait_until(lambda: row_of(desk).version == 2)

    assert "Combined stop › Loss: 9000 ₹ → 12000 ₹" in words
    said = [message.sentence for message in desk.bridge.messages if message.kind == "portfolio_edited"]
    assert "version 2: Combined stop › Loss: 9000 ₹ → 12000 ₹" in said[0]
    desk.wait_until(lambda: not desk.window.desk.editor.changes())


def test_what_closes_something_at_once_is_asked_about_a_second_time(desk):
    panel = opened(desk)
    editor = desk.window.desk.editor
    schedule = editor.draft()["schedule"]
    desk.bridge.set_speed(200)
    desk.wait_until(lambda: f"{clock(desk)}" > "09:26:00")
    desk.bridge.set_speed(1)

    changed(desk, schedule={**schedule, "start": "09:20", "end": "09:22", "square_off": "09:24"})
    panel.arm()
    desk.dialog(QuestionDialog).accept()
    desk.wait_until(lambda: any("at once" in d.windowTitle() for d in desk.window.findChildren(QuestionDialog)))
    dialog = next(d for d in desk.window.findChildren(QuestionDialog) if "at once" in d.windowTitle())

    assert "everything would be closed at once: square-off time" in texts(dialog)
    assert row_of(desk).version == 1
    dialog.accept()
    desk.wait_until(lambda: row_of(desk).version == 2)
    desk.wait_until(lambda: row_of(desk).is_done)


def clock(desk):
    return clock_text(desk.bridge.now())


def test_a_refused_edit_is_told_with_its_sentence(desk):
    panel = opened(desk)

    changed(desk, atm_rounding="floor")
    panel.arm()
    desk.dialog(QuestionDialog).accept()
    desk.wait_until(lambda: bool(desk.window.findChildren(SentenceDialog)))

    assert "atm_rounding: the strikes and levels of its legs were counted by it" in texts(desk.dialog(SentenceDialog))


def test_a_part_is_closed_and_the_rest_goes_on(desk):
    desk.window.act("part_exit_selected")
    dialog = desk.dialog(PartDialog)
    dialog.number.setValue(50)
    dialog.accept()

    desk.wait_until(lambda: [abs(leg.net_quantity) for leg in row_of(desk).legs] == [65, 65, 65, 65])

    assert row_of(desk).state is PortfolioState.RUNNING


def test_what_cannot_be_done_in_a_state_is_greyed_in_its_menu(desk):
    running = possible(row_of(desk))

    assert {"edit_selected", "part_exit_selected", "part_entry_selected"} <= running
    assert not {"reset_selected", "disable_selected"} & running
    desk.wait_until(desk.panel("portfolios").buttons["edit_selected"].isEnabled)
