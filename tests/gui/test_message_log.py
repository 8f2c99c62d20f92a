"""The message log: its filters, the pause, its links, and what it keeps with the workspace."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from desktop.composition.grid_log import GridLog, MessageLog, grid_log_path
from desktop.presentation.theme import built_in_theme
from desktop.viewmodels.messages import MessageChoice, MessagesModel
from desktop.windows.messages_panel import MessagesPanel
from desktop.windows.settings_dialog import SettingsDialog
from desktop.workspace.links import PortfolioChosen
from engine.domain.identifiers import AccountId, PortfolioId
from engine.views.messages import MessageLevel
from tests.gui.engine_desk import standing_desk, tell
from tests.unit.desktop.test_grid_log import DAY, message


def rows(count=3, first=1_000, **fields):
    return [message(f"line {number}", number=number, **fields) for number in range(first, first + count)]


def test_the_model_passes_qts_model_tester_while_paused_and_filtered(qtbot) -> None:
    _, bridge = standing_desk()
    model = MessagesModel(bridge, built_in_theme())
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    before = model.rowCount()

    model.pause(True)
    tell(bridge, *rows())
    held = model.rowCount()
    model.pause(False)
    model.choose(MessageChoice(account="USER1", levels=frozenset({MessageLevel.ERROR})))

    assert (held, model.rowCount()) == (before, 3)
    model.choose(MessageChoice())
    assert model.rowCount() == before + 3


def test_columns_are_those_of_grid_log_then_the_order(open_desk) -> None:
    panel = open_desk(workspace="review").panel("messages")

    keys = [column.key for column in panel.model.columns]

    assert keys == ["time", "level", "sentence", "account", "tag", "portfolio", "order"]


def test_messages_are_filtered_by_type_account_and_portfolio_and_kept_with_the_workspace(open_desk, qtbot) -> None:
    desk = open_desk(workspace="review")
    panel = desk.panel("messages")
    desk.bridge.take_notices([*rows(), *rows(2, 2_000, account=AccountId("OTHER"), portfolio="Condor")])
    desk.wait_until(lambda: panel.account.findText("OTHER") > 0)

    panel.account.setCurrentText("OTHER")
    by_account = panel.model.rowCount()
    panel.levels[MessageLevel.ERROR].setFocus()
    qtbot.keyClick(panel.levels[MessageLevel.ERROR], Qt.Key.Key_Space)
    none = panel.model.rowCount()

    assert (by_account, none) == (2, 0)
    assert panel.context()["account"] == "OTHER"
    assert "ERROR" not in panel.context()["levels"].split()
    again = MessagesPanel(desk.window.desk, panel._links, panel.context())
    qtbot.addWidget(again)
    assert (again.account.currentText(), again.model.rowCount()) == ("OTHER", 0)


def test_the_pause_holds_new_messages_back_and_says_how_many(open_desk, qtbot) -> None:
    desk = open_desk(workspace="review")
    panel = desk.panel("messages")
    before = panel.model.rowCount()

    qtbot.mouseClick(panel.pause_button, Qt.MouseButton.LeftButton)
    desk.bridge.take_notices(rows())
    desk.wait_until(lambda: panel.pause_button.text() == "Paused · 3 new")
    held = panel.model.rowCount()
    qtbot.mouseClick(panel.pause_button, Qt.MouseButton.LeftButton)

    assert held == before
    assert panel.model.rowCount() >= before + 3


def test_the_linked_portfolio_alone_is_followed(open_desk) -> None:
    desk = open_desk(workspace="review")
    panel = desk.panel("messages")
    desk.bridge.take_notices([*rows(), *rows(2, 2_000, portfolio_id=PortfolioId("P7"))])
    desk.wait_until(lambda: panel.model.place_of(2_001) is not None)

    panel.portfolio.setCurrentText("the linked portfolio")
    panel.follow(PortfolioChosen(PortfolioId("P7")))

    assert [row.number for row in panel.model.shown_rows()] == [2_000, 2_001]


def test_grid_log_is_switched_off_in_its_dialog(open_desk, tmp_path, qtbot) -> None:
    from msgspec.structs import replace

    desk = open_desk(workspace="review")
    log = GridLog(tmp_path, MessageLog(), lambda _sentence: None)
    shown = desk.panel("messages")
    panel = MessagesPanel(replace(desk.window.desk, grid_log=log, keeps_settings=False), shown._links)
    qtbot.addWidget(panel)

    panel.ask_grid_log()
    dialog = next(one for one in panel.findChildren(SettingsDialog) if one.isVisible())
    dialog.form.set_data({"grid_log": False})
    dialog.accept()
    log.take(rows())
    log.close()

    assert not grid_log_path(tmp_path, DAY).exists()
