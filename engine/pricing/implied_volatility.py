"""Implied volatility of European options on a forward, with the reason where there is none."""

from enum import IntEnum

import msgspec
import numpy as np
import numpy.typing as npt

from engine.pricing.columns import BoolArray, FloatArray, Numbers, StatusArray, by_blocks
from engine.pricing.normalised_black import moneyness_and_distance
from engine.pricing.total_volatility import total_volatility


class VolatilityStatus(IntEnum):
    """Why a row has, or has not, an implied volatility; kept as one byte per row."""

    OK = 0
    BELOW_INTRINSIC = 1
    ABOVE_BOUND = 2
    EXPIRED = 3
    NO_PRICE = 4
    BAD_CONTRACT = 5


# One sentence for the trader for each status, to be shown beside the dash that stands for the missing number.
STATUS_SENTENCES: dict[VolatilityStatus, str] = {
    VolatilityStatus.OK: "Implied volatility found",
    VolatilityStatus.BELOW_INTRINSIC: "The premium is at or below intrinsic value: no volatility explains it",
    VolatilityStatus.ABOVE_BOUND: "The premium is at or above the most an option can be worth: check the quote",
    VolatilityStatus.EXPIRED: "The option has expired: it has no volatility any more",
    VolatilityStatus.NO_PRICE: "No usable premium: the quote is missing, zero or not a number",
    VolatilityStatus.BAD_CONTRACT: "Forward, strike, rate or time is not a usable number",
}


class ImpliedVolatility(msgspec.Struct, frozen=True, eq=False):
    """Volatilities (0.13 means 13 % a year, NaN where there is none) and a VolatilityStatus byte per row."""

    volatility: FloatArray
    status: StatusArray


# Time value below this share of the premium is rounding, not a price: four units in the last place.
_ROUNDING = 4.0 * float(np.finfo(np.float64).eps)
# Time value below this share of the smaller of forward and strike has no full set of digits left in a double.
_VANISHED = 1e-307


def implied_volatility(
    premium: Numbers, forward: Numbers, strike: Numbers, years: Numbers, rate: Numbers, is_call: npt.ArrayLike
) -> FloatArray:
    """Return the Black-76 volatility per year (0.13 means 13 %) at which each discounted premium is fair.

    ``premium``, ``forward`` and ``strike`` in index points, ``years`` to expiry, ``rate`` per year continuously
    compounded, ``is_call`` True for a call. All broadcast; a single row gives a NumPy scalar. An impossible premium
    (at or below intrinsic value, at or above the discounted forward or strike, zero, negative, NaN, expired) gives NaN;
    ``implied_volatility_status`` says why.
    """
    return solve_implied_volatility(premium, forward, strike, years, rate, is_call).volatility


def implied_volatility_status(
    premium: Numbers, forward: Numbers, strike: Numbers, years: Numbers, rate: Numbers, is_call: npt.ArrayLike
) -> StatusArray:
    """Return a VolatilityStatus code (int8) for each row, without solving; arguments as ``implied_volatility``."""
    (status,) = by_blocks(_status_only, (premium, forward, strike, years, rate), is_call, (np.int8,))
    return status  # type: ignore[return-value]  # by_blocks made it int8


def solve_implied_volatility(
    premium: Numbers, forward: Numbers, strike: Numbers, years: Numbers, rate: Numbers, is_call: npt.ArrayLike
) -> ImpliedVolatility:
    """Return volatility and status together in one pass; arguments as ``implied_volatility``."""
    volatility, status = by_blocks(solved, (premium, forward, strike, years, rate), is_call, (np.float64, np.int8))
    return ImpliedVolatility(volatility, status)  # type: ignore[arg-type]  # by_blocks made them float64 and int8


