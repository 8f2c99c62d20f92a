"""Build the range, wait for its break, enter the legs of the broken side, and stop them at the other (§1.4)."""

from collections.abc import Iterator
from datetime import time

from engine.core.prices.candles import LONGEST_SILENCE
from engine.core.prices.resting import AlwaysLook, Watch
from engine.core.readings import cadence, decisions, market_data, measuring, range_series
from engine.core.records.portfolio_run import LegRun, PortfolioRun, RangeRun
from engine.core.state import EngineState
from engine.domain.facts import (
    AnyFact,
    LegAdded,
    LegCancelled,
    LegReleased,
    LegWaits,
    RangeArmed,
    RangeBroken,
    RangeSet,
)
from engine.domain.identifiers import LegId
from engine.domain.instant import Instant, clock_text, ist_date, ist_instant
from engine.domain.money import Price, exact_units, percent_of, plain_text
from engine.domain.multileg.leg import LegKind
from engine.domain.multileg.levels import Level, Measure, gains_when_underlying_rises
from engine.domain.multileg.range_breakout import (
    BufferUnit,
    RangeBreakout,
    RangeBuffer,
    RangeOf,
    RangeSide,
    RangeSides,
)
from engine.domain.multileg.states import (
    ACTIVE,
    ENTERS,
    LEG_OPEN,
    ON_STOP_HITS,
    RUNNING,
    ExitReason,
    LegOrigin,
    LegState,
)
from engine.domain.order import Side


