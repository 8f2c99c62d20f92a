"""Indicators against published figures and against formulas written out by hand."""

from decimal import Decimal

import numpy as np
import pytest

from engine.domain.multileg.condition import (
    Average,
    Band,
    Bollinger,
    Indicator,
    Macd,
    MacdLine,
    MovingAverage,
    Stochastic,
    Study,
    Supertrend,
    Vwap,
)
from engine.pricing.indicators import indicator_values

# StockCharts ChartSchool, "Relative Strength Index (RSI)", worked spreadsheet of QQQ closes and 14-day RSI.
RSI_CLOSES = [
    44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826, 45.8931, 46.0328, 45.6140,
    46.2820, 46.2820, 46.0028, 46.0328, 46.4116, 46.2222, 45.6439, 46.2122, 46.2521, 45.7137, 46.4515, 45.7835, 45.3548,
    44.0288, 44.1783, 44.2181, 44.5672, 43.4205, 42.6628, 43.1314,
]  # fmt: skip
RSI_VALUES = [
    70.53, 66.32, 66.55, 69.41, 66.36, 57.97, 62.93, 63.26, 56.06, 62.38, 54.71, 50.42, 39.99, 41.46, 41.87, 45.46,
    37.30, 33.08, 37.77,
]  # fmt: skip

NO_DAYS = np.zeros(1, dtype=np.int64)


def bars_of(closes, spread=0.0, volume=1.0):
    close = np.array(closes, dtype=np.float64)
    return np.stack([close, close + spread, close - spread, close, np.full(len(close), volume)])


def test_rsi_gives_the_published_figures_of_the_worked_example():
    values = indicator_values(Indicator(kind=Study.RSI, period=14), bars_of(RSI_CLOSES), NO_DAYS)

    assert np.isnan(values[:14]).all()
    assert values[14:] == pytest.approx(RSI_VALUES, abs=0.01)


def test_exponential_average_starts_with_the_simple_one_and_weights_two_over_period_plus_one():
    closes = [10.0, 11, 12, 14, 13, 15]
    expected = [sum(closes[:3]) / 3]
    for close in closes[3:]:
        expected.append(expected[-1] + (close - expected[-1]) * 2 / 4)

    values = indicator_values(MovingAverage(kind=Average.EXPONENTIAL, period=3), bars_of(closes), NO_DAYS)

    assert values[2:] == pytest.approx(expected)


def test_simple_average_and_bollinger_bands_use_the_population_deviation():
    closes = [2.0, 4, 4, 4, 5, 5, 7, 9]  # Mean 5 and population standard deviation 2: the textbook set.
    bars = bars_of(closes)

    mean = indicator_values(MovingAverage(kind=Average.SIMPLE, period=8), bars, NO_DAYS)
    upper = indicator_values(Bollinger(line=Band.UPPER, period=8, deviations=Decimal(2)), bars, NO_DAYS)

    assert mean[-1] == pytest.approx(5)
    assert upper[-1] == pytest.approx(9)


def test_atr_is_wilders_smoothing_of_the_true_range():
    closes = [10.0, 12, 11, 15, 14]
    high, low = np.array(closes) + 1, np.array(closes) - 1
    ranges = [max(high[i] - low[i], abs(high[i] - closes[i - 1]), abs(low[i] - closes[i - 1])) for i in range(1, 5)]
    first = sum(ranges[:3]) / 3

    values = indicator_values(Indicator(kind=Study.ATR, period=3), bars_of(closes, spread=1.0), NO_DAYS)

    assert values[3] == pytest.approx(first)
    assert values[4] == pytest.approx((first * 2 + ranges[3]) / 3)


def test_macd_histogram_is_the_line_less_its_signal():
    closes = list(100 + np.sin(np.arange(60) / 4) * 5)
    lines = {line: indicator_values(Macd(line=line), bars_of(closes), NO_DAYS) for line in MacdLine}

    left = lines[MacdLine.MACD] - lines[MacdLine.SIGNAL]

    assert left[40:] == pytest.approx(lines[MacdLine.HISTOGRAM][40:])


def test_stochastic_is_where_the_close_lies_in_the_range():
    closes = [10.0, 20, 30, 25]

    values = indicator_values(Stochastic(period=3, smooth_k=1, smooth_d=1), bars_of(closes), NO_DAYS)

    assert values[-1] == pytest.approx((25 - 20) / (30 - 20) * 100)


def test_supertrend_lies_below_a_rising_price_and_above_a_falling_one():
    rising = list(np.linspace(100, 160, 40))
    bars = bars_of(rising + rising[::-1], spread=1.0)

    values = indicator_values(Supertrend(period=7), bars, NO_DAYS)

    assert values[39] < bars[3, 39]
    assert values[-1] > bars[3, -1]


def test_vwap_begins_anew_every_day_and_waits_for_volume():
    bars = bars_of([10.0, 12, 11, 20, 30])
    bars[4] = [0, 100, 50, 10, 30]

    values = indicator_values(Vwap(), bars, np.array([0, 3]))

    assert np.isnan(values[0])
    assert values[1:] == pytest.approx([12, (12 * 100 + 11 * 50) / 150, 20, (20 * 10 + 30 * 30) / 40])


def test_every_study_answers_one_value_per_bar_also_where_there_are_hardly_any():
    for count in (0, 1, 2, 40):
        bars = bars_of(list(100 + np.cos(np.arange(count))), spread=0.5)
        for study in Study:
            assert indicator_values(Indicator(kind=study), bars, NO_DAYS).shape == (count,)
        for average in Average:
            assert indicator_values(MovingAverage(kind=average), bars, NO_DAYS).shape == (count,)


def test_money_flow_of_a_price_without_volume_is_not_known():
    bars = bars_of(RSI_CLOSES, spread=0.2, volume=0.0)

    assert np.isnan(indicator_values(Indicator(kind=Study.MONEY_FLOW), bars, NO_DAYS)).all()
