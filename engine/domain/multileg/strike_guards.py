"""What a chosen strike must fulfil, and what a leg without one does (executor reference §1.2.2, common guards)."""

from decimal import Decimal
from enum import Enum
from typing import Annotated

from engine.schema.declared import Declared
from engine.schema.field import ask


class NoStrike(Enum):
    """What happens to a leg for which no strike fits."""

    AUTOMATIC = "automatic"
    SKIP = "skip the leg"
    STOP = "stop the execution"
    NEAREST = "take the nearest"


class StrikeGuards(Declared, frozen=True, kw_only=True):
    """Guards of the strike choice."""

    max_depth: Annotated[
        int,
        ask("Max depth", "Strikes looked at on each side of the money.", unit="strikes", ge=1, le=100),
    ] = 25
    otm_only: Annotated[
        bool, ask("Only out of the money", "Refuse strikes in the money, however they were chosen.")
    ] = False
    min_open_interest: Annotated[
        int, ask("Minimum open interest", "Refuse strikes with less; 0 refuses none.", unit="units", ge=0, le=10**9)
    ] = 0
    min_volume: Annotated[
        int, ask("Minimum volume", "Refuse strikes traded less today; 0 refuses none.", unit="units", ge=0, le=10**9)
    ] = 0
    max_spread: Annotated[
        Decimal | None,
        ask(
            "Maximum spread",
            "Refuse strikes whose ask is further above their bid; a spread of up to four ticks always passes.",
            unit="% of the middle",
            gt=0,
            le=200,
        ),
    ] = Decimal(10)
    on_no_strike: Annotated[
        NoStrike,
        ask(
            "If no strike fits",
            "Automatic stops the execution for a sold leg and skips a bought one. The nearest strike that passes the "
            "other guards is taken where that is chosen.",
        ),
    ] = NoStrike.AUTOMATIC
