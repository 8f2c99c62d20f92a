"""One line of the portfolio grid: a portfolio, or one of its legs."""

from typing import NamedTuple

import msgspec

from engine.views.marks import LegMark, PortfolioMark
from engine.views.portfolio_figures import NOTHING, LegFigures, PortfolioFigures
from engine.views.portfolios import LegRow, PortfolioRow


class Extremes(NamedTuple):
    """How far the profit of the present execution went, in 1/10,000 ₹; None where nothing is known of it."""

    peak: int | None = None
    trough: int | None = None
    drawdown: int | None = None
    """The deepest fall below an earlier peak, 0 or more."""


class PortfolioLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the grid: a portfolio, or one of its legs (then ``leg`` and ``leg_mark`` are there)."""

    portfolio: PortfolioRow
    mark: PortfolioMark
    figures: PortfolioFigures = NOTHING
    extremes: Extremes = Extremes()
    is_checked: bool = False
    leg: LegRow | None = None
    leg_mark: LegMark | None = None

    @property
    def leg_figures(self) -> LegFigures:
        """The Greeks of the leg; nothing known for a portfolio."""
        return LegFigures() if self.leg is None else self.figures.legs.get(self.leg.leg_id, LegFigures())
