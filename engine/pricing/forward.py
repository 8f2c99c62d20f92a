"""The forward of one expiry, read from its own calls and puts."""

import numpy as np

from engine.pricing.columns import BoolArray, FloatArray, Numbers

# The pair is looked for among this many strikes on each side of the one nearest the reference.
_STRIKES_EACH_SIDE = 3


def synthetic_forward(
    strikes: Numbers,
    call: Numbers,
    put: Numbers,
    years: float,
    rate: float,
    reference: float | None = None,
) -> float:
    """Return forward = strike + (call - put) * exp(rate * years), in index points, or NaN without a usable pair.

    ``strikes``, ``call`` and ``put`` are columns of one length in any order, premiums being mids in index points (NaN
    or zero where there is no quote). The pair used is the one with the smallest difference between call and put among
    the seven strikes nearest ``reference`` (the spot, say); the nearer strike, then the lower one, wins a tie. Without
    a reference the median of all pairs' forwards is one, so a stale pair far from the money cannot be chosen. NaN
    leaves the choice of a fall-back to the caller: the future, then the spot.

    Raises ValueError when the columns differ in length.
    """
    strike, call_premium, put_premium = (
        np.atleast_1d(np.asarray(column, dtype=np.float64)) for column in (strikes, call, put)
    )
    if not strike.shape == call_premium.shape == put_premium.shape:
        raise ValueError("strikes, call and put must be columns of one length")
    growth = float(np.exp(rate * years)) if np.isfinite(rate * years) and years >= 0.0 else float("nan")
    usable = _quoted(strike) & _quoted(call_premium) & _quoted(put_premium)
    if not np.any(usable) or not np.isfinite(growth):
        return float("nan")
    difference = np.where(usable, call_premium - put_premium, np.inf)
    if reference is None or not np.isfinite(reference):
        reference = float(np.median((strike + difference * growth)[usable]))
    distance = np.abs(strike - reference)
    near = _nearest_strikes(strike, distance) & usable
    if not np.any(near):
        return float("nan")
    candidates = np.flatnonzero(near)
    order = np.lexsort((strike[candidates], distance[candidates], np.abs(difference[candidates])))
    best = candidates[order[0]]
    return float(strike[best] + difference[best] * growth)


def _quoted(column: FloatArray) -> BoolArray:
    """Return which entries are real quotes: finite and above zero."""
    answer: BoolArray = np.isfinite(column) & (column > 0.0)
    return answer


def _nearest_strikes(strike: FloatArray, distance: FloatArray) -> BoolArray:
    """Return which strikes are the one nearest the reference or within three strikes of it, quoted or not."""
    ladder = np.unique(strike[np.isfinite(strike)])
    nearest = int(np.searchsorted(ladder, strike[int(np.nanargmin(distance))]))
    low = ladder[max(nearest - _STRIKES_EACH_SIDE, 0)]
    high = ladder[min(nearest + _STRIKES_EACH_SIDE, ladder.size - 1)]
    answer: BoolArray = (strike >= low) & (strike <= high)
    return answer
