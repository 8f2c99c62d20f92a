"""Which contract protects a sold leg: the strikes farther out, what they cost, and which of them is bought."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

import msgspec

from engine.core.readings import ledger, market_data
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.core.strikes.choice import Choice, Chosen, Impossible, NotYet
from engine.domain.identifiers import InstrumentId
from engine.domain.instrument import Exchange, Instrument, Kind, value_of
from engine.domain.margin import Holding, blocked_margin
from engine.domain.market_rules import UnknownRuleError
from engine.domain.money import Money, Price, exact_units, plain_text
from engine.domain.multileg.dynamic_hedge import (
    DistanceFrom,
    DynamicHedge,
    HedgeByDelta,
    HedgeByDistance,
    HedgeByMargin,
    HedgeByPremium,
    HedgeChoice,
    HedgeRule,
    Unsatisfied,
    hedge_lots,
)
from engine.pricing.strike_measures import Measure, measures
from engine.pricing.time_to_expiry import years_to_expiry

_ROUND_STRIKES = exact_units(500)
_SHOWN = 5
"""Candidates that an explanation names."""


class Candidate(msgspec.Struct, frozen=True):
    """A strike that may be bought: its premium, and how many strikes it lies from the parent."""

    contract: Instrument
    premium: Price
    steps: int

    @property
    def words(self) -> str:
        """Answer it for an explanation: ``"25350 4.20"``."""
        return f"{plain_text(self.contract.strike or 0)} at {plain_text(self.premium)}"


class _Outward(msgspec.Struct, frozen=True):
    """The listed strikes farther out of the money than one sold leg, nearest first."""

    state: EngineState
    run: PortfolioRun
    leg: LegRun
    parent: Instrument
    step: Price
    contracts: tuple[Instrument, ...]

    @property
    def options(self) -> str:
        return f"{self.parent.kind.value} beyond {plain_text(self.parent.strike or 0)}"

    def steps(self, contract: Instrument) -> int:
        return abs((contract.strike or 0) - (self.parent.strike or 0)) // self.step

    def premium(self, contract: Instrument) -> Price | None:
        return premium_of(self.state, contract)

    def priced(self, contracts: Iterable[Instrument]) -> list[Candidate]:
        found = ((contract, self.premium(contract)) for contract in contracts)
        return [Candidate(contract, premium, self.steps(contract)) for contract, premium in found if premium]


def premium_of(state: EngineState, contract: Instrument) -> Price | None:
    """Answer today's last price of a contract, else its middle; None without a quote of today: never a price of 0."""
    row = state.master.row(contract.id)
    if not market_data.has_quote_today(state, row):
        return None
    return market_data.last_price(state, row) or market_data.middle(state, row) or None


def choose(state: EngineState, run: PortfolioRun, leg: LegRun, rule: DynamicHedge, *, patient: bool = True) -> Choice:
    """Answer the hedge of a resolved sold leg, or why there is none.

    Where a field may be ignored the premium is given up first, then the distance. ``patient``: quotes that have not
    come yet are waited for before anything is given up.
    """
    outward = _outward(state, run, leg, rule)
    if not isinstance(outward, _Outward):
        return outward
    choice = _by_rule(outward, rule.rule)
    if rule.unsatisfied is not Unsatisfied.IGNORE_FIELD:
        return choice
    for ignored, relaxed in _relaxed(rule.rule):
        if isinstance(choice, Chosen) or (isinstance(choice, NotYet) and patient):
            return choice
        first, choice = choice, _by_rule(outward, relaxed)
        if isinstance(choice, Chosen):
            choice = Chosen(choice.instrument, f"{choice.why}; {ignored} ignored, because {first.why}")
    return choice


