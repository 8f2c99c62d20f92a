"""Margin and charges of legs as they are estimated from what is known now."""

from collections.abc import Iterable
from decimal import Decimal

from engine.core.readings import ledger, market_data
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.charges import order_charges
from engine.domain.identifiers import InstrumentId
from engine.domain.instrument import Exchange, Instrument, Kind
from engine.domain.margin import Holding, blocked_margin
from engine.domain.market_rules import UnknownRuleError
from engine.domain.money import SCALE, Money, Price
from engine.domain.order import Side


def holding(state: EngineState, contract: Instrument, quantity: int) -> Holding:
    """Answer a signed quantity of a contract as the margin model wants it."""
    spot = state.master.spot(contract.underlying)
    on_share = spot is not None and spot.kind is Kind.EQUITY and spot.exchange is not Exchange.CRYPTO
    return Holding(contract, quantity, on_share)


def shown_price(state: EngineState, instrument: InstrumentId) -> Price:
    """Answer the last price of a contract, else its middle; 0 without a quote."""
    row = state.master.row(instrument)
    return market_data.last_price(state, row) or market_data.middle(state, row) or Price(0)


def shown_spots(state: EngineState, underlyings: Iterable[str]) -> dict[str, Price]:
    """Answer the last prices of underlyings, those that have one."""
    found = {}
    for underlying in underlyings:
        spot = state.master.spot(underlying)
        level = None if spot is None else market_data.last_price(state, state.master.row(spot.id))
        if level is not None:
            found[underlying] = level
    return found


def margin_of(state: EngineState, legs: Iterable[LegRun]) -> Money | None:
    """Answer the margin that what legs hold is estimated to block; None where they hold nothing."""
    held = [holding(state, ledger.instrument_of(state, leg), leg.net_quantity) for leg in legs if leg.net_quantity]
    if not held:
        return None
    prices = {one.instrument.id: shown_price(state, one.instrument.id) for one in held}
    blocked = blocked_margin(held, prices, shown_spots(state, {one.instrument.underlying for one in held}))
    return Money(blocked) if blocked > 0 else _paid(legs)


def charges_of(state: EngineState, run: PortfolioRun, legs: Iterable[LegRun]) -> int:
    """Answer the estimated charges of what legs traded, and of closing the rest at its mark, in 1/10,000 ₹.

    One order each way; where no rates are known they count as nothing.
    """
    return sum(_charges_of_leg(state, run, leg) for leg in legs if leg.row >= 0)


def round_trip(state: EngineState, leg: LegRun) -> int:
    """Answer the estimated charges of opening a leg and closing it at its entry, per unit, in 1/10,000 ₹."""
    quantity, average = leg.entered_quantity, leg.average_entry
    if not quantity or average is None:
        return 0
    value = average * quantity // leg.scale
    total = _charged(state, leg, Side.BUY, value) + _charged(state, leg, Side.SELL, value)
    return int(total * SCALE * leg.scale / quantity)


def _charges_of_leg(state: EngineState, run: PortfolioRun, leg: LegRun) -> int:
    bought, sold = int(leg.bought_value), int(leg.sold_value)
    if leg.net_quantity:
        price = market_data.mark(state, leg, run.portfolio.price_type, run.portfolio.freak) or leg.average_entry or 0
        value = abs(leg.net_quantity) * price // leg.scale
        bought, sold = (bought, sold + value) if leg.net_quantity > 0 else (bought + value, sold)
    return int((_charged(state, leg, Side.BUY, bought) + _charged(state, leg, Side.SELL, sold)) * SCALE)


def _charged(state: EngineState, leg: LegRun, side: Side, value: int) -> Decimal:
    contract = ledger.instrument_of(state, leg)
    try:
        rates = state.rules.charge_rates(contract.exchange, contract.kind, market_data.today(state))
    except UnknownRuleError:
        return Decimal(0)
    return order_charges(rates, side, Money(max(0, value))).total


def _paid(legs: Iterable[LegRun]) -> Money | None:
    """Bought options block nothing: what was paid for them is what is at stake."""
    paid = sum(max(0, -leg.cash) for leg in legs)
    return Money(paid) if paid > 0 else None
