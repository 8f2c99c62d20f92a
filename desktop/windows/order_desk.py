"""What the Orders menu does, in the order book of the open workspace."""

from collections.abc import Callable, Mapping

from desktop.viewmodels.palette import Entry, Kind
from desktop.windows.order_book_panel import OrderBookPanel
from desktop.windows.palette_entries import place_entries
from engine.domain.identifiers import PortfolioId

_DEEDS: Mapping[str, Callable[[OrderBookPanel], None]] = {
    "cancel_orders": lambda panel: panel.cancel_selected(),
    "cancel_shown_orders": lambda panel: panel.cancel_shown(),
    "cancel_all_orders": lambda panel: panel.cancel_all(),
    "square_off_order": lambda panel: panel.square_off_selected(),
    "modify_order": lambda panel: panel.modify_selected(),
    "order_details": lambda panel: panel.show_details(),
    "order_views": lambda panel: panel.open_views(),
    "save_order_view": lambda panel: panel.views.save(),
}


class OrderDesk:
    """Finds the order book, brings it to the front and has it act."""

    def __init__(
        self,
        panel: Callable[[], OrderBookPanel | None],
        show: Callable[[], None],
        go_to: Callable[[PortfolioId], None],
    ) -> None:
        """``show`` brings the order book to the front, adding it where the workspace has none."""
        self._panel, self._show, self._go_to = panel, show, go_to

    def handlers(self) -> Mapping[str, Callable[[], None]]:
        """Return what carries out each action."""
        acts = {name: (lambda act=act: self._with_panel(act)) for name, act in _DEEDS.items()}
        return {**acts, "order_portfolio": lambda: self._with_panel(self._to_portfolio)}

    def view_entries(self) -> list[Entry]:
        """Return the saved views of the order book for the palette."""
        panel = self._panel()
        if panel is None:
            return []
        titled = [(f"orders {one.name}", f"Order book: {one.name}", "saved view filter") for one in panel.views.views()]
        return place_entries(Kind.PANEL, titled, self._show_view)

    def _show_view(self, place: str) -> None:
        self._with_panel(lambda panel: panel.views.show(place.removeprefix("orders ")))

    def _to_portfolio(self, panel: OrderBookPanel) -> None:
        found = panel.portfolio_of_selected()
        if found is not None:
            self._go_to(found)

    def _with_panel(self, act: Callable[[OrderBookPanel], None]) -> None:
        self._show()
        panel = self._panel()
        if panel is not None:
            act(panel)
