"""Strike rule and market → the contract of a leg."""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal

import msgspec
import numpy as np

from engine.core import market_data
from engine.core.choice import Choice, Chosen, Impossible, NotYet
from engine.core.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.instrument import Instrument, Kind
from engine.domain.market_rules import UnknownRuleError
from engine.domain.money import Price, exact_units, plain_text
from engine.domain.multileg.expiry import CurrentMonth, CurrentWeek, ExpiryRule, FixedDate, NextMonth, NextWeek
from engine.domain.multileg.strike import AtmOffset, ByDelta, ClosestPremium, FixedStrike, StraddleWidth
from engine.domain.order import Side
from engine.pricing.black76 import greeks, implied_volatility
from engine.pricing.time_to_expiry import years_to_expiry

_DEPTH = 25
"""Strikes scanned on each side of the money (executor reference §1.2.2, max depth)."""


def choose(state: EngineState, run: PortfolioRun, leg: LegRun) -> Choice:
    """Answer the contract that a leg's rules mean now, or why there is none."""
    expiry = expiry_of(state, run, leg.leg.expiry or run.portfolio.expiry)
    if not isinstance(expiry, date):
        return expiry
    kind = leg.leg.kind.kind
    if kind is Kind.FUTURE:
        return _future(state, run, expiry)
    reference = market_data.underlying_price(state, run, expiry)
    if reference is None:
        return NotYet(f"{run.portfolio.underlying} has no price yet")
    try:
        step = state.rules.contract_rule(run.portfolio.underlying, market_data.today(state), expiry).strike_step
    except UnknownRuleError as error:
        return Impossible(str(error))
    money = market_data.at_the_money(reference, step, run.portfolio.atm_rounding)
    scan = _Scan(state, run.portfolio.underlying, expiry, kind, reference, money, step)
    choice = _by_rule(scan, leg)
    if isinstance(choice, Chosen) and not market_data.has_quote_today(state, state.master.row(choice.instrument.id)):
        return NotYet(f"{choice.instrument.symbol} has no quote yet")
    return choice


def expiry_of(state: EngineState, run: PortfolioRun, rule: ExpiryRule) -> date | Impossible:
    """Answer the expiry that a rule means today; weekly rules need an underlying with weekly expiries."""
    underlying, on = run.portfolio.underlying, market_data.today(state)
    listed = [expiry for expiry in state.master.expiries(underlying) if expiry >= on]
    monthly = [expiry for expiry in listed if state.rules.is_monthly(underlying, expiry)]
    match rule:
        case FixedDate():
            found = [rule.on] if rule.on in listed else []
            wanted = f"expiry {rule.on.isoformat()}"
        case CurrentWeek() | NextWeek():
            try:
                weekly = state.rules.contract_rule(underlying, on).weekly
            except UnknownRuleError as error:
                return Impossible(str(error))
            found = listed[1 if isinstance(rule, NextWeek) else 0 :] if weekly else []
            wanted = "weekly expiry"
        case CurrentMonth() | NextMonth():
            found = monthly[1 if isinstance(rule, NextMonth) else 0 :]
            wanted = "monthly expiry"
    if not found:
        there = ", ".join(expiry.isoformat() for expiry in listed[:4]) or "none"
        return Impossible(f"{underlying} has no {wanted} on {on.isoformat()}; listed are {there}")
    return found[0]


class _Scan(msgspec.Struct, frozen=True):
    state: EngineState
    underlying: str
    expiry: date
    kind: Kind
    reference: Price
    money: Price
    step: Price

    def at(self, strike: int, why: str) -> Choice:
        contract = self.state.master.contract(self.underlying, self.expiry, Price(strike), self.kind)
        if contract is None:
            wanted = f"{plain_text(strike)} {self.kind.value}"
            return Impossible(f"{self.underlying} {self.expiry.isoformat()} has no strike {wanted} ({why})")
        return Chosen(contract, f"{why}; {self.underlying} {plain_text(self.reference)}, ATM {plain_text(self.money)}")

    def listed(self) -> list[Instrument]:
        strikes = market_data.strikes_around(self.state, self.underlying, self.expiry, self.money, _DEPTH)
        found = (self.state.master.contract(self.underlying, self.expiry, strike, self.kind) for strike in strikes)
        return [contract for contract in found if contract is not None]

    def premium(self, contract: Instrument) -> Price | None:
        row = self.state.master.row(contract.id)
        if not market_data.has_quote_today(self.state, row):
            return None
        return market_data.last_price(self.state, row) or market_data.middle(self.state, row)

    def premium_of(self, strike: Price, kind: Kind) -> Price | None:
        contract = self.state.master.contract(self.underlying, self.expiry, strike, kind)
        return None if contract is None else self.premium(contract)


