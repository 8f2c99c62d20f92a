"""The prices at which a leg's stop and target lie, computed from its average fill (executor reference §1.2.6, §1.8)."""

from decimal import Decimal

from engine.domain.money import Price, down_to_tick, exact_units, percent_of, up_to_tick
from engine.domain.multileg.exit import Basis, StopLoss, Target, Trailing, Unit
from engine.domain.multileg.leg import Leg, LegKind
from engine.domain.order import Side


def gains_when_underlying_rises(leg: Leg) -> bool:
    """Say whether a leg gains with a rising underlying: bought call or future, sold put."""
    return (leg.side is Side.BUY) is (leg.kind is not LegKind.PUT)


def stop_level(leg: Leg, average: Price, underlying: Price | None, tick: Price) -> Price | None:
    """Answer the level of a leg's stop, a premium or a price of the underlying; None without a stop.

    A premium stop is rounded to the tick in the protective direction: down for a short, up for a long (§0.4.6).
    Also None where the stop is on an underlying whose price at the fill is not known.
    """
    stop = leg.stop_loss
    if stop is None:
        return None
    if stop.basis.on_underlying:
        return _underlying_level(stop, underlying, adverse=True, rises=gains_when_underlying_rises(leg))
    distance = _distance(stop, average)
    if leg.side is Side.SELL:
        return down_to_tick(average + distance, tick)
    return max(up_to_tick(average - distance, tick), tick)


def target_level(leg: Leg, average: Price, underlying: Price | None, tick: Price) -> Price | None:
    """Answer the level of a leg's target, rounded to the tick that is reached first; None without a target."""
    target = leg.target
    if target is None:
        return None
    if target.basis.on_underlying:
        return _underlying_level(target, underlying, adverse=False, rises=gains_when_underlying_rises(leg))
    distance = _distance(target, average)
    if leg.side is Side.SELL:
        return max(up_to_tick(average - distance, tick), tick)
    return down_to_tick(average + distance, tick)


def trailed_stop(leg: Leg, average: Price, best: Price, first_stop: Price, tick: Price) -> tuple[Price, int]:
    """Answer where a trailing stop lies after the best price so far, and how many steps it has moved.

    The stop moves ``by`` for every whole ``every`` of favourable move from the entry (ruling 1: the count of steps is
    never negative). ``first_stop`` is the stop before any step.
    """
    trailing = leg.trailing
    if trailing is None:
        return first_stop, 0
    every, by = trail_units(trailing, average)
    gained = average - best if leg.side is Side.SELL else best - average
    steps = max(0, gained // every)
    if leg.side is Side.SELL:
        return max(down_to_tick(first_stop - steps * by, tick), tick), steps
    return up_to_tick(first_stop + steps * by, tick), steps


def cost_level(leg: Leg, average: Price, buffer: Decimal, tick: Price) -> Price:
    """Answer the stop at cost: the average entry, a buffer further on the losing side, rounded protectively."""
    if leg.side is Side.SELL:
        return max(down_to_tick(average + exact_units(buffer), tick), tick)
    return max(up_to_tick(average - exact_units(buffer), tick), tick)


def trail_units(trailing: Trailing, average: Price) -> tuple[int, int]:
    """Answer every how far a trailing stop moves and by how much, in 1/10,000 ₹, for an average entry."""
    if trailing.unit is Unit.PERCENT:
        return max(1, percent_of(average, trailing.every)), percent_of(average, trailing.by)
    return exact_units(trailing.every), exact_units(trailing.by)


def _distance(rule: StopLoss | Target, average: Price) -> int:
    return percent_of(average, rule.distance) if rule.basis.is_percent else exact_units(rule.distance)


def _underlying_level(rule: StopLoss | Target, underlying: Price | None, *, adverse: bool, rises: bool) -> Price | None:
    if underlying is None:
        return None
    if rule.basis is Basis.UNDERLYING_PERCENT:
        distance = percent_of(underlying, rule.distance)
    else:
        distance = exact_units(rule.distance)
    return Price(underlying - distance if rises is adverse else underlying + distance)
