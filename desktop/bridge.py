"""EngineBridge: what the engine tells, brought to Qt's thread a frame at a time."""

from collections import deque
from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtCore import QObject, Qt, Signal

from desktop.quote_snapshot import QuoteSnapshot
from engine.api import EngineClient, Notice
from engine.domain.commands import AnyCommand
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import AccountId
from engine.domain.instant import Instant, ist_date
from engine.domain.market_rules import MarketRules
from engine.domain.multileg.states import KillLevel
from engine.domain.quote import IntArray
from engine.views.alerts import Alert
from engine.views.latency import RequestLatency
from engine.views.messages import MessageRow
from engine.views.orders import OrderRow
from engine.views.portfolios import PortfolioRow
from engine.views.status import EngineStopped, StatusRow
from engine.views.trades import TradeRow

MOST_LATENCIES = 4_096
"""Requests whose way through the engine is remembered, for percentiles; older ones are forgotten."""

MOST_PER_FRAME = 500
"""Notices handed on at once; the rest waits for the next turn of Qt's loop, so that the window keeps painting."""


class EngineBridge(QObject):
    """The desktop's only way to the engine.

    Rows of orders and portfolios are handed on once per drain, the newest of each; messages every one, in order. What
    was told before a view model connected is kept: read ``orders``, ``portfolios``, ``messages``, ``trades`` and
    ``status``.

    Signals:
        orders_changed: list[OrderRow].
        portfolios_changed: list[PortfolioRow].
        messages_added: list[MessageRow], oldest first.
        trades_closed: list[TradeRow], oldest first; one that was closed once more comes once more.
        alerts_raised: list[Alert], oldest first.
        latencies_added: list[RequestLatency], oldest first; told with the status.
        status_changed: StatusRow.
        engine_stopped: EngineStopped; nothing else follows.
    """

    orders_changed = Signal(list)
    portfolios_changed = Signal(list)
    messages_added = Signal(list)
    trades_closed = Signal(list)
    alerts_raised = Signal(list)
    latencies_added = Signal(list)
    status_changed = Signal(object)
    engine_stopped = Signal(object)
    _woken = Signal()

    def __init__(self, client: EngineClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._waiting: deque[Notice] = deque()
        self._wake_pending = False
        self._snapshot: QuoteSnapshot | None = None
        self.orders: dict[str, OrderRow] = {}
        """Every order so far, by its id, oldest first."""
        self.portfolios: dict[str, PortfolioRow] = {}
        """Every portfolio so far, by its id, oldest first."""
        self.messages: list[MessageRow] = []
        """Every message so far, oldest first."""
        self.latencies: deque[RequestLatency] = deque(maxlen=MOST_LATENCIES)
        """How long the newest requests took on their way to the broker, oldest first."""
        self.trades: dict[tuple[str, int], TradeRow] = {}
        """Every closed trade of the journal, by portfolio and leg, oldest first."""
        self.status: StatusRow | None = None
        """The newest status; None before the first."""
        self._woken.connect(self._drain, Qt.ConnectionType.QueuedConnection)

    # --- towards the engine ---------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the engine. Raises what opening it raises."""
        self._client.start(self)

    def stop(self) -> None:
        """Stop the engine and hand on what it still said. Safe to call twice."""
        self._client.stop()
        while self._waiting:
            self._drain()

    def submit(self, command: Callable[[Instant], AnyCommand]) -> None:
        """Queue a command: ``bridge.submit(lambda at: StartPortfolio(at=at, portfolio_id=...))``."""
        self._client.submit(command)

    def trip_kill_switch(self, level: KillLevel, reason: str) -> None:
        """Stop openings this moment, then latch the kill switch."""
        self._client.trip_kill_switch(level, reason)

    def set_paused(self, paused: bool) -> None:
        """Let simulated time stand still, or run on."""
        self._client.set_paused(paused)

    def set_speed(self, speed: float) -> None:
        """Let simulated time run this many times as fast as the wall. Raises ValueError unless it is above 0."""
        self._client.set_speed(speed)

    def log_in(self, account: AccountId) -> None:
        """Let a live account go on with the session that was just kept."""
        self._client.log_in(account)

    # --- what panels read at frame time -----------------------------------------------------------------------------

    @property
    def way(self) -> str:
        """Where the engine runs, in words: ``"in a thread of the window's process"``."""
        return self._client.way

    @property
    def master(self) -> ContractMaster:
        """The contracts of the session."""
        return self._client.master

    @property
    def rules(self) -> MarketRules:
        """The exchange's dated rules."""
        return self._client.rules

    def now(self) -> Instant:
        """Answer the engine's time, simulated or real."""
        return self._client.now()

    def today(self) -> date:
        """Answer the Indian date of the engine's time."""
        return ist_date(self._client.now())

    def snapshot(self, now_ms: int = 0) -> QuoteSnapshot:
        """Answer the quotes that every panel of this frame computes from; ``now_ms`` is the frame clock's time."""
        if self._snapshot is None:
            self._snapshot = QuoteSnapshot(self._client)
        self._snapshot.renew(now_ms, self._client.now())
        return self._snapshot

    def quotes(self, rows: IntArray) -> IntArray:
        """Answer the latest quotes of board rows, int64 (n, COLUMNS); zeros for a row below 0."""
        return self._client.quotes(rows)

    def references(self, rows: IntArray) -> IntArray:
        """Answer the prices that changes are counted from, 1/10,000 ₹, int64 (n,); 0 where there is none."""
        return self._client.board.references(rows)

    def versions(self, rows: IntArray) -> IntArray:
        """Answer a number per row that grows with every quote, to see cheaply what changed; int64 (n,)."""
        return self._client.board.versions(rows)

    def minute_bars(self, row: int, since: int = 0) -> tuple[IntArray, IntArray]:
        """Answer one-minute bars of a board row from the minute of ``since`` on.

        Returns starts (n,) as instants, and values (5, n): open, high, low, close in 1/10,000 ₹, volume.
        """
        return self._client.bars.of(row, since)

    # --- from the engine ----------------------------------------------------------------------------------------------

    def take_notices(self, notices: Sequence[Notice]) -> None:
        """Queue what the engine tells; called on the engine's thread."""
        self._waiting.extend(notices)
        if not self._wake_pending:
            self._wake_pending = True
            self._woken.emit()

    def _drain(self) -> None:
        # Cleared first: what arrives from here on asks for another turn.
        self._wake_pending = False
        orders: dict[str, OrderRow] = {}
        portfolios: dict[str, PortfolioRow] = {}
        messages: list[MessageRow] = []
        trades: list[TradeRow] = []
        alerts: list[Alert] = []
        latencies: list[RequestLatency] = []
        status: StatusRow | None = None
        stopped: EngineStopped | None = None
        for _ in range(min(len(self._waiting), MOST_PER_FRAME)):
            match self._waiting.popleft():
                case OrderRow() as order:
                    orders[order.order_id] = order
                case PortfolioRow() as portfolio:
                    portfolios[portfolio.portfolio_id] = portfolio
                case MessageRow() as message:
                    messages.append(message)
                case TradeRow() as trade:
                    trades.append(trade)
                case Alert() as alert:
                    alerts.append(alert)
                case RequestLatency() as latency:
                    latencies.append(latency)
                case StatusRow() as newest:
                    status = newest
                case EngineStopped() as final:
                    stopped = final
        if self._waiting and not self._wake_pending:
            self._wake_pending = True
            self._woken.emit()
        if latencies:
            # Before the status: whoever looks at both sees figures of one moment.
            self.latencies.extend(latencies)
            self.latencies_added.emit(latencies)
        self._hand_on_trades(trades)
        self._hand_on(orders, portfolios, messages, status)
        if alerts:
            self.alerts_raised.emit(alerts)
        if stopped is not None:
            self.engine_stopped.emit(stopped)

    def _hand_on_trades(self, trades: list[TradeRow]) -> None:
        self.trades |= {trade.key: trade for trade in trades}
        if trades:
            self.trades_closed.emit(trades)

    def _hand_on(
        self,
        orders: dict[str, OrderRow],
        portfolios: dict[str, PortfolioRow],
        messages: list[MessageRow],
        status: StatusRow | None,
    ) -> None:
        self.orders |= orders
        self.portfolios |= portfolios
        self.messages += messages
        if orders:
            self.orders_changed.emit(list(orders.values()))
        if portfolios:
            self.portfolios_changed.emit(list(portfolios.values()))
        if messages:
            self.messages_added.emit(messages)
        if status is not None:
            self.status = status
            self.status_changed.emit(status)
