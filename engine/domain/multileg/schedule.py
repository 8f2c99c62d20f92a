"""When a portfolio enters, stops entering, and squares off: days, times, distance to the expiry (reference §1.3.1)."""

import re
from collections.abc import Iterator
from datetime import date, time
from enum import Enum
from typing import Annotated

from engine.schema.declared import Declared
from engine.schema.field import ask
from engine.schema.load import FieldError


class Weekday(Enum):
    """A day of the week."""

    MONDAY = "MON"
    TUESDAY = "TUE"
    WEDNESDAY = "WED"
    THURSDAY = "THU"
    FRIDAY = "FRI"
    SATURDAY = "SAT"
    SUNDAY = "SUN"


class ExpiryDays(Enum):
    """Whether a portfolio enters on days on which its nearest leg expires."""

    ANY = "any day"
    ONLY = "only on expiry days"
    NEVER = "never on expiry days"


class Counted(Enum):
    """How days before an expiry are counted."""

    TRADING_DAYS = "trading days"
    EARLIER = "calendar days, the trading day before if closed"
    LATER = "calendar days, the trading day after if closed"


class Blackout(Declared, frozen=True, kw_only=True):
    """Day without entries."""

    on: Annotated[date, ask("Date", "No entry on this date; what is held already is not touched.")]
    event: Annotated[str, ask("Event", "Why: budget, RBI, election.", le=60)] = ""


class Positional(Declared, frozen=True, kw_only=True):
    """Held over days.

    The portfolio survives the day and squares off at its time some days before its nearest leg expires.
    """

    enter_before: Annotated[
        int | None,
        ask("Enter", "Enters only this many days before the expiry; off: on any run day.", unit="days", ge=0, le=90),
    ] = None
    square_off_before: Annotated[
        int,
        ask(
            "Square off",
            "Days before the expiry on which it is squared off; 0 is expiry day.",
            unit="days",
            ge=0,
            le=90,
        ),
    ] = 0
    counted: Annotated[
        Counted, ask("Counted in", "Trading days, or calendar days and where to go from a closed day.")
    ] = Counted.TRADING_DAYS

    def check(self) -> Iterator[FieldError]:
        """Refuse to square off before the entry."""
        if self.enter_before is not None and self.square_off_before > self.enter_before:
            yield FieldError(
                "square_off_before",
                f"Square off must be at most {self.enter_before} days before the expiry, where it enters",
            )


class Schedule(Declared, frozen=True, kw_only=True):
    """Times of the portfolio."""

    start: Annotated[time, ask("Start", "No leg enters earlier.")] = time(9, 20)
    end: Annotated[time, ask("End", "No new entry later; a start by hand is still taken until Square off.")] = time(
        15, 0
    )
    square_off: Annotated[
        time, ask("Square off", "Everything is closed at this time; set it before the broker's own cut-off.")
    ] = time(15, 15)
    days: Annotated[
        tuple[Weekday, ...], ask("Run on days", "Days on which it enters; a special session may fall on a weekend.")
    ] = (Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY, Weekday.FRIDAY)
    days_to_expiry: Annotated[
        str | None,
        ask(
            "Days to expiry",
            "Enters only so many trading days before the nearest leg expires: 0,1 or 2-4; 0 is expiry day.",
            le=60,
            pattern=r"\s*\d{1,3}(\s*-\s*\d{1,3})?(\s*,\s*\d{1,3}(\s*-\s*\d{1,3})?)*\s*",
            pattern_says="Days to expiry must be numbers and ranges, like 0,1 or 2-4",
        ),
    ] = None
    expiry_days: Annotated[
        ExpiryDays, ask("Expiry days", "Whether it enters on days on which its nearest leg expires.")
    ] = ExpiryDays.ANY
    blackouts: Annotated[tuple[Blackout, ...], ask("No entry on", "Event days without entries.", le=200)] = ()
    positional: Annotated[
        Positional | None, ask("Positional", "Held over days instead of squared off the same day; needs NRML.")
    ] = None

    def check(self) -> Iterator[FieldError]:
        """Refuse times out of order."""
        if self.end < self.start:
            yield FieldError("end", f"End must not be before Start ({self.start})")
        if self.square_off < self.end and self.positional is None:
            yield FieldError("square_off", f"Square off must not be before End ({self.end})")
        if not self.days:
            yield FieldError("days", "Run on days must name at least one day")
        if any(low > high for low, high in self.ranges_to_expiry()):
            yield FieldError("days_to_expiry", "a range must go from the smaller to the larger number, like 2-4")
        if self.days_to_expiry is not None and self.expiry_days is ExpiryDays.ONLY and not self.enters_at(0):
            yield FieldError("days_to_expiry", "Days to expiry leave out 0, but it may enter only on expiry days")
        seen: set[date] = set()
        for index, blackout in enumerate(self.blackouts):
            if blackout.on in seen:
                yield FieldError(f"blackouts[{index}].on", f"{blackout.on.isoformat()} is listed twice")
            seen.add(blackout.on)

    def ranges_to_expiry(self) -> list[tuple[int, int]]:
        """Answer the allowed distances to the expiry as ranges with both ends; empty where any is allowed."""
        parts = [re.findall(r"\d+", part) for part in (self.days_to_expiry or "").split(",")]
        return [(int(numbers[0]), int(numbers[-1])) for numbers in parts if numbers]

    def enters_at(self, days_to_expiry: int) -> bool:
        """Say whether it may enter so many trading days before its nearest expiry."""
        ranges = self.ranges_to_expiry()
        if ranges and not any(low <= days_to_expiry <= high for low, high in ranges):
            return False
        match self.expiry_days:
            case ExpiryDays.ANY:
                return True
            case ExpiryDays.ONLY:
                return days_to_expiry == 0
            case ExpiryDays.NEVER:
                return days_to_expiry != 0
