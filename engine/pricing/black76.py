"""Black-76 for whole chains at once: premiums, implied volatilities and Greeks of European options on a forward."""

import numpy as np
import numpy.typing as npt

from engine.pricing.columns import BoolArray, FloatArray, Numbers, by_blocks
from engine.pricing.greeks import Greeks, greeks, implied_greeks, undiscounted_price, usable
from engine.pricing.implied_volatility import (
    STATUS_SENTENCES,
    ImpliedVolatility,
    VolatilityStatus,
    chain_implied_volatility,
    implied_volatility,
    implied_volatility_status,
    solve_implied_volatility,
)

__all__ = [
    "STATUS_SENTENCES",
    "Greeks",
    "ImpliedVolatility",
    "VolatilityStatus",
    "chain_implied_volatility",
    "greeks",
    "implied_greeks",
    "implied_volatility",
    "implied_volatility_status",
    "price",
    "solve_implied_volatility",
]


def price(
    forward: Numbers, strike: Numbers, years: Numbers, rate: Numbers, volatility: Numbers, is_call: npt.ArrayLike
) -> FloatArray:
    """Return the discounted Black-76 premium in index points; all arguments broadcast, one row gives a NumPy scalar.

    ``forward`` and ``strike`` in index points, ``years`` to expiry, ``rate`` per year continuously compounded,
    ``volatility`` per year (0.13 means 13 %), ``is_call`` True for a call and False for a put. At expiry (years = 0) or
    without volatility the premium is the discounted intrinsic value. Impossible inputs (a forward or strike of zero or
    less, negative years or volatility, NaN, infinity) give NaN.
    """
    (premium,) = by_blocks(_formula, (forward, strike, years, rate, volatility), is_call, (np.float64,))
    return premium  # type: ignore[return-value]  # by_blocks made it float64


def _formula(
    forward: FloatArray,
    strike: FloatArray,
    years: FloatArray,
    rate: FloatArray,
    volatility: FloatArray,
    is_call: BoolArray,
) -> tuple[FloatArray]:
    """Return the premiums of one block."""
    undiscounted = undiscounted_price(forward, strike, volatility * np.sqrt(years), is_call)
    possible = usable(forward, strike, years, rate, volatility)
    return (np.where(possible, np.exp(-rate * years) * undiscounted, np.nan),)
