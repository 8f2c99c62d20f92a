"""May something be opened again, and when: counts, times, delays (executor reference §1.2.4, §1.3.1)."""

from engine.core.records.pending import PortfolioTodo, Todo
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.facts import LegReleased, LegWaits
from engine.domain.instant import SECOND, Instant, clock_text, ist_date
from engine.domain.multileg.actions import (
    HowOften,
    KeepRunning,
    Pyramid,
    ReEnter,
    ReExecute,
    ReExecuteFirst,
    ReMomentum,
    ReversePosition,
    UpTo,
)
from engine.domain.multileg.leg import LazyLeg, Leg, LegAction
from engine.domain.multileg.reexecution import Delay, Seconds
from engine.domain.multileg.states import ON_STOP_HITS, PROTECTORS, ExitReason, LegOrigin, LegState

SAME_LEG = frozenset(
    {
        LegOrigin.REEXECUTED,
        LegOrigin.REVERSED,
        LegOrigin.REENTERED,
        LegOrigin.MOMENTUM,
        LegOrigin.PARALLEL,
        LegOrigin.ROLLED,
    }
)
"""Executions of the very leg that they come from."""

OPENS = (ReExecute, ReExecuteFirst, ReEnter, ReMomentum, ReversePosition, Pyramid, LazyLeg)
"""Actions that open an execution."""

_ORIGINS: dict[type, frozenset[LegOrigin]] = {
    ReExecute: frozenset({LegOrigin.REEXECUTED, LegOrigin.PARALLEL}),
    ReExecuteFirst: frozenset({LegOrigin.REEXECUTED}),
    ReversePosition: frozenset({LegOrigin.REVERSED, LegOrigin.PARALLEL}),
    Pyramid: frozenset({LegOrigin.PARALLEL}),
    ReEnter: frozenset({LegOrigin.REENTERED}),
    ReMomentum: frozenset({LegOrigin.MOMENTUM}),
}


def actions_on(leg: Leg, reason: ExitReason) -> tuple[LegAction, ...]:
    """Answer what a hit of a leg's stop or target sets off; nothing for any other reason."""
    if reason in ON_STOP_HITS:
        return leg.on_stop
    return leg.on_target if reason in (ExitReason.LEG_TGT, ExitReason.LEG_TGT_TRAIL) else ()


def is_kept(leg: Leg, reason: ExitReason) -> bool:
    """Say whether an action on this hit keeps the leg open."""
    return any(isinstance(action, (KeepRunning, Pyramid)) for action in actions_on(leg, reason))


def root(run: PortfolioRun, leg: LegRun) -> LegRun:
    """Answer the first execution of a leg: the declared, lazy or added one that it repeats."""
    while leg.origin in SAME_LEG and leg.parent is not None:
        leg = run.leg(leg.parent)
    return leg


def executions(run: PortfolioRun, leg: LegRun) -> list[LegRun]:
    """Answer all executions of the same leg in the portfolio's present execution, oldest first."""
    first = root(run, leg)
    return [one for one in run.present if root(run, one) is first]


def delayed(state: EngineState, run: PortfolioRun, since: Instant, delay: Delay | None) -> Instant:
    """Answer when a delay that began at an instant is over; a candle that never closes today ends with the session."""
    if delay is None:
        return since
    if isinstance(delay, Seconds):
        return Instant(since + delay.seconds * SECOND)
    closes = state.candles.next_close(run.portfolio.exchange, delay.minutes, since)
    return since if closes is None else closes


def due(state: EngineState, run: PortfolioRun, leg: LegRun, todo: Todo) -> Instant:
    """Answer when an action may be carried out: at once, or for what opens again after delay and safety time.

    A re-entry begins to wait at once; its price counts only from the time on that ``opens_at`` answers.
    """
    at_once = not isinstance(todo.action, OPENS) or isinstance(todo.action, ReEnter)
    return todo.since if at_once else opens_at(state, run, leg, todo)


def opens_at(state: EngineState, run: PortfolioRun, leg: LegRun, todo: Todo) -> Instant:
    """Answer the first instant at which the next execution of a leg may want orders."""
    rule = run.portfolio.reexecution
    at = delayed(state, run, todo.since, rule.leg_again_delay)
    if isinstance(todo.action, LazyLeg):
        return at
    newest = max(one.wanted_since for one in executions(run, leg))
    return max(at, Instant(newest + rule.leg_safety * SECOND))


