"""What is bought to protect sold legs, and how the delta of the whole is kept in a band (executor reference §1.6)."""

from collections.abc import Iterator
from datetime import time
from decimal import ROUND_CEILING, Decimal
from enum import Enum
from typing import Annotated

from engine.domain.multileg.leg import Leg, LegKind
from engine.domain.order import Side
from engine.schema.declared import Declared
from engine.schema.field import ask
from engine.schema.load import FieldError


class DistanceFrom(Enum):
    """What the distance of a hedge is counted from; a hedge always lies farther out than its parent."""

    PARENT = "parent's strike"
    MONEY = "ATM"


class HedgeChoice(Enum):
    """Which of several strikes that fit is bought (ruling 6)."""

    NEAREST = "nearest to the parent"
    CHEAPEST = "cheapest"


class Unsatisfied(Enum):
    """What happens to a leg whose hedge cannot be had."""

    STOP = "stop execution"
    SKIP_LEG = "skip the leg"
    IGNORE_FIELD = "ignore the field"


class SellHedgeOn(Enum):
    """What ends a hedge."""

    PARENT_CLOSED = "parent closed"
    SHORTS_CLOSED = "all shorts closed"
    PORTFOLIO_END = "portfolio end"


class HedgeOrder(Enum):
    """When a hedge is bought."""

    BEFORE = "before the parent"
    WITH = "with the parent"
    AFTER = "after the parent"


_NEAREST = ask(
    "Nearest",
    "Least distance in strikes; with strikes 50 apart 10 strikes are 500 points.",
    unit="strikes",
    ge=0,
    le=100,
)
_FARTHEST = ask("Farthest", "Greatest distance in strikes.", unit="strikes", ge=0, le=100)
_REFERENCE = ask("Counted from", "What the distance is counted from; a hedge is always farther out than its parent.")
_MOST = ask("At most", "A hedge that costs more is not bought.", unit="₹", gt=0, le=100_000)


class HedgeByPremium(Declared, frozen=True, kw_only=True, tag="premium"):
    """By premium.

    Of the strikes in a window, one whose premium lies within bounds.
    """

    reference: Annotated[DistanceFrom, _REFERENCE] = DistanceFrom.PARENT
    nearest: Annotated[int, _NEAREST] = 10
    farthest: Annotated[int, _FARTHEST] = 20
    least: Annotated[Decimal, ask("At least", "A hedge that costs less is not bought.", unit="₹", ge=0, le=100_000)] = (
        Decimal("0.05")
    )
    most: Annotated[Decimal, _MOST] = Decimal(40)
    most_of_parent: Annotated[
        Decimal | None,
        ask("At most of the parent's", "Limit in percent of the parent's own premium.", unit="%", gt=0, le=100),
    ] = None
    choice: Annotated[HedgeChoice, ask("Of several", "The nearest protects most; the cheapest costs least.")] = (
        HedgeChoice.NEAREST
    )

    def check(self) -> Iterator[FieldError]:
        """Refuse empty windows."""
        if self.nearest > self.farthest:
            yield FieldError("farthest", f"Farthest must be at least {self.nearest} strikes, the nearest")
        if self.least > self.most:
            yield FieldError("most", f"At most must not be below {self.least}, the least premium")


class HedgeByDistance(Declared, frozen=True, kw_only=True, tag="distance"):
    """By distance.

    Exactly so many strikes farther out than the parent, whatever it costs; the next one outward where none is listed.
    """

    strikes: Annotated[
        int,
        ask(
            "Distance", "Strikes from the parent; with strikes 50 apart 6 are 300 points.", unit="strikes", ge=1, le=100
        ),
    ] = 6


class HedgeByDelta(Declared, frozen=True, kw_only=True, tag="delta"):
    """By delta.

    Of the strikes farther out than the parent, the one whose delta is nearest.
    """

    delta: Annotated[Decimal, ask("Delta", "Delta of the hedge, without its sign.", gt=0, le=Decimal("0.99"))] = (
        Decimal("0.05")
    )


