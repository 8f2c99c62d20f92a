"""The delta of the open legs of a portfolio on the forwards that their expiries imply, as whole numbers."""

from datetime import date

import msgspec

from engine.core.readings import ledger, market_data
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.instrument import Kind
from engine.pricing.strike_measures import MISSING, Measure, measures
from engine.pricing.time_to_expiry import years_to_expiry

SCALE = 10_000
"""Deltas are whole numbers of 1/10,000 index unit."""


class Deltas(msgspec.Struct, frozen=True):
    """What the open legs of a portfolio make per point of the underlying, in 1/10,000 index units."""

    net: int
    """Σ Δ·quantity of everything, futures included."""
    short: int
    """The same of the sold options alone, without their signs."""


def deltas_of(state: EngineState, run: PortfolioRun) -> Deltas | None:
    """Answer the deltas of all open legs on the forwards that their expiries imply; None while one is not known."""
    net, short = 0, 0
    options: dict[tuple[date, Kind], list[LegRun]] = {}
    for leg in run.present:
        contract = ledger.instrument_of(state, leg) if leg.net_quantity else None
        if contract is None:
            continue
        if contract.kind.is_option and contract.expiry is not None:
            options.setdefault((contract.expiry, contract.kind), []).append(leg)
        else:
            net += SCALE * leg.net_quantity // leg.scale
    for (expiry, kind), legs in options.items():
        sizes = _sizes(state, run, expiry, kind, legs)
        if sizes is None:
            return None
        for leg, size in zip(legs, sizes, strict=True):
            net += (size if kind is Kind.CALL else -size) * leg.net_quantity // leg.scale
            short += size * max(0, -leg.net_quantity) // leg.scale
    return Deltas(net, short)


def size_of(state: EngineState, run: PortfolioRun, leg: LegRun) -> int | None:
    """Answer the delta of one unit of a leg's option without its sign, in 1/10,000; None while it is not known."""
    contract = ledger.instrument_of(state, leg)
    if contract.expiry is None or not contract.kind.is_option:
        return None
    sizes = _sizes(state, run, contract.expiry, contract.kind, [leg])
    return sizes[0] if sizes else None


def _sizes(state: EngineState, run: PortfolioRun, expiry: date, kind: Kind, legs: list[LegRun]) -> list[int] | None:
    """Answer the deltas of options of one kind and expiry without their signs; None while a price is missing."""
    marks = [market_data.mark(state, leg, run.portfolio.price_type) for leg in legs]
    prices = [price for price in marks if price is not None]
    near = market_data.spot_price(state, run)
    if len(prices) < len(legs) or near is None:
        return None
    contracts = [ledger.instrument_of(state, leg) for leg in legs]
    strikes = [contract.strike or 0 for contract in contracts]
    forward = market_data.implied_forward(state, run.portfolio.underlying, expiry, near) or near
    years = years_to_expiry(state.now, state.rules.expiry_close(contracts[0].exchange, expiry))
    call = kind is Kind.CALL
    sizes = measures(Measure.DELTA, prices, strikes, forward, years, is_call=call)
    # A premium without time value: the option moves with its underlying, or not at all.
    whole = [SCALE if (forward > strike if call else forward < strike) else 0 for strike in strikes]
    return [one if size == MISSING else size for size, one in zip(sizes, whole, strict=True)]
