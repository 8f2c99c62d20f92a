"""What every instrument showed today so far, and what the day before left behind: prices and open interest."""

from collections.abc import Callable
from datetime import date

import numpy as np

from engine.domain.instant import DAY, Instant, ist_date, ist_time_of_day
from engine.domain.money import Price
from engine.domain.quote import IntArray, QuoteColumn, QuoteFrame

_LAST, _INTEREST = int(QuoteColumn.LAST_PRICE), int(QuoteColumn.OPEN_INTEREST)
_FEW = 8
"""Rows up to which a frame is taken row by row."""

Opening = Callable[[date], Instant | None]
"""Answers when the first session of a date opens; None for a day without trading."""


class DayPrices:
    """Open, high and low since the session's open, the previous close and open interest, per row; 0 where not seen.

    List (b) of the state. A day that was not watched from its open has the first price that was seen as its open:
    ``is_whole`` says so. ``know`` takes better figures from a broker's history.
    """

    def __init__(self, size: int, opening: Opening) -> None:
        self._opening = opening
        self._open: IntArray = np.zeros(size, dtype=np.int64)
        self._high: IntArray = np.zeros(size, dtype=np.int64)
        self._low: IntArray = np.zeros(size, dtype=np.int64)
        self._last: IntArray = np.zeros(size, dtype=np.int64)
        self._previous: IntArray = np.zeros(size, dtype=np.int64)
        self._previous_high: IntArray = np.zeros(size, dtype=np.int64)
        self._previous_low: IntArray = np.zeros(size, dtype=np.int64)
        self._interest: IntArray = np.zeros(size, dtype=np.int64)
        self._first_interest: IntArray = np.zeros(size, dtype=np.int64)
        self._previous_interest: IntArray = np.zeros(size, dtype=np.int64)
        self._day_ends: int = 0
        self._opens_at: int = 0
        self._first_at: int = 0

    def take(self, frame: QuoteFrame) -> None:
        """Take a frame; what comes before the session's open is left out."""
        if frame.at >= self._day_ends:
            self._begin_day(frame.at)
        if frame.at < self._opens_at:
            return
        rows, price, interest = frame.rows, frame.values[:, _LAST].copy(), frame.values[:, _INTEREST].copy()
        if len(rows) <= _FEW:
            self._take_few(frame.at, rows.tolist(), price.tolist(), interest.tolist())
            return
        if not price.all():
            traded = price > 0
            rows, price, interest = rows[traded], price[traded], interest[traded]
        self._first_at = self._first_at or frame.at
        fresh = self._open[rows] == 0
        if fresh.any():
            new = rows[fresh]
            self._open[new] = self._low[new] = price[fresh]
        # Few prices are a day's highest or lowest: asking costs less than writing all.
        higher = price > self._high[rows]
        if higher.any():
            self._high[rows[higher]] = price[higher]
        lower = price < self._low[rows]
        if lower.any():
            self._low[rows[lower]] = price[lower]
        self._last[rows] = price
        first = self._first_interest[rows]
        if not first.all():
            self._first_interest[rows] = np.where(first == 0, interest, first)
        self._interest[rows] = interest

    def turn_to(self, at: Instant) -> None:
        """Begin the day of an instant, where it is a later one: what was seen until then is of the day before."""
        if at >= self._day_ends:
            self._begin_day(at)

    def _take_few(self, at: Instant, rows: list[int], prices: list[int], interests: list[int]) -> None:
        """Take a small frame row by row, which is faster than whole columns."""
        for row, price, interest in zip(rows, prices, interests, strict=True):
            if price <= 0:
                continue
            self._first_at = self._first_at or at
            if not self._open.item(row):
                self._open[row] = self._low[row] = price
            if price > self._high.item(row):
                self._high[row] = price
            if price < self._low.item(row):
                self._low[row] = price
            self._last[row] = price
            self._interest[row] = interest
            if interest and not self._first_interest.item(row):
                self._first_interest[row] = interest

    def _begin_day(self, at: Instant) -> None:
        seen = self._last > 0
        self._previous = np.where(seen, self._last, self._previous)
        self._previous_high = np.where(seen, self._high, self._previous_high)
        self._previous_low = np.where(seen, self._low, self._previous_low)
        self._previous_interest = np.where(seen, self._interest, self._previous_interest)
        for array in (self._open, self._high, self._low, self._last, self._interest, self._first_interest):
            array[:] = 0
        self._day_ends = at - ist_time_of_day(at) + DAY
        self._opens_at = self._opening(ist_date(at)) or self._day_ends
        self._first_at = 0

    def know(self, row: int, *, opened: int = 0, high: int = 0, low: int = 0, previous: int = 0) -> None:
        """Take what a broker's history says about a row today, in 1/10,000 ₹; 0 for what it does not say."""
        self._open[row] = opened or self._open[row]
        self._high[row] = max(high, self._high.item(row))
        self._low[row] = min(one for one in (low, self._low.item(row)) if one) if low or self._low[row] else 0
        self._previous[row] = previous or self._previous[row]

    def is_whole(self, patience: int) -> bool:
        """Say whether today was watched from at most ``patience`` µs after the open."""
        return self._first_at > 0 and self._first_at - self._opens_at <= patience

    def open(self, row: int) -> Price | None:
        """Answer the first price of today; None before it."""
        return _price(self._open, row)

    def high(self, row: int) -> Price | None:
        """Answer the highest price of today; None before the first."""
        return _price(self._high, row)

    def low(self, row: int) -> Price | None:
        """Answer the lowest price of today; None before the first."""
        return _price(self._low, row)

    def previous_close(self, row: int) -> Price | None:
        """Answer the last price of the trading day before; None where that day was not seen."""
        return _price(self._previous, row)

    def previous_high(self, row: int) -> Price | None:
        """Answer the highest price of the trading day before; None where that day was not seen."""
        return _price(self._previous_high, row)

    def previous_low(self, row: int) -> Price | None:
        """Answer the lowest price of the trading day before; None where that day was not seen."""
        return _price(self._previous_low, row)

    def first_interest(self, row: int) -> int | None:
        """Answer the first open interest of today, in units; None where none was shown."""
        return self._first_interest.item(row) or None

    def previous_interest(self, row: int) -> int | None:
        """Answer the open interest at the close of the trading day before; None where it is not known."""
        return self._previous_interest.item(row) or None


def _price(array: IntArray, row: int) -> Price | None:
    price = array.item(row)
    return Price(price) if price > 0 else None
