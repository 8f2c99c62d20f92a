"""When a portfolio enters, stops entering, and squares off; Indian times of day."""

from datetime import time
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


class Schedule(Declared, frozen=True, kw_only=True):
    """Times of the portfolio."""

    start: Annotated[time, ask("Start", "No leg enters earlier.")] = time(9, 20)
    end: Annotated[time, ask("End", "No new entry later.")] = time(15, 0)
    square_off: Annotated[
        time, ask("Square off", "Everything is closed at this time; set it before the broker's own cut-off.")
    ] = time(15, 15)
    days: Annotated[
        tuple[Weekday, ...], ask("Run on days", "Days on which it enters; a special session may fall on a weekend.")
    ] = (Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY, Weekday.FRIDAY)

    def check(self) -> None:
        """Refuse times out of order."""
        if self.end < self.start:
            raise FieldError("end", f"End must not be before Start ({self.start})")
        if self.square_off < self.end:
            raise FieldError("square_off", f"Square off must not be before End ({self.end})")
        if not self.days:
            raise FieldError("days", "Run on days must name at least one day")
