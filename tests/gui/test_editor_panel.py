"""The editor beside its form: words, cautions, legs as text, and templates as they were adjusted."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu

from desktop.windows.closed_outside_dialog import ClosedOutsideDialog
from desktop.windows.dialog import QuestionDialog, SentenceDialog
from desktop.windows.leg_string_dialog import LegStringDialog
from desktop.windows.template_chooser import TemplateChooser
from desktop.windows.words_dialog import WordsDialog
from engine.domain.commands import AddPortfolio
from engine.domain.money import price_of

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

SHORT_CALL = "Strike:ATM+2|Txn:SELL|Ins:CE|Expiry:CW|Lots:2"


@pytest.fixture
def desk(open_desk):
    opened = open_desk()
    opened.editor = opened.window.desk.editor
    opened.multileg = opened.panel("editor")
    opened.multileg.tools.payoff.setChecked(True)
    opened.multileg._show_side()
    return opened


def test_the_words_follow_every_edit(desk):
    desk.multileg.pictures.setCurrentWidget(desk.multileg.words)
    assert "buy 2 lots of the put 10 strikes below the money" in desk.multileg.words.toPlainText()

    legs = desk.editor.draft()["legs"]
    desk.editor.edit({**desk.editor.draft(), "legs": [{**legs[0], "lots": 7}, *legs[1:]]})
    assert "buy 7 lots of the put" in desk.multileg.words.toPlainText()

    desk.editor.edit({**desk.editor.draft(), "name": ""})
    assert "Something is wrong" in desk.multileg.words.toPlainText()


def test_the_legs_show_their_live_prices(desk):
    desk.wait_until(lambda: desk.multileg.estimate is not None)
    table = desk.multileg.forms.form("Legs").fields.inputs["legs"].lines
    titles = [column.title for column in table.item_columns]

    desk.wait_until(lambda: table.item(0, titles.index("LTP")).text() not in ("", "–"))

    assert float(table.item(2, titles.index("IV %")).text()) > 0
    assert table.item(2, titles.index("Δ")).text().startswith("−")


def test_a_leg_string_is_read_while_it_is_typed_and_taken(desk):
    desk.multileg.paste_legs()
    dialog = desk.dialog(LegStringDialog)

    dialog.text_box.setPlainText("Strike:XX|Txn:HOLD")
    wrong = dialog.verdict.text()
    dialog.accept()
    still_open = dialog.isVisible()
    dialog.text_box.setPlainText(SHORT_CALL)
    read = dialog.verdict.text()
    dialog.append_choice.setChecked(True)
    dialog.accept()

    assert wrong.count("✕") >= 2
    assert still_open
    assert "SELL 2 × CE ATM+2" in read
    assert len(desk.editor.draft()["legs"]) == 5


def test_a_leg_string_replaces_the_legs_and_can_be_undone(desk):
    desk.multileg.paste_legs()
    dialog = desk.dialog(LegStringDialog)
    dialog.text_box.setPlainText(SHORT_CALL)
    dialog.accept()
    replaced = len(desk.editor.value().legs)

    desk.editor.undo()

    assert (replaced, len(desk.editor.value().legs)) == (1, 4)


def test_the_legs_are_copied_as_text(desk):
    desk.multileg.copy_legs()

    assert QGuiApplication.clipboard().text().startswith("Strike:ATM-10|Txn:BUY|Ins:PE")


def test_wrong_legs_are_not_copied(desk):
    desk.editor.edit({**desk.editor.draft(), "name": ""})

    desk.multileg.copy_legs()

    assert desk.dialog(SentenceDialog).windowTitle() == "Not copied"


def test_a_caution_is_confirmed_once_when_saving(desk):
    legs = desk.editor.draft()["legs"]
    desk.editor.edit({**desk.editor.draft(), "legs": legs[2:]})

    desk.multileg.files.save()
    question = desk.dialog(QuestionDialog)
    assert "Save Demonstration" in question.windowTitle()
    question.accept()
    desk.wait_until(lambda: bool(desk.multileg.findChildren(QFileDialog)))

    assert desk.editor.unconfirmed() == []
    assert desk.editor.cautions() != []


def test_cautions_stand_beside_the_verdict_and_on_their_tab(desk):
    legs = desk.editor.draft()["legs"]
    desk.editor.edit({**desk.editor.draft(), "legs": legs[2:]})

    desk.wait_until(lambda: "1 caution" in desk.multileg.verdict.text())

    assert desk.multileg.forms.tabText(1) == "Legs ⚠1"


def test_a_template_comes_into_the_editor_as_it_was_adjusted(desk):
    desk.window.act("new_portfolio")
    chooser = desk.dialog(TemplateChooser)
    chooser.search_line.setText("iron condor (credit)")
    chooser.details.show_template(chooser.selected())
    chooser.details.lots_box.setValue(4)
    shown = [name.text() for name, _value in chooser.details._values]
    chooser.accept()

    assert shown[0] == "Credit"
    assert {leg["lots"] for leg in desk.editor.draft()["legs"]} == {4}


def test_in_a_small_panel_fields_and_payoff_take_turns(desk):
    panel = desk.multileg
    if not panel._is_small:
        pytest.skip("this screen is large")

    panel.tools.payoff.setChecked(False)
    panel._show_side()

    assert (panel.forms.isVisible(), panel._side_box.isVisible()) == (True, False)


def test_the_keys_of_the_legs_win_over_the_windows_own(desk, qtbot):
    panel = desk.multileg
    panel.tools.payoff.setChecked(False)
    panel._show_side()
    table = panel.forms.form("Legs").fields.inputs["legs"].lines
    table.setFocus()
    qtbot.waitUntil(table.hasFocus)

    qtbot.keyClick(table, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)

    assert len(desk.editor.draft()["legs"]) == 5
    assert desk.window.findChildren(QuestionDialog) == []


def test_a_running_portfolio_is_said_in_words(desk):
    desk.bridge.submit(lambda at: AddPortfolio(at=at, portfolio=desk.editor.value(), start=True))
    panel = desk.panel("portfolios")
    desk.wait_until(lambda: panel.source.row_count() > 0)

    panel.say_in_words(panel.source.row(0))

    dialog = desk.dialog(WordsDialog)
    assert "“Demonstration” trades 4 legs" in dialog.words.toPlainText()


def test_the_menu_of_a_leg_greys_what_cannot_be_done_now(desk, qtbot):
    desk.bridge.submit(lambda at: AddPortfolio(at=at, portfolio=desk.editor.value(), start=True))
    panel = desk.panel("portfolios")
    desk.wait_until(lambda: any(row.legs for row in desk.bridge.portfolios.values()))
    row = next(iter(desk.bridge.portfolios.values()))
    menu = QMenu(panel)
    qtbot.addWidget(menu)

    panel._leg_menu.fill(menu, row, row.legs[0])

    possible = {action.text().split(" leg")[0]: action.isEnabled() for action in menu.actions()}
    assert possible["Execute idle"] is False
    assert next(iter(possible)) == "Square off"


def test_a_leg_is_marked_as_closed_at_the_broker_at_the_price_that_was_typed(desk, qtbot):
    sent = []
    dialog = ClosedOutsideDialog(desk.window, "NIFTY 24850 CE", -65, price_of("0.05"), sent.append)
    dialog.price_line.setText("131.03")
    dialog.accept()
    refused = dialog._error.text()
    dialog.price_line.setText("131.05")
    dialog.accept()

    assert "steps of ₹0.05" in refused
    assert sent == [price_of("131.05")]


def test_without_a_price_the_brokers_books_are_asked(desk):
    sent = []
    dialog = ClosedOutsideDialog(desk.window, "NIFTY 24850 CE", -65, price_of("0.05"), sent.append)

    dialog.accept()

    assert sent == [None]
