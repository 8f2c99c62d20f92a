"""A portfolio that runs in several accounts is edited in the window: in one of them, or in all at once."""

import pytest
from PySide6.QtWidgets import QLabel

from desktop.windows.copies_dialog import CopiesDialog
from desktop.windows.dialog import SentenceDialog
from engine.domain.commands import AddPortfolio, SquareOffPortfolio
from engine.domain.multileg.states import PortfolioState
from engine.domain.settings.account import Account
from engine.domain.settings.hierarchy import Hierarchy
from engine.domain.settings.strategy_tag import StrategyTag, TagMember
from tests.helpers.core_desk import leg, portfolio, stop

# The offscreen platform says this for every top-level window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

THREE = Hierarchy(
    accounts=(Account(id="PAPER"), Account(id="SECOND"), Account(id="THIRD")),
    tags=(StrategyTag(name="ALL", members=tuple(TagMember(account=one) for one in ("PAPER", "SECOND", "THIRD"))),),
)


@pytest.fixture
def desk(open_desk):
    """A window in which a short put runs in three accounts, and that of the third is done."""
    desk = open_desk(speed=20, hierarchy=THREE)
    declared = portfolio(leg("SELL", "PE", stop_loss=stop(50)), tag="ALL")
    desk.bridge.submit(lambda at: AddPortfolio(at=at, portfolio=declared, start=True))
    desk.wait_until(lambda: states(desk) == [PortfolioState.RUNNING] * 3)
    third = list(desk.bridge.portfolios)[2]
    desk.bridge.submit(lambda at: SquareOffPortfolio(at=at, portfolio_id=third))
    desk.wait_until(lambda: states(desk)[2] is PortfolioState.COMPLETED)
    first = next(iter(desk.bridge.portfolios))
    desk.panel("portfolios").select(first)
    desk.window.portfolio_desk.select(first)
    return desk


def states(desk):
    return [row.state for row in desk.bridge.portfolios.values()]


def versions(desk):
    return [row.version for row in desk.bridge.portfolios.values()]


def asked(desk, **fields):
    """Edit some fields of the first copy and open the question."""
    desk.window.act("edit_selected")
    editor = desk.window.desk.editor
    editor.edit({**editor.draft(), **fields})
    desk.panel("editor").arm()
    return desk.dialog(CopiesDialog)


def texts(dialog):
    return " | ".join(label.text() for label in dialog.findChildren(QLabel))


def test_the_difference_of_every_copy_is_shown_and_one_account_is_meant_at_first(desk):
    dialog = asked(desk, remarks="only here")

    words, choices = texts(dialog), (dialog.this_account.text(), dialog.all_accounts.text())
    dialog.accept()
    desk.wait_until(lambda: versions(desk) == [2, 1, 1])

    assert "PAPER (P1.1)\nRemarks" in words
    assert "SECOND (P1.2)\nRemarks" in words
    assert "THIRD (P1.3)\ndone, stays as it is" in words
    assert choices == ("This account, PAPER", "All 2 accounts")


def test_all_accounts_are_edited_at_once_but_those_that_are_done(desk):
    dialog = asked(desk, remarks="everywhere")

    dialog.all_accounts.setChecked(True)
    dialog.accept()

    desk.wait_until(lambda: versions(desk) == [2, 2, 1])
    assert [row.portfolio.remarks for row in desk.bridge.portfolios.values()] == ["everywhere", "everywhere", ""]


def test_what_one_copy_refuses_is_named_and_none_is_edited(desk):
    dialog = asked(desk, atm_rounding="floor")

    dialog.all_accounts.setChecked(True)
    dialog.accept()
    words = texts(desk.dialog(SentenceDialog))

    assert "no copy is changed: in PAPER:" in words
    assert "in SECOND:" in words
    assert versions(desk) == [1, 1, 1]
