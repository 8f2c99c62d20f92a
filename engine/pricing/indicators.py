"""Indicators over bars: moving averages, RSI, Supertrend and others, computed by TA-Lib.

Every function is pure: bars in, one value per bar out, NaN where there are too few bars before it.
"""

from typing import cast

import numpy as np
import numpy.typing as npt

from engine.domain.money import SCALE
from engine.domain.multileg.condition import (
    AnyIndicator,
    Average,
    Band,
    Bollinger,
    Indicator,
    Macd,
    MacdLine,
    MovingAverage,
    ParabolicSar,
    Stochastic,
    StochasticLine,
    Study,
    Supertrend,
    Vwap,
)

FloatArray = npt.NDArray[np.float64]

_AVERAGES = {
    Average.SIMPLE: "SMA",
    Average.EXPONENTIAL: "EMA",
    Average.WEIGHTED: "WMA",
    Average.DOUBLE_EXPONENTIAL: "DEMA",
    Average.TRIPLE_EXPONENTIAL: "TEMA",
    Average.HULL: "HMA",
}

_OPEN, _HIGH, _LOW, _CLOSE, _VOLUME = range(5)

_STUDIES: dict[Study, tuple[str, tuple[int, ...]]] = {
    Study.RSI: ("RSI", (_CLOSE,)),
    Study.ATR: ("ATR", (_HIGH, _LOW, _CLOSE)),
    Study.ADX: ("ADX", (_HIGH, _LOW, _CLOSE)),
    Study.PLUS_DI: ("PLUS_DI", (_HIGH, _LOW, _CLOSE)),
    Study.MINUS_DI: ("MINUS_DI", (_HIGH, _LOW, _CLOSE)),
    Study.CCI: ("CCI", (_HIGH, _LOW, _CLOSE)),
    Study.WILLIAMS: ("WILLR", (_HIGH, _LOW, _CLOSE)),
    Study.MONEY_FLOW: ("MFI", (_HIGH, _LOW, _CLOSE, _VOLUME)),
    Study.MOMENTUM: ("MOM", (_CLOSE,)),
    Study.RATE_OF_CHANGE: ("ROC", (_CLOSE,)),
    Study.DEVIATION: ("STDDEV", (_CLOSE,)),
    Study.HIGHEST: ("MAX", (_HIGH,)),
    Study.LOWEST: ("MIN", (_LOW,)),
}
"""TA-Lib's name of each study and the rows of the bars it needs."""


def indicator_values(indicator: AnyIndicator, bars: FloatArray, day_starts: npt.NDArray[np.int64]) -> FloatArray:
    """Answer an indicator at every bar, shape (n,); NaN where it is not known yet.

    ``bars`` is (5, n): open, high, low, close in ₹, volume in units; oldest first. ``day_starts`` (d,) are the indexes
    of the first bar of each day, for what begins anew every morning. Formulas are TA-Lib's: Wilder for RSI,
    ATR and ADX.
    """
    count = bars.shape[1]
    if not count:
        return np.zeros(0)
    rows = np.ascontiguousarray(bars, dtype=np.float64)
    match indicator:
        case MovingAverage():
            return _call(_AVERAGES[indicator.kind], (rows[_CLOSE],), indicator.period)
        case Indicator():
            name, needed = _STUDIES[indicator.kind]
            if indicator.kind is Study.MONEY_FLOW and not rows[_VOLUME].any():
                return np.full(count, np.nan)
            return _call(name, tuple(rows[row] for row in needed), indicator.period)
        case Macd():
            lines = _calls("MACD", (rows[_CLOSE],), indicator.fast, indicator.slow, indicator.signal)
            return lines[list(MacdLine).index(indicator.line)]
        case Bollinger():
            width = float(indicator.deviations)
            lines = _calls("BBANDS", (rows[_CLOSE],), indicator.period, width, width)
            return lines[list(Band).index(indicator.line)]
        case Supertrend():
            prices = rows[_HIGH], rows[_LOW], rows[_CLOSE]
            return _calls("SUPERTREND", prices, indicator.period, float(indicator.multiplier))[0]
        case Stochastic():
            prices = rows[_HIGH], rows[_LOW], rows[_CLOSE]
            lines = _calls("STOCH", prices, indicator.period, indicator.smooth_k, 0, indicator.smooth_d, 0)
            return lines[list(StochasticLine).index(indicator.line)]
        case ParabolicSar():
            return _call("SAR", (rows[_HIGH], rows[_LOW]), float(indicator.step), float(indicator.most))
        case Vwap():
            return _vwap(rows, day_starts)


def indicator_as_of(
    indicator: AnyIndicator, bars: npt.NDArray[np.int64], day_starts: npt.NDArray[np.int64], index: int
) -> int | None:
    """Answer an indicator at one bar as a whole number of 1/10,000; None where it is not known yet.

    ``bars`` is (5, n): open, high, low, close in 1/10,000 ₹, volume in units. What is decided by it is written down by
    whoever decides.
    """
    if index < 0:
        return None
    values = bars.astype(np.float64)
    values[:_VOLUME] /= SCALE
    value = indicator_values(indicator, values, day_starts)[index]
    return None if np.isnan(value) else round(float(value) * SCALE)


def _vwap(rows: FloatArray, day_starts: npt.NDArray[np.int64]) -> FloatArray:
    """Answer the volume-weighted average of the typical price since each morning; NaN before the first trade."""
    values = np.full(rows.shape[1], np.nan)
    for begin, end in zip(day_starts, [*day_starts[1:], rows.shape[1]], strict=True):
        day = rows[:, begin:end]
        traded = np.flatnonzero(day[_VOLUME])
        if len(traded):
            first = int(traded[0])
            columns = tuple(np.ascontiguousarray(day[row, first:]) for row in (_HIGH, _LOW, _CLOSE, _VOLUME))
            values[begin + first : end] = _call("VWAP", columns)
    return values


def _call(name: str, arrays: tuple[FloatArray, ...], *parameters: float) -> FloatArray:
    import talib  # It takes a tenth of a second to load, and few portfolios need it.

    return cast("FloatArray", getattr(talib, name)(*arrays, *parameters))


def _calls(name: str, arrays: tuple[FloatArray, ...], *parameters: float) -> tuple[FloatArray, ...]:
    import talib

    return cast("tuple[FloatArray, ...]", getattr(talib, name)(*arrays, *parameters))
