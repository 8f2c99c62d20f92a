"""Enter when a range that was built in the morning is broken (executor reference §1.4)."""

from collections.abc import Iterator
from datetime import time
from decimal import Decimal
from enum import Enum
from typing import Annotated

from engine.domain.multileg.monitoring import Cadence, Realtime
from engine.domain.order import Side
from engine.schema.declared import Declared, FieldError
from engine.schema.field import ask


class RangeOf(Enum):
    """Whose high and low make the range."""

    UNDERLYING = "underlying"
    LEGS = "each leg's premium"
    STRATEGY = "combined premium"
    BOTH = "underlying, then each leg's premium"
    """The underlying's range is the gate; strikes are chosen at its break, and each leg's own range follows."""

    @property
    def ends_by_leg(self) -> bool:
        """Say whether the range that enters a leg is the one of its own premium."""
        return self in (RangeOf.LEGS, RangeOf.BOTH)


class RangeSide(Enum):
    """A boundary of a range."""

    HIGH = "high"
    LOW = "low"

    @property
    def other(self) -> "RangeSide":
        """Answer the opposite boundary."""
        return RangeSide.LOW if self is RangeSide.HIGH else RangeSide.HIGH


class RangeSides(Enum):
    """Which boundaries are live."""

    BOTH = "both"
    HIGH = "high only"
    LOW = "low only"


class EntryAt(Enum):
    """Which legs a break of which boundary enters."""

    ANY = "either side enters all"
    HIGH = "high enters all"
    LOW = "low enters all"
    CALLS_HIGH_PUTS_LOW = "high enters calls, low enters puts"
    PUTS_HIGH_CALLS_LOW = "high enters puts, low enters calls"


class BufferUnit(Enum):
    """What a buffer beside the range is measured in."""

    POINTS = "points"
    OF_BOUNDARY = "% of the boundary"
    OF_WIDTH = "% of the width"


class RangeBuffer(Declared, frozen=True, kw_only=True):
    """Distance beyond the range."""

    value: Annotated[Decimal, ask("Buffer", "How far beyond the boundary a break begins.", ge=0, le=100_000)]
    unit: Annotated[BufferUnit, ask("In", "Points, or a percentage of the boundary or of the range's width.")] = (
        BufferUnit.POINTS
    )


class OppositeStop(Declared, frozen=True, kw_only=True):
    """Stop at the other side of the range.

    Beside the leg's own stop: what is reached first closes the leg. It is the range that entered the leg: with the
    underlying and then the legs, the range of the leg's own premium.
    """

    buffer: Annotated[
        RangeBuffer | None, ask("Buffer", "How far beyond the opposite boundary the stop lies; off: at it.")
    ] = None


class RangeStop(Declared, frozen=True, kw_only=True):
    """Stop by the width of the range.

    So much of the range's width against the leg from its entry; beside the leg's own stop. With the underlying and
    then the legs it is the width of the leg's own range.
    """

    percent: Annotated[Decimal, ask("Of the width", "100 is one whole width.", unit="%", gt=0, le=1_000)] = Decimal(50)


