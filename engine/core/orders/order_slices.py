"""One quantity as orders that the exchange takes: split at the freeze quantity, priced as declared."""

from collections.abc import Iterator

from engine.core.orders import order_pricing
from engine.core.readings import ledger
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.core.want import Want
from engine.domain.money import Price
from engine.domain.multileg.execution import Pricing
from engine.domain.multileg.states import LegOrigin
from engine.domain.order import OrderType, Purpose, Side
from engine.schema.declared import replace


def sliced(
    state: EngineState, run: PortfolioRun, leg: LegRun, purpose: Purpose, side: Side, quantity: int, why: str
) -> Iterator[Want]:
    """Answer the orders that bring a quantity, none of them above the freeze quantity (ruling 14)."""
    instrument = ledger.instrument_of(state, leg)
    largest = order_pricing.slice_quantity(instrument) or quantity
    allowed = state.books.of(run.account).declared.market_orders
    passive = _is_passive(state, run, leg, purpose)
    market = allowed and _terms(run, leg, purpose).pricing is Pricing.MARKET and not passive
    limit = None if market else limit_now(state, run, leg, purpose, side)
    while quantity > 0:
        part = min(quantity, largest)
        yield Want(
            portfolio_id=run.portfolio_id,
            leg_id=leg.leg_id,
            purpose=purpose,
            instrument=instrument,
            row=leg.row,
            side=side,
            quantity=part,
            order_type=OrderType.MARKET if market else OrderType.LIMIT,
            limit_price=limit,
            why=why,
        )
        quantity -= part


def limit_now(state: EngineState, run: PortfolioRun, leg: LegRun, purpose: Purpose, side: Side) -> Price | None:
    """Answer the limit with which a new order of a leg would go out at this moment; None without a quote."""
    limit = order_pricing.first_price(state, run.account, leg.row, side, _terms(run, leg, purpose))
    if _is_passive(state, run, leg, purpose):
        return order_pricing.middle_price(state, leg.row, side) or limit
    return limit


def _terms(run: PortfolioRun, leg: LegRun, purpose: Purpose) -> order_pricing.OrderTerms:
    terms = order_pricing.terms_of(run, purpose)
    again = run.portfolio.reexecution.reentry_pricing
    if again is not None and purpose is Purpose.ENTRY and leg.origin in (LegOrigin.REENTERED, LegOrigin.MOMENTUM):
        anew: order_pricing.OrderTerms = replace(terms, pricing=again)
        return anew
    return terms


def _is_passive(state: EngineState, run: PortfolioRun, leg: LegRun, purpose: Purpose) -> bool:
    """Say whether an exit rests at the middle now, before it crosses."""
    passive = order_pricing.passive_until(run, leg) if purpose is Purpose.EXIT else None
    return passive is not None and state.now < passive
