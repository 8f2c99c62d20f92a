"""What is booked of a leg that was closed in part: the closed part at its average entry, before charges."""

from decimal import Decimal

import pytest

from engine.core.readings import ledger
from engine.domain import commands as c
from engine.domain.money import price_of
from engine.domain.multileg.states import PortfolioState
from engine.views.run_report import RunTally, run_report
from tests.helpers.core_desk import LOT, P1, RULES, Desk, leg, portfolio


def half_closed(*legs):
    """A desk on which legs were entered at 120 and half of each was closed at 100."""
    desk = Desk()
    desk.add(portfolio(*legs))
    desk.fill_all()
    desk.say(c.PartExit(at=desk.now, portfolio_id=P1, percent=Decimal(50)))
    desk.fill_all("100")
    return desk


def document(desk):
    report = run_report(
        desk.state, RULES, begin=desk.facts[0].at, until=desk.now, messages=1, head="", tally=RunTally()
    )
    return report.document["portfolios"][0]


@pytest.mark.parametrize("side", ["SELL", "BUY"])
def test_the_closed_part_of_an_open_leg_is_booked_at_its_average_entry(side):
    desk = half_closed(leg(side, "CE", lots=2))

    assert abs(desk.run.legs[0].net_quantity) == LOT
    assert ledger.realised(desk.run) == price_of(20) * LOT * (1 if side == "SELL" else -1)


def test_a_leg_that_is_open_whole_has_booked_nothing():
    desk = Desk()

    desk.add(portfolio(leg("SELL", "CE"), leg("BUY", "PE")))
    desk.fill_all()

    assert desk.run.state is PortfolioState.RUNNING
    assert ledger.realised(desk.run) == 0


def test_once_all_is_closed_the_trades_count_exactly():
    desk = half_closed(leg("SELL", "CE", lots=2), leg("BUY", "PE", lots=2))

    desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))
    desk.fill_all()

    assert desk.run.state is PortfolioState.COMPLETED
    assert ledger.realised(desk.run) == sum(one.cash for one in desk.run.legs)


def test_the_report_of_a_run_shows_a_leg_that_was_closed_in_part():
    desk = half_closed(leg("SELL", "CE", lots=2))

    told = document(desk)

    row = told["legs"][0]
    assert (Decimal(row["entry_price"]), Decimal(row["exit_price"])) == (120, 100)
    assert (row["quantity"], row["open_quantity"]) == (2 * LOT, LOT)
    assert row["exit_time"] is None
    assert row["exit_reason"] is None
    assert Decimal(told["realised_pnl"]) == 20 * LOT
