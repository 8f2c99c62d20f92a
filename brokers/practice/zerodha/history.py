"""Historical candles: the market's own minutes, and drawn ones for the days before it began."""

from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np

from brokers.practice.zerodha.market import PracticeMarket
from brokers.practice.zerodha.settings import PracticeSettings
from brokers.practice.zerodha.wire import ErrorType, KiteError, Request, bad_input, number
from brokers.simulated.past_days import CANDLE_COLUMNS, past_close, past_minutes
from engine.domain.instant import DAY, IST, MINUTE, Instant, instant_of, ist_date, ist_datetime, ist_instant
from engine.domain.instrument import Instrument, Kind
from engine.domain.quote import IntArray

_MINUTES = {
    "minute": 1,
    "2minute": 2,
    "3minute": 3,
    "4minute": 4,
    "5minute": 5,
    "10minute": 10,
    "15minute": 15,
    "30minute": 30,
    "60minute": 60,
}
_LONGEST_DAYS = {
    "minute": 60,
    "2minute": 60,
    "3minute": 100,
    "4minute": 100,
    "5minute": 100,
    "10minute": 100,
    "15minute": 200,
    "30minute": 200,
    "60minute": 400,
    "day": 2_000,
}
_LISTED_DAYS = 60
"""How long before the market's first day a derivative is taken to have been listed."""


class History:
    """Answers candles. The days before the market's first are drawn back from its previous closes, always the same."""

    def __init__(self, market: PracticeMarket, settings: PracticeSettings) -> None:
        self._market, self._settings = market, settings
        self._closes: dict[tuple[int, date], int] = {}

    def answer(self, request: Request, token: str, interval: str) -> dict[str, Any]:
        """Answer ``{"candles": […]}``. Raises KiteError for what cannot be asked."""
        fields = request.fields()
        if interval not in _LONGEST_DAYS:
            raise bad_input("Invalid `interval`.")
        row = self._market.listing.row_of_token(int(token)) if token.isascii() and token.isdigit() else None
        if row is None:
            raise bad_input("invalid token")
        since, until = _moment(fields.get("from", ""), "from"), _moment(fields.get("to", ""), "to")
        if until < since:
            raise bad_input("Invalid `from` and `to`: from is after to.")
        longest = _LONGEST_DAYS[interval]
        if until - since > longest * DAY:
            status = self._settings.history_status
            raise KiteError(status, ErrorType.INPUT, f"interval exceeds max limit: {longest} days")
        candles = self.candles(row, since, until, interval)
        with_interest = fields.get("oi") == "1"
        return {"candles": [_wire(candle, with_interest) for candle in candles.tolist()]}

    def candles(self, row: int, since: Instant, until: Instant, interval: str) -> IntArray:
        """Answer the candles of a row that start from ``since`` up to and including ``until``."""
        instrument = self._market.listing.instrument(row)
        days: list[IntArray] = []
        day, last = max(ist_date(since), _earliest(instrument, self._market.first_day)), ist_date(until)
        while day <= min(last, self._market.day):
            minutes = self._minutes_of(row, instrument, day)
            if len(minutes):
                days.append(_whole(minutes) if interval == "day" else _grouped(minutes, _MINUTES[interval]))
            day += timedelta(days=1)
        if not days:
            return np.zeros((0, CANDLE_COLUMNS), dtype=np.int64)
        together = np.concatenate(days)
        chosen: IntArray = together[(together[:, 0] >= since) & (together[:, 0] <= until)]
        return chosen

    def _minutes_of(self, row: int, instrument: Instrument, day: date) -> IntArray:
        if day >= self._market.first_day:
            own = self._market.candles(row, running=self._settings.includes_running_candle)
            if day == self._market.first_day:
                own = np.concatenate((self._market.morning(row), own))
            first = ist_instant(day, time(0))
            return own[(own[:, 0] >= first) & (own[:, 0] < first + DAY)]
        spans = self._market.sessions(instrument, day)
        if not spans:
            return np.zeros((0, CANDLE_COLUMNS), dtype=np.int64)
        close, seed = self._close(row, instrument, day), (self._market.seed, row)
        before = past_close(close, instrument.tick_size, seed, day, instrument.kind)
        usual = 0 if instrument.kind is Kind.INDEX else 20 * instrument.lot_size
        return past_minutes(before, close, instrument.tick_size, spans[0], seed, instrument.kind, usual)

    def _close(self, row: int, instrument: Instrument, day: date) -> int:
        """Answer the drawn close of a day before the market's first: the known close, walked back a day at a time."""
        found = self._closes.get((row, day))
        if found is not None:
            return found
        later, close, seed = self._market.first_day, self._market.close_before(row), (self._market.seed, row)
        while later > day:
            if later < self._market.first_day and self._market.sessions(instrument, later):
                close = past_close(close, instrument.tick_size, seed, later, instrument.kind)
            later -= timedelta(days=1)
            close = self._closes.setdefault((row, later), close)
        return close


def _earliest(instrument: Instrument, first_day: date) -> date:
    days = 2_100 if instrument.expiry is None else _LISTED_DAYS
    return first_day - timedelta(days=days)


def _moment(text: str, field: str) -> Instant:
    for length, pattern in ((19, "%Y-%m-%d %H:%M:%S"), (10, "%Y-%m-%d")):
        if len(text) == length:
            try:
                return instant_of(datetime.strptime(text, pattern).replace(tzinfo=IST))
            except ValueError:
                break
    raise bad_input(f"Invalid `{field}` date.")


def _grouped(minutes: IntArray, size: int) -> IntArray:
    """Answer candles of ``size`` minutes, counted from the first minute of the session."""
    if size == 1:
        return minutes
    bucket = (minutes[:, 0] - minutes[0, 0]) // (size * MINUTE)
    edges = np.flatnonzero(np.diff(bucket, prepend=-1))
    return _folded(minutes, edges)


def _whole(minutes: IntArray) -> IntArray:
    day = _folded(minutes, np.array([0]))
    day[0, 0] = ist_instant(ist_date(int(minutes[0, 0])), time(0))
    return day


def _folded(minutes: IntArray, edges: IntArray) -> IntArray:
    ends = np.append(edges[1:], len(minutes)) - 1
    candles: IntArray = minutes[edges].copy()
    candles[:, 2] = np.maximum.reduceat(minutes[:, 2], edges)
    candles[:, 3] = np.minimum.reduceat(minutes[:, 3], edges)
    candles[:, 4] = minutes[ends, 4]
    candles[:, 5] = np.add.reduceat(minutes[:, 5], edges)
    candles[:, 6] = minutes[ends, 6]
    return candles


def _wire(candle: list[int], with_interest: bool) -> list[Any]:
    at, opened, high, low, close, volume, interest = candle
    text = ist_datetime(at).strftime("%Y-%m-%dT%H:%M:%S+0530")
    row: list[Any] = [text, number(opened), number(high), number(low), number(close), volume]
    return [*row, interest] if with_interest else row
