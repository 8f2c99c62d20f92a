"""EngineState: everything the engine knows; ``apply`` and ``take_quotes`` are its only writers."""

import numpy as np

from engine.core import folding
from engine.core.books import Books
from engine.core.portfolio_run import PortfolioRun
from engine.core.resting import Resting
from engine.core.tick_trail import TickTrail, follow
from engine.domain.contract_master import ContractMaster
from engine.domain.facts import AnyFact, SessionOpened
from engine.domain.identifiers import InstrumentId, PortfolioId
from engine.domain.instant import Instant
from engine.domain.market_rules import MarketRules
from engine.domain.multileg.states import FINAL
from engine.domain.quote import IntArray, QuoteBoard, QuoteFrame


class EngineState:
    """The books, the market as it stands, and what follows from both."""

    def __init__(self, master: ContractMaster, rules: MarketRules, books: Books | None = None) -> None:
        self.master = master
        self.rules = rules
        self.books = books or Books()
        self.now: Instant = self.books.last_fact_at
        self.board = QuoteBoard(len(master))
        self.last_frame_at: Instant = Instant(0)
        self.fresh_books_at: Instant = Instant(0)
        """When the newest fresh books of the broker were asked for."""
        self.margin_free: int | None = None
        """The broker's free funds at its last books, in 1/10,000 ₹."""
        self.drift_suspects: dict[InstrumentId, int] = {}
        """Differences seen in one book of the broker and not yet in a second."""
        self.first_looks: set[PortfolioId] = set()
        """Portfolios whose stops have not been looked at since the restart: a hit is SL_ON_RECOVERY."""
        self.wakes: dict[PortfolioId, int] = {}
        """When each portfolio must be looked at again though nothing happens."""
        self.resting: dict[PortfolioId, Resting] = {}
        """Portfolios that nothing but a price or the time can move, and between which prices they stay so."""
        self.ticks: dict[int, TickTrail] = {}
        """The trigger price and its doubts, per watched row."""
        self._watched: IntArray = np.zeros(len(master), dtype=np.int64)
        self._rows_of: dict[PortfolioId, set[int]] = {}
        self._watchers: dict[int, list[PortfolioId]] = {}
        self._alive: dict[PortfolioId, PortfolioRun] = {}
        for run in self.books.portfolios.values():
            self._watch(run)

    def alive(self) -> list[PortfolioRun]:
        """Answer the portfolios that are not done, in the order they were added."""
        return list(self._alive.values())

    def apply(self, fact: AnyFact) -> None:
        """Fold one fact into the books. Raises for a fact that cannot follow the books: a mistake of ours."""
        books = self.books
        books.facts += 1
        books.last_fact_at = fact.at
        run = folding.fold(books, self.master, fact)
        if isinstance(fact, SessionOpened):
            self.first_looks = {run.portfolio_id for run in self.alive() if any(leg.net_quantity for leg in run.legs)}
        if run is not None:
            self.resting.pop(run.portfolio_id, None)
            self._watch(run)

    def take_quotes(self, frame: QuoteFrame) -> list[PortfolioId]:
        """Take a frame into the board and answer which portfolios watch one of its rows."""
        self.board.take(frame)
        self.last_frame_at = frame.at
        seen = frame.rows[self._watched[frame.rows] > 0]
        if not seen.size:
            return []
        touched: dict[PortfolioId, None] = {}
        for row in seen.tolist():
            trail = self.ticks.get(row)
            if trail is None:
                trail = self.ticks[row] = TickTrail()
            follow(trail, self.board.quote(row), frame.at)
            for portfolio_id in self._watchers[row]:
                touched[portfolio_id] = None
        return list(touched)

    def _watch(self, run: PortfolioRun) -> None:
        rows: set[int] = set()
        is_alive = run.state not in FINAL or run.holds_something
        if is_alive is not (run.portfolio_id in self._alive):
            self._note_alive(run, is_alive=is_alive)
        if is_alive:
            rows.update(leg.row for leg in run.legs if leg.row >= 0)
            spot = self.master.spot(run.portfolio.underlying)
            if spot is not None:
                rows.add(self.master.row(spot.id))
        if rows != self._rows_of.get(run.portfolio_id):
            self._rows_of[run.portfolio_id] = rows
            self._set_rows(run.portfolio_id, rows)

    def _note_alive(self, run: PortfolioRun, *, is_alive: bool) -> None:
        self._alive.pop(run.portfolio_id, None)
        if is_alive:
            self._alive[run.portfolio_id] = run
            if next(reversed(self.books.portfolios)) != run.portfolio_id:
                # It is alive again: its place in the order is where it was added.
                order = self.books.portfolios
                self._alive = {key: order[key] for key in order if key in self._alive}

    def _set_rows(self, portfolio_id: PortfolioId, wanted: set[int]) -> None:
        for row in [row for row, watchers in self._watchers.items() if portfolio_id in watchers and row not in wanted]:
            self._watchers[row].remove(portfolio_id)
            self._watched[row] -= 1
            if not self._watchers[row]:
                del self._watchers[row]
                self.ticks.pop(row, None)
        for row in wanted:
            watchers = self._watchers.setdefault(row, [])
            if portfolio_id not in watchers:
                watchers.append(portfolio_id)
                self._watched[row] += 1
