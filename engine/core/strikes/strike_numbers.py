"""Strikes that a rule names by a number: a premium, a delta, another Greek."""

from collections.abc import Callable
from enum import Enum

import msgspec

from engine.core.readings import market_data
from engine.core.records import hedge_ties
from engine.core.strikes.choice import Choice, Chosen, Impossible, NotYet
from engine.core.strikes.strike_scan import Candidate, Scan
from engine.domain.instrument import Instrument
from engine.domain.money import Price, exact_units, percent_of, plain_text
from engine.domain.multileg.portfolio import UnderlyingReference
from engine.domain.multileg.strike import (
    ByDelta,
    ClosestPremium,
    DeltaAtLeast,
    DeltaAtMost,
    DeltaRange,
    Greek,
    GreekNearest,
    GreekRange,
    MatchPremium,
    Moneyness,
    PremiumAtLeast,
    PremiumAtMost,
    PremiumPercent,
    PremiumRange,
    StraddlePercent,
    StrikeRule,
)
from engine.domain.multileg.strike_guards import NoStrike
from engine.domain.order import Side
from engine.pricing.strike_measures import Measure

OtherLeg = Callable[[int], Choice]
"""Answers the contract of another leg by its number: the one it was locked to, else the one it would have now."""

_MEASURES = {
    Greek.VOLATILITY: Measure.VOLATILITY,
    Greek.THETA: Measure.THETA,
    Greek.GAMMA: Measure.GAMMA,
    Greek.VEGA: Measure.VEGA,
}


class _Fit(Enum):
    NEAREST = "nearest"
    AT_LEAST = "at least"
    AT_MOST = "at most"
    INSIDE = "inside"


class _Wish(msgspec.Struct, frozen=True):
    """Which number is looked for; ``low`` and ``high`` are equal but for ranges, in 1/10,000."""

    name: str
    fit: _Fit
    low: int | None
    high: int | None
    measure: Measure | None = None
    """None for the premium itself."""
    side: Moneyness = Moneyness.BOTH

    @property
    def words(self) -> str:
        """Answer the wish in words."""
        if self.fit is not _Fit.INSIDE:
            return f"{self.fit.value} {plain_text(self.low or 0)}"
        low = "" if self.low is None else f"from {plain_text(self.low)} "
        return f"{low}to {plain_text(self.high)}" if self.high is not None else low.strip()

    def gap(self, value: int) -> int:
        """Answer how far a number is from fitting; 0 where it fits."""
        low = self.low if self.fit is not _Fit.AT_MOST else None
        high = self.high if self.fit is not _Fit.AT_LEAST else None
        return max(0, (low or 0) - value, value - (value if high is None else high))


def _at(name: str, fit: _Fit, number: int, measure: Measure | None = None, side: Moneyness = Moneyness.BOTH) -> _Wish:
    return _Wish(name, fit, number, number, measure, side)


def by_number(scan: Scan, rule: StrikeRule, other: OtherLeg) -> Choice:
    """Answer the contract whose premium, delta or other Greek is what a rule looks for, or why there is none."""
    wish = _wish(scan, rule, other)
    return _pick(scan, wish) if isinstance(wish, _Wish) else wish


def _wish(scan: Scan, rule: StrikeRule, other: OtherLeg) -> _Wish | NotYet | Impossible:
    match rule:
        case ClosestPremium(premium=premium, side=side):
            return _at("premium", _Fit.NEAREST, exact_units(premium), None, side)
        case PremiumAtLeast(premium=premium, side=side):
            return _at("premium", _Fit.AT_LEAST, exact_units(premium), None, side)
        case PremiumAtMost(premium=premium, side=side):
            return _at("premium", _Fit.AT_MOST, exact_units(premium), None, side)
        case PremiumRange(low=low, high=high, side=side):
            return _Wish("premium", _Fit.INSIDE, exact_units(low), exact_units(high), None, side)
        case PremiumPercent(percent=percent, side=side):
            wanted = percent_of(scan.reference, percent)
            return _at(f"{percent} % of the underlying, premium", _Fit.NEAREST, wanted, None, side)
        case StraddlePercent(percent=percent, side=side):
            width = scan.straddle()
            if width is None:
                return NotYet(f"the straddle at {plain_text(scan.money)} has no premium yet")
            name = f"{percent} % of straddle {plain_text(width)}, premium"
            return _at(name, _Fit.NEAREST, percent_of(width, percent), None, side)
        case MatchPremium(leg=number, side=side):
            return _matched(scan, other(number), number, side)
        case _:
            return _greek_wish(rule)


