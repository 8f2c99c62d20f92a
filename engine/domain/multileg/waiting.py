"""What a leg or a portfolio waits for before its entry: words, times and prices (executor reference §1.2.1, §1.5)."""

from collections.abc import Iterator
from decimal import Decimal
from enum import Enum
from typing import Annotated

from engine.domain.money import Price, down_to_tick, exact_units, percent_of, up_to_tick
from engine.domain.multileg.unit import Unit
from engine.schema.declared import Declared, FieldError
from engine.schema.field import ask


class WaitBasis(Enum):
    """What a wait and trade watches, and what its move is counted in."""

    PREMIUM_PERCENT = "premium percent"
    PREMIUM_POINTS = "premium points"
    UNDERLYING_PERCENT = "underlying percent"
    UNDERLYING_POINTS = "underlying points"

    @property
    def on_underlying(self) -> bool:
        """Say whether the underlying is watched and not the premium."""
        return self in (WaitBasis.UNDERLYING_POINTS, WaitBasis.UNDERLYING_PERCENT)

    @property
    def is_percent(self) -> bool:
        """Say whether the move is a percentage of the reference."""
        return self in (WaitBasis.PREMIUM_PERCENT, WaitBasis.UNDERLYING_PERCENT)


class TrailReference(Declared, frozen=True, kw_only=True):
    """Trail the reference.

    While the price goes away from the trigger, the reference follows it, and the trigger with the reference.
    """

    step: Annotated[
        Decimal,
        ask("Step", "The reference follows once the price is so far beyond it; 0 follows every quote.", unit="points"),
    ] = Decimal(1)

    def check(self) -> Iterator[FieldError]:
        """Refuse a step backwards."""
        if self.step < 0:
            yield FieldError("step", "Step must be at least 0")


class WaitAndTrade(Declared, frozen=True, kw_only=True):
    """Wait and trade.

    The price at the leg's start is the reference; the leg enters when the price has made its move from there.
    """

    move: Annotated[
        Decimal,
        ask(
            "Move",
            "Above zero waits for a rise, below zero for a fall: -5 enters after a fall.",
            ge=-100_000,
            le=100_000,
        ),
    ]
    basis: Annotated[WaitBasis, ask("Move of", "What is watched, and in what the move is counted.")] = (
        WaitBasis.PREMIUM_PERCENT
    )
    trail: Annotated[
        TrailReference | None, ask("Trail the reference", "Let the reference follow the price away from the trigger.")
    ] = None

    def check(self) -> Iterator[FieldError]:
        """Refuse a wait for no move, and a fall below nothing."""
        if self.move == 0:
            yield FieldError("move", "Move must not be 0; switch the wait off instead")
        if self.basis.is_percent and self.move <= -100:
            yield FieldError("move", "a fall of 100 percent or more never comes; take a smaller one")


class CombinedWait(Declared, frozen=True, kw_only=True):
    """Combined wait and trade.

    Sold less bought premium of the chosen contracts at the start is the reference; nothing is entered before the move.
    """

    move: Annotated[
        Decimal,
        ask("Move", "Above zero waits for a rise, below zero for a fall.", ge=-100_000, le=100_000),
    ]
    unit: Annotated[Unit, ask("In", "Points, or percent of the combined premium at the start.")] = Unit.PERCENT

    def check(self) -> Iterator[FieldError]:
        """Refuse a wait for no move."""
        if self.move == 0:
            yield FieldError("move", "Move must not be 0; switch the combined wait off instead")


class AtOnce(Declared, frozen=True, kw_only=True, tag="at_once"):
    """Enter at once.

    The first leg that meets its wait takes the others with it.
    """


class AtAdjustedPrice(Declared, frozen=True, kw_only=True, tag="at_price"):
    """Enter at an easier price.

    The others wait for a smaller move from their reference.
    """

    move: Annotated[
        Decimal, ask("Move", "What the others then wait for, without its sign, in the unit of each.", ge=0, le=100_000)
    ] = Decimal(0)


class AfterSeconds(Declared, frozen=True, kw_only=True, tag="after"):
    """Enter after a time.

    Counted from the first fill of the leg that met its wait.
    """

    seconds: Annotated[int, ask("After", "Time between that fill and the others.", unit="s", ge=1, le=22_500)] = 120


OthersWait = AtOnce | AtAdjustedPrice | AfterSeconds
"""What the other waiting legs do when one has met its wait."""


class WaitCoupling(Declared, frozen=True, kw_only=True):
    """Wait and trade of all legs together."""

    combined: Annotated[
        CombinedWait | None,
        ask("Combined wait and trade", "Wait for a move of the combined premium before any leg, then for each leg's."),
    ] = None
    others: Annotated[
        OthersWait | None,
        ask("When one leg has met its wait", "What the other waiting legs do; off lets each wait for its own."),
    ] = None


class MissedTrigger(Declared, frozen=True, kw_only=True):
    """Enter after a missed trigger.

    The price went through a leg's trigger, or a range was broken, while the engine was down. The bars of that stretch
    tell where the feed shows them again; where it does not, an alarm and the why panel name the stretch.
    """

    within: Annotated[
        Decimal,
        ask(
            "If still within",
            "Enter when the first price after the restart is not further away from the trigger, on either side of it.",
            unit="% of the trigger",
            ge=0,
            le=100,
        ),
    ] = Decimal(1)


class WaitRules(Declared, frozen=True, kw_only=True):
    """Waiting legs."""

    trail_all: Annotated[
        TrailReference | None,
        ask("Trail every wait and trade", "As on each leg, for those that set no trail themselves."),
    ] = None
    one_side: Annotated[
        bool,
        ask(
            "One side cancels the other",
            "A call that met its wait, its range or its stop-limit trigger cancels the waiting puts, and a put the "
            "waiting calls.",
        ),
    ] = False
    missed_trigger: Annotated[
        MissedTrigger | None,
        ask(
            "Trigger missed while down",
            "Of waiting legs and of ranges. Off: what was passed is ignored, and the price must come back and reach it "
            "again. A portfolio's own entry level counts by the first price after the restart.",
        ),
    ] = None


def trigger_value(wait: WaitAndTrade, reference: Price, tick: Price, move: Decimal | None = None) -> Price:
    """Answer the price at which a wait is over: the reference moved, rounded so that the whole move was made.

    ``move`` replaces the declared move. 120 and −5 percent make 114 (executor reference T17). A trigger is at least one
    tick above nothing.
    """
    asked = wait.move if move is None else move
    distance = percent_of(reference, asked) if wait.basis.is_percent else exact_units(asked)
    raw = reference + distance
    return Price(max(up_to_tick(raw, tick) if asked >= 0 else down_to_tick(raw, tick), tick))


def combined_trigger(wait: CombinedWait, reference: int) -> int:
    """Answer the combined premium, in 1/10,000 ₹, at which a combined wait is over: 235 and −5 percent make 223.25."""
    size = abs(reference)
    return reference + (percent_of(size, wait.move) if wait.unit is Unit.PERCENT else exact_units(wait.move))
