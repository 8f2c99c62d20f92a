"""What a day may win or lose: the profit lock that accounts and strategy tags share."""

from collections.abc import Iterator
from decimal import Decimal
from enum import Enum
from typing import Annotated

from engine.schema.declared import Declared, FieldError
from engine.schema.field import ask


class HaltCause(Enum):
    """Which limit ended the day of an account or a tag."""

    MAX_LOSS = "max loss"
    MAX_PROFIT = "max profit"
    PROFIT_LOCK = "profit lock"
    SQUARE_OFF = "square-off time"


class DayUnit(Enum):
    """What the amounts of a lock of the day are written in."""

    RUPEES = "rupees"
    CASH = "% of the starting cash"


class DayLock(Declared, frozen=True, kw_only=True):
    """Lock and trail the day.

    At ``reach`` the floor is ``lock``; every further ``every`` raises it ``by``. Falling to the floor closes all.
    """

    reach: Annotated[
        Decimal, ask("If the day reaches", "Profit of the day that switches the lock on.", unit="₹ or %", gt=0)
    ]
    lock: Annotated[Decimal, ask("Lock minimum", "Profit of the day that is kept from then on.", unit="₹ or %", ge=0)]
    every: Annotated[Decimal, ask("Every increase of", "Further profit that raises the floor.", unit="₹ or %", gt=0)]
    by: Annotated[Decimal, ask("Trail by", "How far the floor rises each time.", unit="₹ or %", ge=0)]
    unit: Annotated[
        DayUnit, ask("In", "Rupees, or percent of the account's starting cash; strategy tags have none.")
    ] = DayUnit.RUPEES

    def check(self) -> Iterator[FieldError]:
        """Refuse a floor above the profit."""
        if self.lock > self.reach:
            yield FieldError("lock", f"Lock minimum must be at most {self.reach}, the profit that switches it on")
        if self.by > self.every:
            yield FieldError("by", f"Trail by must be at most {self.every}, or the floor overtakes the profit")
