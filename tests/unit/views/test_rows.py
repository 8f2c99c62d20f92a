"""Rows of orders, portfolios and the status, built from a simulated day's state."""

import numpy as np
import pytest

from engine.core.state import EngineState
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import LegId, PortfolioId
from engine.domain.multileg.states import ExitReason, LegState, PortfolioState
from engine.domain.order import OrderStatus, Purpose, Side
from engine.views import desk as desk_view
from engine.views.desk import Desk, Notice
from engine.views.marks import PortfolioMark, portfolio_mark
from engine.views.messages import MessageRow
from engine.views.order_life import BROKER, LEGWORK
from engine.views.orders import OrderRow
from engine.views.portfolios import PortfolioRow, portfolio_row
from engine.views.status import EngineFigures, status_row, trades_now
from tests.helpers.simulated_desk import DAY, at, facts_of, portfolio, rules, run_at, run_until, simulated_run

P1 = PortfolioId("P1")


def row_at(hour: int, minute: int = 0, second: int = 0) -> PortfolioRow:
    state = run_at(hour, minute, second).state
    return portfolio_row(state, state.books.portfolios[P1])


def mark_of(state: EngineState, row: PortfolioRow, before: PortfolioMark | None = None) -> PortfolioMark:
    quotes = dict(enumerate(state.board.values.tolist()))
    return portfolio_mark(row, quotes, before)


def everything_at(hour: int, minute: int = 0) -> list[Notice]:
    run = run_at(hour, minute)
    return Desk(rules()).everything(facts_of(run), run.state)


def test_an_order_row_tells_the_order_from_decision_to_fill() -> None:
    orders = [notice for notice in everything_at(15, 20) if isinstance(notice, OrderRow)]

    first = orders[0]

    assert (first.portfolio, first.leg_id, first.number, first.purpose) == ("Straddle", 1, 1, Purpose.ENTRY)
    assert (first.contract, first.side, first.quantity) == ("NIFTY 25 Aug 24500 CE", Side.BUY, 130)
    assert first.status is OrderStatus.COMPLETE
    assert first.filled == first.quantity
    assert first.remaining == 0
    assert first.broker_order_id is not None
    assert first.sent_at is not None
    assert first.acknowledge_latency is not None
    assert 0 <= first.acknowledge_latency <= (first.fill_latency or 0)


def test_an_order_row_tells_every_step_of_its_life_and_who_took_it() -> None:
    orders = [notice for notice in everything_at(15, 20) if isinstance(notice, OrderRow)]

    steps = orders[0].steps

    assert [step.at for step in steps] == sorted(step.at for step in steps)
    assert steps[0].words.startswith("written to the journal: BUY 130 at ")
    assert (steps[0].who, steps[0].detail) == (LEGWORK, orders[0].why)
    assert {(step.who, step.words) for step in steps} >= {(LEGWORK, "sent"), (BROKER, "open at the exchange")}


def test_an_order_of_a_contract_that_is_not_listed_any_more_is_told_by_its_symbol() -> None:
    run = simulated_run(portfolios=(portfolio(),))
    run_until(run, at(15, 20))
    told = [
        notice for notice in Desk(run.state.rules).everything(facts_of(run), run.state) if isinstance(notice, OrderRow)
    ]
    gone = told[0].instrument
    run.state.master = ContractMaster(one for one in run.state.master.instruments if one.id != gone)

    again = [
        notice for notice in Desk(run.state.rules).everything(facts_of(run), run.state) if isinstance(notice, OrderRow)
    ]

    assert (again[0].contract, again[0].row) == (gone.partition(":")[2], -1)
    assert again[0].average_price == told[0].average_price


