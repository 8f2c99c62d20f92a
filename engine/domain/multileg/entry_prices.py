"""The arithmetic of entry prices: rounding, adjusting, and which way a price is waited for."""

from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

from engine.domain.money import SCALE, exact_units, percent_of
from engine.domain.multileg.entry import Direction, EntryPrice, FromReference, TypedPrice
from engine.domain.multileg.unit import Unit


def rounded(reference: int, rounding: Decimal) -> int:
    """Answer a reference in 1/10,000 ₹ rounded as declared: to the nearest multiple, or by a threshold of its fraction.

    4,823.70 to 5 is 4,825; by 0.6 it is 4,824, because its fraction has reached 0.6; 0 leaves it as it is.
    """
    if rounding == 0:
        return reference
    value = Decimal(reference) / SCALE
    if rounding >= 1:
        steps = (value / rounding).to_integral_value(ROUND_HALF_UP)
        return int(steps * rounding * SCALE)
    whole = value.to_integral_value(ROUND_FLOOR)
    return int(whole + (1 if value - whole >= rounding else 0)) * SCALE


def entry_price(rule: EntryPrice, reference: int | None) -> int | None:
    """Answer the entry price in 1/10,000 ₹; None where it needs a reference that is not known.

    The reference is rounded first and adjusted then (ruling 10): 235, to 5 and −10 %, is 211.50.
    """
    match rule:
        case TypedPrice(price=price):
            return exact_units(price)
        case FromReference():
            if reference is None:
                return None
            base = rounded(reference, rule.rounding)
            return base + (percent_of(base, rule.adjust) if rule.unit is Unit.PERCENT else exact_units(rule.adjust))


def inferred(direction: Direction, price: int, compared_with: int) -> Direction | None:
    """Answer the direction that Auto means: below the reference a fall is waited for, above it a rise, None at it."""
    if direction is not Direction.AUTO:
        return direction
    if price == compared_with:
        return None
    return Direction.AT_MOST if price < compared_with else Direction.AT_LEAST


def crossing_of(direction: Direction) -> Direction:
    """Answer the direction that has to be crossed in, where reaching is not enough."""
    return {Direction.AT_MOST: Direction.CROSS_DOWN, Direction.AT_LEAST: Direction.CROSS_UP}.get(direction, direction)


def side_of(value: int, price: int) -> int:
    """Answer on which side of a price a value lies: −1 below, 1 above, 0 at it."""
    return (value > price) - (value < price)


def has_fired(direction: Direction, value: int, price: int, side_before: int) -> bool:
    """Say whether a value satisfies a direction; ``side_before`` is where it was last seen beside the price."""
    match direction:
        case Direction.AT_MOST:
            return value <= price
        case Direction.AT_LEAST:
            return value >= price
        case Direction.CROSS_UP:
            return side_before < 0 and value >= price
        case Direction.CROSS_DOWN:
            return side_before > 0 and value <= price
        case Direction.AUTO:
            return True  # The reference lay exactly on the entry price: nothing is waited for.


def premium_gap(premiums: list[int]) -> int:
    """Answer the difference between the larger and the smaller premium, in percent of the larger, in 1/10,000 percent.

    Executor reference §1.3.1 and ruling 10: 120 and 90 differ by 25 percent of the larger.
    """
    largest, smallest = max(premiums), min(premiums)
    return (largest - smallest) * 100 * SCALE // largest if largest > 0 else 0
