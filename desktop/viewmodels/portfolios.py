"""Portfolios and their legs as a grid with live profit and distances, and the answer to "why?"."""

from collections.abc import Sequence

import msgspec

from desktop.bridge import EngineBridge
from desktop.viewmodels.columns import Column
from desktop.viewmodels.grid_source import RowGridSource
from engine.domain.identifiers import PortfolioId
from engine.views.marks import LegMark, PortfolioMark
from engine.views.portfolios import LegRow, PortfolioRow
from engine.views.why import Reason


class PortfolioLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the grid: a portfolio, or one of its legs."""

    portfolio: PortfolioRow
    mark: PortfolioMark
    leg: LegRow | None = None
    leg_mark: LegMark | None = None
    is_open: bool = True
    """The legs below are shown."""


PORTFOLIO_COLUMNS: tuple[Column[PortfolioLine], ...] = ()


class PortfoliosSource(RowGridSource[PortfolioLine]):
    """A grid source for FastGrid: ``FastGrid(source, source.columns, theme, "Portfolios")``.

    Call ``refresh(now_ms)`` once per frame before the grid's own; connect ``expander_toggled`` to ``toggle``.
    ``row(number)`` answers the PortfolioLine behind a line.
    """

    def __init__(self, bridge: EngineBridge) -> None: ...

    def refresh(self, now_ms: int) -> None:
        """Take rows and quotes into account."""

    def toggle(self, row: int) -> None:
        """Fold or unfold the legs of a portfolio."""

    def show_done(self, shown: bool) -> None:
        """Show portfolios that are done too, or only those alive."""

    def mark_of(self, portfolio_id: PortfolioId) -> PortfolioMark | None:
        """Return a portfolio's live marks; None for an unknown one."""

    def reasons(self, portfolio_id: PortfolioId) -> Sequence[Reason]:
        """Return why it waits, what it watches, and why it was closed, with the live values of this moment."""
