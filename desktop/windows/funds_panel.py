"""The funds of one account in detail: what its broker says beside what we count, and the margin of each portfolio.

A panel of its own beside the accounts: the accounts are one line each across all of them, this is one account from top
to bottom, and follows whichever is chosen there.
"""

from collections.abc import Mapping

from PySide6.QtCore import QModelIndex, QPoint, QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QLabel, QSplitter, QWidget

from desktop.viewmodels.funds import FundsModel
from desktop.widgets.column_header import ColumnHeader
from desktop.widgets.data_table import DataTable
from desktop.windows.deeds import add_deed, add_table_deeds, cursor_menu
from desktop.windows.panel import Desk, Links, Panel, muted_label
from desktop.workspace.links import AccountChosen, PortfolioChosen, Subject
from engine.domain.identifiers import PortfolioId

_EVERY_MS = 1_000
"""Margins move slowly, and what the broker says more slowly still."""
_SHARES = (62, 38)
_EMPTY = "Nothing is held in this account, so nothing is blocked. Start a portfolio; its margin stands here."


class FundsPanel(Panel):
    """One account's money. In a link group it follows and tells accounts, and tells portfolios."""

    linkable = True

    def __init__(
        self, desk: Desk, links: Links, context: Mapping[str, str] | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__("Funds", parent)
        self._desk, self._links = desk, links
        self.model = FundsModel(desk.bridge, desk.theme, self)
        self._wanted = (context or {}).get("account", "")
        self._due_ms = 0
        bar = self.bar()
        self.chooser = QComboBox(self)
        self.chooser.setAccessibleName("Account")
        self.chooser.setToolTip("The account whose funds are shown")
        self.chooser.currentTextChanged.connect(self._chosen)
        bar.addWidget(self.chooser)
        bar.addWidget(muted_label("Margins are estimates; the broker's books have the last word"), 1)
        self.table = DataTable(self.model.funds, desk.theme, "Funds", self)
        self.margins = DataTable(self.model.margins, desk.theme, "Margin of portfolios", self)
        for table in (self.table, self.margins):
            table.filter_line.hide()
        self._empty = QLabel(_EMPTY, self)
        self._build_split()
        self.margins.view.selectionModel().currentRowChanged.connect(self._margin_chosen)
        self.table.context_menu_requested.connect(lambda _row, column, at: self._open_menu(self.table, column, at))
        self.margins.context_menu_requested.connect(self._open_margin_menu)
        desk.bridge.status_changed.connect(self._offer_accounts)
        self._offer_accounts()

    def table_header(self) -> ColumnHeader:
        """Return the header of the funds."""
        return self.table.header()

    def context(self) -> Mapping[str, str]:
        """Return the account."""
        return {"account": self.chooser.currentText()}

    def shows(self) -> str:
        """Return the account, where there are several."""
        return self.chooser.currentText() if self.chooser.count() > 1 else ""

    def refresh(self, now_ms: int) -> None:
        """Count anew, once a second."""
        if now_ms >= self._due_ms:
            self._due_ms = now_ms + _EVERY_MS
            self.model.refresh()
            holds = self.model.margins.rowCount() > 0
            self.margins.setVisible(holds)
            self._empty.setVisible(not holds)

    def follow(self, subject: Subject) -> None:
        """Show the funds of an account."""
        if isinstance(subject, AccountChosen) and self.chooser.findText(subject.account) >= 0:
            self.chooser.setCurrentText(subject.account)

    def _build_split(self) -> None:
        self._empty.setProperty("muted", True)
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._empty.setContentsMargins(8, 6, 8, 6)
        split = QSplitter(Qt.Orientation.Vertical, self)
        for part in (self.table, self.margins, self._empty):
            split.addWidget(part)
        split.setChildrenCollapsible(False)
        for number, share in enumerate(_SHARES):
            split.setStretchFactor(number, share)
        self.margins.hide()
        self.column.addWidget(split, 1)

    def _offer_accounts(self, _status: object = None) -> None:
        names = [row.account_id for row in self.model.accounts()]
        if names == [self.chooser.itemText(n) for n in range(self.chooser.count())]:
            return
        wanted = self.chooser.currentText() or self._wanted
        blocked = QSignalBlocker(self.chooser)
        self.chooser.clear()
        self.chooser.addItems(names)
        self.chooser.setCurrentIndex(max(0, self.chooser.findText(wanted)))
        blocked.unblock()
        self.model.show_account(self.chooser.currentText())
        self.shows_changed.emit(self.shows())

    def _chosen(self, account: str) -> None:
        self.model.show_account(account)
        self.shows_changed.emit(self.shows())
        row = self.model.account()
        if row is not None and self.chooser.hasFocus():
            self._links.choose(AccountChosen(row.account_id))

    def _margin_chosen(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid() and self.margins.view.hasFocus():
            key = self.model.margins.row_at(current.row()).key
            if key:
                self._links.choose(PortfolioChosen(PortfolioId(key)))

    def _open_menu(self, table: DataTable, column: str, at: QPoint) -> None:
        menu = cursor_menu(self)
        add_table_deeds(menu, table, column)
        menu.popup(at)

    def _open_margin_menu(self, row: int, column: str, at: QPoint) -> None:
        line = self.model.margins.row_at(row)
        menu = cursor_menu(self)
        if line.key:
            portfolio_id = PortfolioId(line.key)
            add_deed(menu, "select_portfolio", lambda: self._links.select_portfolio(portfolio_id), about=line.name)
        add_table_deeds(menu, self.margins, column)
        menu.popup(at)
