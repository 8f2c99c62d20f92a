"""The trade history is told by the facts alone, and agrees with what the books and the run's report say."""

from decimal import Decimal

import msgspec
import pytest

from engine.domain.charges import order_charges
from engine.domain.instant import ist_date
from engine.domain.instrument import Exchange, Kind
from engine.domain.money import SCALE, Money, money_of
from engine.domain.multileg.states import ExitReason
from engine.views.run_report import portfolio_charges
from engine.views.trade_statistics import trade_statistics
from engine.views.trades import TradeWriter
from tests.helpers.simulated_desk import at as moment
from tests.helpers.simulated_desk import facts_of, portfolio, rules, run_at, run_until, simulated_run


def trades_of(run):
    return list(TradeWriter(rules()).rows(facts_of(run)))


def test_every_closed_leg_is_one_row_with_the_figures_of_the_books():
    run = run_at(15, 20)
    (held,) = run.state.books.portfolios.values()

    rows = trades_of(run)

    by_leg = {row.leg_id: row for row in rows}
    assert sorted(by_leg) == [leg.leg_id for leg in held.legs if leg.closed_at is not None]
    for leg in held.legs:
        row = by_leg[leg.leg_id]
        assert (row.gross, row.entry_average, row.exit_average) == (leg.realised, leg.entry_average(), leg.average_exit)
        assert (row.entered_at, row.closed_at, row.exit_reason) == (leg.entered_at, leg.closed_at, leg.exit_reason)
        assert (row.side, row.quantity, row.lots) == (leg.leg.side, leg.entered_quantity, 2)
    assert by_leg[1].contract == "NIFTY 25 Aug 24500 CE"


def test_the_charges_add_up_to_those_of_the_runs_report():
    run = run_at(15, 20)
    (held,) = run.state.books.portfolios.values()

    charges = sum(row.charges for row in trades_of(run))

    # Each row is rounded to 1/10,000 ₹, the report once to the paisa.
    assert Decimal(charges) / SCALE == pytest.approx(portfolio_charges(run.state, held, rules()), abs=Decimal("0.01"))


def test_the_charges_of_a_row_are_those_of_its_two_orders():
    run = run_at(15, 20)
    row = next(row for row in trades_of(run) if row.leg_id == 1)
    orders = [order for order in run.state.books.orders.values() if order.leg_id == 1 and order.filled]
    rates = rules().charge_rates(Exchange.NFO, Kind.CALL, ist_date(row.closed_at))

    expected = sum(order_charges(rates, order.side, order.value).total for order in orders)

    assert Decimal(row.charges) / SCALE == pytest.approx(expected, abs=Decimal("0.0001"))


def test_the_slippage_of_a_stop_is_the_exit_against_the_price_that_decided_it():
    row = next(row for row in trades_of(run_at(15, 20)) if row.exit_reason is ExitReason.LEG_SL)

    decided = money_of("188.30")  # the words of the fact, see test_messages

    assert row.slippage == -(row.exit_average - decided) * row.quantity


def test_a_day_without_trades_has_statistics_without_ratios():
    run = simulated_run()
    run_until(run, moment(9, 20))

    found = trade_statistics(trades_of(run))

    assert (found.trades, found.net, found.win_rate, found.sharpe, found.drawdown.amount) == (0, 0, None, None, 0)


def test_a_reexecuted_portfolio_has_a_row_for_each_execution():
    again = portfolio().legs[2]
    declared = msgspec.structs.replace(portfolio(), legs=(again,), stop=None, target=None, profit_lock=None)
    run = simulated_run(portfolios=(declared,))
    run_until(run, moment(15, 20))

    rows = trades_of(run)

    assert Money(sum(row.gross for row in rows)) == sum(
        leg.cash for held in run.state.books.portfolios.values() for leg in held.legs
    )
