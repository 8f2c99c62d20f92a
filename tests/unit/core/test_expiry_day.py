"""A contract that expires: what is held is settled at its intrinsic value, and its orders lapse."""

import pytest

from engine.domain import facts as f
from engine.domain.instant import SECOND, Instant
from engine.domain.money import money_of, price_of
from engine.domain.multileg.states import ExitReason, PortfolioState
from engine.domain.order import OrderStatus, Purpose
from tests.helpers.core_desk import EXPIRY, LOT, P1, RULES, Desk, leg, portfolio

CLOSE = RULES.expiry_close(portfolio(leg("SELL", "CE")).exchange, EXPIRY)


def holding(*legs, **fields):
    """A desk on which a portfolio was entered whole at 120, that no time closes."""
    desk = Desk()
    desk.add(portfolio(*legs, **fields))
    desk.fill_all()
    return desk


def expire(desk, spot):
    """Let the expiry day end with the spot at a level; the square-off was missed because the program did not run."""
    desk.now = Instant(CLOSE - SECOND)
    desk.state.now = desk.now  # No message came in between.
    desk.state.books.portfolios[P1].square_off_at = Instant(CLOSE + 3_600 * SECOND)
    desk.state.board.values[desk.row("spot"), 0] = price_of(spot)
    return desk.timer(1)


@pytest.mark.parametrize(
    ("side", "kind", "spot", "settled", "realised"),
    [
        ("BUY", "CE", "25000", "150", "1950"),  # (150 − 120) × 65
        ("SELL", "CE", "25000", "150", "-1950"),
        ("BUY", "PE", "24700", "150", "1950"),
        ("SELL", "PE", "24700", "150", "-1950"),
        ("BUY", "CE", "24700", "0", "-7800"),  # the premium
        ("SELL", "PE", "25000", "0", "7800"),
    ],
)
def test_an_option_is_settled_at_what_it_is_worth(side, kind, spot, settled, realised):
    desk = holding(leg(side, kind))

    expire(desk, spot)

    (fact,) = desk.of(f.LegExpired)
    assert fact.settlement_price == price_of(settled)
    assert fact.quantity == (LOT if side == "BUY" else -LOT)
    assert desk.run.legs[0].realised == money_of(realised)


def test_a_settled_portfolio_is_over_and_holds_nothing():
    desk = holding(leg("SELL", "CE"), leg("SELL", "PE"))

    expire(desk, "25000")

    assert desk.run.state is PortfolioState.COMPLETED
    assert [one.exit_reason for one in desk.run.legs] == [ExitReason.EXPIRY, ExitReason.EXPIRY]
    assert not any(desk.state.books.net_quantity.values())
    assert not [one for one in desk.requests() if one.purpose is Purpose.EXIT]


@pytest.mark.parametrize(("spot", "exercised"), [("25000", "9750"), ("24700", "0")])
def test_what_was_exercised_is_remembered_because_the_exchange_taxes_it(spot, exercised):
    desk = holding(leg("BUY", "CE"))

    expire(desk, spot)

    assert desk.run.legs[0].exercised_value == money_of(exercised)  # 150 × 65


def test_an_order_on_an_expired_contract_lapses():
    desk = Desk()
    desk.add(portfolio(leg("SELL", "CE", lots=2)))
    order_id = desk.pending()[0].order_id
    desk.report(order_id, OrderStatus.OPEN, LOT, "120")

    expire(desk, "24700")

    order = desk.state.books.orders[order_id]
    assert order.status is OrderStatus.CANCELLED
    assert order.wording == "lapsed at the close with its contract"
    assert desk.run.legs[0].net_quantity == 0


def test_nothing_is_settled_before_the_close():
    desk = holding(leg("SELL", "CE"))
    desk.now = Instant(CLOSE - 2 * SECOND)
    desk.state.books.portfolios[P1].square_off_at = Instant(CLOSE + 3_600 * SECOND)

    desk.timer(1)

    assert not desk.of(f.LegExpired)
    assert desk.run.legs[0].net_quantity == -LOT
