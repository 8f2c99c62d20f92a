"""Carry out what the hits of legs set off, oldest first (executor reference §1.2.4; Appendix E, rank 10)."""

from collections.abc import Callable, Generator, Iterator

import msgspec

from engine.core.readings import decisions, ledger, reopening
from engine.core.records.pending import Todo
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.facts import (
    ActionDone,
    AlarmRaised,
    AnyFact,
    CostMoveWanted,
    LegAdded,
    LegCancelled,
    LegExitDecided,
    PortfolioExitDecided,
    ReentryBlocked,
)
from engine.domain.identifiers import InstrumentId, LegId
from engine.domain.instant import SECOND, Instant
from engine.domain.money import Price, plain_text
from engine.domain.multileg import actions as a
from engine.domain.multileg.leg import LazyLeg, Leg
from engine.domain.multileg.levels import Level, Measure
from engine.domain.multileg.reexecution import ReentryTrigger
from engine.domain.multileg.states import (
    ACTIVE,
    LEG_DONE,
    LEG_WAITS,
    ON_STOP_HITS,
    PROTECTORS,
    ExitReason,
    LegOrigin,
    LegState,
    PortfolioState,
)
from engine.domain.multileg.strike import AtmOffset, StraddleWidth
from engine.domain.order import Side

Others = Callable[[EngineState, PortfolioRun, a.OtherAction], Generator[AnyFact, None, str]]
"""Carries an action on another portfolio out and answers what was done in words; the pipeline knows how."""


def leg_actions(state: EngineState, run: PortfolioRun, others: Others) -> Iterator[AnyFact]:
    """Carry out every action that is due, in the order of the hits; each fact takes its action off the queue."""
    if run.state not in ACTIVE or run.state is PortfolioState.HELD or state.books.of(run.account).recovering:
        return
    for leg, todo in waiting(run):
        if run.state not in ACTIVE:
            return  # An exit of all owns the portfolio now.
        if _is_ready(state, run, leg, todo):
            yield from _carried_out(state, run, leg, todo, others)
    yield from _close_after_new(state, run)


def waiting(run: PortfolioRun) -> list[tuple[LegRun, Todo]]:
    """Answer the actions that are still to be done, oldest hit first."""
    found = [(todo.since, leg.leg_id, todo.number, leg, todo) for leg in run.legs if leg.todo for todo in leg.todo]
    return [(leg, todo) for *_, leg, todo in sorted(found, key=lambda one: one[:3])]


def _is_ready(state: EngineState, run: PortfolioRun, leg: LegRun, todo: Todo) -> bool:
    kept = leg.hit is not None and reopening.is_kept(leg.leg, leg.hit)
    if leg.hit is not None and not kept and leg.state is not LegState.CLOSED:
        # The new execution comes first; everything else follows the close of the old one.
        return isinstance(todo.action, a.ReExecuteFirst) and state.now >= reopening.due(state, run, leg, todo)
    if isinstance(todo.action, a.ReExecutePortfolio) and todo.action.when is a.Again.ON_COMPLETE:
        return False
    return state.now >= reopening.due(state, run, leg, todo)


