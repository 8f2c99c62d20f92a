"""Stops: of a leg, and of all legs together (executor reference §1.2.6, §1.8)."""

from collections.abc import Iterator
from decimal import Decimal
from enum import Enum
from typing import Annotated

from engine.domain.multileg.unit import Unit
from engine.schema.declared import Declared, FieldError
from engine.schema.field import ask


class Basis(Enum):
    """What a leg's stop or target is measured in."""

    PREMIUM_POINTS = "premium points"
    PREMIUM_PERCENT = "premium percent"
    PREMIUM_PRICE = "premium price"
    UNDERLYING_POINTS = "underlying points"
    UNDERLYING_PERCENT = "underlying percent"
    UNDERLYING_PRICE = "underlying price"
    STRIKE = "points beside the strike"
    DELTA = "delta"
    THETA = "theta"
    RUPEES = "rupees"
    MARGIN_PERCENT = "percent of margin"

    @property
    def on_underlying(self) -> bool:
        """Say whether the underlying is watched and not the premium."""
        return self in _ON_UNDERLYING

    @property
    def on_premium(self) -> bool:
        """Say whether the leg's own price is watched."""
        return self in (Basis.PREMIUM_POINTS, Basis.PREMIUM_PERCENT, Basis.PREMIUM_PRICE)

    @property
    def needs_underlying(self) -> bool:
        """Say whether the level is counted from the underlying's price at the fill."""
        return self in (Basis.UNDERLYING_POINTS, Basis.UNDERLYING_PERCENT)

    @property
    def is_percent(self) -> bool:
        """Say whether the distance is a percentage of the price it is counted from."""
        return self in (Basis.PREMIUM_PERCENT, Basis.UNDERLYING_PERCENT)


_ON_UNDERLYING = frozenset({Basis.UNDERLYING_POINTS, Basis.UNDERLYING_PERCENT, Basis.UNDERLYING_PRICE, Basis.STRIKE})

LARGEST_LEVEL = 100_000_000
"""Rupees or points; no level lies farther."""


class LegLevel(Declared, frozen=True, kw_only=True):
    """Level of a leg."""

    basis: Annotated[
        Basis,
        ask(
            "Measured in",
            "A distance from the average fill or the underlying at the fill, or the price, delta or theta itself.",
        ),
    ] = Basis.PREMIUM_PERCENT
    distance: Annotated[
        Decimal,
        ask(
            "Distance",
            "Points, percent, price, delta, theta in ₹ per day, or ₹; beside the strike it may be 0 or below.",
            ge=-LARGEST_LEVEL,
            le=LARGEST_LEVEL,
        ),
    ]

    def check(self) -> Iterator[FieldError]:
        """Refuse a distance that lies nowhere."""
        if self.basis is Basis.STRIKE:
            return
        if self.distance <= 0:
            yield FieldError("distance", "Distance must be above 0")
        elif self.basis is Basis.DELTA and self.distance >= 1:
            yield FieldError("distance", "a delta lies between 0 and 1, like 0.45; write it so")


class StopLoss(LegLevel, frozen=True, kw_only=True):
    """Stop loss of a leg.

    The leg is closed when the price, or what else is measured, has gone so far against it.
    """


class Confirmation(Declared, frozen=True, kw_only=True):
    """Wait after a hit.

    What was hit must stay so for the whole time; where it comes back, nothing is closed and the time begins anew.
    """

    seconds: Annotated[
        int, ask("Seconds", "How long it must stay beyond the level without a break.", unit="s", ge=1, le=9_999)
    ]
    at_once_beyond: Annotated[
        Decimal | None,
        ask(
            "At once beyond",
            "So many times the distance of the stop ends the wait; off waits whatever happens.",
            unit="× the distance",
            gt=1,
            le=100,
        ),
    ] = None


class CombinedLoss(Declared, frozen=True, kw_only=True, tag="loss"):
    """Loss in rupees.

    Realised and open together.
    """

    amount: Annotated[Decimal, ask("Loss", "Loss of all legs together at which all are closed.", unit="₹", gt=0)]


class CombinedPremiumStop(Declared, frozen=True, kw_only=True, tag="premium"):
    """Combined premium loss.

    An adverse move, measured from the combined premium at the entry: sold less bought, per unit.
    """

    distance: Annotated[Decimal, ask("Distance", "Adverse move of the combined premium.", gt=0, le=100_000)]
    unit: Annotated[Unit, ask("In", "Points, or percent of the premium at the entry.")] = Unit.PERCENT


