"""Volatility at the money, of one expiry and of a fixed time to expiry between two."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec
import numpy as np

from engine.pricing.black76 import implied_volatility
from engine.pricing.time_to_expiry import MICROSECONDS_PER_YEAR

_HUNDREDTH = Decimal("0.01")


class AtTheMoney(msgspec.Struct, frozen=True):
    """Volatility at the money of an expiry: ``years`` to it, ``volatility`` per year (0.13 is 13 %)."""

    years: float
    volatility: float

    def percent(self) -> Decimal:
        """Answer the volatility in percent, to two places."""
        return Decimal(repr(100 * self.volatility)).quantize(_HUNDREDTH)


def at_the_money(call: int, put: int, forward: int, strike: int, years: float) -> AtTheMoney | None:
    """Answer the mean implied volatility of a call and a put of one strike; None where there is none.

    Prices are in one unit, ``years`` in years; the rate is taken as zero.
    """
    prices, strikes = np.array([call, put], dtype=np.float64), np.full(2, strike, dtype=np.float64)
    found = implied_volatility(prices, forward, strikes, years, 0, np.array([True, False]))
    mean = float(np.mean(found))
    return AtTheMoney(years, mean) if np.isfinite(mean) and years > 0 else None


def at_maturity(expiries: Sequence[AtTheMoney], microseconds: int) -> AtTheMoney | None:
    """Answer the volatility of an option that lives so long; None without any expiry.

    Between two expiries the variance goes straight from one to the other; where all lie on one side, it is that of the
    nearest. ``expiries`` are in order.
    """
    years = microseconds / MICROSECONDS_PER_YEAR
    near = [one for one in expiries if one.years < years]
    far = [one for one in expiries if one.years >= years]
    if not near or not far:
        return far[0] if far else near[-1] if near else None
    low, high = near[-1], far[0]
    share = (years - low.years) / (high.years - low.years)
    variance = low.volatility**2 * low.years * (1 - share) + high.volatility**2 * high.years * share
    return AtTheMoney(years, float(np.sqrt(variance / years)))
