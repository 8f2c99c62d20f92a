"""Who may enter now, what a failed leg means, and when an entry is over."""

from collections.abc import Iterator
from datetime import timedelta

from engine.core import ledger, market_data
from engine.core.choice import Choice, Chosen, Impossible
from engine.core.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.facts import (
    AnyFact,
    LegCancelled,
    LegEntryFailed,
    LegOpened,
    LegProtected,
    LegResized,
    LegResolved,
    LegRetried,
    PortfolioArmed,
    PortfolioClosed,
    PortfolioExitDecided,
    PortfolioRunning,
    PortfolioStarted,
)
from engine.domain.instant import SECOND, Instant, clock_text, ist_date, ist_instant
from engine.domain.money import Money, Price
from engine.domain.multileg.entry import AtTime
from engine.domain.multileg.execution import LegFailure
from engine.domain.multileg.levels import stop_level, target_level
from engine.domain.multileg.schedule import Weekday
from engine.domain.multileg.states import FINAL, ExitReason, LegState, PortfolioState
from engine.domain.order import Purpose, Side

RESOLVE_WITHIN = 30 * SECOND
"""How long a leg waits for usable quotes before it has failed (executor reference §1.3.2)."""

_FINAL_WORDS = ("FREEZE", "INVALID", "BLOCK", "RESTRICT", "EXPIRED", "CONTRACT", "LOT:", "ACCOUNT", "TICK")
"""Broker wordings that no repetition cures (executor reference §1.11, non-retryable reasons)."""

_WEEKDAYS = tuple(Weekday)


def arm(state: EngineState, run: PortfolioRun) -> PortfolioArmed:
    """Answer the fact that puts a portfolio on watch for its next start time.

    Raises UnknownRuleError where the calendar does not reach the coming days.
    """
    schedule = run.portfolio.schedule
    exchange = run.portfolio.exchange
    day = market_data.today(state)
    for _ in range(370):
        open_today = state.rules.is_trading_day(exchange, day) and _WEEKDAYS[day.weekday()] in schedule.days
        if open_today and ist_instant(day, schedule.end) >= state.now:
            break
        day += timedelta(days=1)
    return PortfolioArmed(
        at=state.now,
        portfolio_id=run.portfolio_id,
        starts_at=ist_instant(day, schedule.start),
        ends_at=ist_instant(day, schedule.end),
        square_off_at=ist_instant(day, schedule.square_off),
    )


def start(state: EngineState, run: PortfolioRun, why: str) -> PortfolioStarted:
    """Answer the fact that begins a portfolio's entry today."""
    schedule = run.portfolio.schedule
    day = ist_date(state.now)
    return PortfolioStarted(
        at=state.now,
        portfolio_id=run.portfolio_id,
        ends_at=ist_instant(day, schedule.end),
        square_off_at=ist_instant(day, schedule.square_off),
        underlying_price=market_data.underlying_price(state, run),
        why=why,
    )


