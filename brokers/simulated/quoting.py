"""From fair values to what a feed shows: bids and asks on the tick, quantities, trades, volume and open interest."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.domain.money import SCALE
from engine.domain.quote import COLUMNS, QuoteColumn

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BitArray = npt.NDArray[np.uint64]
BoolArray = npt.NDArray[np.bool_]

_REFRESHES_PER_TRADE = 2.5
"""How often the shown quantities change for every trade."""
_WAVERING_TICKS = 20
"""Above this many ticks the best prices waver by a tick; cheaper options are quoted as tightly as they can be."""
_TRADE_BITS, _REFRESH_BITS = 0, 16
_BID_BITS, _ASK_BITS, _SIZE_BITS = 32, 40, 48
_BID_STEP, _ASK_STEP, _TRADE_SIDE, _INTEREST = 56, 57, 58, 59
"""Where each use of a cell's 64 random bits begins."""

# A share of 256 equally likely draws: most are small, a few large, as order sizes are; in 1/16 of the typical lots.
_SIZES = np.floor(-12.0 * np.log(1 - (np.arange(256) + 0.5) / 256)).astype(np.int64)
_INTEREST_CHANGE = np.array([1, 0, 1, -1], dtype=np.int64)


class Liquidity(NamedTuple):
    """How well each column trades, arrays of shape (columns,)."""

    trades: FloatArray
    """Trades per second."""
    lots: IntArray
    """Typical lots at the best price, in sixteenths."""
    half_spread: FloatArray
    """Half of the usual spread in ticks."""
    half_spread_share: FloatArray
    """Part of half the spread that grows with the price, as a share of the price."""


