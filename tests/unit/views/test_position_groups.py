"""Positions in groups of the trader's choice: what stands where, what adds up, and what is not ours."""

from dataclasses import dataclass

import msgspec
import numpy as np
import pytest

from engine.domain.quote import COLUMNS, IntArray
from engine.views.positions import BrokersBooks, Grouping, PositionBook, PositionLevel, PositionRow
from tests.helpers.simulated_desk import DAY, at, rules, run_at
from tests.unit.views.test_positions import rows_at

CALL = "NFO:NIFTY26AUG24100CE"


def quotes(rows: IntArray) -> IntArray:
    values = run_at(9, 30).state.board.values
    copied = np.zeros((len(rows), COLUMNS), dtype=np.int64)
    copied[rows >= 0] = values[rows[rows >= 0]]
    return copied


@dataclass(frozen=True)
class Shown:
    """The lines of two like portfolios in one grouping."""

    lines: list[PositionRow]

    def levels(self) -> list[str]:
        return [line.level.name for line in self.lines]

    def legs(self) -> list[PositionRow]:
        return [line for line in self.lines if line.level is PositionLevel.LEG]


def shown(grouping: Grouping, brokers: BrokersBooks | None = None, copies: int = 1) -> Shown:
    row = rows_at(9, 30)[0]
    rows = [
        msgspec.structs.replace(row, portfolio_id=f"P{number}", name=f"Straddle {number}")
        for number in range(1, copies + 1)
    ]
    book = PositionBook(rows, run_at(9, 30).state.master, rules(), DAY)
    return Shown(book.priced(quotes(book.rows), at(9, 30), brokers, grouping))


@pytest.mark.parametrize("grouping", list(Grouping))
def test_every_grouping_shows_each_leg_once_and_the_same_total(grouping: Grouping) -> None:
    usual, other = shown(Grouping.UNDERLYING_EXPIRY_PORTFOLIO, copies=2), shown(grouping, copies=2)

    assert len(other.legs()) == 8
    assert len({line.key for line in other.lines}) == len(other.lines)
    assert other.lines[0].profit == usual.lines[0].profit
    assert other.lines[0].vega == pytest.approx(usual.lines[0].vega)


def test_a_group_by_contract_has_a_net_quantity_and_its_legs_the_names_of_their_portfolios() -> None:
    found = shown(Grouping.CONTRACT, copies=2)

    groups = [line for line in found.lines if line.level is PositionLevel.CONTRACT]
    assert [group.net_quantity for group in groups] == [260, 260, -260, -260]
    assert groups[0].lots == 4
    assert groups[2].name == "NIFTY 25 Aug 24100 CE"
    assert [leg.name for leg in found.legs()[:2]] == ["Straddle 1 · leg 1", "Straddle 2 · leg 1"]


def test_a_group_of_different_contracts_has_no_net_quantity() -> None:
    assert shown(Grouping.EXPIRY).lines[1].net_quantity is None


def test_cash_greeks_are_those_of_one_percent_of_the_underlying() -> None:
    leg = shown(Grouping.FLAT).legs()[2]
    state = run_at(9, 30).state
    spot = state.master.spot("NIFTY")
    assert spot is not None
    percent = int(state.board.values[state.master.row(spot.id), 0]) / 10_000 / 100

    assert leg.delta is not None
    assert leg.gamma is not None
    assert leg.cash_delta == pytest.approx(leg.delta * percent)
    assert leg.cash_gamma == pytest.approx(leg.gamma * percent**2)


def test_percent_and_profit_per_lot_are_of_the_entry() -> None:
    found = shown(Grouping.PORTFOLIO)
    leg, portfolio = found.legs()[2], found.lines[1]

    assert leg.profit is not None
    assert leg.entry_value == 130 * (leg.average_price or 0)
    assert leg.percent == pytest.approx(leg.profit / leg.entry_value)
    assert leg.per_lot == leg.profit // 2
    assert portfolio.per_lot == (portfolio.profit or 0) // 2
    assert portfolio.entry_value == sum(one.entry_value for one in found.legs())


def test_margins_are_of_whole_portfolios_and_missing_where_a_group_divides_one() -> None:
    by_portfolio, by_contract = shown(Grouping.PORTFOLIO, copies=2), shown(Grouping.CONTRACT, copies=2)

    total, first = by_portfolio.lines[0].margin, by_portfolio.lines[1].margin
    assert first is not None
    assert total == 2 * first
    assert by_contract.lines[1].margin is None
    assert by_contract.lines[0].margin == total


def test_the_brokers_quantity_is_of_the_whole_contract_and_agrees_until_somebody_says_otherwise() -> None:
    agreed = shown(Grouping.FLAT, copies=2).legs()[2]
    differs = shown(Grouping.FLAT, BrokersBooks({("PAPER", CALL): (-260, -65)}), copies=2)

    assert (agreed.ledger_quantity, agreed.brokers_quantity, agreed.differs) == (-260, -260, False)
    assert [leg.brokers_quantity for leg in differs.legs() if leg.differs] == [-65, -65]


def test_what_the_broker_holds_beyond_our_ledger_stands_apart_and_is_in_no_total() -> None:
    ours = shown(Grouping.FLAT)
    brokers = BrokersBooks({("PAPER", CALL): (-130, -65)}, {("PAPER", "NFO:BANKNIFTY26AUG55000CE"): 35})
    both = shown(Grouping.FLAT, brokers)

    assert both.lines[0] == ours.lines[0]
    assert both.levels()[-3:] == ["NOT_OURS", "FOREIGN", "FOREIGN"]
    assert [line.name for line in both.lines[-2:]] == [
        "BANKNIFTY26AUG55000CE · taken as not ours",
        "NIFTY 25 Aug 24100 CE · not explained",
    ]
    assert [line.net_quantity for line in both.lines[-2:]] == [35, 65]


def test_nothing_held_and_books_that_differ_show_only_what_is_not_ours() -> None:
    book = PositionBook([], run_at(9, 30).state.master, rules(), DAY)

    lines = book.priced(quotes(book.rows), at(9, 30), BrokersBooks({("PAPER", CALL): (0, 65)}))

    assert [line.level for line in lines] == [PositionLevel.NOT_OURS, PositionLevel.FOREIGN]
