"""Trading days and hours of each exchange, from dated data."""

from collections.abc import Iterable
from datetime import date, time, timedelta

from msgspec import Struct, field

from engine.domain.dated_rules import UnknownRuleError, latest
from engine.domain.instant import Instant, ist_date, ist_instant
from engine.domain.instrument import Exchange

_MIDNIGHT = time(0, 0)
_ONE_DAY = timedelta(days=1)
_LONGEST_CLOSURE = 20
"""Days searched for the next open day; the longest real closure since 2019 is five days."""

EXCHANGE_NAMES: dict[Exchange, str] = {
    Exchange.NSE: "NSE",
    Exchange.BSE: "BSE",
    Exchange.NFO: "NSE F&O",
    Exchange.BFO: "BSE F&O",
    Exchange.CRYPTO: "The coin market",
}


class Session(Struct, frozen=True):
    """Hours of continuous trading in Indian time; a close at 00:00 is the midnight that ends the day."""

    open: time
    close: time

    def __post_init__(self) -> None:
        if self.close != _MIDNIGHT and self.close <= self.open:
            raise ValueError(f"a session cannot close at {self.close} when it opens at {self.open}")


class TradingDay(Struct, frozen=True, kw_only=True):
    """What an exchange does on one date; no sessions means that it is closed."""

    day: date
    sessions: tuple[Session, ...]
    confirmed: bool
    note: str = ""


