"""The command palette does by words what menus do by hand, and asks the same questions before it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from desktop.presentation.theme import built_in_theme
from desktop.viewmodels.palette import Entry, Kind, PaletteIndex, Recency
from desktop.windows.command_palette import CommandPalette
from desktop.windows.dialog import QuestionDialog
from desktop.windows.palette_entries import symbol_entries
from desktop.windows.settings_dialog import SettingsDialog
from desktop.windows.template_chooser import TemplateChooser
from engine.domain.multileg.states import PortfolioState

# The offscreen platform says this for every top-level window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def palette(qtbot, request):
    done = []
    entries = [
        Entry(id="save", kind=Kind.ACTION, title="Save", keys="Ctrl+S", act=lambda _deed: done.append("save")),
        Entry(id="quit", kind=Kind.ACTION, title="Quit", act=lambda _deed: done.append("quit")),
        Entry(id="undo", kind=Kind.ACTION, title="Undo", why_not="nothing was edited", act=done.append),
    ]
    rest = [Entry(id=f"c{n}", kind=Kind.CONTRACT, title=f"NIFTY {n} CE", act=done.append) for n in range(300)]
    parent = QWidget()
    qtbot.addWidget(parent)
    window = CommandPalette(parent, built_in_theme(), PaletteIndex(entries), lambda: PaletteIndex(rest), Recency())
    window.done_so_far, window.above = done, parent
    window.open_over(parent)
    return window


def press(qtbot, palette, *keys):
    for key in keys:
        qtbot.keyClick(palette.line, key)


def is_gone(palette):
    """Whether it is hidden, or deleted already."""
    return not isValid(palette) or not palette.isVisible()


def opened(desk, typed=""):
    desk.window.act("command_palette")
    found = desk.dialog(CommandPalette)
    found.line.setText(typed)
    return found


def choose(desk, typed):
    palette = opened(desk, typed)
    title = palette.selected().title
    palette._choose()
    return title


def test_arrows_and_enter_choose_while_the_line_keeps_the_focus(palette, qtbot):
    press(qtbot, palette, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Return)

    assert palette.done_so_far == ["quit"]
    assert is_gone(palette)


def test_escape_leaves_and_nothing_is_done(palette, qtbot):
    press(qtbot, palette, Qt.Key.Key_Escape)

    assert palette.done_so_far == []
    assert is_gone(palette)


def test_a_page_is_gone_down_and_up(palette, qtbot):
    palette.line.setText("nifty")

    press(qtbot, palette, Qt.Key.Key_PageDown)
    down = palette.list.currentIndex().row()
    press(qtbot, palette, Qt.Key.Key_PageUp)

    assert down > 5
    assert palette.list.currentIndex().row() == 0
    assert "100 more" in palette.foot.text()


def test_what_is_not_possible_says_why_and_stays(palette, qtbot):
    palette.line.setText("undo")

    press(qtbot, palette, Qt.Key.Key_Enter)

    assert "nothing was edited" in palette.foot.text()
    assert palette.isVisible()
    assert "nothing was edited" in palette.model.data(palette.model.index(0, 0))


def test_words_that_fit_nothing_are_said_and_enter_does_nothing(palette, qtbot):
    palette.line.setText("no such thing")

    press(qtbot, palette, Qt.Key.Key_Return)

    assert "Nothing fits" in palette.foot.text()
    assert palette.done_so_far == []


def test_the_cursor_stays_when_the_contracts_come_in(palette, qtbot):
    palette.list.setCurrentIndex(palette.model.index(1, 0))

    palette._take_the_rest()

    assert palette.selected().title == "Quit"


def test_the_last_choice_comes_first_the_next_time(open_desk):
    desk = open_desk()
    choose(desk, "about")

    assert opened(desk).selected().title == "About Legwork"


def test_a_contract_becomes_a_sold_leg(open_desk):
    desk = open_desk()
    legs = len(desk.window.desk.editor.draft()["legs"])

    title = choose(desk, "NIFTY 24850 CE sell")

    added = desk.window.desk.editor.draft()["legs"]
    assert title == "NIFTY 25 Aug 24850 CE › Sell in the editor"
    assert len(added) == legs + 1
    assert (added[-1]["side"], added[-1]["strike"]["strike"]) == ("SELL", "24850.00")


def test_a_contract_is_shown_in_the_chart(open_desk):
    desk = open_desk()

    choose(desk, "nifty 24850 pe")

    assert "24850" in desk.panel("chart").chooser.currentText()


def test_a_template_is_opened_in_the_editor(open_desk):
    desk = open_desk()

    choose(desk, "iron condor")

    assert "condor" in desk.window.desk.editor.draft()["name"].casefold()


def test_a_page_of_the_editor_is_gone_to(open_desk):
    desk = open_desk()

    title = choose(desk, "editor stop loss")

    forms = desk.panel("editor").forms
    assert title == "Editor: Stop loss"
    assert forms.tabText(forms.currentIndex()).startswith("Stop loss")


def test_an_account_is_edited(open_desk):
    desk = open_desk()

    choose(desk, "account settings")

    assert desk.dialog(SettingsDialog).windowTitle().startswith("Account ")


def test_another_dialog_opens_once_the_palette_is_gone(open_desk):
    desk = open_desk()

    choose(desk, "new from template")

    assert desk.dialog(TemplateChooser).isVisible()


def test_a_portfolio_is_squared_off_after_the_same_question(open_desk):
    desk = open_desk("2026-08-19T09:19:58", speed=20)
    desk.window.act("start_demonstration")
    desk.dialog(QuestionDialog).accept()
    desk.wait_until(
        lambda: "P1" in desk.bridge.portfolios and desk.bridge.portfolios["P1"].state is PortfolioState.RUNNING
    )

    title = choose(desk, "demonstration square")
    question = desk.dialog(QuestionDialog)

    assert title == "Demonstration (P1) › Square off…"
    assert question.windowTitle() == "Square off: Demonstration"
    assert desk.panel("portfolios").grid.current_row() == 0
    assert desk.bridge.portfolios["P1"].open_legs == 4


def test_without_a_portfolio_its_actions_say_why_not(open_desk):
    desk = open_desk()

    hits = {hit.title: hit for hit in opened(desk, "square off").model.hits}

    assert hits["Square off the selected portfolio…"].why_not == "no portfolio is selected"


def test_every_contract_is_in_the_index_once(open_desk):
    desk = open_desk()
    master = desk.bridge.master

    entries = symbol_entries(master, lambda _instrument, _deed: None)

    contracts = [entry for entry in entries if entry.kind is Kind.CONTRACT]
    assert len(contracts) == sum(one.expiry is not None for one in master.instruments)
    assert len({entry.id for entry in entries}) == len(entries)


def test_the_palette_goes_away_when_another_window_is_worked_in(open_desk, qtbot):
    desk = open_desk()
    palette = opened(desk)
    qtbot.waitUntil(lambda: QApplication.activeWindow() is palette)

    desk.window.activateWindow()

    qtbot.waitUntil(lambda: is_gone(palette))
