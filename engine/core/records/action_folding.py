"""How the facts of actions, waits and re-executions change a portfolio; part of folding, no decisions."""

from engine.core.records import level_folding
from engine.core.records.pending import AgainRun, CombinedWaitRun, ConversionRun, PortfolioTodo, RollRun, Todo
from engine.core.records.portfolio_run import LegRun, PortfolioRun, new_leg, place_leg
from engine.domain import facts as f
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import InstrumentId, LegId
from engine.domain.instant import Instant
from engine.domain.multileg.actions import KeepRunning, SquareOff
from engine.domain.multileg.exit import Reverse
from engine.domain.multileg.leg import Leg
from engine.domain.multileg.states import (
    ACTIVE,
    COMBINED_HITS,
    ON_STOP_HITS,
    ExitReason,
    LegOrigin,
    LegState,
    PortfolioState,
)
from engine.schema.declared import replace


def fold_leg(leg: LegRun, fact: f.AnyLegActionFact) -> None:
    """Change a leg by a fact of its actions or its wait."""
    match fact:
        case f.LegHit():
            leg.hit, leg.hit_why, leg.pending = fact.reason, fact.why, None
            if leg.state is LegState.SL_CONFIRM:
                leg.state = LegState.OPEN
            if fact.reason in ON_STOP_HITS:
                leg.stop = None
            else:
                leg.target = leg.floor = None
            _note_actions(leg, fact.reason, fact.at)
        case f.ActionDone() | f.ReentryBlocked():
            take_off(leg, fact.action)
        case f.LegWaitMissed():
            leg.missed = True
        case f.LegLookedBack():
            leg.lost_why = fact.why
        case f.RollBlocked():
            leg.roll, leg.roll_why = None, fact.why


def fold_conversion(leg: LegRun, fact: f.AnyConversionFact) -> None:
    """Change a leg by a fact of its conversion: only what is converted is closed in the other product."""
    match fact:
        case f.ConversionRequested():
            leg.conversions += 1
            leg.conversion_why = ""
            leg.conversion = ConversionRun(fact.reference, fact.before, fact.after, fact.quantity, fact.at)
        case f.LegConverted():
            leg.conversion, leg.leg = None, replace(leg.leg, product=fact.product)
        case f.ConversionRefused():
            leg.conversion, leg.conversion_why = None, fact.why


def note_close(run: PortfolioRun, leg: LegRun, fact: f.LegClosed) -> None:
    """Remember what the close of a leg by its own stop or target sets off; nothing where everything is closed."""
    by_the_other = leg.hit is None or (leg.hit in ON_STOP_HITS) is not (fact.reason in ON_STOP_HITS)
    if run.state in ACTIVE and by_the_other:
        _note_actions(leg, fact.reason, fact.at)


def fold_wait(leg: LegRun, fact: f.LegWaits) -> None:
    """Let a leg wait, or wait for something else."""
    # An idle leg that was executed is not idle again, also where a delay follows.
    leg.waited, leg.missed = leg.waited or leg.state is LegState.IDLE_LEG, False
    if leg.state in (LegState.WAIT_TRADE, LegState.WAIT_RBO) and fact.state is LegState.SCHEDULED:
        leg.triggered_at = fact.at
    leg.state, leg.trigger, leg.reference = fact.state, fact.trigger, fact.reference
    leg.until, leg.wait_why = fact.until, fact.why
    # A leg that is made idle again before anything was sent begins anew when it is executed.
    leg.slept = fact.state is LegState.WAIT_STOP or (leg.slept and fact.state is not LegState.IDLE_LEG)
    leg.trigger_at, leg.lost_why = fact.at, ""