def waits(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Let every leg that needs a break wait for it: before its contract is chosen, or after for ranges of premiums."""
    rule = run.portfolio.range_breakout
    if rule is None or run.state not in ENTERS:
        return
    yield from _exempt(state, run)
    ready = LegState.WAITING if rule.of is RangeOf.UNDERLYING else LegState.RESOLVED
    for leg in run.present:
        if leg.state is ready and not leg.waited and leg.origin is LegOrigin.DECLARED and not leg.leg.breakout_exempt:
            begins, ends = clock_text(_at(run, rule.range_start)), clock_text(_at(run, rule.range_end))
            why = f"a break of the range from {begins} to {ends}"
            yield LegWaits(
                at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, state=LegState.WAIT_RBO, why=why
            )


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
            if not found.problem and any(_number(rule, leg) == found.number for leg in waiting):
                yield from _look(state, run, rule, found)
    for leg in waiting:
        yield from _follow(state, run, rule, leg)


def _freeze(state: EngineState, run: PortfolioRun, rule: RangeBreakout, waiting: list[LegRun]) -> Iterator[AnyFact]:
    if state.now < _at(run, rule.range_end):
        return
    known = {found.number for found in run.ranges}
    for number in sorted({_number(rule, leg) for leg in waiting} - known):
        series = range_series.series(state, run, rule, number)
        seen = None
        if series is not None:
            begins, ends = _at(run, rule.range_start), _at(run, rule.range_end)
            seen = state.candles.high_low(series, begins, ends, state.now)
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
        level = boundary(rule, found, side)
        is_high = side is RangeSide.HIGH
        is_armed = found.high_armed if is_high else found.low_armed
        if not _is_beyond(price, level, found.high if is_high else found.low):
            if not is_armed:
                yield RangeArmed(at=state.now, portfolio_id=run.portfolio_id, number=found.number, side=side)
        elif is_armed and _is_live(rule, side):
            yield RangeBroken(
                at=state.now,
                portfolio_id=run.portfolio_id,
                number=found.number,
                side=side,
                price=Price(price),
                level=Price(level.value),
            )


def _follow(state: EngineState, run: PortfolioRun, rule: RangeBreakout, leg: LegRun) -> Iterator[AnyFact]:
    """Enter a waiting leg whose side is broken; cancel it when its time or its side is over."""
    found = next((one for one in run.ranges if one.number == _number(rule, leg)), None)
    if found is not None and found.problem:
        yield _cancelled(state, run, leg, found.problem)
        return
    sides = _sides(rule, leg)
    if found is not None:
        for side in RangeSide:
            broken = found.high_broken_at if side is RangeSide.HIGH else found.low_broken_at
            if side in sides and broken is not None and broken >= leg.wanted_since:
                why = f"the {side.value} of the range, {plain_text(boundary(rule, found, side).value)}, is broken"
                yield LegReleased(at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, why=why)
                return
    first = _first_side(run) if rule.cancel_other_side else None
    again = leg.origin is LegOrigin.REENTERED
    last = _at(run, rule.no_reentry_after if again else rule.entry_end)
    if first is not None and first not in sides:
        yield _cancelled(state, run, leg, f"the {first.value} of the range was broken first")
    elif state.now >= last:
        yield _cancelled(state, run, leg, f"no break until {clock_text(last)}")


def reentries(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Let a stopped leg wait for the next break of the same range, as often as declared."""
    rule = run.portfolio.range_breakout
    if rule is None or not rule.reentries or run.state not in RUNNING or state.now >= _at(run, rule.no_reentry_after):
        return
    followed = {leg.parent for leg in run.legs}
    for leg in run.present:
        stopped = leg.state is LegState.CLOSED and leg.exit_reason in ON_STOP_HITS
        if not stopped or leg.leg.breakout_exempt or leg.leg_id in followed or not leg.waited:
            continue
        used = sum(one.number == leg.number and one.origin is LegOrigin.REENTERED for one in run.present)
        if used < rule.reentries:
            held = leg.instrument if rule.of is not RangeOf.UNDERLYING else None
            yield LegAdded(
                at=state.now,
                portfolio_id=run.portfolio_id,
                leg_id=LegId(len(run.legs) + 1),
                leg=leg.leg,
                origin=LegOrigin.REENTERED,
                parent=leg.leg_id,
                number=leg.number,
                cycle=leg.cycle + 1,
                state=LegState.WAIT_RBO,
                instrument=held,
                quantity=leg.wanted if held is not None else 0,
                why=f"re-entry {used + 1} of {rule.reentries} on the next break of the range",
            )


def opposite_exits(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Close a leg at the opposite side of its range, or after a part of its width; beside the leg's own stop."""
    rule = run.portfolio.range_breakout
    if rule is None or run.state not in ACTIVE or not market_data.can_trigger(state, run):
        return
    for leg in run.present:
        if leg.state in LEG_OPEN and leg.net_quantity and leg.waited:
            for reason, level in range_stops(run, leg):
                value = measuring.measured(state, run, leg, level.of)
                if value is not None and level.is_reached(value):
                    words = (
                        "opposite side of the range"
                        if reason is ExitReason.LEG_RBO_OPP
                        else "stop by the range's width"
                    )
                    yield decisions.leg_exit(state, run, leg, reason, f"{words}: {measuring.said(value, level)}")
                    break


def range_stops(run: PortfolioRun, leg: LegRun) -> Iterator[tuple[ExitReason, Level]]:
    """Answer where the range stops an open leg: at its opposite boundary, and after a part of its width."""
    rule = run.portfolio.range_breakout
    if rule is None:
        return
    found = next((one for one in run.ranges if one.number == _number(rule, leg)), None)
    if found is None or found.problem or rule.of is RangeOf.STRATEGY:
        return
    of = Measure.PREMIUM if rule.of is RangeOf.LEGS else Measure.UNDERLYING
    rising = leg.leg.side is Side.SELL if of is Measure.PREMIUM else not gains_when_underlying_rises(leg.leg)
    if rule.opposite_stop is not None:
        side = RangeSide.HIGH if rising else RangeSide.LOW
        yield ExitReason.LEG_RBO_OPP, _beside(found, side, rule.opposite_stop.buffer, of)
    entry = leg.average_entry if of is Measure.PREMIUM else leg.underlying_at_entry
    if rule.range_stop is not None and entry is not None:
        distance = percent_of(found.high - found.low, rule.range_stop.percent)
        yield ExitReason.LEG_SL, Level(of, entry + distance if rising else entry - distance, rising)


def boundaries(run: PortfolioRun, leg: LegRun) -> tuple[Level, ...]:
    """Answer the levels whose break enters a waiting leg; none while its range is being built."""
    rule = run.portfolio.range_breakout
    found = None if rule is None else next((one for one in run.ranges if one.number == _number(rule, leg)), None)
    if rule is None or found is None or found.problem:
        return ()
    return tuple(boundary(rule, found, side) for side in RangeSide if side in _sides(rule, leg))


def boundary(rule: RangeBreakout, found: RangeRun, side: RangeSide) -> Level:
    """Answer where a break of a side begins: the boundary and its buffer beyond it."""
    return _beside(found, side, rule.buffer, Measure.PREMIUM if rule.of is RangeOf.LEGS else Measure.UNDERLYING)


def _beside(found: RangeRun, side: RangeSide, buffer: RangeBuffer | None, of: Measure) -> Level:
    edge = found.high if side is RangeSide.HIGH else found.low
    beyond = 0
    if buffer is not None:
        match buffer.unit:
            case BufferUnit.POINTS:
                beyond = exact_units(buffer.value)
            case BufferUnit.OF_BOUNDARY:
                beyond = percent_of(abs(edge), buffer.value)
            case BufferUnit.OF_WIDTH:
                beyond = percent_of(found.high - found.low, buffer.value)
    rising = side is RangeSide.HIGH
    return Level(of, edge + beyond if rising else edge - beyond, rising)


def _is_beyond(price: int, level: Level, edge: int) -> bool:
    # The boundary itself was traded while the range was built: touching it again breaks nothing.
    return level.is_reached(price) and price != edge


def _is_live(rule: RangeBreakout, side: RangeSide) -> bool:
    return rule.sides is RangeSides.BOTH or (rule.sides is RangeSides.HIGH) is (side is RangeSide.HIGH)


def _first_side(run: PortfolioRun) -> RangeSide | None:
    broken = [(found.high_broken_at, RangeSide.HIGH) for found in run.ranges if found.high_broken_at is not None]
    broken += [(found.low_broken_at, RangeSide.LOW) for found in run.ranges if found.low_broken_at is not None]
    return min(broken, key=lambda pair: pair[0], default=(None, None))[1]


def _sides(rule: RangeBreakout, leg: LegRun) -> frozenset[RangeSide]:
    kind = leg.leg.kind
    return rule.sides_of(leg.leg.side, is_put=kind is LegKind.PUT, is_option=kind is not LegKind.FUTURE)


def _number(rule: RangeBreakout, leg: LegRun) -> int:
    return leg.number if rule.of is RangeOf.LEGS else range_series.WHOLE


def _price(state: EngineState, run: PortfolioRun, rule: RangeBreakout, found: RangeRun) -> int | None:
    """Answer the price that is held against a range: live, at a candle's close or at an interval."""
    series = range_series.series(state, run, rule, found.number)

    def live() -> int | None:
        if rule.of is RangeOf.UNDERLYING:
            return market_data.underlying_price(state, run)
        prices = [
            (leg, market_data.mark(state, leg, run.portfolio.price_type))
            for leg in range_series.members(run, found.number)
        ]
        if any(price is None for _, price in prices):
            return None
        if rule.of is RangeOf.LEGS:
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
    for found in run.ranges:
        at = cadence.next_look(state, run, rule.cadence, found.set_at)
        if at is not None:
            yield at