def _close_after_new(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Close a leg that waited for its next execution to be filled, or to fail."""
    for leg in run.legs:
        if leg.hit is None or leg.state is not LegState.OPEN or reopening.is_kept(leg.leg, leg.hit):
            continue
        pending = any(isinstance(todo.action, a.ReExecuteFirst) for todo in leg.todo)
        new = [one for one in run.legs if one.parent == leg.leg_id and one.origin is LegOrigin.REEXECUTED]
        if not pending and not any(ledger.is_entering(one) or one.state in LEG_WAITS for one in new):
            yield decisions.leg_exit(state, run, leg, leg.hit, leg.hit_why)


def _carried_out(state: EngineState, run: PortfolioRun, leg: LegRun, todo: Todo, others: Others) -> Iterator[AnyFact]:
    action = todo.action
    if isinstance(action, reopening.OPENS):
        yield from _opened(state, run, leg, todo)
        return
    match action:
        case a.ExecuteLeg(leg=number):
            idle = [one for one in run.present if one.number == number and one.state is LegState.IDLE_LEG]
            for one in idle:
                yield reopening.released(state, run, one, f"executed by {_source(leg, todo)}")
            words = f"leg {number} executed" if idle else f"leg {number} is not idle; nothing to execute"
        case a.SquareOffLeg(leg=number):
            words = yield from _closed(state, run, leg, todo, lambda one: one.number == number, f"leg {number}")
        case a.SquareOffLinked():
            first = reopening.root(run, leg)
            words = yield from _closed(
                state, run, leg, todo, lambda one: _comes_from(run, one, first), "what came from it"
            )
        case a.SquareOffOpposite():
            words = yield from _closed(
                state, run, leg, todo, lambda one: one.leg.kind is not leg.leg.kind, "the other side"
            )
        case a.MoveOthersToCost():
            why = f"an action on {_source(leg, todo)}"
            yield CostMoveWanted(at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, why=why)
            words = "stops of the others to cost"
        case a.SquareOffAll() | a.ReExecutePortfolio():
            yield _everything(state, run, leg, todo)
            return
        case a.SquareOffOther() | a.ExecuteOther() | a.StartOther():
            words = yield from others(state, run, action)
        case _:
            words = "nothing to do"
    yield _done(state, run, leg, todo, words)


def _everything(state: EngineState, run: PortfolioRun, leg: LegRun, todo: Todo) -> PortfolioExitDecided:
    """Answer the exit of all; what the same hit still wants of whole portfolios follows it."""
    later = tuple(
        one.action for one in leg.todo
        if one.number >= todo.number
        and isinstance(one.action, (a.SquareOffOther, a.ExecuteOther, a.StartOther, a.ReExecutePortfolio))
    )  # fmt: skip
    return PortfolioExitDecided(
        at=state.now,
        portfolio_id=run.portfolio_id,
        reason=todo.reason,
        why=f"{_source(leg, todo)} closes everything",
        actions=later,
    )


def _closed(
    state: EngineState,
    run: PortfolioRun,
    leg: LegRun,
    todo: Todo,
    is_meant: Callable[[LegRun], bool],
    name: str,
) -> Generator[AnyFact, None, str]:
    """Close the open legs that are meant and cancel those that wait; hedges follow their parents by themselves."""
    meant = [
        one for one in run.present
        if one is not leg and one.origin not in PROTECTORS and one.state not in LEG_DONE and is_meant(one)
    ]  # fmt: skip
    why = f"{name} is squared off by {_source(leg, todo)}"
    closed = 0
    for one in meant:
        if one.state is LegState.EXITING or one.state is LegState.IDLE_LEG:
            continue
        closed += 1
        if one.state in LEG_WAITS or one.state in (LegState.WAITING, LegState.RESOLVED):
            yield LegCancelled(at=state.now, portfolio_id=run.portfolio_id, leg_id=one.leg_id, why=why)
        else:
            yield LegExitDecided(
                at=state.now, portfolio_id=run.portfolio_id, leg_id=one.leg_id, reason=ExitReason.ACTION, why=why
            )
    return f"{closed} of {name} squared off" if closed else f"nothing of {name} is open"


def _comes_from(run: PortfolioRun, leg: LegRun, first: LegRun) -> bool:
    while leg.parent is not None:
        leg = run.leg(leg.parent)
        if leg is first:
            return True
    return False


def _opened(state: EngineState, run: PortfolioRun, leg: LegRun, todo: Todo) -> Iterator[AnyFact]:
    why = reopening.blocked(state, run, leg, todo)
    if why is None and reopening.is_storm(state, run, leg):
        most = run.portfolio.reexecution.most_per_leg
        why = f"leg {leg.number} was executed {most} times today, the most for one leg"
        sentence = f"{run.portfolio.name}: {why}; it is not opened again today"
        yield AlarmRaised(at=state.now, code="REEXECUTION_STORM", sentence=sentence)
    if why is not None:
        yield ReentryBlocked(
            at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, action=todo.number, why=why
        )
        return
    yield _addition(state, run, leg, todo)


def _addition(state: EngineState, run: PortfolioRun, leg: LegRun, todo: Todo) -> LegAdded:
    """Answer the next execution that an action asks for."""
    rule = run.portfolio.reexecution
    beside = leg.state is not LegState.CLOSED and leg.hit is not None and reopening.is_kept(leg.leg, leg.hit)
    origin = LegOrigin.PARALLEL if beside else LegOrigin.REEXECUTED
    source = _source(leg, todo)
    match todo.action:
        case LazyLeg(leg=lazy):
            lots = lazy.lots * run.lots_multiplier
            return _added(state, run, leg, todo, _with_lots(lazy, lots), LegOrigin.LAZY, f"lazy leg of {source}")
        case a.ReMomentum():
            return _added(
                state, run, leg, todo, leg.leg, LegOrigin.MOMENTUM, f"waits for momentum again after {source}"
            )
        case a.ReEnter(way=way):
            return _reentry(state, run, leg, todo, _turned(leg.leg, way))
        case a.Pyramid(lots=lots):
            bigger = _with_lots(leg.leg, lots * run.lots_multiplier)
            return _added(state, run, leg, todo, bigger, origin, f"added after {source}", locked=True)
        case a.ReversePosition():
            turned = _turned(leg.leg, a.Way.REVERSED)
            origin = LegOrigin.PARALLEL if beside else LegOrigin.REVERSED
            return _added(state, run, leg, todo, turned, origin, f"reversed after {source}", locked=True)
        case a.ReExecute(way=way):
            again = _turned(leg.leg, way)
        case _:
            again = leg.leg
    locked = rule.same_strike and isinstance(leg.leg.strike, (AtmOffset, StraddleWidth))
    other_side = isinstance(todo.action, a.ReExecute) and todo.action.way is a.Way.REVERSED
    words = "re-executed on the opposite side" if other_side else "re-executed"
    return _added(state, run, leg, todo, again, origin, f"{words} after {source}", locked=locked)


def _reentry(state: EngineState, run: PortfolioRun, leg: LegRun, todo: Todo, again: Leg) -> LegAdded:
    """Answer the re-entry of a closed leg: it waits for its entry price on the contract it had.

    After a stop the price has to come back from the losing side, after a target from the winning one.
    """
    rule = run.portfolio.reexecution
    closed_at = leg.closed_at or todo.since
    not_before = max(Instant(closed_at + rule.reentry_delay * SECOND), reopening.opens_at(state, run, leg, todo))
    first = reopening.executions(run, leg)[0] if rule.original_price else leg
    anchor = first.average_entry or leg.average_entry
    if rule.reentry_trigger is ReentryTrigger.STOP_PRICE:
        anchor = leg.average_exit if todo.reason not in ON_STOP_HITS or leg.stop is None else _stop_price(leg)
    if rule.reentry_trigger is ReentryTrigger.NOTHING or anchor is None:
        until = max(not_before, state.now)
        why = f"re-entered after {_source(leg, todo)}"
        return _added(
            state, run, leg, todo, again, LegOrigin.REENTERED, why, locked=True, waits=LegState.SCHEDULED, until=until
        )
    lost = todo.reason in ON_STOP_HITS
    rising = (leg.leg.side is Side.BUY) is lost
    level = Level(Measure.PREMIUM, anchor, rising)
    why = f"re-enters at {'≥' if rising else '≤'} {plain_text(anchor)} after {_source(leg, todo)}"
    return _added(
        state, run, leg, todo, again, LegOrigin.REENTERED, why,
        locked=True, waits=LegState.WAIT_REENTRY, trigger=level, reference=anchor, until=not_before,
    )  # fmt: skip


def _stop_price(leg: LegRun) -> Price | None:
    stop = leg.stop
    return Price(stop.value) if stop is not None and stop.of is Measure.PREMIUM else leg.average_exit


def _added(
    state: EngineState,
    run: PortfolioRun,
    leg: LegRun,
    todo: Todo,
    again: Leg,
    origin: LegOrigin,
    why: str,
    *,
    locked: bool = False,
    waits: LegState = LegState.WAITING,
    trigger: Level | None = None,
    reference: Price | None = None,
    until: Instant | None = None,
) -> LegAdded:
    instrument: InstrumentId | None = leg.instrument if locked else None
    quantity = again.lots * ledger.instrument_of(state, leg).lot_size if instrument is not None else 0
    cycles = [one.cycle for one in reopening.executions(run, leg)] if origin is not LegOrigin.LAZY else [0]
    return LegAdded(
        at=state.now,
        portfolio_id=run.portfolio_id,
        leg_id=LegId(len(run.legs) + 1),
        leg=again,
        origin=origin,
        parent=leg.leg_id,
        number=leg.number,
        cycle=max(cycles) + 1,
        why=why,
        state=waits,
        instrument=instrument,
        quantity=quantity,
        trigger=trigger,
        reference=reference,
        until=until,
        answers=todo.number,
        cause=todo.reason,
    )


def _turned(leg: Leg, way: a.Way) -> Leg:
    if way is a.Way.SAME:
        return leg
    return msgspec.structs.replace(leg, side=Side.SELL if leg.side is Side.BUY else Side.BUY)


def _with_lots(leg: Leg, lots: int) -> Leg:
    return msgspec.structs.replace(leg, lots=lots)


def _done(state: EngineState, run: PortfolioRun, leg: LegRun, todo: Todo, what: str) -> ActionDone:
    return ActionDone(at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, action=todo.number, what=what)


def _source(leg: LegRun, todo: Todo) -> str:
    return f"leg {leg.leg_id}'s {'stop' if todo.reason in ON_STOP_HITS else 'target'}"


def wakes(state: EngineState, run: PortfolioRun) -> Iterator[int]:
    """Answer the instants at which an action is due."""
    for leg, todo in waiting(run):
        yield reopening.due(state, run, leg, todo)
