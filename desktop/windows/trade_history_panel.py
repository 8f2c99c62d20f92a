"""The trade history: every closed leg of the journal with what it made, and the statistics of what is shown."""

from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum
from typing import TypeVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QStackedWidget, QWidget

from desktop.viewmodels.trade_history import ReviewMaker, TradesSource
from desktop.viewmodels.trade_review import TradeChoice, TradeGrouping, TradePeriod, TradeReview
from desktop.widgets.column_header import ColumnHeader
from desktop.widgets.data_grid import FastGrid
from desktop.widgets.share_split import ShareSplit
from desktop.windows.deeds import add_deed, cursor_menu
from desktop.windows.panel import Desk, Links, Panel, muted_label
from desktop.windows.trade_figures import TradeFigures
from desktop.workspace.links import AccountChosen, InstrumentChosen, PortfolioChosen, Subject
from engine.views.trades import TradeRow

_EMPTY = (
    "No trade was closed yet. Start a portfolio; each leg appears here once it is flat, and stays here on later days."
)
_NONE_FITS = "No trade fits. Choose a longer period, or other words."
_SHARES = (66, 34)
"""Percent of the width that trades and figures take, until the trader moves the border."""
_LEAST_FIGURES = 220

Choice = TypeVar("Choice", bound=Enum)
Fits = Callable[[TradeRow], bool]


