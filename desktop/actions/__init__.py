"""Every menu entry, button and shortcut of the workstation, each declared once, a module for each menu."""

from desktop.actions.desk import DESK_ACTIONS
from desktop.actions.help import HELP_ACTIONS
from desktop.actions.orders import ORDERS_ACTIONS
from desktop.actions.panels import PANELS_ACTIONS
from desktop.actions.portfolio import PORTFOLIO_ACTIONS
from desktop.actions.risk import RISK_ACTIONS
from desktop.actions.spec import ActionSpec, Menu
from desktop.actions.window import WINDOW_ACTIONS

__all__ = ["ACTIONS", "ActionSpec", "Menu"]

ACTIONS: tuple[ActionSpec, ...] = (
    *DESK_ACTIONS,
    *PORTFOLIO_ACTIONS,
    *ORDERS_ACTIONS,
    *PANELS_ACTIONS,
    *WINDOW_ACTIONS,
    *RISK_ACTIONS,
    *HELP_ACTIONS,
)
"""All of them, in the order in which the menus show them."""
