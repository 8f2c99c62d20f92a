"""Profits shown for all lots or for one; nothing is decided by it."""

import pytest

from desktop.viewmodels.portfolio_columns import PORTFOLIO_COLUMNS
from desktop.viewmodels.portfolio_line import PortfolioLine
from engine.core.readings import market_data
from engine.domain.money import rupees
from engine.views.marks import portfolio_mark
from engine.views.portfolios import portfolio_row
from tests.helpers.core_desk import LOT, Desk, leg, portfolio


def shown(basis: str) -> tuple[str, str, int]:
    """The P&L column of a straddle of 4 lots that made 10 points, of its first leg too, and its profit."""
    desk = Desk()
    desk.add(portfolio(leg("SELL", "CE", lots=4), leg("SELL", "PE", lots=4), value_basis=basis))
    desk.fill_all()
    desk.quote({(24850, "CE"): "110"})
    row = portfolio_row(desk.state, desk.run)
    quotes = {one.row: desk.state.board.values[one.row].tolist() for one in row.legs}
    mark = portfolio_mark(row, quotes)
    (column,) = [one for one in PORTFOLIO_COLUMNS if one.key == "profit"]
    whole = PortfolioLine(portfolio=row, mark=mark)
    first = PortfolioLine(portfolio=row, mark=mark, leg=row.legs[0], leg_mark=mark.legs[0])
    assert mark.profit == market_data.profit(desk.state, desk.run)
    return column.text(whole), column.text(first), int(rupees(mark.profit or 0))


@pytest.mark.parametrize(("basis", "text"), [("all lots", "+2,600.00"), ("per lot", "+650.00")])
def test_the_profit_on_screen_is_for_all_lots_or_for_one(basis, text):
    total, of_leg, profit = shown(basis)

    assert total.replace("₹", "").strip() == text
    assert of_leg.replace("₹", "").strip() == text
    assert profit == 10 * 4 * LOT
