"""Panels and dialogs do what they show, on the real engine and the simulated market."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QLineEdit, QPushButton

from desktop.actions import ACTIONS
from desktop.presentation.theme import built_in_theme
from desktop.windows.dialog import QuestionDialog, SentenceDialog
from desktop.windows.kill_switch_dialog import KillSwitchDialog
from desktop.windows.limit_dialog import read_price
from desktop.windows.live_actions import UnboundActionError, make_actions
from desktop.windows.template_chooser import TemplateChooser
from desktop.workspace.layouts import BUILT_IN
from engine.domain.money import Money, price_of
from engine.domain.multileg.states import KillLevel, PortfolioState
from engine.domain.order import OrderStatus
from engine.views.kill_effects import KillEffects, level_sentences

# The offscreen platform says this for every top-level window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

TICK = price_of("0.05")


def test_the_editor_shows_the_demonstration_with_its_figures(open_desk):
    desk = open_desk()

    editor = desk.panel("editor")
    desk.wait_until(lambda: editor.estimate is not None)

    assert [leg.quantity for leg in editor.estimate.preview.legs] == [130, 130, -130, -130]
    assert editor.figures.text("margin").startswith("₹")
    assert editor.figures.text("risk") == "defined"
    assert "−₹" in editor.figures.text("loss")


def test_a_wrong_field_is_named_and_keeps_the_portfolio_from_starting(open_desk):
    desk = open_desk()
    editor = desk.panel("editor")
    draft = desk.window.desk.editor.draft()

    desk.window.desk.editor.edit({**draft, "legs": [{**draft["legs"][0], "lots": -1}, *draft["legs"][1:]]})
    editor.arm()

    assert "lots" in editor.verdict.text().casefold()
    assert desk.dialog(SentenceDialog).windowTitle() == "This portfolio cannot start yet"
    assert not desk.bridge.portfolios


def test_a_wrong_draft_shows_no_figures_of_the_draft_before_it(open_desk):
    desk = open_desk()
    editor = desk.panel("editor")
    desk.wait_until(lambda: editor.estimate is not None)
    draft = desk.window.desk.editor.draft()

    desk.window.desk.editor.edit({**draft, "legs": [{**draft["legs"][0], "lots": "999999999999"}, *draft["legs"][1:]]})
    desk.wait_until(lambda: editor.estimate is None)

    assert not editor.figures.text("margin").startswith("₹")
    assert editor.preview is None


def test_what_the_market_refuses_is_named_before_the_start(open_desk):
    desk = open_desk()
    editor = desk.panel("editor")
    draft = desk.window.desk.editor.draft()

    desk.window.desk.editor.edit({**draft, "expiry": {"type": "date", "on": "2026-08-20"}})
    editor.arm()

    dialog = desk.dialog(SentenceDialog)
    assert "no expiry on 2026-08-20" in dialog.findChildren(type(dialog.add_text("")))[0].text()


def test_the_demonstration_started_by_its_button_fills_the_order_book(open_desk, qtbot):
    desk = open_desk("2026-08-19T09:19:58", speed=20)

    qtbot.mouseClick(desk.panel("portfolios").invite_button, Qt.MouseButton.LeftButton)
    desk.dialog(QuestionDialog).accept()
    orders = desk.panel("orders").model
    desk.wait_until(
        lambda: orders.rowCount() == 4 and all(row.status is OrderStatus.COMPLETE for row in orders.shown_rows())
    )

    sides = [row.side.value for row in orders.shown_rows()]
    assert sides == ["BUY", "BUY", "SELL", "SELL"]
    desk.wait_until(lambda: desk.panel("positions").source.row_count() >= 8)
    desk.wait_until(desk.panel("portfolios").buttons["square_off_selected"].isEnabled)


def test_a_portfolio_is_squared_off_after_one_question(open_desk):
    desk = open_desk("2026-08-19T09:19:58", speed=20)
    running_demonstration(desk)

    desk.window.act("panic_selected")
    dialog = desk.dialog(QuestionDialog)
    before = desk.bridge.portfolios["P1"].open_legs
    dialog.accept()
    desk.wait_until(lambda: desk.bridge.portfolios["P1"].is_done)

    assert before == 4
    assert desk.bridge.portfolios["P1"].exit_reason.value == "MANUAL_PANIC"


def test_a_key_on_the_chain_adds_a_leg_to_the_editor(open_desk, qtbot):
    desk = open_desk()
    chain = desk.panel("chain")
    desk.wait_until(lambda: chain.source.chain is not None and chain.source.chain.at_the_money is not None)
    legs = len(desk.window.desk.editor.draft()["legs"])

    desk.wait_until(lambda: chain.grid.select_row(chain.source.chain.at_the_money) is None and has_cursor(chain))
    qtbot.keyClick(chain.grid, Qt.Key.Key_S)

    added = desk.window.desk.editor.draft()["legs"]
    assert len(added) == legs + 1
    assert (added[-1]["side"], added[-1]["kind"], added[-1]["strike"]["type"]) == ("SELL", "CE", "fixed")


def test_the_kill_switch_opens_while_a_dialog_is_open(open_desk, qtbot):
    desk = open_desk()
    desk.window.act("start_demonstration")
    question = desk.dialog(QuestionDialog)

    qtbot.keyClick(question, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)

    assert desk.dialog(KillSwitchDialog).windowTitle() == "Kill switch"


def test_the_kill_switch_latches_and_is_released_with_a_reason(open_desk):
    desk = open_desk()

    desk.window.act("kill_switch")
    dialog = desk.dialog(KillSwitchDialog)
    dialog.choices.button(KillLevel.CANCEL).setChecked(True)
    dialog.reason_line.setText("news")
    dialog.accept()
    desk.wait_until(lambda: desk.bridge.status.kill_level is KillLevel.CANCEL)
    desk.wait_until(lambda: desk.window.banner.isVisible())
    said = desk.window.banner.label.text()
    desk.window.act("kill_switch")
    again = desk.dialog(KillSwitchDialog)
    lower = again.choices.button(KillLevel.NO_OPENINGS).isEnabled()
    again.release_button.click()
    desk.wait_until(lambda: desk.bridge.status.kill_level is KillLevel.OFF)

    assert "news" in said
    assert not lower


def test_the_levels_of_the_kill_switch_are_said_in_numbers():
    effects = KillEffects(portfolios=2, openings=1, openings_of=1, exits=2, legs=4, held_by=2, cash=Money(-12_345_0000))

    sentences = level_sentences(effects)

    assert "2 portfolios" in sentences[KillLevel.NO_OPENINGS]
    assert "cancels 1 opening order of 1 portfolio; 2 exit orders stay" in sentences[KillLevel.CANCEL]
    assert "closes 4 open legs of 2 portfolios: costs about ₹12,345.00 at the market" in sentences[KillLevel.FLATTEN]


def test_a_template_is_found_by_words_and_opened(open_desk):
    desk = open_desk()
    desk.window.act("new_portfolio")
    chooser = desk.dialog(TemplateChooser)

    chooser.search_line.setText("iron condor")
    chooser.accept()

    assert len(desk.window.desk.editor.draft()["legs"]) == 4
    assert "condor" in desk.window.desk.editor.draft()["name"].casefold()


def test_a_search_without_a_find_opens_nothing(open_desk):
    desk = open_desk()
    before = desk.window.desk.editor.draft()
    desk.window.act("new_portfolio")
    chooser = desk.dialog(TemplateChooser)

    chooser.search_line.setText("no such structure")
    chooser.accept()

    assert desk.window.desk.editor.draft() == before


def test_a_saved_portfolio_is_opened_again(open_desk, tmp_path):
    desk = open_desk()
    editor = desk.panel("editor")
    draft = desk.window.desk.editor.draft()

    editor.files.write(tmp_path / "mine.toml")
    desk.window.desk.editor.edit({**draft, "name": "Changed"})
    editor.files.read(tmp_path / "mine.toml")

    assert desk.window.desk.editor.draft()["name"] == "Demonstration"


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"legs = 7", b"[[", b"name = 'x'\nlots = 3"])
def test_a_file_that_is_no_portfolio_is_refused_and_the_draft_stays(open_desk, tmp_path, content):
    desk = open_desk()
    before = desk.window.desk.editor.draft()
    (tmp_path / "bad.toml").write_bytes(content)

    desk.panel("editor").files.read(tmp_path / "bad.toml")

    assert desk.dialog(SentenceDialog).windowTitle() == "That did not work"
    assert desk.window.desk.editor.draft() == before


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("12.03", "steps of ₹0.05"),
        ("-1", "above 0"),
        ("ten", "not an amount"),
        ("", "not an amount"),
        ("1e12", "digits"),
    ],
)
def test_a_price_that_cannot_be_is_refused_with_a_sentence(typed, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_price(typed, TICK)


def test_a_price_is_read_as_a_trader_writes_it():
    assert read_price(" ₹1,234.05 ", TICK) == price_of("1234.05")


def test_no_two_actions_share_a_key():
    keys = [key for spec in ACTIONS for key in spec.keys]

    assert len(keys) == len(set(keys))


def test_an_action_without_a_handler_is_an_error(qtbot):
    button = QPushButton()
    qtbot.addWidget(button)

    with pytest.raises(UnboundActionError, match="kill_switch"):
        make_actions(button, built_in_theme(), {spec.name: print for spec in ACTIONS if spec.name != "kill_switch"})


@pytest.mark.parametrize("workspace", BUILT_IN)
def test_every_control_has_an_accessible_name(open_desk, workspace):
    desk = open_desk(workspace=workspace)

    nameless = [
        f"{type(control).__name__} in {panel_id}"
        for panel_id, panel in desk.window.panels.items()
        for kind in (QPushButton, QComboBox, QLineEdit, QAbstractSpinBox)
        for control in panel.findChildren(kind)
        if not control.accessibleName() and not _is_part_of_a_named_one(control)
    ]

    assert nameless == []


def has_cursor(chain):
    """Whether a cell of the chain is current."""
    return chain.grid.current_row() is not None


def running_demonstration(desk):
    """Arm the demonstration and wait until its four legs are open."""
    desk.window.act("start_demonstration")
    desk.dialog(QuestionDialog).accept()
    # A leg that is filled in part is open already: only a running portfolio holds all it wanted.
    desk.wait_until(
        lambda: "P1" in desk.bridge.portfolios and desk.bridge.portfolios["P1"].state is PortfolioState.RUNNING
    )


def _is_part_of_a_named_one(control):
    """Whether it is the line inside a combo box or spin box that has a name."""
    parent = control.parentWidget()
    return isinstance(parent, (QComboBox, QAbstractSpinBox)) and bool(parent.accessibleName())
