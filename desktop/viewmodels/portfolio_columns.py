"""The columns of the portfolio grid (executor reference, Appendix D), and which of them belong together."""

from collections.abc import Mapping

from desktop.viewmodels.columns import Column
from desktop.viewmodels.portfolio_facts import FACTS, NAMES
from desktop.viewmodels.portfolio_levels import LEVELS
from desktop.viewmodels.portfolio_line import PortfolioLine
from desktop.viewmodels.portfolio_money import MONEY, PRICES

PORTFOLIO_COLUMNS: tuple[Column[PortfolioLine], ...] = (*NAMES, *MONEY, *LEVELS, *PRICES, *FACTS)
"""All columns, in the order in which they stand until the trader moves them."""

_ALWAYS = ("check", "name", "state", "profit")

USUAL = "Usual"
"""The choice whose columns give way where there is no room; those of the others are scrolled to."""

PRESETS: Mapping[str, tuple[str, ...]] = {
    USUAL: ("check", *(column.key for column in PORTFOLIO_COLUMNS if not column.hidden and column.key != "check")),
    "Stops and targets": (
        *_ALWAYS,
        "stop_distance",
        "target_distance",
        "stop",
        "target",
        "floor",
        "wait",
        "entry",
        "last",
        "exit_reason",
    ),
    "Profit": (
        *_ALWAYS,
        "per_lot",
        "mtm",
        "booked",
        "peak",
        "trough",
        "drawdown",
        "entry",
        "last",
        "exit",
        "lots",
    ),
    "Greeks and margin": (
        *_ALWAYS,
        "delta",
        "theta",
        "iv",
        "margin",
        "quantity",
        "lots",
        "expiry",
        "last",
    ),
    "Times and names": (
        *_ALWAYS,
        "tag",
        "account",
        "underlying",
        "expiry",
        "execution",
        "enter",
        "start",
        "end",
        "square_off",
        "orders",
        "legs",
        "remarks",
    ),
    "Everything": ("check", *(column.key for column in PORTFOLIO_COLUMNS if column.key != "check")),
}
"""Names of ready choices, and the columns that each shows."""
