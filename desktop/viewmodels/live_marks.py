"""What a portfolio is worth on the quotes of a frame."""

import numpy as np

from desktop.bridge import EngineBridge
from desktop.quote_snapshot import QuoteSnapshot
from engine.domain.quote import IntArray
from engine.views.marks import PortfolioMark, portfolio_mark
from engine.views.portfolios import PortfolioRow


def quotes_of(row: PortfolioRow) -> IntArray:
    """Answer the rows of the quote board by which a portfolio is valued."""
    wanted = {leg.row for leg in row.legs}
    wanted.add(row.underlying_row)
    return np.array(sorted(one for one in wanted if one >= 0), dtype=np.int64)


def marked(row: PortfolioRow, quotes: IntArray, snapshot: QuoteSnapshot, before: PortfolioMark | None) -> PortfolioMark:
    """Answer a portfolio's marks; ``quotes`` are its rows, ``before`` carries what was seen in earlier frames."""
    values = snapshot.quotes(quotes).tolist()
    return portfolio_mark(row, dict(zip(quotes.tolist(), values, strict=True)), before)


def mark_now(bridge: EngineBridge, row: PortfolioRow) -> PortfolioMark:
    """Answer a portfolio's marks on the newest snapshot."""
    return marked(row, quotes_of(row), bridge.snapshot(), None)
