"""What the panels of a window ask of it and of each other: link groups, the chart, the selected portfolio."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from desktop.windows.chart_panel import ChartPanel
from desktop.windows.order_book_panel import OrderBookPanel
from desktop.windows.panel import Links, Panel
from desktop.windows.portfolios_panel import PortfoliosPanel
from desktop.workspace.frame_clock import FrameHealth
from desktop.workspace.links import FIRST_GROUP, InstrumentChosen, LinkBus, PortfolioChosen
from engine.domain.identifiers import InstrumentId, PortfolioId


class PanelLinks(QObject):
    """Links the panels of the open workspace.

    Attributes:
        bus: The link groups.
    """

    def __init__(
        self,
        parent: QObject,
        panels: Mapping[str, Panel],
        *,
        act: Callable[[str], None],
        action: Callable[[str], QAction],
        selected: Callable[[PortfolioId | None], None],
        show_panel: Callable[[str], None],
        say: Callable[[str], None],
        frame_health: Callable[[], FrameHealth | None],
    ) -> None:
        """``panels`` are those of the moment, by id; ``selected`` is told which portfolio keys mean."""
        super().__init__(parent)
        self._panels, self._act, self._action, self._selected = panels, act, action, selected
        self._show_panel, self._say, self._frame_health = show_panel, say, frame_health
        self.bus = LinkBus(self)
        self.bus.group_changed.connect(self._group_changed)

    def links_of(self, panel_id: str) -> Links:
        """Return what a panel may ask of the window."""
        return Links(
            act=self._act,
            action=self._action,
            select_portfolio=partial(self.select_portfolio, panel_id),
            show_instrument=partial(self.show_instrument, panel_id),
            show_premium=partial(self.show_premium, panel_id),
            find_orders=self.find_orders,
            choose=partial(self.bus.choose, panel_id),
            say=self._say,
            frame_health=self._frame_health,
        )

    def join(self, panel_id: str, panel: Panel, group: int | None) -> None:
        """Let a panel with a chip take part in a group; None for the one that every panel begins in."""
        if panel.chip is not None:
            self.bus.join(panel_id, panel.follow, FIRST_GROUP if group is None else group)
            panel.chip.show_group(self.bus.group_of(panel_id))
            panel.chip.group_chosen.connect(partial(self.bus.set_group, panel_id))

    def select_portfolio(self, asker: str, portfolio_id: PortfolioId | None) -> None:
        """Make a portfolio the one that keys and buttons mean, and show it in the link group of the asking panel."""
        self._selected(portfolio_id)
        for panel in self._panels.values():
            if isinstance(panel, PortfoliosPanel) and panel.selected_id != portfolio_id:
                panel.select(portfolio_id)
        if portfolio_id is not None:
            self.bus.choose(asker, PortfolioChosen(portfolio_id))

    def show_instrument(self, asker: str, instrument: InstrumentId) -> None:
        """Show an instrument in the chart of the asking panel's link group, else in the first chart."""
        self.bus.choose(asker, InstrumentChosen(instrument))
        panel_id, chart = self._chart_for(asker, premium=False)
        chart.show_instrument(instrument)
        self._show_panel(panel_id)

    def show_premium(self, asker: str, portfolio_id: PortfolioId) -> None:
        """Show a portfolio's combined premium, likewise."""
        self.bus.choose(asker, PortfolioChosen(portfolio_id))
        panel_id, chart = self._chart_for(asker, premium=True)
        chart.show_portfolio(portfolio_id)
        self._show_panel(panel_id)

    def find_orders(self, words: str) -> None:
        """Show the orders in whose lines the words stand."""
        self._show_panel("orders")
        panel = next((one for one in self._panels.values() if isinstance(one, OrderBookPanel)), None)
        line = None if panel is None else panel.word_line()
        if line is not None:
            line.setText(words)

    def _chart_for(self, asker: str, *, premium: bool) -> tuple[str, ChartPanel]:
        charts = self._charts(premium=premium)
        if not charts:
            self._show_panel("premium" if premium else "chart")
            charts = self._charts(premium=premium)
        linked = [one for one in charts if one in self.bus.members(self.bus.group_of(asker))]
        panel_id = next(iter(linked or charts))
        return panel_id, charts[panel_id]

    def _charts(self, *, premium: bool) -> dict[str, ChartPanel]:
        return {
            panel_id: panel
            for panel_id, panel in self._panels.items()
            if isinstance(panel, ChartPanel) and panel.is_premium == premium
        }

    def _group_changed(self, panel_id: str, group: int) -> None:
        chip = self._panels[panel_id].chip
        if chip is not None:
            chip.show_group(group)
