"""Portfolios and their legs as a grid with live profit and distances, and the answer to "why?"."""

from collections.abc import Sequence

import msgspec
import numpy as np

from desktop.bridge import EngineBridge
from desktop.composition.curves import Curves
from desktop.quote_snapshot import QuoteSnapshot
from desktop.viewmodels.checked_portfolios import CheckedPortfolios
from desktop.viewmodels.grid_source import Expander, RowGridSource
from desktop.viewmodels.live_marks import marked, quotes_of
from desktop.viewmodels.portfolio_columns import PORTFOLIO_COLUMNS
from desktop.viewmodels.portfolio_line import Extremes, PortfolioLine
from engine.domain.identifiers import PortfolioId
from engine.domain.quote import IntArray
from engine.views.marks import PortfolioMark, portfolio_mark
from engine.views.portfolio_figures import NOTHING, FiguresBook, PortfolioFigures
from engine.views.portfolios import PortfolioRow
from engine.views.why import Reason, reasons

__all__ = ["PORTFOLIO_COLUMNS", "PortfolioLine", "PortfoliosSource"]

_FIGURES_EVERY_MS = 1_000
"""Greeks and margin are read, not watched; pricing whole expiries at every frame would be seen in the frames."""


class _Watched(msgspec.Struct):
    """One portfolio, the quotes it is valued by, and how new those were at the last look."""

    row: PortfolioRow
    quotes: IntArray
    seen: IntArray
    mark: PortfolioMark
    is_done: bool
    shown: Sequence[PortfolioLine] = ()
    """Its line and those of its legs as they were made last."""

    def lines(self, figures: PortfolioFigures, extremes: Extremes, *, is_checked: bool) -> Sequence[PortfolioLine]:
        """Answer its line and those of its legs: the same ones while nothing of them is another."""
        row, mark, before = self.row, self.mark, self.shown[0] if self.shown else None
        if (
            before is not None
            and before.portfolio is row
            and before.mark is mark
            and before.figures is figures
            and before.is_checked == is_checked
            and before.extremes == extremes
        ):
            return self.shown
        own = PortfolioLine(portfolio=row, mark=mark, figures=figures, extremes=extremes, is_checked=is_checked)
        legs = zip(row.legs, mark.legs, strict=True)
        self.shown = [
            own,
            *(PortfolioLine(portfolio=row, mark=mark, figures=figures, leg=leg, leg_mark=one) for leg, one in legs),
        ]
        return self.shown


