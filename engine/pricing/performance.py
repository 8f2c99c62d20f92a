"""Ratios and turning points of a row of results: Sharpe, Sortino, drawdown, streaks."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

TRADING_DAYS = 252
"""Days a year that ratios of daily results are annualised with, by convention."""

Results = NDArray[np.int64]


class Fall(NamedTuple):
    """The deepest fall below an earlier peak of sums that begin at 0; places count the results, -1 the beginning."""

    depth: int
    """In the unit of the results, 0 or more."""
    peak: int
    """Place of the result that made the peak; -1 where the peak is the 0 of the beginning."""
    lowest: int
    """Place of the result that ended lowest; -1 where nothing ever fell."""
    regained: int | None
    """Place of the first result at or above the peak again; None where it was not regained."""


def sharpe_ratio(daily: ArrayLike) -> float | None:
    """Return the annualised Sharpe ratio of daily results, in any unit of money, with no rate to beat.

    Mean over sample deviation (one degree of freedom), times √252. None below two days or without any spread.
    """
    results = np.asarray(daily, dtype=np.float64)
    if len(results) < 2:
        return None
    deviation = float(np.std(results, ddof=1))
    return float(np.mean(results)) / deviation * TRADING_DAYS**0.5 if deviation > 0 else None


def sortino_ratio(daily: ArrayLike) -> float | None:
    """Return the annualised Sortino ratio of daily results, in any unit of money, with a target of 0.

    Mean over the root of the mean squared shortfall, all days counted, times √252 (Rollinger and Hoffman, "Sortino: A
    Sharper Ratio"). None below two days or without a losing one.
    """
    results = np.asarray(daily, dtype=np.float64)
    if len(results) < 2:
        return None
    downside = float(np.sqrt(np.mean(np.minimum(results, 0.0) ** 2)))
    return float(np.mean(results)) / downside * TRADING_DAYS**0.5 if downside > 0 else None


def deepest_fall(results: Results) -> Fall:
    """Return the deepest fall of the running sum of results, oldest first; of equal falls the first."""
    if not len(results):
        return Fall(0, -1, -1, None)
    sums = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(results)])
    peaks = np.maximum.accumulate(sums)
    falls = peaks - sums
    lowest = int(np.argmax(falls))
    depth = int(falls[lowest])
    if not depth:
        return Fall(0, -1, -1, None)
    peak = int(np.argmax(sums[: lowest + 1]))
    back = np.flatnonzero(sums[lowest:] >= sums[peak])
    return Fall(depth, peak - 1, lowest - 1, int(back[0]) + lowest - 1 if len(back) else None)


def longest_run(hits: NDArray[np.bool_]) -> int:
    """Return the length of the longest unbroken row of true values."""
    edges = np.diff(np.concatenate([[0], hits.astype(np.int8), [0]]))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return int((ends - starts).max()) if len(starts) else 0


def ratio(part: int, whole: int) -> float | None:
    """Return a quotient; None where there is nothing to divide by."""
    return part / whole if whole else None
