"""Delta and theta of open legs at this moment, as whole numbers."""

from typing import NamedTuple

from engine.core.readings import ledger, market_data
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.instrument import Kind
from engine.domain.market_rules import UnknownRuleError
from engine.domain.money import SCALE
from engine.pricing.strike_measures import delta_and_theta
from engine.pricing.time_to_expiry import years_to_expiry


class LegGreeks(NamedTuple):
    """Of one unit: ``delta`` in 1/10,000, signed as the contract's; ``theta`` in 1/10,000 ₹ per calendar day."""

    delta: int
    theta: int


def of_leg(state: EngineState, run: PortfolioRun, leg: LegRun) -> LegGreeks | None:
    """Answer the Greeks of a leg's contract at its mark; None while its premium implies no volatility.

    On the forward that its expiry implies; the rate is zero over the days of an expiry.
    """
    if leg.row < 0:
        return None
    contract = ledger.instrument_of(state, leg)
    if contract.kind is Kind.FUTURE:
        return LegGreeks(SCALE, 0)
    premium = market_data.mark(state, leg, run.portfolio.price_type)
    near = market_data.underlying_price(state, run, contract.expiry)
    if premium is None or near is None or contract.expiry is None or contract.strike is None:
        return None
    try:
        close = state.rules.expiry_close(contract.exchange, contract.expiry)
    except UnknownRuleError:
        return None
    forward = market_data.implied_forward(state, run.portfolio.underlying, contract.expiry, near) or near
    years = years_to_expiry(state.now, close)
    is_call = contract.kind is Kind.CALL
    found = delta_and_theta(premium, contract.strike, forward, years, is_call=is_call)
    if found is None:
        return None
    delta, theta = found
    return LegGreeks(delta if is_call else -delta, -theta)


def net_delta(state: EngineState, run: PortfolioRun, legs: list[LegRun]) -> int | None:
    """Answer the delta of legs together in 1/10,000 of a unit of the underlying, signed; None while one is unknown."""
    return _net(state, run, legs, "delta")


def net_theta(state: EngineState, run: PortfolioRun, legs: list[LegRun]) -> int | None:
    """Answer what one calendar day alone brings legs together, in 1/10,000 ₹; a loss is negative."""
    return _net(state, run, legs, "theta")


def _net(state: EngineState, run: PortfolioRun, legs: list[LegRun], name: str) -> int | None:
    total = 0
    for leg in legs:
        if leg.net_quantity:
            greeks = of_leg(state, run, leg)
            if greeks is None:
                return None
            total += leg.net_quantity * int(getattr(greeks, name)) // leg.scale
    return total
