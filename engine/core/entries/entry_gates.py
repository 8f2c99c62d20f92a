"""Whether a waiting portfolio may enter now: its gates in the order of ruling 7, and what each of them waits for.

``unmet`` answers every condition that keeps a portfolio waiting, with live value and threshold; the "why" panel shows
them. A gate is a question without effect; a stage that has to write something down does so in a stage of its own.
"""

from collections.abc import Callable, Iterator

from engine.core.entries import entry_start, entry_triggers, entry_watch, extra_conditions, premium_gap
from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.core.unmet import Unmet
from engine.domain.facts import AnyFact
from engine.domain.multileg.states import PortfolioState

Gate = Callable[[EngineState, PortfolioRun], Iterator[Unmet]]

GATES: tuple[Gate, ...] = (
    entry_start.obstacles,
    extra_conditions.unmet,
    entry_watch.unmet,
    premium_gap.unmet,
)
"""Run days, kill switch and market → extra conditions → the entry rule → range breakout → guards (ruling 7)."""


def unmet(state: EngineState, run: PortfolioRun) -> Iterator[Unmet]:
    """Answer what keeps a portfolio from entering, gate by gate."""
    if run.state is not PortfolioState.WAITING:
        return
    for gate in GATES:
        yield from gate(state, run)


def lacks(state: EngineState, run: PortfolioRun) -> Iterator[Unmet]:
    """Answer what a portfolio's own rules lack, without what keeps every portfolio of the account back."""
    for gate in GATES[1:]:
        yield from gate(state, run)


def entry(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Start a waiting portfolio when its gates are open, or end it when its last time for an entry has passed."""
    if run.state is not PortfolioState.WAITING or run.again is not None:
        return
    if state.now >= run.ends_at:
        lack = next(unmet(state, run), None)
        yield entry_start.no_entry(state, run, "" if lack is None else lack.sentence())
        return
    if state.now < run.starts_at or next(entry_start.obstacles(state, run), None) is not None:
        return
    yield from entry_triggers.captured(state, run)
    yield from entry_triggers.looked_back(state, run)
    if next(unmet(state, run), None) is not None:
        yield from entry_triggers.sides(state, run)
        return
    why = entry_watch.is_met(state, run)
    if why is not None:
        yield entry_start.start(state, run, why)
