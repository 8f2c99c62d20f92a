"""Columns of the portfolio grid about stops, targets, trails and waits."""

from desktop.viewmodels import portfolio_cells as cells
from desktop.viewmodels.cell_values import rupees_value
from desktop.viewmodels.columns import Align, Column
from desktop.viewmodels.portfolio_line import PortfolioLine

EDITABLE = ("stop", "target")
"""Columns in which a level of an open leg is changed in place."""

LEVELS: tuple[Column[PortfolioLine], ...] = (
    Column(
        key="stop_distance",
        header="To stop",
        width=60,
        rank=3,
        tooltip="Portfolio: profit still to lose, ₹; leg: how far the watched price is from its stop, ₹",
        text=lambda line: cells.distance(
            line.mark.stop_distance, line.leg_mark.stop_distance if line.leg_mark else None, line
        ),
        tone=lambda line: cells.near(line.leg_mark.stop_distance if line.leg_mark else line.mark.stop_distance),
        value=lambda line: rupees_value((line.leg_mark or line.mark).stop_distance),
    ),
    Column(
        key="target_distance",
        header="To target",
        width=66,
        rank=6,
        tooltip="Portfolio: profit still to make, ₹; leg: how far the watched price is from its target, ₹",
        text=lambda line: cells.distance(
            line.mark.target_distance, line.leg_mark.target_distance if line.leg_mark else None, line
        ),
        value=lambda line: rupees_value((line.leg_mark or line.mark).target_distance),
    ),
    Column(
        key="stop",
        header="Stop",
        width=62,
        rank=1,
        tooltip="Portfolio: profit at which all is closed, ₹ (combined stop or profit lock); leg: price of its stop, "
        "U where the underlying is watched. Of an open leg it is changed here: double click, Enter or F2",
        text=cells.stop,
        value=cells.exact_stop,
    ),
    Column(
        key="target",
        header="Target",
        width=62,
        rank=4,
        tooltip="Portfolio: profit at which all is closed, ₹; leg: price. Of an open leg it is changed here: "
        "double click, Enter or F2",
        text=cells.target,
        value=cells.exact_target,
    ),
    Column(
        key="floor",
        header="Trail",
        rank=9,
        tooltip="Portfolio: profit that the profit lock keeps, ₹; leg: how often its stop was trailed, whether it lies "
        "at cost, and what its own lock keeps",
        width=64,
        text=cells.trail,
        value=cells.exact_trail,
    ),
    Column(
        key="wait",
        header="Waits for",
        tooltip="Leg that waits for a price: what the trigger is counted from, and the trigger; U is the underlying",
        width=110,
        align=Align.LEFT,
        text=cells.waits_for,
        hidden=True,
    ),
)
"""Columns of levels."""
