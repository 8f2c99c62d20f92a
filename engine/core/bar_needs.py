"""Which bars portfolios need now: one line per stage that decides by bars."""

from collections.abc import Callable, Iterator

from engine.core.entries import entry_watch
from engine.core.exits import leg_trails
from engine.core.prices.candles import Named, Series
from engine.core.readings import cadence, conditions, lost_stretch, range_series
from engine.core.readings.market_data import underlying_price
from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.domain.multileg.entry import OnCondition
from engine.domain.multileg.portfolio import UnderlyingReference
from engine.domain.multileg.states import FINAL, PortfolioState


def _entry_condition(state: EngineState, run: PortfolioRun) -> Iterator[Series]:
    entry = run.portfolio.entry
    if isinstance(entry, OnCondition) and run.state in (PortfolioState.WAITING, PortfolioState.ENTERING):
        yield from conditions.series_needed(state, run, entry.condition)


def _extra_condition(state: EngineState, run: PortfolioRun) -> Iterator[Series]:
    extra = run.portfolio.extra_conditions
    if extra is not None and extra.condition is not None and not run.conditions_met:
        yield from conditions.series_needed(state, run, extra.condition)


def _exit_condition(state: EngineState, run: PortfolioRun) -> Iterator[Series]:
    tree = run.portfolio.exit.condition
    if tree is not None:
        yield from conditions.series_needed(state, run, tree)


def _lost_entry(state: EngineState, run: PortfolioRun) -> Iterator[Series]:
    if run.portfolio_id in state.first_entries and run.state is PortfolioState.WAITING:
        yield from _of_entry(state, run)


def _of_entry(state: EngineState, run: PortfolioRun) -> Iterator[Series]:
    series = entry_watch.watched_series(state, run) if run.state is PortfolioState.WAITING else None
    if series is not None and run.entry.watch is not None:
        yield series


SOURCES: tuple[Callable[[EngineState, PortfolioRun], Iterator[Series]], ...] = (
    _entry_condition,
    _exit_condition,
    _extra_condition,
    cadence.bars,
    leg_trails.bars,
    range_series.bars,
    lost_stretch.bars,
    _lost_entry,
)
"""What the stages say about the bars they need; add yours."""


def wanted(state: EngineState, run: PortfolioRun) -> frozenset[Series]:
    """Answer every series that a portfolio needs bars of now; none once it is done."""
    if run.state in FINAL and not run.holds_something:
        return frozenset()
    return frozenset(series for source in SOURCES for series in source(state, run))


def of_the_past(state: EngineState, run: PortfolioRun) -> frozenset[Series]:
    """Answer what a portfolio needs bars of before the session opens: also what may have been missed meanwhile."""
    return wanted(state, run) | {*lost_stretch.series(state, run), *_of_entry(state, run)}


def note_implied(state: EngineState) -> None:
    """Give the bars of implied forwards their newest price."""
    if not state.candles.has_named:
        return
    for run in state.alive():
        series = Named(run.portfolio.underlying)
        implied = run.portfolio.underlying_reference is UnderlyingReference.IMPLIED
        if implied and state.candles.follows(series):
            price = underlying_price(state, run)
            if price is not None:
                state.candles.note(series, price, state.now)
