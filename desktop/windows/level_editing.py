"""Where in the portfolio grid stops and targets are edited, and by which keys."""

from PySide6.QtCore import QRect

from desktop.viewmodels.portfolio_levels import EDITABLE
from desktop.viewmodels.portfolios import PortfoliosSource
from desktop.widgets.data_grid import FastGrid
from desktop.windows.level_cell import LevelCell
from desktop.windows.panel import Desk
from engine.views.portfolios import LegRow


class LevelEditing:
    """Opens the one line in which levels are typed, and keeps it over its cell.

    Attributes:
        cell: The line.
    """

    def __init__(self, desk: Desk, grid: FastGrid, source: PortfoliosSource) -> None:
        self._grid, self._source = grid, source
        self.cell = LevelCell(desk, grid.viewport(), grid)

    def may_edit(self, row: int, column: str) -> bool:
        """Say whether a cell shows a level of a leg that holds something."""
        leg = self._source.row(row).leg
        return column in EDITABLE and leg is not None and leg.net_quantity != 0

    def open(self, row: int, column: str) -> None:
        """Edit the stop or the target of an open leg in its cell."""
        line = self._source.row(row)
        if line.leg is not None and self.may_edit(row, column):
            self.cell.open(line.portfolio, line.leg, line.leg_mark, column, self._rect(row, column))

    def open_leg(self, leg: LegRow, column: str) -> None:
        """Edit a level of a leg, wherever its line is; nothing happens where it is folded away."""
        row = self._row_of(leg.portfolio_id, leg.leg_id)
        if row is not None:
            self._grid.select_row(row)
            self.open(row, column)

    def follow(self) -> None:
        """Keep the line over its cell, which moves with what is added, folded and scrolled."""
        edited = self.cell.edits
        if edited is None:
            return
        row = self._row_of(edited[0], edited[1])
        if row is None or not self.may_edit(row, edited[2]):
            self.cell.leave()
        else:
            self.cell.place(self._rect(row, edited[2]))

    def _row_of(self, portfolio_id: str, leg_id: int) -> int | None:
        for number in range(self._source.row_count()):
            leg = self._source.row(number).leg
            if leg is not None and (leg.portfolio_id, leg.leg_id) == (portfolio_id, leg_id):
                return number
        return None

    def _rect(self, row: int, column: str) -> QRect:
        """Return where a level is edited: in its cell, at the right edge where that has no room."""
        cell, width = self._grid.cell_rect(row, column), self._grid.viewport().width()
        if cell.width() and cell.right() <= width:
            return cell
        return QRect(max(0, width - self.cell.minimumWidth()), cell.top(), 0, cell.height())
