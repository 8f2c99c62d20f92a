"""Greeks and margin of portfolios at the quotes of a frame."""

import numpy as np
import pytest

from engine.core.readings import estimates
from engine.domain.instant import Instant
from engine.domain.quote import COLUMNS, IntArray
from engine.views.portfolio_figures import FiguresBook, PortfolioFigures
from engine.views.portfolios import PortfolioRow, portfolio_row
from engine.views.positions import PositionBook, PositionLevel
from tests.helpers.simulated_desk import DAY, at, rules, run_at


def rows_at(hour: int, minute: int) -> list[PortfolioRow]:
    state = run_at(hour, minute).state
    return [portfolio_row(state, run) for run in state.books.portfolios.values()]


def quotes(rows: IntArray) -> IntArray:
    values = run_at(9, 30).state.board.values
    copied = np.zeros((len(rows), COLUMNS), dtype=np.int64)
    copied[rows >= 0] = values[rows[rows >= 0]]
    return copied


def figures(now: Instant | None = None) -> PortfolioFigures:
    book = FiguresBook(rows_at(9, 30), run_at(9, 30).state.master, rules())
    (found,) = book.priced(quotes(book.rows), now or at(9, 30)).values()
    return found


def test_greeks_are_those_of_the_positions_and_add_up() -> None:
    book = PositionBook(rows_at(9, 30), run_at(9, 30).state.master, rules(), DAY)
    lines = [line for line in book.priced(quotes(book.rows), at(9, 30)) if line.level is PositionLevel.LEG]

    found = figures()

    for line in lines:
        assert line.leg_id is not None
        leg = found.legs[line.leg_id]
        assert (leg.volatility, leg.delta, leg.theta) == (line.volatility, line.delta, line.theta)
    assert found.delta == pytest.approx(sum(line.delta or 0 for line in lines))
    assert found.theta == pytest.approx(sum(line.theta or 0 for line in lines))


def test_the_margin_is_the_estimate_that_the_engine_makes() -> None:
    state = run_at(9, 30).state
    (run,) = state.books.portfolios.values()

    assert figures().margin == estimates.margin_of(state, run.legs)


def test_what_holds_nothing_has_no_figures() -> None:
    book = FiguresBook(rows_at(9, 15), run_at(9, 15).state.master, rules())

    assert book.priced(quotes(book.rows), at(9, 15)) == {}


def test_without_quotes_nothing_is_guessed() -> None:
    book = FiguresBook(rows_at(9, 30), run_at(9, 30).state.master, rules())

    (found,) = book.priced(np.zeros((len(book.rows), COLUMNS), dtype=np.int64), at(9, 30)).values()

    assert found.delta is None
    assert found.theta is None