def chain_implied_volatility(
    call_premium: Numbers, put_premium: Numbers, forward: Numbers, strikes: Numbers, years: Numbers, rate: Numbers
) -> ImpliedVolatility:
    """Return one volatility per strike, from its out-of-the-money side, to be used for call and put alike.

    A deep in-the-money premium is nearly all intrinsic value and carries few digits of volatility, so the put serves
    strikes below the forward and the call those at or above it. Where that side has no volatility (no quote, or an
    impossible one) the other side is tried; the status is then that of the side used, or, when neither gives one, that
    of the out-of-the-money side. Premiums in index points, NaN for a missing quote; all arguments broadcast.
    """
    call, put, future, strike = np.broadcast_arrays(
        *(np.asarray(column, dtype=np.float64) for column in (call_premium, put_premium, forward, strikes))
    )
    call_side = np.asarray(strike >= future)
    first = solve_implied_volatility(np.where(call_side, call, put), future, strike, years, rate, call_side)
    missing = np.asarray(first.status != VolatilityStatus.OK)
    if not np.any(missing):
        return first
    second = solve_implied_volatility(np.where(call_side, put, call), future, strike, years, rate, ~call_side)
    rescued = missing & (second.status == VolatilityStatus.OK)
    return ImpliedVolatility(
        np.where(rescued, second.volatility, first.volatility)[()],
        np.where(rescued, second.status, first.status)[()],
    )


def solved(
    premium: FloatArray,
    forward: FloatArray,
    strike: FloatArray,
    years: FloatArray,
    rate: FloatArray,
    is_call: BoolArray,
) -> tuple[FloatArray, StatusArray]:
    """Return (volatility, status) of one block of flat columns, for formulas that go on from the volatility."""
    undiscounted = premium * np.exp(rate * years)
    gain = forward - strike
    time_value = undiscounted - np.maximum(np.where(is_call, gain, -gain), 0.0)
    moneyness, distance, smaller = moneyness_and_distance(forward, strike)
    rounding = _ROUNDING * undiscounted
    nothing = np.maximum(rounding, _VANISHED * smaller)
    possible = (
        (time_value > nothing)
        & (time_value < smaller - rounding)
        & (np.minimum(smaller, years) > 0.0)
        & np.isfinite(moneyness)
    )
    value = np.where(possible, time_value, np.nan) / smaller
    shape = value.shape
    total = total_volatility(np.broadcast_to(moneyness, shape), np.broadcast_to(distance, shape), value)
    volatility = total / np.sqrt(years)
    if bool(possible.all()):
        return volatility, np.zeros(shape, dtype=np.int8)
    status = _status(premium, forward, strike, years, rate, time_value <= nothing)
    return volatility, np.where(possible, np.int8(VolatilityStatus.OK), status)


def _status(
    premium: FloatArray,
    forward: FloatArray,
    strike: FloatArray,
    years: FloatArray,
    rate: FloatArray,
    below_intrinsic: BoolArray,
) -> StatusArray:
    """Return why the impossible rows of a block are impossible; meaningless for the others."""
    finite = np.isfinite(forward) & np.isfinite(strike) & np.isfinite(years) & np.isfinite(rate)
    reasons = (
        (~(finite & (forward > 0.0) & (strike > 0.0)), VolatilityStatus.BAD_CONTRACT),
        (years <= 0.0, VolatilityStatus.EXPIRED),
        (~((premium > 0.0) & np.isfinite(premium)), VolatilityStatus.NO_PRICE),
        (below_intrinsic, VolatilityStatus.BELOW_INTRINSIC),
    )
    conditions = np.broadcast_arrays(*(condition for condition, _ in reasons))
    codes = [np.int8(code) for _, code in reasons]
    return np.select(conditions, codes, default=np.int8(VolatilityStatus.ABOVE_BOUND))


def _status_only(
    premium: FloatArray,
    forward: FloatArray,
    strike: FloatArray,
    years: FloatArray,
    rate: FloatArray,
    is_call: BoolArray,
) -> tuple[StatusArray]:
    """Return the status column of one block."""
    return (solved(premium, forward, strike, years, rate, is_call)[1],)
