"""How a portfolio is closed (executor reference §1.9)."""

from collections.abc import Iterator
from datetime import time
from decimal import Decimal
from enum import Enum
from typing import Annotated

from engine.domain.multileg.actions import PortfolioAction
from engine.domain.multileg.condition import Condition
from engine.domain.multileg.execution import Chase, Pricing
from engine.domain.multileg.schedule import Schedule
from engine.schema.declared import Declared, FieldError
from engine.schema.field import ask


class LegStopScope(Enum):
    """What the stop of one leg takes along."""

    THIS = "this leg"
    ALL = "all legs"
    SAME_TYPE = "legs of the same type"
    OTHER_TYPE = "legs of the other type"
    PROFITABLE = "legs in profit"


class PartLegs(Enum):
    """Which legs a part exit is taken from."""

    ALL = "all legs"
    PROFITABLE = "legs in profit"
    LOSING = "legs at a loss"


Percent = Annotated[
    Decimal,
    ask("Part", "Of the lots each leg was entered with, rounded down to lots; 100 closes all.", unit="%", gt=0, le=100),
]
FromLegs = Annotated[PartLegs, ask("From", "Which legs it is taken from.")]


class PartAtTime(Declared, frozen=True, kw_only=True, tag="time"):
    """Part at a time."""

    at: Annotated[time, ask("Time", "When the part is closed.")]
    percent: Percent = Decimal(50)
    legs: FromLegs = PartLegs.ALL


class PartAtProfit(Declared, frozen=True, kw_only=True, tag="profit"):
    """Part at a profit."""

    amount: Annotated[Decimal, ask("Profit", "Profit of all legs together at which it is closed.", unit="₹", gt=0)]
    percent: Percent = Decimal(50)
    legs: FromLegs = PartLegs.ALL


class PartAtLoss(Declared, frozen=True, kw_only=True, tag="loss"):
    """Part at a loss."""

    amount: Annotated[Decimal, ask("Loss", "Loss of all legs together at which it is closed.", unit="₹", gt=0)]
    percent: Percent = Decimal(50)
    legs: FromLegs = PartLegs.ALL


PartExit = PartAtTime | PartAtProfit | PartAtLoss
"""Every way to close a part."""


class ExitPricing(Declared, frozen=True, kw_only=True):
    """Order type of exits."""

    pricing: Annotated[Pricing, ask("Order type", "Brokers restrict plain market orders.")] = Pricing.LIMIT_WITH_BUFFER
    buffer: Annotated[
        Decimal,
        ask("Buffer", "How far beyond the opposite quote the first limit goes.", unit="% of price", ge=0, le=50),
    ] = Decimal(1)
    buffer_points: Annotated[
        Decimal, ask("Buffer, at least", "The larger of both buffers is taken.", unit="₹", ge=0, le=1_000)
    ] = Decimal(0)
    chase: Annotated[Chase, ask("Chase", "What happens to an exit that is not filled.")] = Chase()

    def check(self) -> Iterator[FieldError]:
        """Refuse exits that sleep."""
        if self.pricing is Pricing.STOP_LIMIT:
            yield FieldError(
                "pricing", "an exit must close now, and a stop limit sleeps until the price goes on; choose a limit"
            )


class CloseAll(Declared, frozen=True, kw_only=True, tag="close_all"):
    """Close all."""


class Reverse(Declared, frozen=True, kw_only=True, tag="reverse_all"):
    """Reverse.

    Once everything is closed and flat, the same contracts are opened on the opposite sides, as the next execution,
    after the pause between executions. Never after a hand or a signal, the kill switch, a limit of the day, an expiry
    or the square-off time, nor after End. Hedges, lazy legs and additions are not opened again.
    """

    times: Annotated[
        int, ask("Times a day", "How often it is turned round in a day, each time from the sides before.", ge=1, le=20)
    ] = 1


ExitStrategy = CloseAll | Reverse
"""What an exit of all legs together does."""


class ExitSettings(Declared, frozen=True, kw_only=True):
    """How the portfolio is closed."""

    strategy: Annotated[
        ExitStrategy,
        ask("Exit strategy", "What follows when a combined stop, target, lock or the exit condition closes all."),
    ] = CloseAll()
    shorts_first: Annotated[
        bool, ask("Shorts first", "Buy sold legs back and wait for it before bought legs are sold.")
    ] = True
    hold_seconds: Annotated[
        int, ask("Hold bought legs", "Pause between the last short and the first bought leg.", unit="s", ge=0, le=999)
    ] = 0
    orders: Annotated[
        ExitPricing | None, ask("Own order type", "How exits are priced and chased; off: as entries are.")
    ] = None
    passive_seconds: Annotated[
        int | None,
        ask("At the middle first", "So long an exit rests at the middle before it crosses; never on a panic exit.",
            unit="s", ge=1, le=60),
    ] = None  # fmt: skip
    sliced: Annotated[
        bool, ask("Slice as the entry", "Exits go in the slices of the entry too; never on a panic exit.")
    ] = True
    leg_stop: Annotated[LegStopScope, ask("A leg's stop closes", "What else is closed when one leg is stopped.")] = (
        LegStopScope.THIS
    )
    parts: Annotated[
        tuple[PartExit, ...],
        ask("Parts", "Close a part at a time, a profit or a loss; each once.", le=10),
    ] = ()
    condition: Annotated[Condition | None, ask("Condition", "Close all when this holds at the close of a bar.")] = None
    days_in_trade: Annotated[
        int | None,
        ask(
            "Days in trade",
            "Close all so many trading days after the entry, at the square-off time.",
            unit="days",
            ge=1,
            le=365,
        ),
    ] = None
    expiry_day: Annotated[
        time | None,
        ask("On expiry day at", "Legs that expire today are closed then; off: what is still held expires."),
    ] = None
    held_only: Annotated[
        bool,
        ask(
            "Only what the broker holds",
            "Where the books show less of a contract than ours, no more is closed.",
        ),
    ] = True
    on_complete: Annotated[
        tuple[PortfolioAction, ...],
        ask(
            "When complete",
            "What follows once all is closed, unless a hand or a limit closed it.",
            le=3,
        ),
    ] = ()

    def check(self) -> Iterator[FieldError]:
        """Refuse parts that never come."""
        seen: set[time] = set()
        for index, part in enumerate(self.parts):
            if isinstance(part, PartAtTime):
                if part.at in seen:
                    yield FieldError(f"parts[{index}].at", f"two parts are closed at {part.at}; give one time each")
                seen.add(part.at)


def late_parts(settings: ExitSettings, schedule: Schedule) -> Iterator[FieldError]:
    """Yield the parts that are due when all is closed already; paths are the portfolio's.

    A positional portfolio lives over its square-off time on all days but the last.
    """
    if schedule.positional is not None:
        return
    for index, part in enumerate(settings.parts):
        if isinstance(part, PartAtTime) and part.at >= schedule.square_off:
            yield FieldError(
                f"exit.parts[{index}].at", f"Time must be before Square off ({schedule.square_off}), which closes all"
            )
