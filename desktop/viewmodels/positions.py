"""Positions with Greeks as a grid, in groups of the trader's choice, with sub-totals and a total."""

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter

from desktop.bridge import EngineBridge
from desktop.viewmodels.grid_source import Expander, RowGridSource
from desktop.viewmodels.position_columns import POSITION_COLUMNS
from engine.domain.instant import ist_date
from engine.domain.money import Money
from engine.views.portfolios import PortfolioRow
from engine.views.positions import BrokersBooks, Grouping, KeptPositions, PositionBook, PositionLevel, PositionRow

__all__ = ["POSITION_COLUMNS", "PositionsSource"]


class PositionsSource(RowGridSource[PositionRow]):
    """A grid source for FastGrid: ``FastGrid(source, source.columns, theme, "Positions")``.

    Call ``refresh(now_ms)`` once per frame before the grid's own; connect ``expander_toggled`` to ``toggle``.

    Attributes:
        brokers: Where the brokers' books and ours differed at the newest snapshot.
    """

    def __init__(self, bridge: EngineBridge) -> None:
        super().__init__(
            POSITION_COLUMNS,
            attrgetter("key"),
            level=lambda row: max(0, len(row.key) - 1),
            bold=lambda row: row.has_children,
            highlighted=lambda row: row.level is PositionLevel.TOTAL,
            pinned=lambda row: row.level is PositionLevel.TOTAL,
            expander=self._expander,
        )
        self._bridge = bridge
        self._with_closed = False
        self._grouping = Grouping.UNDERLYING_EXPIRY_PORTFOLIO
        self._book: PositionBook | None = None
        self._kept = KeptPositions()
        self._told: list[PortfolioRow] | None = None
        """Rows that were told since the book was made; None before the first, which takes all there are."""
        self._lines: Sequence[PositionRow] = ()
        self._seen_snapshot = 0
        self.brokers = BrokersBooks()

    def refresh(self, now_ms: int) -> None:
        """Take rows and the frame's quotes into account; prices and Greeks are computed once for each snapshot."""
        bridge = self._bridge
        snapshot = bridge.snapshot(now_ms)
        if self._book is not None and snapshot.number == self._seen_snapshot:
            return
        self._seen_snapshot = snapshot.number
        if self._book is None:
            today = ist_date(bridge.now())
            self._book = PositionBook(
                bridge.portfolios.values(),
                bridge.master,
                bridge.rules,
                today,
                with_closed=self._with_closed,
                kept=self._kept,
                told=self._told,
            )
            self._told = []
        self.brokers = BrokersBooks.of(bridge.status)
        values = snapshot.quotes(self._book.rows)
        self._lines = self._book.priced(values, snapshot.at, self.brokers, self._grouping)
        self._show()

    def toggle(self, row: int) -> None:
        """Fold or unfold the lines below a line."""
        self.turn_fold(self.row(row).key)

    def show_folds(self) -> None:
        """Show what is not folded away."""
        self._show()

    def show_closed(self, shown: bool) -> None:
        """Show legs that were closed today too, or only what is held."""
        self._with_closed = shown
        self._forget_book()

    @property
    def grouping(self) -> Grouping:
        """How the positions are grouped."""
        return self._grouping

    def group_by(self, grouping: Grouping) -> None:
        """Group the positions otherwise; what was folded is open again."""
        if grouping is not self._grouping:
            self._grouping = grouping
            self._folded.clear()
            self.forget_painted()
            self._forget_book()

    @property
    def total(self) -> PositionRow | None:
        """The line that adds everything up; None while nothing is held."""
        first = self._lines[0] if self._lines else None
        return first if first is not None and first.level is PositionLevel.TOTAL else None

    @property
    def lines(self) -> Sequence[PositionRow]:
        """Every line, folded away or not."""
        return self._lines

    @property
    def held(self) -> Sequence[PositionRow]:
        """The lines of the legs that hold something, in no group."""
        return self._book.held if self._book is not None else ()

    @property
    def underlyings(self) -> Sequence[str]:
        """The underlyings of every leg that is shown, in their order."""
        return self._book.underlyings if self._book is not None else ()

    def legs_of(self, row: PositionRow) -> list[PositionRow]:
        """Return the legs that a line stands for: itself, those of its group, or all; none of what is not ours."""
        depth = len(row.key)
        return [one for one in self._lines if one.level is PositionLevel.LEG and one.key[:depth] == row.key]

    def margin_of(self, legs: Sequence[PositionRow]) -> Money | None:
        """Return the estimated margin of the portfolio that some legs are all of; None where they are not."""
        ids = {leg.portfolio_id for leg in legs}
        whole = (one for one in self._lines if one.margin is not None and one.portfolio_id in ids and len(ids) == 1)
        return next((one.margin for one in whole), None)

    def take_portfolios(self, rows: Iterable[PortfolioRow]) -> None:
        """Hear that rows of portfolios changed; the next frame reads them anew."""
        if self._told is not None:
            self._told += rows
        self._forget_book()

    def read_anew(self) -> None:
        """Look at every portfolio with the next refresh, for who did not hear which of them changed."""
        self._told = None
        self._forget_book()

    def _forget_book(self) -> None:
        self._book = None

    def _show(self) -> None:
        self.set_rows(list(self._unfolded()) if self.folded() else self._lines)

    def _unfolded(self) -> Iterator[PositionRow]:
        """Go through the lines that stand in no folded group; the total is none."""
        hidden_below: int | None = None
        for line in self._lines:
            depth = len(line.key)
            if hidden_below is not None and depth > hidden_below:
                continue
            hidden_below = depth if depth and self.is_folded(line.key) else None
            yield line

    def _expander(self, row: PositionRow) -> Expander:
        if not row.has_children or row.level is PositionLevel.TOTAL:
            return Expander.NONE
        return Expander.CLOSED if self.is_folded(row.key) else Expander.OPEN
