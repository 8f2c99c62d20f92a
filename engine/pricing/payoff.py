"""What a multi-leg position gains or loses at every level of its underlying, at expiry and before.

The horizontal axis is always the forward of the nearest expiry, in index points; a leg on another expiry sees that
level plus its own basis. Legs keep their own volatility at their strike (sticky strike). P&L is in rupees because leg
quantities are signed numbers of units (lots times lot size).
"""

from enum import IntEnum
from typing import Self

import msgspec
import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from engine.pricing.black76 import price
from engine.pricing.columns import BoolArray, FloatArray, Numbers

_DAYS_PER_YEAR = 365.0
# Of the money at stake: below it a P&L counts as zero, so that a break-even on a strike is found once.
_NOTHING = 1e-12
_BISECTIONS = 60
_SEARCH_POINTS = 2001


class LegKind(IntEnum):
    """What a leg is made of, as one byte per leg."""

    CALL = 0
    PUT = 1
    FUTURE = 2


class Legs(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The legs of a position as columns of one length; build it with ``Legs.of``.

    ``quantity`` signed units (short below zero), ``kind`` LegKind codes, ``strike`` and ``entry_price`` in index
    points, ``volatility`` per year (0.13 means 13 %), ``years`` to each leg's expiry, ``basis`` the leg's forward less
    the nearest expiry's in index points. A future has neither strike nor volatility (both 0). ``booked`` is P&L in ₹
    that no longer moves: realised, less charges. ``rate`` per year, continuously compounded.
    """

    quantity: FloatArray
    kind: npt.NDArray[np.int8]
    strike: FloatArray
    entry_price: FloatArray
    volatility: FloatArray
    years: FloatArray
    basis: FloatArray
    booked: float
    rate: float

    @classmethod
    def of(
        cls,
        *,
        quantity: Numbers,
        kind: npt.ArrayLike,
        entry_price: Numbers,
        years: Numbers,
        strike: Numbers = 0.0,
        volatility: Numbers = 0.0,
        basis: Numbers = 0.0,
        booked: float = 0.0,
        rate: float = 0.0,
    ) -> Self:
        """Return legs from columns or single values (which apply to every leg).

        Raises ValueError when there is no leg, when an option has no strike above zero or a leg no finite numbers.
        """
        numbers = (quantity, strike, entry_price, volatility, years, basis, kind)
        columns = np.broadcast_arrays(*(np.atleast_1d(np.asarray(column, dtype=np.float64)) for column in numbers))
        units, strikes, entries, volatilities, lives, bases, kinds = (column.copy() for column in columns)
        if units.ndim != 1 or units.size == 0:
            raise ValueError("A position needs at least one leg")
        if not all(np.all(np.isfinite(column)) for column in columns):
            raise ValueError("Every leg needs a quantity, strike, entry price, volatility and time that are numbers")
        if not np.all(np.isin(kinds, list(LegKind))):
            raise ValueError("A leg is a call, a put or a future")
        if np.any((kinds != LegKind.FUTURE) & (strikes <= 0.0)):
            raise ValueError("Every option leg needs a strike above zero")
        if np.any(lives < 0.0) or np.any(volatilities < 0.0):
            raise ValueError("Time to expiry and volatility cannot be negative")
        return cls(
            quantity=units,
            kind=kinds.astype(np.int8),
            strike=strikes,
            entry_price=entries,
            volatility=volatilities,
            years=lives,
            basis=bases,
            booked=booked,
            rate=rate,
        )

    @property
    def nearest_years(self) -> float:
        """Return the time to the nearest option expiry (to the nearest future's without options), in years."""
        lives = self.years[self.is_option]
        return float(np.min(lives if lives.size else self.years))

    @property
    def is_option(self) -> BoolArray:
        """Return which legs are options."""
        answer: BoolArray = self.kind != LegKind.FUTURE
        return answer

    @property
    def is_single_expiry(self) -> bool:
        """Return whether all options expire together, so that the expiry payoff is made of straight pieces."""
        lives = self.years[self.is_option]
        return bool(np.all(lives == self.nearest_years)) if lives.size else True


class PayoffSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The expiry payoff in five numbers: index points for break-evens, ₹ for profit and loss (±inf: unlimited)."""

    break_evens: tuple[float, ...]
    max_profit: float
    max_loss: float
    probability_of_profit: float
    net_premium: float


def leg_values(legs: Legs, underlying: Numbers, elapsed_years: float, volatility_shift: Numbers = 0.0) -> FloatArray:
    """Return the value of one unit of each leg in index points, legs along a new last axis.

    ``underlying`` levels of any shape, ``elapsed_years`` from now (a leg past its expiry is worth its intrinsic value),
    ``volatility_shift`` added to every leg's volatility (0.01 is one point; never below zero in sum), broadcasting
    with ``underlying``.
    """
    forward = np.asarray(underlying, dtype=np.float64)[..., None] + legs.basis
    shift = np.asarray(volatility_shift, dtype=np.float64)[..., None]
    years = np.maximum(legs.years - elapsed_years, 0.0)
    strike = np.where(legs.is_option, legs.strike, 1.0)
    volatility = np.maximum(legs.volatility + shift, 0.0)
    floor = np.maximum(forward, 1e-9)  # an index can fall to nothing, where the formula has no logarithm
    is_call = legs.kind == LegKind.CALL
    alive = price(floor, strike, years, legs.rate, volatility, is_call)
    intrinsic = np.maximum(np.where(is_call, forward - strike, strike - forward), 0.0)
    options = np.where(years > 0.0, alive, intrinsic)
    answer: FloatArray = np.where(legs.is_option, options, forward)
    return answer


def payoff(legs: Legs, underlying: Numbers, *, days: float = 0.0, volatility_shift: Numbers = 0.0) -> FloatArray:
    """Return the P&L in ₹ at each ``underlying`` level, ``days`` calendar days from now (fractions allowed).

    ``volatility_shift`` moves every leg's volatility in parallel (0.01 is one point), broadcasting with ``underlying``.
    """
    return _profit(legs, underlying, days / _DAYS_PER_YEAR, volatility_shift)


def payoff_at_expiry(legs: Legs, underlying: Numbers) -> FloatArray:
    """Return the P&L in ₹ at each ``underlying`` level at the nearest expiry; longer legs are at model value then."""
    return _profit(legs, underlying, legs.nearest_years, 0.0)


def expiry_nodes(legs: Legs) -> FloatArray:
    """Return the levels where the expiry payoff of the nearest options bends: 0 and their strikes, sorted, in points.

    Between them (and beyond the last) a single-expiry payoff is a straight line, so a chart through them is exact.
    """
    nearest = legs.is_option & (legs.years == legs.nearest_years)
    strikes = legs.strike[nearest] - legs.basis[nearest]
    answer: FloatArray = np.unique(np.concatenate([[0.0], strikes[strikes > 0.0]]))
    return answer


def break_evens(legs: Legs) -> tuple[float, ...]:
    """Return the levels above zero where the expiry P&L crosses or touches nothing, lowest first.

    Exact for one expiry. With several the curve between and around the strikes is searched and bisected to the last
    digit. Where the P&L is nothing over a whole stretch its ends are returned.
    """
    nodes = expiry_nodes(legs) if legs.is_single_expiry else _search_levels(legs)
    values = payoff_at_expiry(legs, nodes)
    small = _NOTHING * _money_at_stake(legs)
    values = np.where(np.abs(values) <= small, 0.0, values)
    roots = [float(node) for node, value in zip(nodes, values, strict=True) if value == 0.0 and node > 0.0]
    roots += [
        _root(legs, float(nodes[i]), float(nodes[i + 1]), float(values[i]), float(values[i + 1]))
        for i in np.flatnonzero(values[:-1] * values[1:] < 0.0)
    ]
    tail = _tail_root(legs, float(nodes[-1]), float(values[-1]))
    if tail is not None:
        roots.append(tail)
    return tuple(sorted(roots))


def max_profit_and_loss(legs: Legs) -> tuple[float, float]:
    """Return (largest profit, largest loss) in ₹ at the nearest expiry; a loss is negative, ±inf is unlimited.

    Exact for one expiry; with several, the best and worst of a fine grid between half and twice the strikes. The
    underlying is bounded by zero below, so only a net long or short call side is unlimited.
    """
    nodes = expiry_nodes(legs) if legs.is_single_expiry else _search_levels(legs)
    values = payoff_at_expiry(legs, nodes)
    slope = _upper_slope(legs)
    profit = float("inf") if slope > 0.0 else float(np.max(values))
    loss = float("-inf") if slope < 0.0 else float(np.min(values))
    return profit, loss


def probability_of_profit(legs: Legs, forward: float, volatility: float) -> float:
    """Return the probability (0 to 1) that the expiry P&L is above zero, log-normal around ``forward``.

    ``volatility`` is one flat at-the-money number for the whole distribution; for per-strike volatility use
    ``probability_of_profit_by_strike``. NaN when forward, volatility or the time left is not above zero.
    """
    return probability_of_profit_by_strike(legs, forward, (0.0,), (volatility,))


def probability_of_profit_by_strike(legs: Legs, forward: float, strikes: Numbers, volatilities: Numbers) -> float:
    """Return the probability of profit with the volatility at each break-even interpolated between ``strikes``.

    ``strikes`` ascending in points, ``volatilities`` per year beside them; flat beyond both ends.
    """
    edges = np.array(break_evens(legs))
    volatility = np.interp(edges, np.asarray(strikes, dtype=np.float64), np.asarray(volatilities, dtype=np.float64))
    years = legs.nearest_years
    usable = forward > 0.0 and years > 0.0 and bool(np.all(np.asarray(volatilities, dtype=np.float64) > 0.0))
    if not usable:
        return float("nan")
    total = volatility * np.sqrt(years)
    below = np.concatenate([[0.0], ndtr(np.log(edges / forward) / total + 0.5 * total), [1.0]])
    walls = np.concatenate([[0.0], edges])
    middles = np.concatenate([0.5 * (walls[:-1] + walls[1:]), [2.0 * max(walls[-1], forward)]])
    wins = payoff_at_expiry(legs, middles) > _NOTHING * _money_at_stake(legs)
    return float(np.sum(np.where(wins, np.diff(below), 0.0)))


def net_premium(legs: Legs) -> float:
    """Return the option premium received (above zero, a credit) or paid (below, a debit) at entry, in ₹."""
    return float(-np.sum((legs.quantity * legs.entry_price)[legs.is_option]))


def payoff_summary(legs: Legs, forward: float, volatility: float) -> PayoffSummary:
    """Return break-evens, largest profit and loss, probability of profit (flat ``volatility``) and net premium."""
    profit, loss = max_profit_and_loss(legs)
    return PayoffSummary(
        break_evens=break_evens(legs),
        max_profit=profit,
        max_loss=loss,
        probability_of_profit=probability_of_profit(legs, forward, volatility),
        net_premium=net_premium(legs),
    )


def _profit(legs: Legs, underlying: Numbers, elapsed_years: float, volatility_shift: Numbers) -> FloatArray:
    """Return the P&L in ₹ of the whole position."""
    values = leg_values(legs, underlying, elapsed_years, volatility_shift)
    answer: FloatArray = (values - legs.entry_price) @ legs.quantity + legs.booked
    return answer


def _money_at_stake(legs: Legs) -> float:
    """Return the size in ₹ against which a P&L is called nothing."""
    return float(np.sum(np.abs(legs.quantity) * (legs.strike + np.abs(legs.entry_price))))


def _upper_slope(legs: Legs) -> float:
    """Return ₹ per point far above all strikes: signed calls and futures (a long-dated call behaves like a future)."""
    discount = np.where(legs.is_option, np.exp(-legs.rate * (legs.years - legs.nearest_years)), 1.0)
    slope = float(np.sum((legs.quantity * discount)[legs.kind != LegKind.PUT]))
    return slope if abs(slope) > 1e-9 * float(np.sum(np.abs(legs.quantity))) else 0.0


def _search_levels(legs: Legs) -> FloatArray:
    """Return levels fine enough to bracket every break-even of a position with several expiries."""
    strikes = legs.strike[legs.is_option]
    grid = np.linspace(0.5 * float(np.min(strikes)), 2.0 * float(np.max(strikes)), _SEARCH_POINTS)
    answer: FloatArray = np.unique(np.concatenate([grid, strikes, expiry_nodes(legs)]))
    return answer


def _root(legs: Legs, low: float, high: float, low_value: float, high_value: float) -> float:
    """Return the level between two of opposite sign where the expiry P&L is nothing."""
    if legs.is_single_expiry:
        return low - low_value * (high - low) / (high_value - low_value)
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        if (float(payoff_at_expiry(legs, middle)) > 0.0) == (low_value > 0.0):
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def _tail_root(legs: Legs, node: float, value: float) -> float | None:
    """Return the break-even beyond the last node, if the straight line there reaches zero."""
    slope = _upper_slope(legs)
    if slope == 0.0 or value * slope >= 0.0:
        return None
    return node - value / slope
