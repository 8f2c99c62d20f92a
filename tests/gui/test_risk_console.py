"""The risk console: limits with their use, the kill switch laid open, exit-only mode, and the history of stops."""

from decimal import Decimal

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from desktop.presentation.theme import built_in_theme
from desktop.viewmodels.risk_console import RISK_COLUMNS, RiskSource, StopsModel, risk_lines
from desktop.windows.kill_switch_dialog import KillSwitchDialog
from desktop.windows.reason_dialog import ReasonDialog
from desktop.windows.settings_dialog import SettingsDialog
from engine.domain.commands import SetExitOnly
from engine.domain.instant import SECOND
from engine.domain.multileg.states import KillLevel, PortfolioState
from engine.domain.settings.hierarchy import Hierarchy
from tests.gui.engine_desk import standing_desk
from tests.gui.test_accounts_panels import TWO
from tests.helpers.simulated_desk import run_at


def texts(source, title):
    number = next(n for n in range(source.row_count()) if source.row(n).title == title)
    row = source.row(number)
    return {column.key: column.text(row) for column in RISK_COLUMNS}


@pytest.fixture
def console(open_desk, monkeypatch, tmp_path):
    monkeypatch.setenv("LEGWORK_HOME", str(tmp_path))

    def opening(hierarchy: Hierarchy | None = None, begin: str = "2026-08-19T09:30"):
        desk = open_desk(begin, workspace="risk", hierarchy=hierarchy)
        desk.window.act("show_risk")
        desk.panel("risk").source.refresh()
        desk.panel("risk").grid.refresh(0)
        return desk, desk.panel("risk")

    return opening


def test_every_account_and_tag_stands_above_its_limits() -> None:
    _, bridge = standing_desk(run_at(11))
    source = RiskSource(bridge)

    source.refresh()

    titles = [source.row(n).title for n in range(source.row_count()) if source.row(n).use is None]
    assert titles == ["Account PAPER", "Strategy tag Default"]
    used = texts(source, "Orders per day")
    assert used["used"] == str(bridge.status.orders_today)
    assert used["limit"] == "3,000"
    assert used["left"].endswith("left")
    assert texts(source, "Max loss of the day")["limit"] == "off"
    assert texts(source, "Check margin")["limit"] == "on"


def test_folding_and_leaving_out_what_is_not_counted() -> None:
    _, bridge = standing_desk(run_at(11))
    source = RiskSource(bridge)
    source.refresh()
    whole = source.row_count()

    source.show_only_set(True)
    counted = source.row_count()
    source.toggle(0)

    assert source.row_count() < counted < whole
    assert source.row(1).title == "Strategy tag Default"


def test_the_history_passes_qts_model_tester_and_shows_the_newest_first(console, qtbot) -> None:
    desk, panel = console()
    QAbstractItemModelTester(panel.stops, QAbstractItemModelTester.FailureReportingMode.Fatal)

    desk.bridge.trip_kill_switch(KillLevel.CANCEL, "news")
    desk.wait_until(lambda: panel.stops.rowCount() == 1)
    desk.bridge.submit(lambda at: SetExitOnly(at=at, account="PAPER", on=True, reason="results"))
    desk.wait_until(lambda: panel.stops.rowCount() == 2)

    assert "results" in panel.stops.row_at(0).sentence
    assert panel.stops.cell(0, 1)[0] == "PAPER"
    assert panel.stops.cell(1, 1)[0] == "all accounts"


