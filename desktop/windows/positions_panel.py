"""Positions with Greeks in groups of the trader's choice, risk gauges above them, and what can be done to each."""

from collections.abc import Mapping

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QCheckBox, QComboBox, QMenu, QWidget

from desktop.viewmodels.positions import PositionsSource
from desktop.viewmodels.risk_gauges import RiskGauges
from desktop.widgets.column_header import ColumnHeader
from desktop.widgets.data_grid import FastGrid
from desktop.widgets.gauge_strip import GaugeStrip
from desktop.windows.closed_outside_dialog import ask_closed_outside
from desktop.windows.deeds import add_action, add_deed, add_table_deeds, cursor_menu
from desktop.windows.dialog import ask
from desktop.windows.panel import Desk, Links, Panel, muted_label, push_button
from desktop.windows.position_deeds import PositionDeeds, leg_sentence
from desktop.workspace.links import InstrumentChosen, PortfolioChosen, Subject
from engine.domain.commands import SquareOffLeg
from engine.domain.identifiers import LegId, PortfolioId
from engine.views.portfolios import PortfolioRow
from engine.views.positions import Grouping, PositionLevel, PositionRow

_ROOM_FOR_GAUGES = 150
"""Pixels of height below which the lines need all the room."""

_NOT_OURS = (PositionLevel.NOT_OURS, PositionLevel.FOREIGN)


