"""Which expiries an underlying has on a day, from dated weekday rules."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from enum import Enum
from typing import Annotated

from msgspec import Meta, Struct, field

from engine.domain.dated_rules import UnknownRuleError, latest
from engine.domain.instrument import Exchange
from engine.domain.trading_calendar import TradingCalendar

_WEEK = timedelta(days=7)
_LONGEST_LISTING_MONTHS = 72
"""The exchange lists index options for at most five years and a half-year cycle more."""


_LAST_YEAR = 2099
"""Symbols have two digits for the year."""


class Weekday(Enum):
    """A day of the week as the data files write it."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"

    @property
    def number(self) -> int:
        """Answer 0 for Monday to 4 for Friday, as dates count."""
        return list(Weekday).index(self)


class ExpiryRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """On which weekdays contracts expire, for expiries from a date on, and how many are listed at once."""

    underlyings: tuple[str, ...]
    since: date = field(name="from")
    weekly: Weekday | None = None
    """None where the underlying has no weekly contracts."""
    monthly: Weekday
    """Contracts of a month expire on its last such weekday."""
    weeklies: Annotated[int, Meta(ge=0, le=12)] = 0
    """Weekly contracts listed at once, monthly ones not counted."""
    months: Annotated[int, Meta(ge=1, le=12)] = 3
    quarters: Annotated[int, Meta(ge=0, le=8)] = 0
    half_years: Annotated[int, Meta(ge=0, le=10)] = 0
    moved: date | None = None
    """Day on which contracts listed earlier went over to this rule; None where the rule came with the contracts."""
    source: str
    confirmed: bool


class ExpiryRules:
    """The expiry calendar of all underlyings."""

    def __init__(self, rules: Iterable[ExpiryRule], exchanges: dict[str, Exchange], calendar: TradingCalendar) -> None:
        self._calendar = calendar
        self._exchanges = exchanges
        self._rules: dict[str, list[ExpiryRule]] = {}
        for rule in rules:
            for underlying in rule.underlyings:
                self._rules.setdefault(underlying, []).append(rule)
        self._monthly: dict[tuple[str, date], tuple[date, ...]] = {}
        self._all: dict[tuple[str, date], tuple[date, ...]] = {}

    def rule(self, underlying: str, on: date) -> ExpiryRule:
        """Answer the rule for contracts that expire around a date. Raises UnknownRuleError before the first one."""
        found = latest(self._rules.get(underlying, ()), on)
        if found is None or on.year > _LAST_YEAR:
            raise UnknownRuleError(
                f"No expiry rule for {underlying} on {on.isoformat()} is known; "
                "add one to expiries.toml in the market data folder, or choose a later date"
            )
        return found

    def monthly_expiries(self, underlying: str, on: date) -> tuple[date, ...]:
        """Answer the monthly, quarterly and half-yearly expiries listed on a day, nearest first."""
        key = underlying, on
        if key not in self._monthly:
            self._monthly[key] = tuple(self._listed_months(underlying, on))
        return self._monthly[key]

    def expiries(self, underlying: str, on: date) -> tuple[date, ...]:
        """Answer all expiries listed on a day, weekly and monthly, nearest first."""
        key = underlying, on
        if key not in self._all:
            monthly = self.monthly_expiries(underlying, on)
            weekly = self._listed_weeks(underlying, on, frozenset(monthly))
            self._all[key] = tuple(sorted({*monthly, *weekly}))
        return self._all[key]

    def monthly_expiry(self, underlying: str, year: int, month: int, on: date) -> date:
        """Answer the expiry of a month's contracts as listed on a day. Raises UnknownRuleError before any rule."""
        nominal = self._nominal_month_end(underlying, year, month, on)
        return self._calendar.settlement_day(self._exchanges[underlying], nominal)

    def _nominal_month_end(self, underlying: str, year: int, month: int, on: date) -> date:
        last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        rule = self._applying(underlying, last, on)
        return last - timedelta(days=(last.weekday() - rule.monthly.number) % 7)

    def is_monthly(self, underlying: str, expiry: date) -> bool:
        """Say whether an expiry is the monthly one of its month.

        Contracts listed long ahead may still carry the weekday of an older rule, or a day that became a holiday later.
        """
        for on in (expiry, date.min):
            nominal = self._nominal_month_end(underlying, expiry.year, expiry.month, on)
            if expiry in (nominal, self._calendar.settlement_day(self._exchanges[underlying], nominal)):
                return True
        return False

    def _listed_months(self, underlying: str, on: date) -> Iterator[date]:
        rule = self.rule(underlying, on)
        months = quarters = half_years = 0
        for offset in range(_LONGEST_LISTING_MONTHS):
            year, month = divmod(on.year * 12 + on.month - 1 + offset, 12)
            month += 1
            expiry = self.monthly_expiry(underlying, year, month, on)
            if expiry < on:
                continue
            if months < rule.months:
                months += 1
            elif quarters < rule.quarters and month % 3 == 0:
                quarters += 1
            elif quarters == rule.quarters and half_years < rule.half_years and month % 6 == 0:
                half_years += 1
            else:
                continue
            yield expiry

    def _applying(self, underlying: str, expiry: date, on: date) -> ExpiryRule:
        """Answer the rule of an expiry as seen from a day, which may be before listed contracts were moved to it."""
        rules = [rule for rule in self._rules.get(underlying, ()) if rule.moved is None or rule.moved <= on]
        return latest(rules, expiry) or self.rule(underlying, expiry)

    def _listed_weeks(self, underlying: str, on: date, monthly: frozenset[date]) -> Iterator[date]:
        count = self.rule(underlying, on).weeklies
        week = on - timedelta(days=on.weekday())
        for _ in range(4 * (count + 1)):
            if count == 0:
                return
            expiry = self._week_end(underlying, week)
            week += _WEEK
            if expiry is not None and expiry >= on and not self._belongs_to_month(underlying, expiry, monthly):
                count -= 1
                yield expiry

    def _belongs_to_month(self, underlying: str, expiry: date, monthly: frozenset[date]) -> bool:
        return expiry in monthly or self.is_monthly(underlying, expiry)

    def _week_end(self, underlying: str, monday: date) -> date | None:
        """Answer the weekly expiry of the week that begins on ``monday``; None where that week has none."""
        for offset in range(5):
            day = monday + timedelta(days=offset)
            rule = latest(self._rules[underlying], day)
            if rule is not None and rule.weekly is not None and rule.weekly.number == offset:
                return self._calendar.settlement_day(self._exchanges[underlying], day)
        return None