class AbsolutePremiumStop(Declared, frozen=True, kw_only=True, tag="premium level"):
    """Combined premium itself.

    Sold premium at or above it, bought premium at or below it, per unit; what is closed counts with its exit price.
    """

    level: Annotated[Decimal, ask("Level", "Combined premium at which all is closed.", unit="₹", gt=0, le=100_000)]


class MoveUnit(Enum):
    """How the bounds of the underlying are written."""

    PRICE = "price"
    POINTS = "points from the entry"
    PERCENT = "percent from the entry"


class UnderlyingBounds(Declared, frozen=True, kw_only=True):
    """Bounds of the underlying."""

    below: Annotated[
        Decimal | None, ask("Below", "Price, or how far under the entry; off has no lower bound.", gt=0, le=10_000_000)
    ] = None
    above: Annotated[
        Decimal | None, ask("Above", "Price, or how far over the entry; off has no upper bound.", gt=0, le=10_000_000)
    ] = None
    unit: Annotated[MoveUnit, ask("In", "Prices, or points or percent from the underlying at the entry.")] = (
        MoveUnit.PRICE
    )

    def check(self) -> Iterator[FieldError]:
        """Refuse bounds that say nothing or leave no room."""
        if self.below is None and self.above is None:
            yield FieldError("below", "give a lower bound, an upper bound, or both; without one it never fires")
        elif self.unit is MoveUnit.PRICE and self.below and self.above and self.below >= self.above:
            yield FieldError("above", f"Above must be higher than Below ({self.below})")
        elif self.unit is MoveUnit.PERCENT and self.below is not None and self.below >= 100:
            yield FieldError("below", "Below must be under 100 percent")


class UnderlyingStop(UnderlyingBounds, frozen=True, kw_only=True, tag="underlying"):
    """Underlying beyond a bound.

    All is closed once the underlying is at a bound or beyond it, also right after the entry or a restart.
    """


class LossAndRange(UnderlyingBounds, frozen=True, kw_only=True, tag="loss and range"):
    """Loss, and underlying out of a range.

    All is closed when both are true at once.
    """

    amount: Annotated[Decimal, ask("Loss", "Loss of all legs together that must be reached as well.", unit="₹", gt=0)]


class DeltaStop(Declared, frozen=True, kw_only=True, tag="delta"):
    """Net delta.

    Sum over all legs of delta times units, whatever its sign; it must stay so for 3 seconds.
    """

    delta: Annotated[Decimal, ask("Delta", "Net delta at or above which all is closed.", unit="units", gt=0)]


class ThetaStop(Declared, frozen=True, kw_only=True, tag="theta"):
    """Theta paid.

    What all legs together lose by one calendar day alone; it must stay so for 3 seconds.
    """

    theta: Annotated[Decimal, ask("Theta", "Loss per day at or above which all is closed.", unit="₹/day", gt=0)]


class MarginStop(Declared, frozen=True, kw_only=True, tag="margin"):
    """Percent of the margin.

    A loss, as a part of the margin estimated when all legs were in.
    """

    percent: Annotated[Decimal, ask("Percent", "Loss in percent of the margin.", unit="%", gt=0, le=1_000)]


CombinedStop = (
    CombinedLoss
    | CombinedPremiumStop
    | AbsolutePremiumStop
    | UnderlyingStop
    | LossAndRange
    | DeltaStop
    | ThetaStop
    | MarginStop
)
"""Every way to stop all legs together."""

IN_MONEY = (CombinedLoss, CombinedPremiumStop, AbsolutePremiumStop, MarginStop)
"""Stops that come to a profit (a loss is negative) at which all is closed, and so can be trailed."""


class AppliesTo(Enum):
    """Which kind of hit sets an action off; the other kind only closes everything."""

    BOTH = "fixed and trailed"
    FIXED = "fixed only"
    TRAILED = "trailed only"


class WhichLegs(Enum):
    """Which legs are closed when only a part of them is."""

    GAINING = "legs in profit"
    LOSING = "legs in loss"


class OnlyLegs(Declared, frozen=True, kw_only=True):
    """Close only some legs.

    The others go on, trails begin anew, and the level fires again after a further move. Where no leg is such, all are
    closed.
    """

    which: Annotated[WhichLegs, ask("Legs", "Those that are in profit, or in loss, at that moment.")] = WhichLegs.LOSING
    rearm: Annotated[
        Decimal, ask("Again after", "Further move of the profit after which it fires again.", unit="₹", gt=0)
    ]
