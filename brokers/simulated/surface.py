"""The volatility surface of an underlying: one smile per expiry, without butterfly or calendar arbitrage.

The form is SSVI (J. Gatheral, A. Jacquier, "Arbitrage-free SVI volatility surfaces", Quantitative Finance 14(1), 2014):
total variance w(k) = θ/2 · (1 + ρ φ k + √((φ k + ρ)² + 1 − ρ²)) with k = ln(strike / forward), θ the at-the-money total
variance and φ = η / √θ. It has no butterfly arbitrage while η² (1 + |ρ|) ≤ 4 and θφ (1 + |ρ|) < 4, and no calendar
arbitrage while θ grows with expiry, which the mean-reverting term structure below ensures.
"""

import numpy as np
import numpy.typing as npt

from engine.pricing.black76 import price

FloatArray = npt.NDArray[np.float64]

REVERSION = 30.0
"""How fast the volatility the surface expects returns to its usual level, per year: half in about eight days."""

_SHORTEST = 1e-9
"""Years; a thirtieth of a second: keeps the ratios finite on the last step of an expiry day."""


def total_variance(volatility: FloatArray, usual: FloatArray, years: FloatArray) -> FloatArray:
    """Answer at-the-money variance × time for a current and a long-run volatility (per year) over ``years``."""
    current, longrun = volatility * volatility, usual * usual
    return longrun * years + (current - longrun) * -np.expm1(-REVERSION * years) / REVERSION


def smile(log_moneyness: FloatArray, variance: FloatArray, skew: float, wings: float) -> FloatArray:
    """Answer total variance at k = ln(strike / forward) for an at-the-money total variance; see the module's head."""
    stretched = log_moneyness * (wings / np.sqrt(variance)) + skew
    return 0.5 * variance * (1 + skew * (stretched - skew) + np.sqrt(stretched * stretched + (1 - skew * skew)))


def chain_values(
    forward: FloatArray,
    strikes: FloatArray,
    years: FloatArray,
    rate: float,
    variance: FloatArray,
    skew: float,
    wings: float,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Answer calls, puts and standardised moneyness of one expiry, each of shape (steps, strikes).

    ``forward``, ``years`` and ``variance`` (at-the-money total variance) have shape (steps, 1), ``strikes`` shape
    (strikes,); prices in ₹. The out-of-the-money side is priced by Black-76 and the other follows by put–call parity,
    which therefore holds exactly.
    """  # fmt: skip
    years = np.maximum(years, _SHORTEST)
    variance = np.maximum(variance, _SHORTEST * 1e-4)
    log_moneyness = np.log(strikes) - np.log(forward)
    total = smile(log_moneyness, variance, skew, wings)
    is_call = strikes >= forward
    cheaper = price(forward, strikes, years, rate, np.sqrt(total / years), is_call)
    parity = np.exp(-rate * years) * (forward - strikes)
    calls = np.where(is_call, cheaper, cheaper + parity)
    return calls, calls - parity, log_moneyness / np.sqrt(variance)
