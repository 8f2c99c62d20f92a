"""What runs behind the window: rules, a market that goes on for weeks, the paper broker, the journal, the engine."""

from datetime import date, time
from itertools import chain

import msgspec

from brokers.paper.gateway import PaperBroker
from desktop.composition.accounts import PAPER
from desktop.composition.clock import now
from desktop.composition.curves import Curves
from desktop.composition.desk_choice import DeskChoice, DeskEars
from desktop.composition.failures import FailureError
from desktop.composition.journal_past import JournalPast
from desktop.composition.live_run import LiveRun
from desktop.composition.markets import DEMONSTRATION_DAY, SIMULATED, MarketChoice, caught_up, open_market
from desktop.composition.opening import PaperChoice, close_paper_brokers, open_paper_brokers, open_run_journal
from desktop.composition.saved_portfolios import seal_saved_words
from desktop.composition.volatility import keeping, volatility_history, with_recorded_days
from engine.domain.contract_master import ContractMaster, UnknownInstrumentError
from engine.domain.identifiers import AccountId, InstrumentId, PortfolioId
from engine.domain.instant import DAY, MINUTE, Instant, ist_date, ist_instant
from engine.domain.instrument import Exchange, Instrument
from engine.domain.market_rules import MarketRules, UnknownRuleError
from engine.domain.profit_curve import Noted
from engine.domain.quote import QuoteFrame
from engine.domain.settings.hierarchy import Hierarchy, with_defaults, with_limits
from engine.ports.journal import Journal
from engine.runtime.bars import MinuteBars
from engine.runtime.engine import Engine
from engine.runtime.engine_journal import EngineJournal
from engine.runtime.journal.location import location_warnings
from engine.runtime.markets import FrameStream
from engine.runtime.run import SimulatedRun
from engine.runtime.snapshots import state_from_journal
from engine.views.alerts import AlertWatch

DAY_BEGINS = time(9, 19)
"""When a fresh simulated day opens in the window: a minute before the demonstration enters."""

DAY_IS_OVER = time(14, 30)
"""From here on a day on which nothing is alive is not gone on with: the next start opens the next morning."""

_DAYS = 60
"""How far the market goes on; a window is seldom open for longer."""


class DeskRun:
    """Opens the run that the window was asked to stand on, and closes what is behind it.

    It lives where the engine does: in the window's process, or in the engine's own.
    """

    def __init__(self, choice: DeskChoice, rules: MarketRules, ears: DeskEars) -> None:
        self.choice = choice
        self.rules = rules
        self._ears = ears
        self._paper = PaperChoice(journal=choice.journal, latency=choice.latency, slippage=choice.slippage)
        self._journal: Journal | None = None
        self._brokers: dict[AccountId, PaperBroker] = {}
        self._curves: Curves | None = None
        self._live = LiveRun(choice, rules, ears, _lineage) if choice.is_live else None

    def close(self) -> None:
        """Close broker and journal, once the engine has stopped; safe to call twice and before opening.

        Raises FailureError where the broker's books cannot be written; the journal is closed all the same.
        """
        brokers, self._brokers = self._brokers, {}
        journal, self._journal = self._journal, None
        try:
            close_paper_brokers(brokers, self._paper)
            if self._live is not None:
                self._live.close()
        finally:
            if self._curves is not None:
                self._curves.close()
            if journal is not None:
                journal.close()

    def open(self) -> SimulatedRun:
        """Open journal, market and brokers, and the session on them. Raises one of the expected troubles."""
        opened = open_run_journal(self.choice.journal, is_live=self.choice.is_live)
        # Kept at once: where the rest cannot be opened, close() still lets go of the journal.
        self._journal = opened.journal
        self._ears.begin()
        if self.choice.journal is not None:
            # Pictures and tests, which keep no journal, leave the trader's files alone.
            self._ears.warn((*location_warnings(self.choice.journal), *seal_saved_words()))
        try:
            run = self._played(opened) if self._live is None else self._live.open(opened)
        except (msgspec.ValidationError, UnknownInstrumentError) as error:
            raise FailureError(
                f"The journal {self.choice.journal or 'in memory'} does not fit this program or market: {error}. "
                "Nothing was changed; start with the market it was written on, or give this window another --journal"
            ) from error
        self._keep_profits(run, opened.journal)
        return run

    def _keep_profits(self, run: SimulatedRun, journal: Journal) -> None:
        """Let the run's profits go into curves, which are told too."""
        curves = self._curves = Curves(self.choice.journal, journal, _of_today(run), self._ears.say)
        self._ears.begin_curves(curves)

        def keep(noted: Noted) -> None:
            curves.keep(noted)
            self._ears.note(noted)

        run.keep_profits(keep)

    def _played(self, opened: EngineJournal) -> SimulatedRun:
        choice, rules, journal = self.choice, self.rules, opened.journal
        past = JournalPast(journal)
        begins = _beginning(choice.market, past, rules)
        market = open_market(
            msgspec.structs.replace(
                choice.market,
                begin=past.day_began_at(begins) or begins,
                until=choice.market.until or _end_of_market(choice.market, begins, rules),
            ),
            rules,
        )
        master = _with_past_contracts(market.master, past, rules, choice.market)
        past_volatility = with_recorded_days(
            volatility_history(choice.market.market),
            market,
            rules,
            ist_date(max(begins, market.begin)),
            keep=choice.journal is not None,
        )
        self._ears.warn(past_volatility.problems)
        state = state_from_journal(journal, master, rules, past_volatility.history)
        hierarchy = with_limits(with_defaults(choice.hierarchy or Hierarchy(), PAPER), choice.limits)
        brokers = self._brokers = open_paper_brokers(self._paper, hierarchy, master, rules)
        others = {account: broker for account, broker in brokers.items() if account != PAPER}
        begin = Instant(max(begins, market.begin, state.books.last_fact_at))
        engine = Engine(state, journal, (AlertWatch(self._ears.offer),), space=opened.space)
        all_frames = chain(market.day_before, market.frames)
        watched = MinuteBars(len(master))

        def see_past(frame: QuoteFrame) -> None:
            engine.see_past(frame)
            watched.take(frame)

        frames = caught_up(all_frames, begin, len(market.master), see_past, engine.see_before)
        run = SimulatedRun(engine, FrameStream(frames), brokers[PAPER], others)
        run.past_bars = watched
        if choice.journal is not None:
            # Pictures and tests leave nothing behind.
            run.keep_volatility(keeping(choice.market.market, self._ears.say))
        run.open_session(begin, PAPER, _lineage(), choice.limits, market.stale_after, hierarchy)
        return run


