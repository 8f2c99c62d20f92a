"""The out-of-the-money Black-76 value per unit of the smaller of forward and strike, accurate far into the wings.

Notation, for every function here:

* ``moneyness`` x = abs(ln(forward / strike)), zero or more;
* ``total_volatility`` s = volatility * sqrt(years);
* ``value`` V = undiscounted out-of-the-money premium / min(forward, strike), between 0 and 1.

With h = x / s and t = s / 2, V = Phi(t - h) - exp(x) * Phi(-t - h). Writing each normal probability with the scaled
complementary error function, Phi(-z) = exp(-z * z / 2) * erfcx(z / sqrt(2)) / 2, both terms share one exponential:

    V = exp(-(h - t)**2 / 2) / 2 * (erfcx((h - t) / sqrt(2)) - erfcx((h + t) / sqrt(2)))

so that nothing underflows before the value itself does, and its logarithm never does.
"""

import numpy as np
from scipy.special import erfcx

from engine.pricing.columns import FloatArray

ROOT_HALF = 0.7071067811865476
ROOT_TWO_OVER_PI = 0.7978845608028654
TWO_OVER_ROOT_PI = 1.1283791670955126

# Above this total volatility the value equals its bound in double precision whatever the moneyness (up to exp(700)).
_SATURATED = 50.0
# Below this half total volatility the two erfcx agree in so many digits that their difference is taken by a series:
# two terms leave 1e-13, the plain difference would leave 1e-16 * h / t.
_NARROW = 1e-3


def moneyness_and_distance(forward: FloatArray, strike: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return (x, abs(forward - strike) / smaller, smaller), where smaller is min(forward, strike).

    ln(larger / smaller) is taken as log1p of the distance, which keeps every digit next to the money.
    """
    smaller = np.minimum(forward, strike)
    distance = np.abs(forward - strike) / smaller
    return np.log1p(distance), distance, smaller


def erfcx_difference(h: FloatArray, t: FloatArray) -> FloatArray:
    """Return erfcx((h - t) / sqrt(2)) - erfcx((h + t) / sqrt(2)) for h >= 0, t >= 0 (plain arrays of one shape)."""
    difference = np.asarray(erfcx((h - t) * ROOT_HALF) - erfcx((h + t) * ROOT_HALF))
    narrow = (t < _NARROW) & (h < 60.0)
    if np.any(narrow):
        difference[narrow] = _narrow_difference(h[narrow] * ROOT_HALF, t[narrow] * ROOT_HALF)
    return difference


def _narrow_difference(z: FloatArray, step: FloatArray) -> FloatArray:
    """Return erfcx(z - step) - erfcx(z + step) by Taylor's series; y' = 2 z y - 2 / sqrt(pi) gives every derivative."""
    value = erfcx(z)
    first = 2.0 * z * value - TWO_OVER_ROOT_PI
    second = 2.0 * (value + z * first)
    third = 4.0 * first + 2.0 * z * second
    answer: FloatArray = -2.0 * step * (first + step * step * (third / 6.0))
    return answer


def out_of_the_money_value(moneyness: FloatArray, total_volatility: FloatArray) -> FloatArray:
    """Return V for x >= 0 and s >= 0; s = 0 gives 0. Relative accuracy is about 1e-12 down to the smallest doubles."""
    x, s = np.broadcast_arrays(moneyness, np.minimum(total_volatility, _SATURATED))
    h = x / np.maximum(s, 1e-300)
    t = 0.5 * s
    gap = h - t
    value: FloatArray = 0.5 * np.exp(-0.5 * gap * gap) * erfcx_difference(h, t)
    return np.minimum(value, 1.0)
