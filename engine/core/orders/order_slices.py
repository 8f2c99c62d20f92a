"""One quantity as orders that the exchange takes: split at the freeze quantity, priced as declared."""

from collections.abc import Iterator

from engine.core.orders import order_pricing
from engine.core.readings import ledger
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.core.want import Want
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
    terms = order_pricing.terms_of(run, purpose)
    again = run.portfolio.reexecution.reentry_pricing
    if again is not None and purpose is Purpose.ENTRY and leg.origin in (LegOrigin.REENTERED, LegOrigin.MOMENTUM):
        terms = replace(terms, pricing=again)
    market = allowed and terms.pricing is Pricing.MARKET
    limit = None if market else order_pricing.first_price(state, run.account, leg.row, side, terms)
    passive = order_pricing.passive_until(run, leg) if purpose is Purpose.EXIT else None
    if passive is not None and state.now < passive:
        market, limit = False, order_pricing.middle_price(state, leg.row, side) or limit
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