class QuoteMaker:
    """Turns fair values into quotes, block by block; remembers the last trade, volume and open interest of each column.

    ``tick`` and ``lot`` int64 (columns,); ``is_index`` marks columns that cannot be traded and have a last price only,
    ``has_interest`` those that have open interest.
    """

    def __init__(
        self, tick: IntArray, lot: IntArray, is_index: BoolArray, has_interest: BoolArray, dice: np.random.Generator
    ) -> None:
        self._tick, self._lot, self._is_index, self._dice = tick, lot, is_index, dice
        self._interest_lot = np.where(has_interest, lot, 0)
        count = len(tick)
        self._bits = dice.integers(0, 1 << 64, size=(1, count), dtype=np.uint64)
        self._last = np.zeros((1, count), dtype=np.int64)
        self._traded_at = np.zeros((1, count), dtype=np.int64)
        self._volume = np.zeros(count, dtype=np.int64)
        self._interest = np.zeros(count, dtype=np.int64)

    def open_day(self, fair: FloatArray, at: int, traded: FloatArray) -> None:
        """Begin a trading day: last prices at the fair value (₹), volume after ``traded`` expected trades a column."""
        self._last[0] = np.maximum(np.rint(fair * SCALE / self._tick).astype(np.int64), 1) * self._tick
        self._traded_at[0] = at
        self._volume = np.where(self._is_index, 0, np.floor(traded * 2.0).astype(np.int64) * self._lot)

    def open_interest(self, lots: FloatArray) -> None:
        """Set the open interest the market starts with, in lots a column."""
        self._interest = np.maximum(lots, 1.0).astype(np.int64) * self._interest_lot

    @property
    def interest(self) -> IntArray:
        """Answer the open interest of every column at its latest quote, in units."""
        return self._interest

    def quotes(
        self, fair: FloatArray, liquidity: Liquidity, at: IntArray, step_seconds: float, may_trade: BoolArray | None
    ) -> IntArray:
        """Answer the quotes of a block, int64 (steps, columns, COLUMNS).

        ``fair`` (steps, columns) in ₹; ``may_trade`` (steps, columns) is False where trading is closed or halted, None
        where all trade throughout.
        """
        bits = self._dice.integers(0, 1 << 64, size=fair.shape, dtype=np.uint64)
        values = np.zeros((*fair.shape, COLUMNS), dtype=np.int64)
        expected = liquidity.trades * step_seconds
        shown = self._latest(bits, _event(bits, _REFRESH_BITS, expected * _REFRESHES_PER_TRADE))
        self._book(values, fair, liquidity, shown)
        traded = _event(bits, _TRADE_BITS, expected)
        if may_trade is not None:
            traded &= may_trade
        self._trade(values, bits, traded, np.maximum(expected, 1.0), at)
        self._mark_indices(values, fair, at)
        return values

    def _latest(self, bits: BitArray, refreshed: BoolArray) -> BitArray:
        """Answer for every cell the bits of its latest refresh."""
        known = np.concatenate((self._bits, bits))
        shown: BitArray = known.take(_cells(_latest_index(refreshed)))
        self._bits = shown[-1:].copy()
        return shown

    def _book(self, values: IntArray, fair: FloatArray, liquidity: Liquidity, shown: BitArray) -> None:
        """Write bids below and asks above the fair value, never inside it: no arbitrage within the spread."""
        tick = self._tick
        in_ticks = fair * (SCALE / tick)
        half = liquidity.half_spread + liquidity.half_spread_share * in_ticks
        half = np.minimum(half, np.maximum(0.4, 0.15 * in_ticks))
        bid = np.floor(in_ticks - half).astype(np.int64)
        dear = bid > _WAVERING_TICKS
        bid -= _field(shown, _BID_STEP, 1) * dear
        ask = np.ceil(in_ticks + half).astype(np.int64) + _field(shown, _ASK_STEP, 1) * dear
        np.maximum(bid, 0, out=bid)
        np.maximum(ask, bid + 1, out=ask)
        values[:, :, QuoteColumn.BID] = bid * tick
        values[:, :, QuoteColumn.ASK] = ask * tick
        size = 1 + ((liquidity.lots * _SIZES.take(_field(shown, _BID_BITS, 8))) >> 8)
        values[:, :, QuoteColumn.BID_QUANTITY] = size * (self._lot * (bid > 0))
        size = 1 + ((liquidity.lots * _SIZES.take(_field(shown, _ASK_BITS, 8))) >> 8)
        values[:, :, QuoteColumn.ASK_QUANTITY] = size * self._lot

    def _trade(self, values: IntArray, bits: BitArray, traded: BoolArray, multiple: FloatArray, at: IntArray) -> None:
        """Write last price, volume, open interest and trade time; trades happen at the bid or at the ask."""
        bid, ask = values[:, :, QuoteColumn.BID], values[:, :, QuoteColumn.ASK]
        at_ask = (_field(bits, _TRADE_SIDE, 1) == 1) | (bid == 0)
        latest = _latest_index(traded)
        prices = np.concatenate((self._last, np.where(at_ask, ask, bid)))
        last = prices.take(_cells(latest))
        times = np.where(latest > 0, at[np.maximum(latest - 1, 0)], self._traded_at)
        lots = (1 + (_SIZES.take(_field(bits, _SIZE_BITS, 8)) >> 3)) * np.rint(multiple).astype(np.int64) * traded
        volume = self._volume + np.cumsum(lots * self._lot, axis=0)
        change = lots * _INTEREST_CHANGE.take(_field(bits, _INTEREST, 2))
        interest = self._interest + np.cumsum(change, axis=0) * self._interest_lot
        np.maximum(interest, self._interest_lot, out=interest)
        values[:, :, QuoteColumn.LAST_PRICE] = last
        values[:, :, QuoteColumn.TRADED_AT] = times
        values[:, :, QuoteColumn.VOLUME] = volume
        values[:, :, QuoteColumn.OPEN_INTEREST] = interest
        self._last, self._traded_at = last[-1:].copy(), times[-1:].copy()
        self._volume, self._interest = volume[-1].copy(), interest[-1].copy()

    def _mark_indices(self, values: IntArray, fair: FloatArray, at: IntArray) -> None:
        """Leave an index only its level and the time of it."""
        columns = np.flatnonzero(self._is_index)
        tick = self._tick[columns]
        values[:, columns, :] = 0
        values[:, columns, QuoteColumn.LAST_PRICE] = np.rint(fair[:, columns] * (SCALE / tick)).astype(np.int64) * tick
        values[:, columns, QuoteColumn.TRADED_AT] = at[:, None]


def _field(bits: BitArray, first: int, width: int) -> IntArray:
    """Answer ``width`` bits of every cell as a number."""
    return ((bits >> np.uint64(first)) & np.uint64((1 << width) - 1)).view(np.int64)


def _event(bits: BitArray, first: int, expected: FloatArray) -> BoolArray:
    """Say for every cell whether something expected so often within a step happens, from 16 random bits."""
    chance = -np.expm1(-expected)
    happens: BoolArray = _field(bits, first, 16) < np.maximum(np.rint(chance * 65536), 1).astype(np.int64)
    return happens


def _latest_index(happened: BoolArray) -> IntArray:
    """Answer for every cell the number (from 1) of its column's latest step where it happened, 0 where none did."""
    steps = np.arange(1, len(happened) + 1, dtype=np.int64)[:, None]
    return np.maximum.accumulate(np.where(happened, steps, 0), axis=0)


def _cells(steps: IntArray) -> IntArray:
    """Answer where each column's value of a step lies in an array of (any steps, columns) laid flat."""
    cells: IntArray = steps * steps.shape[1] + np.arange(steps.shape[1], dtype=np.int64)
    return cells
