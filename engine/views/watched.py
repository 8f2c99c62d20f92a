"""What is watched of a leg or of all legs beside plain stops and targets, and what it says with live values."""

from collections.abc import Iterator

import msgspec

from engine.core.exits import combined_levels, combined_tests, side_limits
from engine.core.readings import leg_greeks
from engine.core.records.portfolio_run import Delay, LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.instant import SECOND, Instant
from engine.domain.money import Price, plain_text
from engine.domain.multileg.levels import Level, Measure, lock_units
from engine.domain.multileg.stop import DeltaStop, ThetaStop, UnderlyingBounds
from engine.domain.multileg.target import (
    DeltaTarget,
    MarginTarget,
    MaxProfitTarget,
    MultiTargets,
    ThetaTarget,
)
from engine.views.amounts import grouped_text, rupees_text

_GREEKS = (DeltaStop, ThetaStop, DeltaTarget, ThetaTarget)


class LegWatch(msgspec.Struct, frozen=True, kw_only=True):
    """What a leg is watched by beside its stop and target."""

    floor: Level | None = None
    """Where its gain is locked."""
    lock_at: Price | None = None
    """The price at which the lock goes on; None where there is none or it is on."""
    pending: Delay | None = None
    keep: int | None = None
    delta: int | None = None
    """Without its sign, in 1/10,000, when the row was made; None where no level is measured in Greeks."""
    theta: int | None = None


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds of the underlying that close all."""

    name: str
    low: int | None
    high: int | None


class CombinedWatch(msgspec.Struct, frozen=True, kw_only=True):
    """What all legs together are watched by beside their profit."""

    bounds: tuple[Bounds, ...] = ()
    seen: tuple[str, ...] = ()
    """Values against thresholds of what is no price, as they were when the row was made."""
    pending: tuple[Delay, ...] = ()
    steps: str = ""
    """Which of several targets is next."""
    day_loss: int | None = None
    not_armed: tuple[str, ...] = ()
    """Rules that cannot fire, and why."""


def leg_watch(state: EngineState, run: PortfolioRun, leg: LegRun) -> LegWatch:
    """Answer what a leg is watched by beside its stop and target."""
    lock, average = leg.leg.profit_lock, leg.average_entry
    lock_at = None
    if lock is not None and average is not None and leg.floor is None:
        lock_at = Price(average + leg.leg.side.sign * lock_units(lock, average)[0])
    by_greeks = any(
        level is not None and level.of in (Measure.DELTA, Measure.THETA) for level in (leg.stop, leg.target)
    )
    greeks = leg_greeks.of_leg(state, run, leg) if by_greeks and leg.net_quantity else None
    return LegWatch(
        floor=leg.floor,
        lock_at=lock_at,
        pending=leg.pending,
        keep=leg.keep,
        delta=None if greeks is None else abs(greeks.delta),
        theta=None if greeks is None else abs(greeks.theta),
    )


def combined_watch(state: EngineState, run: PortfolioRun) -> CombinedWatch:
    """Answer what all legs of a running portfolio are watched by beside their profit."""
    if run.running_since is None or not any(leg.net_quantity for leg in run.present):
        return CombinedWatch()
    target = run.portfolio.target
    several = isinstance(target, MultiTargets) and run.targets_hit < len(target.steps)
    most = run.portfolio.max_daily_loss
    return CombinedWatch(
        bounds=tuple(_bounds(run)),
        seen=tuple(_seen(state, run)),
        pending=tuple(one for one in (run.stop_pending, run.target_pending) if one is not None),
        steps=f"target {run.targets_hit + 1} of {len(target.steps)}"
        if several and isinstance(target, MultiTargets)
        else "",
        day_loss=None if most is None else -combined_levels.rupees_of(run, most),
        not_armed=tuple(_not_armed(run)),
    )


def _bounds(run: PortfolioRun) -> Iterator[Bounds]:
    for name, rule in (("stop", run.portfolio.stop), ("target", run.portfolio.target)):
        found = combined_tests.bounds_of(run, rule) if isinstance(rule, UnderlyingBounds) else None
        if found is not None:
            yield Bounds(name=name, low=found[0], high=found[1])


def _seen(state: EngineState, run: PortfolioRun) -> Iterator[str]:
    for test, rule in (
        (combined_tests.stop_test, run.portfolio.stop),
        (combined_tests.target_test, run.portfolio.target),
    ):
        found = test(state, run) if isinstance(rule, _GREEKS) else None
        if found is not None:
            yield found.words
    for name, limit in (("calls", run.portfolio.call_side), ("puts", run.portfolio.put_side)):
        if limit is not None:
            low, high = side_limits.bounds(run, limit)
            limits = [rupees_text(bound) for bound in (low, high) if bound is not None]
            yield f"all {name} are closed at {' or '.join(limits)}"


def _not_armed(run: PortfolioRun) -> Iterator[str]:
    target = run.portfolio.target
    if run.references is None:
        return
    if isinstance(target, MaxProfitTarget) and run.references.most_profit is None:
        yield "the target is not armed: the most that can be made has no bound, or legs expire on several days"
    if isinstance(target, MarginTarget) and run.references.margin is None:
        yield "the target is not armed: no margin could be estimated"


def leg_sentences(watch: LegWatch, price: Price | None, now: Instant) -> Iterator[str]:
    """Answer what a leg's lock, wait and part say with the price that is shown now."""
    live = "" if price is None else f"price {grouped_text(price)}, "
    if watch.pending is not None:
        left = max(0, watch.pending.until - now) / SECOND
        threshold = plain_text(watch.pending.threshold)
        yield f"{watch.pending.hit.value} at {threshold} is reached; closed if it holds for {left:.0f} s more"
    if watch.floor is not None:
        away = "" if price is None else f": {grouped_text(abs(watch.floor.value - price))} away"
        yield f"{live}profit locked at {grouped_text(watch.floor.value)}{away}"
    elif watch.lock_at is not None:
        away = "" if price is None else f": {grouped_text(abs(watch.lock_at - price))} away"
        yield f"{live}the lock goes on at {grouped_text(watch.lock_at)}{away}"
    if watch.keep is not None:
        yield f"closed in part, it keeps {watch.keep}"


def combined_sentences(watch: CombinedWatch, underlying: tuple[str, Price | None], now: Instant) -> Iterator[str]:
    """Answer what the combined levels say with the price of the underlying that is shown now."""
    name, price = underlying
    for bounds in watch.bounds:
        for sign, level in (("≤", bounds.low), ("≥", bounds.high)):
            if level is not None:
                live = f"{name} {grouped_text(price)}" if price is not None else f"{name} not known"
                away = "" if price is None else f": {grouped_text(abs(price - level))} away"
                yield f"{live}, combined {bounds.name} at {sign} {grouped_text(level)}{away}"
    yield from watch.seen
    for pending in watch.pending:
        left = max(0, pending.until - now) / SECOND
        yield f"combined {pending.hit.value} is reached; all is closed if it holds for {left:.0f} s more"
    if watch.steps:
        yield f"the next is {watch.steps}"
    if watch.day_loss is not None:
        yield f"all is closed for the day at {rupees_text(watch.day_loss)} of all executions"
    yield from watch.not_armed
