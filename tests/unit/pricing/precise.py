"""Black-76 in 60-digit arithmetic, its Greeks by numerical differentiation: the independent source of these tests."""

from typing import NamedTuple

import mpmath

DIGITS = 60


class Option(NamedTuple):
    forward: float
    strike: float
    years: float
    rate: float
    volatility: float
    is_call: bool


def premium(forward, strike, years, rate, volatility, is_call):
    """Return the discounted premium as an mpmath number, by the textbook formula with normal probabilities."""
    f, k, t, r, v = (mpmath.mpf(number) for number in (forward, strike, years, rate, volatility))
    sign = 1 if is_call else -1
    total = v * mpmath.sqrt(t)
    d1 = mpmath.log(f / k) / total + total / 2
    d2 = d1 - total
    below_d1, below_d2 = (mpmath.erfc(-sign * d / mpmath.sqrt(2)) / 2 for d in (d1, d2))
    return sign * mpmath.exp(-r * t) * (f * below_d1 - k * below_d2)


def sensitivities(option):
    """Return delta, gamma, theta a day, vega a point and rho a point by differentiating the premium."""
    f, k, t, r, v, is_call = option
    with mpmath.workdps(2 * DIGITS):  # numerical differentiation loses digits
        return {
            "delta": mpmath.diff(lambda x: premium(x, k, t, r, v, is_call), f),
            "gamma": mpmath.diff(lambda x: premium(x, k, t, r, v, is_call), f, 2),
            "theta": -mpmath.diff(lambda x: premium(f, k, x, r, v, is_call), t) / 365,
            "vega": mpmath.diff(lambda x: premium(f, k, t, r, x, is_call), v) / 100,
            "rho": mpmath.diff(lambda x: premium(f, k, t, x, v, is_call), r) / 100,
        }


def rounded_premium_and_volatility(option):
    """Return the premium as the nearest double and the exact volatility of that double, with what one ulp moves it."""
    with mpmath.workdps(DIGITS):
        exact = premium(*option)
        rounded = float(exact)
        f, k, t, r, v, is_call = option
        slope = mpmath.diff(lambda x: premium(f, k, t, r, x, is_call), v)
        ulp = mpmath.mpf(rounded) * mpmath.mpf(2) ** -52
        return rounded, float(mpmath.mpf(v) + (mpmath.mpf(rounded) - exact) / slope), float(ulp / slope)


def relative_difference(found, exact):
    return float(abs((mpmath.mpf(float(found)) - exact) / exact))
