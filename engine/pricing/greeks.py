"""Sensitivities of European options on a forward (Black-76)."""

import msgspec
import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from engine.pricing.columns import BoolArray, FloatArray, Numbers, StatusArray, by_blocks
from engine.pricing.implied_volatility import ImpliedVolatility, solved
from engine.pricing.normalised_black import moneyness_and_distance, out_of_the_money_value

_DAYS_PER_YEAR = 365.0
_PERCENT = 0.01
_ONE_OVER_ROOT_TWO_PI = 0.3989422804014327
_SMALLEST = 1e-300
_FIVE_FLOATS = (np.float64,) * 5


class Greeks(msgspec.Struct, frozen=True, eq=False):
    """What one unit of an option gains, in index points; arrays of one shape, NaN where the inputs are impossible.

    ``delta`` per index point of the forward, ``gamma`` delta's change per index point, ``theta`` per calendar day
    (annual / 365, forward unchanged), ``vega`` per volatility point (0.01), ``rho`` per rate point (0.01, forward
    unchanged).
    """

    delta: FloatArray
    gamma: FloatArray
    theta: FloatArray
    vega: FloatArray
    rho: FloatArray


def greeks(
    forward: Numbers, strike: Numbers, years: Numbers, rate: Numbers, volatility: Numbers, is_call: npt.ArrayLike
) -> Greeks:
    """Return the Black-76 Greeks of discounted premiums; all arguments broadcast, a single row gives NumPy scalars.

    ``forward`` and ``strike`` in index points, ``years`` to expiry, ``rate`` and ``volatility`` per year (0.13 means
    13 %). At expiry (years = 0) delta is 1, 0 or, exactly at the strike, one half (puts: the same less 1), and the
    other Greeks are 0.
    """
    columns = by_blocks(_formula, (forward, strike, years, rate, volatility), is_call, _FIVE_FLOATS)
    return Greeks(*columns)  # type: ignore[arg-type]  # by_blocks made them float64


def implied_greeks(
    premium: Numbers, forward: Numbers, strike: Numbers, years: Numbers, rate: Numbers, is_call: npt.ArrayLike
) -> tuple[ImpliedVolatility, Greeks]:
    """Return each premium's implied volatility and the Greeks there, in one pass over the columns.

    The premium itself is the model's price at its implied volatility, so the Greeks cost half of ``greeks``. Arguments
    as ``implied_volatility``; rows without a volatility have NaN Greeks and their reason in the status.
    """
    volatility, status, *columns = by_blocks(
        _implied_formula, (premium, forward, strike, years, rate), is_call, (np.float64, np.int8, *_FIVE_FLOATS)
    )
    return ImpliedVolatility(volatility, status), Greeks(*columns)  # type: ignore[arg-type]  # as asked of by_blocks


def undiscounted_price(
    forward: FloatArray, strike: FloatArray, total_volatility: FloatArray, is_call: BoolArray
) -> FloatArray:
    """Return the undiscounted premium of a block: intrinsic value plus the out-of-the-money value."""
    moneyness, _, smaller = moneyness_and_distance(forward, strike)
    gain = forward - strike
    intrinsic = np.maximum(np.where(is_call, gain, -gain), 0.0)
    answer: FloatArray = intrinsic + smaller * out_of_the_money_value(moneyness, total_volatility)
    return answer


def usable(
    forward: FloatArray, strike: FloatArray, years: FloatArray, rate: FloatArray, volatility: FloatArray
) -> BoolArray:
    """Return which rows can be priced: all finite, forward and strike above zero, years and volatility not below."""
    answer: BoolArray = (
        (np.minimum(forward, strike) > 0.0)
        & (np.minimum(years, volatility) >= 0.0)
        & np.isfinite(forward)
        & np.isfinite(strike)
        & np.isfinite(years)
        & np.isfinite(rate)
        & np.isfinite(volatility)
    )
    return answer


def _formula(
    forward: FloatArray,
    strike: FloatArray,
    years: FloatArray,
    rate: FloatArray,
    volatility: FloatArray,
    is_call: BoolArray,
) -> tuple[FloatArray, ...]:
    """Return the five Greeks of one block, pricing it first."""
    total = volatility * np.sqrt(years)
    discount = np.exp(-rate * years)
    premium = discount * undiscounted_price(forward, strike, total, is_call)
    premium = np.where(usable(forward, strike, years, rate, volatility), premium, np.nan)
    return _at_premium(premium, forward, strike, years, rate, volatility, is_call)


def _implied_formula(
    premium: FloatArray,
    forward: FloatArray,
    strike: FloatArray,
    years: FloatArray,
    rate: FloatArray,
    is_call: BoolArray,
) -> tuple[FloatArray | StatusArray, ...]:
    """Return volatility, status and the five Greeks of one block."""
    volatility, status = solved(premium, forward, strike, years, rate, is_call)
    return volatility, status, *_at_premium(premium, forward, strike, years, rate, volatility, is_call)


def _at_premium(
    premium: FloatArray,
    forward: FloatArray,
    strike: FloatArray,
    years: FloatArray,
    rate: FloatArray,
    volatility: FloatArray,
    is_call: BoolArray,
) -> tuple[FloatArray, ...]:
    """Return delta, gamma, theta, vega and rho of a block whose discounted premium is known (NaN: no Greeks).

    With s = volatility * sqrt(years), d1 = ln(forward / strike) / s + s / 2 and phi the normal density:
    delta = discount * Phi(d1) (call) or -discount * Phi(-d1) (put), gamma = discount * phi(d1) / (forward * s),
    theta = rate * premium - discount * forward * phi(d1) * volatility / (2 * sqrt(years)) a year,
    vega = discount * forward * phi(d1) * sqrt(years) and rho = -years * premium for a whole unit.
    """
    root = np.sqrt(years)
    total = np.maximum(volatility * root, _SMALLEST)
    moneyness, _, _ = moneyness_and_distance(forward, strike)
    d1 = np.where(forward < strike, -moneyness, moneyness) / total + 0.5 * total
    sign = np.where(is_call, 1.0, -1.0)
    discount = np.exp(-rate * years) + 0.0 * premium  # carries the NaN of rows that cannot be priced
    delta = sign * discount * ndtr(sign * d1)
    density = discount * (forward * _ONE_OVER_ROOT_TWO_PI) * np.exp(-0.5 * d1 * d1)
    if np.any(total <= _SMALLEST):
        density = np.where(total > _SMALLEST, density, 0.0 * density)
    vega = density * root
    gamma = density / (forward * forward * total)
    decay = density * volatility / np.maximum(2.0 * root, _SMALLEST)
    theta = (rate * premium * (years > 0.0) - decay) * (1.0 / _DAYS_PER_YEAR)
    rho = premium * years * -_PERCENT
    return delta, gamma, theta, vega * _PERCENT, rho
