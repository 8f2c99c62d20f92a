"""Volatility and Greeks of one side of a chain as whole numbers, to choose a strike by."""

from collections.abc import Sequence
from enum import Enum

import numpy as np

from engine.pricing.columns import FloatArray
from engine.pricing.greeks import implied_greeks

_SCALE = 10_000
"""Prices come, and measures are answered, in 1/10,000."""

MISSING = -1
"""Stands for a contract whose premium implies no volatility."""

_GAMMA_POINTS = 100


class Measure(Enum):
    """What is computed from a premium; all without sign."""

    DELTA = "delta"
    VOLATILITY = "volatility"
    """Per year, in percent."""
    THETA = "theta"
    """₹ per calendar day."""
    GAMMA = "gamma"
    """Change of delta per 100 index points."""
    VEGA = "vega"
    """₹ per volatility point."""


def measures(
    measure: Measure,
    premiums: Sequence[int],
    strikes: Sequence[int],
    forward: int,
    years: float,
    *,
    is_call: bool,
) -> list[int]:
    """Answer a measure of each contract of one expiry in 1/10,000, rounded once; MISSING without a volatility.

    ``premiums``, ``strikes`` and ``forward`` are prices in 1/10,000 ₹, ``years`` the time to expiry. One pass over
    all contracts; the rate is zero, as for every choice among the strikes of one expiry.
    """
    volatility, greeks = implied_greeks(_rupees(premiums), forward / _SCALE, _rupees(strikes), years, 0.0, is_call)
    column = {
        Measure.DELTA: greeks.delta,
        Measure.VOLATILITY: volatility.volatility * 100.0,
        Measure.THETA: greeks.theta,
        Measure.GAMMA: greeks.gamma * _GAMMA_POINTS,
        Measure.VEGA: greeks.vega,
    }[measure]
    sizes = np.abs(np.atleast_1d(column)) * _SCALE
    known = np.isfinite(sizes)
    whole = np.full(sizes.shape, MISSING, dtype=np.int64)
    whole[known] = np.rint(sizes[known]).astype(np.int64)
    return [int(value) for value in whole]


def delta_and_theta(premium: int, strike: int, forward: int, years: float, *, is_call: bool) -> tuple[int, int] | None:
    """Answer delta and theta of one contract, both without sign, in 1/10,000 as ``measures`` does, in one pass.

    None where its premium implies no volatility. Arguments as ``measures``.
    """
    _, greeks = implied_greeks(premium / _SCALE, forward / _SCALE, strike / _SCALE, years, 0.0, is_call)
    delta, theta = abs(float(greeks.delta)) * _SCALE, abs(float(greeks.theta)) * _SCALE
    if not (np.isfinite(delta) and np.isfinite(theta)):
        return None
    return round(delta), round(theta)


def _rupees(units: Sequence[int]) -> FloatArray:
    answer: FloatArray = np.array(units, dtype=np.float64) / _SCALE
    return answer
