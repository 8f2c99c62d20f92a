"""What closes a leg or a whole portfolio, and what a hit does to the others (executor reference §1.2.6, §1.7–1.9)."""

from decimal import Decimal
from enum import Enum
from typing import Annotated

from engine.schema.declared import Declared
from engine.schema.field import ask
from engine.schema.load import FieldError


class Basis(Enum):
    """What a leg's stop or target is measured in, from the average fill or from the underlying at the fill."""

    PREMIUM_POINTS = "premium points"
    PREMIUM_PERCENT = "premium percent"
    UNDERLYING_POINTS = "underlying points"
    UNDERLYING_PERCENT = "underlying percent"

    @property
    def on_underlying(self) -> bool:
        """Say whether the underlying is watched and not the premium."""
        return self in (Basis.UNDERLYING_POINTS, Basis.UNDERLYING_PERCENT)

    @property
    def is_percent(self) -> bool:
        """Say whether the distance is a percentage."""
        return self in (Basis.PREMIUM_PERCENT, Basis.UNDERLYING_PERCENT)


class Unit(Enum):
    """Points or percent."""

    POINTS = "points"
    PERCENT = "percent"


class StopLoss(Declared, frozen=True, kw_only=True):
    """Stop loss of a leg."""

    basis: Annotated[Basis, ask("Measured in", "What the distance below is a distance of.")] = Basis.PREMIUM_PERCENT
    distance: Annotated[
        Decimal, ask("Distance", "How far the price may go against the leg before it is closed.", gt=0, le=100_000)
    ]


class Target(Declared, frozen=True, kw_only=True):
    """Target of a leg."""

    basis: Annotated[Basis, ask("Measured in", "What the distance below is a distance of.")] = Basis.PREMIUM_PERCENT
    distance: Annotated[
        Decimal, ask("Distance", "How far the price must go in the leg's favour before it is closed.", gt=0, le=100_000)
    ]


class Trailing(Declared, frozen=True, kw_only=True):
    """Trailing stop of a leg.

    Every favourable move of the premium moves the stop, in steps; it never loosens.
    """

    every: Annotated[Decimal, ask("Every", "Favourable move of the premium that moves the stop.", gt=0, le=100_000)]
    by: Annotated[Decimal, ask("By", "How far the stop moves each time.", gt=0, le=100_000)]
    unit: Annotated[Unit, ask("In", "Points of premium, or percent of the entry price.")] = Unit.POINTS


class CostScope(Enum):
    """Which legs have their stop moved to cost."""

    PROFITABLE = "profitable legs"
    ALL = "all legs"


class MoveToCost(Declared, frozen=True, kw_only=True):
    """Move stops to cost.

    When a leg is closed by its stop, the stops of the others go to their own average entry.
    """

    legs: Annotated[
        CostScope,
        ask("Legs", "A losing leg whose stop goes to cost is closed at once, so only profitable ones is the rule."),
    ] = CostScope.PROFITABLE
    buffer: Annotated[
        Decimal,
        ask("Cost buffer", "Distance from the entry, on the losing side, left for charges.", unit="₹", ge=0, le=10_000),
    ] = Decimal(0)
    not_before: Annotated[
        int, ask("Not before", "Seconds after the portfolio's start before stops move.", unit="s", ge=0, le=9_999)
    ] = 0


class CombinedLoss(Declared, frozen=True, kw_only=True, tag="loss"):
    """Loss in rupees.

    Realised and open together, before charges.
    """

    amount: Annotated[Decimal, ask("Loss", "Loss of all legs together at which all are closed.", unit="₹", gt=0)]


class CombinedPremiumStop(Declared, frozen=True, kw_only=True, tag="premium"):
    """Adverse move of the combined premium.

    Measured from the combined premium at the entry: sold less bought, per unit.
    """

    distance: Annotated[Decimal, ask("Distance", "Adverse move of the combined premium.", gt=0, le=100_000)]
    unit: Annotated[Unit, ask("In", "Points, or percent of the premium at the entry.")] = Unit.PERCENT


class CombinedProfit(Declared, frozen=True, kw_only=True, tag="profit"):
    """Profit in rupees.

    Realised and open together, before charges.
    """

    amount: Annotated[Decimal, ask("Profit", "Profit of all legs together at which all are closed.", unit="₹", gt=0)]


class CombinedPremiumTarget(Declared, frozen=True, kw_only=True, tag="premium"):
    """Favourable move of the combined premium.

    Measured from the combined premium at the entry: sold less bought, per unit.
    """

    distance: Annotated[Decimal, ask("Distance", "Favourable move of the combined premium.", gt=0, le=100_000)]
    unit: Annotated[Unit, ask("In", "Points, or percent of the premium at the entry.")] = Unit.PERCENT


class StopTrail(Declared, frozen=True, kw_only=True):
    """Trailing of the combined stop in rupees.

    Past zero the stop becomes a locked profit.
    """

    every: Annotated[Decimal, ask("Every", "Gain that moves the combined stop.", unit="₹", gt=0)]
    by: Annotated[Decimal, ask("By", "How far the combined stop moves each time.", unit="₹", gt=0)]

    def check(self) -> None:
        """Refuse a stop that would overtake the profit."""
        if self.by > self.every:
            raise FieldError(
                "by", f"By must be at most {self.every}, the gain that moves it, or it overtakes the profit"
            )


class ProfitLock(Declared, frozen=True, kw_only=True):
    """Lock and trail the profit.

    At ``reach`` the floor is ``lock``; every further ``every`` raises it ``by``. Falling to the floor closes all.
    """

    reach: Annotated[Decimal, ask("If profit reaches", "Profit that switches the lock on.", unit="₹", gt=0)]
    lock: Annotated[Decimal, ask("Lock minimum", "Profit that is kept from then on.", unit="₹", ge=0)]
    every: Annotated[Decimal, ask("Every increase of", "Further profit that raises the floor.", unit="₹", gt=0)]
    by: Annotated[Decimal, ask("Trail by", "How far the floor rises each time.", unit="₹", ge=0)]

    def check(self) -> None:
        """Refuse a floor above the profit."""
        if self.lock > self.reach:
            raise FieldError("lock", f"Lock minimum must be at most {self.reach}, the profit that switches it on")
        if self.by > self.every:
            raise FieldError("by", f"Trail by must be at most {self.every}, or the floor overtakes the profit")


class ExitSettings(Declared, frozen=True, kw_only=True):
    """How the portfolio is closed."""

    shorts_first: Annotated[
        bool, ask("Shorts first", "Buy sold legs back and wait for it before bought legs are sold.")
    ] = True
    hold_seconds: Annotated[
        int, ask("Hold bought legs", "Pause between the last short and the first bought leg.", unit="s", ge=0, le=999)
    ] = 0
