"""The panels of accounts and strategy tags: what they show, and what their dialogs change."""

from decimal import Decimal

import pytest

from desktop.bootstrap import build_window
from desktop.bridge import EngineBridge
from desktop.composition.accounts import load_hierarchy
from desktop.composition.desk import Desk, DeskChoice
from desktop.composition.markets import MarketChoice
from desktop.presentation.theme import built_in_theme
from desktop.windows.dialog import QuestionDialog
from desktop.windows.reason_dialog import ReasonDialog
from desktop.windows.settings_dialog import SettingsDialog
from desktop.workspace.layouts import open_workspace
from engine.domain.instant import SECOND
from engine.domain.settings.account import Account
from engine.domain.settings.hierarchy import Hierarchy
from engine.domain.settings.strategy_tag import StrategyTag, TagMember
from tests.helpers.simulated_desk import at

TWO = Hierarchy(
    accounts=(Account(id="PAPER"), Account(id="SECOND", alias="My second", multiplier=2)),
    tags=(StrategyTag(name="BOTH", members=(TagMember(account="PAPER"), TagMember(account="SECOND"))),),
)


@pytest.fixture
def open_two(qtbot, tmp_path, monkeypatch):
    """Open a window on accounts and tags, with a settings folder of its own."""
    monkeypatch.setenv("LEGWORK_HOME", str(tmp_path))
    opened = []

    def opening(hierarchy=TWO):
        market = MarketChoice(begin=at(9, 30), underlyings=("NIFTY",), step=SECOND)
        composed = Desk(DeskChoice(market=market, hierarchy=hierarchy))
        bridge = EngineBridge(composed.client)
        bridge.start()
        window = build_window(bridge, open_workspace("start"), built_in_theme())
        window.keep_arrangement = False
        qtbot.addWidget(window, before_close_func=lambda one: one.close_without_asking())
        window.show()
        qtbot.waitUntil(lambda: bridge.status is not None, timeout=20_000)
        opened.append((window, bridge, composed))
        return window, bridge

    yield opening
    for window, bridge, composed in opened:
        window.close_without_asking()
        bridge.stop()
        composed.close()


def _texts(panel, row):
    return {column.key: panel.model.cell(row, number)[0] for number, column in enumerate(panel.model.columns)}


@pytest.fixture
def dialog_of(qtbot):
    """Wait for the open dialog of a kind and answer it."""

    def found(window, kind):
        qtbot.waitUntil(lambda: any(one.isVisible() for one in window.findChildren(kind)), timeout=20_000)
        return next(one for one in window.findChildren(kind) if one.isVisible())

    return found


def test_the_panels_show_every_account_and_tag(open_two):
    window, _ = open_two()

    first, second = (_texts(window.panels["accounts"], row) for row in (0, 1))
    default, both = (_texts(window.panels["tags"], row) for row in (0, 1))

    assert (first["account"], first["broker"], first["multiplier"]) == ("PAPER", "paper", "1")
    assert (second["account"], second["alias"], second["multiplier"]) == ("SECOND", "My second", "2")
    assert (default["name"], default["members"]) == ("Default", "PAPER ×1")
    assert (both["name"], both["members"]) == ("BOTH", "PAPER ×1, SECOND ×1")


def test_the_account_column_shows_itself_with_the_second_account(open_two):
    def is_shown(window, panel, key="account"):
        layout = window.panels[panel].table_header().column_layout()
        return key in [column.key for column in layout if not column.hidden]

    two, _ = open_two()
    one, _ = open_two(None)

    assert is_shown(two, "orders")
    assert is_shown(two, "portfolios")
    assert not is_shown(one, "orders")


def test_an_edited_account_is_written_and_holds_at_once(open_two, qtbot, dialog_of):
    window, bridge = open_two()
    window.act("show_accounts")
    panel = window.panels["accounts"]
    panel.table.view.selectRow(1)
    panel.edit()
    dialog = dialog_of(window, SettingsDialog)

    dialog.form.set_data({**dialog.form.data(), "max_profit": "5000", "multiplier": 3})
    dialog.accept()
    qtbot.waitUntil(lambda: bridge.status.accounts[1].declared.max_profit == 5_000, timeout=20_000)

    assert load_hierarchy().account("SECOND").max_profit == Decimal(5_000)
    assert bridge.status.accounts[1].declared.multiplier == 3


def test_a_wrong_account_stays_in_its_dialog_with_a_sentence(open_two, dialog_of):
    window, _ = open_two()
    window.act("show_accounts")
    panel = window.panels["accounts"]
    panel.add()
    dialog = dialog_of(window, SettingsDialog)

    dialog.form.set_data({"id": "PAPER"})
    dialog.accept()

    assert dialog.isVisible()
    assert "There is an account PAPER already" in dialog._error.text()


def test_exit_only_mode_needs_a_reason_and_is_shown(open_two, qtbot, dialog_of):
    window, bridge = open_two()
    window.act("show_accounts")
    panel = window.panels["accounts"]
    panel.table.view.selectRow(1)
    panel.exit_only()
    dialog = dialog_of(window, ReasonDialog)

    dialog.accept()
    still_open = dialog.isVisible()
    dialog.reason_line.setText("results tonight")
    dialog.accept()
    qtbot.waitUntil(lambda: bridge.status.accounts[1].exit_only == "results tonight", timeout=20_000)

    assert still_open
    assert _texts(panel, 1)["state"] == "exit only"


def test_a_tag_is_added_and_removed_again(open_two, qtbot, dialog_of):
    window, _ = open_two()
    window.act("show_tags")
    panel = window.panels["tags"]
    panel.add()
    dialog = dialog_of(window, SettingsDialog)
    dialog.form.set_data({"name": "SOLO", "members": [{"account": "NOBODY"}]})
    dialog.accept()
    refused = dialog._error.text()
    dialog.form.set_data({"name": "SOLO", "members": [{"account": "PAPER", "multiplier": 2}], "max_loss": "9000"})
    dialog.accept()
    qtbot.waitUntil(lambda: panel.model.place_of("SOLO") is not None, timeout=20_000)
    kept = load_hierarchy().tag("SOLO")

    panel.table.view.selectRow(panel.model.place_of("SOLO"))
    panel.remove()
    dialog_of(window, QuestionDialog).accept()
    qtbot.waitUntil(lambda: panel.model.place_of("SOLO") is None, timeout=20_000)

    assert "There is no account NOBODY" in refused
    assert (kept.max_loss, kept.members[0].multiplier) == (Decimal(9_000), 2)
    assert load_hierarchy().tag("SOLO") is None
