"""What the days before the simulated market might have looked like, candle by candle, so that charts have a past."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from brokers.simulated.sessions import MarketSession
from engine.domain.instant import MINUTE, SECOND
from engine.domain.instrument import Kind

IntArray = npt.NDArray[np.int64]

CANDLE_COLUMNS = 7
"""Start (Instant), open, high, low, close in 1/10,000 ₹, volume, open interest."""

_DAILY_MOVE = {Kind.INDEX: 0.009, Kind.FUTURE: 0.009, Kind.EQUITY: 0.016, Kind.CALL: 0.22, Kind.PUT: 0.22}
"""How far a price goes in an ordinary day, as a share of it."""

_WHOLE_DAY = 375
"""Minutes of an ordinary session."""

_NIGHT_SHARE = 0.25
"""The share of a day's variance that falls on the night."""
_INNER_STEPS = 6
"""Prices drawn inside a minute, for its high and low."""


def past_close(close: int, tick: int, seed: Sequence[int], day: date, kind: Kind) -> int:
    """Answer the close of the day before ``day``, drawn back from that day's close; prices in 1/10,000 ₹."""
    dice = np.random.Generator(np.random.PCG64([*seed, day.toordinal(), 1]))
    return _ticks(close * float(np.exp(-_DAILY_MOVE[kind] * dice.standard_normal())), tick)


def past_minutes(
    before: int, close: int, tick: int, session: MarketSession, seed: Sequence[int], kind: Kind, turnover: int
) -> IntArray:
    """Answer one candle a minute of a session, (n, CANDLE_COLUMNS), from the close ``before`` it to its own.

    ``turnover`` is the usual volume of a minute, 0 for what does not trade. The same arguments give the same candles;
    the last close is exactly ``close``.
    """
    minutes = max(int((session.close - session.open) // MINUTE), 1)
    daily_move = _DAILY_MOVE[kind] * float(np.sqrt(min(minutes / _WHOLE_DAY, 1.0)))
    day = int(session.open // (86_400 * SECOND))
    dice = np.random.Generator(np.random.PCG64([*seed, day, 2]))
    opened = before * float(np.exp(daily_move * np.sqrt(_NIGHT_SHARE) * dice.standard_normal()))
    path = _bridge(np.log(max(opened, tick)), np.log(max(close, tick)), minutes * _INNER_STEPS, daily_move, dice)
    prices = np.maximum(np.rint(np.exp(path) / tick).astype(np.int64), 1) * tick
    inside = np.lib.stride_tricks.sliding_window_view(prices, _INNER_STEPS + 1)[::_INNER_STEPS]
    candles = np.zeros((minutes, CANDLE_COLUMNS), dtype=np.int64)
    candles[:, 0] = session.open + np.arange(minutes, dtype=np.int64) * MINUTE
    candles[:, 1], candles[:, 4] = inside[:, 0], inside[:, -1]
    candles[:, 2], candles[:, 3] = inside.max(axis=1), inside.min(axis=1)
    if turnover:
        candles[:, 5] = np.rint(turnover * dice.uniform(0.4, 1.8, minutes))
    return candles


def _bridge(
    first: float, last: float, steps: int, daily_move: float, dice: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Answer a Brownian bridge of ``steps`` + 1 points between two logarithms of a price."""
    walk = np.concatenate(([0.0], np.cumsum(dice.standard_normal(steps)))) * daily_move / np.sqrt(steps)
    share = np.linspace(0.0, 1.0, steps + 1)
    path: npt.NDArray[np.float64] = first + (last - first) * share + walk - share * walk[-1]
    return path


def _ticks(price: float, tick: int) -> int:
    return max(round(price / tick), 1) * tick
