"""How the facts of stops and targets change a portfolio; part of folding, no decisions."""

from engine.core.records.portfolio_run import CostTrigger, Delay, LegRun, PortfolioRun, References
from engine.domain import facts as f
from engine.domain.instant import Instant
from engine.domain.money import Money
from engine.domain.multileg.levels import premium_stop
from engine.domain.multileg.move_to_cost import CostTimes
from engine.domain.multileg.states import (
    LEG_DONE,
    LEG_STOP_HITS,
    LEG_TARGET_HITS,
    LEG_WAITS,
    ExitReason,
    Hit,
    LegOrigin,
    LegState,
)


def fold_leg(run: PortfolioRun, leg: LegRun, fact: f.AnyLegLevelFact) -> None:
    """Change a leg by a fact of its levels."""
    match fact:
        case f.LegDelayStarted():
            leg.pending = Delay(fact.hit, fact.at, fact.until, fact.value, fact.level.value)
            if leg.state is LegState.OPEN:
                leg.state = LegState.SL_CONFIRM
        case f.LegDelayCleared():
            leg.pending = None
            if leg.state is LegState.SL_CONFIRM:
                leg.state = LegState.OPEN
        case f.LegFloorMoved():
            leg.floor, leg.floor_steps = fact.floor, fact.steps
        case f.LegReduced():
            _reduce(leg, fact.keep, fact.reason, fact.why, fact.at)
            if fact.reason is ExitReason.HEDGE_PARENT and leg.origin is LegOrigin.DELTA:
                leg.given_back.append(fact.at)
                run.delta_left_at = None
        case f.CostMoveWanted():
            run.cost_triggers.append(CostTrigger(fact.leg_id, fact.at, None))


def fold_combined(run: PortfolioRun, fact: f.AnyCombinedLevelFact) -> None:
    """Change a portfolio by a fact of its combined levels."""
    match fact:
        case f.PortfolioReduced():
            for leg_id, keep in fact.keeps:
                _reduce(run.leg(leg_id), keep, fact.reason, fact.why, fact.at)
            run.targets_hit = max(run.targets_hit, fact.step)
            run.lots_now = fact.lots or run.lots_now
            if fact.part:
                run.parts_done.append(fact.part)
        case f.CombinedDelayStarted():
            _set_pending(run, fact.hit, Delay(fact.hit, fact.at, fact.until, fact.value, fact.threshold))
        case f.CombinedDelayCleared():
            _set_pending(run, fact.hit, None)
        case f.CombinedReferencesSet():
            run.references = References(fact.underlying, fact.margin, fact.most_profit)
        case f.CombinedHitInPart():
            for leg_id in fact.legs:
                _reduce(run.leg(leg_id), 0, fact.reason, fact.why, fact.at)
            run.floor, run.anchor, run.trailed_stop, run.stop_anchor = None, Money(0), None, Money(0)
            _set_pending(run, fact.hit, None)
            if fact.hit is Hit.STOP:
                run.rearmed_stop = fact.rearmed
            else:
                run.rearmed_target = fact.rearmed


def begin_again(run: PortfolioRun) -> None:
    """Forget what the levels of an earlier execution of the portfolio had come to."""
    run.floor, run.anchor, run.trailed_stop, run.stop_anchor = None, Money(0), None, Money(0)
    run.stop_pending, run.target_pending, run.references = None, None, None
    run.rearmed_stop, run.rearmed_target, run.targets_hit = None, None, 0
    run.cost_triggers, run.cost_moves = [], 0
    run.parts_done = []
    run.scaling = run.lots_now = None


def note_close(run: PortfolioRun, leg: LegRun, fact: f.LegClosed) -> None:
    """Remember that a leg's stop or target was hit, which may move the stops of the others to their cost."""
    hit = Hit.STOP if fact.reason in LEG_STOP_HITS else Hit.TARGET if fact.reason in LEG_TARGET_HITS else None
    rule = run.portfolio.move_to_cost
    if hit is None or rule is None or leg.execution != run.execution:
        return
    times = rule.on_stop if hit is Hit.STOP else rule.on_target
    if times is not CostTimes.NEVER:
        run.cost_triggers.append(CostTrigger(leg.leg_id, fact.at, hit))


def moved_to_cost(run: PortfolioRun, fact: f.StopsMovedToCost) -> None:
    """Put the stops of legs to their cost."""
    if not fact.by_hand:
        if run.cost_triggers:
            run.cost_triggers.pop(0)
        run.cost_moves += bool(fact.moves)
    for leg_id, stop in fact.moves:
        leg = run.leg(leg_id)
        leg.stop, leg.stop_reason, leg.moved_to_cost = premium_stop(leg.leg.side, stop), ExitReason.LEG_COST, True


def _set_pending(run: PortfolioRun, hit: Hit, delay: Delay | None) -> None:
    if hit is Hit.STOP:
        run.stop_pending = delay
    else:
        run.target_pending = delay


def _reduce(leg: LegRun, keep: int, reason: ExitReason, why: str, at: Instant) -> None:
    """Let a leg keep less; what keeps nothing is closed."""
    if leg.state in LEG_DONE or leg.state is LegState.EXITING:
        return
    if keep == 0 and (leg.state in LEG_WAITS or leg.state in (LegState.WAITING, LegState.RESOLVED)):
        leg.state = LegState.CANCELLED
    elif keep == 0:
        leg.state, leg.exit_reason, leg.exit_why, leg.exit_decided_at = LegState.EXITING, reason, why, at
    else:
        leg.keep = keep if leg.keep is None else min(leg.keep, keep)
        leg.keep_why = why