def _of_today(run: SimulatedRun) -> list[PortfolioId]:
    """Answer the portfolios that the window shows from the start: those that are not done, or were closed today."""
    today = ist_date(run.state.now)
    known = run.state.books.portfolios.values()
    closed = [one.portfolio_id for one in known if one.closed_at is not None and ist_date(one.closed_at) == today]
    return [*closed, *(one.portfolio_id for one in run.state.alive() if one.portfolio_id not in closed)]


def _beginning(choice: MarketChoice, past: JournalPast, rules: MarketRules) -> Instant:
    """Answer where the window's clock begins: as asked, where the journal ended, or on a fresh morning."""
    if choice.begin is not None:
        return Instant(max(choice.begin, past.last_at or 0))
    if choice.market != SIMULATED:
        return Instant(past.last_at or 0)
    if past.last_at is None:
        return _fresh_morning(rules, ist_date(now()))
    if past.alive or past.last_at < ist_instant(ist_date(past.last_at), DAY_IS_OVER):
        return past.last_at
    return _fresh_morning(rules, ist_date(past.last_at + DAY))


def _fresh_morning(rules: MarketRules, today: date) -> Instant:
    """Answer the window's opening on today or the next trading day; the demonstration day where no rule reaches."""
    try:
        day = today if rules.is_trading_day(Exchange.NFO, today) else rules.next_trading_day(Exchange.NFO, today)
        rules.contract_rule("NIFTY", day)
    except UnknownRuleError:
        day = DEMONSTRATION_DAY
    return ist_instant(day, DAY_BEGINS)


def _end_of_market(choice: MarketChoice, begins: Instant, rules: MarketRules) -> Instant | None:
    """Answer when the simulated market ends: weeks ahead, but inside the calendar; a recording ends by itself."""
    if choice.market != SIMULATED:
        return None
    for days in range(_DAYS, 0, -1):
        end = Instant(begins + days * DAY)
        try:
            rules.trading_day(Exchange.NFO, ist_date(end))
        except UnknownRuleError:
            continue
        return end
    return None


def _with_past_contracts(
    master: ContractMaster, past: JournalPast, rules: MarketRules, choice: MarketChoice
) -> ContractMaster:
    """Answer the contracts of the session and, behind them, those that the journal traded and nobody lists any more."""
    extra: dict[InstrumentId, Instrument] = {}
    for (day, underlying), ids in past.resolved.items():
        missing = {instrument for instrument in ids if instrument not in master and instrument not in extra}
        if missing:
            listed = open_market(_of_day(choice, day, underlying), rules).master
            extra |= {one: listed.by_id(one) for one in sorted(missing) if one in listed}
    return ContractMaster((*master.instruments, *extra.values())) if extra else master


def _of_day(choice: MarketChoice, day: date, underlying: str) -> MarketChoice:
    return MarketChoice(
        market=choice.market,
        begin=ist_instant(day, DAY_BEGINS) if choice.market == SIMULATED else None,
        underlyings=(underlying,),
        expiries=choice.expiries,
        step=choice.step,
    )


def _lineage() -> str:
    """Answer the beginning of this journal's order tags: minutes since 1970, so that no two journals share tags."""
    return f"W{now() // MINUTE:09d}"
