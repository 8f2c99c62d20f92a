"""What the desktop is told: from facts to the rows they change."""

from collections.abc import Iterable, Sequence

from engine.core.state import EngineState
from engine.domain import facts as f
from engine.domain.facts import AnyFact
from engine.domain.identifiers import OrderId, PortfolioId
from engine.views.messages import MessageRow, MessageWriter
from engine.views.orders import OrderRow, OrderTimes, order_row
from engine.views.portfolios import PortfolioRow, portfolio_row
from engine.views.status import EngineStopped, StatusRow

Notice = OrderRow | PortfolioRow | MessageRow | StatusRow | EngineStopped
"""Everything the engine tells the desktop."""


class Desk:
    """Turns facts into rows; remembers only what the screen wants and the state does not keep."""

    def __init__(self) -> None:
        self._times = OrderTimes()
        self._writer = MessageWriter()

    def everything(self, history: Iterable[AnyFact], state: EngineState) -> list[Notice]:
        """Answer every row and message of a journal's facts, for a desktop that has just come."""
        facts = list(history)
        self._times.take(facts)
        books = state.books
        return [
            *(self._writer.message(fact) for fact in facts),
            *(order_row(state, order, self._times) for order in books.orders.values()),
            *(portfolio_row(state, run) for run in books.portfolios.values()),
        ]

    def take(self, facts: Sequence[AnyFact], state: EngineState) -> list[Notice]:
        """Answer the messages of some facts and the rows they changed, each row once."""
        self._times.take(facts)
        notices: list[Notice] = [self._writer.message(fact) for fact in facts]
        orders: dict[OrderId, None] = {}
        portfolios: dict[PortfolioId, None] = {}
        for fact in facts:
            order_id = concerned_order(fact)
            if order_id is not None:
                orders[order_id] = None
                portfolios[state.books.orders[order_id].portfolio_id] = None
            elif (portfolio_id := getattr(fact, "portfolio_id", None)) is not None:
                portfolios[portfolio_id] = None
        books = state.books
        notices += [order_row(state, books.orders[order_id], self._times) for order_id in orders]
        notices += [portfolio_row(state, books.portfolios[known]) for known in portfolios if known in books.portfolios]
        return notices


def concerned_order(fact: AnyFact) -> OrderId | None:
    """Answer the order that a fact is about; None where it is about none."""
    match fact:
        case (
            f.OrderRequested()
            | f.OrderMoved()
            | f.OrderFilled()
            | f.OrderModifyRequested()
            | f.OrderModified()
            | f.OrderCancelRequested()
            | f.OrderChangeRefused()
            | f.OrderMissing()
        ):
            return fact.order_id
        case _:
            return None
