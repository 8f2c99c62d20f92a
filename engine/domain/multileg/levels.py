"""The prices at which a leg's stop and target lie, computed from its average fill (executor reference §1.2.6, §1.8)."""

from enum import Enum
from typing import Self

import msgspec

from engine.domain.money import Money, Price, down_to_tick, exact_units, percent_of, up_to_tick
from engine.domain.multileg.leg import Leg, LegKind
from engine.domain.multileg.move_to_cost import MoveToCost
from engine.domain.multileg.stop import Basis, LegLevel
from engine.domain.multileg.trailing import LegLock, Trailing, TrailMode, TrailUnit
from engine.domain.multileg.unit import Unit
from engine.domain.order import Side


class Measure(Enum):
    """What is held against a level."""

    PREMIUM = "premium"
    """The leg's own price, in 1/10,000 ₹."""
    UNDERLYING = "underlying"
    """The underlying reference of the portfolio, in 1/10,000 ₹."""
    DELTA = "delta"
    """The contract's delta without its sign, in 1/10,000."""
    THETA = "theta"
    """The contract's theta without its sign, in 1/10,000 ₹ per calendar day."""
    PROFIT = "profit"
    """What the leg made so far, booked and open, in 1/10,000 ₹."""


class Level(msgspec.Struct, frozen=True):
    """Where a stop, a target or a wait ends: ``of`` reaches ``value``, from below when ``rising``."""

    of: Measure
    value: int
    rising: bool

    def is_reached(self, measured: int) -> bool:
        """Say whether a measured value has reached the level or is beyond it."""
        return measured >= self.value if self.rising else measured <= self.value

    def is_tighter_than(self, other: Self) -> bool:
        """Say whether a price would reach this level before the other; levels of different measures do not compare."""
        nearer = self.value < other.value if self.rising else self.value > other.value
        return self.of is other.of and self.rising is other.rising and nearer


def premium_stop(side: Side, price: Price) -> Level:
    """Answer a stop at a price of the leg's own contract: above a sold one, below a bought one."""
    return Level(Measure.PREMIUM, price, rising=side is Side.SELL)


def premium_target(side: Side, price: Price) -> Level:
    """Answer a target at a price of the leg's own contract: below a sold one, above a bought one."""
    return Level(Measure.PREMIUM, price, rising=side is Side.BUY)


def gains_when_underlying_rises(leg: Leg) -> bool:
    """Say whether a leg gains with a rising underlying: bought call or future, sold put."""
    return (leg.side is Side.BUY) is (leg.kind is not LegKind.PUT)


def stop_level(
    leg: Leg,
    average: Price,
    underlying: Price | None,
    tick: Price,
    *,
    strike: Price | None = None,
    margin: Money | None = None,
) -> Level | None:
    """Answer the level of a leg's stop; None without a stop.

    A premium stop is rounded to the tick in the protective direction: down for a short, up for a long (§0.4.6), but
    never onto the entry or beyond it (failure path F27). Also None where what it is measured from is not known: the
    underlying at the fill, the ``strike``, or the estimated ``margin`` of the leg.
    """
    rule = leg.stop_loss
    if rule is None or not rule.basis.on_premium:
        return _other_level(leg, rule, underlying, strike, margin, is_stop=True)
    if rule.basis is Basis.PREMIUM_PRICE:
        price = exact_units(rule.distance)
        return premium_stop(leg.side, down_to_tick(price, tick) if leg.side is Side.SELL else up_to_tick(price, tick))
    distance = _distance(rule, average)
    if leg.side is Side.SELL:
        return premium_stop(leg.side, Price(max(down_to_tick(average + distance, tick), _next_above(average, tick))))
    nearest = min(up_to_tick(average - distance, tick), _next_below(average, tick))
    return premium_stop(leg.side, max(Price(nearest), tick))


def is_clamped(leg: Leg, average: Price, tick: Price) -> bool:
    """Say whether a stop counted from the entry would have lain on it or beyond it, and was put a tick away."""
    rule = leg.stop_loss
    if rule is None or rule.basis not in (Basis.PREMIUM_POINTS, Basis.PREMIUM_PERCENT):
        return False
    distance = _distance(rule, average)
    if leg.side is Side.SELL:
        return down_to_tick(average + distance, tick) <= average
    return up_to_tick(average - distance, tick) >= average


