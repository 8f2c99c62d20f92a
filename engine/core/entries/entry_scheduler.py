"""What fills and refusals of an entry mean, what a failed leg does, and when an entry is over."""

from collections.abc import Iterator

from engine.core.exits import protecting
from engine.core.orders import resting_orders
from engine.core.readings import account_standing, ledger
from engine.core.records import hedge_ties
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.facts import (
    AnyFact,
    CombinedPremiumSet,
    LegCancelled,
    LegEntryFailed,
    LegOpened,
    LegResized,
    LegRetried,
    PortfolioClosed,
    PortfolioExitDecided,
    PortfolioRunning,
)
from engine.domain.instant import SECOND, Instant, clock_text
from engine.domain.money import Money, Price
from engine.domain.multileg.execution import ConditionSlices, LegFailure
from engine.domain.multileg.protection import protectors
from engine.domain.multileg.states import (
    ENTERS,
    FINAL,
    LEG_OPEN,
    LEG_STOP_HITS,
    LEG_WAITS,
    RUNNING,
    ExitReason,
    LegOrigin,
    LegState,
    PortfolioState,
)
from engine.domain.order import Purpose

_BY_HAND = frozenset({LegOrigin.ADDED, LegOrigin.ROLLED})
"""Legs that a person wanted while the portfolio ran: where one cannot be entered, the others go on."""

_FINAL_WORDS = ("FREEZE", "INVALID", "BLOCK", "RESTRICT", "EXPIRED", "CONTRACT", "LOT:", "ACCOUNT", "TICK")
"""Broker wordings that no repetition cures (executor reference §1.11, non-retryable reasons)."""


def unresolved(run: PortfolioRun) -> list[LegRun]:
    """Answer the legs that want to be entered and whose contract is not chosen yet."""
    if run.state not in ENTERS:
        return []
    return [leg for leg in run.legs if leg.state is LegState.WAITING]


def leg_progress(state: EngineState, run: PortfolioRun, leg: LegRun) -> Iterator[AnyFact]:
    """Say what the fills and refusals of an entering leg's orders mean."""
    if leg.entered_quantity > leg.protected_quantity and leg.net_quantity:
        yield from protecting.protection(state, run, leg)
    if run.state not in ENTERS or not ledger.is_entering(leg):
        return
    if ledger.under_way(state, leg, Purpose.ENTRY):
        return
    if leg.entered_quantity < leg.wanted or leg.state is not LegState.ENTERING:
        why = _too_late(state, run, leg)
        if why is not None and leg.entered_quantity and isinstance(run.portfolio.execution.slicing, ConditionSlices):
            # What was entered while the rule held is what was wanted.
            yield LegResized(
                at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, quantity=leg.entered_quantity, why=why
            )
            return
        if why is not None:
            yield LegEntryFailed(at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, why=why)
            return
    if leg.state is not LegState.ENTERING:
        rested = any(ledger.has_rested(order) for order in ledger.orders_of(state, leg, Purpose.ENTRY))
        failure = ledger.last_failure(state, leg) if leg.state is LegState.RESOLVED and rested else None
        if failure is not None:
            # What was to rest at the broker until now was refused there, or taken away.
            yield from _retry_or_fail(state, run, leg, failure)
        return
    if leg.entered_quantity >= leg.wanted > 0:
        average = leg.entry_average() or Price(0)
        yield LegOpened(
            at=state.now,
            portfolio_id=run.portfolio_id,
            leg_id=leg.leg_id,
            quantity=leg.entered_quantity,
            average_price=average,
        )
    elif (failure := ledger.last_failure(state, leg)) is not None:
        yield from _retry_or_fail(state, run, leg, failure)


def _too_late(state: EngineState, run: PortfolioRun, leg: LegRun) -> str | None:
    """Answer why a leg with nothing under way is not tried any longer; None while it is."""
    last = ledger.last_entry(run, leg)
    if state.now >= last:
        return f"not filled until {clock_text(last)}, the last time for an entry"
    since = leg.denied_since
    if since is not None and state.now >= since + run.portfolio.execution.entry_timeout * SECOND:
        return f"refused for {run.portfolio.execution.entry_timeout} s: {leg.denied}"
    return None


