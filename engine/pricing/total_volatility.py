"""Find the total volatility (volatility times the square root of years) behind an out-of-the-money value.

One rational guess and one step for the rows of an ordinary chain, a bracketed loop for the rest.

The guess. The same value is read as a Bachelier (normal) premium, whose inverse depends on one number only: with
d = distance / normal volatility, value / distance = phi(d) / d - Phi(-d). Over the whole double range
d = u * P(v) / Q(v) with u = log1p(distance / (2 * value)) and v = sqrt(u), relative error below 1.2e-5: u is an odd
analytic function of d near the money and grows like d * d / 2 in the wings. The coefficients are a least-squares
rational fit, reweighted towards the largest error, on 460 points of d from 1e-6 to 38.5 at 40 digits. Then
s = (x / d) * (1 + y * (a + b * X + y * (c + e * X))), y = (x / d)**2, X = x * x, turns normal into log-normal; its
series begins with y / 24 (Hagan and Woodward, "Equivalent Black volatilities", 1999), and the four numbers are fitted
the same way on s <= 1, x <= 2.5, relative error below 3.4e-5.

The step. Householder's of fourth order (used by Jaeckel, "Let's be rational", 2015) on ln V as a function of ln s. With
h = x / s, t = s / 2 and g = d ln V / d ln s, the derivatives are g, g * p and g * (p * p - 2 * (h * h + t * t) - g * p)
where p = 1 + h * h - t * t - g. A guess good to 4e-5 leaves less than the rounding of V.
"""

import numpy as np
from scipy.special import erfcx, ndtr

from engine.pricing.columns import FloatArray
from engine.pricing.normalised_black import ROOT_HALF, ROOT_TWO_OVER_PI, erfcx_difference

_P = (0.797875430896, -0.0945207163563, 0.580743067975, 0.0261533758692, -0.0349591202464, 0.0668597675489)
_Q = (1.0, -0.119314459896, 1.23874562663, -0.0795916331514, 0.209658747462, -0.0202081023821, 0.0472281710158)
_LOG_NORMAL = (0.041442639, -0.00031203123, 0.0042694462, -7.037372e-05)

# From so near the step leaves the fourth power of this, below the rounding of the value. Newton's step is what counts:
# far off, where the curve saturates, Householder's is tiny too.
_SETTLED = 2e-4
_MOST_STEPS = 120
_LARGEST = 100.0


def total_volatility(moneyness: FloatArray, distance: FloatArray, value: FloatArray) -> FloatArray:
    """Return s for x >= 0, distance = exp(x) - 1 and 0 < value < 1 (equal 1-d shapes); NaN where value is NaN."""
    guess = _guess(moneyness, distance, value)
    h = moneyness / guess
    t = 0.5 * guess
    gap = h - t
    difference = erfcx_difference(h, t)
    error = np.log(0.5 * difference / value) - 0.5 * gap * gap
    slope = guess * ROOT_TWO_OVER_PI / difference
    newton = -error / slope
    step = _householder(newton, slope, h, t)
    answer: FloatArray = guess * (1.0 + step * (1.0 + step * (0.5 + step * (1.0 / 6.0))))
    rough = ~(np.abs(newton) < _SETTLED) & (value > 0.0) & (value < 1.0)
    if np.any(rough):
        answer[rough] = _refined(moneyness[rough], value[rough], guess[rough])
    return answer


def _guess(moneyness: FloatArray, distance: FloatArray, value: FloatArray) -> FloatArray:
    """Return s within about 4e-5 (relative) for s <= 1 and x <= 2.5, and something positive elsewhere."""
    floor = 1e-10 * value
    x = np.maximum(moneyness, floor)  # exactly at the money x / d is 0 / 0; a hair beside it is not
    u = np.log1p(np.maximum(distance, floor) / (2.0 * value))
    v = np.sqrt(u)
    top = _P[0] + v * (_P[1] + v * (_P[2] + v * (_P[3] + v * (_P[4] + v * _P[5]))))
    bottom = _Q[0] + v * (_Q[1] + v * (_Q[2] + v * (_Q[3] + v * (_Q[4] + v * (_Q[5] + v * _Q[6])))))
    normal = x * bottom / (u * top)
    y = normal * normal
    square = x * x
    a, b, c, e = _LOG_NORMAL
    guess: FloatArray = normal * (1.0 + y * (a + b * square + y * (c + e * square)))
    return guess


def _householder(newton: FloatArray, slope: FloatArray, h: FloatArray, t: FloatArray) -> FloatArray:
    """Return the fourth-order step in ln s from Newton's, -(ln V(s) - ln V) / slope, with slope = d ln V / d ln s."""
    h2 = h * h
    t2 = t * t
    second = 1.0 + h2 - t2 - slope
    third = second * (second - slope) - 2.0 * (h2 + t2)
    step: FloatArray = newton * (1.0 + 0.5 * second * newton) / (1.0 + newton * (second + newton * third / 6.0))
    return step


def _refined(x: FloatArray, value: FloatArray, guess: FloatArray) -> FloatArray:
    """Return s by Householder steps kept inside a shrinking bracket; sure, and slower than the one step."""
    low = np.maximum(x / 80.0, value)
    high = np.full_like(x, _LARGEST)
    s = np.where((guess > low) & (guess < high), guess, np.sqrt(low * np.minimum(high, low + 1.0)))
    answer = np.full_like(x, np.nan)
    open_rows = np.arange(x.size)
    for turn in range(_MOST_STEPS):
        error, slope, h, t = _log_error(x, value, s)
        too_low = (error < 0.0) == (slope > 0.0)
        low = np.where(too_low, s, low)
        high = np.where(too_low, high, s)
        newton = np.where(error == 0.0, 0.0, -error / slope)
        following = s * np.exp(_householder(newton, slope, h, t))
        settled = np.abs(newton) < _SETTLED
        answer[open_rows[settled]] = following[settled]
        astray = ~((following > low) & (following < high)) | (turn % 6 == 5)
        s = np.where(astray, np.sqrt(low * high), following)
        keep = ~settled
        if not np.any(keep):
            break
        open_rows, x, value, s, low, high = (
            open_rows[keep], x[keep], value[keep], s[keep], low[keep], high[keep],
        )  # fmt: skip
    return answer


def _log_error(
    x: FloatArray, value: FloatArray, s: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return (error, slope, h, t), measured on ln V where V <= 1/2 and on ln(1 - V) above, where V saturates."""
    h = x / s
    t = 0.5 * s
    gap = h - t
    difference = erfcx_difference(h, t)
    below = np.log(0.5 * difference) - np.log(value) - 0.5 * gap * gap
    density = s * np.exp(-0.5 * gap * gap) * (0.5 * ROOT_TWO_OVER_PI)
    missing = ndtr(gap) + 0.5 * np.exp(-0.5 * gap * gap) * erfcx((h + t) * ROOT_HALF)
    above = np.log(missing) - np.log1p(-value)
    upper = value > 0.5
    error = np.where(upper, above, below)
    slope = np.where(upper, -density / missing, s * ROOT_TWO_OVER_PI / difference)
    return error, slope, h, t
