"""Templates by market view, and what is changed of one before it is inserted: width, ratio, lots, expiry."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum

import msgspec

from engine.domain.instrument import Exchange
from engine.domain.multileg.expiry import MONTHS_AHEAD, WEEKS_AHEAD, ExpiryRule, FixedDate
from engine.domain.multileg.leg import Leg
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.strike import AtmOffset
from engine.domain.multileg.templates import Template, TemplateKind
from engine.schema.declared import replace

_FARTHEST = 25
"""Strikes from the money to which a width reaches: as far as chains are looked at unless far strikes are allowed."""


class MarketView(Enum):
    """What a trader expects of the market; the headings under which templates are listed, in their order."""

    PRESET = "Ready to run"
    BULL = "Bullish"
    BEAR = "Bearish"
    QUIET = "Neutral: the market stays, volatility falls"
    MOVING = "Breakout: the market moves, volatility rises"
    CALENDAR = "Calendars and diagonals"
    ARBITRAGE = "Arbitrage and financing"


_BEGINNINGS: Mapping[str, MarketView] = {
    "Bull": MarketView.BULL,
    "Bear": MarketView.BEAR,
    "Vol-": MarketView.QUIET,
    "Neutral": MarketView.QUIET,
    "Range": MarketView.QUIET,
    "Vol+": MarketView.MOVING,
    "Arb": MarketView.ARBITRAGE,
}
"""The view under which a template stands, by how the view in its document begins."""


class Adjustment(msgspec.Struct, frozen=True, kw_only=True):
    """What a trader changes of a template before inserting it.

    ``width`` multiplies the distances of strikes from the money; ``ratio`` are the lots of each leg that has more than
    the smallest one; ``lots`` multiplies the lots of all legs. None leaves a thing as the template has it.
    """

    width: Decimal = Decimal(1)
    ratio: int | None = None
    lots: int = 1
    expiry: ExpiryRule | None = None
    underlying: str | None = None
    exchange: Exchange | None = None


def market_view(template: Template) -> MarketView:
    """Answer the heading under which a template is listed."""
    if template.kind is TemplateKind.PRESET:
        return MarketView.PRESET
    if template.risk.several_expiries:
        return MarketView.CALENDAR
    found = (view for beginning, view in _BEGINNINGS.items() if template.view.startswith(beginning))
    return next(found, MarketView.QUIET)


def base_ratio(portfolio: MultilegPortfolio) -> int | None:
    """Answer the lots of the larger legs against the smallest, in whole numbers; None where all legs are equal."""
    smallest = min((leg.lots for leg in portfolio.legs if leg.lots), default=1)
    largest = max(leg.lots for leg in portfolio.legs)
    return largest // smallest if largest > smallest else None


def adapted(portfolio: MultilegPortfolio, wanted: Adjustment) -> MultilegPortfolio:
    """Answer a portfolio with the changes that were wanted; nothing is checked.

    Strikes that were apart stay apart and in their order, and none goes farther than chains are looked at. Where the
    expiry changes, legs on a later expiry keep their distance from it as far as there are such expiries.
    """
    steps = _stretched([leg.strike.steps for leg in portfolio.legs if isinstance(leg.strike, AtmOffset)], wanted.width)
    smallest = min((leg.lots for leg in portfolio.legs if leg.lots), default=1)
    legs = tuple(_leg(leg, wanted, steps, smallest, portfolio.expiry) for leg in portfolio.legs)
    changes: dict[str, object] = {"legs": legs}
    if wanted.expiry is not None:
        changes["expiry"] = wanted.expiry
    if wanted.underlying is not None:
        changes["underlying"] = wanted.underlying
    if wanted.exchange is not None:
        changes["exchange"] = wanted.exchange
    changed: MultilegPortfolio = replace(portfolio, **changes)
    return changed


def _leg(leg: Leg, wanted: Adjustment, steps: Mapping[int, int], smallest: int, base: ExpiryRule) -> Leg:
    larger = leg.lots > smallest and wanted.ratio is not None
    lots = (smallest * (wanted.ratio or 1) if larger else leg.lots) * wanted.lots
    changes: dict[str, object] = {"lots": min(999, lots)}
    if isinstance(leg.strike, AtmOffset):
        changes["strike"] = replace(leg.strike, steps=steps[leg.strike.steps])
    if wanted.expiry is not None and leg.expiry is not None:
        changes["expiry"] = _shifted(leg.expiry, base, wanted.expiry)
    changed: Leg = replace(leg, **changes)
    return changed


def _stretched(steps: Sequence[int], width: Decimal) -> dict[int, int]:
    """Answer for each distance the stretched one; distances on one side never meet each other or the money."""
    farthest = max((abs(step) for step in steps), default=0)
    if farthest:
        width = min(width, Decimal(max(_FARTHEST, farthest)) / farthest)
    answer = {0: 0}
    for side in (1, -1):
        last = 0
        for step in sorted({abs(one) for one in steps if one * side > 0}):
            last = max(int((step * width).quantize(Decimal(1), ROUND_HALF_UP)), last + 1)
            answer[side * step] = side * last
    return answer


def _shifted(own: ExpiryRule, base: ExpiryRule, wanted: ExpiryRule) -> ExpiryRule:
    """Answer the expiry as far behind the wanted one as the leg's own is behind the portfolio's."""
    for ahead in (WEEKS_AHEAD, MONTHS_AHEAD):
        if type(own) in ahead and type(base) in ahead:
            distance = ahead[type(own)] - ahead[type(base)]
            for kinds in (WEEKS_AHEAD, MONTHS_AHEAD):
                if type(wanted) in kinds:
                    return _at(kinds, kinds[type(wanted)] + distance) or own
    return own


def _at(ahead: Mapping[type, int], distance: int) -> ExpiryRule | None:
    found: type | None = next((kind for kind, place in ahead.items() if place == distance), None)
    rule: ExpiryRule | None = None if found is None or found is FixedDate else found()
    return rule
