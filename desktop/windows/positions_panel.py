"""Positions with Greeks, grouped by underlying, expiry, portfolio and leg."""

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QCheckBox, QWidget

from desktop.presentation import formats
from desktop.viewmodels.positions import PositionsSource
from desktop.widgets.column_header import ColumnHeader
from desktop.widgets.data_grid import FastGrid
from desktop.windows.closed_outside_dialog import ask_closed_outside
from desktop.windows.deeds import add_action, add_deed, add_table_deeds, cursor_menu
from desktop.windows.dialog import ask
from desktop.windows.panel import Desk, Links, Panel, muted_label
from desktop.workspace.links import InstrumentChosen, PortfolioChosen, Subject
from engine.domain.commands import SquareOffLeg
from engine.domain.identifiers import LegId, PortfolioId
from engine.views.positions import PositionLevel, PositionRow


class PositionsPanel(Panel):
    """What is held, what it is worth and how it moves.

    In a link group it tells the leg under the cursor, and follows portfolios.
    """

    linkable = True

    def __init__(self, desk: Desk, links: Links, parent: QWidget | None = None) -> None:
        super().__init__("Positions", parent)
        self._desk, self._links = desk, links
        self.source = PositionsSource(desk.bridge)
        bar = self.bar()
        self.closed_too = QCheckBox("Closed legs too")
        self.closed_too.setToolTip("Show legs that hold nothing any more, with what they booked")
        self.closed_too.toggled.connect(self.source.show_closed)
        # Without the closed legs the total is not the day's result.
        self.closed_too.setChecked(True)
        bar.addWidget(self.closed_too)
        self._hint = muted_label()
        bar.addWidget(self._hint, 1)
        self.grid = FastGrid(self.source, self.source.columns, desk.theme, "Positions", self)
        self.grid.expander_toggled.connect(self.source.toggle)
        self.grid.selection_changed.connect(self._selected)
        self.grid.context_menu_requested.connect(self._open_menu)
        self.grid.cell_activated.connect(lambda row, _column: self._activate(row))
        self.column.addWidget(self.grid)

    def table_header(self) -> ColumnHeader:
        """Return the header of the grid."""
        return self.grid.header()

    def refresh(self, now_ms: int) -> None:
        """Show the newest prices and Greeks."""
        self.source.refresh(now_ms)
        self.grid.refresh(now_ms)
        rows = [self.source.row(row) for row in range(self.source.row_count())]
        legs = sum(row.level is PositionLevel.LEG and bool(row.net_quantity) for row in rows)
        words = f"{legs} open · Δ in units, Θ in ₹ a day, vega in ₹ a point" if legs else "Nothing is held."
        if words != self._hint.text():
            self._hint.setText(words)

    def follow(self, subject: Subject) -> None:
        """Put the cursor on the line of a portfolio, unless it stands within it."""
        if not isinstance(subject, PortfolioChosen):
            return
        rows = [self.source.row(number) for number in range(self.source.row_count())]
        at = self.grid.current_row()
        if at is not None and at < len(rows) and rows[at].portfolio_id == subject.portfolio_id:
            return
        place = next((n for n, row in enumerate(rows) if row.portfolio_id == subject.portfolio_id), None)
        if place is not None:
            self.grid.select_row(place)

    def square_off(self, row: PositionRow) -> None:
        """Ask, then close what one leg holds."""
        portfolio_id, leg_id = row.portfolio_id, row.leg_id
        if portfolio_id is None or leg_id is None or not row.net_quantity:
            self._links.say("Select a leg that holds something to square it off.")
            return
        ask(
            self,
            "Square off a leg",
            [
                f"Close {formats.signed_quantity(row.net_quantity)} {row.name}?",
                "The other legs of its portfolio go on, with their stops.",
            ],
            "Square off",
            lambda: self._square_off(portfolio_id, leg_id),
            danger=True,
        )

    def mark_closed(self, row: PositionRow) -> None:
        """Ask, then take one leg as closed in the broker's own application."""
        if row.portfolio_id is None or row.leg_id is None or not row.net_quantity:
            self._links.say("Select a leg that holds something to say that it was closed at the broker.")
            return
        ask_closed_outside(self, self._desk, row.portfolio_id, row.leg_id, row.name, row.net_quantity, row.tick_size)

    def _square_off(self, portfolio_id: PortfolioId, leg_id: LegId) -> None:
        self._desk.bridge.submit(lambda at: SquareOffLeg(at=at, portfolio_id=portfolio_id, leg_id=leg_id))

    def _selected(self) -> None:
        rows = self.grid.selected_rows()
        if not rows:
            return
        row = self.source.row(rows[0])
        if row.portfolio_id is not None:
            self._links.select_portfolio(row.portfolio_id)
        if row.instrument is not None:
            self._links.choose(InstrumentChosen(row.instrument))

    def _activate(self, number: int) -> None:
        row = self.source.row(number)
        if row.instrument is not None:
            self._links.show_instrument(row.instrument)
        elif row.has_children:
            self.source.toggle(number)

    def _open_menu(self, number: int, column: str, at: QPoint) -> None:
        row = self.source.row(number)
        menu = cursor_menu(self)
        holds = row.level is PositionLevel.LEG and bool(row.net_quantity)
        add_deed(menu, "square_off_leg", lambda: self.square_off(row), about="this leg", possible=holds)
        add_deed(menu, "closed_outside", lambda: self.mark_closed(row), about="It", possible=holds)
        for name in ("square_off_selected", "edit_selected"):
            add_action(menu, self._links.action(name), possible=row.portfolio_id is not None)
        menu.addSeparator()
        instrument, portfolio_id = row.instrument, row.portfolio_id
        if instrument is not None:
            add_deed(menu, "show_in_chart", lambda: self._links.show_instrument(instrument))
        if portfolio_id is not None:
            add_deed(menu, "show_premium", lambda: self._links.show_premium(portfolio_id))
        add_table_deeds(menu, self.grid, column, self._links.action)
        menu.popup(at)
