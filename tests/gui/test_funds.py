"""The funds panel: what the broker says beside what we count, and the margin of each portfolio."""

from PySide6.QtTest import QAbstractItemModelTester

from desktop.presentation.theme import built_in_theme
from desktop.viewmodels.funds import FundsModel
from desktop.workspace.links import AccountChosen
from tests.gui.engine_desk import standing_desk
from tests.gui.test_accounts_panels import TWO
from tests.helpers.simulated_desk import run_at


def lines(model):
    return {row.name.strip(): row for row in model.funds.shown_rows()}


def test_both_models_pass_qts_model_tester_and_agree_with_the_account(qtbot) -> None:
    _, bridge = standing_desk(run_at(9, 45))
    model = FundsModel(bridge, built_in_theme())
    for table in (model.funds, model.margins):
        QAbstractItemModelTester(table, QAbstractItemModelTester.FailureReportingMode.Fatal)

    model.refresh()

    row = bridge.status.accounts[0]
    found = lines(model)
    assert found["Available"].brokers == row.margin_free
    assert found["Cash and credit"].brokers == row.margin_free + row.margin_used
    assert found["MTM today"].ours == row.profit
    assert found["Realised today"].ours + found["Still open"].ours == row.profit
    assert found["Intraday (MIS)"].ours + found["Carried (NRML)"].ours == row.profit
    assert [line.name for line in model.margins.shown_rows()] == ["Netted together", "Straddle (P1)"]
    assert found["Utilised"].ours == model.margins.row_at(0).total
    assert found["Charges today"].ours > 0


def test_an_account_without_positions_says_what_to_do(open_desk) -> None:
    desk = open_desk(workspace="risk")
    desk.window.act("show_funds")
    panel = desk.panel("funds")

    desk.wait_until(lambda: panel._empty.isVisible())

    assert "Start a portfolio" in panel._empty.text()
    assert not panel.margins.isVisible()


def test_the_panel_follows_the_account_of_its_link_group_and_keeps_it(open_desk, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("LEGWORK_HOME", str(tmp_path))
    desk = open_desk(workspace="risk", hierarchy=TWO)
    desk.window.act("show_funds")
    panel = desk.panel("funds")
    desk.wait_until(lambda: panel.chooser.count() == 2)

    panel.follow(AccountChosen("SECOND"))

    assert panel.context() == {"account": "SECOND"}
    assert panel.shows() == "SECOND"
    assert panel.model.account().account_id == "SECOND"


def test_the_accounts_tell_profit_by_product_and_whether_the_line_is_up(open_desk) -> None:
    panel = open_desk().panel("accounts")

    keys = [column.key for column in panel.model.columns]
    texts = {key: panel.model.cell(0, number)[0] for number, key in enumerate(keys)}

    assert {"line", "intraday", "carried", "booked", "square_off_done"} <= set(keys)
    assert (texts["line"], texts["intraday"], texts["square_off_done"]) == ("up", "0", "")
