"""What a previewed portfolio would cost, risk and gain: the figures beside the payoff chart, before any entry."""

from decimal import Decimal

import msgspec
import numpy as np

from engine.domain.charges import order_charges, total
from engine.domain.instant import ist_date
from engine.domain.instrument import Kind, value_of
from engine.domain.margin import Holding, basket_margin
from engine.domain.market_rules import MarketRules, UnknownRuleError
from engine.domain.money import SCALE, Money
from engine.domain.order import Side
from engine.pricing.black76 import implied_volatility
from engine.pricing.columns import FloatArray
from engine.pricing.payoff import LegKind, Legs, PayoffSummary, payoff, payoff_at_expiry, payoff_summary
from engine.pricing.scenario import PositionGreeks, leg_greeks, position_greeks
from engine.pricing.time_to_expiry import years_to_expiry
from engine.views.preview import Preview, PreviewLeg

_KINDS = {Kind.CALL: LegKind.CALL, Kind.PUT: LegKind.PUT}
_CURVE_POINTS = 241
_LEAST_REACH = 0.03  # of the spot on each side
_REACH_BEYOND_STRIKES = 1.6
_DEVIATIONS_SHOWN = 3.0


class EntryEstimate(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A portfolio's figures before its entry. Amounts in 1/10,000 ₹ where whole, in ₹ where float.

    ``underlying`` are levels of the nearest expiry's forward in index points, with the profit in ₹ at that expiry and
    now beside them; ``volatilities`` are fractions per year, one per leg, NaN where there is none; ``deltas`` are those
    of each whole leg, ₹ per index point; ``years`` is the time to the nearest expiry.
    """

    preview: Preview
    underlying: FloatArray
    at_expiry: FloatArray
    today: FloatArray
    volatilities: FloatArray
    deltas: FloatArray
    greeks: PositionGreeks
    summary: PayoffSummary
    spot: float
    years: float
    margin: Money
    charges: Decimal | None
    """Of the entry and an exit at the same prices, in ₹; None where no rates are known for the date."""


def estimate(preview: Preview, rules: MarketRules) -> EntryEstimate | None:
    """Answer the figures of a preview; None while a leg has no contract, price or expiry, or the spot is missing."""
    if preview.spot is None or not preview.is_complete or not all(leg.expires_at for leg in preview.legs):
        return None
    forwards = np.array([_rupees(leg.forward or preview.spot) for leg in preview.legs])
    legs = _pricing_legs(preview, forwards)
    if legs is None:
        return None
    nearest = int(np.argmin(legs.years))
    forward = float(forwards[nearest])
    flat = _flat_volatility(preview, legs)
    levels = _levels(forward, legs, flat)
    return EntryEstimate(
        preview=preview,
        underlying=levels,
        at_expiry=payoff_at_expiry(legs, levels),
        today=payoff(legs, levels),
        volatilities=np.where(legs.is_option, legs.volatility, np.nan),
        deltas=leg_greeks(legs, forward)[0] * legs.quantity,
        greeks=position_greeks(legs, forward),
        summary=payoff_summary(legs, forward, flat),
        spot=_rupees(preview.spot),
        years=float(legs.years[nearest]),
        margin=_margin(preview),
        charges=_round_trip_charges(preview, rules),
    )


def _pricing_legs(preview: Preview, forwards: FloatArray) -> Legs | None:
    strikes = np.array([_rupees(leg.contract.strike or 0) if leg.contract else 0.0 for leg in preview.legs])
    kinds = [_kind(leg) for leg in preview.legs]
    years = np.array([years_to_expiry(preview.at, leg.expires_at) for leg in preview.legs])
    calls = np.array([kind is LegKind.CALL for kind in kinds])
    options = np.array([kind is not LegKind.FUTURE for kind in kinds])
    middles = np.array([_rupees(leg.middle or leg.price or 0) for leg in preview.legs])
    safe_strikes = np.where(options, strikes, 1.0)
    found = implied_volatility(middles, forwards, safe_strikes, years, 0.0, calls)
    # A premium below intrinsic value has no volatility; nearly none draws its curve as it is now.
    volatility = np.where(options, np.where(np.isfinite(found), found, 0.01), 0.0)
    if not np.isfinite(forwards).all():
        return None
    nearest = int(np.argmin(years))
    return Legs.of(
        quantity=[_units(leg) for leg in preview.legs],
        kind=kinds,
        strike=strikes,
        entry_price=[_rupees(leg.price or 0) for leg in preview.legs],
        volatility=volatility,
        years=years,
        basis=forwards - forwards[nearest],
    )


def _kind(leg: PreviewLeg) -> LegKind:
    return _KINDS.get(leg.contract.kind, LegKind.FUTURE) if leg.contract else LegKind.FUTURE


def _units(leg: PreviewLeg) -> float:
    return leg.quantity / (leg.contract.quantity_scale if leg.contract else 1)


def _flat_volatility(preview: Preview, legs: Legs) -> float:
    """Answer one volatility for the whole distribution: that of the option nearest the money."""
    options = np.flatnonzero(legs.is_option & (legs.volatility > 0.0))
    if not options.size:
        return 0.15
    spot = _rupees(preview.spot or 0)
    return float(legs.volatility[options[np.argmin(np.abs(legs.strike[options] - spot))]])


def _levels(forward: float, legs: Legs, volatility: float) -> FloatArray:
    strikes = legs.strike[legs.is_option]
    farthest = float(np.max(np.abs(strikes - forward))) if strikes.size else 0.0
    deviation = forward * volatility * float(np.sqrt(max(legs.nearest_years, 0.0)))
    reach = max(farthest * _REACH_BEYOND_STRIKES, _DEVIATIONS_SHOWN * deviation, forward * _LEAST_REACH)
    reach = min(reach, forward * 0.9)
    grid = np.linspace(forward - reach, forward + reach, _CURVE_POINTS)
    inside = strikes[np.abs(strikes - forward) < reach]
    levels: FloatArray = np.unique(np.concatenate([grid, inside]))
    return levels


def _margin(preview: Preview) -> Money:
    """Answer the funds that opening the legs at these prices needs, as the paper broker and the risk gate reckon."""
    held = [Holding(leg.contract, leg.quantity) for leg in preview.legs if leg.contract]
    prices = {leg.contract.id: leg.price for leg in preview.legs if leg.contract and leg.price is not None}
    spots = {preview.portfolio.underlying: preview.spot} if preview.spot is not None else {}
    return basket_margin(held, prices, spots)


def _round_trip_charges(preview: Preview, rules: MarketRules) -> Decimal | None:
    charged = []
    for leg in preview.legs:
        if leg.contract is None or leg.price is None:
            return None
        value = value_of(leg.price, abs(leg.quantity), leg.contract)
        try:
            rates = rules.charge_rates(leg.contract.exchange, leg.contract.kind, ist_date(preview.at))
        except UnknownRuleError:
            return None
        charged += [order_charges(rates, side, value) for side in (Side.BUY, Side.SELL)]
    return total(charged).total


def _rupees(units: int) -> float:
    return units / SCALE