def test_a_rejected_order_counts_as_a_try_of_the_ones_after_it() -> None:
    run = simulated_run(portfolios=(portfolio(),))
    run_until(run, at(15, 20))
    leg = run.state.books.portfolios[P1].leg(LegId(1))
    first, last = leg.orders[0], leg.orders[-1]
    run.state.books.orders[first].status = OrderStatus.REJECTED
    run.state.books.orders[first].filled = 0
    run.state.books.orders[last].purpose = Purpose.ENTRY

    rows = {
        n.order_id: n for n in Desk(run.state.rules).everything(facts_of(run), run.state) if isinstance(n, OrderRow)
    }

    assert (rows[first].retries, rows[last].retries) == (0, 1)


def test_of_very_many_orders_the_newest_are_told_and_what_still_works(monkeypatch: pytest.MonkeyPatch) -> None:
    run = simulated_run(portfolios=(portfolio(),))
    run_until(run, at(15, 20))
    every = list(run.state.books.orders.values())
    every[0].status = OrderStatus.OPEN
    monkeypatch.setattr(desk_view, "MOST_ORDERS", 2)

    told = [n.order_id for n in Desk(run.state.rules).everything(facts_of(run), run.state) if isinstance(n, OrderRow)]

    assert told == [every[0].order_id, every[-2].order_id, every[-1].order_id]


def test_an_order_rows_average_is_the_value_of_its_fills() -> None:
    run = run_at(15, 20)
    orders = [notice for notice in Desk(rules()).everything(facts_of(run), run.state) if isinstance(notice, OrderRow)]

    averages = {order.order_id: order.average_price for order in orders}

    for order in run.state.books.orders.values():
        assert averages[order.order_id] == round(order.value / order.filled)


def test_a_new_day_begins_without_the_portfolios_and_with_the_orders_of_yesterday() -> None:
    run = simulated_run(portfolios=(portfolio(),))
    run_until(run, at(15, 20))
    run.state.now = at(9, 15, day=DAY.replace(day=20))

    notices = Desk(rules()).everything(facts_of(run), run.state)

    assert not [notice for notice in notices if isinstance(notice, PortfolioRow)]
    assert len([notice for notice in notices if isinstance(notice, OrderRow)]) == len(run.state.books.orders)
    assert len([notice for notice in notices if isinstance(notice, MessageRow)]) == len(facts_of(run))


def test_only_changed_rows_follow_facts_and_each_once() -> None:
    run = simulated_run(portfolios=(portfolio(),))
    desk = Desk(rules())
    facts = run_until(run, at(9, 21))

    notices = desk.take(facts, run.state)

    assert len([notice for notice in notices if isinstance(notice, MessageRow)]) == len(facts)
    orders = [notice.order_id for notice in notices if isinstance(notice, OrderRow)]
    assert orders == list(run.state.books.orders)
    assert [notice.portfolio_id for notice in notices if isinstance(notice, PortfolioRow)] == [P1]


def test_a_waiting_portfolio_names_the_rules_that_choose_its_contracts() -> None:
    row = row_at(9, 16)

    assert row.state is PortfolioState.WAITING
    assert [leg.contract for leg in row.legs] == [
        "NIFTY CW ATM+8 CE",
        "NIFTY CW ATM-8 PE",
        "NIFTY CW ATM CE",
        "NIFTY CW ATM PE",
    ]
    assert (row.open_legs, row.closed_legs, row.waiting_legs) == (0, 0, 4)


def test_a_running_portfolio_shows_levels_with_what_they_watch() -> None:
    row = row_at(9, 30)
    sold_put = row.legs[3]

    assert row.state is PortfolioState.RUNNING
    assert row.combined_premium is not None
    assert (row.stop, row.target) == (-9_000 * 10_000, 50_000 * 10_000)
    assert sold_put.stop is not None
    assert sold_put.target is not None
    assert (sold_put.stop.when_rising, sold_put.target.when_rising) == (True, False)
    assert not sold_put.stop.on_underlying
    assert sold_put.net_quantity == -130


