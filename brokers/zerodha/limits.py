"""Zerodha's limits on order requests: by the second, the minute and the day, and on changes of one order.

Refused requests count too, and at the day's cap even exits are refused, so the last part of every budget is kept for
requests that reduce risk.
"""

from collections import deque
from enum import IntEnum
from typing import Final

import msgspec

from engine.domain.identifiers import BrokerOrderId
from engine.domain.instant import MINUTE, SECOND, Instant, ist_date


class Priority(IntEnum):
    """Who goes first; a smaller number is more urgent."""

    KILL = 0
    EXIT = 1
    STOP = 2
    CANCEL = 3
    MODIFY = 4
    ENTRY = 5


class Budgets(msgspec.Struct, frozen=True, kw_only=True):
    """The limits as they stand (protocol sheet §4); the reserves are for all but entries and changes."""

    per_second: int = 10
    second_reserve: int = 2
    per_minute: int = 400
    minute_reserve: int = 50
    orders_per_day: int = 5_000
    day_reserve: int = 500
    changes_per_order: int = 25


_PATIENT: Final = frozenset({Priority.MODIFY, Priority.ENTRY})
"""What may not touch the reserves."""

_WARN_AT: Final = 80
"""Per cent of the day's orders at which the trader is warned."""


class Limits(msgspec.Struct):
    """Counts what was sent and says when the next request may leave.

    Windows slide, so that Zerodha's clock need not agree with ours: never more than the limit in any second or minute.
    """

    budgets: Budgets
    _second: deque[Instant] = msgspec.field(default_factory=deque)
    _minute: deque[Instant] = msgspec.field(default_factory=deque)
    _day: int = 0
    _placed: int = 0
    _changes: dict[BrokerOrderId, int] = msgspec.field(default_factory=dict)
    _hold_until: Instant = Instant(0)

    @property
    def placed_today(self) -> int:
        """How many orders were placed today, as far as is known."""
        return self._placed

    def due(self, priority: Priority, now: Instant) -> Instant:
        """Answer the earliest instant at which a request of this priority may leave."""
        budgets = self.budgets
        reserve = priority in _PATIENT
        by_second = _free_at(self._second, budgets.per_second - reserve * budgets.second_reserve, SECOND, now)
        by_minute = _free_at(self._minute, budgets.per_minute - reserve * budgets.minute_reserve, MINUTE, now)
        return max(by_second, by_minute, self._hold_until)

    def refusal(self, priority: Priority, now: Instant, *, places: bool) -> str:
        """Answer why a request cannot be sent today any more; empty where it can."""
        self._begin_day(now)
        budgets = self.budgets
        most = budgets.orders_per_day - (budgets.day_reserve if priority in _PATIENT else 0)
        if places and self._placed >= most:
            return (
                f"RATE_LIMIT: {self._placed:,} orders were placed today; the last {budgets.day_reserve:,} of "
                f"{budgets.orders_per_day:,} are kept for exits"
            )
        return ""

    def sent(self, now: Instant, *, places: bool) -> str:
        """Count a request that leaves now; answer a warning for the trader where one is due, else an empty text."""
        self._begin_day(now)
        self._second.append(now)
        self._minute.append(now)
        if not places:
            return ""
        self._placed += 1
        if self._placed == self.budgets.orders_per_day * _WARN_AT // 100:
            return f"{self._placed:,} of {self.budgets.orders_per_day:,} orders that Zerodha takes in a day are used"
        return ""

    def may_change(self, number: BrokerOrderId) -> bool:
        """Say whether an order may be changed once more."""
        return self._changes.get(number, 0) < self.budgets.changes_per_order

    def changed(self, number: BrokerOrderId) -> None:
        """Count a change of an order."""
        self._changes[number] = self._changes.get(number, 0) + 1

    def told_too_many(self, now: Instant) -> None:
        """Note that Zerodha said there were too many requests: nothing leaves until its next second."""
        self._hold_until = max(self._hold_until, Instant((now // SECOND + 2) * SECOND))

    def seen_in_book(self, orders: int, now: Instant) -> None:
        """Take over the number of orders in the day's book: others of the account count too."""
        self._begin_day(now)
        self._placed = max(self._placed, orders)

    def _begin_day(self, now: Instant) -> None:
        day = ist_date(now).toordinal()
        if day != self._day:
            self._day, self._placed = day, 0
            self._changes.clear()


def _free_at(times: deque[Instant], most: int, within: int, now: Instant) -> Instant:
    while times and times[0] <= now - within:
        times.popleft()
    if len(times) < most:
        return now
    return Instant(times[len(times) - most] + within)
