"""The candle book: minute bars of the prices that some portfolio asks bars of, anchored at the session's open.

For whoever decides by bars. All questions take the engine's time; only closed bars are answered:

- ``follow(series, exchange, now)`` begins a series, ``keep_only(series)`` ends all others; a series is a row of the
  contract master, a Basket of rows (a combined premium), or a Named price that the pipeline notes;
- ``bars(series, minutes, now)`` are its n-minute bars, ``last_bar(series, minutes, now)`` the newest of them;
- ``last_close(exchange, minutes, now)`` is when the newest n-minute bar closed, ``next_close`` when the next one will;
  a bar closed since an instant X where ``last_close(...)`` is later than X;
- ``high_low(series, since, until, now)`` is the range of [since, until) and how long the longest silence in it was.

The book is list (b) of the state: rebuilt from data, never from facts. Minutes in which a live feed did not move a
price have flat bars; a silence of the whole feed is a gap.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date

import msgspec
import numpy as np

from engine.domain.instant import MINUTE, Instant, ist_date
from engine.domain.instrument import Exchange
from engine.domain.money import Price
from engine.domain.quote import IntArray

LONGEST_SILENCE = MINUTE
"""A range with a longer gap than this, in µs, is not to be relied on (executor reference §1.4)."""

OPEN, HIGH, LOW, CLOSE, VOLUME = range(5)

_MOST_MINUTES = 4_000
"""About ten days of minutes; older ones are forgotten."""


class Basket(msgspec.Struct, frozen=True, gc=False):
    """A sum of prices: each row times its weight, divided by ``per``; a sold leg weighs positive, a bought negative."""

    parts: tuple[tuple[int, int], ...]
    per: int = 1


class Named(msgspec.Struct, frozen=True, gc=False):
    """A price that is worked out elsewhere and noted by name, like an implied forward."""

    name: str


Series = int | Basket | Named
"""What bars can be asked of; a whole number is a row of the contract master."""

Hours = Callable[[Exchange, date], tuple[Instant, Instant] | None]
"""Answers the first open and the last close of a date, None for a day without trading."""


class Bars(msgspec.Struct, frozen=True, eq=False):
    """Closed bars, oldest first.

    ``ends`` is int64 of shape (n,), the instants at which they closed. ``values`` is int64 of shape (5, n): OPEN, HIGH,
    LOW and CLOSE in 1/10,000 ₹, and VOLUME in units.
    """

    ends: IntArray
    values: IntArray

    def __len__(self) -> int:
        """Answer how many bars there are."""
        return len(self.ends)


class Bar(msgspec.Struct, frozen=True):
    """One closed bar."""

    end: Instant
    open: Price
    high: Price
    low: Price
    close: Price
    volume: int


class Range(msgspec.Struct, frozen=True):
    """The highest and lowest price of a span, and the longest silence in it in µs."""

    high: Price
    low: Price
    silence: int

    def is_valid(self, patience: int = LONGEST_SILENCE) -> bool:
        """Say whether the range can be relied on: no gap over ``patience`` µs (Books.patience on slow feeds)."""
        return self.silence <= patience


class _Line:
    """The minutes of one series."""

    def __init__(self, exchange: Exchange, since: Instant) -> None:
        self.exchange = exchange
        self.since = since
        self.minutes: list[int] = []
        self.openings: list[int] = []
        """The minute at which the session of each bar's day opened."""
        self.bars: list[list[int]] = []
        self.volume_seen = 0
        self.session: tuple[int, int] = (0, 0)
        """The first open and the last close of the day of the newest price."""
        self.made: dict[int, tuple[Instant, Bars]] = {}
        """The last answer per bar length, and the close it is good for."""

    def tick(self, price: int, at: Instant, opening: int, volume: int) -> None:
        """Take one price into the bar of its minute."""
        grown = volume - self.volume_seen if 0 < self.volume_seen < volume else 0
        self.volume_seen = volume
        minute = at // MINUTE
        if self.minutes and minute <= self.minutes[-1]:
            bar = self.bars[-1]
            if price > bar[HIGH]:
                bar[HIGH] = price
            elif price < bar[LOW]:
                bar[LOW] = price
            bar[CLOSE] = price
            bar[VOLUME] += grown
            return
        self.minutes.append(minute)
        self.openings.append(opening)
        self.bars.append([price, price, price, price, grown])
        if len(self.minutes) > _MOST_MINUTES:
            del self.minutes[0], self.openings[0], self.bars[0]


