"""Whether the combined stop and target of a portfolio are reached now, with the value against the threshold."""

from decimal import Decimal

import msgspec

from engine.core.exits import combined_levels
from engine.core.readings import cadence, leg_greeks, market_data
from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.domain.instant import Instant
from engine.domain.money import exact_units, percent_of, plain_text
from engine.domain.multileg.monitoring import Cadence
from engine.domain.multileg.states import ExitReason, Hit
from engine.domain.multileg.stop import (
    CombinedStop,
    DeltaStop,
    LossAndRange,
    MarginStop,
    MoveUnit,
    ThetaStop,
    UnderlyingBounds,
    UnderlyingStop,
)
from engine.domain.multileg.target import (
    CombinedTarget,
    DeltaTarget,
    MarginTarget,
    MaxProfitTarget,
    ThetaTarget,
    TrackedFrom,
    UnderlyingTarget,
)
from engine.domain.multileg.trailing import LockUnit

GREEK_SECONDS = 3
"""A delta or theta must hold so long: it comes from a model and jumps with every quote."""

_GREEK_RULES = (DeltaStop, ThetaStop, DeltaTarget, ThetaTarget)
_NOT_MONEY = (UnderlyingStop, LossAndRange, UnderlyingTarget, *_GREEK_RULES)


class Test(msgspec.Struct, frozen=True):
    """One look at a combined level; ``words`` say the value against the threshold."""

    __test__ = False  # Not one of pytest's.

    hit: Hit
    is_reached: bool
    value: int
    threshold: int
    words: str
    reason: ExitReason
    seconds: int = 0
    """How long it must hold before anything is closed."""
    is_beyond: bool = False
    """It is so far beyond that nothing is waited for."""


def is_in_money(rule: CombinedStop | CombinedTarget) -> bool:
    """Say whether a rule comes to a profit at which it fires."""
    return not isinstance(rule, _NOT_MONEY)


def needs_references(run: PortfolioRun) -> bool:
    """Say whether a rule is measured from what is known only when all legs are in."""
    lock = run.portfolio.profit_lock
    return (lock is not None and lock.unit is LockUnit.MARGIN) or any(
        isinstance(rule, MarginStop | MarginTarget | MaxProfitTarget)
        or (isinstance(rule, UnderlyingBounds) and rule.unit is not MoveUnit.PRICE)
        for rule in (run.portfolio.stop, run.portfolio.target)
    )


def stop_profit(state: EngineState, run: PortfolioRun) -> int | None:
    """Answer the profit that the combined stop is held against; None while a price is missing or in doubt."""
    return _profit(state, run, run.portfolio.stop, run.portfolio.monitoring.combined_stop)


def target_profit(state: EngineState, run: PortfolioRun) -> int | None:
    """Answer the profit that the combined target is held against; None while a price is missing or in doubt."""
    return _profit(state, run, run.portfolio.target, run.portfolio.monitoring.combined_target)


def _profit(
    state: EngineState, run: PortfolioRun, rule: CombinedStop | CombinedTarget | None, pace: Cadence
) -> int | None:
    legs = combined_levels.counted_legs(state, run, rule)
    profit = cadence.profit(state, run, pace, _since(run), legs)
    return None if profit is None else profit - combined_levels.taken_off(state, run, legs, rule)


def _since(run: PortfolioRun) -> Instant:
    return run.running_since or run.started_at or Instant(0)


# --- stop ------------------------------------------------------------------------------------------------------------


def stop_test(state: EngineState, run: PortfolioRun) -> Test | None:
    """Answer whether the trailed or the fixed combined stop is reached; None without one or without its value."""
    rule = run.portfolio.stop
    level = run.trailed_stop if _bypassed(run) else combined_levels.stop_at(run)
    money = None
    if level is not None:
        profit = stop_profit(state, run)
        money = None if profit is None else _loss(run, profit, level)
    if (money is not None and money.is_reached) or rule is None or _bypassed(run) or is_in_money(rule):
        return money
    other = _other_stop(state, run, rule)
    return money if other is None else other


def _other_stop(state: EngineState, run: PortfolioRun, rule: CombinedStop) -> Test | None:
    match rule:
        case LossAndRange():
            return _loss_and_range(state, run, rule)
        case UnderlyingStop():
            return _underlying(state, run, rule, Hit.STOP, ExitReason.UNDERLYING_SL)
        case DeltaStop(delta=delta):
            return _greek(state, run, Hit.STOP, ExitReason.COMB_SL, "delta", delta, rising=True)
        case ThetaStop(theta=theta):
            return _greek(state, run, Hit.STOP, ExitReason.COMB_SL, "theta paid", theta, rising=True)
        case _:
            return None


def _bypassed(run: PortfolioRun) -> bool:
    rule = run.portfolio.move_to_cost
    return rule is not None and rule.bypass_stop and run.cost_moves > 0


def _seconds(run: PortfolioRun, rule: CombinedStop | CombinedTarget | None, hit: Hit) -> int:
    wait = run.portfolio.stop_wait
    seconds = run.portfolio.target_delay if hit is Hit.TARGET else wait.seconds if wait is not None else 0
    return max(seconds, GREEK_SECONDS) if isinstance(rule, _GREEK_RULES) else seconds


