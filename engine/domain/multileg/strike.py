"""The rules by which a leg's strike is chosen (executor reference §1.2.2)."""

from decimal import Decimal
from typing import Annotated

from engine.schema.declared import Declared
from engine.schema.field import ask


class AtmOffset(Declared, frozen=True, kw_only=True, tag="atm"):
    """Steps from the money.

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


class FixedStrike(Declared, frozen=True, kw_only=True, tag="fixed"):
    """A strike as typed."""

    strike: Annotated[Decimal, ask("Strike", "The strike itself; it must be listed.", unit="₹", gt=0)]


class ClosestPremium(Declared, frozen=True, kw_only=True, tag="closest_premium"):
    """The strike whose premium is nearest an amount."""

    premium: Annotated[
        Decimal, ask("Premium", "Premium to look for; of two equally near, a sale takes the lower.", unit="₹", gt=0)
    ]


class ByDelta(Declared, frozen=True, kw_only=True, tag="delta"):
    """The strike whose delta is nearest a value."""

    delta: Annotated[
        Decimal,
        ask("Delta", "Delta without its sign, between 0 and 1; 0.25 is far out of the money.", gt=0, le=1),
    ]


class StraddleWidth(Declared, frozen=True, kw_only=True, tag="straddle_width"):
    """A multiple of the straddle's premium away from the money.

    Calls go up and puts down by the multiple; a negative multiple mirrors them.
    """

    multiple: Annotated[
        Decimal,
        ask("Multiple", "Multiple of the at-the-money straddle premium to go out.", unit="× straddle", ge=-5, le=5),
    ] = Decimal("0.5")


StrikeRule = AtmOffset | FixedStrike | ClosestPremium | ByDelta | StraddleWidth
"""Every strike rule."""