class PositionsPanel(Panel):
    """What is held, what it is worth and how it moves.

    In a link group it tells the leg under the cursor, and follows portfolios.
    """

    linkable = True

    def __init__(
        self, desk: Desk, links: Links, context: Mapping[str, str] | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__("Positions", parent)
        self._desk, self._links = desk, links
        self.source = PositionsSource(desk.bridge)
        desk.bridge.portfolios_changed.connect(self._rows_changed)
        self.deeds = PositionDeeds(self, desk, links, self.source)
        self._risk = RiskGauges()
        self._seen: object = None
        self._build_bar(context or {})
        self.gauges = GaugeStrip(desk.theme, "Risk gauges", self)
        self.column.addWidget(self.gauges)
        self.grid = FastGrid(self.source, self.source.columns, desk.theme, "Positions", self)
        self.grid.expander_toggled.connect(self.source.toggle)
        self.grid.selection_changed.connect(self._selected)
        self.grid.context_menu_requested.connect(self._open_menu)
        self.grid.cell_activated.connect(lambda row, _column: self._activate(row))
        self.column.addWidget(self.grid)

    def _rows_changed(self, rows: list[PortfolioRow]) -> None:
        self.source.take_portfolios(rows)

    def _build_bar(self, context: Mapping[str, str]) -> None:
        bar = self.bar()
        self.group_box = QComboBox()
        self.group_box.setAccessibleName("Group by")
        self.group_box.setToolTip("How the positions are grouped; every group has its sub-totals")
        for grouping in Grouping:
            self.group_box.addItem(f"By {grouping.value}" if grouping is not Grouping.FLAT else "No groups", grouping)
        self.group_box.currentIndexChanged.connect(lambda _place: self._group())
        wanted = next((one for one in Grouping if one.name.lower() == context.get("grouping")), None)
        self.group_box.setCurrentIndex(list(Grouping).index(wanted) if wanted else 0)
        bar.addWidget(self.group_box)
        self.closed_too = QCheckBox("Closed legs too")
        self.closed_too.setToolTip("Show legs that hold nothing any more, with what they booked")
        self.closed_too.toggled.connect(self.source.show_closed)
        # Without the closed legs the total is not the day's result.
        self.closed_too.setChecked(context.get("closed") != "no")
        bar.addWidget(self.closed_too)
        self._hint = muted_label()
        bar.addWidget(self._hint, 1)
        self.drift_button = push_button(
            "≠ Take the broker's books…",
            "The broker's books and ours differ: take what he holds beyond our ledger as not ours, with a reason",
            self.deeds.accept_drift,
            danger=True,
        )
        self.drift_button.hide()
        bar.addWidget(self.drift_button)

    def context(self) -> Mapping[str, str]:
        """Return the grouping, and whether closed legs are left out, for the saved workspace."""
        closed = {} if self.closed_too.isChecked() else {"closed": "no"}
        if self.source.grouping is Grouping.UNDERLYING_EXPIRY_PORTFOLIO:
            return closed
        return {"grouping": self.source.grouping.name.lower(), **closed}

    def shows(self) -> str:
        """Return the grouping where it is not the usual one."""
        usual = self.source.grouping is Grouping.UNDERLYING_EXPIRY_PORTFOLIO
        return "" if usual else self.group_box.currentText().lower()

    def table_header(self) -> ColumnHeader:
        """Return the header of the grid."""
        return self.grid.header()

    def refresh(self, now_ms: int) -> None:
        """Show the newest prices and Greeks."""
        self.source.refresh(now_ms)
        self.grid.refresh(now_ms)
        self.gauges.setVisible(self.height() >= _ROOM_FOR_GAUGES)
        status = self._desk.bridge.status
        if self._seen == (id(self.source.lines), id(status)):
            return
        self._seen = id(self.source.lines), id(status)
        self.gauges.show_gauges(self._risk.gauges(self.source.underlyings, self.source.held, status))
        drift = len(self.source.brokers.drift)
        self.drift_button.setVisible(drift > 0)
        legs = len(self.source.held)
        words, tip = (f"{legs} open", "Legs that hold something") if legs else ("Nothing is held.", "")
        if drift:
            words = "≠ 1 contract differs" if drift == 1 else f"≠ {drift} contracts differ"
            tip = "The broker's books and ours differ: nothing is opened until that is clear"
        if words != self._hint.text():
            self._hint.setText(words)
            self._hint.setToolTip(tip)

    def follow(self, subject: Subject) -> None:
        """Put the cursor on the line of a portfolio, unless it stands within it."""
        if not isinstance(subject, PortfolioChosen):
            return
        rows = [self.source.row(number) for number in range(self.source.row_count())]
        at = self.grid.current_row()
        if at is not None and at < len(rows) and rows[at].portfolio_id == subject.portfolio_id:
            return
        own = (PositionLevel.PORTFOLIO, PositionLevel.LEG)
        mine = [n for n, row in enumerate(rows) if row.portfolio_id == subject.portfolio_id and row.level in own]
        if mine:
            self.grid.select_row(mine[0])

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
                leg_sentence(row, self._desk.bridge.quotes),
                "The other legs of its portfolio go on, with their stops.",
            ],
            "Square off",
            lambda: self._square_off(portfolio_id, leg_id),
            danger=True,
            question=self._desk.questions["square_off_leg"],
        )

    def mark_closed(self, row: PositionRow) -> None:
        """Ask, then take one leg as closed in the broker's own application."""
        if row.portfolio_id is None or row.leg_id is None or not row.net_quantity:
            self._links.say("Select a leg that holds something to say that it was closed at the broker.")
            return
        ask_closed_outside(self, self._desk, row.portfolio_id, row.leg_id, row.name, row.net_quantity, row.tick_size)

    def _square_off(self, portfolio_id: PortfolioId, leg_id: LegId) -> None:
        self._desk.bridge.submit(lambda at: SquareOffLeg(at=at, portfolio_id=portfolio_id, leg_id=leg_id))

    def _group(self) -> None:
        grouping = self.group_box.currentData()
        if isinstance(grouping, Grouping):
            self.source.group_by(grouping)
            self.shows_changed.emit(self.shows())

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
        if row.instrument is not None and row.level is not PositionLevel.CONTRACT:
            self._links.show_instrument(row.instrument)
        elif row.has_children:
            self.source.toggle(number)

    def _open_menu(self, number: int, column: str, at: QPoint) -> None:
        row = self.source.row(number)
        menu = cursor_menu(self)
        if row.level in _NOT_OURS:
            against = "" if self.source.brokers.drift else "every difference is explained"
            add_deed(menu, "accept_drift", self.deeds.accept_drift, against=against)
        else:
            self._add_deeds(menu, row)
        menu.addSeparator()
        instrument, portfolio_id = row.instrument, row.portfolio_id
        if instrument is not None:
            add_deed(menu, "show_in_chart", lambda: self._links.show_instrument(instrument))
        if portfolio_id is not None:
            add_deed(menu, "show_premium", lambda: self._links.show_premium(portfolio_id))
            name = row.portfolio.replace("&", "&&")
            add_deed(menu, "go_to_portfolio", lambda: self._go_to(portfolio_id), about=name)
        add_table_deeds(menu, self.grid, column, self._links.action)
        menu.popup(at)

    def _add_deeds(self, menu: QMenu, row: PositionRow) -> None:
        is_leg = row.level is PositionLevel.LEG
        holds = "" if is_leg and row.net_quantity else "it holds nothing" if is_leg else "choose the line of a leg"
        add_deed(menu, "square_off_leg", lambda: self.square_off(row), about="this leg", against=holds)
        self.deeds.add_to(menu, row)
        add_deed(menu, "closed_outside", lambda: self.mark_closed(row), about="It", against=holds)
        for name in ("square_off_selected", "edit_selected"):
            add_action(menu, self._links.action(name), possible=row.portfolio_id is not None)

    def _go_to(self, portfolio_id: PortfolioId) -> None:
        self._links.select_portfolio(portfolio_id)
        self._links.choose(PortfolioChosen(portfolio_id))
        self._links.act("show_portfolios")
