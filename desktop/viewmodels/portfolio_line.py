"""One line of the portfolio grid: a portfolio, or one of its legs."""

import msgspec

from engine.views.marks import LegMark, PortfolioMark
from engine.views.portfolios import LegRow, PortfolioRow


class PortfolioLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the grid: a portfolio, or one of its legs (then ``leg`` and ``leg_mark`` are there)."""

    portfolio: PortfolioRow
    mark: PortfolioMark
    leg: LegRow | None = None
    leg_mark: LegMark | None = None