def nearer(state: EngineState, run: PortfolioRun, leg: LegRun, rule: DynamicHedge, tried: list[LegRun]) -> Choice:
    """Answer the next strike nearer to the parent than those that the broker refused, within the premium's bounds."""
    outward = _outward(state, run, leg, rule)
    if not isinstance(outward, _Outward):
        return outward
    refused = {one.row for one in tried}
    least = min(outward.steps(ledger.instrument_of(state, one)) for one in tried)
    candidates = outward.priced(one for one in outward.contracts if outward.steps(one) < least)
    fitting = [
        one
        for one in candidates
        if state.master.row(one.contract.id) not in refused and _fits(outward, rule.rule, one.premium, cheap_too=True)
    ]
    if not fitting:
        return Impossible(f"no {outward.options} nearer than {least} strikes can be bought instead")
    best = max(fitting, key=lambda one: one.steps)
    return Chosen(best.contract, f"{_bought(best)}, nearer than what the broker refused")


def is_in_window(state: EngineState, run: PortfolioRun, leg: LegRun, rule: DynamicHedge, hedge: LegRun) -> bool:
    """Say whether a hedge that is held lies where one would be bought for a leg; its premium does not matter."""
    outward = _outward(state, run, leg, rule)
    held = ledger.instrument_of(state, hedge)
    if not isinstance(outward, _Outward) or held not in outward.contracts:
        return False
    match rule.rule:
        case HedgeByPremium() | HedgeByMargin() as window:
            inside = _window(outward, window)
            return isinstance(inside, list) and held in inside
        case HedgeByDistance(strikes=strikes):
            return outward.steps(held) >= strikes
        case HedgeByDelta():
            return True


def lots(state: EngineState, leg: LegRun, rule: DynamicHedge) -> int:
    """Answer the lots of a hedge of a leg: its own lots by the ratio, rounded up."""
    own = leg.wanted // ledger.instrument_of(state, leg).lot_size
    return hedge_lots(rule, own)


def margin_saved(
    state: EngineState, run: PortfolioRun, basket: list[Holding], contract: Instrument, quantity: int
) -> Money:
    """Answer by how much buying a contract lowers the estimated margin of a basket, in 1/10,000 ₹."""
    spot = market_data.spot_price(state, run)
    spots = {run.portfolio.underlying: spot} if spot is not None else {}
    prices: dict[InstrumentId, Price] = {}
    bought = Holding(contract, quantity, basket[0].on_share if basket else False)
    return Money(blocked_margin(basket, prices, spots) - blocked_margin([*basket, bought], prices, spots))


def basket_of(state: EngineState, run: PortfolioRun) -> list[Holding]:
    """Answer what a portfolio holds or is about to, for the estimate of its margin."""
    spot = state.master.spot(run.portfolio.underlying)
    on_share = spot is not None and spot.kind is Kind.EQUITY and spot.exchange is not Exchange.CRYPTO
    return [
        Holding(ledger.instrument_of(state, leg), leg.leg.side.sign * leg.wanted, on_share)
        for leg in run.present
        if leg.row >= 0 and leg.wanted and (leg.net_quantity or ledger.is_entering(leg))
    ]


def _outward(state: EngineState, run: PortfolioRun, leg: LegRun, rule: DynamicHedge) -> _Outward | Impossible:
    parent = ledger.instrument_of(state, leg)
    if parent.expiry is None or parent.strike is None:
        return Impossible(f"{parent.symbol} is no option")
    underlying = run.portfolio.underlying
    try:
        step = state.rules.contract_rule(underlying, market_data.today(state), parent.expiry).strike_step
    except UnknownRuleError as error:
        return Impossible(str(error))
    outside = [
        strike
        for strike in state.master.strikes(underlying, parent.expiry)
        if (strike > parent.strike if parent.kind is Kind.CALL else strike < parent.strike)
        and not strike % (_ROUND_STRIKES if rule.multiples_of_500 else 1)
    ]
    outside.sort(key=lambda strike: abs(strike - (parent.strike or 0)))
    found = (state.master.contract(underlying, parent.expiry, strike, parent.kind) for strike in outside)
    contracts = tuple(contract for contract in found if contract is not None)
    if not contracts:
        words = " at multiples of 500" if rule.multiples_of_500 else ""
        return Impossible(f"no {parent.kind.value} beyond {plain_text(parent.strike)} is listed{words}")
    return _Outward(state, run, leg, parent, step, contracts)