class TradeHistoryPanel(Panel):
    """Closed trades of every day, grouped and filtered, beside their figures.

    In a link group it tells portfolio and contract of the trade under the cursor, and follows portfolios and accounts.
    """

    linkable = True

    def __init__(
        self, desk: Desk, links: Links, context: Mapping[str, str] | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__("Trade history", parent)
        self._desk, self._links = desk, links
        self.source = TradesSource()
        self.maker = ReviewMaker(dict if desk.curves is None else desk.curves.leg_extremes, self)
        self.grid = FastGrid(self.source, self.source.columns, desk.theme, "Trade history", self)
        self.figures = TradeFigures(desk.theme, self)
        self._day: date | None = None
        self._build_bar(context or {})
        self._build_pages()
        self.grid.expander_toggled.connect(self.source.toggle)
        self.grid.selection_changed.connect(self._selected)
        self.grid.cell_activated.connect(lambda row, _column: self._activate(row))
        self.grid.context_menu_requested.connect(self._open_menu)
        self.figures.day_chosen.connect(self._show_day)
        self.maker.made.connect(self._show)
        desk.bridge.trades_closed.connect(self._ask)
        self._ask()

    def table_header(self) -> ColumnHeader:
        """Return the header of the grid."""
        return self.grid.header()

    def refresh(self, now_ms: int) -> None:
        """Paint what changed."""
        self.grid.refresh(now_ms)

    def context(self) -> Mapping[str, str]:
        """Return grouping, period and page."""
        return {
            "grouping": self.grouping.currentText(),
            "period": self.period.currentText(),
            "page": str(self.figures.currentIndex()),
        }

    def follow(self, subject: Subject) -> None:
        """Put the cursor on the newest trade of a portfolio or an account, unless it stands on one."""
        match subject:
            case PortfolioChosen():
                self._go_to(lambda row: row.portfolio_id == subject.portfolio_id)
            case AccountChosen():
                self._go_to(lambda row: row.account == subject.account)
            case _:
                pass

    def choice(self) -> TradeChoice:
        """Return what is shown."""
        return TradeChoice(
            words=self.words.text(),
            day=self._day,
            period=TradePeriod(self.period.currentText()),
            grouping=TradeGrouping(self.grouping.currentText()),
        )

    def _build_bar(self, context: Mapping[str, str]) -> None:
        bar = self.bar()
        self.words = QLineEdit(self)
        self.words.setPlaceholderText("Filter: words, a reason, a date")
        self.words.setClearButtonEnabled(True)
        self.words.setProperty("finds", True)
        self.words.setAccessibleName("Filter of Trade history")
        self.words.setMaximumWidth(230)
        self.words.textChanged.connect(lambda _text: self._ask())
        self.period = _chooser(TradePeriod, "Period of trades", context.get("period", ""))
        self.grouping = _chooser(TradeGrouping, "Grouping of trades", context.get("grouping", TradeGrouping.DAY.value))
        for box in (self.period, self.grouping):
            box.currentTextChanged.connect(lambda _text: self._ask())
        self._hint = muted_label()
        for part in (self.words, self.period, self.grouping):
            bar.addWidget(part)
        bar.addWidget(self._hint, 1)
        page = context.get("page", "0")
        self.figures.setCurrentIndex(int(page) if page.isdecimal() and int(page) < self.figures.count() else 0)

    def _build_pages(self) -> None:
        split = ShareSplit(Qt.Orientation.Horizontal, _SHARES, self)
        split.addWidget(self.grid)
        split.addWidget(self.figures)
        self.figures.setMinimumWidth(_LEAST_FIGURES)
        self._empty = QLabel(_EMPTY, self)
        self._empty.setProperty("muted", True)
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(split)
        self.column.addWidget(self._pages, 1)

    def _ask(self, _trades: object = None) -> None:
        self.maker.ask(self._desk.bridge.trades.values(), self.choice(), self._desk.bridge.today())

    def _show(self, made: TradeReview) -> None:
        self.source.show_review(made)
        self.figures.show_statistics(made.statistics, made.days)
        known = bool(self._desk.bridge.trades)
        self._empty.setText(_NONE_FITS if known else _EMPTY)
        self._pages.setCurrentIndex(1 if made.lines else 0)
        count = made.statistics.trades
        only = "" if self._day is None else f" of {self._day:%d %b %Y}; Esc shows all days"
        self._hint.setText(f"{count:,} trades{only}" if known else "")

    def _show_day(self, day: date) -> None:
        """Show the trades of one day; the same day once more shows all again."""
        self._day = None if self._day == day else day
        self._ask()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Show all days again with Esc."""
        if event.key() == Qt.Key.Key_Escape and self._day is not None:
            self._show_day(self._day)
            return
        super().keyPressEvent(event)

    def _trade_at(self, number: int) -> TradeRow | None:
        return self.source.row(number).row if 0 <= number < self.source.row_count() else None

    def _go_to(self, fits: Fits) -> None:
        at = self.grid.current_row()
        here = None if at is None else self._trade_at(at)
        if here is not None and fits(here):
            return
        rows = ((number, self._trade_at(number)) for number in range(self.source.row_count()))
        place = next((number for number, row in rows if row is not None and fits(row)), None)
        if place is not None:
            self.grid.select_row(place)

    def _selected(self) -> None:
        rows = self.grid.selected_rows()
        row = self._trade_at(rows[0]) if rows and self.grid.hasFocus() else None
        if row is None:
            return
        if row.portfolio_id in self._desk.bridge.portfolios:
            self._links.select_portfolio(row.portfolio_id)
        if row.instrument in self._desk.bridge.master:
            self._links.choose(InstrumentChosen(row.instrument))

    def _activate(self, number: int) -> None:
        row = self._trade_at(number)
        if row is None:
            self.source.toggle(number)
        elif row.instrument in self._desk.bridge.master:
            self._links.show_instrument(row.instrument)
        else:
            self._links.say(f"{row.contract} is not listed any more, so there is no chart of it.")

    def _open_menu(self, number: int, _column: str, at: QPoint) -> None:
        row = self._trade_at(number)
        menu = cursor_menu(self)
        if row is not None:
            listed = row.instrument in self._desk.bridge.master
            instrument, portfolio_id = row.instrument, row.portfolio_id
            shown = portfolio_id in self._desk.bridge.portfolios
            add_deed(menu, "show_in_chart", lambda: self._links.show_instrument(instrument), possible=listed)
            add_deed(
                menu,
                "select_portfolio",
                lambda: self._links.select_portfolio(portfolio_id),
                about=row.portfolio,
                possible=shown,
            )
            menu.addSeparator()
        add_deed(menu, "copy_table", self.grid.copy_selection)
        menu.popup(at)


def _chooser(kind: type[Choice], name: str, chosen: str) -> QComboBox:
    box = QComboBox()
    box.addItems([one.value for one in kind])
    box.setAccessibleName(name)
    box.setToolTip(name)
    box.setCurrentIndex(max(0, box.findText(chosen)))
    return box
