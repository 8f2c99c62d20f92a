"""A desk for tests of stops and targets: portfolios entered whole, prices of the two legs at the money shown."""

from typing import Any

from engine.domain import facts as f
from engine.domain.multileg.states import ExitReason
from tests.helpers.core_desk import Desk, leg, portfolio

CALL, PUT = (24850, "CE"), (24850, "PE")
SPOT = "spot"


def level(distance: int | str, basis: str) -> dict[str, Any]:
    """Answer a stop or target of a leg in plain data."""
    return {"basis": basis, "distance": str(distance)}


def entered(*legs: dict[str, Any], price: str = "120", put: str | None = None, **fields: Any) -> Desk:
    """Answer a desk on which a portfolio was entered whole; the puts at a price of their own where one is given."""
    desk = Desk()
    if put is not None:
        desk.quote({CALL: price, PUT: put})
    desk.add(portfolio(*legs, **fields))
    while pending := desk.pending():
        one = pending[0]
        desk.fill(one, put if put is not None and "PE" in one.instrument else price)
    return desk


def straddle(lots: int = 1, **fields: Any) -> Desk:
    """Answer a sold straddle at 120 and 115."""
    return entered(leg("SELL", "CE", lots=lots), leg("SELL", "PE", lots=lots), put="115", **fields)


def show(desk: Desk, *prices: Any) -> list[ExitReason]:
    """Show one frame after the other, a second apart: prices of the call, or frames; answer the reasons of exits."""
    facts: list[Any] = []
    for price in prices:
        desk.wait(1)
        facts += desk.quote(price if isinstance(price, dict) else {CALL: price})
    return [fact.reason for fact in facts if isinstance(fact, f.LegExitDecided | f.PortfolioExitDecided)]