class Hours(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ordinary hours of some exchanges from a date on. ``daily`` markets know no weekends and no holidays."""

    exchanges: tuple[Exchange, ...]
    since: date = field(name="from")
    open: time
    close: time
    daily: bool = False
    source: str
    confirmed: bool

    def __post_init__(self) -> None:
        Session(self.open, self.close)


class Holiday(Struct, frozen=True, forbid_unknown_fields=True):
    """One weekday without trading."""

    day: date
    name: str


class HolidayYear(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All weekday holidays of some exchanges in one year; a year without such an entry is not known."""

    exchanges: tuple[Exchange, ...]
    year: int
    holidays: tuple[Holiday, ...]
    source: str
    confirmed: bool
    unconfirmed: tuple[Exchange, ...] = ()
    """Exchanges for which the list is taken over from another exchange without a source of its own."""


class SpecialSession(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A date with hours of its own: Muhurat, a weekend session, an extended day; no sessions: hours not known."""

    exchanges: tuple[Exchange, ...]
    day: date
    name: str
    sessions: tuple[Session, ...]
    settles: bool = False
    """Whether contracts can expire on it; they do not on Muhurat days."""
    source: str
    confirmed: bool


class TradingCalendar:
    """Trading days of all exchanges.

    ``fixed_holidays`` are (month, day) pairs closed every year: good enough to name the expiry of a contract that ends
    in a year without a published calendar, never good enough to trade on.
    """

    def __init__(
        self,
        hours: Iterable[Hours],
        years: Iterable[HolidayYear],
        special_sessions: Iterable[SpecialSession],
        fixed_holidays: Iterable[tuple[int, int]] = (),
    ) -> None:
        self._hours: dict[Exchange, list[Hours]] = {}
        self._years: dict[tuple[Exchange, int], HolidayYear] = {}
        self._holidays: dict[tuple[Exchange, date], Holiday] = {}
        self._special: dict[tuple[Exchange, date], SpecialSession] = {}
        self._fixed_holidays = frozenset(fixed_holidays)
        self._days: dict[tuple[Exchange, date], TradingDay] = {}
        self._open_session: dict[Exchange, tuple[Instant, Instant]] = {}
        """The session in which each exchange was last found open: most questions are about the same one."""
        self._instants: dict[tuple[Exchange, date], tuple[tuple[Instant, Instant], ...]] = {}
        for entry in hours:
            for exchange in entry.exchanges:
                self._hours.setdefault(exchange, []).append(entry)
        for year in years:
            for exchange in year.exchanges:
                self._years[exchange, year.year] = year
                self._holidays.update({(exchange, holiday.day): holiday for holiday in year.holidays})
        for special in special_sessions:
            self._special.update({(exchange, special.day): special for exchange in special.exchanges})

    def hours(self, exchange: Exchange, on: date) -> Hours:
        """Answer the ordinary hours in force on a date. Raises UnknownRuleError where none are known."""
        found = latest(self._hours.get(exchange, ()), on)
        if found is None:
            raise UnknownRuleError(self._missing(exchange, on))
        return found

    def reaches(self, exchange: Exchange, on: date) -> bool:
        """Say whether the calendar of a date is known."""
        hours = latest(self._hours.get(exchange, ()), on)
        return hours is not None and (hours.daily or (exchange, on.year) in self._years)

    def trading_day(self, exchange: Exchange, on: date) -> TradingDay:
        """Answer the sessions of a date. Raises UnknownRuleError where the calendar does not reach that date."""
        found = self._days.get((exchange, on))
        if found is None:
            found = self._days[exchange, on] = self._resolve(exchange, on)
        return found

    def _resolve(self, exchange: Exchange, on: date) -> TradingDay:
        hours = self.hours(exchange, on)
        ordinary = (Session(hours.open, hours.close),)
        if hours.daily:
            return TradingDay(day=on, sessions=ordinary, confirmed=hours.confirmed, note="Open every day")
        special = self._special.get((exchange, on))
        if special is not None:
            return _special_day(special)
        year = self._years.get((exchange, on.year))
        if year is None:
            raise UnknownRuleError(self._missing(exchange, on))
        listed = year.confirmed and exchange not in year.unconfirmed
        holiday = self._holidays.get((exchange, on))
        if holiday is not None:
            return TradingDay(day=on, sessions=(), confirmed=listed, note=holiday.name)
        if on.weekday() > 4:
            return TradingDay(day=on, sessions=(), confirmed=listed, note="Weekend")
        return TradingDay(day=on, sessions=ordinary, confirmed=listed and hours.confirmed)

    def _missing(self, exchange: Exchange, on: date) -> str:
        return (
            f"{EXCHANGE_NAMES[exchange]} has no trading calendar for {on.isoformat()}; "
            f"add the year {on.year} to holidays.toml in the market data folder, or choose another date"
        )

    def is_trading_day(self, exchange: Exchange, on: date) -> bool:
        """Say whether there is any session with known hours on a date. Raises UnknownRuleError."""
        return bool(self.trading_day(exchange, on).sessions)

    def next_trading_day(self, exchange: Exchange, after: date) -> date:
        """Answer the first trading day after a date. Raises UnknownRuleError where the calendar ends before it."""
        return self._search(exchange, after, _ONE_DAY)

    def previous_trading_day(self, exchange: Exchange, before: date) -> date:
        """Answer the last trading day before a date. Raises UnknownRuleError where the calendar begins after it."""
        return self._search(exchange, before, -_ONE_DAY)

    def _search(self, exchange: Exchange, start: date, step: timedelta) -> date:
        day = start
        for _ in range(_LONGEST_CLOSURE):
            day += step
            if self.is_trading_day(exchange, day):
                return day
        raise UnknownRuleError(
            f"{EXCHANGE_NAMES[exchange]} has no trading day within {_LONGEST_CLOSURE} days of {start.isoformat()}; "
            "check holidays.toml in the market data folder"
        )

    def settlement_day(self, exchange: Exchange, nominal: date) -> date:
        """Answer a nominal expiry date, moved to the previous trading day where the exchange is closed.

        A special session is not a day on which contracts expire unless its entry says so. In years without a published
        calendar only weekends and the fixed holidays are known.
        """
        day = nominal
        while not self._can_settle(exchange, day):
            day -= _ONE_DAY
        return day

    def _can_settle(self, exchange: Exchange, day: date) -> bool:
        hours = latest(self._hours.get(exchange, ()), day)
        if hours is not None and hours.daily:
            return True
        special = self._special.get((exchange, day))
        if day.weekday() > 4 or (special is not None and not special.settles):
            return False
        if (exchange, day.year) in self._years:
            return (exchange, day) not in self._holidays
        return (day.month, day.day) not in self._fixed_holidays

    def session_instants(self, exchange: Exchange, on: date) -> tuple[tuple[Instant, Instant], ...]:
        """Answer the first and last instant of each session of a date. Raises UnknownRuleError."""
        found = self._instants.get((exchange, on))
        if found is None:
            day = self.trading_day(exchange, on)
            found = tuple(session_bounds(on, session) for session in day.sessions)
            self._instants[exchange, on] = found
        return found

    def is_open(self, exchange: Exchange, at: Instant) -> bool:
        """Say whether continuous trading goes on at an instant; the closing instant itself is closed."""
        first, last = self._open_session.get(exchange, (0, 0))
        if first <= at < last:
            return True
        for session in self.session_instants(exchange, ist_date(at)):
            if session[0] <= at < session[1]:
                self._open_session[exchange] = session
                return True
        return False


def session_bounds(on: date, session: Session) -> tuple[Instant, Instant]:
    """Answer the instants of a session's open and close on a date."""
    end = on + _ONE_DAY if session.close == _MIDNIGHT else on
    return ist_instant(on, session.open), ist_instant(end, session.close)


def _special_day(special: SpecialSession) -> TradingDay:
    known = bool(special.sessions)
    note = special.name if known else f"{special.name}: hours not known"
    return TradingDay(day=special.day, sessions=special.sessions, confirmed=special.confirmed and known, note=note)