def entry_due(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Start a waiting portfolio when its time has come, or end it when its last time for an entry has passed."""
    if run.state is not PortfolioState.WAITING or not isinstance(run.portfolio.entry, AtTime):
        return
    if state.now >= run.ends_at:
        lack = waits_for(state, run)
        why = f"no entry until {clock_text(run.ends_at)}, the last time for one{f': {lack}' if lack else ''}"
        yield _closed(state, run, PortfolioState.COMPLETED, ExitReason.NO_ENTRY, why)
    elif state.now >= run.starts_at and waits_for(state, run) is None:
        yield start(state, run, f"start time {clock_text(run.starts_at)}")


def waits_for(state: EngineState, run: PortfolioRun) -> str | None:
    """Answer what a portfolio that wants to enter waits for, in a sentence; None when nothing stands in the way."""
    if state.books.recovering:
        return "waiting for the broker's books after the start"
    if not market_data.is_open(state, run.portfolio.exchange):
        return f"{run.portfolio.exchange.value} is closed"
    if market_data.is_stale(state):
        return "waiting for a fresh quote: the feed is silent"
    if market_data.underlying_price(state, run) is None:
        return f"waiting for a price of {run.portfolio.underlying}"
    return None


def unresolved(run: PortfolioRun) -> list[LegRun]:
    """Answer the legs whose contract is not chosen yet, while the portfolio enters."""
    if run.state is not PortfolioState.ENTERING:
        return []
    return [leg for leg in run.legs if leg.state is LegState.WAITING]


def resolved(state: EngineState, run: PortfolioRun, leg: LegRun, choice: Choice) -> Iterator[AnyFact]:
    """Lock a leg to the chosen contract, or give it up when there is none or quotes stay away."""
    if isinstance(choice, Chosen):
        contract = choice.instrument
        yield LegResolved(
            at=state.now,
            portfolio_id=run.portfolio_id,
            leg_id=leg.leg_id,
            instrument=contract.id,
            quantity=leg.leg.lots * contract.lot_size,
            why=choice.why,
        )
    elif isinstance(choice, Impossible) or state.now - (run.started_at or state.now) >= state.books.patience(
        RESOLVE_WITHIN
    ):
        yield LegEntryFailed(at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, why=choice.why)


def leg_progress(state: EngineState, run: PortfolioRun, leg: LegRun) -> Iterator[AnyFact]:
    """Say what the fills and refusals of an entering leg's orders mean."""
    if leg.entered_quantity > leg.protected_quantity and leg.net_quantity:
        yield from _protection(state, run, leg)
    if run.state is not PortfolioState.ENTERING or not ledger.is_entering(leg):
        return
    if ledger.under_way(state, leg, Purpose.ENTRY):
        return
    if leg.entered_quantity < leg.wanted or leg.state is not LegState.ENTERING:
        why = _too_late(state, run, leg)
        if why is not None:
            yield LegEntryFailed(at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, why=why)
            return
    if leg.state is not LegState.ENTERING:
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
    if state.now >= run.ends_at:
        return f"not filled until {clock_text(run.ends_at)}, the last time for an entry"
    since = leg.denied_since
    if since is not None and state.now >= since + run.portfolio.execution.entry_timeout * SECOND:
        return f"refused for {run.portfolio.execution.entry_timeout} s: {leg.denied}"
    return None


def _protection(state: EngineState, run: PortfolioRun, leg: LegRun) -> Iterator[AnyFact]:
    average = leg.entry_average() or Price(0)
    # A print in doubt must not leave a leg without its stop, so the last known price does as a reference.
    underlying = (
        leg.underlying_at_entry or market_data.underlying_price(state, run) or market_data.spot_price(state, run)
    )
    rules = (leg.leg.stop_loss, leg.leg.target)
    if underlying is None and any(rule is not None and rule.basis.on_underlying for rule in rules):
        return  # Right after a restart: the first quote gives it, and nothing could fire before.
    # What an open leg has stays over a late part fill: it may have been trailed, moved to cost or set by hand.
    kept = leg.state is LegState.OPEN and leg.protected_quantity > 0
    yield LegProtected(
        at=state.now,
        portfolio_id=run.portfolio_id,
        leg_id=leg.leg_id,
        average_price=average,
        underlying_price=underlying,
        stop=leg.stop if kept else _not_loosened(leg, stop_level(leg.leg, average, underlying, leg.tick)),
        target=leg.target if kept else target_level(leg.leg, average, underlying, leg.tick),
    )


def _not_loosened(leg: LegRun, computed: Price | None) -> Price | None:
    """Answer the stop after one more part fill of an entry: one that was trailed already never loosens."""
    if computed is None or leg.stop is None or not leg.trail_steps:
        return computed
    return min(leg.stop, computed) if leg.leg.side is Side.SELL else max(leg.stop, computed)


def _retry_or_fail(state: EngineState, run: PortfolioRun, leg: LegRun, failure: str) -> Iterator[AnyFact]:
    execution = run.portfolio.execution
    final = any(word in failure.upper() for word in _FINAL_WORDS)
    rounds = 2 if execution.on_leg_failure is LegFailure.RETRY_THEN_EXIT else 1
    timed_out = _timed_out(state, run, leg)
    if final or timed_out or leg.attempt > execution.retries * rounds:
        yield LegEntryFailed(at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, why=failure)
        return
    wait = int(execution.retry_wait * SECOND)
    yield LegRetried(
        at=state.now,
        portfolio_id=run.portfolio_id,
        leg_id=leg.leg_id,
        attempt=leg.attempt + 1,
        again_at=Instant(state.now + max(wait, 1)),
        why=failure,
    )


def _timed_out(state: EngineState, run: PortfolioRun, leg: LegRun) -> bool:
    return state.now >= ledger.entry_deadline(state, run, leg)


def failures(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Carry out the policy for failed legs while a portfolio enters."""
    if run.state is not PortfolioState.ENTERING:
        return
    failed = [leg for leg in run.legs if leg.failed]
    if not failed:
        return
    policy = run.portfolio.execution.on_leg_failure
    sold_unprotected = list(_without_protection(state, run))
    automatic_exit = policy is LegFailure.AUTOMATIC and bool(sold_unprotected)
    # What is sold already cannot be cut down to its cover, only closed.
    automatic_exit |= policy is LegFailure.RESIZE and any(leg.entered_quantity > c for leg, c in sold_unprotected)
    if policy in (LegFailure.EXIT_PLACED, LegFailure.RETRY_THEN_EXIT) or automatic_exit:
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


def entry_over(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Say that an entry is over: running, running in part, or rejected."""
    if run.state is not PortfolioState.ENTERING or any(ledger.is_entering(leg) for leg in run.legs):
        return
    if any(leg.state is LegState.EXITING or leg.working for leg in run.legs):
        return
    if not any(leg.entered_quantity for leg in run.legs):
        why = "; ".join(sorted({leg.failure for leg in run.legs if leg.failure})) or "no leg could be entered"
        yield _closed(state, run, PortfolioState.REJECTED, ExitReason.LEG_FAIL, why)
        return
    premium, base = ledger.combined_premium(run)
    partial = any(leg.failed or leg.state is LegState.CANCELLED for leg in run.legs)
    yield PortfolioRunning(
        at=state.now,
        portfolio_id=run.portfolio_id,
        partial=partial,
        combined_premium=premium,
        base_quantity=base,
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


def wakes(state: EngineState, run: PortfolioRun) -> Iterator[int]:
    """Answer the instants at which an entry must be looked at again though nothing happens."""
    if run.state is PortfolioState.WAITING:
        yield run.starts_at
        yield run.ends_at
        if state.now >= run.starts_at:
            yield state.now + SECOND
    if run.state is PortfolioState.ENTERING:
        yield from _entering_wakes(state, run)
    if run.state not in FINAL and run.started_at is not None:
        yield run.square_off_at


def _entering_wakes(state: EngineState, run: PortfolioRun) -> Iterator[int]:
    for leg in run.legs:
        if leg.state is LegState.WAITING:
            yield state.now + SECOND
        elif leg.state in (LegState.RESOLVED, LegState.ENTERING):
            yield leg.again_at
            yield run.ends_at
            yield ledger.entry_deadline(state, run, leg)
            if leg.denied:
                yield state.now + SECOND
