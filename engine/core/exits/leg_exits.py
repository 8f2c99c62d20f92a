"""Watch the stops, targets and locks of legs, and say which leg must be closed (Appendix E, rank 8)."""

from collections.abc import Iterator

from engine.core.exits import leg_trails
from engine.core.orders import resting_orders
from engine.core.prices.resting import AlwaysLook, Watch
from engine.core.readings import cadence, decisions, market_data, measuring
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.facts import AlarmRaised, AnyFact, LegDelayCleared, LegDelayStarted, LegFloorMoved, StopMoved
from engine.domain.instant import SECOND, Instant
from engine.domain.money import plain_text
from engine.domain.multileg.levels import Level, Measure
from engine.domain.multileg.states import ACTIVE, LEG_OPEN, ExitReason, Hit, LegState
from engine.domain.multileg.stop import Basis

GREEK_SECONDS = 3
"""A delta or theta must hold so long: it comes from a model and jumps with every quote."""

_REASON_WORDS = {
    ExitReason.LEG_SL: "stop loss",
    ExitReason.LEG_SL_TRAIL: "trailed stop",
    ExitReason.LEG_COST: "stop at cost",
    ExitReason.SL_ON_RECOVERY: "stop, found beyond its level after the restart",
    ExitReason.LEG_TGT: "target",
    ExitReason.LEG_TGT_TRAIL: "locked profit",
}


