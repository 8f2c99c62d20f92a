"""The rules by which a leg's strike is chosen (executor reference §1.2.2)."""

from collections.abc import Iterator
from decimal import Decimal
from enum import Enum
from typing import Annotated

from engine.schema.declared import Declared, FieldError
from engine.schema.field import ask

_PREMIUM_LIMIT = 1_000_000

_STRIKE_TICK = Decimal("0.05")
"""₹; strikes lie closer together nowhere, shares after a corporate action included."""


class Moneyness(Enum):
    """On which side of the money strikes are looked for; the strike at the money belongs to both."""

    BOTH = "both sides"
    OUT = "out of the money"
    IN = "in the money"


class Greek(Enum):
    """What a strike can be chosen by beside its premium and its delta; all without sign."""

    VOLATILITY = "implied volatility"
    THETA = "theta"
    GAMMA = "gamma"
    VEGA = "vega"

    @property
    def unit(self) -> str:
        """Answer what it is measured in."""
        return _GREEK_UNITS[self]


_GREEK_UNITS = {
    Greek.VOLATILITY: "%",
    Greek.THETA: "₹ per day",
    Greek.GAMMA: "delta per 100 points",
    Greek.VEGA: "₹ per volatility point",
}

_GREEK_HELP = "Volatility in %, theta in ₹ per day, gamma in delta per 100 points, vega in ₹ per point; without sign."
_SIDE_HELP = "On which side of the money strikes are looked at; the same value lies on both sides."


class AtmOffset(Declared, frozen=True, kw_only=True, tag="atm"):
    """ATM ± steps.

    The sign is spatial: +2 is two strikes above the money for calls and puts alike.
    """

    steps: Annotated[
        int,
        ask(
            "Steps",
            "Strikes above (+) or below (−) the money, for calls and puts alike.",
            unit="strikes",
            ge=-100,
            le=100,
        ),
    ] = 0


class MoneynessSteps(Declared, frozen=True, kw_only=True, tag="itm_otm"):
    """ITM or OTM steps.

    Out of the money is up for calls and down for puts; in the money is the other way round.
    """

    where: Annotated[Moneyness, ask("Direction", "Into the money or out of it; choose one of the two.")] = Moneyness.OUT
    steps: Annotated[int, ask("Steps", "Strikes away from the money.", unit="strikes", ge=0, le=100)] = 1

    def check(self) -> Iterator[FieldError]:
        """Refuse a direction that is none."""
        if self.where is Moneyness.BOTH:
            yield FieldError("where", "choose in the money or out of the money; a step has one direction")


class FixedStrike(Declared, frozen=True, kw_only=True, tag="fixed"):
    """Fixed strike."""

    strike: Annotated[Decimal, ask("Strike", "The strike itself; it must be listed.", unit="₹", gt=0)]

    def check(self) -> Iterator[FieldError]:
        """Refuse what no exchange lists: strikes stand on whole ticks."""
        if self.strike.is_finite() and self.strike % _STRIKE_TICK:
            yield FieldError("strike", f"Strike {self.strike} must be a multiple of {_STRIKE_TICK}, like 24000 or 97.5")


class AtmPercent(Declared, frozen=True, kw_only=True, tag="atm_percent"):
    """Percent from the underlying.

    The listed strike nearest the underlying's price moved by a percentage.
    """

    percent: Annotated[
        Decimal, ask("Percent", "Above (+) or below (−) the underlying's price.", unit="%", ge=-90, le=200)
    ]


class AtmPoints(Declared, frozen=True, kw_only=True, tag="points"):
    """Points from the underlying.

    The listed strike nearest the underlying's price moved by some points.
    """

    points: Annotated[
        Decimal,
        ask("Points", "Above (+) or below (−) the underlying's price.", unit="points", ge=-1_000_000, le=1_000_000),
    ]


class ClosestPremium(Declared, frozen=True, kw_only=True, tag="closest_premium"):
    """Closest premium."""

    premium: Annotated[
        Decimal,
        ask(
            "Premium",
            "Premium to look for; of two equally near, a sale takes the lower and a purchase the higher.",
            unit="₹",
            gt=0,
            le=_PREMIUM_LIMIT,
        ),
    ]
    side: Annotated[Moneyness, ask("Look", "On which side of the money strikes are looked at.")] = Moneyness.BOTH


