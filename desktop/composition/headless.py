"""A run without a window: open market, broker and journal, play to the end, say what happened."""

from collections.abc import Callable
from contextlib import ExitStack, closing
from itertools import chain

import msgspec

from desktop.composition.accounts import PAPER
from desktop.composition.curves import Curves
from desktop.composition.failures import FailureError, MisuseError
from desktop.composition.markets import MarketChoice, OpenMarket, caught_up, open_market, recording_notes
from desktop.composition.notifier import Notifier
from desktop.composition.opening import PaperChoice, open_run_journal, paper_brokers
from desktop.composition.rules import market_rules
from desktop.composition.timed_signals import SignalQueue
from desktop.composition.volatility import volatility_history, with_recorded_days
from engine.domain.commands import AddPortfolio
from engine.domain.contract_master import UnknownInstrumentError
from engine.domain.identifiers import AccountId
from engine.domain.instant import Instant, iso_text, ist_date
from engine.domain.market_rules import MarketRules
from engine.domain.multileg.checks import refusals
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.signals import TimedSignal
from engine.domain.settings.hierarchy import Hierarchy, with_defaults, with_limits
from engine.domain.settings.notifications import NOBODY, Notifications
from engine.domain.settings.risk_limits import RiskLimits
from engine.domain.volatility_history import VolatilityHistory
from engine.runtime.clock import PacedClock
from engine.runtime.engine import Engine, FactListener
from engine.runtime.engine_journal import EngineJournal
from engine.runtime.journal.location import location_warnings
from engine.runtime.markets import FrameStream
from engine.runtime.run import SimulatedRun
from engine.runtime.snapshots import state_from_journal
from engine.views.alerts import AlertWatch
from engine.views.run_glance import RunGlance, run_glance
from engine.views.run_report import RunReport, RunTally, run_report

Progress = Callable[[Callable[[], RunGlance]], None]
"""Called between two events with a question that answers how the run stands; asking costs, calling does not."""


