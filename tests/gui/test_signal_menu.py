"""Signals sent by hand from the menu of a portfolio."""

import pytest
from PySide6.QtWidgets import QMenu

from desktop.windows.dialog import QuestionDialog
from engine.domain.commands import AddPortfolio
from engine.domain.multileg.entry import OnSignal
from engine.domain.multileg.states import PortfolioState
from engine.schema.declared import replace


@pytest.fixture
def desk(open_desk):
    opened = open_desk()
    opened.editor = opened.window.desk.editor
    return opened


def shown_row(desk, **changes):
    portfolio = replace(desk.editor.value(), **changes)
    desk.bridge.submit(lambda at: AddPortfolio(at=at, portfolio=portfolio, start=True))
    desk.wait_until(lambda: any(row.legs for row in desk.bridge.portfolios.values()))
    return next(iter(desk.bridge.portfolios.values()))


def menu_of(desk, qtbot, row):
    panel = desk.panel("portfolios")
    menu = QMenu(panel)
    qtbot.addWidget(menu)
    panel._signal_menu.fill(menu, row)
    return menu


def test_a_portfolio_that_takes_signals_offers_them_and_a_confirmed_one_arrives(desk, qtbot):
    row = shown_row(desk, entry=OnSignal(token="s3cret-word"))
    menu = menu_of(desk, qtbot, row)
    signals = menu.actions()[0].menu()
    assert [action.text() for action in signals.actions()] == ["Start…", "Stop…", "Exit…"]

    signals.actions()[1].trigger()
    desk.dialog(QuestionDialog).accept()

    desk.wait_until(lambda: desk.bridge.portfolios[row.portfolio_id].state is PortfolioState.COMPLETED)


def test_a_portfolio_that_takes_none_offers_none(desk, qtbot):
    row = shown_row(desk)

    assert menu_of(desk, qtbot, row).actions() == []