def target_level(
    leg: Leg,
    average: Price,
    underlying: Price | None,
    tick: Price,
    *,
    strike: Price | None = None,
    margin: Money | None = None,
) -> Level | None:
    """Answer the level of a leg's target, rounded to the tick that is reached first; None without a target."""
    rule = leg.target
    if rule is None or not rule.basis.on_premium:
        return _other_level(leg, rule, underlying, strike, margin, is_stop=False)
    if rule.basis is Basis.PREMIUM_PRICE:
        price = exact_units(rule.distance)
        return premium_target(leg.side, up_to_tick(price, tick) if leg.side is Side.SELL else down_to_tick(price, tick))
    distance = _distance(rule, average)
    if leg.side is Side.SELL:
        return premium_target(leg.side, max(up_to_tick(average - distance, tick), tick))
    return premium_target(leg.side, down_to_tick(average + distance, tick))


def trailed_stop(leg: Leg, average: Price, best: Price, first_stop: Price, tick: Price) -> tuple[Price, int]:
    """Answer where a trailing premium stop lies after the best price so far, and how many steps it has moved.

    The stop moves ``by`` for every whole ``every`` of favourable move from the entry (ruling 1: the count of steps is
    never negative), or continuously in that ratio. ``first_stop`` is the stop before any step.
    """
    if leg.trailing is None:
        return first_stop, 0
    gained = average - best if leg.side is Side.SELL else best - average
    moved, steps = trail_move(leg.trailing, average, gained)
    if leg.side is Side.SELL:
        return max(down_to_tick(first_stop - moved, tick), tick), steps
    return up_to_tick(first_stop + moved, tick), steps


def trailed_underlying(trailing: Trailing, entry: Price, best: Price, first_stop: Level) -> tuple[Level, int]:
    """Answer where a trailing stop on the underlying lies after its best price so far, and how many steps it moved."""
    gained = entry - best if first_stop.rising else best - entry
    moved, steps = trail_move(trailing, entry, gained)
    value = first_stop.value - moved if first_stop.rising else first_stop.value + moved
    return Level(Measure.UNDERLYING, value, first_stop.rising), steps