class HeadlessRun(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for. ``latency`` in µs one way, ``slippage`` in ticks, ``speed`` None for as fast as possible."""

    market: MarketChoice
    portfolios: tuple[MultilegPortfolio, ...]
    signals: tuple[TimedSignal, ...] = ()
    journal: str | None = None
    latency: int = 50_000
    slippage: int = 1
    speed: float | None = None
    limits: RiskLimits = RiskLimits()
    """The default account's limits, where they are not those of its settings."""
    hierarchy: Hierarchy | None = None
    """Accounts and strategy tags; None for the default account alone."""
    account: AccountId | None = None
    """Run in this account alone; None for every account of each portfolio's tag."""
    notifications: Notifications | None = None
    """Where alerts are sent; None sends none."""

    def accounts(self) -> Hierarchy:
        """Answer the accounts and tags of the run, with the limits that were asked for."""
        return with_limits(with_defaults(self.hierarchy or Hierarchy(), PAPER), self.limits)


def play(
    asked: HeadlessRun,
    progress: Progress | None = None,
    open_journal: Callable[[str | None], EngineJournal] = open_run_journal,
) -> RunReport:
    """Play a run to its end and answer what happened; a journal that failed meanwhile is the report's ``trouble``.

    Raises one of the expected troubles of failures.py, each a sentence for the trader.
    """
    rules = market_rules()
    market = open_market(asked.market, rules)
    _check(asked, market, rules)
    paper = PaperChoice(journal=asked.journal, latency=asked.latency, slippage=asked.slippage)
    opened = open_journal(asked.journal)
    hierarchy = asked.accounts()
    unsent: list[str] = []
    with (
        closing(opened.journal) as journal,
        paper_brokers(paper, hierarchy, market.master, rules) as brokers,
        closing(Notifier(asked.notifications or NOBODY, unsent.append, about="Legwork, simulated run")) as notifier,
        ExitStack() as leaving,
    ):
        tally = RunTally()
        past = volatility_history(asked.market.market)
        if any(_looks_back(portfolio) for portfolio in asked.portfolios):
            past = with_recorded_days(past, market, rules, ist_date(market.begin), keep=False)
        engine = _recovered(opened, market, rules, past.history, (tally, AlertWatch(notifier.offer)))
        begin = _begin(asked, market, engine.state.books.last_fact_at)
        all_frames = chain(market.day_before, market.frames)
        frames = FrameStream(caught_up(all_frames, begin, len(market.master), engine.see_past, engine.see_before))
        others = {account: broker for account, broker in brokers.items() if account != PAPER}
        run = SimulatedRun(engine, frames, brokers[PAPER], others)
        known = _known(run, begin)
        lineage = f"H{asked.market.seed:05d}"
        run.open_session(begin, PAPER, lineage, asked.limits, market.stale_after, hierarchy)
        curves = None if asked.journal is None else Curves(asked.journal, journal, (), unsent.append)
        if curves is not None:
            leaving.callback(curves.close)
            run.keep_profits(curves.keep)
        for portfolio in asked.portfolios:
            if portfolio.name not in known:
                run.submit(_adding(portfolio, asked.account))
        _play(run, market, begin, asked.speed, progress, SignalQueue(asked.signals, ist_date(begin)))
        notifier.close()
        return run_report(
            engine.state,
            rules,
            begin=begin,
            until=market.until,
            messages=run.messages,
            head=journal.head(),
            tally=tally,
            notes=(*_notes(asked, market), *past.problems, *unsent),
        )


def _looks_back(portfolio: MultilegPortfolio) -> bool:
    """Say whether a portfolio holds the volatility of now against past days, so that reading them is worth the time."""
    extra = portfolio.extra_conditions
    return extra is not None and (extra.volatility_rank is not None or extra.volatility_percentile is not None)


def _notes(asked: HeadlessRun, market: OpenMarket) -> tuple[str, ...]:
    """Answer what has to be known of the data and of the place of the journal before reading the outcome."""
    warnings = () if asked.journal is None else location_warnings(asked.journal)
    return (*recording_notes(market, (portfolio.underlying for portfolio in asked.portfolios)), *warnings)


def _known(run: SimulatedRun, begin: Instant) -> set[str]:
    """Answer the names in the journal that are not begun again: what is still alive, and what this day has seen."""
    today = [old for old in run.state.books.portfolios.values() if ist_date(old.added_at) == ist_date(begin)]
    return {old.portfolio.name for old in [*run.state.alive(), *today]}


def _adding(portfolio: MultilegPortfolio, account: AccountId | None) -> Callable[[Instant], AddPortfolio]:
    return lambda at: AddPortfolio(at=at, portfolio=portfolio, account=account or AccountId(""), start=True)


def _play(
    run: SimulatedRun,
    market: OpenMarket,
    begin: Instant,
    speed: float | None,
    progress: Progress | None,
    signals: SignalQueue,
) -> None:
    clock = None if speed is None else PacedClock(run.now, speed)

    def glance() -> RunGlance:
        return run_glance(run.state, at=run.now, begin=begin, until=market.until, frames=run.messages)

    while (due := signals.next_due(run.next_due())) is not None and due <= market.until:
        if clock is not None:
            _wait(clock.seconds_until(due))
        for signal in signals.release(due):
            run.submit(signal)
        run.step(due)
        if progress is not None:
            progress(glance)


def _wait(seconds: float) -> None:
    from threading import Event

    Event().wait(seconds)


def _check(asked: HeadlessRun, market: OpenMarket, rules: MarketRules) -> None:
    for portfolio in asked.portfolios:
        if market.recording is not None:
            sentence = market.recording.refusal(portfolio.underlying)
            if sentence is not None:
                raise MisuseError(f"{portfolio.name}: {sentence}")
        wrong = refusals(portfolio, rules, market.master, ist_date(market.begin))
        if wrong:
            raise MisuseError("\n".join(f"{portfolio.name}: {error}" for error in wrong))
        _check_accounts(asked, portfolio)
    names = [portfolio.name for portfolio in asked.portfolios]
    for name in names:
        if names.count(name) > 1:
            raise MisuseError(f"Two portfolios are called {name}; give each its own name")


def _check_accounts(asked: HeadlessRun, portfolio: MultilegPortfolio) -> None:
    hierarchy = asked.accounts()
    tag = hierarchy.tag(portfolio.tag)
    if tag is None or not tag.enabled:
        state = "there is no strategy tag" if tag is None else "the strategy tag is switched off:"
        raise MisuseError(f"{portfolio.name}: {state} {portfolio.tag}; see: legwork tags list")
    wanted = [member.account for member in tag.members] if asked.account is None else [asked.account]
    usable = [one for one in wanted if (account := hierarchy.account(one)) is not None and account.enabled]
    if not usable:
        names = ", ".join(wanted)
        raise MisuseError(
            f"{portfolio.name}: no account of {names} exists and is switched on; see: legwork accounts list"
        )


def _recovered(
    opened: EngineJournal,
    market: OpenMarket,
    rules: MarketRules,
    past: VolatilityHistory,
    listeners: tuple[FactListener, ...],
) -> Engine:
    """Answer the engine as the journal left it. Raises FailureError for one that this run cannot go on from."""
    journal = opened.journal
    try:
        state = state_from_journal(journal, market.master, rules, past)
    except msgspec.ValidationError as error:
        raise FailureError(
            f"The journal {journal.name} holds a fact that this Legwork cannot read ({error}): "
            "use the Legwork that wrote it, or another --journal"
        ) from error
    except UnknownInstrumentError as error:
        raise MisuseError(
            f"The journal {journal.name} belongs to another market than {market.name}: {error}. "
            "Use the market it was begun with, or another --journal"
        ) from error
    return Engine(state, journal, listeners, space=opened.space)


def _begin(asked: HeadlessRun, market: OpenMarket, last_fact_at: Instant) -> Instant:
    if asked.market.begin is not None and asked.market.begin < last_fact_at:
        raise MisuseError(
            f"The journal goes to {iso_text(last_fact_at)} already; --from {iso_text(asked.market.begin)} is earlier. "
            "Choose a later --from or another --journal"
        )
    if market.until <= last_fact_at:
        raise MisuseError(
            f"The journal goes to {iso_text(last_fact_at)} already and this run would end at "
            f"{iso_text(market.until)}. Choose a later --from or another --journal"
        )
    return Instant(max(market.begin, last_fact_at))
