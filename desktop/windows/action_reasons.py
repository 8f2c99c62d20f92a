"""Why an action cannot do anything now, in a few words for the palette; empty where it can."""

from collections.abc import Callable

from desktop.viewmodels.multileg_editor import MultilegEditor
from desktop.viewmodels.portfolio_deeds import possible, state_word
from desktop.windows.order_book_panel import OrderBookPanel
from desktop.windows.portfolio_changes import CHANGES
from engine.views.portfolios import PortfolioRow

OF_PORTFOLIOS = (
    "start_selected",
    "arm_selected",
    "square_off_selected",
    "panic_selected",
    "edit_selected",
    "clone_selected",
    "resume_selected",
    *(name for name in CHANGES if name != "edit_selected"),
)
"""Actions on the selected portfolio."""
_OF_ORDERS = ("cancel_orders", "modify_order", "order_details", "square_off_order", "order_portfolio")
_SHOW = "show_"


def against_portfolio(name: str, row: PortfolioRow | None) -> str:
    """Return why an action cannot be asked for of a portfolio."""
    if row is None:
        return "no portfolio is selected"
    return "" if name in possible(row) else f"{row.name} is {state_word(row)}"


class ActionReasons:
    """Knows what each action needs."""

    def __init__(
        self,
        selected: Callable[[], PortfolioRow | None],
        editor: MultilegEditor,
        orders: Callable[[], OrderBookPanel | None],
        has_panel: Callable[[str], bool],
    ) -> None:
        self._selected, self._editor, self._orders, self._has_panel = selected, editor, orders, has_panel

    def against(self, name: str) -> str:
        """Return why an action cannot do anything now."""
        if name in OF_PORTFOLIOS:
            return against_portfolio(name, self._selected())
        if name in _OF_ORDERS:
            return self._against_orders(name)
        if name.startswith(_SHOW) and not self._has_panel(name.removeprefix(_SHOW)):
            return "this workspace has no such panel"
        if name == "undo" and not self._editor.can_undo:
            return "nothing was edited"
        if name == "redo" and not self._editor.can_redo:
            return "nothing was undone"
        return ""

    def _against_orders(self, name: str) -> str:
        panel = self._orders()
        if panel is None:
            return "this workspace has no order book"
        chosen = panel.selected()
        if not chosen:
            return "no order is selected"
        if name == "cancel_orders" and not any(order.is_working for order in chosen):
            return "the selected orders are not working any more"
        if name == "modify_order" and not (
            len(chosen) == 1 and chosen[0].is_working and chosen[0].limit_price is not None
        ):
            return "one working limit order must be selected"
        if name == "square_off_order" and not any(panel.deeds.can_square_off(order) for order in chosen):
            return "the selected orders filled no leg that is open"
        return ""
