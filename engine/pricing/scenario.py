"""A position under changed spot, volatility and time, with its Greeks added up."""

import msgspec
import numpy as np

from engine.pricing.black76 import greeks
from engine.pricing.columns import FloatArray, Numbers
from engine.pricing.payoff import LegKind, Legs, leg_values

_DAYS_PER_YEAR = 365.0


class PositionGreeks(msgspec.Struct, frozen=True, kw_only=True):
    """Greeks of a whole position, each leg's times its signed quantity.

    ``delta`` in units of the underlying (₹ per index point), ``gamma`` units per point, ``theta`` ₹ per calendar day,
    ``vega`` ₹ per volatility point, ``rho`` ₹ per rate point.
    """

    delta: float
    gamma: float
    theta: float
    vega: float
    rho: float


def scenario_matrix(legs: Legs, underlying: Numbers, volatility_shifts: Numbers, days: Numbers) -> FloatArray:
    """Return P&L in ₹ for every combination, shaped (days, volatility shifts, underlying levels).

    ``underlying`` levels in points, ``volatility_shifts`` added to every leg's volatility (0.01 is one point), ``days``
    calendar days from now. Each argument is one column.
    """
    levels, shifts, times = (
        np.atleast_1d(np.asarray(axis, dtype=np.float64)) for axis in (underlying, volatility_shifts, days)
    )
    planes = [leg_values(legs, levels[None, :], time / _DAYS_PER_YEAR, shifts[:, None]) for time in times]
    answer: FloatArray = (np.stack(planes) - legs.entry_price) @ legs.quantity + legs.booked
    return answer


def leg_greeks(legs: Legs, underlying: float, *, days: float = 0.0, volatility_shift: float = 0.0) -> FloatArray:
    """Return one unit's delta, gamma, theta, vega and rho as rows, a column per leg; a future has delta 1 only."""
    is_option = legs.is_option
    years = np.maximum(legs.years - days / _DAYS_PER_YEAR, 0.0)
    volatility = np.maximum(legs.volatility + volatility_shift, 0.0)
    strike = np.where(is_option, legs.strike, 1.0)
    each = greeks(underlying + legs.basis, strike, years, legs.rate, volatility, legs.kind == LegKind.CALL)
    columns = np.stack([each.delta, each.gamma, each.theta, each.vega, each.rho])
    future = np.array([1.0, 0.0, 0.0, 0.0, 0.0])[:, None]
    return np.where(is_option, columns, future)


def position_greeks(
    legs: Legs, underlying: float, *, days: float = 0.0, volatility_shift: float = 0.0
) -> PositionGreeks:
    """Return the position's Greeks at one underlying level, ``days`` from now and with shifted volatility."""
    total = leg_greeks(legs, underlying, days=days, volatility_shift=volatility_shift) @ legs.quantity
    return PositionGreeks(
        delta=float(total[0]), gamma=float(total[1]), theta=float(total[2]), vega=float(total[3]), rho=float(total[4])
    )


def gain_for_move(position: PositionGreeks, spot: float, percent: float) -> float:
    """Return the P&L in ₹ of a sudden move of ``percent`` of ``spot``: delta's share plus half of gamma's square."""
    move = spot * percent / 100.0
    return position.delta * move + 0.5 * position.gamma * move * move
