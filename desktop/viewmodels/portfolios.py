"""Portfolios and their legs as a grid with live profit and distances, and the answer to "why?"."""

from collections.abc import Sequence

import msgspec
import numpy as np

from desktop.bridge import EngineBridge
from desktop.quote_snapshot import QuoteSnapshot
from desktop.viewmodels.grid_source import Expander, RowGridSource
from desktop.viewmodels.portfolio_columns import PORTFOLIO_COLUMNS
from desktop.viewmodels.portfolio_line import PortfolioLine
from engine.domain.identifiers import PortfolioId
from engine.domain.quote import IntArray
from engine.views.marks import PortfolioMark, portfolio_mark
from engine.views.portfolios import PortfolioRow
from engine.views.why import Reason, reasons

__all__ = ["PORTFOLIO_COLUMNS", "PortfolioLine", "PortfoliosSource"]


class _Watched(msgspec.Struct):
    """One portfolio, the quotes it is valued by, and how new those were at the last look."""

    row: PortfolioRow
    quotes: IntArray
    seen: IntArray
    mark: PortfolioMark


class PortfoliosSource(RowGridSource[PortfolioLine]):
    """A grid source for FastGrid: ``FastGrid(source, source.columns, theme, "Portfolios")``.

    Call ``refresh(now_ms)`` once per frame before the grid's own; connect ``expander_toggled`` to ``toggle``.
    ``row(number)`` answers the PortfolioLine behind a line.
    """

    def __init__(self, bridge: EngineBridge) -> None:
        super().__init__(
            PORTFOLIO_COLUMNS,
            lambda line: (line.portfolio.portfolio_id, line.leg.leg_id if line.leg else 0),
            level=lambda line: 0 if line.leg is None else 1,
            bold=lambda line: line.leg is None,
            expander=self._expander,
        )
        self._bridge = bridge
        self._folded: set[PortfolioId] = set()
        self._with_done = True
        self._watched: dict[PortfolioId, _Watched] = {}
        self._changed = True
        self._seen_snapshot = 0
        self._take_rows(list(bridge.portfolios.values()))
        bridge.portfolios_changed.connect(self._take_rows)

    def refresh(self, now_ms: int) -> None:
        """Take rows and the frame's quotes into account; what nobody quoted costs nothing."""
        snapshot = self._bridge.snapshot(now_ms)
        if snapshot.number != self._seen_snapshot:
            self._seen_snapshot = snapshot.number
            for watched in self._watched.values():
                if not watched.row.is_done:
                    self._look(watched, snapshot)
        if self._changed:
            self._changed = False
            self._show()

    @property
    def snapshot_number(self) -> int:
        """Number of the frame snapshot that the marks come from."""
        return self._seen_snapshot

    def toggle(self, row: int) -> None:
        """Fold or unfold the legs of a portfolio."""
        self._folded ^= {self.row(row).portfolio.portfolio_id}
        self._painted = [None] * len(self._painted)
        self._show()

    def show_done(self, shown: bool) -> None:
        """Show portfolios that are done too, or only those alive."""
        self._with_done = shown
        self._show()

    def mark_of(self, portfolio_id: PortfolioId) -> PortfolioMark | None:
        """Return a portfolio's live marks; None for an unknown one."""
        watched = self._watched.get(portfolio_id)
        return watched.mark if watched else None

    def reasons(self, portfolio_id: PortfolioId) -> Sequence[Reason]:
        """Return why it waits, what it watches, and why it was closed, with the live values of this moment."""
        watched = self._watched.get(portfolio_id)
        if watched is None:
            return ()
        return reasons(watched.row, watched.mark, self._bridge.status, self._bridge.now())

    def _take_rows(self, rows: Sequence[PortfolioRow]) -> None:
        snapshot = self._bridge.snapshot()
        for row in rows:
            before = self._watched.get(row.portfolio_id)
            legs = [leg.row for leg in row.legs if leg.row >= 0]
            quotes = np.array(sorted({row.underlying_row, *legs} - {-1}), dtype=np.int64)
            mark = _marked(row, quotes, snapshot, before.mark if before else None)
            self._watched[row.portfolio_id] = _Watched(row, quotes, snapshot.versions(quotes), mark)
        self._changed = True

    def _look(self, watched: _Watched, snapshot: QuoteSnapshot) -> None:
        versions = snapshot.versions(watched.quotes)
        if np.array_equal(versions, watched.seen):
            return
        watched.seen = versions
        watched.mark = _marked(watched.row, watched.quotes, snapshot, watched.mark)
        self._changed = True

    def _show(self) -> None:
        lines: list[PortfolioLine] = []
        for portfolio_id, watched in self._watched.items():
            if watched.row.is_done and not self._with_done:
                continue
            lines.append(PortfolioLine(portfolio=watched.row, mark=watched.mark))
            if portfolio_id not in self._folded:
                lines += [
                    PortfolioLine(portfolio=watched.row, mark=watched.mark, leg=leg, leg_mark=leg_mark)
                    for leg, leg_mark in zip(watched.row.legs, watched.mark.legs, strict=True)
                ]
        self.set_rows(lines)

    def _expander(self, line: PortfolioLine) -> Expander:
        if line.leg is not None:
            return Expander.NONE
        return Expander.CLOSED if line.portfolio.portfolio_id in self._folded else Expander.OPEN


def _marked(
    row: PortfolioRow, quotes: IntArray, snapshot: QuoteSnapshot, before: PortfolioMark | None
) -> PortfolioMark:
    values = snapshot.quotes(quotes).tolist()
    return portfolio_mark(row, dict(zip(quotes.tolist(), values, strict=True)), before)
