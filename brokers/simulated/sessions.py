"""The simulated market's own clock: which instants it trades at, and where it begins for any wall-clock time."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import msgspec

from engine.domain.instant import Instant, ist_date, ist_datetime, ist_instant
from engine.domain.instrument import Exchange, leading_exchanges
from engine.domain.market_rules import MarketRules, UnknownRuleError

_LONGEST_CLOSURE = 30
"""Days; no exchange has been closed nearly as long in a row, so a longer search means missing rules."""

_EARLIEST_YEAR = 2000


class MarketSession(msgspec.Struct, frozen=True):
    """One stretch of continuous trading: from ``open`` up to, but not including, ``close``."""

    open: Instant
    close: Instant

    def covers(self, at: Instant) -> bool:
        """Say whether the market trades at an instant."""
        return self.open <= at < self.close


class TradingStretch(MarketSession, frozen=True, kw_only=True):
    """A session as the market lives through it, with the day it belongs to."""

    day_open: Instant
    day_close: Instant
    day_number: int
    """1 for the market's first trading day."""


def sessions_on(rules: MarketRules, exchanges: Iterable[Exchange], day: date) -> tuple[MarketSession, ...]:
    """Answer the stretches of a day when at least one exchange trades; empty on a holiday.

    An exchange without a rule for the day counts as closed. Raises UnknownRuleError where none has one.
    """
    spans: list[tuple[Instant, Instant]] = []
    unknown: list[UnknownRuleError] = []
    watched = tuple(exchanges)
    for exchange in watched:
        try:
            spans += rules.session_instants(exchange, day)
        except UnknownRuleError as error:
            unknown.append(error)
    if len(unknown) == len(watched):
        raise unknown[0] if unknown else UnknownRuleError("No exchange was named")
    merged: list[MarketSession] = []
    for opened, closed in sorted(spans):
        if merged and opened <= merged[-1].close:
            merged[-1] = MarketSession(merged[-1].open, max(merged[-1].close, closed))
        else:
            merged.append(MarketSession(opened, closed))
    return tuple(merged)


def stretches_from(rules: MarketRules, exchanges: Iterable[Exchange], start: Instant) -> Iterator[TradingStretch]:
    """Yield the sessions from ``start`` on, the first one cut at it; ends with the calendar's last known day."""
    watched = tuple(exchanges)
    day, day_number, closed_days = ist_date(start), 0, 0
    while closed_days <= _LONGEST_CLOSURE:
        try:
            sessions = sessions_on(rules, watched, day)
        except UnknownRuleError:
            return
        closed_days = 0 if sessions else closed_days + 1
        left = [session for session in sessions if session.close > start]
        day_number += bool(left)
        for session in left:
            yield TradingStretch(
                max(session.open, start),
                session.close,
                day_open=sessions[0].open,
                day_close=sessions[-1].close,
                day_number=day_number,
            )
        day += timedelta(days=1)


def session_start_for(
    rules: MarketRules, wall: Instant, exchanges: Iterable[Exchange] = (Exchange.NFO, Exchange.BFO)
) -> Instant:
    """Answer the trading instant at which a desk opened at a wall-clock time starts.

    While the market trades, that very instant. Otherwise the open of the latest trading day not after the wall date: a
    Tuesday before or after hours starts at Tuesday's open, a Sunday at Friday's. A date beyond the known calendar
    starts on the same date of the nearest year that the calendar knows. Raises UnknownRuleError where there is none.
    """
    leading = leading_exchanges(exchanges)
    day, reason = ist_date(wall), "No trading calendar is loaded"
    while day.year >= _EARLIEST_YEAR:
        try:
            return _start_on_or_before(rules, leading, day, wall)
        except UnknownRuleError as error:
            reason = str(error)
            day = _year_before(day)
            wall = ist_instant(day, ist_datetime(wall).time())
    raise UnknownRuleError(reason)


def _start_on_or_before(rules: MarketRules, exchanges: frozenset[Exchange], day: date, wall: Instant) -> Instant:
    for back in range(_LONGEST_CLOSURE):
        sessions = sessions_on(rules, exchanges, day - timedelta(days=back))
        if any(session.covers(wall) for session in sessions):
            return wall
        if sessions:
            return sessions[0].open
    raise UnknownRuleError(f"The calendar has no trading day in the {_LONGEST_CLOSURE} days up to {day.isoformat()}")


def _year_before(day: date) -> date:
    """Answer the same date a year earlier, 28 February for a leap day."""
    return day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day)
