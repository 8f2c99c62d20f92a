"""A run without a window: open market, broker and journal, play to the end, say what happened."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import msgspec

from brokers.definition import Surroundings
from brokers.errors import BrokerError
from brokers.paper.gateway import PaperBroker
from brokers.paper.settings import PaperSettings
from desktop.composition.failures import FailureError, MisuseError
from desktop.composition.markets import MarketChoice, OpenMarket, open_market
from desktop.composition.rules import market_rules
from engine.domain.commands import AddPortfolio
from engine.domain.identifiers import AccountId
from engine.domain.instant import Instant, iso_text, ist_date
from engine.domain.instrument import Instrument
from engine.domain.market_rules import MarketRules
from engine.domain.multileg.checks import refusals
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.settings.risk_limits import RiskLimits
from engine.ports.journal import Journal
from engine.runtime.clock import PacedClock
from engine.runtime.engine import Engine
from engine.runtime.journal.errors import BadJournalAddressError, JournalError, NotAJournalError
from engine.runtime.journal.memory import MemoryJournal
from engine.runtime.journal.opening import open_journal
from engine.runtime.markets import FrameStream
from engine.runtime.run import SimulatedRun
from engine.runtime.snapshots import state_from_journal
from engine.views.run_report import RunReport, run_report

PAPER = AccountId("PAPER")

Progress = Callable[[SimulatedRun, OpenMarket], None]
"""Told now and then how far a run is."""

_PROGRESS_EVERY = 500


class HeadlessRun(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for. ``latency`` in µs one way, ``slippage`` in ticks, ``speed`` None for as fast as possible."""

    market: MarketChoice
    portfolios: tuple[MultilegPortfolio, ...]
    journal: str | None = None
    latency: int = 50_000
    slippage: int = 1
    speed: float | None = None
    limits: RiskLimits = RiskLimits()


def play(asked: HeadlessRun, progress: Progress | None = None) -> RunReport:
    """Play a run to its end and answer what happened.

    Raises MisuseError and FailureError with a sentence for the trader.
    """
    rules = market_rules()
    market = open_market(asked.market, rules)
    _check(asked, market, rules)
    with _journal(asked.journal) as journal, _broker(asked, market, rules) as broker:
        state = state_from_journal(journal, market.master, rules)
        begin = _begin(asked, market, state.books.last_fact_at)
        run = SimulatedRun(Engine(state, journal), FrameStream(market.frames), broker)
        lineage = f"H{asked.market.seed:05d}"
        run.open_session(begin, PAPER, lineage, asked.limits, market.stale_after)
        known = {old.portfolio.name for old in state.alive()}
        for portfolio in asked.portfolios:
            if portfolio.name not in known:
                run.submit(_adding(portfolio))
        _play(run, market, asked.speed, progress)
        return run_report(state, rules, begin=begin, until=market.until, messages=run.messages, head=journal.head())


def _adding(portfolio: MultilegPortfolio) -> Callable[[Instant], AddPortfolio]:
    return lambda at: AddPortfolio(at=at, portfolio=portfolio, account=PAPER, start=True)


def _play(run: SimulatedRun, market: OpenMarket, speed: float | None, progress: Progress | None) -> None:
    clock = None if speed is None else PacedClock(run.now, speed)
    steps = 0
    while (due := run.next_due()) is not None and due <= market.until:
        if clock is not None:
            _wait(clock.seconds_until(due))
        run.step(due)
        steps += 1
        if progress is not None and steps % _PROGRESS_EVERY == 0:
            progress(run, market)
    if progress is not None:
        progress(run, market)


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
    names = [portfolio.name for portfolio in asked.portfolios]
    for name in names:
        if names.count(name) > 1:
            raise MisuseError(f"Two portfolios are called {name}; give each its own name")


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


@contextmanager
def _journal(address: str | None) -> Iterator[Journal]:
    if address is None:
        yield MemoryJournal()
        return
    try:
        journal = open_journal(address)
    except (BadJournalAddressError, NotAJournalError) as error:
        raise MisuseError(str(error)) from error
    except JournalError as error:
        raise FailureError(str(error)) from error
    try:
        yield journal
    except JournalError as error:
        raise FailureError(str(error)) from error
    finally:
        journal.close()


@contextmanager
def _broker(asked: HeadlessRun, market: OpenMarket, rules: MarketRules) -> Iterator[PaperBroker]:
    settings = PaperSettings(
        funds=Decimal(5_000_000),
        request_latency=asked.latency,
        report_latency=asked.latency,
        slippage_ticks=asked.slippage,
    )
    try:
        broker = PaperBroker(
            Surroundings(
                account=PAPER,
                contracts=market.master,
                hours=_hours(rules),
                books_file=paper_books(asked.journal),
            ),
            settings,
        )
    except BrokerError as error:
        raise FailureError(str(error)) from error
    try:
        yield broker
    finally:
        broker.close()


def _hours(rules: MarketRules) -> Callable[[Instrument, Instant], bool]:
    return lambda instrument, at: rules.is_open(instrument.exchange, at)


def paper_books(journal: str | None) -> Path | None:
    """Answer where the paper exchange keeps its own books: beside the journal, or in memory for a fresh run."""
    if journal is None:
        return None
    if journal.startswith("postgresql"):
        from desktop.composition.folders import data_folder

        return data_folder() / "paper-books.sqlite"
    path = Path(journal.removeprefix("sqlite:///"))
    return path.with_name(f"{path.name}.paper")