def _relaxed(rule: HedgeRule) -> list[tuple[str, HedgeRule]]:
    """Answer what may be ignored of a rule, in order: the premium, then the distance."""
    everywhere = HedgeByPremium(nearest=0, farthest=10_000, least=Decimal(0), most=Decimal(1_000_000))
    match rule:
        case HedgeByPremium() | HedgeByMargin():
            any_premium = HedgeByPremium(
                reference=rule.reference,
                nearest=rule.nearest,
                farthest=rule.farthest,
                least=Decimal(0),
                most=Decimal(1_000_000),
            )
            return [("the premium", any_premium), ("the distance too", everywhere)]
        case HedgeByDistance():
            return [("the distance", everywhere)]
        case HedgeByDelta():
            return [("the delta", everywhere)]


def _by_rule(outward: _Outward, rule: HedgeRule) -> Choice:
    match rule:
        case HedgeByPremium():
            return _by_premium(outward, rule)
        case HedgeByDistance():
            return _by_distance(outward, rule)
        case HedgeByDelta():
            return _by_delta(outward, rule)
        case HedgeByMargin():
            return _by_margin(outward, rule)


def _window(outward: _Outward, rule: HedgeByPremium | HedgeByMargin) -> list[Instrument] | NotYet:
    """Answer the contracts whose distance lies in a rule's window."""
    origin = outward.parent.strike or Price(0)
    if rule.reference is DistanceFrom.MONEY:
        reference = market_data.underlying_price(outward.state, outward.run, outward.parent.expiry)
        if reference is None:
            return NotYet(f"{outward.run.portfolio.underlying} has no price yet")
        origin = market_data.at_the_money(reference, outward.step, outward.run.portfolio.atm_rounding)
    near, far = rule.nearest * outward.step, rule.farthest * outward.step
    return [one for one in outward.contracts if near <= abs((one.strike or 0) - origin) <= far]


def _fits(outward: _Outward, rule: HedgeRule, premium: Price, *, cheap_too: bool = False) -> bool:
    """Say whether a premium lies within a rule's bounds."""
    if not isinstance(rule, (HedgeByPremium, HedgeByMargin)):
        return True
    if premium > exact_units(rule.most):
        return False
    if isinstance(rule, HedgeByMargin):
        return True
    if premium < exact_units(rule.least) and not cheap_too:
        return False
    if rule.most_of_parent is None:
        return True
    parents = outward.premium(outward.parent)
    return parents is not None and Decimal(premium * 100) <= rule.most_of_parent * parents


def _in_bounds(outward: _Outward, rule: HedgeByPremium | HedgeByMargin) -> list[Candidate] | NotYet | Impossible:
    window = _window(outward, rule)
    if isinstance(window, NotYet):
        return window
    kind = outward.parent.kind.value
    between = f"{rule.nearest} to {rule.farthest} strikes from {rule.reference.value}"
    if not window:
        return Impossible(f"no {kind} is listed {between}")
    priced = outward.priced(window)
    fitting = [one for one in priced if _fits(outward, rule, one.premium)]
    if fitting:
        return fitting
    if len(priced) < len(window):
        return NotYet(f"{len(window) - len(priced)} {kind} {between} have no price yet, and no other fits")
    return Impossible(f"no {kind} {between} costs {_bounds(rule)}: {_listed(priced)}")


