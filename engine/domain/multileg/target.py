"""Targets: of a leg, and of all legs together; and what counts as profit (executor reference §1.2.6, §1.7)."""

from collections.abc import Iterator
from decimal import Decimal
from enum import Enum
from itertools import pairwise
from typing import Annotated

from engine.domain.multileg.stop import LARGEST_LEVEL, LegLevel, UnderlyingBounds
from engine.domain.multileg.unit import Unit
from engine.schema.declared import Declared, FieldError
from engine.schema.field import ask


class Target(LegLevel, frozen=True, kw_only=True):
    """Target of a leg.

    The leg is closed when the price, or what else is measured, has gone so far in its favour.
    """


class CombinedProfit(Declared, frozen=True, kw_only=True, tag="profit"):
    """Profit in rupees.

    Realised and open together.
    """

    amount: Annotated[Decimal, ask("Profit", "Profit of all legs together at which all are closed.", unit="₹", gt=0)]


class CombinedPremiumTarget(Declared, frozen=True, kw_only=True, tag="premium"):
    """Combined premium gain.

    A favourable move, measured from the combined premium at the entry: sold less bought, per unit.
    """

    distance: Annotated[Decimal, ask("Distance", "Favourable move of the combined premium.", gt=0, le=100_000)]
    unit: Annotated[Unit, ask("In", "Points, or percent of the premium at the entry.")] = Unit.PERCENT


class AbsolutePremiumTarget(Declared, frozen=True, kw_only=True, tag="premium level"):
    """Combined premium itself.

    Sold premium at or below it, bought premium at or above it, per unit; what is closed counts with its exit price.
    """

    level: Annotated[Decimal, ask("Level", "Combined premium at which all is closed.", unit="₹", gt=0, le=100_000)]


class UnderlyingTarget(UnderlyingBounds, frozen=True, kw_only=True, tag="underlying"):
    """Underlying beyond a bound.

    All is closed once the underlying is at a bound or beyond it.
    """


class TargetStep(Declared, frozen=True, kw_only=True):
    """One of several targets."""

    profit: Annotated[Decimal, ask("Profit", "Profit of all legs together at which it is reached.", unit="₹", gt=0)]
    part: Annotated[
        Decimal,
        ask(
            "Close", "Part of the lots that is closed, in whole lots, at least one of each leg.", unit="%", gt=0, le=100
        ),
    ] = Decimal(50)
    stop: Annotated[
        Decimal | None,
        ask(
            "Stop afterwards",
            "Profit (a loss is negative) at which the rest is closed; 0 is cost; off leaves it.",
            unit="₹",
            ge=-LARGEST_LEVEL,
            le=LARGEST_LEVEL,
        ),
    ] = None

    def check(self) -> Iterator[FieldError]:
        """Refuse a stop that would be hit at once."""
        if self.stop is not None and self.stop >= self.profit:
            yield FieldError("stop", f"Stop afterwards must be below {self.profit}, the profit at which it is set")


class MultiTargets(Declared, frozen=True, kw_only=True, tag="several"):
    """Several targets.

    Each closes a part of the lots; the last one closes the rest.
    """

    steps: Annotated[tuple[TargetStep, ...], ask("Targets", "In rising order.", ge=2, le=10)]

    def check(self) -> Iterator[FieldError]:
        """Refuse targets that do not rise."""
        for index, (lower, higher) in enumerate(pairwise(self.steps), 1):
            if higher.profit <= lower.profit:
                yield FieldError(f"steps[{index}].profit", f"Profit must be above {lower.profit}, the target before it")


class DeltaTarget(Declared, frozen=True, kw_only=True, tag="delta"):
    """Net delta.

    Sum over all legs of delta times units, whatever its sign; it must stay so for 3 seconds.
    """

    delta: Annotated[Decimal, ask("Delta", "Net delta at or above which all is closed.", unit="units", gt=0)]


class ThetaTarget(Declared, frozen=True, kw_only=True, tag="theta"):
    """Theta decayed.

    What one calendar day alone changes, whatever its sign, has fallen so low; it must stay so for 3 seconds.
    """

    theta: Annotated[Decimal, ask("Theta", "Theta at or below which all is closed.", unit="₹/day", gt=0)]


class MarginTarget(Declared, frozen=True, kw_only=True, tag="margin"):
    """Percent of the margin.

    A profit, as a part of the margin estimated when all legs were in.
    """

    percent: Annotated[Decimal, ask("Percent", "Profit in percent of the margin.", unit="%", gt=0, le=1_000)]


class MaxProfitTarget(Declared, frozen=True, kw_only=True, tag="max profit"):
    """Percent of the most profit.

    A part of the most that the legs can make at their expiry; never reached where that has no bound.
    """

    percent: Annotated[Decimal, ask("Percent", "Profit in percent of the most possible.", unit="%", gt=0, le=100)]


CombinedTarget = (
    CombinedProfit
    | CombinedPremiumTarget
    | AbsolutePremiumTarget
    | UnderlyingTarget
    | MultiTargets
    | DeltaTarget
    | ThetaTarget
    | MarginTarget
    | MaxProfitTarget
)
"""Every way to take the profit of all legs together."""


class TrackedFrom(Enum):
    """Since when the combined stop and target are watched."""

    ALL_IN = "all legs entered"
    START = "the start"


class ProfitCounts(Declared, frozen=True, kw_only=True):
    """What counts as profit.

    For every combined stop, target, lock and trail; on screen all of it is shown.
    """

    since: Annotated[
        TrackedFrom, ask("Watched from", "From when all legs are in, or already from the first fill of the entry.")
    ] = TrackedFrom.ALL_IN
    earlier_executions: Annotated[
        bool, ask("Earlier executions", "What earlier executions of the portfolio made today counts too.")
    ] = False
    charges: Annotated[
        bool, ask("After charges", "Estimated charges of what was traded, and of closing the rest, are taken off.")
    ] = False
