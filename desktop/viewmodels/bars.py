"""One-minute bars of an instrument or of several legs together, and longer bars joined from them."""

from collections.abc import Sequence
from math import gcd
from typing import Protocol

import numpy as np

from desktop.bridge import EngineBridge
from engine.domain.instant import MINUTE
from engine.domain.order import Side
from engine.domain.quote import IntArray, QuoteColumn
from engine.views.portfolios import LegRow

_ANCHOR = 225
"""Minutes after midnight UTC at which Indian trading begins (09:15): longer bars begin there, as traders count."""

_LAST = int(QuoteColumn.LAST_PRICE)

MinuteTable = tuple[IntArray, IntArray]
"""Starts (n,) as instants, and values (5, n): open, high, low, close in 1/10,000 ₹, volume in units."""


class Bars(Protocol):
    """Where a chart's minutes come from."""

    def has_news(self) -> bool:
        """Say whether a quote came since the last call."""
        ...

    def since(self, start: int) -> MinuteTable:
        """Return the minutes from the one of an instant on, oldest first."""
        ...


class InstrumentBars:
    """The minutes of one instrument."""

    def __init__(self, bridge: EngineBridge, row: int) -> None:
        self._bridge, self._row = bridge, row
        self._seen = -1

    def has_news(self) -> bool:
        """Say whether a quote came since the last call."""
        version = int(self._bridge.versions(np.array([self._row]))[0])
        news, self._seen = version != self._seen, version
        return news

    def since(self, start: int) -> MinuteTable:
        """Return the minutes from the one of an instant on, oldest first."""
        return self._bridge.minute_bars(self._row, start)


class CombinedBars:
    """The combined premium of legs, minute by minute: sold less bought, per unit of the base quantity.

    Opens and closes are exact. The highs and lows of several legs do not happen at the same moment, so those of the
    past are only the higher and lower of open and close; from now on they are what ``has_news`` saw at every call.
    """

    def __init__(self, bridge: EngineBridge, legs: Sequence[LegRow]) -> None:
        self._bridge = bridge
        self._key = _weights(legs)
        self._rows = np.array([row for row, _ in self._key], dtype=np.int64)
        base = gcd(*(weight for _, weight in self._key)) or 1
        self._weights = np.array([weight // base for _, weight in self._key], dtype=np.int64)
        self._seen: IntArray = np.full(len(self._rows), -1, dtype=np.int64)
        self._extremes: dict[int, tuple[int, int]] = {}

    def is_of(self, legs: Sequence[LegRow]) -> bool:
        """Say whether these legs have the contracts and quantities shown."""
        return _weights(legs) == self._key

    def has_news(self) -> bool:
        """Say whether a quote came since the last call, and remember how high and low the premium is."""
        versions = self._bridge.versions(self._rows)
        if np.array_equal(versions, self._seen):
            return False
        self._seen = versions
        last = self._bridge.quotes(self._rows)[:, _LAST]
        if len(last) and bool((last > 0).all()):
            premium, minute = int(last @ self._weights), self._bridge.now() // MINUTE * MINUTE
            low, high = self._extremes.get(minute, (premium, premium))
            self._extremes[minute] = min(low, premium), max(high, premium)
        return True

    def since(self, start: int) -> MinuteTable:
        """Return the minutes from the one of an instant on, oldest first."""
        tables = [self._bridge.minute_bars(row) for row in self._rows.tolist()]
        if not tables or any(not len(starts) for starts, _ in tables):
            return np.zeros(0, dtype=np.int64), np.zeros((5, 0), dtype=np.int64)
        first = max(int(starts[0]) for starts, _ in tables)
        minutes = np.unique(np.concatenate([starts for starts, _ in tables]))
        minutes = minutes[(minutes >= first) & (minutes >= start // MINUTE * MINUTE)]
        opens, closes = np.zeros(len(minutes), dtype=np.int64), np.zeros(len(minutes), dtype=np.int64)
        for weight, (starts, values) in zip(self._weights.tolist(), tables, strict=True):
            place = np.searchsorted(starts, minutes, side="right") - 1
            quoted = starts[place] == minutes
            # A leg without a quote in a minute stands where it last closed.
            opens += weight * np.where(quoted, values[0, place], values[3, place])
            closes += weight * values[3, place]
        lows, highs = np.minimum(opens, closes), np.maximum(opens, closes)
        self._widen(minutes, lows, highs)
        return minutes, np.stack([opens, highs, lows, closes, np.zeros(len(minutes), dtype=np.int64)])

    def _widen(self, minutes: IntArray, lows: IntArray, highs: IntArray) -> None:
        for place, minute in enumerate(minutes.tolist()):
            if minute in self._extremes:
                low, high = self._extremes[minute]
                lows[place], highs[place] = min(lows[place], low), max(highs[place], high)


def _weights(legs: Sequence[LegRow]) -> list[tuple[int, int]]:
    """Return board row and signed quantity of every leg with a contract; a sold leg counts positive."""
    return [
        (leg.row, (1 if leg.side is Side.SELL else -1) * quantity)
        for leg in legs
        if leg.row >= 0 and (quantity := leg.entered or leg.lots * leg.lot_size)
    ]


def joined(starts: IntArray, values: IntArray, minutes: int) -> MinuteTable:
    """Return bars of several minutes from bars of one; every bar begins a whole number of them after 09:15."""
    if minutes == 1 or not len(starts):
        return starts, values
    number = (starts // MINUTE - _ANCHOR) // minutes
    firsts = np.flatnonzero(np.diff(number, prepend=number[0] - 1))
    lasts = np.append(firsts[1:], len(starts)) - 1
    bars = np.stack(
        [
            values[0, firsts],
            np.maximum.reduceat(values[1], firsts),
            np.minimum.reduceat(values[2], firsts),
            values[3, lasts],
            np.add.reduceat(values[4], firsts),
        ]
    )
    return (number[firsts] * minutes + _ANCHOR) * MINUTE, bars
