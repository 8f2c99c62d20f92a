"""How the waits of legs depend on each other: all together, and what one that is met does to the others (§1.5)."""

from collections.abc import Iterator
from math import gcd

from engine.core.prices.resting import AlwaysLook, Watch
from engine.core.readings import market_data, met_waits, reopening
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.core.unmet import Unmet
from engine.domain.facts import (
    AnyFact,
    CombinedWaitOver,
    CombinedWaitSet,
    LegCancelled,
    LegReleased,
    LegWaits,
)
from engine.domain.instant import SECOND
from engine.domain.money import divide_half_up, plain_text
from engine.domain.multileg.levels import Level
from engine.domain.multileg.states import ENTERS, LEG_ENTERS, LegOrigin, LegState
from engine.domain.multileg.waiting import (
    AfterSeconds,
    AtAdjustedPrice,
    AtOnce,
    combined_trigger,
    trigger_value,
)


def combined(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Hold all declared legs back until the combined premium has made its move from that of the start."""
    rule = run.portfolio.wait_coupling.combined
    if rule is None or run.state not in ENTERS:
        return
    if run.combined_wait_over_at is not None:
        yield from _let_go(state, run)
        return
    for leg in run.present:
        if leg.state is LegState.RESOLVED and not leg.orders and leg.origin is LegOrigin.DECLARED:
            yield LegWaits(
                at=state.now,
                portfolio_id=run.portfolio_id,
                leg_id=leg.leg_id,
                state=LegState.WAIT_TRADE,
                why="the combined premium of all legs",
            )
    held = _held(run)
    if not held or any(leg.state in LEG_ENTERS for leg in run.present) or not market_data.can_trigger(state, run):
        return
    value = premium(state, run, held)
    if value is None or state.books.of(run.account).recovering:
        return
    if run.combined_wait is None:
        yield CombinedWaitSet(
            at=state.now, portfolio_id=run.portfolio_id, reference=value, trigger=combined_trigger(rule, value)
        )
    elif _is_reached(run.combined_wait.trigger, value, rising=rule.move > 0):
        sign = "≥" if rule.move > 0 else "≤"
        why = f"combined premium {plain_text(value)} {sign} {plain_text(run.combined_wait.trigger)}"
        yield CombinedWaitOver(at=state.now, portfolio_id=run.portfolio_id, why=why)


def _held(run: PortfolioRun) -> list[LegRun]:
    """Answer the legs whose premium counts: those that wait for it."""
    return [
        leg for leg in run.present
        if leg.state is LegState.WAIT_TRADE and leg.trigger is None and leg.origin is LegOrigin.DECLARED
    ]  # fmt: skip


def premium(state: EngineState, run: PortfolioRun, legs: list[LegRun]) -> int | None:
    """Answer sold less bought premium of legs, in 1/10,000 ₹ per unit of the ratio; None while a price is missing."""
    base = gcd(*(leg.wanted for leg in legs)) or 1
    total = 0
    for leg in legs:
        price = market_data.mark(state, leg, run.portfolio.price_type)
        if price is None:
            return None
        total -= leg.leg.side.sign * price * leg.wanted
    return divide_half_up(total, base)


def _is_reached(trigger: int, value: int, *, rising: bool) -> bool:
    return value >= trigger if rising else value <= trigger


def _let_go(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Enter the legs that only waited for the combined premium; those with a wait of their own begin it now."""
    for leg in _held(run):
        if leg.leg.wait is None and not state.books.of(run.account).recovering:
            yield reopening.released(state, run, leg, "the combined premium made its move")


def one_side(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Once a call has met its wait, cancel the waiting puts, and the other way round."""
    if run.state not in ENTERS:
        return
    for leg in run.present:
        first = met_waits.other_side(run, leg)
        if first is not None:
            why = f"leg {first.leg_id} {first.leg.kind.value} met its wait first; one side cancels the other"
            yield LegCancelled(at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, why=why)


def others(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Once one leg has met its wait, let the others follow: at once, at an easier price, or after a time."""
    rule = run.portfolio.wait_coupling.others
    if rule is None or run.state not in ENTERS or state.books.of(run.account).recovering:
        return
    first = met_waits.first_met(run)
    if first is None:
        return
    for leg in run.present:
        waits = leg.state is LegState.WAIT_TRADE and leg.origin is LegOrigin.DECLARED and leg.trigger is not None
        if not waits or leg is first:
            continue
        match rule:
            case AtOnce():
                yield _forced(state, run, leg, f"leg {first.leg_id} met its wait, and takes the others with it")
            case AfterSeconds(seconds=seconds):
                filled = first.entered_at
                if filled is not None and state.now >= filled + seconds * SECOND:
                    why = f"{seconds} s after the first fill of leg {first.leg_id}"
                    yield _forced(state, run, leg, why)
            case AtAdjustedPrice():
                yield from _eased(state, run, leg, first, rule)


def _forced(state: EngineState, run: PortfolioRun, leg: LegRun, why: str) -> LegReleased:
    return LegReleased(at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, why=why)


def _eased(
    state: EngineState, run: PortfolioRun, leg: LegRun, first: LegRun, rule: AtAdjustedPrice
) -> Iterator[AnyFact]:
    """Give a waiting leg an easier trigger, between its reference and the one it waits for."""
    wait, trigger, reference = leg.leg.wait, leg.trigger, leg.reference
    if wait is None or trigger is None or reference is None:
        return
    move = min(rule.move, abs(wait.move)) * (1 if wait.move > 0 else -1)
    eased = Level(trigger.of, trigger_value(wait, reference, leg.tick, move), trigger.rising)
    if eased != trigger and not trigger.is_tighter_than(eased):
        why = f"{'≥' if eased.rising else '≤'} {plain_text(eased.value)} from now on: leg {first.leg_id} met its wait"
        yield LegWaits(
            at=state.now,
            portfolio_id=run.portfolio_id,
            leg_id=leg.leg_id,
            state=LegState.WAIT_TRADE,
            trigger=eased,
            reference=reference,
            why=why,
        )


def watches(_state: EngineState, run: PortfolioRun) -> Iterator[Watch]:
    """Ask for every quote while the combined premium is waited for."""
    if run.portfolio.wait_coupling.combined is not None and run.combined_wait_over_at is None and _held(run):
        yield AlwaysLook()


def wakes(_state: EngineState, run: PortfolioRun) -> Iterator[int]:
    """Answer when the others are entered after the first fill."""
    rule = run.portfolio.wait_coupling.others
    first = met_waits.first_met(run) if isinstance(rule, AfterSeconds) else None
    if isinstance(rule, AfterSeconds) and first is not None and first.entered_at is not None:
        yield first.entered_at + rule.seconds * SECOND


def unmet(state: EngineState, run: PortfolioRun) -> Iterator[Unmet]:
    """Answer what all legs wait for together, with the live value against the threshold."""
    rule, wait = run.portfolio.wait_coupling.combined, run.combined_wait
    if rule is None or run.combined_wait_over_at is not None or not _held(run):
        return
    value = premium(state, run, _held(run))
    live = "not known" if value is None else plain_text(value)
    threshold = "" if wait is None else f"{'≥' if rule.move > 0 else '≤'} {plain_text(wait.trigger)}"
    yield Unmet("combined premium", live, threshold)
