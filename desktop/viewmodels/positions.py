"""Positions with Greeks as a grid: underlying → expiry → portfolio → leg, with subtotals and a total."""

from desktop.bridge import EngineBridge
from desktop.viewmodels.columns import Column
from desktop.viewmodels.grid_source import RowGridSource
from engine.views.positions import PositionRow

POSITION_COLUMNS: tuple[Column[PositionRow], ...] = ()


class PositionsSource(RowGridSource[PositionRow]):
    """A grid source for FastGrid: ``FastGrid(source, source.columns, theme, "Positions")``.

    Call ``refresh(now_ms)`` once per frame before the grid's own; connect ``expander_toggled`` to ``toggle``.
    """

    def __init__(self, bridge: EngineBridge) -> None: ...

    def refresh(self, now_ms: int) -> None:
        """Take quotes and rows into account; prices and Greeks are computed anew at most five times a second."""

    def toggle(self, row: int) -> None:
        """Fold or unfold the lines below a line."""

    def show_closed(self, shown: bool) -> None:
        """Show legs that are closed too, or only what is held."""
