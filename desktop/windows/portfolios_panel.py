"""Portfolios with their legs, states and profit, why they wait or were closed, and what can be done about it."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from desktop.viewmodels.portfolio_columns import PRESETS, USUAL
from desktop.viewmodels.portfolio_deeds import possible
from desktop.viewmodels.portfolios import PortfolioLine, PortfoliosSource
from desktop.widgets.column_header import ColumnHeader
from desktop.widgets.data_grid import FastGrid
from desktop.widgets.pnl_label import PnlLabel
from desktop.widgets.why_list import Why, WhyList, WhyState
from desktop.windows.account_column import AccountColumn
from desktop.windows.column_presets import PresetButton
from desktop.windows.deeds import add_action, add_deed, add_table_deeds, cursor_menu
from desktop.windows.leg_menu import LegMenu
from desktop.windows.leg_protection import LegProtection
from desktop.windows.level_editing import LevelEditing
from desktop.windows.panel import Desk, Links, Panel, muted_label, push_button
from desktop.windows.portfolio_bar import PortfolioBar
from desktop.windows.profit_view import ProfitDialog, ProfitView
from desktop.windows.signal_menu import SignalMenu
from desktop.windows.words_dialog import WordsDialog
from desktop.workspace.links import PortfolioChosen, Subject
from engine.domain.identifiers import PortfolioId
from engine.domain.multileg.states import PortfolioState
from engine.views.portfolios import PortfolioRow

_OTHERS = ("disable_selected", "enable_selected")
"""Actions that only menus offer."""
_STATE_WORDS: dict[PortfolioState, str] = {
    PortfolioState.DISABLED: "disabled: nothing starts it",
    PortfolioState.IDLE: "waits for a click",
    PortfolioState.WAITING: "armed, watching its entry rule",
    PortfolioState.ENTERING: "entering",
    PortfolioState.HELD: "held: a restart caught its entry; resume it or square it off",
    PortfolioState.RUNNING: "running",
    PortfolioState.RUNNING_PARTIAL: "running without the legs that failed",
    PortfolioState.EXITING: "closing",
    PortfolioState.EXIT_BLOCKED: "closing, and exit orders keep failing",
    PortfolioState.COMPLETED: "completed",
    PortfolioState.FAILED: "failed and closed again",
    PortfolioState.REJECTED: "nothing was ever filled",
}


_COLUMNS = "columns"

_ROOM_FOR_CURVE = 300
"""Pixels of the panel's height from which on the profit curve is shown beside the reasons."""


