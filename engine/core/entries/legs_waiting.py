"""Legs that wait for a word, a time or a price before they are entered (executor reference §1.2.1, leg table L1–L5)."""

from collections.abc import Iterator

from engine.core.prices.resting import AlwaysLook, RowWatch, Watch
from engine.core.readings import cadence, ledger, lost_stretch, market_data, measuring, met_waits, reopening
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.core.unmet import Unmet
from engine.domain.facts import AnyFact, LegCancelled, LegLookedBack, LegReleased, LegWaitMissed, LegWaits
from engine.domain.instant import SECOND, Instant, clock_text, ist_date, ist_instant
from engine.domain.money import Price, exact_units, plain_text
from engine.domain.multileg.levels import Level, Measure
from engine.domain.multileg.monitoring import Realtime
from engine.domain.multileg.states import ENTERS, LegOrigin, LegState
from engine.domain.multileg.waiting import WaitAndTrade, trigger_value

_PRICED = frozenset({LegState.WAIT_TRADE, LegState.WAIT_REENTRY, LegState.WAIT_STOP})
"""States in which a leg waits for a price that this stage watches."""

_ENDED = frozenset({LegState.IDLE_LEG, LegState.SCHEDULED, LegState.WAIT_CONDITION, *_PRICED})
"""States whose wait this stage ends; a range breakout ends its own."""

_TIMED = frozenset({LegOrigin.DECLARED, LegOrigin.LAZY, LegOrigin.ADDED})
"""Executions that keep to the times their leg declares; what is opened again does not."""

_ORDERED_LATER = frozenset({LegState.WAITING, LegState.RESOLVED})