def test_a_stop_at_cost_is_shown_with_its_reason() -> None:
    sold_call = row_at(11, 0).legs[2]

    assert sold_call.stop is not None
    assert sold_call.stop.reason is ExitReason.LEG_COST
    assert sold_call.stop.value == sold_call.average_entry


def test_a_closed_leg_keeps_its_reason_and_average() -> None:
    closed = row_at(11, 0).legs[3]

    assert closed.state is LegState.CLOSED
    assert closed.exit_reason is ExitReason.LEG_SL
    assert closed.average_exit is not None
    assert closed.cash == (closed.average_entry or 0) * 130 - closed.average_exit * 130


def test_the_marks_of_a_running_portfolio_agree_with_the_engines_profit() -> None:
    state = run_at(9, 30).state
    row = row_at(9, 30)

    mark = mark_of(state, row)

    expected = sum(
        leg.cash + leg.net_quantity * state.board.values.item(leg.row, 0) for leg in state.books.portfolios[P1].legs
    )
    assert mark.profit == expected
    assert mark.stop_distance == expected + 9_000 * 10_000
    assert mark.target_distance == 50_000 * 10_000 - expected


def test_the_distance_of_a_legs_stop_is_level_less_price_for_a_sale() -> None:
    state = run_at(9, 30).state
    row = row_at(9, 30)

    mark = mark_of(state, row)

    sold = row.legs[2]
    assert sold.stop is not None
    assert mark.legs[2].stop_distance == sold.stop.value - (mark.legs[2].mark or 0)


def test_the_combined_premium_of_all_legs_moves_with_their_profit() -> None:
    state = run_at(9, 30).state
    row = row_at(9, 30)

    mark = mark_of(state, row)

    assert mark.premium is not None
    assert mark.profit is not None
    assert ((row.combined_premium or 0) - mark.premium) * row.base_quantity == mark.profit


def test_peak_and_trough_only_widen() -> None:
    state = run_at(9, 30).state
    row = row_at(9, 30)
    first = mark_of(state, row)
    wider = mark_of(state, row, None)
    before = type(first)(**{name: getattr(wider, name) for name in wider.__struct_fields__} | {"peak": 10**9})

    after = mark_of(state, row, before)

    assert after.peak == 10**9
    assert after.trough == first.profit


def test_marks_are_missing_while_a_price_is_missing() -> None:
    row = row_at(9, 30)

    mark = portfolio_mark(row, {})

    assert mark.profit is None
    assert mark.premium is None
    assert mark.stop_distance is None


def test_booked_and_open_profit_of_a_closed_portfolio_are_what_it_realised() -> None:
    row = row_at(15, 20)
    state = run_at(15, 20).state

    mark = mark_of(state, row)

    assert row.is_done
    assert mark.booked == mark.profit == row.realised


def test_the_status_counts_orders_of_the_last_second() -> None:
    run = run_at(9, 20, 0)
    exchanges = frozenset(contract.exchange for contract in run.state.master.instruments)
    is_open = trades_now(rules(), exchanges, run.now)

    status = status_row(run.state, run.now, EngineFigures(), market_open=is_open)

    sent = [order for order in run.state.books.orders.values() if order.sent_at is not None]
    assert sent
    assert status.orders_last_second == len(sent)
    assert status.orders_today == len(run.state.books.orders)
    assert status.market_open
    assert not status.recovering


@pytest.mark.parametrize(("hour", "is_open"), [(9, False), (10, True), (22, False)])
def test_the_market_is_open_inside_its_hours(hour: int, is_open: bool) -> None:
    exchanges = frozenset(contract.exchange for contract in run_at(9, 16).state.master.instruments)

    assert trades_now(rules(), exchanges, at(hour)) is is_open


def test_board_rows_of_legs_point_at_their_contracts() -> None:
    state = run_at(9, 30).state

    rows = np.array([leg.row for leg in row_at(9, 30).legs])

    assert [state.master.instruments[row].id for row in rows] == [leg.instrument for leg in row_at(9, 30).legs]
