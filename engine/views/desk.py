"""What the desktop is told: from facts to the rows they change."""

from collections import deque
from collections.abc import Hashable, Iterable, Sequence
from datetime import date
from itertools import islice

from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.domain import facts as f
from engine.domain.facts import AnyFact
from engine.domain.identifiers import OrderId, PortfolioId
from engine.domain.instant import ist_date
from engine.domain.market_rules import MarketRules
from engine.domain.multileg.states import FINAL, NOT_BEGUN, PortfolioState
from engine.views.alerts import Alert, alert_of
from engine.views.latency import RequestLatency
from engine.views.messages import MessageRow, MessageWriter
from engine.views.order_life import OrderLives
from engine.views.orders import OrderRow, order_row
from engine.views.portfolios import PortfolioRow, portfolio_row
from engine.views.status import EngineStopped, StatusRow
from engine.views.trades import TradeRow, TradeWriter

Notice = OrderRow | PortfolioRow | MessageRow | Alert | TradeRow | RequestLatency | StatusRow | EngineStopped
"""Everything the engine tells the desktop."""


MOST_MESSAGES = 5_000
"""Messages that a desktop is told when it comes; a journal of months has many more."""

MOST_ORDERS = 20_000
"""Orders that a desktop is told when it comes, the newest: some months of a busy desk."""


STOPPING_KINDS = frozenset(
    str(fact.__struct_config__.tag)
    for fact in (f.KillSwitchTripped, f.KillSwitchReleased, f.ExitOnlySet, f.AccountHalted, f.TagHalted)
)
"""Kinds of facts that stopped trading or let it go on: told whole, however long ago they were."""


class Desk:
    """Turns facts into rows; remembers only what the screen wants and the state does not keep."""

    def __init__(self, rules: MarketRules) -> None:
        """``rules`` say what the executed orders of each day cost."""
        self._lives = OrderLives()
        self._writer = MessageWriter()
        self._trades = TradeWriter(rules)

    def everything(self, history: Iterable[AnyFact], state: EngineState) -> list[Notice]:
        """Answer what a desktop that has just come should show of a journal's facts.

        That is the newest messages with all that stopped or released trading, every closed trade, the newest orders,
        and the portfolios that are of today or not done yet; older ones are in the journal.
        """
        messages: deque[MessageRow] = deque(maxlen=MOST_MESSAGES)
        stops: list[MessageRow] = []
        trades: dict[Hashable, TradeRow] = {}
        for fact in history:
            self._lives.take([fact])
            if len(messages) == MOST_MESSAGES and messages[0].kind in STOPPING_KINDS:
                stops.append(messages[0])
            messages.append(self._writer.message(fact))
            trade = self._trades.take(fact)
            if trade is not None:
                trades[trade.key] = trade
        today = ist_date(state.now)
        every = state.books.orders
        # One that still works is told however old it is.
        older = (order for order in islice(every.values(), max(0, len(every) - MOST_ORDERS)) if order.is_working)
        orders = [*older, *islice(every.values(), max(0, len(every) - MOST_ORDERS), None)]
        runs = (run for run in state.books.portfolios.values() if _is_of(run, today))
        return [
            *stops,
            *messages,
            *trades.values(),
            *(order_row(state, order, self._lives) for order in orders),
            *(portfolio_row(state, run) for run in runs),
        ]

    def waiting(self, state: EngineState) -> list[Notice]:
        """Answer the rows of portfolios that wait for a price or condition: what they lack changes without a fact."""
        return [
            portfolio_row(state, run)
            for run in state.alive()
            if run.state is PortfolioState.WAITING and state.now >= run.starts_at
        ]

    def take(self, facts: Sequence[AnyFact], state: EngineState) -> list[Notice]:
        """Answer the messages and alerts of some facts and the rows they changed, each row once."""
        self._lives.take(facts)
        notices: list[Notice] = [self._writer.message(fact) for fact in facts]
        notices += [alert for fact in facts if (alert := alert_of(fact, state)) is not None]
        notices += self._trades.rows(facts)
        orders: dict[OrderId, None] = {}
        portfolios: dict[PortfolioId, None] = {}
        for fact in facts:
            order_id = concerned_order(fact)
            if order_id is not None:
                orders[order_id] = None
                portfolios[state.books.orders[order_id].portfolio_id] = None
            elif isinstance(fact, _OF_THE_BROKER):
                # Whether its account may open anything is shown at every portfolio of it.
                of = fact.account or state.books.account
                portfolios |= {run.portfolio_id: None for run in state.alive() if run.account == of}
            elif (portfolio_id := getattr(fact, "portfolio_id", None)) is not None:
                portfolios[portfolio_id] = None
        books = state.books
        notices += [order_row(state, books.orders[order_id], self._lives) for order_id in orders]
        notices += [portfolio_row(state, books.portfolios[known]) for known in portfolios if known in books.portfolios]
        return notices


_OF_THE_BROKER = (f.ConnectionChanged, f.DriftFound, f.DriftCleared, f.RecoveryFinished)

_READY_FOR = 7
"""Days for which a portfolio that was done and stands ready again is shown, if nobody starts it."""


def _is_of(run: PortfolioRun, today: date) -> bool:
    """Say whether a portfolio belongs on today's screen: not done, done today, or made ready again not long ago."""
    if run.state in NOT_BEGUN and run.execution > 1 and run.last_close_at is not None:
        return (today - ist_date(run.last_close_at)).days <= _READY_FOR
    if run.state not in FINAL or run.holds_something:
        return True
    return ist_date(run.closed_at or run.added_at) == today


def concerned_order(fact: AnyFact) -> OrderId | None:
    """Answer the order that a fact is about; None where it is about none."""
    return fact.order_id if isinstance(fact, f.OrderFact) else None
