"""Every kind of panel that a workspace can name, and how it is made."""

from collections.abc import Callable, Mapping
from pathlib import Path

from desktop.windows.accounts_panel import AccountsPanel
from desktop.windows.chart_panel import ChartPanel
from desktop.windows.messages_panel import MessagesPanel
from desktop.windows.multileg_panel import MultilegPanel
from desktop.windows.option_chain_panel import OptionChainPanel
from desktop.windows.order_book_panel import OrderBookPanel
from desktop.windows.panel import Desk, Links, Panel
from desktop.windows.portfolios_panel import PortfoliosPanel
from desktop.windows.positions_panel import PositionsPanel
from desktop.windows.tags_panel import TagsPanel
from desktop.workspace.layouts import PlacedPanel

Make = Callable[[PlacedPanel], Panel]


class PanelKinds:
    """Makes panels by the kind that a workspace names."""

    def __init__(self, desk: Desk, links: Links, own_folder: Path) -> None:
        self._kinds: Mapping[str, tuple[str, Make]] = {
            "portfolios": ("Portfolios", lambda _placed: PortfoliosPanel(desk, links)),
            "multileg_editor": (
                "Multileg editor",
                lambda placed: MultilegPanel(desk, links, own_folder / "multileg", placed.context),
            ),
            "order_book": ("Order book", lambda _placed: OrderBookPanel(desk, links)),
            "positions": ("Positions", lambda _placed: PositionsPanel(desk, links)),
            "option_chain": ("Option chain", lambda placed: OptionChainPanel(desk, links, placed.context)),
            "chart": ("Chart", lambda placed: ChartPanel(desk, placed.context)),
            "premium_chart": ("Combined premium", lambda placed: ChartPanel(desk, placed.context, premium=True)),
            "accounts": ("Accounts", lambda _placed: AccountsPanel(desk, links)),
            "tags": ("Strategy tags", lambda _placed: TagsPanel(desk, links)),
            "message_log": ("Message log", lambda _placed: MessagesPanel(desk, links)),
        }

    def names(self) -> tuple[str, ...]:
        """Return the kinds."""
        return tuple(self._kinds)

    def make(self, placed: PlacedPanel) -> tuple[str, Panel] | None:
        """Return the tab's text and a new panel; None for an unknown kind."""
        found = self._kinds.get(placed.type)
        if found is None:
            return None
        title, make = found
        return title, make(placed)
