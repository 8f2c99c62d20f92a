"""The margin check before a portfolio's first order: can the account carry all of it?"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from engine.core.readings import ledger, market_data
from engine.core.records import hedge_ties
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.core.want import Denial
from engine.domain.denial import DenialReason
from engine.domain.facts import AnyFact, MarginShort
from engine.domain.identifiers import InstrumentId, LegId
from engine.domain.instrument import Exchange, Kind
from engine.domain.margin import Holding, blocked_margin, funds_needed
from engine.domain.money import Money, Price, percent_of, plain_text
from engine.domain.multileg.execution import MarginCheck
from engine.domain.multileg.states import LegState, PortfolioState
from engine.domain.order import Purpose

_WITH_RESERVE = Decimal(105)
"""Percent of the estimate that must be free, so that a moving market does not leave a basket half placed (§1.3.1)."""


def refusal(state: EngineState, run: PortfolioRun) -> Denial | None:
    """Answer that the account cannot carry a portfolio which is about to send its first order; None where it can.

    The estimate is netted over what is held already, hedges included; the broker's own margin has the last word on
    every order. Nothing is refused while the broker's free funds are not known, where the limits switch this off, or
    where the portfolio only wants to be warned.
    """
    blocks = run.portfolio.execution.margin_check is MarginCheck.BLOCK
    return _shortage(state, run) if blocks else None


def warning(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Say once per execution that the funds do not cover a portfolio which is entered all the same."""
    warns = run.portfolio.execution.margin_check is MarginCheck.WARN and run.entry.margin_short_of != run.execution
    if not warns or run.state is not PortfolioState.ENTERING:
        return
    if any(leg.state is LegState.WAITING or hedge_ties.wants_hedge(run, leg) for leg in run.present):
        return
    found = _shortage(state, run)
    if found is not None:
        yield MarginShort(at=state.now, portfolio_id=run.portfolio_id, execution=run.execution, detail=found.detail)


def _shortage(state: EngineState, run: PortfolioRun) -> Denial | None:
    if _has_begun(state, run):
        return None
    return _lack(state, run, [_planned(state, leg, leg.wanted) for leg in run.legs if leg.row >= 0 and leg.wanted])


def lack_for_more(state: EngineState, run: PortfolioRun, adds: Mapping[LegId, int]) -> Denial | None:
    """Answer that the account cannot carry more of open legs, in units per leg; None where it can or is not asked."""
    if run.portfolio.execution.margin_check is not MarginCheck.BLOCK:
        return None
    return _lack(state, run, [_planned(state, run.leg(leg_id), units) for leg_id, units in adds.items()])


def _lack(state: EngineState, run: PortfolioRun, planned: list[Holding]) -> Denial | None:
    account = state.books.of(run.account)
    free = state.sight(run.account).margin_free
    if free is None or not account.limits.check_margin:
        return None
    held = [
        Holding(contract, quantity, _on_share(state, contract.underlying))
        for instrument, quantity in account.net_quantity.items()
        if quantity and instrument in state.master
        for contract in (state.master.by_id(instrument),)
    ]
    prices = {holding.instrument.id: _price(state, holding.instrument.id) for holding in (*held, *planned)}
    spots = _spots(state, {holding.instrument.underlying for holding in (*held, *planned)})
    alone = blocked_margin(planned, prices, spots)
    blocked = alone
    if held:
        blocked = Money(blocked_margin([*held, *planned], prices, spots) - blocked_margin(held, prices, spots))
    premium = funds_needed(alone, planned, prices) - alone
    needed = percent_of(blocked + premium, _WITH_RESERVE)
    if needed <= free:
        return None
    return Denial(DenialReason.MARGIN, f"about ₹{plain_text(needed)} needed, ₹{plain_text(free)} free")


def _has_begun(state: EngineState, run: PortfolioRun) -> bool:
    return any(ledger.orders_of(state, leg, Purpose.ENTRY) for leg in run.legs if leg.orders)


def _planned(state: EngineState, leg: LegRun, units: int) -> Holding:
    contract = ledger.instrument_of(state, leg)
    return Holding(contract, leg.leg.side.sign * units, _on_share(state, contract.underlying))


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
