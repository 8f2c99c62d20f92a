"""Where the combined stops, targets and locks of a portfolio lie, as profits wherever they come to one."""

from datetime import date
from decimal import Decimal

from engine.core.prices.resting import FAR
from engine.core.readings import estimates, ledger, market_data
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.instant import ist_date
from engine.domain.instrument import Kind
from engine.domain.money import Money, exact_units, percent_of
from engine.domain.multileg.stop import (
    IN_MONEY,
    AbsolutePremiumStop,
    CombinedLoss,
    CombinedPremiumStop,
    CombinedStop,
    LossAndRange,
    MarginStop,
)
from engine.domain.multileg.target import (
    AbsolutePremiumTarget,
    CombinedPremiumTarget,
    CombinedProfit,
    CombinedTarget,
    MarginTarget,
    MaxProfitTarget,
    MultiTargets,
    ProfitCounts,
)
from engine.domain.multileg.trailing import LockUnit, ProfitLock, TrailMode
from engine.domain.multileg.unit import Unit

IN_PREMIUM = (CombinedPremiumStop, CombinedPremiumTarget, AbsolutePremiumStop, AbsolutePremiumTarget)
"""Rules that are held against the premium: they know no charges and no earlier executions."""


def counted_legs(state: EngineState, run: PortfolioRun, rule: CombinedStop | CombinedTarget | None) -> list[LegRun]:
    """Answer the legs whose profit a rule counts."""
    legs = market_data.counted(run)
    if isinstance(rule, IN_PREMIUM) or not run.portfolio.profit_counts.earlier_executions:
        return legs
    today = market_data.today(state)
    earlier = (leg for leg in run.legs if leg.execution != run.execution)
    return [*(leg for leg in earlier if _is_of(leg, today)), *legs]


def day_legs(state: EngineState, run: PortfolioRun) -> list[LegRun]:
    """Answer the executions that were closed today or are open: what the day of a portfolio comes to."""
    today = market_data.today(state)
    return [leg for leg in run.legs if _is_of(leg, today)]


def _is_of(leg: LegRun, day: date) -> bool:
    return leg.closed_at is None or ist_date(leg.closed_at) == day


def taken_off(
    state: EngineState, run: PortfolioRun, legs: list[LegRun], rule: CombinedStop | CombinedTarget | None
) -> int:
    """Answer the charges that are taken off a profit before a rule is held against it."""
    if not run.portfolio.profit_counts.charges or isinstance(rule, IN_PREMIUM):
        return 0
    return estimates.charges_of(state, run, legs)


def rupees_of(run: PortfolioRun, amount: object) -> int:
    """Answer an amount of a combined rule in 1/10,000 ₹, multiplied by the lots where it is meant per lot."""
    return exact_units(amount) * ledger.rupee_factor(run)  # type: ignore[arg-type]  # amounts are declared as Decimal


def lock_amount(run: PortfolioRun, lock: ProfitLock, amount: Decimal) -> int | None:
    """Answer an amount of the profit lock in 1/10,000 ₹; None while what its percents are of is not known."""
    match lock.unit:
        case LockUnit.RUPEES:
            return rupees_of(run, amount)
        case LockUnit.PREMIUM:
            points = None if run.combined_premium is None else abs(run.combined_premium)
            of = None if points is None else points * run.base_quantity // run.legs[0].scale
        case LockUnit.MARGIN:
            of = None if run.references is None else run.references.margin
    return percent_of(of, amount) if of is not None and of > 0 else None


def _lock_levels(run: PortfolioRun) -> tuple[int, int, int, int] | None:
    """Answer reach, lock, every and by of the profit lock in 1/10,000 ₹; None without one, or while not known."""
    lock = run.portfolio.profit_lock
    if lock is None:
        return None
    levels = [lock_amount(run, lock, amount) for amount in (lock.reach, lock.lock, lock.every, lock.by)]
    reach, least, every, by = (0 if level is None else level for level in levels)
    return None if None in levels else (reach, least, max(1, every), by)


def fixed_stop(run: PortfolioRun) -> int | None:
    """Answer the profit (a loss is negative) at which the combined stop closes all where it was set at first.

    None without a stop, for one that is no profit, and while what it is counted from is not known.
    """
    match run.portfolio.stop:
        case CombinedLoss(amount=amount) | LossAndRange(amount=amount):
            level: int | None = -rupees_of(run, amount)
        case CombinedPremiumStop() as rule:
            move = _premium_move(run, rule)
            level = None if move is None else -move
        case AbsolutePremiumStop(level=premium):
            level = _at_premium(run, exact_units(premium))
        case MarginStop(percent=percent):
            margin = None if run.references is None else run.references.margin
            level = None if margin is None else -percent_of(margin, percent)
        case _:
            return None
    if level is None or run.rearmed_stop is None:
        return level
    return min(level, run.rearmed_stop)


def stop_at(run: PortfolioRun) -> int | None:
    """Answer the profit at which the combined stop closes all now, trailed or not; None where there is no such."""
    fixed = None if isinstance(run.portfolio.stop, LossAndRange) else fixed_stop(run)
    known = [level for level in (fixed, run.trailed_stop) if level is not None]
    return max(known, default=None)


