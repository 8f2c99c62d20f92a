"""Account: one broker account and what it may do in a day."""

from collections.abc import Iterator
from datetime import time
from decimal import Decimal
from typing import Annotated

from engine.domain.settings.day_limits import DayLock, DayUnit
from engine.domain.settings.risk_limits import RiskLimits
from engine.schema.declared import Declared, FieldError
from engine.schema.field import ask


class Account(Declared, frozen=True, kw_only=True):
    """Account."""

    id: Annotated[
        str,
        ask(
            "Account",
            "What the account is called everywhere; it cannot be changed later.",
            ge=1,
            le=20,
            pattern=r"[A-Za-z0-9_-]+",
            pattern_says="Account must be letters, digits, - and _ only",
        ),
    ]
    alias: Annotated[str, ask("Alias", "A name for yourself.", le=40)] = ""
    enabled: Annotated[
        bool, ask("Enabled", "An account that is off opens nothing; what it holds is still watched and closed.")
    ] = True
    broker: Annotated[
        str,
        ask(
            "Broker",
            "Where its orders go: paper is the simulated exchange, zerodha a Zerodha account.",
            ge=1,
            le=30,
            pattern=r"[a-z0-9_]+",
            pattern_says="Broker must be a broker's short name, like paper",
        ),
    ] = "paper"
    starting_cash: Annotated[
        Decimal,
        ask(
            "Starting cash",
            "What a paper account has before its first trade, and what percents of the profit lock are of.",
            unit="₹",
            gt=0,
            le=1_000_000_000_000,
        ),
    ] = Decimal(5_000_000)
    multiplier: Annotated[
        int, ask("Quantity multiplier", "Every portfolio trades so many times its lots here.", ge=1, le=1_000)
    ] = 1
    market_orders: Annotated[
        bool,
        ask("Market orders allowed", "Where they are not, a limit beyond the opposite quote is sent instead."),
    ] = True
    max_profit: Annotated[
        Decimal | None,
        ask("Max profit", "This profit of the day closes everything until the next day.", unit="₹", gt=0),
    ] = None
    profit_lock: Annotated[
        DayLock | None, ask("Profit lock", "Keep a part of the day's profit once it is reached.")
    ] = None
    square_off: Annotated[
        time | None, ask("Square-off time", "Everything of the account is closed then, until the next day.")
    ] = None
    limits: Annotated[RiskLimits, ask("Limits", "What is checked before every order, and the loss of a day.")] = (
        RiskLimits()
    )

    def check(self) -> Iterator[FieldError]:
        """Refuse a lock that could never switch on."""
        lock = self.profit_lock
        if self.max_profit is None or lock is None:
            return
        reach = lock.reach if lock.unit is DayUnit.RUPEES else lock.reach * self.starting_cash / 100
        if reach >= self.max_profit:
            yield FieldError(
                "profit_lock.reach",
                f"If the day reaches must be below ₹{self.max_profit}, the profit at which the day ends",
            )
