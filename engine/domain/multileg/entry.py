"""What makes a portfolio enter (executor reference §1.3.2)."""

from collections.abc import Iterator
from decimal import Decimal
from enum import Enum
from typing import Annotated

from engine.domain.multileg.condition import Condition
from engine.domain.multileg.unit import Unit
from engine.schema.declared import Declared, FieldError
from engine.schema.field import ask


class BasedOn(Enum):
    """Which value of the watched price is the reference."""

    DAY_OPEN = "day open"
    START_TIME = "start time"
    PREVIOUS_CLOSE = "previous close"


class Direction(Enum):
    """How the watched price has to reach the entry price."""

    AUTO = "auto"
    AT_MOST = "≤"
    AT_LEAST = "≥"
    CROSS_UP = "crosses up"
    CROSS_DOWN = "crosses down"


class PremiumOf(Enum):
    """Which combined premium is watched."""

    LEGS = "the legs"
    STRADDLE = "the ATM straddle"


class TypedPrice(Declared, frozen=True, kw_only=True, tag="typed"):
    """A price as typed.

    Combined premiums are signed: what is received is above zero, what is paid below.
    """

    price: Annotated[Decimal, ask("Entry price", "The level itself; it must not be 0.", unit="₹", ge=-1_000_000)]

    def check(self) -> Iterator[FieldError]:
        """Refuse a level that was left empty."""
        if self.price == 0:
            yield FieldError("price", "Entry price must not be 0; type the level, or base it on a reference")


class FromReference(Declared, frozen=True, kw_only=True, tag="reference"):
    """A reference, rounded and adjusted.

    First the reference is rounded, then adjusted: 235, rounded to 5 and −10 %, is 211.50.
    """

    based_on: Annotated[BasedOn, ask("Based on", "Which value is the reference.")] = BasedOn.DAY_OPEN
    rounding: Annotated[
        Decimal,
        ask(
            "Rounding",
            "From 1 on the nearest multiple; below 1 the fraction from which it goes up to the next whole; 0: none.",
            ge=0,
            le=10_000,
        ),
    ] = Decimal(0)
    adjust: Annotated[
        Decimal, ask("Adjust", "Added to the reference; below zero takes away.", ge=-100_000, le=100_000)
    ] = Decimal(0)
    unit: Annotated[Unit, ask("In", "Points, or percent of the reference.")] = Unit.PERCENT


EntryPrice = TypedPrice | FromReference
"""How the entry price comes about."""


class Manual(Declared, frozen=True, kw_only=True, tag="manual"):
    """When somebody says so."""


class AtTime(Declared, frozen=True, kw_only=True, tag="time"):
    """At the start time."""


class AtCombinedPremium(Declared, frozen=True, kw_only=True, tag="combined_premium"):
    """Combined premium.

    From Start on, when the signed combined premium reaches the entry price. The legs' contracts are chosen at Start.
    """

    of: Annotated[
        PremiumOf,
        ask("Premium of", "The portfolio's own legs, or one call and one put at the money as they were at Start."),
    ] = PremiumOf.LEGS
    price: Annotated[EntryPrice, ask("Entry price", "Typed, or from a reference.")] = FromReference()
    direction: Annotated[
        Direction,
        ask("Direction", "Auto waits for a fall where the entry price is below the reference, for a rise above it."),
    ] = Direction.AUTO


class AtPremiumCrossOver(Declared, frozen=True, kw_only=True, tag="premium_crossover"):
    """Combined premium, after a crossover.

    Waits until the premium has been above the entry price and falls below it again; based on the day's open it must
    have been below it first.
    """

    of: Annotated[
        PremiumOf,
        ask("Premium of", "The portfolio's own legs, or one call and one put at the money as they were at Start."),
    ] = PremiumOf.LEGS
    price: Annotated[EntryPrice, ask("Entry price", "Typed, or from a reference.")] = FromReference()


class AtUnderlyingLevel(Declared, frozen=True, kw_only=True, tag="underlying_level"):
    """Underlying at a level.

    A typed price is reached or passed; a level from a reference has to be crossed while it is watched.
    """

    price: Annotated[EntryPrice, ask("Level", "Typed, or from a reference.")] = FromReference()
    direction: Annotated[
        Direction,
        ask(
            "Direction", "Auto waits for a fall where the level is below the underlying at Start, for a rise above it."
        ),
    ] = Direction.AUTO


class OutsideUnderlyingBand(Declared, frozen=True, kw_only=True, tag="underlying_band"):
    """Underlying leaves a band.

    Enters when the underlying is as far from its reference as said, on either side.
    """

    based_on: Annotated[BasedOn, ask("Based on", "Which value of the underlying is the middle.")] = BasedOn.START_TIME
    distance: Annotated[Decimal, ask("Distance", "From the middle to either bound.", gt=0, le=100_000)]
    unit: Annotated[Unit, ask("In", "Points, or percent of the reference.")] = Unit.PERCENT


class Move(Enum):
    """Which way a price has to move."""

    FALL = "falls"
    RISE = "rises"
    EITHER = "falls or rises"


class RollingStraddle(Declared, frozen=True, kw_only=True, tag="rolling_straddle"):
    """Rolling straddle breakout.

    Watches the straddle at the money of the moment, whose strike goes with the underlying, against its reference.
    """

    based_on: Annotated[BasedOn, ask("Based on", "Which value of the straddle is the reference.")] = BasedOn.DAY_OPEN
    move: Annotated[Move, ask("Enters when it", "Which way it has to move.")] = Move.FALL
    by: Annotated[Decimal, ask("By", "How far from the reference.", unit="%", gt=0, le=500)] = Decimal(15)


class OnSignal(Declared, frozen=True, kw_only=True, tag="signal"):
    """On a signal.

    A signal that carries the portfolio's name and this word enters, between Start and End.
    """

    token: Annotated[
        str,
        ask(
            "Secret word",
            "Every signal must carry it. It is kept as a salted hash: type a new one to change it.",
            ge=8,
            le=128,
            pattern=r"[\x21-\x7e]+",
            pattern_says="Secret word must be plain letters, digits and signs without spaces",
            secret=True,
        ),
    ]
    at_most: Annotated[
        int | None, ask("Signals a day", "Further signals of the day are refused; off: any number.", ge=1, le=1_000)
    ] = None


class OnCondition(Declared, frozen=True, kw_only=True, tag="condition"):
    """On a condition.

    Enters at the close of the first bar from Start on at which the condition holds.
    """

    condition: Annotated[Condition, ask("Condition", "What must hold.")]


EntryRule = (
    Manual
    | AtTime
    | AtCombinedPremium
    | AtPremiumCrossOver
    | AtUnderlyingLevel
    | OutsideUnderlyingBand
    | RollingStraddle
    | OnSignal
    | OnCondition
)
"""Every entry rule."""


def watches_leg_premiums(entry: EntryRule) -> bool:
    """Say whether an entry rule needs the legs' contracts before the entry."""
    match entry:
        case AtCombinedPremium(of=of) | AtPremiumCrossOver(of=of):
            return of is PremiumOf.LEGS
        case OnCondition(condition=condition):
            return condition.needs_contracts()
        case _:
            return False