def _by_rule(scan: _Scan, leg: LegRun) -> Choice:
    match leg.leg.strike:
        case AtmOffset(steps=steps):
            return scan.at(scan.money + steps * scan.step, f"ATM{steps:+d}" if steps else "ATM")
        case FixedStrike(strike=strike):
            return scan.at(exact_units(strike), "fixed strike")
        case ClosestPremium(premium=premium):
            return _closest_premium(scan, leg.leg.side, exact_units(premium))
        case ByDelta(delta=delta):
            return _by_delta(scan, delta)
        case StraddleWidth(multiple=multiple):
            return _straddle_width(scan, multiple)


def _future(state: EngineState, run: PortfolioRun, expiry: date) -> Choice:
    """Answer the first future that lives as long as the leg's expiry: futures are monthly, options may be weekly."""
    futures = [f for f in state.master.futures(run.portfolio.underlying) if f.expiry and f.expiry >= expiry]
    if not futures:
        return Impossible(f"{run.portfolio.underlying} has no listed future for {expiry.isoformat()}")
    if not market_data.has_quote_today(state, state.master.row(futures[0].id)):
        return NotYet(f"{futures[0].symbol} has no quote yet")
    return Chosen(futures[0], f"first future that lives until {expiry.isoformat()}")


def _nearest(candidates: Iterable[Instrument], distance: Callable[[Instrument], tuple[int, int]]) -> Instrument | None:
    return min(candidates, key=distance, default=None)


def _closest_premium(scan: _Scan, side: Side, wanted: int) -> Choice:
    priced = [(contract, premium) for contract in scan.listed() if (premium := scan.premium(contract))]
    if not priced:
        return NotYet(f"no {scan.kind.value} of {scan.underlying} {scan.expiry.isoformat()} has a premium yet")
    # Of two equally near, a sale takes the lower premium and a purchase the higher (executor reference §1.2.2).
    contract, premium = min(priced, key=lambda pair: (abs(pair[1] - wanted), side.sign * -pair[1]))
    return Chosen(contract, f"premium {plain_text(premium)} is nearest {plain_text(wanted)}")


def _by_delta(scan: _Scan, wanted: Decimal) -> Choice:
    priced = [(contract, premium) for contract in scan.listed() if (premium := scan.premium(contract))]
    if not priced:
        return NotYet(f"no {scan.kind.value} of {scan.underlying} {scan.expiry.isoformat()} has a premium yet")
    close = scan.state.rules.expiry_close(priced[0][0].exchange, scan.expiry)
    years = years_to_expiry(scan.state.now, close)
    forward = market_data.implied_forward(scan.state, scan.underlying, scan.expiry, scan.reference) or scan.reference
    strikes = np.array([contract.strike for contract, _ in priced], dtype=np.float64)
    premiums = np.array([premium for _, premium in priced], dtype=np.float64)
    call = scan.kind is Kind.CALL
    volatility = implied_volatility(premiums, forward, strikes, years, 0, call)
    deltas = np.abs(greeks(forward, strikes, years, 0, volatility, call).delta)
    gaps = np.abs(deltas - np.asarray(wanted, dtype=np.float64))
    if not np.isfinite(gaps).any():
        return NotYet(f"no {scan.kind.value} of {scan.underlying} {scan.expiry.isoformat()} has a volatility yet")
    index = int(np.nanargmin(gaps))
    return Chosen(priced[index][0], f"delta {deltas[index]:.4f} is nearest {wanted}")


def _straddle_width(scan: _Scan, multiple: Decimal) -> Choice:
    call, put = scan.premium_of(scan.money, Kind.CALL), scan.premium_of(scan.money, Kind.PUT)
    if call is None or put is None:
        return NotYet(f"the straddle at {plain_text(scan.money)} has no premium yet")
    width = call + put
    sign = 1 if scan.kind is Kind.CALL else -1
    wanted = scan.money + sign * int(Decimal(width) * multiple)
    contract = _nearest(
        scan.listed(), lambda item: (abs((item.strike or 0) - wanted), sign * (wanted - (item.strike or 0)))
    )
    if contract is None:
        return Impossible(f"{scan.underlying} {scan.expiry.isoformat()} has no {scan.kind.value} strikes")
    return Chosen(contract, f"straddle {plain_text(width)} × {multiple} from {plain_text(scan.money)}")