def _loss(run: PortfolioRun, profit: int, level: int) -> Test:
    is_trailed = run.trailed_stop is not None and level == run.trailed_stop
    reason = ExitReason.COMB_SL_TRAIL if is_trailed else ExitReason.COMB_SL
    words = f"combined {'trailed ' if is_trailed else ''}stop: profit {plain_text(profit)} ≤ {plain_text(level)}"
    wait = run.portfolio.stop_wait
    times = None if wait is None else wait.at_once_beyond
    beyond = times is not None and level < 0 and Decimal(profit) <= level * times
    seconds = _seconds(run, run.portfolio.stop, Hit.STOP)
    return Test(Hit.STOP, profit <= level, profit, level, words, reason, seconds, beyond)


def _loss_and_range(state: EngineState, run: PortfolioRun, rule: LossAndRange) -> Test | None:
    profit, level = stop_profit(state, run), combined_levels.fixed_stop(run)
    range_test = _underlying(state, run, rule, Hit.STOP, ExitReason.LOSS_RANGE)
    if profit is None or level is None or range_test is None:
        return None
    words = f"loss and range: profit {plain_text(profit)} against {plain_text(level)}, {range_test.words}"
    reached = profit <= level and range_test.is_reached
    return Test(
        Hit.STOP, reached, profit, level, words, ExitReason.LOSS_RANGE, _seconds(run, run.portfolio.stop, Hit.STOP)
    )


# --- target ----------------------------------------------------------------------------------------------------------


def target_test(state: EngineState, run: PortfolioRun) -> Test | None:
    """Answer whether the combined target is reached; None without one or without its value."""
    match run.portfolio.target:
        case None:
            return None
        case UnderlyingTarget() as rule:
            return _underlying(state, run, rule, Hit.TARGET, ExitReason.COMB_TGT)
        case DeltaTarget(delta=delta):
            return _greek(state, run, Hit.TARGET, ExitReason.COMB_TGT, "delta", delta, rising=True)
        case ThetaTarget(theta=theta):
            return _greek(state, run, Hit.TARGET, ExitReason.COMB_TGT, "theta", theta, rising=False)
        case rule:
            level, profit = combined_levels.target_at(run), target_profit(state, run)
            if level is None or profit is None:
                return None
            words = f"combined target: profit {plain_text(profit)} ≥ {plain_text(level)}"
            seconds = _seconds(run, rule, Hit.TARGET)
            return Test(Hit.TARGET, profit >= level, profit, level, words, ExitReason.COMB_TGT, seconds)


# --- underlying and Greeks -------------------------------------------------------------------------------------------


def bounds_of(run: PortfolioRun, rule: UnderlyingBounds) -> tuple[int | None, int | None] | None:
    """Answer the prices at which, or beyond which, the underlying is out; None while the entry's is not known."""
    if rule.unit is MoveUnit.PRICE:
        low = None if rule.below is None else exact_units(rule.below)
        return low, None if rule.above is None else exact_units(rule.above)
    early = run.portfolio.profit_counts.since is TrackedFrom.START
    known = run.references.underlying if run.references is not None else None
    entry = known or (run.underlying_at_start if early else None)
    if entry is None:
        return None
    return (
        None if rule.below is None else entry - _distance(entry, rule.below, rule.unit),
        None if rule.above is None else entry + _distance(entry, rule.above, rule.unit),
    )


def _distance(entry: int, distance: Decimal, unit: MoveUnit) -> int:
    return percent_of(entry, distance) if unit is MoveUnit.PERCENT else exact_units(distance)


def _underlying(
    state: EngineState, run: PortfolioRun, rule: UnderlyingBounds, hit: Hit, reason: ExitReason
) -> Test | None:
    bounds = bounds_of(run, rule)
    pace = run.portfolio.monitoring.combined_stop if hit is Hit.STOP else run.portfolio.monitoring.combined_target
    price = cadence.seen(
        state,
        run,
        pace,
        _since(run),
        "underlying of all",
        market_data.underlying_series(state, run),
        lambda: market_data.underlying_price(state, run),
    )
    if bounds is None or price is None:
        return None
    low, high = bounds
    is_low = low is not None and price <= low
    is_high = high is not None and price >= high
    nearer_low = low is not None and (high is None or price - low <= high - price)
    threshold = (low if nearer_low else high) or 0
    sign = "≤" if nearer_low else "≥"
    words = f"{run.portfolio.underlying} {plain_text(price)} {sign} {plain_text(threshold)}"
    declared = run.portfolio.stop if hit is Hit.STOP else run.portfolio.target
    return Test(hit, is_low or is_high, price, threshold, words, reason, _seconds(run, declared, hit))


def _greek(
    state: EngineState, run: PortfolioRun, hit: Hit, reason: ExitReason, name: str, amount: Decimal, *, rising: bool
) -> Test | None:
    legs = market_data.counted(run)
    found = (leg_greeks.net_delta if name == "delta" else leg_greeks.net_theta)(state, run, legs)
    if found is None:
        return None
    value = -found if name == "theta paid" else abs(found)
    threshold = exact_units(amount)
    reached = value >= threshold if rising else value <= threshold
    words = f"net {name} {plain_text(value)} {'≥' if rising else '≤'} {plain_text(threshold)}"
    declared = run.portfolio.stop if hit is Hit.STOP else run.portfolio.target
    return Test(hit, reached, value, threshold, words, reason, _seconds(run, declared, hit))
