"""Moving the stops of other legs to their cost after a hit (executor reference §1.8.3)."""

from decimal import Decimal
from enum import Enum
from typing import Annotated

from engine.domain.multileg.unit import Unit
from engine.schema.declared import Declared
from engine.schema.field import ask


class CostScope(Enum):
    """Which legs have their stop moved to cost, by how they stand."""

    PROFITABLE = "profitable legs"
    ALL = "all legs"
    BEHIND_PRICE = "all, losing ones behind the price"


class CostType(Enum):
    """Which legs have their stop moved to cost, by their type."""

    ANY = "all others"
    OPPOSITE = "the opposite type"
    SAME = "the same type"


class CostTimes(Enum):
    """How often hits of one kind move stops to cost."""

    NEVER = "never"
    FIRST = "the first one"
    EACH = "each one"


class SafetyFrom(Enum):
    """From when the safety seconds count."""

    START = "the start"
    HIT = "the hit"


class MoveToCost(Declared, frozen=True, kw_only=True):
    """Move stops to cost.

    When a leg is closed by its stop, the stops of the others go to their own average entry. Hedges are left alone.
    """

    legs: Annotated[
        CostScope,
        ask(
            "Legs",
            "A losing leg whose stop goes to cost is closed at once: only profitable ones is the rule; behind the "
            "price puts it 0.05 % beyond the price.",
        ),
    ] = CostScope.PROFITABLE
    option_type: Annotated[CostType, ask("Of the type", "After a call: all others, only puts, or only calls.")] = (
        CostType.ANY
    )
    on_stop: Annotated[CostTimes, ask("After stops", "Which stops of legs move the others to cost.")] = CostTimes.FIRST
    on_target: Annotated[CostTimes, ask("After targets", "Which targets of legs move the others to cost.")] = (
        CostTimes.NEVER
    )
    bought_legs: Annotated[bool, ask("Bought legs too", "The stops of bought legs are moved as well.")] = True
    buffer: Annotated[
        Decimal,
        ask("Cost buffer", "Distance from the entry, on the losing side, left for charges.", ge=0, le=10_000),
    ] = Decimal(0)
    buffer_unit: Annotated[Unit, ask("Buffer in", "Points of premium, or percent of the entry price.")] = Unit.POINTS
    charges: Annotated[
        bool,
        ask("Charges in the cost", "Estimated charges of entry and exit are part of the cost: the stop is nearer."),
    ] = False
    not_before: Annotated[
        int,
        ask("Safety", "Time before stops move; a hit so soon after the start moves none.", unit="s", ge=0, le=9_999),
    ] = 0
    not_before_from: Annotated[
        SafetyFrom, ask("Safety from", "From the start of the portfolio, or from the hit, which then only waits.")
    ] = SafetyFrom.START
    trail_after: Annotated[bool, ask("Trail only after", "Trailing stops follow only once their leg was moved.")] = (
        False
    )
    bypass_stop: Annotated[
        bool, ask("Combined stop off after", "Once stops were moved the fixed combined stop is not watched any more.")
    ] = False