def fold_release(leg: LegRun, fact: f.LegReleased) -> None:
    """Let a leg that waited want its orders."""
    if leg.state in (LegState.WAIT_TRADE, LegState.WAIT_RBO, LegState.WAIT_STOP):
        leg.triggered_at = fact.at
    leg.breaks += leg.state is LegState.WAIT_RBO
    # After a wait for its time alone, the wait for a price or a range still comes.
    leg.waited = leg.waited or leg.state is not LegState.SCHEDULED
    leg.state = LegState.RESOLVED if leg.instrument is not None else LegState.WAITING
    if leg.working or leg.entered_quantity:
        leg.state = LegState.ENTERING  # Its order rested at the broker.
    leg.wanted_since, leg.trigger, leg.until, leg.lost_why = fact.at, None, None, ""
    leg.denied, leg.denied_since = "", None


def fold_added(run: PortfolioRun, master: ContractMaster, fact: f.LegAdded) -> None:
    """Add one more execution of a leg, and take off the action that it carries out."""
    leg = LegRun(
        leg_id=fact.leg_id,
        leg=fact.leg,
        number=fact.number,
        cycle=fact.cycle,
        origin=fact.origin,
        parent=fact.parent,
        execution=run.execution,
        wanted_since=fact.at,
        state=fact.state,
        trigger=fact.trigger,
        trigger_at=fact.at,
        reference=fact.reference,
        until=fact.until,
        wait_why=fact.why,
        cause=fact.cause,
    )
    if fact.instrument is not None:
        place_leg(leg, master.by_id(fact.instrument), master.row(fact.instrument))
        leg.wanted = fact.quantity
        if leg.state is LegState.WAITING:
            leg.state = LegState.RESOLVED
    run.legs.append(leg)
    if fact.answers is not None and fact.parent is not None:
        take_off(run.leg(fact.parent), fact.answers)
    if leg.origin is LegOrigin.DELTA:
        run.delta_left_at = None
    if leg.origin is LegOrigin.ROLLED and fact.parent is not None:
        run.leg(fact.parent).roll = None


_ENDS_ALL = frozenset(
    {
        ExitReason.MANUAL,
        ExitReason.MANUAL_PANIC,
        ExitReason.MANUAL_EXTERNAL,
        ExitReason.KILL,
        ExitReason.USER_LIMIT,
        ExitReason.TAG_LIMIT,
        ExitReason.DAY_LOSS,
        ExitReason.LATE_FILL,
        ExitReason.RESTART,
        ExitReason.LEG_FAIL,
    }
)
"""Reasons after which nothing follows a close: a hand, a limit or the kill switch ended it."""


_REVERSES = COMBINED_HITS | {ExitReason.CONDITION}
"""Reasons after which a portfolio may be reversed: its own levels and its own exit condition."""


def note_exit(run: PortfolioRun, fact: f.PortfolioExitDecided) -> None:
    """Drop what legs were still to set off: a higher exit owns the portfolio. Remember what follows it."""
    for leg in run.legs:
        leg.todo, leg.roll = [], None
    run.todo = []
    follow = () if fact.reason in _ENDS_ALL else run.portfolio.exit.on_complete
    strategy = run.portfolio.exit.strategy
    turns = isinstance(strategy, Reverse) and fact.reason in _REVERSES and run.running_since is not None
    for action in (*fact.actions, *follow, *((strategy,) if turns else ())):
        run.todos += 1
        run.todo.append(PortfolioTodo(run.todos, action, fact.reason, fact.at))


def take_off(leg: LegRun, number: int) -> None:
    """Remove one action from what a leg has still to set off."""
    leg.todo = [todo for todo in leg.todo if todo.number != number]


