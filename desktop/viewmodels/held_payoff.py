"""The payoff of exactly what is held: today and at the nearest expiry, with break-evens and extremes."""

from collections.abc import Sequence

import msgspec
import numpy as np

from desktop.presentation import formats
from desktop.presentation.formats import UNITS_PER_RUPEE
from engine.domain.instrument import Kind
from engine.domain.money import SCALE
from engine.pricing.columns import FloatArray
from engine.pricing.payoff import LegKind, Legs, PayoffSummary, payoff, payoff_at_expiry, payoff_summary
from engine.views.positions import PositionRow

_KINDS = {Kind.CALL: LegKind.CALL, Kind.PUT: LegKind.PUT}
_POINTS = 241
_LEAST_REACH = 0.03  # of the forward on each side
_BEYOND_STRIKES = 1.6
_DEVIATIONS = 3.0
_NO_VOLATILITY = 0.01
"""For an option whose premium has no time value: its curve of today is that of its expiry."""


class HeldPayoff(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Levels of the underlying in index points with profit and loss in ₹ at the nearest expiry and now."""

    underlying: FloatArray
    at_expiry: FloatArray
    today: FloatArray
    summary: PayoffSummary
    forward: float
    profit: float
    """Profit now, ₹, open and booked."""

    def sentences(self) -> list[str]:
        """Answer the figures in words."""
        one = self.summary
        breaks = " and ".join(formats.axis_amount(0)(value) for value in one.break_evens) or "none"
        return [
            f"Now {_money(self.profit)}",
            f"Most to win {_extreme(one.max_profit)}",
            f"Most to lose {_extreme(one.max_loss)}",
            f"Break-evens {breaks}",
            f"Chance of profit {formats.percent(one.probability_of_profit, 0)}",
        ]


def against(legs: Sequence[PositionRow]) -> str:
    """Answer why no payoff can be drawn of these legs; empty where one can."""
    held = [leg for leg in legs if leg.net_quantity]
    if not held:
        return "nothing of it is held"
    if len({leg.underlying for leg in held}) > 1:
        return "it holds several underlyings, and a payoff has one axis"
    return ""


def held_payoff(legs: Sequence[PositionRow]) -> HeldPayoff | None:
    """Answer the payoff of some legs as they stand; None while a price is missing or nothing is held.

    Legs that are closed count with what they booked.
    """
    held = [leg for leg in legs if leg.net_quantity]
    if against(legs) or any(leg.forward is None or leg.mtm is None for leg in held):
        return None
    priced = _legs(held, sum(leg.booked for leg in legs) / SCALE)
    nearest = int(np.argmin(priced.years))
    forward = float(held[nearest].forward or 0.0)
    flat = _flat_volatility(priced, forward)
    levels = _levels(forward, priced, flat)
    return HeldPayoff(
        underlying=levels,
        at_expiry=payoff_at_expiry(priced, levels),
        today=payoff(priced, levels),
        summary=payoff_summary(priced, forward, flat),
        forward=forward,
        profit=sum((leg.mtm or 0) + leg.booked for leg in legs) / SCALE,
    )


def _legs(held: Sequence[PositionRow], booked: float) -> Legs:
    forwards = np.array([leg.forward or 0.0 for leg in held])
    farthest = max((leg.years or 0.0 for leg in held), default=0.0)
    years = np.array([farthest if leg.years is None else leg.years for leg in held])
    nearest = int(np.argmin(years))
    options = [leg.kind in _KINDS for leg in held]
    return Legs.of(
        quantity=[(leg.net_quantity or 0) / leg.scale for leg in held],
        kind=[_KINDS.get(leg.kind, LegKind.FUTURE) if leg.kind else LegKind.FUTURE for leg in held],
        strike=[(leg.strike or 0) / SCALE for leg in held],
        entry_price=[(leg.average_price or 0) / SCALE for leg in held],
        volatility=[
            (leg.volatility or _NO_VOLATILITY) if option else 0.0 for leg, option in zip(held, options, strict=True)
        ],
        years=years,
        basis=forwards - forwards[nearest],
        booked=booked,
    )


def _flat_volatility(legs: Legs, forward: float) -> float:
    """Answer one volatility for the whole distribution: that of the option nearest the money."""
    options = np.flatnonzero(legs.is_option & (legs.volatility > _NO_VOLATILITY))
    if not options.size:
        return 0.15
    return float(legs.volatility[options[np.argmin(np.abs(legs.strike[options] - forward))]])


def _levels(forward: float, legs: Legs, volatility: float) -> FloatArray:
    strikes = legs.strike[legs.is_option]
    farthest = float(np.max(np.abs(strikes - forward))) if strikes.size else 0.0
    deviation = forward * volatility * float(np.sqrt(max(legs.nearest_years, 0.0)))
    reach = max(farthest * _BEYOND_STRIKES, _DEVIATIONS * deviation, forward * _LEAST_REACH)
    reach = min(reach, forward * 0.9)
    inside = strikes[np.abs(strikes - forward) < reach]
    levels: FloatArray = np.unique(np.concatenate([np.linspace(forward - reach, forward + reach, _POINTS), inside]))
    return levels


def _money(rupees: float) -> str:
    return formats.arrowed_amount(round(rupees * UNITS_PER_RUPEE), 0)


def _extreme(rupees: float) -> str:
    return "unlimited" if np.isinf(rupees) else _money(rupees)
