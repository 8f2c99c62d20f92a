"""Implied volatility of past days: where today's lies among them, as IV rank and IV percentile."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import msgspec

SESSIONS = 252
"""Trading days that are looked back on: about a year."""

FEWEST_DAYS = 20
"""Fewer days say too little to be gone by."""

_HUNDREDTH = Decimal("0.01")


class DayVolatility(msgspec.Struct, frozen=True):
    """Implied volatility of an underlying at the close of one day, in percent."""

    day: date
    underlying: str
    percent: Decimal


class VolatilityHistory:
    """Days of implied volatility of every underlying; one value a day, the newest given wins. Never changed."""

    def __init__(self, days: Iterable[DayVolatility] = ()) -> None:
        found: dict[str, dict[date, Decimal]] = {}
        for one in days:
            found.setdefault(one.underlying, {})[one.day] = one.percent
        self._days = {underlying: dict(sorted(of.items())) for underlying, of in sorted(found.items())}

    def underlyings(self) -> tuple[str, ...]:
        """Answer the underlyings of which some day is known."""
        return tuple(self._days)

    def days(self, underlying: str) -> tuple[DayVolatility, ...]:
        """Answer all days of an underlying, oldest first."""
        return tuple(DayVolatility(day, underlying, percent) for day, percent in self._days.get(underlying, {}).items())

    def on(self, underlying: str, day: date) -> Decimal | None:
        """Answer the volatility of a day in percent; None where it is not known."""
        return self._days.get(underlying, {}).get(day)

    def all_days(self) -> tuple[DayVolatility, ...]:
        """Answer every day of every underlying."""
        return tuple(one for underlying in self._days for one in self.days(underlying))

    def with_days(self, days: Iterable[DayVolatility]) -> "VolatilityHistory":
        """Answer the history with more days; a day that is known already takes the new value."""
        return VolatilityHistory((*self.all_days(), *days))

    def before(self, underlying: str, day: date) -> list[Decimal]:
        """Answer the volatility of the last 252 days before a day, oldest first."""
        known = [percent for one, percent in self._days.get(underlying, {}).items() if one < day]
        return known[-SESSIONS:]

    def lack(self, underlying: str, day: date) -> str | None:
        """Answer what the history lacks to be gone by on a day: ``"12 days of 20"``; None where it suffices."""
        count = len(self.before(underlying, day))
        return f"{count} days of {FEWEST_DAYS}" if count < FEWEST_DAYS else None

    def rank(self, underlying: str, day: date, now: Decimal) -> Decimal | None:
        """Answer IV rank in percent: 100 × (now − lowest) / (highest − lowest); None where the history lacks days.

        Executor reference §4.6. Beyond the days' own range it stays 0 or 100; days that are all alike count as 50.
        """
        if self.lack(underlying, day) is not None:
            return None
        past = self.before(underlying, day)
        lowest, highest = min(past), max(past)
        if lowest == highest:
            return Decimal(50) if now == lowest else Decimal(100 if now > lowest else 0)
        return max(Decimal(0), min(Decimal(100), 100 * (now - lowest) / (highest - lowest))).quantize(_HUNDREDTH)

    def percentile(self, underlying: str, day: date, now: Decimal) -> Decimal | None:
        """Answer IV percentile: how many percent of the days were below now; None where the history lacks days.

        Executor reference §4.6.
        """
        if self.lack(underlying, day) is not None:
            return None
        past = self.before(underlying, day)
        return (Decimal(100 * sum(percent < now for percent in past)) / len(past)).quantize(_HUNDREDTH)