def fold_portfolio(run: PortfolioRun, master: ContractMaster, fact: f.AnyPortfolioActionFact) -> None:
    """Change a portfolio by a fact of what follows its close, or of the wait of its legs together."""
    match fact:
        case f.PortfolioActionDone() | f.PortfolioReentryBlocked():
            run.todo = [todo for todo in run.todo if todo.number != fact.action]
            if fact.action == 0:  # What a leg wanted when all are done.
                for leg in run.legs:
                    leg.todo = []
        case f.PortfolioReexecuted():
            _begin_again(run, master, fact)
        case f.RollDecided():
            together = tuple(leg_id for leg_id, _, _ in fact.rolls)
            for leg_id, instrument, quantity in fact.rolls:
                run.leg(leg_id).roll = RollRun(instrument, quantity, fact.at, together)
        case f.CombinedWaitSet():
            run.combined_wait = CombinedWaitRun(fact.reference, fact.trigger)
        case f.CombinedWaitOver():
            run.combined_wait_over_at = fact.at


def _note_actions(leg: LegRun, reason: ExitReason, at: Instant) -> None:
    if reason in ON_STOP_HITS:
        actions = leg.leg.on_stop
    elif reason in (ExitReason.LEG_TGT, ExitReason.LEG_TGT_TRAIL):
        actions = leg.leg.on_target
    else:
        return
    for action in actions:
        if not isinstance(action, (SquareOff, KeepRunning)):
            leg.todos += 1
            leg.todo.append(Todo(leg.todos, action, reason, at))


def begin_execution(run: PortfolioRun) -> None:
    """Give a portfolio that is flat fresh legs for its next execution, and forget what the one before had reached."""
    for leg in run.legs:
        leg.todo = []
    run.execution += 1
    for number, declared in enumerate(run.portfolio.legs, 1):
        leg = new_leg(LegId(len(run.legs) + 1), replace(declared, lots=lots_of(run, declared)))
        leg.number, leg.execution = number, run.execution
        run.legs.append(leg)
    level_folding.begin_again(run)
    run.running_since = run.closed_at = run.exit_decided_at = run.combined_wait_over_at = None
    run.combined_premium, run.base_quantity, run.combined_wait = None, 0, None
    run.exit_reason, run.exit_why, run.panic = None, "", False


def lots_of(run: PortfolioRun, declared: Leg) -> int:
    """Answer how many lots an execution of a declared leg takes, by account, exposure and the most lots."""
    lots = declared.lots * run.lots_multiplier
    most = run.portfolio.execution.max_lots if run.entry.lots_are_set else None
    return lots if most is None else min(lots, most)


def _take_over(run: PortfolioRun, leg: LegRun, contract: InstrumentId | None) -> None:
    """Let a leg of a reversal wait for nothing; one that was not held before is not opened."""
    leg.leg = replace(leg.leg, idle=False, wait=None, start=None, entry_delay=0)
    run.combined_wait_over_at = run.combined_wait_over_at or run.last_close_at
    if contract is None and leg.state is LegState.WAITING:
        leg.state, leg.failure = LegState.CANCELLED, "it was not held before the reversal"


def _begin_again(run: PortfolioRun, master: ContractMaster, fact: f.PortfolioReexecuted) -> None:
    run.is_reversed = fact.is_reversed
    begin_execution(run)
    for leg in run.present:
        contract = fact.contracts[leg.number - 1] if fact.contracts else None
        if fact.is_reversed:
            leg.leg = replace(leg.leg, side=leg.leg.side.opposite)
        if fact.turned:
            _take_over(run, leg, contract)
        if contract is not None and leg.state is LegState.WAITING:
            instrument = master.by_id(contract)
            place_leg(leg, instrument, master.row(contract))
            leg.wanted, leg.state = leg.leg.lots * instrument.lot_size, LegState.RESOLVED
    run.again = AgainRun(
        cause=fact.cause,
        since=fact.at,
        premium=fact.premium,
        rising=fact.rising,
        measured_on=list(fact.measured_on),
    )
    if fact.turned:
        run.reversals.append(fact.at)
    else:
        run.reexecutions.append((fact.cause, fact.at))
    run.todo = [todo for todo in run.todo if todo.number != fact.action]
    run.state, run.starts_at, run.ends_at = PortfolioState.WAITING, fact.starts_at, fact.ends_at
