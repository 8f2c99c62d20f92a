"""What becomes of legs whose contract has expired: settled at intrinsic value, their orders lapsed."""

from collections.abc import Iterator

from engine.core.readings import ledger, market_data
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.facts import AnyFact, LegExpired, OrderMoved
from engine.domain.instrument import Instrument, Kind
from engine.domain.market_rules import UnknownRuleError
from engine.domain.money import Price
from engine.domain.order import OrderStatus


def expiries(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Let the orders of expired contracts lapse and settle what a leg still holds (leg transition L28).

    The exchange settles index options in cash on the closing value of the underlying; the last price of the spot stands
    for it here, and the broker's books have the last word the next day.
    """
    for leg in run.legs:
        if not (leg.net_quantity or leg.working) or state.now < (closes_at(state, leg) or state.now + 1):
            continue
        for order in ledger.working(state, leg):
            wording = "lapsed at the close with its contract"
            yield OrderMoved(at=state.now, order_id=order.order_id, status=OrderStatus.CANCELLED, wording=wording)
        price = _settlement(state, ledger.instrument_of(state, leg)) if leg.net_quantity else None
        if price is not None:
            yield LegExpired(
                at=state.now,
                portfolio_id=run.portfolio_id,
                leg_id=leg.leg_id,
                instrument=ledger.instrument_of(state, leg).id,
                quantity=leg.net_quantity,
                settlement_price=price,
            )


def closes_at(state: EngineState, leg: LegRun) -> int | None:
    """Answer the last trading instant of a leg's contract; None where it does not expire or no rule says so."""
    if leg.row < 0:
        return None
    contract = ledger.instrument_of(state, leg)
    if contract.expiry is None:
        return None
    try:
        return state.rules.expiry_close(contract.exchange, contract.expiry)
    except UnknownRuleError:
        return None


def _settlement(state: EngineState, contract: Instrument) -> Price | None:
    spot = state.master.spot(contract.underlying)
    level = None if spot is None else market_data.last_price(state, state.master.row(spot.id))
    if level is None:
        return None
    match contract.kind:
        case Kind.CALL:
            return Price(max(level - (contract.strike or 0), 0))
        case Kind.PUT:
            return Price(max((contract.strike or 0) - level, 0))
        case _:
            return level


def wakes(state: EngineState, run: PortfolioRun) -> Iterator[int]:
    """Answer when the contracts of what is held expire."""
    for leg in run.legs:
        if leg.net_quantity or leg.working:
            at = closes_at(state, leg)
            if at is not None:
                yield at
