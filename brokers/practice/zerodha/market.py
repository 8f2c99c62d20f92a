"""What the practice Kite knows of its market: the newest quotes, the day's statistics, its minutes."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Protocol

import numpy as np

from brokers.practice.zerodha.instruments import Listing
from brokers.simulated.past_days import past_minutes
from brokers.simulated.sessions import MarketSession
from engine.domain.contract_master import ContractMaster
from engine.domain.instant import MINUTE, Instant, ist_date
from engine.domain.instrument import Instrument, Kind
from engine.domain.market_rules import MarketRules, UnknownRuleError
from engine.domain.quote import IntArray, QuoteBoard, QuoteColumn, QuoteFrame

_LONGEST_CLOSURE = 12
"""Days to look ahead for a trading day."""

_MOST_MINUTES = 1_000
"""How many minutes of its own the market remembers: more than two days."""


class FrameSource(Protocol):
    """The market as it plays; SimulatedMarket is one."""

    master: ContractMaster
    start: Instant

    @property
    def next_at(self) -> Instant | None:
        """Answer when the next frame is due."""

    def frames(self, until: Instant | None = None) -> Iterator[QuoteFrame]:
        """Yield the frames not yet taken, up to and including ``until``."""

    def day_before(self) -> Iterator[QuoteFrame]:
        """Yield some frames of the day before the first."""

    def depth(self, rows: IntArray, values: IntArray) -> IntArray:
        """Answer five levels around quotes."""


class PracticeMarket:
    """The board of the newest quotes with open, high, low, previous close and averages of the day, all by row.

    Prices are 1/10,000 ₹. ``seed`` draws the morning before a market that starts in the middle of a session.
    """

    def __init__(self, source: FrameSource, rules: MarketRules, seed: int) -> None:
        size = len(source.master)
        self.source, self.rules, self.seed = source, rules, seed
        self.master = source.master
        self.listing = Listing(source.master)
        self.board = QuoteBoard(size)
        self.day = ist_date(source.start)
        self.first_day = self.day
        self.open, self.high, self.low = _zeros(size), _zeros(size), _zeros(size)
        self.previous_close, self.last_quantity, self.turnover = _zeros(size), _zeros(size), _zeros(size)
        self.interest_high, self.interest_low = _zeros(size), _zeros(size)
        self.minute = 0
        """The start of the minute that is not over; 0 before the first quote."""
        self._minute_values = np.zeros((size, 6), dtype=np.int64)
        self._volume_before = _zeros(size)
        self.minutes: list[tuple[int, IntArray]] = []
        """Finished minutes: their start, and open, high, low, close, volume and open interest of every row."""
        self._first, self._traded = _zeros(size), _zeros(size)
        for frame in source.day_before():
            self.previous_close[frame.rows] = frame.values[:, QuoteColumn.LAST_PRICE]
        self._close_before = self.previous_close.copy()

    def next_frame(self) -> QuoteFrame | None:
        """Take the next frame, see it, and answer it; None after the last."""
        at = self.source.next_at
        frame = None if at is None else next(self.source.frames(at), None)
        if frame is not None:
            self._take(frame)
        return frame

    def last(self, row: int) -> int:
        """Answer the last price of a row, or the middle of its quote, or the previous close; 0 where none is known."""
        last = self.board.number(row, QuoteColumn.LAST_PRICE)
        bid, ask = self.board.number(row, QuoteColumn.BID), self.board.number(row, QuoteColumn.ASK)
        if last > 0:
            return last
        middle = (bid + ask) // 2 if bid > 0 and ask > 0 else max(bid, ask, 0)
        return middle or int(self.previous_close[row])

    def traded_since(self, row: int) -> int:
        """Answer the volume that ``turnover`` is the value of."""
        return int(self._traded[row])

    def close_before(self, row: int) -> int:
        """Answer the close of the day before the market's first; its first price where that is not known."""
        return int(self._close_before[row]) or int(self._first[row])

    def depths(self, rows: list[int]) -> list[list[list[int]]]:
        """Answer five levels of every row, as ``depth`` does of one."""
        wanted = np.array(rows, dtype=np.int64)
        levels: list[list[list[int]]] = self.source.depth(wanted, self.board.values[wanted]).tolist()
        return levels

    def depth(self, row: int) -> list[list[int]]:
        """Answer five levels of bid price, bid quantity, ask price, ask quantity; zeros where nothing is shown."""
        return self.depths([row])[0]

    def sessions(self, instrument: Instrument, day: date) -> tuple[MarketSession, ...]:
        """Answer when an instrument trades on a day; nothing on a holiday and where no calendar reaches."""
        try:
            spans = self.rules.session_instants(instrument.exchange, day)
        except UnknownRuleError:
            return ()
        return tuple(MarketSession(opened, closed) for opened, closed in spans)

    def is_open(self, instrument: Instrument, at: Instant) -> bool:
        """Say whether an instrument trades at an instant."""
        try:
            return self.rules.is_open(instrument.exchange, at)
        except UnknownRuleError:
            return False

    def next_open(self, instrument: Instrument, after: Instant) -> Instant | None:
        """Answer when an instrument trades next, some days ahead at most; None where that is not known."""
        for days in range(_LONGEST_CLOSURE):
            spans = self.sessions(instrument, ist_date(after) + timedelta(days=days))
            coming = [one.open for one in spans if one.open > after]
            if coming:
                return coming[0]
        return None

    def morning(self, row: int) -> IntArray:
        """Answer drawn candles of the first day's session before the market's start, (n, CANDLE_COLUMNS)."""
        instrument = self.listing.instrument(row)
        start = self.source.start - self.source.start % MINUTE
        spans = [one for one in self.sessions(instrument, self.first_day) if one.open < start]
        first = int(self._first[row])
        if not spans or first <= 0:
            return np.zeros((0, 7), dtype=np.int64)
        span = MarketSession(spans[-1].open, Instant(min(start, spans[-1].close)))
        before = self.close_before(row)
        usual = 0 if instrument.kind is Kind.INDEX else 20 * instrument.lot_size
        return past_minutes(before, first, instrument.tick_size, span, (self.seed, row), instrument.kind, usual)

    def candles(self, row: int, *, running: bool) -> IntArray:
        """Answer the market's own minutes of a row, (n, CANDLE_COLUMNS); ``running`` with the one that is not over."""
        found = [[start, *values[row].tolist()] for start, values in self.minutes]
        if running and self.minute:
            found.append([self.minute, *self._minute_values[row].tolist()])
        listed = [one for one in found if one[1] > 0]
        return np.array(listed, dtype=np.int64).reshape(-1, 7)

    def _take(self, frame: QuoteFrame) -> None:
        if ist_date(frame.at) > self.day and self.minute:
            self._new_day(ist_date(frame.at))
        begins = not self.minute
        minute = frame.at - frame.at % MINUTE
        if minute > self.minute:
            self._new_minute(minute)
        rows, values = frame.rows, frame.values
        traded = values[:, QuoteColumn.VOLUME] - self.board.values[rows, QuoteColumn.VOLUME]
        self.board.take(frame)
        self._count(rows, values, traded)
        if begins:
            self._begin()

    def _count(self, rows: IntArray, values: IntArray, traded: IntArray) -> None:
        last, interest = values[:, QuoteColumn.LAST_PRICE], values[:, QuoteColumn.OPEN_INTEREST]
        self.open[rows] = np.where(self.open[rows] > 0, self.open[rows], last)
        self.high[rows] = np.maximum(self.high[rows], last)
        self.low[rows] = np.where(self.low[rows] > 0, np.minimum(self.low[rows], last), last)
        self.interest_high[rows] = np.maximum(self.interest_high[rows], interest)
        low = self.interest_low[rows]
        self.interest_low[rows] = np.where(low > 0, np.minimum(low, interest), interest)
        grown = np.maximum(traded, 0)
        self.turnover[rows] += grown * last
        self._traded[rows] += grown
        self.last_quantity[rows] = np.where(traded > 0, traded, self.last_quantity[rows])
        minute = self._minute_values
        minute[rows, 0] = np.where(minute[rows, 0] > 0, minute[rows, 0], last)
        minute[rows, 1] = np.maximum(minute[rows, 1], last)
        minute[rows, 2] = np.where(minute[rows, 2] > 0, np.minimum(minute[rows, 2], last), last)
        minute[rows, 3] = last
        minute[rows, 4] = values[:, QuoteColumn.VOLUME] - self._volume_before[rows]
        minute[rows, 5] = interest

    def _begin(self) -> None:
        """Take the first quotes as they are: the morning they end was drawn, and its volume is not this minute's."""
        values = self.board.values
        self._first = values[:, QuoteColumn.LAST_PRICE].copy()
        self._volume_before = values[:, QuoteColumn.VOLUME].copy()
        self._minute_values[:, 4] = 0
        self.turnover[:], self._traded[:] = 0, 0
        for row in self.listing.rows:
            morning = self.morning(row)
            if len(morning):
                self.open[row] = morning[0, 1]
                self.high[row] = max(int(self.high[row]), int(morning[:, 2].max()))
                self.low[row] = min(int(self.low[row]), int(morning[:, 3].min()))

    def _new_minute(self, minute: int) -> None:
        if self.minute:
            self.minutes.append((self.minute, self._minute_values.copy()))
            del self.minutes[:-_MOST_MINUTES]
        self.minute = minute
        last = self.board.values[:, QuoteColumn.LAST_PRICE]
        self._minute_values[:, :4] = last[:, None]
        self._minute_values[:, 4] = 0
        self._volume_before = self.board.values[:, QuoteColumn.VOLUME].copy()

    def _new_day(self, day: date) -> None:
        self.day = day
        last = self.board.values[:, QuoteColumn.LAST_PRICE].copy()
        self.previous_close = np.where(last > 0, last, self.previous_close)
        self.board.values[:, QuoteColumn.VOLUME] = 0
        for statistic in (
            self.open,
            self.high,
            self.low,
            self.turnover,
            self._traded,
            self.interest_high,
            self.interest_low,
        ):
            statistic[:] = 0


def _zeros(size: int) -> IntArray:
    return np.zeros(size, dtype=np.int64)