def _greek_wish(rule: StrikeRule) -> _Wish | Impossible:
    match rule:
        case ByDelta(delta=delta):
            return _at("delta", _Fit.NEAREST, exact_units(delta), Measure.DELTA)
        case DeltaAtLeast(delta=delta):
            return _at("delta", _Fit.AT_LEAST, exact_units(delta), Measure.DELTA)
        case DeltaAtMost(delta=delta):
            return _at("delta", _Fit.AT_MOST, exact_units(delta), Measure.DELTA)
        case DeltaRange(low=low, high=high):
            return _Wish("delta", _Fit.INSIDE, exact_units(low), exact_units(high), Measure.DELTA)
        case GreekNearest(greek=greek, value=value, side=side):
            return _at(greek.value, _Fit.NEAREST, exact_units(value), _MEASURES[greek], side)
        case GreekRange(greek=greek, low=low, high=high, side=side):
            ends = (None if low is None else exact_units(low), None if high is None else exact_units(high))
            return _Wish(greek.value, _Fit.INSIDE, *ends, _MEASURES[greek], side)
        case _:
            return Impossible(f"{type(rule).__name__} chooses no strike")


def _matched(scan: Scan, theirs: Choice, number: int, side: Moneyness) -> _Wish | NotYet | Impossible:
    if not isinstance(theirs, Chosen):
        return type(theirs)(f"leg {number}, whose premium it matches: {theirs.why}")
    theirs_run = (leg for leg in reversed(scan.run.legs) if leg.number == number and not hedge_ties.is_hedge(leg))
    filled = next((leg.entry_average() for leg in theirs_run), None)
    wanted = filled or scan.premium(theirs.instrument)
    if wanted is None:
        return NotYet(f"leg {number}, whose premium it matches, has no price yet")
    return _at(f"leg {number} at {plain_text(wanted)}, premium", _Fit.NEAREST, wanted, None, side)


def _pick(scan: Scan, wish: _Wish) -> Choice:
    candidates = scan.candidates(wish.side)
    if not candidates:
        return _nothing_to_pick(scan, wish)
    values = [one.premium for one in candidates]
    if wish.measure is not None:
        values = [Price(value) for value in scan.measured(wish.measure, candidates)]
    known = [(one, value) for one, value in zip(candidates, values, strict=True) if value >= 0]
    if not known:
        return NotYet(f"no {scan.options} has a volatility yet")
    fitting = [pair for pair in known if wish.fit is _Fit.NEAREST or wish.gap(pair[1]) == 0]
    if fitting:
        best, value = min(fitting, key=lambda pair: _rank(scan, wish, *pair))
        return chosen(scan, best.contract, f"{wish.name} {plain_text(value)}, {wish.words}")
    best, value = min(known, key=lambda pair: (wish.gap(pair[1]), abs(pair[0].strike - scan.money)))
    nearest = f"{plain_text(value)} at {plain_text(best.strike)}"
    if scan.guards.on_no_strike is NoStrike.NEAREST:
        return chosen(scan, best.contract, f"{wish.name} {nearest} is nearest, none is {wish.words}")
    return Impossible(f"no {scan.options} has {wish.name} {wish.words}; nearest is {nearest}")


def _rank(scan: Scan, wish: _Wish, one: Candidate, value: int) -> tuple[int, int]:
    """Answer what orders fitting candidates, the least first.

    Of two equally near, a sale takes the lower premium and a purchase the higher (executor reference §1.2.2); inside a
    range it is the other way round.
    """
    by_premium = one.premium if scan.side is Side.SELL else -one.premium
    match wish.fit:
        case _Fit.NEAREST:
            return abs(value - (wish.low or 0)), by_premium
        case _Fit.AT_LEAST:
            return value, by_premium
        case _Fit.AT_MOST:
            return -value, by_premium
        case _Fit.INSIDE:
            return -by_premium, abs(one.strike - scan.money)


def _nothing_to_pick(scan: Scan, wish: _Wish) -> NotYet:
    there = [contract for contract in scan.contracts(wish.side) if scan.premium(contract) is not None]
    if not there:
        return NotYet(f"no {scan.options} has a premium yet")
    objection = scan.objection(there[0])
    why = objection.why if objection else "the quotes just changed"
    return NotYet(f"the guards let none of {len(there)} {scan.options} pass: {why}")


def chosen(scan: Scan, contract: Instrument, why: str) -> Chosen:
    """Answer a choice with the reference and the money that led to it."""
    return Chosen(contract, f"{why}; {_reference_words(scan)}, ATM {plain_text(scan.money)}")


def _reference_words(scan: Scan) -> str:
    """Name the underlying reference, and say where another one had to stand in for it."""
    price = f"{scan.underlying} {{}}{plain_text(scan.reference)}"
    match scan.run.portfolio.underlying_reference:
        case UnderlyingReference.SPOT:
            return price.format("")
        case UnderlyingReference.FUTURE:
            listed = market_data.near_future(scan.state, scan.underlying)
            return price.format("future " if listed else "spot, as no future is listed, ")
        case UnderlyingReference.IMPLIED:
            implied = market_data.implied_forward(scan.state, scan.underlying, scan.expiry, scan.reference)
            return price.format("implied " if implied else "spot, as no pair of options is quoted, ")