class HedgeByMargin(Declared, frozen=True, kw_only=True, tag="margin"):
    """By margin saved.

    Of the strikes in a window, the one that lowers the estimated margin of the basket most for each rupee it costs.
    """

    reference: Annotated[DistanceFrom, _REFERENCE] = DistanceFrom.PARENT
    nearest: Annotated[int, _NEAREST] = 1
    farthest: Annotated[int, _FARTHEST] = 20
    most: Annotated[Decimal, _MOST] = Decimal(40)

    def check(self) -> Iterator[FieldError]:
        """Refuse an empty window."""
        if self.nearest > self.farthest:
            yield FieldError("farthest", f"Farthest must be at least {self.nearest} strikes, the nearest")


HedgeRule = HedgeByPremium | HedgeByDistance | HedgeByDelta | HedgeByMargin
"""Every way to choose a hedge."""


class HedgeTimes(Declared, frozen=True, kw_only=True):
    """Times of day."""

    start: Annotated[time, ask("From", "Nothing is hedged earlier.")] = time(9, 15)
    end: Annotated[time, ask("To", "Nothing new is hedged later.")] = time(15, 15)

    def check(self) -> Iterator[FieldError]:
        """Refuse a window that never opens."""
        if self.end <= self.start:
            yield FieldError("end", f"To must be after From ({self.start:%H:%M})")


class DynamicHedge(Declared, frozen=True, kw_only=True):
    """Hedges of sold legs.

    For every sold leg that asks for a hedge a farther strike of the same type and expiry is bought. A hedge has the
    product of its parent, no stop and no target of its own, and no part in actions of legs or in moving stops to cost.
    """

    rule: Annotated[HedgeRule, ask("Hedge type", "How the strike of a hedge is chosen.")] = HedgeByPremium()
    unsatisfied: Annotated[
        Unsatisfied,
        ask(
            "If none can be had",
            "Nothing is entered, or the leg alone is not; ignoring first gives up the premium, then the distance.",
        ),
    ] = Unsatisfied.STOP
    other_strikes: Annotated[
        bool,
        ask(
            "Try other strikes",
            "When the broker allows no new positions in a strike, the next one nearer to the parent is tried.",
        ),
    ] = True
    ratio: Annotated[
        Decimal,
        ask("Hedge lots", "Lots of the hedge for each lot of the parent, rounded up to whole lots.", gt=0, le=10),
    ] = Decimal(1)
    order: Annotated[
        HedgeOrder, ask("Bought", "Before means filled before; fixed so where bought legs are sent first.")
    ] = HedgeOrder.BEFORE
    sell_on: Annotated[SellHedgeOn, ask("Sold on", "A hedge is sold only after what it protects is bought back.")] = (
        SellHedgeOn.PARENT_CLOSED
    )
    keep_below: Annotated[
        Decimal | None,
        ask(
            "Not sold below",
            "A hedge worth less stays until the portfolio ends, because selling it alone costs more than it brings.",
            unit="₹",
            gt=0,
            le=1_000,
        ),
    ] = None
    sell_below: Annotated[
        Decimal | None,
        ask(
            "Sold early below",
            "A hedge that protects nothing any more is sold as soon as it is worth less, whatever it waits for.",
            unit="₹",
            gt=0,
            le=100_000,
        ),
    ] = None
    reuse: Annotated[
        bool, ask("Reuse on re-entry", "A leg that is entered again at the same strike takes over the hedge held.")
    ] = True
    roll: Annotated[
        bool,
        ask(
            "Roll with the parent",
            "Entered again at another strike, a hedge that is not in its window is replaced: the new one bought first.",
        ),
    ] = False
    in_profit: Annotated[
        bool, ask("Count in combined profit", "Hedges count in the combined profit and the premium at the entry.")
    ] = True
    most_per_day: Annotated[
        int | None,
        ask("Hedges per day", "After so many no other is bought that day; off: no limit.", ge=1, le=1_000),
    ] = 24
    multiples_of_500: Annotated[
        bool, ask("Only multiples of 500", "Only strikes that are multiples of 500 points: they trade most.")
    ] = False
    times: Annotated[
        HedgeTimes | None,
        ask(
            "Time window",
            "Before it, legs that ask for a hedge wait; after it none can be had. Off: all day.",
        ),
    ] = None


