"""EngineState: everything the engine knows; ``apply`` and ``take_quotes`` are its only writers."""

from datetime import date

import numpy as np
import numpy.typing as npt

from engine.core.prices.candles import CandleBook, Series, rows_of
from engine.core.prices.day_prices import DayPrices
from engine.core.prices.resting import Resting
from engine.core.prices.tick_trail import TickTrail, follow
from engine.core.records import folding
from engine.core.records.account_books import AccountSight
from engine.core.records.books import Books
from engine.core.records.day_profits import DayProfits
from engine.core.records.portfolio_run import PortfolioRun
from engine.domain.contract_master import ContractMaster
from engine.domain.facts import AnyFact, DayStarted, SessionOpened
from engine.domain.identifiers import AccountId, LegId, PortfolioId
from engine.domain.instant import Instant, ist_date
from engine.domain.instrument import Exchange
from engine.domain.market_rules import MarketRules, UnknownRuleError
from engine.domain.multileg.range_breakout import RangeSide
from engine.domain.multileg.states import FINAL, LEG_DONE, NOT_BEGUN, LegState
from engine.domain.quote import IntArray, Quote, QuoteBoard, QuoteFrame
from engine.domain.volatility_history import VolatilityHistory


class EngineState:
    """The books, the market as it stands, and what follows from both."""

    def __init__(
        self,
        master: ContractMaster,
        rules: MarketRules,
        books: Books | None = None,
        volatility: VolatilityHistory | None = None,
    ) -> None:
        self.master = master
        self.rules = rules
        self.volatility = volatility or VolatilityHistory()
        """Implied volatility of past days; the run adds a day after its close."""
        self.books = books or Books()
        self.now: Instant = self.books.last_fact_at
        self.board = QuoteBoard(len(master))
        self.last_frame_at: Instant = Instant(0)
        self._sights: dict[AccountId, AccountSight] = {}
        self.day_profits = DayProfits()
        """What every portfolio made today, and the sums by account and tag."""
        self.day_wake: Instant | None = None
        """When an account's square-off time comes."""
        self.first_looks: set[PortfolioId] = set()
        """Portfolios whose stops have not been looked at since the restart: a hit is SL_ON_RECOVERY."""
        self.first_waits: set[tuple[PortfolioId, LegId]] = set()
        """Legs whose trigger was not looked at since the restart: the price may have gone through it meanwhile."""
        self.first_breaks: set[tuple[PortfolioId, int, RangeSide]] = set()
        """Boundaries of ranges that were not looked at since the restart."""
        self.first_entries: set[PortfolioId] = set()
        """Portfolios whose entry level was not looked at since the restart."""
        self.down_since: Instant = self.now
        """The last fact before the session was opened: from then on nobody looked."""
        self.up_since: Instant = self.now
        """When the session was opened."""
        self.nudged: list[PortfolioId] = []
        """Portfolios that an action of another one moved: they are looked at next."""
        self.wakes: dict[PortfolioId, int] = {}
        """When each portfolio must be looked at again though nothing happens."""
        self.asking: set[PortfolioId] = set()
        """Portfolios that wait for something which comes without a message of its own."""
        self.heard_at: Instant = Instant(0)
        """When the newest message came that was no timer."""
        self.resting: dict[PortfolioId, Resting] = {}
        """Portfolios that nothing but a price or the time can move, and between which prices they stay so."""
        self.candles = CandleBook(self._hours)
        """Minute bars of the prices that some portfolio asks bars of."""
        self.days = DayPrices(len(master), self._opening)
        """Open, high and low of today and the previous close of every row."""
        self.samples: dict[tuple[PortfolioId, str], tuple[Instant, int | None]] = {}
        """What monitors that look now and then saw at their newest look."""
        self._bars_of: dict[PortfolioId, frozenset[Series]] = {}
        self._past_ticks: dict[int, TickTrail] = {}
        self._past_rows: frozenset[int] = frozenset()
        self._past_needed: npt.NDArray[np.bool_] = np.zeros(len(master), dtype=np.bool_)
        """Whether bars need a row, for the frames from before the start."""
        self.saw_past = False
        self.resets_of = 0
        """The Indian date, as an ordinal, on which portfolios that were done before were made ready again."""
        """Frames of today from before the start were shown."""
        self.ticks: dict[int, TickTrail] = {}
        """The trigger price and its doubts, per watched row."""
        self._watched: IntArray = np.zeros(len(master), dtype=np.int64)
        self._rows_of: dict[PortfolioId, set[int]] = {}
        self._watchers: dict[int, list[PortfolioId]] = {}
        self._also: dict[PortfolioId, frozenset[int]] = {}
        """Rows that a portfolio watches beside its contracts and its spot."""
        self._alive: dict[PortfolioId, PortfolioRun] = {}
        for run in self.books.portfolios.values():
            self._watch(run)
            self.day_profits.touch(run.portfolio_id)

    def sight(self, account: AccountId) -> AccountSight:
        """Answer what the broker's latest books showed of an account; of the default one for an empty id."""
        return self._sights.setdefault(account or self.books.account, AccountSight())

    @property
    def margin_free(self) -> int | None:
        """Answer the default account's free funds at its last books, in 1/10,000 ₹."""
        return self.sight(self.books.account).margin_free

    @margin_free.setter
    def margin_free(self, free: int | None) -> None:
        self.sight(self.books.account).margin_free = free

    def alive(self) -> list[PortfolioRun]:
        """Answer the portfolios that are not done, in the order they were added."""
        return list(self._alive.values())

    def apply(self, fact: AnyFact) -> None:
        """Fold one fact into the books. Raises for a fact that cannot follow the books: a mistake of ours."""
        books = self.books
        books.facts += 1
        before, books.last_fact_at = books.last_fact_at, fact.at
        run = folding.fold(books, self.master, fact)
        if isinstance(fact, DayStarted):
            self.resting.clear()
            for portfolio_id in books.portfolios:
                self.day_profits.touch(portfolio_id)
        if isinstance(fact, SessionOpened):
            self.down_since, self.up_since = before or fact.at, fact.at
            self._look_anew()
        if run is not None:
            self.day_profits.touch(run.portfolio_id)
            self.resting.pop(run.portfolio_id, None)
            self._watch(run)

    def _look_anew(self) -> None:
        """Note what nobody has looked at since the session was opened."""
        self.first_looks = {run.portfolio_id for run in self.alive() if any(leg.net_quantity for leg in run.legs)}
        self.first_waits = {
            (run.portfolio_id, leg.leg_id)
            for run in self.alive()
            for leg in run.legs
            if leg.state in (LegState.WAIT_TRADE, LegState.WAIT_REENTRY)
        }
        self.first_breaks = {
            (run.portfolio_id, found.number, side)
            for run in self.alive()
            for found in run.ranges
            for side in RangeSide
            if not found.problem and any(leg.state is LegState.WAIT_RBO for leg in run.present)
        }
        self.first_entries = {run.portfolio_id for run in self.alive() if run.entry.watch is not None}

    def watch_also(self, run: PortfolioRun, rows: frozenset[int]) -> None:
        """Let a portfolio look at quotes of these rows too, beside those of its contracts and its spot."""
        if rows != self._also.get(run.portfolio_id, frozenset()):
            self._also[run.portfolio_id] = rows
            self._watch(run)

    def want_bars(self, run: PortfolioRun, series: frozenset[Series], since: Instant | None = None) -> None:
        """Build bars of these prices for a portfolio from ``since`` on, or now, and of nothing nobody asks for."""
        if series == self._bars_of.get(run.portfolio_id, frozenset()):
            return
        self._bars_of[run.portfolio_id] = series
        for one in sorted(series, key=repr):
            if not self.candles.follows(one):
                self.candles.follow(one, run.portfolio.exchange, self.now if since is None else since)
                for row in rows_of(one):
                    self._show_standing(row)
        self.candles.keep_only(one for wanted in self._bars_of.values() for one in wanted)
        self._watch(run)

    def take_past(self, frame: QuoteFrame) -> None:
        """See a frame of today that came before the engine was started again: it fills bars, and nothing else."""
        self.days.take(frame)
        self.candles.feed_lives(frame.at)
        needed = self._needed_of(self.candles.rows)[frame.rows]
        for row, values in zip(frame.rows[needed].tolist(), frame.values[needed].tolist(), strict=True):
            trail = self._past_ticks.setdefault(row, TickTrail())
            last, bid, bid_quantity, ask, ask_quantity, volume, interest, traded = values
            quote = Quote(last, bid, bid_quantity, ask, ask_quantity, volume, interest, traded, frame.at)
            follow(trail, quote, frame.at)
            if not trail.doubt:
                self.candles.take(row, trail.price, frame.at, volume)

    def _needed_of(self, rows: frozenset[int]) -> npt.NDArray[np.bool_]:
        """Answer for every row whether it is one of these."""
        if rows is not self._past_rows:
            self._past_rows = rows
            self._past_needed[:] = False
            self._past_needed[sorted(rows)] = True
        return self._past_needed

    def _show_standing(self, row: int) -> None:
        """Let a new series begin with the price that stands, if it is one of today."""
        arrived = self.board.arrival(row)
        if arrived and ist_date(arrived) == ist_date(self.now):
            quote = self.board.quote(row)
            self.candles.take(row, quote.last_price, self.now, quote.volume)

    def _hours(self, exchange: Exchange, day: date) -> tuple[Instant, Instant] | None:
        try:
            sessions = self.rules.session_instants(exchange, day)
        except UnknownRuleError:
            return None
        return (sessions[0][0], sessions[-1][1]) if sessions else None

    def _opening(self, day: date) -> Instant | None:
        exchanges = sorted({instrument.exchange for instrument in self.master.instruments}, key=lambda one: one.value)
        spans = [span for exchange in exchanges if (span := self._hours(exchange, day)) is not None]
        return min((opened for opened, _ in spans), default=None)

    def take_quotes(self, frame: QuoteFrame) -> list[PortfolioId]:
        """Take a frame into the board and answer which portfolios watch one of its rows."""
        self.days.take(frame)
        self.candles.feed_lives(frame.at)
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
            quote = self.board.quote(row)
            follow(trail, quote, frame.at)
            if not trail.doubt:
                self.candles.take(row, trail.price, frame.at, quote.volume)
            for portfolio_id in self._watchers[row]:
                touched[portfolio_id] = None
        for portfolio_id in touched:
            self.day_profits.touch(portfolio_id)
        return list(touched)

    def _watch(self, run: PortfolioRun) -> None:
        rows: set[int] = set()
        # What was done and made ready again is not looked at until somebody starts it.
        is_over = run.state in FINAL or (run.state in NOT_BEGUN and run.execution > 1)
        is_alive = not is_over or run.holds_something
        if is_alive is not (run.portfolio_id in self._alive):
            self._note_alive(run, is_alive=is_alive)
        if is_alive:
            rows.update(leg.row for leg in run.legs if leg.row >= 0 and (leg.state not in LEG_DONE or leg.net_quantity))
            rows.update(self._also.get(run.portfolio_id, ()))
            rows.update(row for series in self._bars_of.get(run.portfolio_id, ()) for row in rows_of(series))
            spot = self.master.spot(run.portfolio.underlying)
            if spot is not None:
                rows.add(self.master.row(spot.id))
        if rows != self._rows_of.get(run.portfolio_id, frozenset()):
            # Nothing is kept of what watches nothing: of what was traded all day most is done.
            self._rows_of.pop(run.portfolio_id, None)
            if rows:
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