def _bounds(rule: HedgeByPremium | HedgeByMargin) -> str:
    most = plain_text(exact_units(rule.most))
    if isinstance(rule, HedgeByMargin):
        return f"at most {most}"
    share = "" if rule.most_of_parent is None else f" and at most {rule.most_of_parent} % of the parent"
    return f"{plain_text(exact_units(rule.least))} to {most}{share}"


def _by_premium(outward: _Outward, rule: HedgeByPremium) -> Choice:
    found = _in_bounds(outward, rule)
    if not isinstance(found, list):
        return found
    if rule.choice is HedgeChoice.CHEAPEST:
        best = min(found, key=lambda one: (one.premium, one.steps))
    else:
        best = min(found, key=lambda one: one.steps)
    return Chosen(best.contract, f"{_bought(best)}, {rule.choice.value} of {len(found)}: {_listed(found)}")


def _by_distance(outward: _Outward, rule: HedgeByDistance) -> Choice:
    beyond = [one for one in outward.contracts if outward.steps(one) >= rule.strikes]
    if not beyond:
        return Impossible(f"no {outward.options} is listed {rule.strikes} strikes away or farther")
    premium = outward.premium(beyond[0])
    if premium is None:
        return NotYet(f"{beyond[0].symbol} has no price yet")
    best = Candidate(beyond[0], premium, outward.steps(beyond[0]))
    wanted = "" if best.steps == rule.strikes else f", the next one outward of {rule.strikes}"
    return Chosen(best.contract, f"{_bought(best)}{wanted}")


def _by_delta(outward: _Outward, rule: HedgeByDelta) -> Choice:
    candidates = outward.priced(outward.contracts)
    expiry, state = outward.parent.expiry, outward.state
    reference = market_data.underlying_price(state, outward.run, expiry)
    if not candidates or reference is None or expiry is None:
        return NotYet(f"no {outward.options} has a price yet")
    forward = market_data.implied_forward(state, outward.run.portfolio.underlying, expiry, reference) or reference
    deltas = measures(
        Measure.DELTA,
        [one.premium for one in candidates],
        [one.contract.strike or 0 for one in candidates],
        forward,
        years_to_expiry(state.now, state.rules.expiry_close(outward.parent.exchange, expiry)),
        is_call=outward.parent.kind is Kind.CALL,
    )
    known = [(delta, one) for delta, one in zip(deltas, candidates, strict=True) if delta >= 0]
    if not known:
        return NotYet(f"no {outward.options} has a volatility yet")
    delta, best = min(known, key=lambda pair: (abs(pair[0] - exact_units(rule.delta)), pair[1].steps))
    return Chosen(best.contract, f"{_bought(best)}, delta {plain_text(delta)} is nearest {rule.delta}")


def _by_margin(outward: _Outward, rule: HedgeByMargin) -> Choice:
    found = _in_bounds(outward, rule)
    if not isinstance(found, list):
        return found
    state, run = outward.state, outward.run
    basket, quantity = basket_of(state, run), max(outward.leg.wanted, outward.parent.lot_size)
    scored = []
    for one in found:
        saved = margin_saved(state, run, basket, one.contract, quantity)
        cost = value_of(one.premium, quantity, one.contract)
        scored.append((Fraction(saved, cost), -one.steps, saved, cost, one))
    _, _, saved, cost, best = max(scored, key=lambda score: score[:2])
    if saved <= 0:
        return Impossible(f"no {outward.options} lowers the estimated margin")
    words = f"saves about ₹{plain_text(saved)} of margin for ₹{plain_text(cost)}"
    return Chosen(best.contract, f"{_bought(best)}, {words}, most per rupee of {len(found)}: {_listed(found)}")


def _bought(one: Candidate) -> str:
    return f"{one.contract.kind.value} {one.words}, {one.steps} strikes from the parent"


def _listed(candidates: list[Candidate]) -> str:
    more = f" and {len(candidates) - _SHOWN} more" if len(candidates) > _SHOWN else ""
    return ", ".join(one.words for one in candidates[:_SHOWN]) + more
