"""Every kind of panel that a workspace can name, and how it is made."""

from collections.abc import Callable, Mapping
from pathlib import Path

from desktop.windows.accounts_panel import AccountsPanel
from desktop.windows.chart_panel import ChartPanel
from desktop.windows.funds_panel import FundsPanel
from desktop.windows.latency_panel import LatencyPanel
from desktop.windows.messages_panel import MessagesPanel
from desktop.windows.multileg_panel import MultilegPanel
from desktop.windows.option_chain_panel import OptionChainPanel
from desktop.windows.order_book_panel import OrderBookPanel
from desktop.windows.panel import Desk, Links, Panel
from desktop.windows.portfolios_panel import PortfoliosPanel
from desktop.windows.positions_panel import PositionsPanel
from desktop.windows.risk_panel import RiskPanel
from desktop.windows.tags_panel import TagsPanel
from desktop.windows.trade_history_panel import TradeHistoryPanel
from desktop.workspace.workspace import PlacedPanel

Make = Callable[[PlacedPanel, Links], Panel]

KIND_OF_ID: Mapping[str, str] = {
    "portfolios": "portfolios",
    "editor": "multileg_editor",
    "orders": "order_book",
    "positions": "positions",
    "chain": "option_chain",
    "chart": "chart",
    "premium": "premium_chart",
    "messages": "message_log",
    "accounts": "accounts",
    "tags": "tags",
    "latency": "latency",
    "trades": "trade_history",
    "risk": "risk_console",
    "funds": "funds",
}
"""The panel that an action shows, by its id, and the kind it is made of where a workspace has none."""


class PanelKinds:
    """Makes panels by the kind that a workspace names."""

    def __init__(self, desk: Desk, own_folder: Path) -> None:
        self._kinds: Mapping[str, tuple[str, Make]] = {
            "portfolios": ("Portfolios", lambda placed, links: PortfoliosPanel(desk, links, placed.context)),
            "multileg_editor": (
                "Multileg editor",
                lambda placed, links: MultilegPanel(desk, links, own_folder / "multileg", placed.context),
            ),
            "order_book": (
                "Order book",
                lambda placed, links: OrderBookPanel(desk, links, own_folder, placed.context),
            ),
            "positions": ("Positions", lambda placed, links: PositionsPanel(desk, links, placed.context)),
            "option_chain": ("Option chain", lambda placed, links: OptionChainPanel(desk, links, placed.context)),
            "chart": ("Chart", lambda placed, links: ChartPanel(desk, links, placed.context)),
            "premium_chart": (
                "Combined premium",
                lambda placed, links: ChartPanel(desk, links, placed.context, premium=True),
            ),
            "accounts": ("Accounts", lambda _placed, links: AccountsPanel(desk, links)),
            "tags": ("Strategy tags", lambda _placed, links: TagsPanel(desk, links)),
            "latency": ("Latency", lambda _placed, links: LatencyPanel(desk, links)),
            "funds": ("Funds", lambda placed, links: FundsPanel(desk, links, placed.context)),
            "risk_console": ("Risk console", lambda placed, links: RiskPanel(desk, links, placed.context)),
            "trade_history": (
                "Trade history",
                lambda placed, links: TradeHistoryPanel(desk, links, placed.context),
            ),
            "message_log": ("Message log", lambda placed, links: MessagesPanel(desk, links, placed.context)),
        }

    def names(self) -> tuple[str, ...]:
        """Return the kinds."""
        return tuple(self._kinds)

    def make(self, placed: PlacedPanel, links: Links) -> tuple[str, Panel] | None:
        """Return the tab's text and a new panel that asks the window through ``links``; None for an unknown kind."""
        found = self._kinds.get(placed.type)
        if found is None:
            return None
        title, make = found
        return title, make(placed, links)