class PortfoliosPanel(Panel):
    """The main grid of the desk.

    In a link group it tells and follows portfolios. What is selected is the same in every such panel, of whatever
    group, because buttons and keys act on it.
    """

    linkable = True

    def __init__(
        self, desk: Desk, links: Links, context: Mapping[str, str] | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__("Portfolios", parent)
        self._desk, self._links = desk, links
        self.source = PortfoliosSource(desk.bridge, desk.curves, desk.checked)
        self._selected: PortfolioId | None = None
        self._reasons_of = -1
        self._build_bar()
        self.grid = FastGrid(self.source, self.source.columns, desk.theme, "Portfolios and legs", self)
        self._account_column = AccountColumn(desk.bridge, self.grid.header(), self.source.columns)
        self.grid.expander_toggled.connect(self.source.toggle)
        self.grid.selection_changed.connect(self._selection_changed)
        self.grid.context_menu_requested.connect(self._open_menu)
        self.grid.cell_activated.connect(self._activate)
        self.grid.cell_clicked.connect(self._clicked)
        self.grid.installEventFilter(self)
        self.levels = LevelEditing(desk, self.grid, self.source)
        self.columns_button.choose_for(self.grid.header())
        self.columns_button.remember(self.grid.header(), (context or {}).get(_COLUMNS, USUAL))
        desk.checked.changed.connect(self._checks_changed)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self._invitation())
        self._pages.addWidget(self._split())
        self.column.addWidget(self._pages)
        desk.bridge.portfolios_changed.connect(self._rows_changed)
        self._enable_buttons()

    def context(self) -> Mapping[str, str]:
        """Return which ready choice of columns was made, where it is not the usual one."""
        chosen = self.columns_button.chosen
        return {} if chosen == USUAL else {_COLUMNS: chosen}

    def table_header(self) -> ColumnHeader:
        """Return the header of the grid."""
        return self.grid.header()

    @property
    def selected_id(self) -> PortfolioId | None:
        """The selected portfolio."""
        return self._selected

    def select(self, portfolio_id: PortfolioId | None) -> None:
        """Make a portfolio the selected one."""
        self._selected = portfolio_id
        self._reasons_of = -1
        self._enable_buttons()

    def go_to(self, portfolio_id: PortfolioId) -> None:
        """Put the cursor on a portfolio's line."""
        self.refresh(0)
        lines = (self.source.row(row) for row in range(self.source.row_count()))
        found = (row for row, line in enumerate(lines) if line.portfolio.portfolio_id == portfolio_id)
        row = next(found, None)
        if row is not None:
            self.grid.select_row(row)

    def follow(self, subject: Subject) -> None:
        """Make a portfolio the selected one, with the cursor on it or on one of its legs."""
        if not isinstance(subject, PortfolioChosen) or subject.portfolio_id not in self._desk.bridge.portfolios:
            return
        self._links.select_portfolio(subject.portfolio_id)
        line = self._line()
        if line is not None and line.portfolio.portfolio_id == subject.portfolio_id:
            return
        self.go_to(subject.portfolio_id)

    def refresh(self, now_ms: int) -> None:
        """Show the newest states, prices and reasons."""
        self.source.refresh(now_ms)
        self.grid.refresh(now_ms)
        self.levels.follow()
        self._pages.setCurrentIndex(1 if self._desk.bridge.portfolios else 0)
        self._show_total()
        # With every snapshot, so that the sentences never tell another profit than the grid beside them.
        if self.source.snapshot_number != self._reasons_of:
            self._reasons_of = self.source.snapshot_number
            self._show_selected()

    # --- what is built once -----------------------------------------------------------------------------------------

    def _build_bar(self) -> None:
        bar = self.bar()
        self.deeds = PortfolioBar(self._links.action, _OTHERS, self)
        self.buttons = self.deeds.buttons
        bar.addWidget(self.deeds, 3)
        self.columns_button = PresetButton(PRESETS, USUAL, self)
        bar.addWidget(self.columns_button)
        self.done_too = QCheckBox("Done too")
        self.done_too.setChecked(True)
        self.done_too.setToolTip("Show portfolios that are flat and over")
        self.done_too.toggled.connect(self.source.show_done)
        bar.addWidget(self.done_too)
        self._words = muted_label()
        # The first to give way in a narrow panel.
        self._words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        bar.addWidget(self._words, 1)
        self.total = PnlLabel(self._desk.theme, "Profit of all portfolios today", pixels=15)
        bar.addWidget(self.total)

    def _invitation(self) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.addStretch(2)
        headline = muted_label(
            "No portfolio yet. The demonstration is a hedged short straddle on NIFTY: it buys the wings, sells the\n"
            "straddle at 09:20, carries leg stops, a combined stop and a profit lock, and squares off at 15:15.\n"
            f"Everything runs with {self._desk.money}."
        )
        headline.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.invite_button = push_button(
            "Start the demonstration", "Arm the demonstration portfolio", lambda: self._links.act("start_demonstration")
        )
        other = push_button(
            "Choose a template", "Start from another structure", lambda: self._links.act("new_portfolio")
        )
        column.addWidget(headline)
        column.addSpacing(8)
        column.addWidget(self.invite_button, 0, Qt.AlignmentFlag.AlignCenter)
        column.addWidget(other, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch(3)
        return page

    def _split(self) -> QWidget:
        side = self._side = QWidget(self)
        column = QVBoxLayout(side)
        column.setContentsMargins(4, 2, 4, 2)
        column.setSpacing(3)
        self._headline = muted_label()
        self._headline.setWordWrap(True)
        self.why = WhyList(self._desk.theme, "Why", side)
        self.profit = ProfitView(self._desk, side)
        self.profit.hide()
        self.protection = LegProtection(self._desk, side)
        self._leg_menu = LegMenu(self, self._desk, self._links, self.protection.square_off, self.levels.open_leg)
        self._signal_menu = SignalMenu(self, self._desk)
        column.addWidget(self._headline)
        column.addWidget(self.why, 1)
        column.addWidget(self.profit)
        column.addWidget(self.protection)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.addWidget(self.grid)
        splitter.addWidget(side)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([640, 360])
        return splitter

    # --- what changes -------------------------------------------------------------------------------------------------

    def _line(self) -> PortfolioLine | None:
        row = self.grid.current_row()
        return self.source.row(row) if row is not None and row < self.source.row_count() else None

    def _selection_changed(self) -> None:
        line = self._line()
        if line is not None:
            self._links.select_portfolio(line.portfolio.portfolio_id)
            self.protection.show_leg(line.portfolio, line.leg)

    def _rows_changed(self, rows: Sequence[PortfolioRow]) -> None:
        self.source.take_portfolios(rows)
        self._reasons_of = -1
        self._enable_buttons()

    def _checks_changed(self) -> None:
        self.source.take_checks()
        self._reasons_of = -1
        self._enable_buttons()

    def _show_total(self) -> None:
        total = self.source.profit()
        self.total.show_amount(total)
        self.total.setVisible(total is not None)

    def _show_selected(self) -> None:
        rows = self._desk.bridge.portfolios
        if self._selected is None and rows:
            newest = list(rows.values())[-1]
            self._links.select_portfolio(newest.portfolio_id)
        row = rows.get(self._selected or "")
        if row is None:
            return
        charge = f"{row.name} ({row.portfolio_id}): {_STATE_WORDS[row.state]}"
        charge += f", version {row.version}" if row.version > 1 else ""
        charge += " · SUSPENDED: nothing is opened" if row.suspended else ""
        if self._headline.text() != charge:
            self._headline.setText(charge)
            self._enable_buttons()
        # Why it waits comes first: the curve is in its own dialog where there is no room for both.
        self.profit.setVisible(self.profit.follow(row) and self._side.height() >= _ROOM_FOR_CURVE)
        reasons = self.source.reasons(row.portfolio_id)
        self.why.show_reasons([Why(WhyState(reason.state.value), reason.sentence) for reason in reasons])
        line = self._line()
        if line is not None and line.portfolio.portfolio_id == row.portfolio_id:
            self.protection.follow(line.portfolio, line.leg)
        alive = sum(not one.is_done for one in rows.values())
        checked = sum(one in rows for one in self._desk.checked.ids)
        words = f"{len(rows)} portfolio{'s' if len(rows) != 1 else ''}, {alive} alive"
        self._words.setText(f"{checked} checked" if checked else words)
        self._words.setToolTip("Buttons and keys are done to all that are checked" if checked else "")

    def _enable_buttons(self) -> None:
        rows = self._desk.bridge.portfolios
        meant = [rows[one] for one in self._desk.checked.ids if one in rows]
        if not meant and (row := rows.get(self._selected or "")) is not None:
            meant = [row]
        self.deeds.enable({name for row in meant for name in possible(row)})

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Take F2 on a level, and Ctrl+Space, from the grid."""
        if watched is not self.grid or not isinstance(event, QKeyEvent):
            return False
        row, column = self.grid.current_row(), self.grid.current_column()
        if row is None or column is None:
            return False
        if event.key() == Qt.Key.Key_F2 and self.levels.may_edit(row, column):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
            else:
                self.levels.open(row, column)
            return True
        if event.key() == Qt.Key.Key_Space and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            if event.type() == QEvent.Type.KeyPress:
                self._desk.checked.toggle(self.source.row(row).portfolio.portfolio_id)
            return event.type() == QEvent.Type.KeyPress
        return False

    def _clicked(self, row: int, column: str) -> None:
        line = self.source.row(row)
        if column == "check" and line.leg is None:
            self._desk.checked.toggle(line.portfolio.portfolio_id)
        elif column == "orders":
            self._links.find_orders(_order_words(line))

    def _activate(self, number: int, column: str) -> None:
        line = self.source.row(number)
        if self.levels.may_edit(number, column):
            self.levels.open(number, column)
        elif column == "orders":
            self._links.find_orders(_order_words(line))
        elif line.leg is not None and line.leg.instrument is not None:
            self._links.show_instrument(line.leg.instrument)
        elif line.leg is None:
            self._links.show_premium(line.portfolio.portfolio_id)

    def say_in_words(self, line: PortfolioLine) -> None:
        """Show what a portfolio does, in plain sentences."""
        WordsDialog(self, self._desk.theme, line.portfolio.portfolio).open()

    def show_profit(self, line: PortfolioLine) -> None:
        """Show what a portfolio made over time."""
        ProfitDialog(self, self._desk, line.portfolio).open()

    def _open_menu(self, number: int, column: str, at: QPoint) -> None:
        line = self.source.row(number)
        portfolio_id = line.portfolio.portfolio_id
        menu = cursor_menu(self)
        allowed = possible(line.portfolio)
        for name in (*self.buttons, *_OTHERS):
            add_action(menu, self._links.action(name), possible=name in allowed)
        menu.addSeparator()
        self._signal_menu.fill(menu, line.portfolio)
        leg = line.leg
        if leg is not None:
            self._leg_menu.fill(menu, line.portfolio, leg)
            instrument = leg.instrument
            if instrument is not None:
                add_deed(menu, "show_in_chart", lambda: self._links.show_instrument(instrument))
        add_deed(menu, "find_orders", lambda: self._links.find_orders(_order_words(line)))
        add_deed(menu, "say_in_words", lambda: self.say_in_words(line))
        add_deed(menu, "profit_curve", lambda: self.show_profit(line))
        add_deed(menu, "show_premium", lambda: self._links.show_premium(portfolio_id))
        add_table_deeds(menu, self.grid, column, self._links.action)
        menu.popup(at)


def _order_words(line: PortfolioLine) -> str:
    """Answer the words that find the orders of a portfolio, or of one of its legs, in the order book."""
    return " ".join((line.portfolio.portfolio_id, *((line.leg.contract,) if line.leg is not None else ())))