def target_at(run: PortfolioRun) -> int | None:
    """Answer the profit at which the combined target, or the next of several, closes; None where there is no such."""
    match run.portfolio.target:
        case CombinedProfit(amount=amount):
            level: int | None = rupees_of(run, amount)
        case MultiTargets(steps=steps):
            level = rupees_of(run, steps[run.targets_hit].profit) if run.targets_hit < len(steps) else None
        case CombinedPremiumTarget() as rule:
            level = _premium_move(run, rule)
        case AbsolutePremiumTarget(level=premium):
            level = _at_premium(run, exact_units(premium))
        case MarginTarget(percent=percent):
            margin = None if run.references is None else run.references.margin
            level = None if margin is None else percent_of(margin, percent)
        case MaxProfitTarget(percent=percent):
            most = None if run.references is None else run.references.most_profit
            level = None if most is None else percent_of(most, percent)
        case _:
            return None
    if level is None or run.rearmed_target is None:
        return level
    return max(level, run.rearmed_target)


def trailed(run: PortfolioRun, profit: int) -> tuple[int, int] | None:
    """Answer where the trailing combined stop lies after a profit, and its anchor; None where it does not move."""
    trail, first = run.portfolio.stop_trail, fixed_stop(run)
    if trail is None or first is None or not isinstance(run.portfolio.stop, IN_MONEY):
        return None
    every, by = rupees_of(run, trail.every), rupees_of(run, trail.by)
    now = first if run.trailed_stop is None else run.trailed_stop
    if trail.mode is TrailMode.CONTINUOUS:
        level = first + max(0, profit) * by // every
        return (level, profit) if level > now else None
    steps = max(0, (profit - run.stop_anchor) // every)
    return (now + steps * by, run.stop_anchor + steps * every) if steps else None


def locked(run: PortfolioRun, profit: int) -> tuple[int, int] | None:
    """Answer the floor of the profit lock after a profit, and its anchor; None where it does not move."""
    lock, levels = run.portfolio.profit_lock, _lock_levels(run)
    if lock is None or levels is None or (run.floor is None and profit < levels[0]):
        return None
    reach, least, every, by = levels
    floor, anchor = (least, reach) if run.floor is None else (run.floor, run.anchor)
    if lock.mode is TrailMode.CONTINUOUS:
        level = least + max(0, profit - reach) * by // every
        return (level, profit) if run.floor is None or level > floor else None
    steps = max(0, (profit - anchor) // every)
    moved = floor + steps * by, anchor + steps * every
    return moved if run.floor is None or steps else None


def profit_range(run: PortfolioRun) -> tuple[int, int]:
    """Answer the profits strictly between which no combined rule of a running portfolio fires or moves."""
    low, high = -FAR, FAR
    stop, target, trail, lock = stop_at(run), target_at(run), run.portfolio.stop_trail, run.portfolio.profit_lock
    levels = _lock_levels(run)
    if stop is not None:
        low = stop
    if target is not None:
        high = target
    if trail is not None and stop is not None:
        gain = rupees_of(run, trail.every)
        high = min(high, run.stop_anchor + (1 if trail.mode is TrailMode.CONTINUOUS else gain))
    if run.floor is not None:
        low = max(low, run.floor)
    if lock is not None and levels is not None and run.floor is None:
        high = min(high, levels[0])
    elif lock is not None and levels is not None and run.floor is not None:
        gain = 1 if lock.mode is TrailMode.CONTINUOUS else levels[2]
        high = min(high, run.anchor + gain)
    if run.portfolio.max_daily_loss is not None:
        low = max(low, -rupees_of(run, run.portfolio.max_daily_loss))
    return low, high


def is_plain(run: PortfolioRun) -> bool:
    """Say whether the profit that rules count is just that of the legs of this execution, at their prices."""
    counts: ProfitCounts = run.portfolio.profit_counts
    day = run.portfolio.max_daily_loss is not None and run.execution > 1
    return not counts.charges and not day and not (counts.earlier_executions and run.execution > 1)


def most_profit(state: EngineState, run: PortfolioRun) -> Money | None:
    """Answer the most that the open legs can come to at their expiry, booked profit included; None without a bound.

    Of legs of several expiries it is not known.
    """
    legs = [leg for leg in market_data.counted(run) if leg.entered_quantity]
    held = [(leg, ledger.instrument_of(state, leg)) for leg in legs if leg.net_quantity]
    if not held or len({contract.expiry for _, contract in held}) > 1:
        return None
    if sum(leg.net_quantity for leg, contract in held if contract.kind is not Kind.PUT) > 0:
        return None
    cash = sum(leg.cash for leg in legs)
    points = {0, *(contract.strike or 0 for _, contract in held)}
    return Money(
        max(cash + sum(_worth(leg, contract.kind, contract.strike or 0, at) for leg, contract in held) for at in points)
    )


def _worth(leg: LegRun, kind: Kind, strike: int, at: int) -> int:
    match kind:
        case Kind.CALL:
            unit = max(0, at - strike)
        case Kind.PUT:
            unit = max(0, strike - at)
        case _:
            unit = at
    return leg.net_quantity * unit // leg.scale


def _premium_move(run: PortfolioRun, rule: CombinedPremiumStop | CombinedPremiumTarget) -> int | None:
    """Answer a move of the combined premium as money: points per unit times the base quantity; None while unknown."""
    if run.combined_premium is None or not run.base_quantity:
        return None
    premium = abs(run.combined_premium)
    points = percent_of(premium, rule.distance) if rule.unit is Unit.PERCENT else exact_units(rule.distance)
    return points * run.base_quantity // run.legs[0].scale


def _at_premium(run: PortfolioRun, level: int) -> int | None:
    """Answer the profit at which the combined premium stands at a level: sold premium above zero, bought below."""
    premium = run.combined_premium
    if premium is None or not run.base_quantity:
        return None
    moved = premium - (level if premium >= 0 else -level)
    return moved * run.base_quantity // run.legs[0].scale
