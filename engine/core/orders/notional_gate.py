"""The cap on notional value before an opening order: of its portfolio, and of its account (Appendix G 15)."""

from collections.abc import Iterable
from decimal import Decimal

from engine.core.readings import ledger, market_data
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.core.want import Denial, Want
from engine.domain.denial import DenialReason
from engine.domain.instrument import value_of
from engine.domain.money import Money, exact_units, plain_text
from engine.domain.order import Purpose


def refusal(state: EngineState, run: PortfolioRun, want: Want) -> Denial | None:
    """Answer that an opening order would bring more notional value than may be open; None where it may be sent.

    Legs that are being entered count with all they want, so that a basket is refused before its first order.
    """
    most = run.portfolio.execution.most_notional
    if most is not None:
        found = _beyond(most, _notional(state, run.present, want), f"of {run.portfolio.name}")
        if found is not None:
            return found
    most = state.books.of(run.account).limits.most_notional
    if most is None:
        return None
    legs = [leg for other in state.alive() if other.account == run.account for leg in other.legs]
    return _beyond(most, _notional(state, legs, want, run), f"open in {run.account}")


def _beyond(most: Decimal, notional: int, of: str) -> Denial | None:
    if notional <= exact_units(most):
        return None
    words = f"₹{plain_text(notional)} {of} together, at most ₹{plain_text(exact_units(most))}"
    return Denial(DenialReason.NOTIONAL, words)


def _notional(state: EngineState, legs: Iterable[LegRun], want: Want, wanted_by: PortfolioRun | None = None) -> int:
    ordered = None if wanted_by is None else wanted_by.leg(want.leg_id)
    total = 0
    for leg in legs:
        is_ordered = leg is ordered if wanted_by is not None else leg.leg_id == want.leg_id
        total += of_leg(state, leg, want.quantity if is_ordered else 0)
    return total


def of_leg(state: EngineState, leg: LegRun, quantity: int) -> Money:
    """Answer the notional value of a leg with what is under way for it, and ``quantity`` units more."""
    if leg.row < 0:
        return Money(0)
    held = abs(leg.net_quantity)
    units = held + ledger.under_way(state, leg, Purpose.ENTRY) + quantity
    if ledger.is_entering(leg):
        units = max(units, leg.wanted)
    contract = ledger.instrument_of(state, leg)
    price = contract.strike or market_data.last_price(state, leg.row) or 0
    return value_of(price, units, contract)