class PremiumAtLeast(Declared, frozen=True, kw_only=True, tag="premium_at_least"):
    """Premium at least.

    The strike with the smallest premium that is not below the amount.
    """

    premium: Annotated[Decimal, ask("Premium", "Smallest premium that will do.", unit="₹", gt=0, le=_PREMIUM_LIMIT)]
    side: Annotated[Moneyness, ask("Look", "On which side of the money strikes are looked at.")] = Moneyness.BOTH


class PremiumAtMost(Declared, frozen=True, kw_only=True, tag="premium_at_most"):
    """Premium at most.

    The strike with the largest premium that is not above the amount.
    """

    premium: Annotated[Decimal, ask("Premium", "Largest premium that will do.", unit="₹", gt=0, le=_PREMIUM_LIMIT)]
    side: Annotated[Moneyness, ask("Look", "On which side of the money strikes are looked at.")] = Moneyness.BOTH


class PremiumRange(Declared, frozen=True, kw_only=True, tag="premium_range"):
    """Premium range.

    Of the strikes inside the range a sale takes the highest premium and a purchase the cheapest.
    """

    low: Annotated[Decimal, ask("From", "Smallest premium that will do.", unit="₹", ge=0, le=_PREMIUM_LIMIT)]
    high: Annotated[Decimal, ask("To", "Largest premium that will do.", unit="₹", gt=0, le=_PREMIUM_LIMIT)]
    side: Annotated[Moneyness, ask("Look", "On which side of the money strikes are looked at.")] = Moneyness.BOTH

    def check(self) -> Iterator[FieldError]:
        """Refuse a range that ends before it begins."""
        yield from _ordered(self.low, self.high)


class PremiumPercent(Declared, frozen=True, kw_only=True, tag="premium_percent"):
    """Premium percent of underlying.

    The strike whose premium is nearest a percentage of the underlying's price.
    """

    percent: Annotated[Decimal, ask("Percent", "Percentage of the underlying's price.", unit="%", gt=0, le=100)]
    side: Annotated[Moneyness, ask("Look", "On which side of the money strikes are looked at.")] = Moneyness.BOTH


class StraddleWidth(Declared, frozen=True, kw_only=True, tag="straddle_width"):
    """Straddle width.

    Calls go up and puts down from the money by a multiple of the at-the-money straddle's premium; a negative multiple
    mirrors them.
    """

    multiple: Annotated[
        Decimal,
        ask("Multiple", "Multiple of the at-the-money straddle premium to go out.", unit="× straddle", ge=-5, le=5),
    ] = Decimal("0.5")


class StraddlePercent(Declared, frozen=True, kw_only=True, tag="straddle_percent"):
    """Percent of straddle premium.

    The strike whose premium is nearest a percentage of the at-the-money straddle's premium.
    """

    percent: Annotated[Decimal, ask("Percent", "Percentage of the straddle's premium.", unit="%", gt=0, le=500)]
    side: Annotated[Moneyness, ask("Look", "On which side of the money strikes are looked at.")] = Moneyness.BOTH


class SyntheticAtm(Declared, frozen=True, kw_only=True, tag="synthetic_atm"):
    """Synthetic ATM ± steps.

    As ATM ± steps, but the money is where strike + call − put of the leg's own expiry lies.
    """

    steps: Annotated[
        int, ask("Steps", "Strikes above (+) or below (−) the synthetic future.", unit="strikes", ge=-100, le=100)
    ] = 0


class ByDelta(Declared, frozen=True, kw_only=True, tag="delta"):
    """Closest delta."""

    delta: Annotated[
        Decimal,
        ask("Delta", "Delta without its sign, between 0 and 1; 0.25 is far out of the money.", gt=0, le=1),
    ]


class DeltaAtLeast(Declared, frozen=True, kw_only=True, tag="delta_at_least"):
    """Delta at least.

    The strike with the smallest delta that is not below the value.
    """

    delta: Annotated[Decimal, ask("Delta", "Smallest delta that will do, without its sign.", gt=0, le=1)]


class DeltaAtMost(Declared, frozen=True, kw_only=True, tag="delta_at_most"):
    """Delta at most.

    The strike with the largest delta that is not above the value.
    """

    delta: Annotated[Decimal, ask("Delta", "Largest delta that will do, without its sign.", gt=0, le=1)]