class RangeBreakout(Declared, frozen=True, kw_only=True):
    """Entry on the break of a range.

    The highest and lowest price from the first second of the range's start to the last before its end. The range is
    frozen then; legs wait until a boundary is broken.
    """

    of: Annotated[
        RangeOf,
        ask(
            "Range of",
            "The underlying, each leg's own premium, all legs' premium, or one after the other: the underlying's break "
            "chooses the strikes, then each leg builds and breaks a range of its own.",
        ),
    ] = RangeOf.UNDERLYING
    range_start: Annotated[time, ask("Range start", "The first second that counts.")] = time(9, 15)
    range_end: Annotated[time, ask("Range end", "The first second that does not count any more.")] = time(9, 30)
    leg_minutes: Annotated[
        int,
        ask(
            "Leg range",
            "How long each leg's own range is built once the underlying's is broken; only for one after the other.",
            unit="min",
            ge=1,
            le=300,
        ),
    ] = 15
    sides: Annotated[
        RangeSides, ask("Boundaries", "Which boundaries are live; of a leg's own second range, both are.")
    ] = RangeSides.BOTH
    entry_at: Annotated[
        EntryAt,
        ask(
            "Entry at",
            "Which legs a break enters, or lets go on to their own range. By their own premium, bought legs enter at "
            "its high, sold ones at its low.",
        ),
    ] = EntryAt.ANY
    entry_start: Annotated[
        time | None, ask("Entry start", "A break before this time does not count; off: from the range's end.")
    ] = None
    require_reset: Annotated[
        bool,
        ask("Back inside first", "A price that is outside at the entry start must come back before it counts."),
    ] = True
    entry_end: Annotated[time, ask("Entry end", "No first entry later; re-entries have their own end.")] = time(14, 30)
    buffer: Annotated[RangeBuffer | None, ask("Buffer", "How far beyond a boundary a break begins.")] = None
    each_side_once: Annotated[
        bool,
        ask(
            "Each side once",
            "A side that was broken is used up; Re-entries are counted apart. Off: once all legs of a side are closed, "
            "those closed by a stop or target wait for its next break, until Entry end and within the limits of "
            "re-executions.",
        ),
    ] = True
    cancel_other_side: Annotated[
        bool,
        ask(
            "One side cancels the other",
            "Once a side is broken, legs that wait for the other are cancelled; of two ranges the underlying's counts.",
        ),
    ] = False
    opposite_stop: Annotated[
        OppositeStop | None, ask("Stop at the opposite side", "Close a leg where the other boundary is reached.")
    ] = None
    range_stop: Annotated[
        RangeStop | None, ask("Stop by the width", "Close a leg after an adverse move of a part of the range's width.")
    ] = None
    reentries: Annotated[
        int, ask("Re-entries", "How often a stopped leg enters again on the next break of the same range.", ge=0, le=20)
    ] = 0
    no_reentry_after: Annotated[time, ask("No re-entry after", "From this time on no leg enters again.")] = time(15, 0)
    cadence: Annotated[Cadence, ask("Looks", "How often the price is held against the boundaries.")] = Realtime()

    def check(self) -> Iterator[FieldError]:
        """Refuse times out of order and what cannot fire."""
        if self.range_end <= self.range_start:
            yield FieldError("range_end", f"Range end must be after Range start ({self.range_start})")
        if self.range_start.second or self.range_end.second:
            yield FieldError("range_start", "a range begins and ends on whole minutes")
        start = self.entry_start or self.range_end
        if start < self.range_end:
            yield FieldError("entry_start", f"Entry start must not be before Range end ({self.range_end})")
        if self.entry_end < start:
            yield FieldError("entry_end", f"Entry end must not be before the entry's start ({start})")
        if self.of is RangeOf.BOTH and _minutes(self.range_end) + self.leg_minutes >= _minutes(self.entry_end):
            yield FieldError(
                "leg_minutes",
                f"a leg's range of {self.leg_minutes} min would not be built before Entry end; shorten it",
            )
        dead = {RangeSides.HIGH: EntryAt.LOW, RangeSides.LOW: EntryAt.HIGH}.get(self.sides)
        if dead is self.entry_at:
            yield FieldError("entry_at", f"only the {self.sides.value.split()[0]} boundary is live, so nothing enters")
        if self.of is RangeOf.LEGS and self.entry_at is not EntryAt.ANY:
            yield FieldError(
                "entry_at", "by each leg's own premium, bought legs enter at its high, sold ones at its low"
            )

    def sides_of(self, side: Side, *, is_put: bool, is_option: bool, own: bool = False) -> frozenset[RangeSide]:
        """Answer at which boundaries a leg enters: by its side for its own premium, else by its type.

        ``own`` asks for the range of its own premium that follows on the underlying's.
        """
        if own:
            return frozenset({RangeSide.HIGH if side is Side.BUY else RangeSide.LOW})
        live = {
            RangeSides.BOTH: frozenset(RangeSide),
            RangeSides.HIGH: frozenset({RangeSide.HIGH}),
            RangeSides.LOW: frozenset({RangeSide.LOW}),
        }[self.sides]
        if self.of is RangeOf.LEGS:
            return live & {RangeSide.HIGH if side is Side.BUY else RangeSide.LOW}
        match self.entry_at:
            case EntryAt.ANY:
                return live
            case EntryAt.HIGH:
                return live & {RangeSide.HIGH}
            case EntryAt.LOW:
                return live & {RangeSide.LOW}
            case EntryAt.CALLS_HIGH_PUTS_LOW:
                return live if not is_option else live & {RangeSide.LOW if is_put else RangeSide.HIGH}
            case EntryAt.PUTS_HIGH_CALLS_LOW:
                return live if not is_option else live & {RangeSide.HIGH if is_put else RangeSide.LOW}


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute
