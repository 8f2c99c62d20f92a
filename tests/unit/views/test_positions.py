"""Positions with Greeks: the tree, its sums, and the figures behind them."""

from datetime import date

import numpy as np
import pytest

from engine.domain.instant import Instant
from engine.domain.quote import COLUMNS, IntArray
from engine.pricing.greeks import greeks
from engine.views.expiry_pricing import expiry_ladder, priced
from engine.views.option_chain import Chain, chain
from engine.views.portfolios import PortfolioRow, portfolio_row
from engine.views.positions import PositionBook, PositionLevel, PositionRow
from tests.helpers.simulated_desk import DAY, at, rules, run_at

HALF_PAST_NINE = at(9, 30)


def rows_at(hour: int, minute: int) -> list[PortfolioRow]:
    state = run_at(hour, minute).state
    return [portfolio_row(state, run) for run in state.books.portfolios.values()]


def quotes(rows: IntArray, hour: int = 9, minute: int = 30) -> IntArray:
    values = run_at(hour, minute).state.board.values
    copied = np.zeros((len(rows), COLUMNS), dtype=np.int64)
    copied[rows >= 0] = values[rows[rows >= 0]]
    return copied


def lines_at(hour: int, minute: int, *, with_closed: bool = False) -> list[PositionRow]:
    master = run_at(hour, minute).state.master
    book = PositionBook(rows_at(hour, minute), master, rules(), DAY, with_closed=with_closed)
    return book.priced(quotes(book.rows, hour, minute), at(hour, minute))


def chain_at(hour: int, minute: int) -> Chain:
    master = run_at(hour, minute).state.master
    ladder = expiry_ladder(master, rules(), "NIFTY", master.expiries("NIFTY")[0])
    references = np.full(len(ladder.rows), 1_000_000, dtype=np.int64)
    return chain(ladder, quotes(ladder.rows, hour, minute), references, at(hour, minute))


def test_the_tree_goes_from_total_to_leg() -> None:
    lines = lines_at(9, 30)

    assert [line.level for line in lines] == [*list(PositionLevel)[:4], *[PositionLevel.LEG] * 4]
    assert [line.name for line in lines[:4]] == ["Total", "NIFTY", "25 Aug 2026", "Straddle"]
    assert [line.net_quantity for line in lines[4:]] == [130, 130, -130, -130]


@pytest.mark.parametrize("column", ["mtm", "booked", "delta", "gamma", "theta", "vega"])
def test_every_subtotal_is_the_sum_of_its_legs(column: str) -> None:
    lines = lines_at(9, 30)
    legs = [line for line in lines if line.level is PositionLevel.LEG]

    sums = [getattr(line, column) for line in lines if line.level is not PositionLevel.LEG]

    assert sums == [pytest.approx(sum(getattr(leg, column) for leg in legs))] * 4


def test_a_legs_greeks_are_those_of_its_unit_times_its_quantity() -> None:
    master = run_at(9, 30).state.master
    ladder = expiry_ladder(master, rules(), "NIFTY", master.expiries("NIFTY")[0])
    pricing = priced(ladder, quotes(ladder.rows), HALF_PAST_NINE)
    sold_call = lines_at(9, 30)[6]
    assert sold_call.volatility is not None

    unit = greeks(pricing.forward, 24_100.0, pricing.years, 0.0, sold_call.volatility, True)

    assert sold_call.name == "NIFTY 25 Aug 24100 CE"
    assert sold_call.delta == pytest.approx(-130 * float(unit.delta))
    assert sold_call.theta == pytest.approx(-130 * float(unit.theta))


def test_a_sold_straddle_earns_time_and_loses_on_volatility() -> None:
    total = lines_at(9, 30)[0]

    assert total.theta is not None
    assert total.vega is not None
    assert total.theta > 0 > total.vega


def test_mtm_is_the_open_quantity_from_average_to_last_price() -> None:
    for line in lines_at(9, 30)[4:]:
        assert line.net_quantity is not None
        assert line.mtm == line.net_quantity * ((line.last_price or 0) - (line.average_price or 0))


def test_closed_legs_show_only_when_asked_for() -> None:
    held = [line for line in lines_at(11, 0) if line.level is PositionLevel.LEG]
    all_legs = [line for line in lines_at(11, 0, with_closed=True) if line.level is PositionLevel.LEG]

    assert len(held) == 3
    assert len(all_legs) == 4
    assert all_legs[3].net_quantity == 0
    assert all_legs[3].booked < 0
    assert all_legs[3].delta == 0.0


def test_yesterdays_closed_legs_are_left_out() -> None:
    book = PositionBook(rows_at(15, 20), run_at(15, 20).state.master, rules(), date(2026, 8, 20), with_closed=True)

    assert book.priced(quotes(book.rows), at(15, 20)) == []


def test_without_quotes_the_greeks_are_missing_and_not_zero() -> None:
    master = run_at(9, 30).state.master
    book = PositionBook(rows_at(9, 30), master, rules(), DAY)

    lines = book.priced(np.zeros((len(book.rows), COLUMNS), dtype=np.int64), Instant(HALF_PAST_NINE))

    assert {line.delta for line in lines} == {None}
    assert {line.mtm for line in lines} == {None}


def test_nothing_held_is_no_line() -> None:
    book = PositionBook([], run_at(9, 30).state.master, rules(), DAY)

    assert book.priced(quotes(book.rows), HALF_PAST_NINE) == []


def test_the_chain_marks_the_strike_nearest_the_forward() -> None:
    shown = chain_at(9, 30)

    assert shown.at_the_money is not None
    nearest = shown.rows[shown.at_the_money]
    assert nearest.is_at_the_money
    assert abs(nearest.strike / 10_000 - shown.forward) <= 25


def test_the_chains_ratio_is_open_interest_of_puts_over_calls() -> None:
    shown = chain_at(9, 30)

    puts = sum(row.put.open_interest for row in shown.rows)
    calls = sum(row.call.open_interest for row in shown.rows)
    assert shown.put_call_ratio == puts / calls
    assert shown.most_open_interest == max(max(row.put.open_interest, row.call.open_interest) for row in shown.rows)
    assert max(row.put.open_interest_share for row in shown.rows) <= 1.0


def test_the_chain_prices_call_and_put_at_one_volatility() -> None:
    shown = chain_at(9, 30)

    for row in shown.rows:
        assert 0.05 < row.volatility < 0.5
        assert row.call.delta - row.put.delta == pytest.approx(1.0)


def test_change_is_counted_from_the_reference() -> None:
    for row in chain_at(9, 30).rows:
        assert row.call.last_price is not None
        assert row.call.change == row.call.last_price - 1_000_000


def test_a_chain_without_quotes_has_no_prices_and_no_money() -> None:
    master = run_at(9, 30).state.master
    ladder = expiry_ladder(master, rules(), "NIFTY", master.expiries("NIFTY")[0])
    nothing = np.zeros((len(ladder.rows), COLUMNS), dtype=np.int64)

    shown = chain(ladder, nothing, nothing[:, 0], HALF_PAST_NINE)

    assert shown.at_the_money is None
    assert shown.spot is None
    assert shown.put_call_ratio is None
    assert np.isnan(shown.rows[0].volatility)
    assert shown.rows[0].call.last_price is None


def test_the_chain_knows_where_its_options_pay_their_holders_least() -> None:
    shown = chain_at(9, 30)

    def payout(at: int) -> int:
        calls = sum(row.call.open_interest * max(0, at - row.strike) for row in shown.rows)
        return calls + sum(row.put.open_interest * max(0, row.strike - at) for row in shown.rows)

    assert shown.max_pain is not None
    assert payout(shown.max_pain) == min(payout(row.strike) for row in shown.rows)
