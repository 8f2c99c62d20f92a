"""Volatility at the money: of a call and a put of one strike, and of thirty days between two expiries."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from engine.pricing.black76 import implied_volatility

_DAYS_A_YEAR = 365
_THIRTY_DAYS = 30 / _DAYS_A_YEAR
_HUNDREDTH = Decimal("0.01")


class MoneyVolatility(NamedTuple):
    """Annual volatility as a fraction, at the money of an expiry that is ``years`` away."""

    years: float
    volatility: float

    def percent(self) -> Decimal:
        """Answer the volatility in percent, to a hundredth."""
        return Decimal(repr(100 * self.volatility)).quantize(_HUNDREDTH)


def at_the_money(call: int, put: int, forward: int, strike: int, years: float) -> MoneyVolatility | None:
    """Answer the mean implied volatility of a call and a put of one strike; prices in 1/10,000 ₹, the rate is zero.

    None where a price has no volatility: below its intrinsic value, or on expired contracts.
    """
    prices, strikes = np.array([call, put], dtype=np.float64), np.full(2, strike, dtype=np.float64)
    mean = float(np.mean(implied_volatility(prices, forward, strikes, years, 0, np.array([True, False]))))
    return MoneyVolatility(years, mean) if np.isfinite(mean) and years > 0 else None


def of_thirty_days(nearest_first: Iterable[MoneyVolatility]) -> MoneyVolatility | None:
    """Answer the volatility of thirty days; the total variance goes straight from one expiry to the next.

    That is σ²T linear in T, as constant-maturity indices take it. Where all expiries lie on one side of thirty days
    it is that of the nearest; None without any.
    """
    below: MoneyVolatility | None = None
    for one in nearest_first:
        if one.years >= _THIRTY_DAYS:
            return one if below is None else _between(below, one)
        below = one
    return below


def _between(near: MoneyVolatility, far: MoneyVolatility) -> MoneyVolatility:
    share = (_THIRTY_DAYS - near.years) / (far.years - near.years)
    variance = near.volatility**2 * near.years * (1 - share) + far.volatility**2 * far.years * share
    return MoneyVolatility(_THIRTY_DAYS, float(np.sqrt(variance / _THIRTY_DAYS)))