def _retry_or_fail(state: EngineState, run: PortfolioRun, leg: LegRun, failure: str) -> Iterator[AnyFact]:
    execution = run.portfolio.execution
    final = any(word in failure.upper() for word in _FINAL_WORDS)
    rounds = 2 if execution.on_leg_failure is LegFailure.RETRY_THEN_EXIT else 1
    timed_out = _timed_out(state, run, leg)
    policy = account_standing.entry_retry(state.books, run)
    if final or timed_out or leg.attempt > policy.retries * rounds:
        yield LegEntryFailed(at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, why=failure)
        return
    yield LegRetried(
        at=state.now,
        portfolio_id=run.portfolio_id,
        leg_id=leg.leg_id,
        attempt=leg.attempt + 1,
        again_at=Instant(state.now + policy.pause(leg.attempt)),
        why=failure,
    )


def _timed_out(state: EngineState, run: PortfolioRun, leg: LegRun) -> bool:
    return state.now >= ledger.entry_deadline(state, run, leg)


def failures(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Carry out the policy for legs that failed in the entry, or later on their own."""
    if run.state not in ENTERS:
        return
    stopped = _stopped_early(run)
    if stopped is not None:
        why = f"leg {stopped.leg_id} was stopped ({stopped.exit_why}) while others still entered"
        yield PortfolioExitDecided(at=state.now, portfolio_id=run.portfolio_id, reason=ExitReason.LEG_FAIL, why=why)
        return
    failed = [
        leg
        for leg in run.present
        if leg.failed
        and leg.origin not in _BY_HAND
        and not _is_behind_us(run, leg)
        and not hedge_ties.is_dealt_with(run, leg)
    ]
    if not failed:
        return
    policy = run.portfolio.execution.on_leg_failure
    sold_unprotected = list(_without_protection(state, run))
    # Of the entry itself every short counts, whatever was planned to cover it; what follows later has its own rules.
    of_entry = any(leg.origin is LegOrigin.DECLARED and not leg.skipped for leg in failed)
    automatic_exit = policy is LegFailure.AUTOMATIC and (bool(sold_unprotected) or (of_entry and _is_naked(state, run)))
    # What is sold already cannot be cut down to its cover, only closed.
    automatic_exit |= policy is LegFailure.RESIZE and any(leg.entered_quantity > c for leg, c in sold_unprotected)
    # What was skipped for want of a strike is missed only where it was to protect.
    missed = bool(sold_unprotected) or not all(leg.skipped for leg in failed)
    if (policy in (LegFailure.EXIT_PLACED, LegFailure.RETRY_THEN_EXIT) and missed) or automatic_exit:
        names = ", ".join(f"leg {leg.leg_id} ({leg.failure})" for leg in failed)
        yield PortfolioExitDecided(
            at=state.now, portfolio_id=run.portfolio_id, reason=ExitReason.LEG_FAIL, why=f"could not enter {names}"
        )
        return
    # Keep and resize: a sale is cut down to what its bought legs really cover, whatever was planned.
    for leg, covered in sold_unprotected:
        if covered == 0 and leg.state in (LegState.WAITING, LegState.RESOLVED):
            why = "the bought leg that protects it could not be entered"
            yield LegCancelled(at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, why=why)
        elif covered < leg.wanted and leg.entered_quantity <= covered:
            why = f"its bought legs cover {covered} of {leg.wanted}"
            yield LegResized(at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, quantity=covered, why=why)


def _stopped_early(run: PortfolioRun) -> LegRun | None:
    """Answer a leg whose stop was hit while others still enter, where that ends the entry (failure path F10)."""
    keeps = run.portfolio.execution.on_leg_failure in (LegFailure.KEEP_PLACED, LegFailure.RESIZE)
    if keeps or run.state is not PortfolioState.ENTERING or not any(ledger.is_entering(leg) for leg in run.present):
        return None
    return next((leg for leg in run.present if leg.exit_reason in LEG_STOP_HITS), None)


def _is_behind_us(run: PortfolioRun, leg: LegRun) -> bool:
    """Say whether a failed leg was dealt with when the entry was over."""
    return run.state in RUNNING and leg.failed_at <= (run.running_since or 0)


def _without_protection(state: EngineState, run: PortfolioRun) -> Iterator[tuple[LegRun, int]]:
    """Answer sold legs that would be less covered than planned because a leg failed, with the covered quantity."""
    for sold_id, pairs in ledger.protection(state, run).items():
        leg = run.leg(sold_id)
        if leg.state in (LegState.CANCELLED, LegState.ENTRY_FAILED, LegState.CLOSED):
            continue
        if not any(run.leg(protector).failed for protector, _ in pairs):
            continue
        bare = leg.leg.lots * ledger.instrument_of(state, leg).lot_size - sum(quantity for _, quantity in pairs)
        still_coming = sum(quantity for protector, quantity in pairs if not run.leg(protector).failed)
        failed_but_held = sum(
            min(quantity, abs(run.leg(protector).net_quantity))
            for protector, quantity in pairs
            if run.leg(protector).failed
        )
        covered = bare + still_coming + failed_but_held
        if covered < leg.wanted:
            yield leg, covered


def _is_naked(state: EngineState, run: PortfolioRun) -> bool:
    """Say whether a sold option that is held or still entering is not covered whole by bought legs (ruling 4)."""
    lot = next((ledger.instrument_of(state, leg).lot_size for leg in run.legs if leg.row >= 0), 1)
    stakes = []
    for leg in run.legs:
        # What waits for its own hedge is not sold before it has one.
        hedge_to_come = hedge_ties.asks_for_hedge(run, leg) and not leg.net_quantity
        quantity = _held_or_coming(leg, lot)
        if quantity and hedge_ties.covers(run, leg) and not hedge_to_come:
            stakes.append(ledger.stake_of(state, leg, quantity))
    short = {stake.leg_id: stake.quantity for stake in stakes}
    return any(sum(part for _, part in pairs) < short[sold] for sold, pairs in protectors(stakes).items())


def _held_or_coming(leg: LegRun, lot: int) -> int:
    """Answer the units that a leg holds and keeps, or will hold once it is entered."""
    held = abs(leg.net_quantity)
    if leg.failed or not ledger.is_entering(leg):
        return held if leg.state in LEG_OPEN else 0
    return max(held, leg.wanted if leg.row >= 0 else leg.leg.lots * lot)


def _is_under_way(state: EngineState, leg: LegRun) -> bool:
    return ledger.is_entering(leg) or leg.state is LegState.EXITING or resting_orders.at_work(state, leg)


def entry_over(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Say that an entry is over: running, running in part, or rejected."""
    if any(_is_under_way(state, leg) for leg in run.present):
        return
    if run.state in RUNNING:
        yield from _premium_again(state, run)
    if run.state is not PortfolioState.ENTERING:
        return
    waits = any(leg.state in LEG_WAITS and leg.state is not LegState.IDLE_LEG for leg in run.present)
    if not waits and not any(leg.entered_quantity for leg in run.present):
        why = "; ".join(sorted({leg.failure for leg in run.present if leg.failure})) or "no leg could be entered"
        yield _closed(state, run, PortfolioState.REJECTED, ExitReason.LEG_FAIL, why)
        return
    premium, base = ledger.combined_premium(run)
    missing = (leg for leg in run.present if not leg.disabled and not hedge_ties.is_dealt_with(run, leg))
    partial = any(leg.failed or leg.state is LegState.CANCELLED for leg in missing)
    yield PortfolioRunning(
        at=state.now,
        portfolio_id=run.portfolio_id,
        partial=partial,
        combined_premium=premium,
        base_quantity=base,
    )


def _premium_again(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Count the premium of the entry anew after a leg was opened on its own."""
    premium, base = ledger.combined_premium(run)
    if base and (premium, base) != (run.combined_premium, run.base_quantity):
        yield CombinedPremiumSet(
            at=state.now, portfolio_id=run.portfolio_id, combined_premium=premium, base_quantity=base
        )


def _closed(
    state: EngineState, run: PortfolioRun, end: PortfolioState, reason: ExitReason, why: str
) -> PortfolioClosed:
    return PortfolioClosed(
        at=state.now,
        portfolio_id=run.portfolio_id,
        state=end,
        reason=reason,
        realised=Money(ledger.realised(run)),
        why=why,
    )


def asks_again(_state: EngineState, run: PortfolioRun) -> bool:
    """Say whether a leg waits for a contract, or for an order that was denied."""
    return run.state in ENTERS and any(
        leg.state is LegState.WAITING or (leg.denied and leg.state in (LegState.RESOLVED, LegState.ENTERING))
        for leg in run.legs
    )


def wakes(state: EngineState, run: PortfolioRun) -> Iterator[int]:
    """Answer the instants at which an entry must be looked at again though nothing happens."""
    if run.state in ENTERS:
        yield from _entering_wakes(state, run)
    if run.state not in FINAL and run.started_at is not None:
        yield run.square_off_at


def _entering_wakes(state: EngineState, run: PortfolioRun) -> Iterator[int]:
    for leg in run.legs:
        if leg.state in (LegState.RESOLVED, LegState.ENTERING):
            yield leg.again_at
            yield ledger.last_entry(run, leg)
            yield ledger.entry_deadline(state, run, leg)
