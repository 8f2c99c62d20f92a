"""Build the range, wait for its break, enter the legs of the broken side, and stop them at the other (§1.4)."""

from collections.abc import Iterator
from datetime import time

from engine.core.prices.candles import LONGEST_SILENCE
from engine.core.prices.resting import AlwaysLook, Watch
from engine.core.readings import cadence, decisions, lost_stretch, market_data, measuring, range_levels, range_series
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.records.range_run import RangeRun
from engine.core.state import EngineState
from engine.domain.facts import (
    AnyFact,
    LegCancelled,
    LegReleased,
    LegWaits,
    RangeArmed,
    RangeBroken,
    RangeLookedBack,
    RangeSet,
)
from engine.domain.instant import MINUTE, Instant, clock_text, ist_date, ist_instant
from engine.domain.money import Price, plain_text
from engine.domain.multileg.levels import Level
from engine.domain.multileg.range_breakout import RangeBreakout, RangeOf, RangeSide
from engine.domain.multileg.states import (
    ACTIVE,
    ENTERS,
    LEG_OPEN,
    ExitReason,
    LegOrigin,
    LegState,
)


def waits(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Let every leg that needs a break wait for it: before its contract is chosen, or after for ranges of premiums."""
    rule = run.portfolio.range_breakout
    if rule is None or run.state not in ENTERS:
        return
    yield from _exempt(state, run)
    for leg in run.present:
        if leg.origin is not LegOrigin.DECLARED or leg.leg.breakout_exempt or not _is_next(rule, leg):
            continue
        until = None
        if leg.breaks:
            until = Instant(state.now + rule.leg_minutes * MINUTE)
        begins, ends = (state.now, until) if until is not None else range_levels.window(run, rule, leg)
        why = f"a break of {range_levels.name_of(rule, leg)} from {clock_text(begins)} to {clock_text(ends)}"
        if rule.of is RangeOf.BOTH and not leg.breaks:
            why = f"{why}, then of its own"
        yield LegWaits(
            at=state.now,
            portfolio_id=run.portfolio_id,
            leg_id=leg.leg_id,
            state=LegState.WAIT_RBO,
            until=until,
            why=why,
        )


def _is_next(rule: RangeBreakout, leg: LegRun) -> bool:
    """Say whether a leg goes to its wait for a break now; with two ranges it goes twice."""
    if rule.of is RangeOf.BOTH and leg.breaks:
        return leg.breaks == 1 and leg.state is LegState.RESOLVED
    if leg.waited:
        return False
    if rule.of is RangeOf.BOTH:
        # Where its contract is chosen early it has one before the underlying's range is broken.
        return leg.state in (LegState.WAITING, LegState.RESOLVED)
    return leg.state is (LegState.WAITING if rule.of is RangeOf.UNDERLYING else LegState.RESOLVED)


def _exempt(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Let legs that need no break wait for the portfolio's own start, which may be later than the range's."""
    start = _at(run, run.portfolio.schedule.start)
    for leg in run.present:
        if leg.state is LegState.WAITING and leg.leg.breakout_exempt and state.now < start:
            yield LegWaits(
                at=state.now,
                portfolio_id=run.portfolio_id,
                leg_id=leg.leg_id,
                state=LegState.SCHEDULED,
                until=start,
                why=f"its start at {clock_text(start)}",
            )


def breakouts(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Freeze the ranges at their end, say when a boundary is broken, and enter or give up the legs that wait for it."""
    rule = run.portfolio.range_breakout
    if rule is None or run.state not in ENTERS:
        return
    waiting = [leg for leg in run.present if leg.state is LegState.WAIT_RBO]
    if not waiting:
        return
    yield from _freeze(state, run, rule, waiting)
    if market_data.can_trigger(state, run) and state.now >= _entry_start(run, rule):
        for found in run.ranges:
            if not found.problem and any(range_levels.number_of(rule, leg) == found.number for leg in waiting):
                yield from _look(state, run, rule, found)
    for leg in waiting:
        yield from _follow(state, run, rule, leg)


def _freeze(state: EngineState, run: PortfolioRun, rule: RangeBreakout, waiting: list[LegRun]) -> Iterator[AnyFact]:
    known = {found.number for found in run.ranges}
    windows = {range_levels.number_of(rule, leg): range_levels.window(run, rule, leg) for leg in waiting}
    for number in sorted(windows.keys() - known):
        begins, ends = windows[number]
        if state.now < ends:
            continue
        series = range_series.series(state, run, rule, number)
        seen = None if series is None else state.candles.high_low(series, begins, ends, state.now)
        problem = ""
        if seen is None:
            problem = "no price was seen while the range was built"
        elif not seen.is_valid(state.books.patience(LONGEST_SILENCE)):
            problem = f"prices were missing for {seen.silence // 1_000_000} s while the range was built"
        yield RangeSet(
            at=state.now,
            portfolio_id=run.portfolio_id,
            number=number,
            high=Price(0) if seen is None else seen.high,
            low=Price(0) if seen is None else seen.low,
            armed=not rule.require_reset,
            problem=problem,
        )


def _look(state: EngineState, run: PortfolioRun, rule: RangeBreakout, found: RangeRun) -> Iterator[AnyFact]:
    price = _price(state, run, rule, found)
    if price is None:
        return
    for side in RangeSide:
        level = range_levels.boundary(rule, found, side)
        is_high = side is RangeSide.HIGH
        is_armed = found.high_armed if is_high else found.low_armed
        back = _looked_back(state, run, rule, found, side, price) if state.first_breaks else None
        if back is not None:
            yield back
            continue
        if not _is_beyond(price, level, found.high if is_high else found.low):
            if not is_armed:
                yield RangeArmed(at=state.now, portfolio_id=run.portfolio_id, number=found.number, side=side)
        elif is_armed and range_levels.is_live(rule, found, side):
            yield RangeBroken(
                at=state.now,
                portfolio_id=run.portfolio_id,
                number=found.number,
                side=side,
                price=Price(price),
                level=Price(level.value),
            )


def _looked_back(
    state: EngineState, run: PortfolioRun, rule: RangeBreakout, found: RangeRun, side: RangeSide, price: int
) -> AnyFact | None:
    """Answer what follows of a boundary that may have been broken while the engine was down; asked once a restart."""
    key = run.portfolio_id, found.number, side
    if key not in state.first_breaks:
        return None
    state.first_breaks.discard(key)
    is_armed = found.high_armed if side is RangeSide.HIGH else found.low_armed
    if not is_armed or not range_levels.is_live(rule, found, side):
        return None
    waiting = [leg for leg in run.present if leg.state is LegState.WAIT_RBO]
    if not any(
        range_levels.number_of(rule, leg) == found.number and side in range_levels.sides_of(rule, leg)
        for leg in waiting
    ):
        return None  # Nobody waits for this side.
    level, edge = range_levels.boundary(rule, found, side), found.high if side is RangeSide.HIGH else found.low
    series = range_series.series(state, run, rule, found.number)
    lost = lost_stretch.lost(state, run, series, rule.cadence, found.set_at, lambda seen: _is_beyond(seen, level, edge))
    beyond = _is_beyond(price, level, edge)
    if lost is None or (lost.passed is False and not beyond):
        return None
    near = lost_stretch.is_near(run, level.value, price)
    if beyond and near:
        return None  # It is broken now, and near enough to enter.
    what = f"the {side.value} of the range, {plain_text(level.value)},"
    if lost.passed and near:
        return RangeBroken(
            at=state.now,
            portfolio_id=run.portfolio_id,
            number=found.number,
            side=side,
            price=Price(price),
            level=Price(level.value),
            missed=True,
        )
    words = f"{what} was passed {lost.span}, while the engine was down" if beyond else lost.words(what)
    return RangeLookedBack(
        at=state.now,
        portfolio_id=run.portfolio_id,
        number=found.number,
        side=side,
        armed=not beyond,
        why=f"{words}; {plain_text(price)} must come back inside first" if beyond else words,
    )


def _follow(state: EngineState, run: PortfolioRun, rule: RangeBreakout, leg: LegRun) -> Iterator[AnyFact]:
    """Enter a waiting leg whose side is broken; cancel it when its time or its side is over."""
    found, name = range_levels.range_of(run, rule, leg), range_levels.name_of(rule, leg)
    if found is not None and found.problem:
        yield _cancelled(state, run, leg, f"{name} cannot be relied on: {found.problem}")
        return
    sides = range_levels.sides_of(rule, leg)
    if found is not None:
        for side in RangeSide:
            broken = _broken_at(found, side)
            if side in sides and broken is not None and broken >= leg.wanted_since:
                level = plain_text(range_levels.boundary(rule, found, side).value)
                why = f"the {side.value} of {name}, {level}, is broken"
                yield LegReleased(at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, why=why)
                return
    again = leg.origin is LegOrigin.REENTERED and not range_levels.fires_again(leg)
    last = range_levels.last_reentry(run, rule) if again else _at(run, rule.entry_end)
    lost = _lost_side(run, rule, leg, found)
    if lost is not None:
        yield _cancelled(state, run, leg, lost)
    elif state.now >= last:
        yield _cancelled(state, run, leg, f"no break of {name} until {clock_text(last)}")


def _lost_side(run: PortfolioRun, rule: RangeBreakout, leg: LegRun, found: RangeRun | None) -> str | None:
    """Answer why no break of its side can enter a leg any more; None where one can."""
    if rule.of is RangeOf.BOTH and range_levels.is_own(rule, leg):
        return None  # Sides are cancelled and used up on the underlying's range; its own is for this leg alone.
    sides, name = range_levels.sides_of(rule, leg), range_levels.name_of(rule, leg)
    first = _first_side(run, rule) if rule.cancel_other_side else None
    if first is not None and first not in sides:
        return f"the {first.value} of {name} was broken first"
    if not rule.each_side_once or leg.origin is not LegOrigin.DECLARED or found is None:
        return None
    used = [_broken_at(found, side) for side in sides]
    begun = run.started_at or run.starts_at
    if all(at is not None and begun <= at < leg.wanted_since for at in used):
        return f"its side of {name} was broken before it began to wait, and each side fires once"
    return None


def _broken_at(found: RangeRun, side: RangeSide) -> Instant | None:
    return found.high_broken_at if side is RangeSide.HIGH else found.low_broken_at


def opposite_exits(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Close a leg at the opposite side of its range, or after a part of its width; beside the leg's own stop."""
    rule = run.portfolio.range_breakout
    if rule is None or run.state not in ACTIVE or not market_data.can_trigger(state, run):
        return
    for leg in run.present:
        if leg.state in LEG_OPEN and leg.net_quantity and leg.waited:
            for reason, level in range_levels.stops(run, leg):
                value = measuring.measured(state, run, leg, level.of)
                if value is not None and level.is_reached(value):
                    name = range_levels.name_of(rule, leg)
                    opposite = reason is ExitReason.LEG_RBO_OPP
                    words = f"opposite side of {name}" if opposite else f"stop by {name}'s width"
                    yield decisions.leg_exit(state, run, leg, reason, f"{words}: {measuring.said(value, level)}")
                    break


def _is_beyond(price: int, level: Level, edge: int) -> bool:
    # The boundary itself was traded while the range was built: touching it again breaks nothing.
    return level.is_reached(price) and price != edge


def _first_side(run: PortfolioRun, rule: RangeBreakout) -> RangeSide | None:
    ranges = [found for found in run.ranges if rule.of is not RangeOf.BOTH or found.number == range_series.WHOLE]
    broken = [(found.high_broken_at, RangeSide.HIGH) for found in ranges if found.high_broken_at is not None]
    broken += [(found.low_broken_at, RangeSide.LOW) for found in ranges if found.low_broken_at is not None]
    return min(broken, key=lambda pair: pair[0], default=(None, None))[1]


def _price(state: EngineState, run: PortfolioRun, rule: RangeBreakout, found: RangeRun) -> int | None:
    """Answer the price that is held against a range: live, at a candle's close or at an interval."""
    series = range_series.series(state, run, rule, found.number)

    def live() -> int | None:
        if rule.of is RangeOf.UNDERLYING or (rule.of is RangeOf.BOTH and found.number == range_series.WHOLE):
            return market_data.underlying_price(state, run)
        prices = [
            (leg, market_data.mark(state, leg, run.portfolio.price_type))
            for leg in range_series.members(run, found.number)
        ]
        if any(price is None for _, price in prices):
            return None
        if rule.of.ends_by_leg:
            return prices[0][1] if prices else None
        weights = dict(range_series.weights(run))
        return sum(weights[leg.row] * (price or 0) for leg, price in prices)

    return cadence.seen(state, run, rule.cadence, found.set_at, f"range {found.number}", series, live)


def _cancelled(state: EngineState, run: PortfolioRun, leg: LegRun, why: str) -> LegCancelled:
    return LegCancelled(at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, why=why)


def _at(run: PortfolioRun, clock: time) -> Instant:
    return ist_instant(ist_date(run.started_at or run.starts_at), clock)


def _entry_start(run: PortfolioRun, rule: RangeBreakout) -> Instant:
    return _at(run, rule.entry_start or rule.range_end)


def watches(_state: EngineState, run: PortfolioRun) -> Iterator[Watch]:
    """Say that every quote is looked at while a range may break or stop a leg."""
    rule = run.portfolio.range_breakout
    if rule is None:
        return
    stops = rule.opposite_stop is not None or rule.range_stop is not None
    if any(leg.state is LegState.WAIT_RBO or (stops and leg.net_quantity) for leg in run.present):
        yield AlwaysLook()


def wakes(state: EngineState, run: PortfolioRun) -> Iterator[int]:
    """Answer when a range ends, when breaks begin to count and when they end."""
    rule = run.portfolio.range_breakout
    if rule is None or run.started_at is None:
        return
    yield _at(run, rule.range_end)
    yield _entry_start(run, rule)
    yield _at(run, rule.entry_end)
    yield _at(run, rule.no_reentry_after)
    for leg in run.present:
        if leg.state is LegState.WAIT_RBO and leg.until is not None:
            yield leg.until
    for found in run.ranges:
        at = cadence.next_look(state, run, rule.cadence, found.set_at)
        if at is not None:
            yield at
