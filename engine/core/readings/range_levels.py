"""Which range a leg waits for or was entered by, and where its breaks, stops and ends lie (executor reference §1.4)."""

from collections.abc import Iterator

from engine.core.readings import range_series
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.records.range_run import RangeRun
from engine.domain.instant import MINUTE, Instant, ist_date, ist_instant
from engine.domain.money import exact_units, percent_of
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
from engine.domain.multileg.states import ExitReason, LegOrigin
from engine.domain.order import Side


def is_own(rule: RangeBreakout, leg: LegRun) -> bool:
    """Say whether the range that a leg waits for, or was entered by, is the one of its own premium."""
    if rule.of is not RangeOf.BOTH:
        return rule.of is RangeOf.LEGS
    return leg.breaks > 0 or leg.origin is LegOrigin.REENTERED


def number_of(rule: RangeBreakout, leg: LegRun) -> int:
    """Answer the number of the range of a leg: its own, or that of all."""
    return leg.number if is_own(rule, leg) else range_series.WHOLE


def range_of(run: PortfolioRun, rule: RangeBreakout, leg: LegRun) -> RangeRun | None:
    """Answer the frozen range of a leg; None while it is being built."""
    number = number_of(rule, leg)
    return next((found for found in run.ranges if found.number == number), None)


def sides_of(rule: RangeBreakout, leg: LegRun) -> frozenset[RangeSide]:
    """Answer at which boundaries of its range a leg enters."""
    kind = leg.leg.kind
    second = rule.of is RangeOf.BOTH and is_own(rule, leg)
    return rule.sides_of(leg.leg.side, is_put=kind is LegKind.PUT, is_option=kind is not LegKind.FUTURE, own=second)


def is_live(rule: RangeBreakout, found: RangeRun, side: RangeSide) -> bool:
    """Say whether breaks of a boundary count; of the range of a leg that follows on the underlying's, both do."""
    if rule.of is RangeOf.BOTH and found.number != range_series.WHOLE:
        return True
    return rule.sides is RangeSides.BOTH or (rule.sides is RangeSides.HIGH) is (side is RangeSide.HIGH)


def window(run: PortfolioRun, rule: RangeBreakout, leg: LegRun) -> tuple[Instant, Instant]:
    """Answer from when until when the range that a waiting leg waits for is built."""
    if rule.of is RangeOf.BOTH and is_own(rule, leg) and leg.until is not None:
        return Instant(leg.until - rule.leg_minutes * MINUTE), leg.until
    day = ist_date(run.started_at or run.starts_at)
    return ist_instant(day, rule.range_start), ist_instant(day, rule.range_end)


def boundaries(run: PortfolioRun, leg: LegRun) -> tuple[Level, ...]:
    """Answer the levels whose break enters a waiting leg; none while its range is being built."""
    rule = run.portfolio.range_breakout
    found = None if rule is None else range_of(run, rule, leg)
    if rule is None or found is None or found.problem:
        return ()
    return tuple(boundary(rule, found, side) for side in RangeSide if side in sides_of(rule, leg))


def boundary(rule: RangeBreakout, found: RangeRun, side: RangeSide) -> Level:
    """Answer where a break of a side begins: the boundary and its buffer beyond it."""
    return _beside(found, side, rule.buffer, measure_of(rule, found))


def measure_of(rule: RangeBreakout, found: RangeRun) -> Measure:
    """Answer what is held against a range: the premium of a leg, or the underlying (or the combined premium)."""
    own = rule.of is RangeOf.LEGS or (rule.of is RangeOf.BOTH and found.number != range_series.WHOLE)
    return Measure.PREMIUM if own else Measure.UNDERLYING


def stops(run: PortfolioRun, leg: LegRun) -> Iterator[tuple[ExitReason, Level]]:
    """Answer where the range stops an open leg: at its opposite boundary, and after a part of its width."""
    rule = run.portfolio.range_breakout
    found = None if rule is None else range_of(run, rule, leg)
    if rule is None or found is None or found.problem or rule.of is RangeOf.STRATEGY:
        return
    of = measure_of(rule, found)
    rising = leg.leg.side is Side.SELL if of is Measure.PREMIUM else not gains_when_underlying_rises(leg.leg)
    if rule.opposite_stop is not None:
        side = RangeSide.HIGH if rising else RangeSide.LOW
        yield ExitReason.LEG_RBO_OPP, _beside(found, side, rule.opposite_stop.buffer, of)
    entry = leg.average_entry if of is Measure.PREMIUM else leg.underlying_at_entry
    if rule.range_stop is not None and entry is not None:
        distance = percent_of(found.high - found.low, rule.range_stop.percent)
        yield ExitReason.LEG_SL, Level(of, entry + distance if rising else entry - distance, rising)


def fires_again(leg: LegRun) -> bool:
    """Say whether a leg waits because its side may fire again, and not for a re-entry, which is counted apart."""
    return leg.origin is LegOrigin.REENTERED and leg.cause is not None


def last_reentry(run: PortfolioRun, rule: RangeBreakout) -> Instant:
    """Answer from when on no stopped leg is entered again."""
    return ist_instant(ist_date(run.started_at or run.starts_at), rule.no_reentry_after)


def name_of(rule: RangeBreakout, leg: LegRun) -> str:
    """Answer what a leg's range is called where there are two: ``"the underlying's range"``; else ``"the range"``."""
    if rule.of is not RangeOf.BOTH:
        return "the range"
    return "its own range" if is_own(rule, leg) else "the underlying's range"


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