class DeltaRange(Declared, frozen=True, kw_only=True, tag="delta_range"):
    """Delta range.

    Of the strikes inside the range a sale takes the highest premium and a purchase the cheapest.
    """

    low: Annotated[Decimal, ask("From", "Smallest delta that will do, without its sign.", ge=0, le=1)]
    high: Annotated[Decimal, ask("To", "Largest delta that will do, without its sign.", gt=0, le=1)]

    def check(self) -> Iterator[FieldError]:
        """Refuse a range that ends before it begins."""
        yield from _ordered(self.low, self.high)


class GreekNearest(Declared, frozen=True, kw_only=True, tag="greek"):
    """Closest volatility or Greek."""

    greek: Annotated[Greek, ask("Of", "What the strike is chosen by.")] = Greek.THETA
    value: Annotated[Decimal, ask("Value", _GREEK_HELP, gt=0, le=1_000_000)]
    side: Annotated[Moneyness, ask("Look", _SIDE_HELP)] = Moneyness.OUT


class GreekRange(Declared, frozen=True, kw_only=True, tag="greek_range"):
    """Volatility or Greek range.

    Of the strikes inside the range a sale takes the highest premium and a purchase the cheapest. One end may be off.
    """

    greek: Annotated[Greek, ask("Of", "What the strike is chosen by.")] = Greek.THETA
    low: Annotated[Decimal | None, ask("From", _GREEK_HELP, ge=0, le=1_000_000)] = None
    high: Annotated[Decimal | None, ask("To", _GREEK_HELP, gt=0, le=1_000_000)] = None
    side: Annotated[Moneyness, ask("Look", _SIDE_HELP)] = Moneyness.OUT

    def check(self) -> Iterator[FieldError]:
        """Refuse a range without ends, or one that ends before it begins."""
        if self.low is None and self.high is None:
            yield FieldError("low", "a range needs at least one end; set From or To")
        elif self.low is not None and self.high is not None:
            yield from _ordered(self.low, self.high)


class MatchPremium(Declared, frozen=True, kw_only=True, tag="match_premium"):
    """Premium of another leg.

    The strike whose premium is nearest the price at which the other leg was filled, or its last price before that.
    """

    leg: Annotated[int, ask("Leg", "Number of the leg whose premium is matched.", ge=1, le=24)]
    side: Annotated[Moneyness, ask("Look", "On which side of the money strikes are looked at.")] = Moneyness.BOTH


class RelativeToLeg(Declared, frozen=True, kw_only=True, tag="relative"):
    """Steps from another leg."""

    leg: Annotated[int, ask("Leg", "Number of the leg whose strike is counted from.", ge=1, le=24)]
    steps: Annotated[
        int, ask("Steps", "Strikes above (+) or below (−) the other leg's strike.", unit="strikes", ge=-100, le=100)
    ] = 0


class WallOf(Enum):
    """Whose open interest is looked at."""

    OWN = "options like the leg"
    CALLS = "calls"
    PUTS = "puts"


class HighestOpenInterest(Declared, frozen=True, kw_only=True, tag="highest_oi"):
    """Highest open interest.

    Of equal strikes the one nearer the money.
    """

    of: Annotated[WallOf, ask("Of", "Whose open interest is looked at.")] = WallOf.OWN


class MaxPain(Declared, frozen=True, kw_only=True, tag="max_pain"):
    """Max pain strike.

    The strike at which all listed options together would pay their holders least.
    """


StrikeRule = (
    AtmOffset
    | MoneynessSteps
    | FixedStrike
    | AtmPercent
    | AtmPoints
    | ClosestPremium
    | PremiumAtLeast
    | PremiumAtMost
    | PremiumRange
    | PremiumPercent
    | StraddleWidth
    | StraddlePercent
    | SyntheticAtm
    | ByDelta
    | DeltaAtLeast
    | DeltaAtMost
    | DeltaRange
    | GreekNearest
    | GreekRange
    | MatchPremium
    | RelativeToLeg
    | HighestOpenInterest
    | MaxPain
)
"""Every strike rule."""

ATM_RULES = (AtmOffset, MoneynessSteps, SyntheticAtm)
"""Rules that count strikes from the money; the portfolio's straddle width multiplier moves where they count from."""


def _ordered(low: Decimal, high: Decimal) -> Iterator[FieldError]:
    if low > high:
        yield FieldError("high", f"To must not be below From ({low})")
