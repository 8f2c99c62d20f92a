"""How long an option still has to live, in years."""

from typing import Any, overload

import numpy as np
import numpy.typing as npt

from engine.pricing.columns import FloatArray

MICROSECONDS_PER_MINUTE = 60_000_000
MICROSECONDS_PER_DAY = 86_400_000_000
MICROSECONDS_PER_YEAR = 365 * MICROSECONDS_PER_DAY

IntArray = npt.NDArray[np.int64]


@overload
def years_to_expiry(now: int, expiry_close: int) -> float: ...
@overload
def years_to_expiry(now: IntArray, expiry_close: int | IntArray) -> FloatArray: ...
@overload
def years_to_expiry(now: int, expiry_close: IntArray) -> FloatArray: ...


def years_to_expiry(now: int | IntArray, expiry_close: int | IntArray) -> float | FloatArray:
    """Return years from ``now`` to the close of trading on the expiry day; calendar time, a year being 365 days.

    Both are whole microseconds since 1970 UTC, single or arrays that broadcast; the session calendar gives the close.
    Time is exact to the microsecond down to one minute and stays one minute until the close, because a shorter life
    would make gamma and theta explode on the clock's last ticks; from the close on it is 0 (expired).

    Raises TypeError for anything but whole numbers: a float of microseconds has already lost some.
    """
    remaining = _microseconds(expiry_close) - _microseconds(now)
    counted = np.where(remaining > 0, np.maximum(remaining, MICROSECONDS_PER_MINUTE), 0)
    years: FloatArray = counted / MICROSECONDS_PER_YEAR
    return years if years.ndim else float(years)


def _microseconds(instant: Any) -> IntArray:
    """Return an instant, or a column of them, as int64."""
    column = np.asarray(instant)
    if column.dtype.kind not in "iu":
        raise TypeError("instants are whole microseconds since 1970 UTC")
    return column.astype(np.int64)
