"""Implied volatility at the money as it stands: of one expiry, and of thirty days (executor reference §4.6)."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from engine.core.readings import market_data
from engine.core.state import EngineState
from engine.domain.instrument import Kind
from engine.domain.market_rules import UnknownRuleError
from engine.domain.money import Price
from engine.pricing import money_volatility
from engine.pricing.money_volatility import MoneyVolatility
from engine.pricing.time_to_expiry import years_to_expiry


def of_expiry(state: EngineState, underlying: str, expiry: date, spot: Price) -> Decimal | None:
    """Answer the mean implied volatility of call and put nearest an expiry's forward, in percent; None if not known.

    The strike is the one nearest the implied forward; call and put are priced at the middle.
    """
    found = _of_expiry(state, underlying, expiry, spot)
    return None if found is None else found.percent()


def of_thirty_days(state: EngineState, underlying: str) -> Decimal | None:
    """Answer the volatility at the money of an option of thirty days, in percent; None while it is not known."""
    contract = state.master.spot(underlying)
    spot = None if contract is None else market_data.last_price(state, state.master.row(contract.id))
    found = None if spot is None else money_volatility.of_thirty_days(_curve(state, underlying, spot))
    return None if found is None else found.percent()


def _curve(state: EngineState, underlying: str, spot: Price) -> Iterator[MoneyVolatility]:
    for expiry in state.master.expiries(underlying):
        # On its last day an option's volatility is hardly one.
        if expiry > market_data.today(state) and (found := _of_expiry(state, underlying, expiry, spot)) is not None:
            yield found


def _of_expiry(state: EngineState, underlying: str, expiry: date, spot: Price) -> MoneyVolatility | None:
    forward = market_data.implied_forward(state, underlying, expiry, spot) or spot
    strike = min(state.master.strikes(underlying, expiry), key=lambda one: (abs(one - forward), one), default=None)
    if strike is None:
        return None
    call = state.master.contract(underlying, expiry, strike, Kind.CALL)
    put = state.master.contract(underlying, expiry, strike, Kind.PUT)
    if call is None or put is None:
        return None
    call_price = market_data.middle(state, state.master.row(call.id))
    put_price = market_data.middle(state, state.master.row(put.id))
    if call_price is None or put_price is None:
        return None
    try:
        closes = state.rules.expiry_close(call.exchange, expiry)
    except UnknownRuleError:
        return None
    return money_volatility.at_the_money(call_price, put_price, forward, strike, years_to_expiry(state.now, closes))