class CandleBook:
    """Minute bars of the followed series."""

    def __init__(self, hours: Hours) -> None:
        self._hours = hours
        self._spans: dict[tuple[Exchange, date], tuple[Instant, Instant] | None] = {}
        self._lines: dict[Series, _Line] = {}
        self.rows: frozenset[int] = frozenset()
        """The rows whose prices are needed; another object whenever they change."""
        self._baskets_of: dict[int, list[Basket]] = {}
        self._last: dict[int, int] = {}
        """The last price of every row that a series needs."""
        self._frame_at: Instant = Instant(0)
        self._gaps: list[tuple[Instant, Instant]] = []
        """Silences of the whole feed that are longer than a minute."""

    # --- what is followed ---------------------------------------------------------------------------------------------

    def follow(self, series: Series, exchange: Exchange, now: Instant) -> None:
        """Build bars of a series from now on; one that is followed already goes on."""
        if series in self._lines:
            return
        self._lines[series] = _Line(exchange, now)
        if isinstance(series, Basket):
            for row, _ in series.parts:
                self._baskets_of.setdefault(row, []).append(series)
        self._note_rows()

    def keep_only(self, wanted: Iterable[Series]) -> None:
        """Forget every series that nobody wants any more."""
        kept = set(wanted)
        forgotten = [one for one in self._lines if one not in kept]
        for series in forgotten:
            del self._lines[series]
            if isinstance(series, Basket):
                for row, _ in series.parts:
                    self._baskets_of[row].remove(series)
                    if not self._baskets_of[row]:
                        del self._baskets_of[row]
        if forgotten:
            self._note_rows()

    def follows(self, series: Series) -> bool:
        """Say whether bars of a series are being built."""
        return series in self._lines

    @property
    def has_named(self) -> bool:
        """Say whether a series is followed whose price must be noted by name."""
        return any(isinstance(series, Named) for series in self._lines)

    def _note_rows(self) -> None:
        self.rows = frozenset(row for series in self._lines for row in rows_of(series))

    # --- what comes in ------------------------------------------------------------------------------------------------

    def feed_lives(self, at: Instant) -> None:
        """Note that the feed showed something at an instant; call it once for every frame, before its prices."""
        before, self._frame_at = self._frame_at, at
        if before and at - before > LONGEST_SILENCE:
            self._gaps.append((before, at))

    def take(self, row: int, price: int, at: Instant, volume: int = 0) -> None:
        """Take a believed price of a row into its bars and those of the baskets that hold it."""
        if price <= 0:
            return
        line = self._lines.get(row)
        if line is not None:
            self._tick(line, price, at, volume)
        baskets = self._baskets_of.get(row)
        if baskets is not None or line is not None:
            self._last[row] = price
        for basket in baskets or ():
            summed = self.basket_price(basket)
            if summed is not None:
                self._tick(self._lines[basket], summed, at, 0)

    def note(self, series: Named, price: int, at: Instant) -> None:
        """Take the price of a named series."""
        line = self._lines.get(series)
        if line is not None and price > 0:
            self._tick(line, price, at, 0)

    def basket_price(self, basket: Basket) -> Price | None:
        """Answer the sum of a basket at the last prices; None while one is missing. It may be below zero."""
        total = 0
        for row, weight in basket.parts:
            price = self._last.get(row)
            if price is None:
                return None
            total += weight * price
        return Price(total // basket.per)

    def fill(self, series: Series, since: Instant, minutes: IntArray, values: IntArray) -> None:
        """Put older bars before what a series has seen: ``minutes`` (n,) starts as instants, ``values`` (5, n).

        The history counts as without gaps from ``since`` on; minutes that the series has seen itself stay as they are.
        """
        line = self._lines[series]
        first = line.minutes[0] if line.minutes else 1 << 62
        older = [
            (int(start) // MINUTE, span[0] // MINUTE, [int(value) for value in values[:, index]])
            for index, start in enumerate(minutes.tolist())
            if start // MINUTE < first and (span := self._span(line.exchange, ist_date(start))) is not None
        ]
        line.minutes[:0] = [minute for minute, _, _ in older]
        line.openings[:0] = [opening for _, opening, _ in older]
        line.bars[:0] = [bar for _, _, bar in older]
        line.since = Instant(min(line.since, since))
        line.made.clear()

    def _tick(self, line: _Line, price: int, at: Instant, volume: int) -> None:
        if not line.session[0] <= at < line.session[1]:
            span = self._span(line.exchange, ist_date(at))
            if span is None or not span[0] <= at < span[1]:
                return
            line.session = span
        line.tick(price, at, line.session[0] // MINUTE, volume)

    # --- what is asked ------------------------------------------------------------------------------------------------

    def last_close(self, exchange: Exchange, minutes: int, now: Instant) -> Instant | None:
        """Answer when the newest n-minute bar of today closed; None before the first. The day's last may be short."""
        span = self._span(exchange, ist_date(now))
        if span is None:
            return None
        opened, closes = span
        if now >= closes:
            return closes
        length = minutes * MINUTE
        count = (now - opened) // length
        return Instant(opened + count * length) if count > 0 else None

    def next_close(self, exchange: Exchange, minutes: int, now: Instant) -> Instant | None:
        """Answer when the n-minute bar that is growing now closes; None outside trading."""
        span = self._span(exchange, ist_date(now))
        if span is None or now >= span[1]:
            return None
        opened, closes = span
        length = minutes * MINUTE
        return Instant(min(opened + ((max(now, opened) - opened) // length + 1) * length, closes))

    def bars(self, series: Series, minutes: int, now: Instant) -> Bars:
        """Answer the closed n-minute bars of a series, of today and of kept days before, oldest first."""
        line = self._lines.get(series)
        if line is None or not line.minutes:
            return _NO_BARS
        good_for = self.last_close(line.exchange, minutes, now) or Instant(line.openings[-1] * MINUTE)
        known = line.made.get(minutes)
        if known is not None and known[0] == good_for:
            return known[1]
        made = self._grouped(line, minutes, good_for)
        line.made[minutes] = good_for, made
        return made

    def last_bar(self, series: Series, minutes: int, now: Instant) -> Bar | None:
        """Answer the newest closed n-minute bar; None where there is none."""
        bars = self.bars(series, minutes, now)
        if not len(bars):
            return None
        opened, high, low, close, volume = bars.values[:, -1].tolist()
        return Bar(Instant(bars.ends.item(-1)), Price(opened), Price(high), Price(low), Price(close), volume)

    def high_low(self, series: Series, since: Instant, until: Instant, now: Instant) -> Range | None:
        """Answer the range of [since, until) as far as it is seen; None without a price. Both are whole minutes."""
        line = self._lines.get(series)
        if line is None:
            return None
        first, last = since // MINUTE, -(-until // MINUTE)
        inside = [bar for minute, bar in zip(line.minutes, line.bars, strict=True) if first <= minute < last]
        if not inside:
            return None
        silence = max(self._silences(line, since, Instant(min(until, now))), default=0)
        return Range(Price(max(bar[HIGH] for bar in inside)), Price(min(bar[LOW] for bar in inside)), silence)

    def _silences(self, line: _Line, since: Instant, until: Instant) -> Iterator[int]:
        """Answer how much of a span each gap covers: before the series was followed, and while the feed was silent."""
        gaps = [*self._gaps, (since, line.since)]
        if self._frame_at and until - self._frame_at > LONGEST_SILENCE:
            gaps.append((self._frame_at, until))
        for begins, ends in gaps:
            yield min(ends, until) - max(begins, since)

    def _grouped(self, line: _Line, length: int, until: Instant) -> Bars:
        minutes, openings = np.array(line.minutes, dtype=np.int64), np.array(line.openings, dtype=np.int64)
        values = np.array(line.bars, dtype=np.int64).T
        days = [
            made
            for opening in np.unique(openings).tolist()
            if (made := self._day(line, opening, minutes, values, openings == opening, length, until)) is not None
        ]
        if not days:
            return _NO_BARS
        return Bars(np.concatenate([ends for ends, _ in days]), np.concatenate([bars for _, bars in days], axis=1))

    def _day(
        self,
        line: _Line,
        opening: int,
        minutes: IntArray,
        values: IntArray,
        chosen: "np.ndarray[tuple[int], np.dtype[np.bool_]]",
        length: int,
        until: Instant,
    ) -> tuple[IntArray, IntArray] | None:
        """Answer ends and values of one day's closed bars, minutes without a quote filled with the close before."""
        span = self._span(line.exchange, ist_date(opening * MINUTE))
        closes = (span[1] if span is not None else until) // MINUTE
        end = min(until // MINUTE, closes)
        minutes, values = minutes[chosen], values[:, chosen]
        if end <= minutes[0]:
            return None
        every = np.arange(minutes[0], end)
        there = np.searchsorted(minutes, every, side="right") - 1
        flat = minutes[there] != every
        filled = values[:, there]
        filled[:CLOSE, flat] = filled[CLOSE, flat]
        filled[VOLUME, flat] = 0
        group = (every - opening) // length
        first = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
        last = np.r_[first[1:], len(every)] - 1
        bars = np.stack(
            (
                filled[OPEN, first],
                np.maximum.reduceat(filled[HIGH], first),
                np.minimum.reduceat(filled[LOW], first),
                filled[CLOSE, last],
                np.add.reduceat(filled[VOLUME], first),
            )
        )
        ends = np.minimum(opening + (group[first] + 1) * length, closes) * MINUTE
        return ends, bars

    def _span(self, exchange: Exchange, day: date) -> tuple[Instant, Instant] | None:
        key = exchange, day
        if key not in self._spans:
            self._spans[key] = self._hours(exchange, day)
        return self._spans[key]


_NO_BARS = Bars(np.zeros(0, dtype=np.int64), np.zeros((5, 0), dtype=np.int64))


def rows_of(series: Series) -> tuple[int, ...]:
    """Answer the rows whose prices a series is made of; none for a named one."""
    match series:
        case int():
            return (series,)
        case Basket():
            return tuple(row for row, _ in series.parts)
        case Named():
            return ()