def test_each_level_says_what_it_would_do_and_is_tripped_with_a_reason(console, qtbot) -> None:
    desk, panel = console(begin="2026-08-19T09:19:58")
    desk.window.portfolio_desk._desk.bridge.submit(_demonstration(desk))
    desk.wait_until(lambda: any(row.state is PortfolioState.RUNNING for row in desk.bridge.portfolios.values()))
    desk.wait_until(lambda: "4 open legs of 1 portfolio" in panel.strip.sentences[KillLevel.FLATTEN].text())
    said = panel.strip.sentences[KillLevel.FLATTEN].text()

    qtbot.mouseClick(panel.strip.buttons[KillLevel.CANCEL], Qt.MouseButton.LeftButton)
    dialog = desk.dialog(KillSwitchDialog)
    chosen = dialog.chosen()
    dialog.reason_line.setText("enough")
    dialog.accept()
    desk.wait_until(lambda: desk.bridge.status.kill_level is KillLevel.CANCEL)
    desk.wait_until(lambda: "enough" in panel.strip.state.text())

    assert "about ₹" in said
    assert chosen is KillLevel.CANCEL
    assert [button.isEnabled() for button in panel.strip.buttons.values()] == [False, False, True]

    qtbot.mouseClick(panel.strip.release_button, Qt.MouseButton.LeftButton)
    release = desk.dialog(ReasonDialog)
    release.reason_line.setText("calm again")
    release.accept()
    desk.wait_until(lambda: desk.bridge.status.kill_level is KillLevel.OFF)
    desk.wait_until(lambda: not panel.strip.release_button.isVisible())


def _demonstration(desk):
    from engine.domain.commands import AddPortfolio

    portfolio = next(one.portfolio for one in desk.window.desk.templates if one.id == "demonstration")
    return lambda at: AddPortfolio(at=at, portfolio=portfolio, start=True)


def test_a_limit_is_changed_by_enter_with_the_cursor_in_its_field(console, qtbot) -> None:
    desk, panel = console(TWO)
    numbers = range(panel.source.row_count())
    number = next(
        n for n in numbers if panel.source.row(n).title == "Orders per day" and panel.source.row(n).name == "SECOND"
    )
    panel.grid.select_row(number)
    panel.grid.setFocus()
    qtbot.keyClick(panel.grid, Qt.Key.Key_Return)
    dialog = desk.dialog(SettingsDialog)
    title = dialog.windowTitle()

    dialog.form.set_data({**dialog.form.data(), "orders_per_day": 100, "daily_loss": "5000"})
    dialog.accept()
    desk.wait_until(lambda: desk.bridge.status.accounts[1].limits.daily_loss == Decimal(5_000))
    panel.source.refresh()

    assert title == "Limits of SECOND"
    assert desk.bridge.status.accounts[1].limits.orders_per_day == 100
    assert desk.bridge.status.accounts[0].limits.orders_per_day == 3_000


def test_an_account_under_the_cursor_only_closes_with_a_reason(console) -> None:
    desk, panel = console(TWO)
    panel.grid.select_row(next(n for n in range(panel.source.row_count()) if panel.source.row(n).name == "SECOND"))

    panel.exit_only()
    dialog = desk.dialog(ReasonDialog)
    dialog.reason_line.setText("results tonight")
    dialog.accept()
    desk.wait_until(lambda: desk.bridge.status.accounts[1].exit_only == "results tonight")
    panel.source.refresh()

    row = next(
        panel.source.row(n) for n in range(panel.source.row_count()) if panel.source.row(n).title == "Account SECOND"
    )
    assert row.state.startswith("exit only")


def test_what_is_shown_is_kept_with_the_workspace(console) -> None:
    _, panel = console()

    panel.only_set.setChecked(True)

    assert panel.context() == {"only_set": "yes"}


def test_stops_of_before_are_told_with_the_model(qtbot) -> None:
    _, bridge = standing_desk()

    assert StopsModel(bridge, built_in_theme()).rowCount() == 0


def test_a_portfolio_that_cools_off_is_shown_until_it_may_enter_again() -> None:
    run = run_at(15, 20)
    _, bridge = standing_desk(run)
    (row,) = bridge.portfolios.values()
    execution = msgspec.structs.replace(row.portfolio.execution, cooling_off=600)
    cooling = msgspec.structs.replace(row, portfolio=msgspec.structs.replace(row.portfolio, execution=execution))
    closed = max(leg.closed_at for leg in row.legs)

    during = [line.title for line in risk_lines((bridge.status.accounts), (), [cooling], closed + SECOND)]
    after = [line.title for line in risk_lines((bridge.status.accounts), (), [cooling], closed + 601 * SECOND)]

    assert "Cooling-off of Straddle" in during
    assert "Cooling-off of Straddle" not in after