def leg_exits(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Trail each leg's stop, then test stop before target: where both are true at once the stop wins."""
    if run.state not in ACTIVE or not market_data.can_trigger(state, run):
        return
    for leg in run.legs:
        if _is_watched(leg):
            yield from _wrong_side(state, run, leg)
        if _is_watched(leg) and not cadence.stops_rest(state, run):
            yield from _trail(state, run, leg)
        if _is_watched(leg):
            yield from _test(state, run, leg)
        if _is_watched(leg) and leg.pending is None:
            yield from _lock(state, run, leg)


def _is_watched(leg: LegRun) -> bool:
    held = (leg.state in LEG_OPEN or leg.state is LegState.ENTERING) and leg.net_quantity != 0
    levels = leg.stop is not None or leg.target is not None or leg.leg.profit_lock is not None
    return held and (levels or leg.pending is not None)


def _wrong_side(state: EngineState, run: PortfolioRun, leg: LegRun) -> Iterator[AnyFact]:
    """Close a leg whose stop was written as a price that its fill had passed already, and say so (ruling 12)."""
    rule, stop, average = leg.leg.stop_loss, leg.stop, leg.average_entry
    if rule is None or stop is None or average is None or stop != leg.first_stop:
        return
    if rule.basis is Basis.PREMIUM_PRICE and stop.is_reached(average):
        words = f"entered at {plain_text(average)}, beyond its stop at {plain_text(stop.value)}"
        sentence = f"Leg {leg.leg_id} of {run.portfolio.name} was {words}: it is closed at once"
        yield AlarmRaised(at=state.now, code="WRONG_SIDE", sentence=sentence, portfolio_id=run.portfolio_id)
        yield decisions.leg_hit(
            state, run, leg, ExitReason.LEG_SL, f"stop loss: {words}", value=average, threshold=stop.value
        )


# --- what follows the price ------------------------------------------------------------------------------------------


def _trail(state: EngineState, run: PortfolioRun, leg: LegRun) -> Iterator[AnyFact]:
    found = leg_trails.moved_stop(state, run, leg)
    if found is not None and leg.stop is not None and found.stop.is_tighter_than(leg.stop):
        yield StopMoved(
            at=state.now,
            portfolio_id=run.portfolio_id,
            leg_id=leg.leg_id,
            stop=found.stop,
            reason=ExitReason.LEG_SL_TRAIL,
            why=found.why,
            trail_steps=found.steps,
        )


def _lock(state: EngineState, run: PortfolioRun, leg: LegRun) -> Iterator[AnyFact]:
    found = leg_trails.moved_floor(state, run, leg)
    if found is not None and (leg.floor is None or found.stop.is_tighter_than(leg.floor)):
        yield LegFloorMoved(
            at=state.now,
            portfolio_id=run.portfolio_id,
            leg_id=leg.leg_id,
            floor=found.stop,
            steps=found.steps,
            why=found.why,
        )


# --- what is tested --------------------------------------------------------------------------------------------------


def _test(state: EngineState, run: PortfolioRun, leg: LegRun) -> Iterator[AnyFact]:
    """Test stop, locked profit and target in this order; the first that is reached closes the leg or is waited for."""
    recovering = run.portfolio_id in state.first_looks
    stop_reason = ExitReason.SL_ON_RECOVERY if recovering else leg.stop_reason
    candidates: list[tuple[Hit, Level | None, ExitReason]] = []
    if not cadence.stops_rest(state, run):
        candidates.append((Hit.STOP, leg.stop, stop_reason))
    if not cadence.targets_rest(state, run):
        candidates.append((Hit.TARGET, leg.floor, ExitReason.LEG_TGT_TRAIL))
        candidates.append((Hit.TARGET, leg.target, ExitReason.LEG_TGT))
    unknown = False
    for hit, level, reason in candidates:
        if level is None:
            continue
        value = _value(state, run, leg, level, reason)
        unknown = unknown or (value is None and leg.pending is not None and leg.pending.hit is hit)
        if value is not None and level.is_reached(value):
            yield from _reached(state, run, leg, hit, level, value, reason)
            return
    # While a price is in doubt a wait neither ends nor begins anew; a model without an answer ends it.
    if leg.pending is not None and (not unknown or _is_greek(leg, leg.pending.hit)):
        yield from _cleared(state, run, leg, "the price came back")


def _value(state: EngineState, run: PortfolioRun, leg: LegRun, level: Level, reason: ExitReason) -> int | None:
    monitoring = run.portfolio.monitoring
    if reason is ExitReason.LEG_TGT:
        pace = monitoring.leg_target
    else:
        pace = monitoring.leg_target_trail if reason is ExitReason.LEG_TGT_TRAIL else monitoring.leg_stop
    return cadence.measured(state, run, leg, level.of, pace, leg_trails.since(run, leg))


def _reached(
    state: EngineState, run: PortfolioRun, leg: LegRun, hit: Hit, level: Level, value: int, reason: ExitReason
) -> Iterator[AnyFact]:
    why = f"{_REASON_WORDS[reason]}: {measuring.said(value, level)}"
    pending = leg.pending
    if pending is not None and pending.hit is not hit:
        yield from _cleared(state, run, leg, f"the {hit.value} is reached instead")
        pending = None
    seconds = _seconds(state, run, leg, level)
    if not seconds or _is_far_beyond(leg, level, value) or (pending is not None and state.now >= pending.until):
        yield decisions.leg_hit(state, run, leg, reason, why, value=value, threshold=level.value)
    elif pending is None:
        yield LegDelayStarted(
            at=state.now,
            portfolio_id=run.portfolio_id,
            leg_id=leg.leg_id,
            hit=hit,
            level=level,
            value=value,
            until=Instant(state.now + seconds * SECOND),
            why=why,
        )


def _cleared(state: EngineState, run: PortfolioRun, leg: LegRun, why: str) -> Iterator[AnyFact]:
    if leg.pending is not None:
        yield LegDelayCleared(
            at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, hit=leg.pending.hit, why=why
        )


def _seconds(state: EngineState, run: PortfolioRun, leg: LegRun, level: Level) -> int:
    declared = 0 if leg.leg.confirmation is None else leg.leg.confirmation.seconds
    rule = run.portfolio.at_broker
    stop_rests = level == leg.stop and resting_orders.stop_rests(state, leg)
    target_rests = level == leg.target and resting_orders.target_rests(state, leg)
    if rule is not None and (stop_rests or target_rests):
        declared = max(declared, rule.shadow_seconds)  # The exchange is given the time to do it itself.
    return max(declared, GREEK_SECONDS) if level.of in (Measure.DELTA, Measure.THETA) else declared


def _is_greek(leg: LegRun, hit: Hit) -> bool:
    level = leg.stop if hit is Hit.STOP else leg.target
    return level is not None and level.of in (Measure.DELTA, Measure.THETA)


def _is_far_beyond(leg: LegRun, level: Level, value: int) -> bool:
    """Say whether a stop is passed by so many times its distance that its wait is not kept."""
    times = None if leg.leg.confirmation is None else leg.leg.confirmation.at_once_beyond
    origin = {
        Measure.PREMIUM: leg.average_entry,
        Measure.UNDERLYING: leg.underlying_at_entry,
        Measure.PROFIT: 0,
    }.get(level.of)
    if times is None or origin is None or level != leg.stop:
        return False
    distance = level.value - origin if level.rising else origin - level.value
    gone = value - origin if level.rising else origin - value
    return distance > 0 and gone >= distance * times


# --- when to look ----------------------------------------------------------------------------------------------------


def watches(state: EngineState, run: PortfolioRun) -> Iterator[Watch]:
    """Answer the quotes at which a stop, a target or the next step of a trail is reached."""
    for leg in run.legs:
        if not _is_watched(leg):
            continue
        if leg.pending is not None:
            yield AlwaysLook()
        for level in (leg.stop, leg.floor, leg.target):
            if level is not None:
                yield measuring.watch(state, run, leg, level)
        yield from leg_trails.watches(run, leg)


def wakes(state: EngineState, run: PortfolioRun) -> Iterator[int]:
    """Answer when a level that is reached has held long enough, and when candles that move stops close."""
    for leg in run.legs:
        if leg.pending is not None:
            yield leg.pending.until
        if _is_watched(leg):
            yield from leg_trails.wakes(state, run, leg)