def begin(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Let a leg that is idle, or whose time has not come, wait before its contract is chosen."""
    if run.state not in ENTERS:
        return
    for leg in run.present:
        if leg.state not in _ORDERED_LATER or leg.waited or leg.orders or leg.origin not in _TIMED:
            continue
        if leg.leg.idle:
            yield _waits(state, run, leg, LegState.IDLE_LEG, why="idle until it is executed")
            continue
        earliest = _earliest(state, run, leg)
        if state.now < earliest:
            why = f"its start at {clock_text(earliest)}"
            yield _waits(state, run, leg, LegState.SCHEDULED, until=earliest, why=why)


def _earliest(state: EngineState, run: PortfolioRun, leg: LegRun) -> Instant:
    """Answer when a declared leg may be entered: after the portfolio's delay, its own start and its own delay."""
    started = run.started_at or state.now
    earliest = reopening.delayed(state, run, started, run.portfolio.reexecution.portfolio_delay)
    if leg.origin is LegOrigin.LAZY:
        earliest = leg.wanted_since
    if leg.leg.start is not None:
        earliest = max(earliest, ist_instant(ist_date(started), leg.leg.start))
    return Instant(earliest + leg.leg.entry_delay * SECOND)


def renewed(state: EngineState, run: PortfolioRun, leg: LegRun, changed: frozenset[str]) -> Iterator[AnyFact]:
    """Let a leg that is not entered wait as its fields say from now on; ``changed`` names those that were edited."""
    if "idle" in changed and leg.leg.idle and leg.state in _ORDERED_LATER | _ENDED and not leg.orders:
        yield _waits(state, run, leg, LegState.IDLE_LEG, why="idle until it is executed")
    elif "idle" in changed and leg.state is LegState.IDLE_LEG:
        yield reopening.released(state, run, leg, "it is not idle any more")
    elif {"start", "entry_delay"} & changed and leg.state is LegState.SCHEDULED and not leg.waited:
        earliest = _earliest(state, run, leg)
        why = f"its start at {clock_text(earliest)}"
        yield _waits(state, run, leg, LegState.SCHEDULED, until=earliest, why=why)
    elif "wait" in changed and leg.state is LegState.WAIT_TRADE:
        if leg.leg.wait is None:
            yield reopening.released(state, run, leg, "it waits for no price any more")
        else:
            of = Measure.UNDERLYING if leg.leg.wait.basis.on_underlying else Measure.PREMIUM
            same = leg.trigger is not None and leg.trigger.of is of
            yield _set(state, run, leg, leg.reference if same else None)


def waits_for_price(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Let a leg whose contract is chosen wait for its price: from now on its own price is the reference."""
    if run.state not in ENTERS:
        return
    for leg in run.present:
        if leg.state is LegState.RESOLVED and not leg.orders and leg.reference is None and _has_wait(run, leg):
            yield _set(state, run, leg)


def _has_wait(run: PortfolioRun, leg: LegRun) -> bool:
    """Say whether a leg waits for a price before it is entered, alone or with the others."""
    if leg.leg.wait is None or (leg.waited and leg.triggered_at is not None):
        return False
    if leg.origin in (LegOrigin.LAZY, LegOrigin.MOMENTUM, LegOrigin.ADDED):
        return True
    again = leg.origin in (LegOrigin.REEXECUTED, LegOrigin.REVERSED) or (
        leg.origin is LegOrigin.DECLARED and run.repeats
    )
    return run.portfolio.reexecution.wait_again if again else leg.origin is LegOrigin.DECLARED


def _set(state: EngineState, run: PortfolioRun, leg: LegRun, reference: Price | None = None) -> LegWaits:
    """Answer the wait from a reference, or from the price of now; without one it waits for the first price."""
    wait = leg.leg.wait
    assert wait is not None  # asked by the caller
    known = reference if reference is not None else _reference(state, run, leg, wait)
    if known is None:
        return _waits(state, run, leg, LegState.WAIT_TRADE, why="the first price, which its wait is counted from")
    trigger = trigger_of(leg, wait, known)
    move = f"{wait.move:+f} {wait.basis.value} from {plain_text(known)}"
    why = f"{_SIGNS[trigger.rising]} {plain_text(trigger.value)}, {move}"
    return _waits(state, run, leg, LegState.WAIT_TRADE, trigger=trigger, reference=known, why=why)


_SIGNS = {True: "≥", False: "≤"}


def trigger_of(leg: LegRun, wait: WaitAndTrade, reference: Price) -> Level:
    """Answer the level that ends a wait which is counted from a reference."""
    of = Measure.UNDERLYING if wait.basis.on_underlying else Measure.PREMIUM
    return Level(of, trigger_value(wait, reference, leg.tick), rising=wait.move > 0)


def _reference(state: EngineState, run: PortfolioRun, leg: LegRun, wait: WaitAndTrade) -> Price | None:
    of = Measure.UNDERLYING if wait.basis.on_underlying else Measure.PREMIUM
    value = measuring.measured(state, run, leg, of)
    return None if value is None else Price(value)


def waiters(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """End waits: at the last time, at their time, at their price; trail references (Appendix E, rank 11)."""
    if run.state not in ENTERS:
        return
    for leg in run.legs:
        if leg.state not in _ENDED:
            continue
        over = _over(state, run, leg)
        if over is not None:
            yield LegCancelled(at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, why=over)
        elif state.books.of(run.account).recovering:
            continue
        elif leg.state is LegState.SCHEDULED and leg.until is not None and state.now >= leg.until:
            why = f"{clock_text(leg.until)} has come"
            yield LegReleased(at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, why=why)
        elif leg.state in _PRICED and market_data.can_trigger(state, run):
            yield from _price(state, run, leg)


def _over(state: EngineState, run: PortfolioRun, leg: LegRun) -> str | None:
    """Answer why a wait is given up; None while it goes on."""
    last = ledger.last_entry(run, leg)
    if state.now >= last:
        return f"not entered until {clock_text(last)}, its last time"
    if state.books.kill_level:
        return f"the kill switch is on: {state.books.kill_reason}"
    first = met_waits.other_side(run, leg)
    if first is not None:
        return f"leg {first.leg_id} {first.leg.kind.value} met its wait first; one side cancels the other"
    return None


def _price(state: EngineState, run: PortfolioRun, leg: LegRun) -> Iterator[AnyFact]:
    trigger = leg.trigger
    if trigger is None:
        yield from _first_price(state, run, leg)
        return
    if leg.state is LegState.WAIT_REENTRY and leg.until is not None and state.now < leg.until:
        return
    value = cadence.measured(state, run, leg, trigger.of, cadence.of_wait(run, leg), leg.wanted_since)
    if value is None:
        return
    reached = trigger.is_reached(value)
    key = run.portfolio_id, leg.leg_id
    is_first = key in state.first_waits
    state.first_waits.discard(key)
    if is_first and not reached and not leg.missed:
        back = _looked_back(state, run, leg, trigger, value)
        if back is not None:
            yield back
            return
    if reached and is_first and not lost_stretch.is_near(run, trigger.value, value):
        why = f"{measuring.said(value, trigger)} was missed while the engine was down; it must come back first"
        yield LegWaitMissed(at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, why=why)
    elif reached and leg.state is LegState.WAIT_STOP:
        # Its order is awake by now: no delay can come between.
        why = f"{trigger.of.value} {measuring.said(value, trigger)}, the trigger of its stop-limit order"
        yield LegReleased(at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, why=why)
    elif reached and not leg.missed:
        yield reopening.released(state, run, leg, f"{trigger.of.value} {measuring.said(value, trigger)}")
    elif not reached and leg.missed:
        yield _again(state, run, leg, trigger, leg.reference, f"armed again: the price is back at {plain_text(value)}")
    elif not reached and leg.state is LegState.WAIT_TRADE:
        yield from _trail(state, run, leg, value)


def _first_price(state: EngineState, run: PortfolioRun, leg: LegRun) -> Iterator[AnyFact]:
    """Take the reference of a wait that began without a price; a combined wait comes before it."""
    if leg.state is LegState.WAIT_TRADE and leg.leg.wait is not None and not waits_combined(run, leg):
        reference = _reference(state, run, leg, leg.leg.wait)
        if reference is not None:
            yield _set(state, run, leg, reference)


def waits_combined(run: PortfolioRun, leg: LegRun) -> bool:
    """Say whether a leg waits for the combined premium first."""
    combined = run.portfolio.wait_coupling.combined is not None and run.combined_wait_over_at is None
    return combined and leg.origin is LegOrigin.DECLARED


def _looked_back(state: EngineState, run: PortfolioRun, leg: LegRun, trigger: Level, value: int) -> AnyFact | None:
    """Answer what follows of a trigger that was passed while the engine was down and is not reached now."""
    pace = cadence.of_wait(run, leg)
    series = lost_stretch.of_leg(state, run, leg)
    lost = lost_stretch.lost(state, run, series, pace, leg.trigger_at, trigger.is_reached)
    if lost is None or lost.passed is False:
        return None
    words = lost.words(f"its trigger {_SIGNS[trigger.rising]} {plain_text(trigger.value)}")
    if lost.passed and lost_stretch.is_near(run, trigger.value, value):
        return reopening.released(state, run, leg, f"{words}; {plain_text(value)} is near enough still")
    return LegLookedBack(
        at=state.now,
        portfolio_id=run.portfolio_id,
        leg_id=leg.leg_id,
        since=lost.since,
        until=lost.until,
        passed=lost.passed is True,
        why=words,
    )


def _trail(state: EngineState, run: PortfolioRun, leg: LegRun, value: int) -> Iterator[AnyFact]:
    wait, reference = leg.leg.wait, leg.reference
    if wait is None or reference is None:
        return
    trail = wait.trail or run.portfolio.waiting.trail_all
    if trail is None:
        return
    away = reference - value if wait.move > 0 else value - reference
    if away > 0 and away >= exact_units(trail.step):
        trigger = trigger_of(leg, wait, Price(value))
        why = f"reference trailed from {plain_text(reference)} to {plain_text(value)}: {_SIGNS[trigger.rising]} " + (
            plain_text(trigger.value)
        )
        yield _again(state, run, leg, trigger, Price(value), why)


def _again(
    state: EngineState, run: PortfolioRun, leg: LegRun, trigger: Level, reference: Price | None, why: str
) -> LegWaits:
    return _waits(state, run, leg, leg.state, trigger=trigger, reference=reference, until=leg.until, why=why)


def _waits(
    state: EngineState,
    run: PortfolioRun,
    leg: LegRun,
    waiting: LegState,
    *,
    why: str,
    trigger: Level | None = None,
    reference: Price | None = None,
    until: Instant | None = None,
) -> LegWaits:
    return LegWaits(
        at=state.now,
        portfolio_id=run.portfolio_id,
        leg_id=leg.leg_id,
        state=waiting,
        trigger=trigger,
        reference=reference,
        until=until,
        why=why,
    )


def watches(state: EngineState, run: PortfolioRun) -> Iterator[Watch]:
    """Answer the quotes at which a waiting leg is entered, or its reference follows."""
    for leg in run.legs:
        if leg.state not in _PRICED:
            continue
        if leg.trigger is None or leg.missed or (run.portfolio_id, leg.leg_id) in state.first_waits:
            yield AlwaysLook()
            continue
        if not isinstance(cadence.of_wait(run, leg), Realtime):
            continue  # Its next look is a matter of time.
        yield measuring.watch(state, run, leg, leg.trigger)
        wait = leg.leg.wait
        trail = (wait.trail or run.portfolio.waiting.trail_all) if wait is not None else None
        if trail is not None and leg.state is LegState.WAIT_TRADE and leg.reference is not None:
            step = max(1, exact_units(trail.step))
            if leg.trigger.of is not Measure.PREMIUM:
                yield AlwaysLook()
            elif leg.trigger.rising:
                yield RowWatch(leg.row, leg.reference - step, None)
            else:
                yield RowWatch(leg.row, None, leg.reference + step)


def wakes(state: EngineState, run: PortfolioRun) -> Iterator[int]:
    """Answer the instants at which a wait ends though nothing happens."""
    del state
    for leg in run.legs:
        if leg.state in _ENDED:
            yield ledger.last_entry(run, leg)
            if leg.until is not None:
                yield leg.until


def unmet(state: EngineState, run: PortfolioRun, leg: LegRun) -> Iterator[Unmet]:
    """Answer what a waiting leg still waits for, with the live value against the threshold."""
    match leg.state:
        case LegState.IDLE_LEG:
            yield Unmet("idle, until an action or somebody executes it")
        case LegState.SCHEDULED:
            yield Unmet("time", clock_text(state.now), f"≥ {clock_text(leg.until or state.now)}")
        case LegState.WAIT_TRADE | LegState.WAIT_REENTRY | LegState.WAIT_STOP if leg.trigger is not None:
            yield from _unmet_price(state, run, leg, leg.trigger)
        case LegState.WAIT_TRADE:
            yield Unmet(leg.wait_why)
        case _:
            return
    yield Unmet("entered by", clock_text(state.now), f"≤ {clock_text(ledger.last_entry(run, leg))}")


def _unmet_price(state: EngineState, run: PortfolioRun, leg: LegRun, trigger: Level) -> Iterator[Unmet]:
    if leg.until is not None and state.now < leg.until:
        yield Unmet("time", clock_text(state.now), f"≥ {clock_text(leg.until)}")
    value = measuring.measured(state, run, leg, trigger.of)
    name = run.portfolio.underlying if trigger.of is Measure.UNDERLYING else "premium"
    live = "not known" if value is None else plain_text(value)
    if leg.lost_why:
        yield Unmet(leg.lost_why)
    if leg.missed:
        yield Unmet(f"{name} must come back, because the trigger was missed while the engine was down")
    yield Unmet(name, live, f"{_SIGNS[trigger.rising]} {plain_text(trigger.value)}")
