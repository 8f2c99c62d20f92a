"""What waiting legs wait for, and what hits still set off: sentences with live values against their thresholds."""

from collections.abc import Iterator

import msgspec

from engine.core.entries import entry_gates
from engine.core.exits import hit_actions, portfolio_again
from engine.core.readings import ledger, range_levels, reopening
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.instant import Instant, clock_text
from engine.domain.money import Price, plain_text
from engine.domain.multileg.levels import Level, Measure
from engine.domain.multileg.range_breakout import RangeOf
from engine.domain.multileg.states import LEG_WAITS, LegOrigin, LegState, PortfolioState
from engine.schema.describe import title_of


class Wait(msgspec.Struct, frozen=True, kw_only=True):
    """What a leg waits for before it is entered."""

    trigger: Level | None
    reference: Price | None
    """The price that the trigger is counted from."""
    not_before: Instant | None
    last: Instant
    """Its last time for an entry."""
    boundaries: tuple[Level, ...]
    """What a break of the range it waits for must reach; none while the range is being built."""
    follows: str
    """What else must come once a boundary is broken; empty where the leg is entered then."""
    lost: str
    """What is known of it while the engine was down; empty where nothing is to be said."""
    missed: bool
    """The price went through the trigger while the engine was down, and must come back first."""
    why: str


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """An action that a hit set off and that is still to be done."""

    what: str
    due: Instant
    source: str
    """The hit, as ``"leg 1's stop"``."""


def leg_wait(run: PortfolioRun, leg: LegRun) -> Wait | None:
    """Answer what a leg waits for; None for one that does not wait."""
    if leg.state not in LEG_WAITS:
        return None
    return Wait(
        trigger=leg.trigger,
        reference=leg.reference,
        not_before=leg.until,
        last=ledger.last_entry(run, leg),
        boundaries=range_levels.boundaries(run, leg) if leg.state is LegState.WAIT_RBO else (),
        follows=_second_range(run, leg),
        lost=_lost(run, leg),
        missed=leg.missed,
        why=leg.wait_why,
    )


def _lost(run: PortfolioRun, leg: LegRun) -> str:
    rule = run.portfolio.range_breakout
    if leg.state is not LegState.WAIT_RBO or rule is None:
        return leg.lost_why
    found = range_levels.range_of(run, rule, leg)
    return "" if found is None else found.lost_why


def _second_range(run: PortfolioRun, leg: LegRun) -> str:
    rule = run.portfolio.range_breakout
    if rule is None or leg.state is not LegState.WAIT_RBO or rule.of is not RangeOf.BOTH:
        return ""
    return "" if range_levels.is_own(rule, leg) else f"then a range of its own premium for {rule.leg_minutes} min"


def pending_actions(state: EngineState, run: PortfolioRun) -> tuple[Pending, ...]:
    """Answer what the hits of a portfolio's legs, and its own close, still set off, oldest first."""
    found = [
        Pending(
            what=title_of(type(todo.action)),
            due=reopening.due(state, run, leg, todo),
            source=f"leg {leg.leg_id}, {todo.reason.value}",
        )
        for leg, todo in hit_actions.waiting(run)
    ]
    later = [
        Pending(what=title_of(type(todo.action)), due=todo.since, source=f"its close, {todo.reason.value}")
        for todo in run.todo
    ]
    return (*found, *later)


def next_execution(state: EngineState, run: PortfolioRun) -> tuple[str, ...]:
    """Answer what the next execution of a portfolio waits for, in sentences; empty where none is awaited."""
    return tuple(one.sentence() for one in portfolio_again.unmet(state, run))


def entry_lacks(state: EngineState, run: PortfolioRun) -> tuple[str, ...]:
    """Answer what the entry of a waiting portfolio lacks, in sentences; empty before its start time, which is told."""
    if run.state is not PortfolioState.WAITING or run.again is not None or state.now < run.starts_at:
        return ()
    lost = (run.entry.lost_why,) if run.entry.lost_why else ()
    return (*lost, *(one.sentence() for one in entry_gates.lacks(state, run)))


def combined_wait(run: PortfolioRun) -> Level | None:
    """Answer the combined premium that all legs wait for; None where they do not."""
    rule, wait = run.portfolio.wait_coupling.combined, run.combined_wait
    waits = any(
        leg.state is LegState.WAIT_TRADE and leg.trigger is None and leg.origin is LegOrigin.DECLARED
        for leg in run.present
    )
    if rule is None or wait is None or run.combined_wait_over_at is not None or not waits:
        return None
    return Level(Measure.PREMIUM, wait.trigger, rising=rule.move > 0)


def sentences(
    wait: Wait, state: LegState, name: str, premium: int | None, underlying: tuple[str, int | None], now: Instant
) -> Iterator[str]:
    """Answer every condition that keeps a waiting leg back; ``underlying`` is its name and its live price."""
    if state is LegState.IDLE_LEG:
        yield f"{name} is idle until an action or somebody executes it"
    if wait.not_before is not None and now < wait.not_before:
        yield f"{name}: time {clock_text(now)}, waiting for {clock_text(wait.not_before)}"
    trigger = wait.trigger
    for level in wait.boundaries:
        watched, live = underlying if level.of is Measure.UNDERLYING else ("premium", premium)
        shown = "not known" if live is None else plain_text(live)
        beyond = "above" if level.rising else "below"
        yield f"{name}: {watched} {shown}, waiting for a break {beyond} {plain_text(level.value)}"
    if wait.boundaries and wait.follows:
        yield f"{name}: {wait.follows}"
    if (
        trigger is None
        and not wait.boundaries
        and state in (LegState.WAIT_TRADE, LegState.WAIT_RBO, LegState.WAIT_CONDITION)
    ):
        yield f"{name} waits for {wait.why}"
    elif trigger is not None:
        watched, live = underlying if trigger.of is Measure.UNDERLYING else ("premium", premium)
        shown = "not known" if live is None else plain_text(live)
        counted = "" if wait.reference is None else f", counted from {plain_text(wait.reference)}"
        sign = "≥" if trigger.rising else "≤"
        yield f"{name}: {watched} {shown}, waiting for {sign} {plain_text(trigger.value)}{counted}"
    if wait.lost:
        yield f"{name}: {wait.lost}"
    if wait.missed:
        yield f"{name}: its trigger was missed while the engine was down; the price must come back first"
    yield f"{name} is given up at {clock_text(wait.last)}"
