"""What the kill switch would do is counted from what is open and what works now."""

import pytest

from engine.domain.multileg.states import KillLevel
from engine.domain.order import Purpose, Side
from engine.views.desk import Desk
from engine.views.kill_effects import kill_effects, level_sentences
from engine.views.orders import OrderRow
from engine.views.portfolios import PortfolioRow
from tests.helpers.simulated_desk import facts_of, rules, run_at


@pytest.fixture
def rows():
    run = run_at(9, 45)
    told = Desk(rules()).everything(facts_of(run), run.state)
    return run, *([one for one in told if isinstance(one, kind)] for kind in (PortfolioRow, OrderRow))


def test_closing_is_worth_the_opposite_quotes_of_what_is_held(rows) -> None:
    run, portfolios, orders = rows
    board = run.state.board.values
    columns = {Side.BUY: 3, Side.SELL: 1}  # what is bought back meets the ask, what is sold the bid

    found = kill_effects(portfolios, orders, lambda row, side: int(board[row, columns[side]]) or None)

    held = [leg for leg in portfolios[0].legs if leg.net_quantity]
    expected = sum(leg.net_quantity * int(board[leg.row, 3 if leg.net_quantity < 0 else 1]) for leg in held)
    assert (found.legs, found.held_by, found.portfolios) == (len(held), 1, 1)
    assert (found.cash, found.unpriced) == (expected, 0)
    assert found.buys == sum(leg.net_quantity < 0 for leg in held)


def test_opening_orders_are_told_apart_from_exits(rows) -> None:
    from msgspec.structs import replace

    from engine.domain.order import OrderStatus

    _, portfolios, orders = rows
    working = [replace(order, status=OrderStatus.OPEN) for order in orders]

    found = kill_effects(portfolios, working, lambda _row, _side: None)

    entries = sum(order.purpose is Purpose.ENTRY for order in orders)
    assert (found.openings, found.exits) == (entries, len(orders) - entries)
    assert found.unpriced == found.legs
    assert "shows no price now" in level_sentences(found)[KillLevel.FLATTEN]


def test_with_nothing_open_nothing_is_said_of_money() -> None:
    sentences = level_sentences(kill_effects([], [], lambda _row, _side: None))

    assert "₹" not in sentences[KillLevel.FLATTEN]
