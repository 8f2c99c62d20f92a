"""Fair values and liquidity of every column from the spots and volatilities of a block."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from brokers.simulated.layout import Layout
from brokers.simulated.quoting import Liquidity
from brokers.simulated.surface import chain_values, total_variance
from brokers.simulated.underlyings import UnderlyingModel
from engine.domain.instant import DAY

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

_YEAR = 365.0 * DAY
_VIX_YEARS = 30 / 365
_SPOT_TRADES = 4.0
_FUTURE_TRADES = (5.0, 1.0, 0.15)
"""Trades per second of a share and of the near, next and far future for one of an at-the-money option."""
_RANK_DISCOUNT = 1.6
"""Options of later expiries trade 1 / (1 + this × rank) as much."""


def fair_values(
    layout: Layout,
    models: Sequence[UnderlyingModel],
    at: IntArray,
    spots: FloatArray,
    volatility: FloatArray,
    usual: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Answer fair values in ₹, (steps, columns), and standardised moneyness at the first step, (columns,).

    ``spots``, current ``volatility`` and the ``usual`` one it returns to (steps, underlyings). Moneyness is ln(strike /
    forward) in standard deviations to expiry, 0 for what is no option.
    """
    fair = np.empty((len(at), len(layout)))
    moneyness = np.zeros(len(layout))
    for index, column in enumerate(layout.spots):
        if column is not None:
            fair[:, column] = spots[:, index]
    if layout.vix is not None:
        nifty = layout.underlyings.index("NIFTY")
        variance = total_variance(volatility[:, nifty], usual[:, nifty], np.full(len(at), _VIX_YEARS))
        fair[:, layout.vix] = 100 * np.sqrt(variance / _VIX_YEARS)
    for future in layout.futures:
        years = np.maximum(future.expires - at, 0) / _YEAR
        fair[:, future.column] = spots[:, future.underlying] * np.exp(models[future.underlying].carry * years)
    for chain in layout.chains:
        model, index = models[chain.underlying], chain.underlying
        years = np.maximum(chain.expires - at, 0) / _YEAR
        forward = spots[:, index] * np.exp(model.carry * years)
        variance = total_variance(volatility[:, index], usual[:, index], years)
        calls, puts, distance = chain_values(
            forward[:, None], chain.strikes, years[:, None], model.rate, variance[:, None], model.skew, model.wings
        )
        fair[:, chain.calls], fair[:, chain.puts] = calls, puts
        moneyness[chain.calls] = moneyness[chain.puts] = distance[0]
    return fair, moneyness


def liquidity(layout: Layout, models: Sequence[UnderlyingModel], moneyness: FloatArray, activity: float) -> Liquidity:
    """Answer how well each column trades: best at the money of the nearest expiry, worse away from it and later.

    ``activity`` multiplies the trades: the time of day's share of an ordinary moment.
    """
    near = np.exp(-0.5 * (moneyness / 1.5) ** 2)
    share = np.maximum(near, 0.002)
    deep = np.ones(len(layout))
    half, half_share = 0.4 + 0.8 * (1 - near), 0.0008 + 0.004 * (1 - near)
    trades = np.array([model.trades for model in models])[layout.underlying]
    depth = np.array([model.depth for model in models])[layout.underlying]
    for chain in layout.chains:
        share[chain.calls] /= 1 + _RANK_DISCOUNT * chain.rank
        share[chain.puts] /= 1 + _RANK_DISCOUNT * chain.rank
        # In-the-money options trade far less than their out-of-the-money twins.
        deep[chain.calls] = np.where(moneyness[chain.calls] < -0.7, 0.25, 1.0)
        deep[chain.puts] = np.where(moneyness[chain.puts] > 0.7, 0.25, 1.0)
    ranks: dict[int, int] = {}
    for future in layout.futures:
        rank = ranks[future.underlying] = ranks.get(future.underlying, -1) + 1
        share[future.column] = _FUTURE_TRADES[min(rank, 2)]
    share[~layout.is_option & (layout.expires == np.iinfo(np.int64).max)] = _SPOT_TRADES
    half = np.where(layout.is_option, half, 0.4)
    half_share = np.where(layout.is_option, half_share, 0.00006)
    lots = np.maximum(16 * depth * np.clip(np.sqrt(share) * deep, 0.12, 1.5), 1).astype(np.int64)
    return Liquidity(trades * share * deep * activity, lots, half, half_share)