def blocked(state: EngineState, run: PortfolioRun, leg: LegRun, todo: Todo) -> str | None:
    """Answer why an action must not open anything; None where it may. Only for actions that open something."""
    rule, action = run.portfolio.reexecution, todo.action
    if state.books.kill_level:
        return f"the kill switch is on: {state.books.kill_reason}"
    if state.now >= run.ends_at and not rule.after_end:
        return f"after End {clock_text(run.ends_at)} nothing is opened again"
    if isinstance(action, (ReEnter, ReMomentum)) and leg.moved_to_cost and not rule.reenter_after_cost:
        return "its stop had been moved to cost, and such a leg is not re-entered"
    executes = isinstance(action, (ReExecute, ReExecuteFirst, ReversePosition))
    if executes and leg.moved_to_cost and not rule.reexecute_after_cost:
        return "its stop had been moved to cost, and such a leg is not re-executed"
    return _counted_out(run, leg, todo) or totals_reached(run, todo.reason)


def is_storm(state: EngineState, run: PortfolioRun, leg: LegRun) -> bool:
    """Say whether a leg was executed as often today as any leg may be (failure path F28)."""
    today = ist_date(state.now)
    todays = [
        one
        for one in run.legs
        if one.number == leg.number and one.origin not in PROTECTORS and ist_date(one.wanted_since) == today
    ]
    return len(todays) >= run.portfolio.reexecution.most_per_leg


def used_up(times: HowOften, used: int) -> bool:
    """Say whether an action was carried out as often as it may be."""
    return isinstance(times, UpTo) and used >= times.times


def _counted_out(run: PortfolioRun, leg: LegRun, todo: Todo) -> str | None:
    if isinstance(todo.action, LazyLeg) or not isinstance(todo.action, OPENS):
        return None
    origins = _ORIGINS[type(todo.action)]
    used = sum(1 for one in executions(run, leg) if one.origin in origins and _same_hit(one.cause, todo.reason))
    return f"it was done {used} times, as often as declared" if used_up(todo.action.times, used) else None


def totals_reached(run: PortfolioRun, reason: ExitReason) -> str | None:
    """Answer which limit of all legs together keeps one from being opened again after a hit; None where none does."""
    rule = run.portfolio.reexecution
    causes = [leg.cause for leg in run.present if leg.cause is not None]
    on_stop = reason in ON_STOP_HITS
    of_kind = sum(1 for cause in causes if _same_hit(cause, reason))
    limit = rule.most_on_stop if on_stop else rule.most_on_target
    if rule.most is not None and len(causes) >= rule.most:
        return f"all legs together were opened again {len(causes)} times, the limit"
    if limit is not None and of_kind >= limit:
        return f"legs were opened again {of_kind} times after {'stops' if on_stop else 'targets'}, the limit"
    if len(run.present) >= run.portfolio.execution.max_legs:
        return f"the portfolio has {len(run.present)} legs already, the most it may have"
    return None


def _same_hit(cause: ExitReason | None, reason: ExitReason) -> bool:
    return cause is not None and (cause in ON_STOP_HITS) is (reason in ON_STOP_HITS)


def released(state: EngineState, run: PortfolioRun, leg: LegRun, why: str) -> LegReleased | LegWaits:
    """Answer the fact that a leg's wait is over; with a declared delay it waits for that too, keeping its contract."""
    until = delayed(state, run, state.now, run.portfolio.reexecution.leg_delay)
    if until <= state.now:
        return LegReleased(at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, why=why)
    return LegWaits(
        at=state.now,
        portfolio_id=run.portfolio_id,
        leg_id=leg.leg_id,
        state=LegState.SCHEDULED,
        reference=leg.reference,
        until=until,
        why=f"{why}; then until {clock_text(until)}",
    )


def again_at(state: EngineState, run: PortfolioRun, todo: PortfolioTodo) -> Instant:
    """Answer when a flat portfolio may be executed again."""
    rule = run.portfolio.reexecution
    flat = max(run.last_close_at or todo.since, todo.since)
    return max(Instant(flat + rule.portfolio_safety * SECOND), delayed(state, run, flat, rule.portfolio_again_delay))