class PortfoliosSource(RowGridSource[PortfolioLine]):
    """A grid source for FastGrid: ``FastGrid(source, source.columns, theme, "Portfolios")``.

    Call ``refresh(now_ms)`` once per frame before the grid's own; connect ``expander_toggled`` to ``toggle``.
    ``row(number)`` answers the PortfolioLine behind a line.
    """

    def __init__(
        self, bridge: EngineBridge, curves: Curves | None = None, checked: CheckedPortfolios | None = None
    ) -> None:
        """``curves`` know peaks and troughs of before this window; without them only what it sees is known."""
        super().__init__(
            PORTFOLIO_COLUMNS,
            lambda line: (line.portfolio.portfolio_id, line.leg.leg_id if line.leg else 0),
            level=lambda line: 0 if line.leg is None else 1,
            bold=lambda line: line.leg is None,
            expander=self._expander,
        )
        self._bridge, self._curves = bridge, curves
        self._checked = CheckedPortfolios() if checked is None else checked
        self._figures: dict[PortfolioId, PortfolioFigures] = {}
        self._book: FiguresBook | None = None
        self._figures_due = 0
        self._with_done = True
        self._watched: dict[PortfolioId, _Watched] = {}
        self._alive: dict[PortfolioId, _Watched] = {}
        """Those that are not done, at which alone every snapshot is looked."""
        self._done_profit = 0
        self._changed = self._all_changed = True
        self._seen_snapshot = 0
        self.take_portfolios(list(bridge.portfolios.values()))

    def refresh(self, now_ms: int) -> None:
        """Take rows and the frame's quotes into account; what nobody quoted costs nothing."""
        snapshot = self._bridge.snapshot(now_ms)
        if snapshot.number != self._seen_snapshot:
            self._seen_snapshot = snapshot.number
            for watched in self._alive.values():
                self._look(watched, snapshot)
            self._price(now_ms, snapshot)
        if self._changed:
            self._changed = False
            self._show()

    @property
    def snapshot_number(self) -> int:
        """Number of the frame snapshot that the marks come from."""
        return self._seen_snapshot

    def toggle(self, row: int) -> None:
        """Fold or unfold the legs of a portfolio."""
        self.turn_fold(self.row(row).portfolio.portfolio_id)

    def show_folds(self) -> None:
        """Show what is not folded away."""
        self._show()

    def show_done(self, shown: bool) -> None:
        """Show portfolios that are done too, or only those alive."""
        self._with_done = shown
        self._show()

    def mark_of(self, portfolio_id: PortfolioId) -> PortfolioMark | None:
        """Return a portfolio's live marks; None for an unknown one."""
        watched = self._watched.get(portfolio_id)
        return watched.mark if watched else None

    def profit(self) -> int | None:
        """Return the profit of all portfolios, 1/10,000 ₹; None where that of none is known."""
        alive = [one.mark.profit for one in self._alive.values() if one.mark.profit is not None]
        return self._done_profit + sum(alive) if alive or len(self._watched) > len(self._alive) else None

    def reasons(self, portfolio_id: PortfolioId) -> Sequence[Reason]:
        """Return why it waits, what it watches, and why it was closed, with the live values of this moment."""
        watched = self._watched.get(portfolio_id)
        if watched is None:
            return ()
        return reasons(watched.row, watched.mark, self._bridge.status, self._bridge.now())

    def take_portfolios(self, rows: Sequence[PortfolioRow]) -> None:
        """Hear of portfolios that are new or changed."""
        snapshot = self._bridge.snapshot()
        of_rows = [quotes_of(row) for row in rows]
        # Asked for all at once: a window that is built in another look hears of thousands of portfolios.
        every = np.concatenate(of_rows) if of_rows else np.zeros(0, dtype=np.int64)
        values, versions, start = snapshot.quotes(every).tolist(), snapshot.versions(every), 0
        for row, quotes in zip(rows, of_rows, strict=True):
            end = start + len(quotes)
            before = self._watched.get(row.portfolio_id)
            valued = dict(zip(quotes.tolist(), values[start:end], strict=True))
            mark = portfolio_mark(row, valued, before.mark if before else None)
            self._watch(_Watched(row, quotes, versions[start:end], mark, row.is_done), before)
            start = end
        self._changed, self._book = True, None

    def _watch(self, watched: _Watched, before: _Watched | None) -> None:
        portfolio_id = watched.row.portfolio_id
        self._watched[portfolio_id] = watched
        if before is not None and before.is_done:
            self._done_profit -= before.mark.profit or 0
        if watched.is_done:
            self._done_profit += watched.mark.profit or 0
            self._alive.pop(portfolio_id, None)
        else:
            self._alive[portfolio_id] = watched

    def take_checks(self) -> None:
        """Hear that other portfolios are checked."""
        self._changed = self._all_changed = True

    def _price(self, now_ms: int, snapshot: QuoteSnapshot) -> None:
        """Compute Greeks and margin anew, once a second, or when rows changed."""
        is_due = now_ms >= self._figures_due
        if self._book is not None and not is_due:
            return
        # What was noted of a profit after its portfolio was done is seen as late as the Greeks.
        self._all_changed = self._all_changed or is_due
        if self._book is None:
            rows = [watched.row for watched in self._alive.values()]
            self._book = FiguresBook(rows, self._bridge.master, self._bridge.rules)
        self._figures_due = now_ms + _FIGURES_EVERY_MS
        self._figures = self._book.priced(snapshot.quotes(self._book.rows), snapshot.at)
        self._changed = True

    def _extremes(self, watched: "_Watched") -> Extremes:
        """Answer how far the profit of the present execution went: as noted, and as seen since."""
        row, mark = watched.row, watched.mark
        noted = None if self._curves is None else self._curves.book.extremes(row.portfolio_id, row.execution)
        if noted is None:
            return Extremes(mark.peak, mark.trough, mark.drawdown)
        now = noted if mark.profit is None or row.is_done else noted.and_then(mark.profit)
        return Extremes(now.peak, now.trough, now.drawdown)

    def _look(self, watched: _Watched, snapshot: QuoteSnapshot) -> None:
        versions = snapshot.versions(watched.quotes)
        if np.array_equal(versions, watched.seen):
            return
        watched.seen = versions
        watched.mark = marked(watched.row, watched.quotes, snapshot, watched.mark)
        self._changed = True

    def _show(self) -> None:
        lines: list[PortfolioLine] = []
        again, self._all_changed = self._all_changed, False
        for portfolio_id, watched in self._watched.items():
            if watched.is_done and not self._with_done:
                continue
            shown = watched.shown
            if again or not watched.is_done or not shown:
                figures = self._figures.get(portfolio_id, NOTHING)
                shown = watched.lines(figures, self._extremes(watched), is_checked=portfolio_id in self._checked)
            lines += shown[:1] if self._folded and self.is_folded(portfolio_id) else shown
        self.set_rows(lines)

    def _expander(self, line: PortfolioLine) -> Expander:
        if line.leg is not None:
            return Expander.NONE
        return Expander.CLOSED if self.is_folded(line.portfolio.portfolio_id) else Expander.OPEN
