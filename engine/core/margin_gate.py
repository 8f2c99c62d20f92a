"""The margin check before a portfolio's first order: can the account carry all of it?"""

from decimal import Decimal

from engine.core import ledger, market_data
from engine.core.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.core.want import Denial
from engine.domain.denial import DenialReason
from engine.domain.identifiers import InstrumentId
from engine.domain.instrument import Exchange, Kind
from engine.domain.margin import Holding, basket_margin, blocked_margin
from engine.domain.money import Price, percent_of, plain_text
from engine.domain.order import Purpose

_WITH_RESERVE = Decimal(105)
"""Percent of the estimate that must be free, so that a moving market does not leave a basket half placed (§1.3.1)."""


def refusal(state: EngineState, run: PortfolioRun) -> Denial | None:
    """Answer that the account cannot carry a portfolio which is about to send its first order; None where it can.

    The estimate is netted over what is held already, hedges included; the broker's own margin has the last word on
    every order. Nothing is refused while the broker's free funds are not known, or where the limits switch this off.
    """
    free = state.margin_free
    if free is None or not state.books.limits.check_margin or _has_begun(state, run):
        return None
    held = [
        Holding(contract, quantity, _on_share(state, contract.underlying))
        for instrument, quantity in state.books.net_quantity.items()
        if quantity and instrument in state.master
        for contract in (state.master.by_id(instrument),)
    ]
    planned = [_planned(state, leg) for leg in run.legs if leg.row >= 0 and leg.wanted]
    prices = {holding.instrument.id: _price(state, holding.instrument.id) for holding in (*held, *planned)}
    spots = _spots(state, {holding.instrument.underlying for holding in (*held, *planned)})
    blocked = blocked_margin([*held, *planned], prices, spots) - blocked_margin(held, prices, spots)
    premium = basket_margin(planned, prices, spots) - blocked_margin(planned, prices, spots)
    needed = percent_of(blocked + premium, _WITH_RESERVE)
    if needed <= free:
        return None
    return Denial(DenialReason.MARGIN, f"about ₹{plain_text(needed)} needed, ₹{plain_text(free)} free")


def _has_begun(state: EngineState, run: PortfolioRun) -> bool:
    return any(ledger.orders_of(state, leg, Purpose.ENTRY) for leg in run.legs if leg.orders)


def _planned(state: EngineState, leg: LegRun) -> Holding:
    contract = ledger.instrument_of(state, leg)
    return Holding(contract, leg.leg.side.sign * leg.wanted, _on_share(state, contract.underlying))


def _on_share(state: EngineState, underlying: str) -> bool:
    spot = state.master.spot(underlying)
    return spot is not None and spot.kind is Kind.EQUITY and spot.exchange is not Exchange.CRYPTO


def _price(state: EngineState, instrument: InstrumentId) -> Price:
    row = state.master.row(instrument)
    return market_data.last_price(state, row) or market_data.middle(state, row) or Price(0)


def _spots(state: EngineState, underlyings: set[str]) -> dict[str, Price]:
    found = {}
    for underlying in underlyings:
        spot = state.master.spot(underlying)
        level = None if spot is None else market_data.last_price(state, state.master.row(spot.id))
        if level is not None:
            found[underlying] = level
    return found
