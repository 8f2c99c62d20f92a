"""Lines of positions that are kept from frame to frame: which are, and what makes them anew."""

from collections.abc import Sequence
from datetime import date

import msgspec
import numpy as np

from engine.domain.quote import COLUMNS, IntArray
from engine.views.portfolios import PortfolioRow
from engine.views.positions import BrokersBooks, Grouping, KeptPositions, PositionBook, PositionLevel, PositionRow
from tests.helpers.simulated_desk import DAY, at, rules, run_at
from tests.unit.views.test_positions import rows_at

USUAL = Grouping.UNDERLYING_EXPIRY_PORTFOLIO


def closed(row: PortfolioRow, *legs: int) -> PortfolioRow:
    """Answer a portfolio with some of its legs closed again."""
    changed = tuple(
        msgspec.structs.replace(leg, net_quantity=0, closed_at=row.started_at) if leg.leg_id in legs else leg
        for leg in row.legs
    )
    return msgspec.structs.replace(row, legs=changed)


def day() -> list[PortfolioRow]:
    """Answer a portfolio that is closed, one that is half closed, and one that is open."""
    row = rows_at(9, 30)[0]
    first, second, third = (
        msgspec.structs.replace(row, portfolio_id=f"P{number}", name=f"Straddle {number}") for number in (1, 2, 3)
    )
    return [closed(first, 1, 2, 3, 4), closed(second, 1, 3), third]


def quotes(rows: IntArray) -> IntArray:
    values = run_at(9, 30).state.board.values
    copied = np.zeros((len(rows), COLUMNS), dtype=np.int64)
    copied[rows >= 0] = values[rows[rows >= 0]]
    return copied


def lines(
    rows: Sequence[PortfolioRow],
    kept: KeptPositions | None,
    grouping: Grouping = USUAL,
    on: date = DAY,
    brokers: BrokersBooks | None = None,
) -> list[PositionRow]:
    master = run_at(9, 30).state.master
    book = PositionBook(rows, master, rules(), on, with_closed=True, kept=kept)
    return book.priced(quotes(book.rows), at(9, 30), brokers, grouping)


def line_of(shown: Sequence[PositionRow], portfolio: str, leg: int | None = None) -> PositionRow:
    return next(one for one in shown if one.portfolio_id == portfolio and one.leg_id == leg)


def test_closed_legs_and_groups_of_them_are_the_same_lines_in_every_frame_and_book() -> None:
    rows, kept = day(), KeptPositions()

    before, after = lines(rows, kept), lines(rows, kept)

    assert line_of(before, "P1", 1) is line_of(after, "P1", 1)
    assert line_of(before, "P1") is line_of(after, "P1")
    assert line_of(before, "P2", 3) is line_of(after, "P2", 3)
    assert line_of(before, "P3", 3) is not line_of(after, "P3", 3)


def test_closed_legs_ask_for_no_quotes_and_have_no_last_price() -> None:
    master = run_at(9, 30).state.master
    only_closed = PositionBook(day()[:1], master, rules(), DAY, with_closed=True)

    shown = only_closed.priced(quotes(only_closed.rows), at(9, 30))

    assert len(only_closed.rows) == 0
    assert [line.last_price for line in shown] == [None] * len(shown)
    assert {(line.mtm, line.delta, line.cash_gamma) for line in shown} == {(0, 0.0, 0.0)}


def test_a_kept_line_is_dropped_when_its_leg_changes() -> None:
    rows, kept = day(), KeptPositions()
    before = lines(rows, kept)
    dearer = msgspec.structs.replace(rows[0].legs[0], cash=rows[0].legs[0].cash - 10_000)
    told = msgspec.structs.replace(rows[0], legs=(dearer, *rows[0].legs[1:]))

    after = lines([told, *rows[1:]], kept)

    assert line_of(after, "P1", 1).booked == line_of(before, "P1", 1).booked - 10_000
    assert line_of(after, "P1").booked == line_of(before, "P1").booked - 10_000
    assert after[0].booked == before[0].booked - 10_000


def test_a_kept_line_is_dropped_when_the_day_changes() -> None:
    kept = KeptPositions()
    untimed = [msgspec.structs.replace(row, legs=tuple(
        msgspec.structs.replace(leg, closed_at=None) for leg in row.legs
    )) for row in day()]  # fmt: skip
    before = lines(untimed, kept)

    after = lines(untimed, kept, on=date(2026, 8, 20))

    assert line_of(after, "P1", 1).days == (line_of(before, "P1", 1).days or 0) - 1
    assert after == lines(untimed, None, on=date(2026, 8, 20))


def test_a_kept_line_is_dropped_when_the_grouping_changes() -> None:
    rows, kept = day(), KeptPositions()
    before = lines(rows, kept)

    for grouping in Grouping:
        assert lines(rows, kept, grouping) == lines(rows, None, grouping)

    assert lines(rows, kept) == before


def test_a_kept_line_is_made_anew_when_the_brokers_books_differ_in_its_contract() -> None:
    rows, kept = day(), KeptPositions()
    lines(rows, kept)
    leg = rows[0].legs[0]
    assert leg.instrument is not None

    after = lines(rows, kept, brokers=BrokersBooks({(rows[0].account, leg.instrument): (130, 65)}))

    assert line_of(after, "P1", 1).differs
    assert not line_of(after, "P1", 2).differs


def test_a_leg_that_closes_and_a_portfolio_that_comes_show_as_if_nothing_had_been_kept() -> None:
    rows, kept = day(), KeptPositions()
    lines(rows, kept)
    later = [rows[0], closed(rows[1], 1, 2, 3, 4), closed(rows[2], 2)]
    later.append(msgspec.structs.replace(rows[2], portfolio_id="P4", name="Straddle 4"))

    assert lines(later, kept) == lines(later, None)


def test_a_book_that_hears_which_rows_were_told_shows_what_one_shows_that_looks_at_all() -> None:
    rows, kept = day(), KeptPositions()
    lines(rows, kept)
    told = [closed(rows[1], 1, 2, 3, 4), msgspec.structs.replace(rows[2], portfolio_id="P4", name="Straddle 4")]
    later = [rows[0], told[0], rows[2], told[1]]

    master = run_at(9, 30).state.master
    book = PositionBook(later, master, rules(), DAY, with_closed=True, kept=kept, told=told)

    assert book.priced(quotes(book.rows), at(9, 30)) == lines(later, None)
    assert [row.portfolio_id for row in book.held] == ["P3"] * 4 + ["P4"] * 4
    assert book.underlyings == ("NIFTY",)


def test_a_portfolio_that_goes_away_leaves_no_line() -> None:
    rows, kept = day(), KeptPositions()
    lines(rows, kept)

    assert lines(rows[1:], kept) == lines(rows[1:], None)
    assert lines(rows, kept) == lines([*rows[1:], rows[0]], None)


def test_a_group_by_contract_takes_its_last_price_from_a_leg_that_is_open() -> None:
    shown = lines(day(), None, Grouping.CONTRACT)

    group = next(line for line in shown if line.level is PositionLevel.CONTRACT)
    assert group.last_price == line_of(shown, "P3", 1).last_price is not None
    assert line_of(shown, "P1", 1).last_price is None