def trail_move(trailing: Trailing, average: Price, gained: int) -> tuple[int, int]:
    """Answer how far a trailing stop has moved after a favourable move, and in how many whole steps."""
    every, by = trail_units(trailing, average)
    if gained < trail_start(trailing, average):
        return 0, 0
    steps = max(0, gained // every)
    if trailing.mode is TrailMode.CONTINUOUS:
        return max(0, gained) * by // every, steps
    return steps * by, steps


def trail_start(trailing: Trailing, average: Price) -> int:
    """Answer the favourable move from which a trailing stop follows; 0: from the first step."""
    if trailing.activate_at is None:
        return 0
    if trailing.unit is TrailUnit.PERCENT:
        return percent_of(average, trailing.activate_at)
    return exact_units(trailing.activate_at)


def trail_units(trailing: Trailing, average: Price) -> tuple[int, int]:
    """Answer every how far a trailing stop moves and by how much, in 1/10,000 ₹, for an average entry."""
    if trailing.unit is TrailUnit.PERCENT:
        return max(1, percent_of(average, trailing.every)), percent_of(average, trailing.by)
    return exact_units(trailing.every), exact_units(trailing.by)


def lock_units(lock: LegLock, average: Price) -> tuple[int, int, int, int]:
    """Answer reach, lock, every and by of a leg's lock in 1/10,000 ₹ of premium."""
    amounts = (lock.reach, lock.lock, lock.every, lock.by)
    if lock.unit is Unit.PERCENT:
        reach, kept, every, by = (percent_of(average, amount) for amount in amounts)
    else:
        reach, kept, every, by = (exact_units(amount) for amount in amounts)
    return max(1, reach), kept, max(1, every), by


def locked_level(leg: Leg, lock: LegLock, average: Price, price: Price, tick: Price) -> tuple[Level, int] | None:
    """Answer where a leg's gain is locked at a price, and after how many steps; None below its reach.

    Like a stop it lies above a sold leg's price and below a bought one's, and is rounded to the tick that keeps more.
    """
    reach, kept, every, by = lock_units(lock, average)
    gained = average - price if leg.side is Side.SELL else price - average
    if gained < reach:
        return None
    steps = (gained - reach) // every
    further = (gained - reach) * by // every if lock.mode is TrailMode.CONTINUOUS else steps * by
    floor = kept + further
    if leg.side is Side.SELL:
        return premium_stop(leg.side, max(down_to_tick(average - floor, tick), tick)), steps
    return premium_stop(leg.side, up_to_tick(average + floor, tick)), steps


def cost_level(leg: Leg, average: Price, rule: MoveToCost, tick: Price, charges: int = 0) -> Price:
    """Answer the stop at cost: the average entry, a buffer further on the losing side, rounded protectively.

    ``charges`` of entry and exit, per unit in 1/10,000 ₹, bring it nearer: closing there costs nothing net.
    """
    buffer = percent_of(average, rule.buffer) if rule.buffer_unit is Unit.PERCENT else exact_units(rule.buffer)
    if leg.side is Side.SELL:
        return max(down_to_tick(average + buffer - charges, tick), tick)
    return max(up_to_tick(average - buffer + charges, tick), tick)


def _distance(rule: LegLevel, average: Price) -> int:
    return percent_of(average, rule.distance) if rule.basis.is_percent else exact_units(rule.distance)


def _next_above(average: Price, tick: Price) -> int:
    return (average // tick + 1) * tick


def _next_below(average: Price, tick: Price) -> int:
    return -(-average // tick) * tick - tick


def _other_level(
    leg: Leg,
    rule: LegLevel | None,
    underlying: Price | None,
    strike: Price | None,
    margin: Money | None,
    *,
    is_stop: bool,
) -> Level | None:
    """Answer a level that is not measured by the leg's own price."""
    if rule is None:
        return None
    match rule.basis:
        case Basis.DELTA | Basis.THETA:
            return _greek_level(leg, rule, is_stop=is_stop)
        case Basis.RUPEES | Basis.MARGIN_PERCENT:
            return _profit_level(rule, margin, is_stop=is_stop)
        case Basis.STRIKE:
            return _strike_level(leg, rule, strike, is_stop=is_stop)
        case _:
            return _underlying_level(rule, underlying, rising=gains_when_underlying_rises(leg) is not is_stop)


def _greek_level(leg: Leg, rule: LegLevel, *, is_stop: bool) -> Level:
    """A sold leg is hurt by a growing delta and done when delta or theta are gone; a bought one the other way round."""
    if rule.basis is Basis.THETA:
        return Level(Measure.THETA, exact_units(rule.distance), rising=False)
    return Level(Measure.DELTA, exact_units(rule.distance), rising=(leg.side is Side.SELL) is is_stop)


def _profit_level(rule: LegLevel, margin: Money | None, *, is_stop: bool) -> Level | None:
    if rule.basis is Basis.RUPEES:
        amount = exact_units(rule.distance)
    elif margin is None:
        return None
    else:
        amount = percent_of(margin, rule.distance)
    return Level(Measure.PROFIT, -amount if is_stop else amount, rising=not is_stop)


def _strike_level(leg: Leg, rule: LegLevel, strike: Price | None, *, is_stop: bool) -> Level | None:
    """A sold leg's stop lies before its strike, a bought leg's target beyond it."""
    if strike is None:
        return None
    offset = exact_units(rule.distance)
    rising = leg.kind is LegKind.CALL
    beyond = offset if rising else -offset
    return Level(Measure.UNDERLYING, strike - beyond if is_stop else strike + beyond, rising)


def _underlying_level(rule: LegLevel, underlying: Price | None, *, rising: bool) -> Level | None:
    if rule.basis is Basis.UNDERLYING_PRICE:
        return Level(Measure.UNDERLYING, exact_units(rule.distance), rising)
    if underlying is None:
        return None
    distance = _distance(rule, underlying)
    return Level(Measure.UNDERLYING, underlying + distance if rising else underlying - distance, rising)
