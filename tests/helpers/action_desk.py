"""Short words for tests of waits and actions: a desk whose broker fills at once."""

from typing import Any

from engine.domain import facts as f
from engine.domain.identifiers import PortfolioId
from tests.helpers.core_desk import Desk, leg, portfolio, stop


def running(*legs: dict[str, Any], **fields: Any) -> Desk:
    """Answer a desk with one portfolio, entered at 120 as far as it enters at once."""
    desk = Desk()
    desk.add(portfolio(*legs, **fields))
    desk.fill_all("120")
    return desk


def sold(kind: str = "CE", *on_stop: Any, **fields: Any) -> dict[str, Any]:
    """Answer a sold leg with a stop at 25 percent and what its hit sets off."""
    actions = {"on_stop": list(on_stop)} if on_stop else {}
    return leg("SELL", kind, stop_loss=stop(25), **actions, **fields)


def hit(desk: Desk, price: str, kind: str = "CE", strike: int = 24850) -> list[f.AnyFact]:
    """Show one price of a contract and fill what follows at it."""
    facts = desk.quote({(strike, kind): price})
    return facts + desk.fill_all(price)


def later(desk: Desk, seconds: float, price: str = "120") -> list[f.AnyFact]:
    """Let time pass with the prices as they were, and fill what follows."""
    desk.wait(seconds)
    facts = desk.quote({"spot": "24850"})
    return facts + desk.timer() + desk.fill_all(price)


def run_of(desk: Desk, name: str) -> Any:
    """Answer a portfolio by its name."""
    return next(run for run in desk.state.books.portfolios.values() if run.portfolio.name == name)


def again(desk: Desk) -> None:
    """Stop the engine and start it again from its facts alone; the broker's books agree."""
    desk.die()
    desk.open_session()
    desk.books()
    desk.chain()


P1 = PortfolioId("P1")
