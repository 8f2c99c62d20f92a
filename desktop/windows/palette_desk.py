"""Opens the command palette over what the window has now, and carries its choices out."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from desktop.viewmodels.palette import Entry, Kind, PaletteIndex, Recency
from desktop.windows.accounts_panel import AccountsPanel
from desktop.windows.command_palette import CommandPalette
from desktop.windows.contract_legs import add_contract
from desktop.windows.multileg_panel import MultilegPanel
from desktop.windows.option_chain_panel import OptionChainPanel
from desktop.windows.palette_entries import (
    BUY,
    CHAIN,
    SELL,
    action_entries,
    place_entries,
    portfolio_entries,
    symbol_entries,
    template_entries,
)
from desktop.windows.panel import Desk, Links, Panel
from desktop.windows.portfolios_panel import PortfoliosPanel
from desktop.windows.tags_panel import TagsPanel
from desktop.workspace.docking import DockHost
from engine.domain.identifiers import PortfolioId
from engine.domain.instrument import Instrument
from engine.domain.multileg.tabs import TABS
from engine.domain.multileg.templates import Template
from engine.domain.order import Side

Source = Callable[[], list[Entry]]
Some = TypeVar("Some", bound=Panel)
_NO_PANEL = "this workspace has no such panel"


class PaletteDesk:
    """Knows where everything is.

    Attributes:
        sources: Further entries, asked for each time the palette opens.
        recency: The last choices of this window.
    """

    def __init__(
        self,
        window: QWidget,
        desk: Desk,
        links: Links,
        host: DockHost,
        panels: Mapping[str, Panel],
        actions: Mapping[str, QAction],
        why_not: Callable[[str], str],
    ) -> None:
        self._window, self._desk, self._links, self._host = window, desk, links, host
        self._panels, self._actions, self._why_not = panels, actions, why_not
        self.sources: list[Source] = [
            lambda: action_entries(actions, why_not),
            self._other_panels,
            lambda: portfolio_entries(desk.bridge.portfolios.values(), actions, self.go_to_portfolio),
            self._settings,
            lambda: template_entries(desk.templates, self._take_template),
        ]
        self.recency = Recency()
        self._symbols: PaletteIndex | None = None

    def open(self) -> CommandPalette:
        """Open the palette over the window that is worked in."""
        window = next((one for one in self._host.floating_windows() if one.isActiveWindow()), self._window)
        index = PaletteIndex(entry for source in self.sources for entry in source())
        palette = CommandPalette(self._window, self._desk.theme, index, self._symbol_index, self.recency)
        palette.open_over(window)
        return palette

    def go_to_portfolio(self, portfolio_id: PortfolioId) -> None:
        """Put the cursor on a portfolio, wherever this workspace shows it."""
        panel = self._first(PortfoliosPanel)
        if panel is not None:
            self._show(panel)
            panel.go_to(portfolio_id)
        self._links.select_portfolio(portfolio_id)

    def _symbol_index(self) -> PaletteIndex:
        if self._symbols is None:
            self._symbols = PaletteIndex(symbol_entries(self._desk.bridge.master, self._symbol))
        return self._symbols

    def _other_panels(self) -> list[Entry]:
        """Return panels that no action shows: a second chart, say."""
        shown_by_action = {name.removeprefix("show_") for name in self._actions}
        others = [panel_id for panel_id in self._host.panel_ids() if panel_id not in shown_by_action]
        titled = [(panel_id, self._host.title(panel_id), panel_id) for panel_id in others]
        return place_entries(Kind.PANEL, titled, self._host.show_panel)

    def _settings(self) -> list[Entry]:
        status = self._desk.bridge.status
        accounts = [str(row.account_id) for row in status.accounts] if status is not None else []
        tags = [row.declared.name for row in status.tags] if status is not None else []
        editor = "" if self._first(MultilegPanel) else _NO_PANEL
        pages = [(title, f"Editor: {title}", "multileg portfolio tab page fields") for title in TABS]
        return [
            *place_entries(Kind.SETTING, pages, self._open_page, editor),
            *self._row_entries("account", "Account", accounts, AccountsPanel),
            *self._row_entries("tag", "Strategy tag", tags, TagsPanel),
        ]

    def _row_entries(
        self, word: str, title: str, names: list[str], kind: type[AccountsPanel] | type[TagsPanel]
    ) -> list[Entry]:
        panel = self._first(kind)
        places = [(f"{word} {name}", f"{title} {name}: settings…", "limits edit") for name in names]

        def edit(place: str) -> None:
            if panel is not None:
                self._show(panel)
                _select(panel, place.removeprefix(f"{word} "))
                panel.edit()

        return place_entries(Kind.SETTING, places, edit, _NO_PANEL if panel is None else "")

    def _first(self, kind: type[Some]) -> Some | None:
        return next((panel for panel in self._panels.values() if isinstance(panel, kind)), None)

    def _show(self, panel: Panel) -> None:
        self._host.show_panel(next(panel_id for panel_id, one in self._panels.items() if one is panel))

    def _open_page(self, title: str) -> None:
        panel = self._first(MultilegPanel)
        if panel is not None:
            self._show(panel)
            panel.forms.setCurrentIndex(TABS.index(title))

    def _take_template(self, template: Template) -> None:
        self._links.act("show_editor")
        self._desk.editor.insert_template(template)
        self._links.say(f"{template.name}: {template.risk.tails}.")

    def _symbol(self, instrument: Instrument, deed: str) -> None:
        if deed in (BUY, SELL):
            add_contract(self._desk, self._links, instrument, Side.BUY if deed == BUY else Side.SELL)
        elif deed == CHAIN:
            panel = self._first(OptionChainPanel)
            if panel is not None:
                self._show(panel)
                panel.underlying_box.setCurrentText(instrument.underlying)
        else:
            self._links.show_instrument(instrument.id)


def _select(panel: AccountsPanel | TagsPanel, row_id: str) -> None:
    place = panel.model.place_of(row_id)
    if place is not None:
        panel.table.view.selectRow(place)
