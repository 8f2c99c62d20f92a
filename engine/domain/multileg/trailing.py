"""Levels that follow: trailing stops and locks, of a leg and of all legs together (executor reference §1.7, §1.8.2)."""

from collections.abc import Iterator
from decimal import Decimal
from enum import Enum
from typing import Annotated

from engine.domain.multileg.unit import Unit
from engine.schema.declared import Declared, FieldError
from engine.schema.field import ask


class TrailMode(Enum):
    """How a level follows."""

    STEPS = "in steps"
    CONTINUOUS = "continuously"


class TrailUnit(Enum):
    """What the steps of a leg's trailing stop are counted in."""

    POINTS = "points"
    PERCENT = "percent"
    UNDERLYING = "underlying points"


class LockUnit(Enum):
    """What the amounts of a lock of the combined profit are written in."""

    RUPEES = "rupees"
    PREMIUM = "% of the entry premium"
    MARGIN = "% of the margin"


RUPEES_OR_PERCENT = "₹ or %"
"""The unit of amounts whose declaration says in ``unit`` which of the two they are."""


def _mode() -> object:
    return ask("Follows", "In whole steps, or continuously in the ratio of By to Every.")


class Trailing(Declared, frozen=True, kw_only=True):
    """Trailing stop of a leg.

    Every favourable move moves the stop, in steps; it never loosens.
    """

    every: Annotated[Decimal, ask("Every", "Favourable move that moves the stop.", gt=0, le=100_000)]
    by: Annotated[Decimal, ask("By", "How far the stop moves each time.", gt=0, le=100_000)]
    unit: Annotated[
        TrailUnit, ask("In", "Points of premium, percent of the entry price, or points of the underlying.")
    ] = TrailUnit.POINTS
    mode: Annotated[TrailMode, _mode()] = TrailMode.STEPS
    activate_at: Annotated[
        Decimal | None,
        ask("Only from", "Favourable move from which it follows at all; steps count from the entry.", gt=0, le=100_000),
    ] = None
    candle: Annotated[
        int | None,
        ask(
            "Once a candle of",
            "It moves only at the close of a candle, by the candle's best price; off follows each quote.",
            unit="min",
            ge=1,
            le=120,
        ),
    ] = None


class LegLock(Declared, frozen=True, kw_only=True):
    """Lock and trail a leg.

    At ``reach`` the leg's gain is locked at ``lock``; every further ``every`` raises that ``by``. Falling back to it
    closes the leg.
    """

    reach: Annotated[Decimal, ask("If the gain reaches", "Gain that switches the lock on.", gt=0, le=100_000)]
    lock: Annotated[Decimal, ask("Lock minimum", "Gain that is kept from then on.", ge=0, le=100_000)]
    every: Annotated[Decimal, ask("Every increase of", "Further gain that raises it.", gt=0, le=100_000)]
    by: Annotated[Decimal, ask("Trail by", "How far it rises each time.", ge=0, le=100_000)]
    unit: Annotated[Unit, ask("In", "Points of premium, or percent of the entry price.")] = Unit.POINTS
    mode: Annotated[TrailMode, _mode()] = TrailMode.STEPS

    def check(self) -> Iterator[FieldError]:
        """Refuse a lock above the gain."""
        yield from _lock_errors(self.reach, self.lock, self.every, self.by)


class StopTrail(Declared, frozen=True, kw_only=True):
    """Trail the combined stop.

    Past zero the stop becomes a locked profit.
    """

    every: Annotated[Decimal, ask("Every", "Gain that moves the combined stop.", unit="₹", gt=0)]
    by: Annotated[Decimal, ask("By", "How far the combined stop moves each time.", unit="₹", gt=0)]
    mode: Annotated[TrailMode, _mode()] = TrailMode.STEPS

    def check(self) -> Iterator[FieldError]:
        """Refuse a stop that would overtake the profit."""
        if self.by > self.every:
            yield FieldError(
                "by", f"By must be at most {self.every}, the gain that moves it, or it overtakes the profit"
            )


class ProfitLock(Declared, frozen=True, kw_only=True):
    """Lock and trail the profit.

    At ``reach`` the floor is ``lock``; every further ``every`` raises it ``by``. Falling to the floor closes all.
    """

    reach: Annotated[
        Decimal, ask("If profit reaches", "Profit that switches the lock on.", unit=RUPEES_OR_PERCENT, gt=0)
    ]
    lock: Annotated[Decimal, ask("Lock minimum", "Profit that is kept from then on.", unit=RUPEES_OR_PERCENT, ge=0)]
    every: Annotated[
        Decimal, ask("Every increase of", "Further profit that raises the floor.", unit=RUPEES_OR_PERCENT, gt=0)
    ]
    by: Annotated[Decimal, ask("Trail by", "How far the floor rises each time.", unit=RUPEES_OR_PERCENT, ge=0)]
    unit: Annotated[
        LockUnit,
        ask(
            "In",
            "Rupees, or percent: of the premium that the legs were entered for, or of the margin estimated when all "
            "were in. While that is not known the lock is off.",
        ),
    ] = LockUnit.RUPEES
    mode: Annotated[TrailMode, _mode()] = TrailMode.STEPS
    target_stays: Annotated[
        bool, ask("Fixed target stays", "The combined target closes all also while the lock is on; first hit wins.")
    ] = True

    def check(self) -> Iterator[FieldError]:
        """Refuse a floor above the profit."""
        yield from _lock_errors(self.reach, self.lock, self.every, self.by)


def _lock_errors(reach: Decimal, lock: Decimal, every: Decimal, by: Decimal) -> Iterator[FieldError]:
    if lock > reach:
        yield FieldError("lock", f"Lock minimum must be at most {reach}, the profit that switches it on")
    if by > every:
        yield FieldError("by", f"Trail by must be at most {every}, or the floor overtakes the profit")
