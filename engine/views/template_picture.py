"""The payoff picture of a structure before any quote is known: its shape at the nearest expiry, without a scale."""

from decimal import Decimal

import msgspec
import numpy as np

from engine.domain.multileg.expiry import MONTHS_AHEAD, WEEKS_AHEAD, ExpiryRule
from engine.domain.multileg.leg import Leg, LegKind
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.strike import (
    AtmOffset,
    ByDelta,
    ClosestPremium,
    FixedStrike,
    MoneynessSteps,
    RelativeToLeg,
    StraddleWidth,
)
from engine.pricing.black76 import greeks, price
from engine.pricing.columns import FloatArray
from engine.pricing.payoff import LegKind as PricedKind
from engine.pricing.payoff import Legs, payoff_at_expiry

_FORWARD, _STEP = 24_850.0, 50.0
_VOLATILITY = 0.13
_NEAR, _WEEK, _MONTH = 3.2 / 365, 7 / 365, 30 / 365
_LEAST_REACH = 10.0
_BEYOND = 1.5
_POINTS = 121
_SCANNED = 60
_KINDS = {LegKind.CALL: PricedKind.CALL, LegKind.PUT: PricedKind.PUT, LegKind.FUTURE: PricedKind.FUTURE}


class TemplatePicture(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A polyline: ``across`` from 0 to 1, ``profit`` from −1 to 1 with 0 where nothing is made or lost."""

    across: FloatArray
    profit: FloatArray


def picture_of(portfolio: MultilegPortfolio) -> TemplatePicture:
    """Answer the shape of a portfolio's payoff on a made-up market of ordinary weekly index options.

    A leg whose strike depends on live quotes in a way that has no shape of its own is drawn at the money.
    """
    strikes: list[float] = []
    for leg in portfolio.legs:
        strikes.append(_strike(leg, _years(leg.expiry or portfolio.expiry), strikes))
    years = np.array([_years(leg.expiry or portfolio.expiry) for leg in portfolio.legs])
    levels = _levels(strikes)
    legs = Legs.of(
        quantity=[leg.side.sign * max(1, leg.lots) for leg in portfolio.legs],
        kind=[_KINDS[leg.kind] for leg in portfolio.legs],
        strike=strikes,
        entry_price=[
            _premium(leg, strike, life) for leg, strike, life in zip(portfolio.legs, strikes, years, strict=True)
        ],
        volatility=[0.0 if leg.kind is LegKind.FUTURE else _VOLATILITY for leg in portfolio.legs],
        years=years,
    )
    profit = payoff_at_expiry(legs, levels)
    largest = float(np.max(np.abs(profit)))
    return TemplatePicture(
        across=(levels - levels[0]) / (levels[-1] - levels[0]),
        profit=profit / largest if largest > 1e-6 else profit * 0.0,
    )


def _levels(strikes: list[float]) -> FloatArray:
    reach = max(max(abs(strike - _FORWARD) for strike in strikes) * _BEYOND, _LEAST_REACH * _STEP)
    levels: FloatArray = np.unique(np.concatenate([np.linspace(_FORWARD - reach, _FORWARD + reach, _POINTS), strikes]))
    return levels


def _premium(leg: Leg, strike: float, years: float) -> float:
    if leg.kind is LegKind.FUTURE:
        return _FORWARD
    return float(price(_FORWARD, strike, years, 0.0, _VOLATILITY, leg.kind is LegKind.CALL))


def _strike(leg: Leg, years: float, before: list[float]) -> float:
    outward = 1.0 if leg.kind is LegKind.CALL else -1.0
    rule = leg.strike
    match rule:
        case AtmOffset(steps=steps):
            return _FORWARD + steps * _STEP
        case MoneynessSteps(steps=steps):
            away = outward if rule.where.value.startswith("out") else -outward
            return _FORWARD + away * steps * _STEP
        case FixedStrike(strike=strike):
            return float(strike)
        case RelativeToLeg(leg=number, steps=steps) if number <= len(before):
            return before[number - 1] + steps * _STEP
        case StraddleWidth(multiple=multiple):
            width = 2 * float(price(_FORWARD, _FORWARD, years, 0.0, _VOLATILITY, True))
            return _FORWARD + outward * width * float(multiple)
        case ClosestPremium(premium=premium):
            return _nearest(leg, years, premium, by_delta=False)
        case ByDelta(delta=delta):
            return _nearest(leg, years, delta, by_delta=True)
        case _:
            return _FORWARD


def _nearest(leg: Leg, years: float, wanted: Decimal, *, by_delta: bool) -> float:
    is_call = leg.kind is LegKind.CALL
    strikes = _FORWARD + _STEP * np.arange(-_SCANNED, _SCANNED + 1)
    if by_delta:
        values = np.abs(greeks(_FORWARD, strikes, years, 0.0, _VOLATILITY, is_call).delta)
    else:
        values = price(_FORWARD, strikes, years, 0.0, _VOLATILITY, is_call)
    return float(strikes[np.argmin(np.abs(values - float(wanted)))])


def _years(rule: ExpiryRule) -> float:
    if type(rule) in WEEKS_AHEAD:
        return _NEAR + WEEKS_AHEAD[type(rule)] * _WEEK
    return _NEAR + _MONTH * (0.5 + MONTHS_AHEAD.get(type(rule), 0))