class BandUnit(Enum):
    """What a band of delta is measured in."""

    UNITS = "units of the index"
    PERCENT = "% of the shorts' delta"


class BandInstrument(Enum):
    """What keeps the delta in its band."""

    FUTURE = "near future"
    SYNTHETIC = "synthetic future of options"
    OPTION = "option leg"


class DeltaBand(Declared, frozen=True, kw_only=True):
    """Delta band.

    When the delta of all legs together leaves the band for the confirmation time, futures or bought options bring it
    back; what was bought before is given back first. It rests in the last 15 minutes of an expiry day; what it holds is
    closed with the portfolio, after the sold options.
    """

    band: Annotated[Decimal, ask("Band", "Delta of all legs together, on either side, that is let be.", gt=0)] = (
        Decimal(130)
    )
    inner: Annotated[Decimal, ask("Back to", "Delta that is left after a hedge; 0 is neutral.", ge=0)] = Decimal(0)
    unit: Annotated[
        BandUnit, ask("In", "Index units, or percent of the delta that the sold legs have without their signs.")
    ] = BandUnit.UNITS
    confirm: Annotated[int, ask("Confirmation", "How long the delta must stay outside.", unit="s", ge=0, le=3_600)] = 5
    pause: Annotated[
        int, ask("Between two hedges", "Least time from one hedge to the next.", unit="s", ge=1, le=86_400)
    ] = 60
    most_per_day: Annotated[
        int | None, ask("Hedges per day", "After so many the delta is let be; off: no limit.", ge=1, le=1_000)
    ] = 10
    instrument: Annotated[
        BandInstrument,
        ask(
            "With",
            "The nearest future; a call bought and a put sold at the money and the reverse; or calls bought where the "
            "delta is too low and puts where it is too high, never sold bare.",
        ),
    ] = BandInstrument.FUTURE
    option_delta: Annotated[
        Decimal,
        ask(
            "Option's delta",
            "With an option leg: the option whose delta is nearest this, in the portfolio's expiry.",
            ge=Decimal("0.05"),
            le=Decimal("0.95"),
        ),
    ] = Decimal("0.5")
    times: Annotated[HedgeTimes | None, ask("Time window", "When the band is watched; off: all day.")] = None

    def check(self) -> Iterator[FieldError]:
        """Refuse a target outside the band."""
        if self.inner >= self.band:
            yield FieldError("inner", f"Back to must be below {self.band}, the band")


def hedge_lots(hedge: DynamicHedge, lots: int) -> int:
    """Answer the lots of the hedge of so many lots: by the ratio, rounded up."""
    return int((lots * hedge.ratio).to_integral_value(ROUND_CEILING))


_WITH_500S = ("NIFTY", "BANKNIFTY", "SENSEX", "BANKEX")


def hedge_contradictions(
    hedge: DynamicHedge | None, legs: tuple[Leg, ...], underlying: str, *, buy_first: bool
) -> Iterator[FieldError]:
    """Answer what does not fit between hedges and the rest of a portfolio; paths are the portfolio's."""
    for index, leg in enumerate(legs):
        if not leg.hedge_required:
            continue
        if leg.side is not Side.SELL or leg.kind is LegKind.FUTURE:
            yield FieldError(
                f"legs[{index}].hedge_required", "only a sold call or put can be hedged; switch it off here"
            )
        elif hedge is None:
            yield FieldError(
                "dynamic_hedge", f"leg {index + 1} asks for a hedge: switch hedges on, or the leg's question off"
            )
    if hedge is None:
        return
    if buy_first and hedge.order is not HedgeOrder.BEFORE:
        yield FieldError(
            "dynamic_hedge.order",
            "bought legs are sent first, so hedges are bought before their parents; choose before",
        )
    if hedge.multiples_of_500 and underlying not in _WITH_500S:
        names = ", ".join(_WITH_500S)
        yield FieldError("dynamic_hedge.multiples_of_500", f"only for {names}; {underlying} has too few such strikes")
