"""Peak, trough and drawdown of a noted profit, and the extremes of legs."""

import pytest

from engine.domain.identifiers import LegId, PortfolioId
from engine.domain.instant import Instant
from engine.domain.money import Money
from engine.domain.profit_curve import LegExtremes, ProfitCurve

P1 = PortfolioId("P1")


def curve(*profits):
    return ProfitCurve(portfolio_id=P1, execution=1, at=range(10, 10 + len(profits)), profit=profits, legs=())


def test_the_deepest_fall_is_measured_from_the_peak_before_it():
    figures = curve(100, 300, 250, 50, 400, 200).figures()

    assert (figures.peak, figures.peak_at) == (400, 14)
    assert (figures.trough, figures.trough_at) == (0, None)
    assert (figures.drawdown, figures.drawdown_at) == (250, 13)
    assert figures.last == 200


def test_the_beginning_at_zero_counts_as_peak_and_trough():
    losing, winning = curve(-100, -300, -200).figures(), curve(100, 200).figures()

    assert (losing.peak, losing.peak_at, losing.drawdown) == (0, None, 300)
    assert (winning.trough, winning.drawdown, winning.drawdown_at) == (0, 0, None)


def test_nothing_noted_has_no_figures():
    assert curve().figures() is None


def extremes(best, worst, at):
    return LegExtremes(P1, LegId(1), Money(best), Instant(at), Money(worst), Instant(at))


@pytest.mark.parametrize(
    ("later", "merged"),
    [
        (extremes(50, -10, 7), (100, 1, -40, 1)),
        (extremes(150, -90, 7), (150, 7, -90, 7)),
        (extremes(100, -40, 7), (100, 1, -40, 1)),
    ],
)
def test_extremes_only_grow_and_keep_the_first_instant(later, merged):
    found = extremes(100, -40, 1).merged(later)

    assert (found.best, found.best_at, found.worst, found.worst_at) == merged
