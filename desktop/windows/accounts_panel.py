"""The accounts: how each one's day stands, its settings, and exit-only mode."""

from PySide6.QtCore import QModelIndex, QPoint
from PySide6.QtWidgets import QWidget

from desktop.composition.broker_login import wants_login
from desktop.composition.desk_choice import PRACTICE_ZERODHA
from desktop.composition.failures import MisuseError
from desktop.viewmodels.accounts import AccountsModel
from desktop.widgets.column_header import ColumnHeader
from desktop.widgets.data_table import DataTable
from desktop.windows.account_keeping import keep_account, write_account
from desktop.windows.broker_desk import log_in_account
from desktop.windows.deeds import add_deed, add_table_deeds, cursor_menu
from desktop.windows.exit_only import ask_exit_only
from desktop.windows.panel import Desk, Links, Panel, muted_label, push_button
from desktop.windows.settings_dialog import SettingsDialog
from desktop.windows.waiting_orders_dialog import WaitingOrdersDialog
from desktop.workspace.links import AccountChosen, Subject
from engine.domain.settings.account import Account
from engine.domain.settings.hierarchy import Hierarchy
from engine.schema.declared import Declared, replace
from engine.views.accounts import AccountRow

_NEW_NOTE = "A new account is opened when Legwork is started the next time."


class AccountsPanel(Panel):
    """Every account of the desk. In a link group it tells and follows accounts."""

    linkable = True

    def __init__(self, desk: Desk, links: Links, parent: QWidget | None = None) -> None:
        super().__init__("Accounts", parent)
        self._desk, self._links = desk, links
        self.model = AccountsModel(desk.bridge, desk.theme, self)
        self.table = DataTable(self.model, desk.theme, "Accounts", self)
        bar = self.bar()
        bar.addWidget(muted_label("Limits close everything of an account until the next day"), 1)
        bar.addWidget(push_button("Add…", "Add an account", self.add))
        bar.addWidget(push_button("Edit…", "Change the selected account's settings and limits", self.edit))
        bar.addWidget(
            push_button("Exit only…", "Open nothing any more in the selected account, or take it back", self.exit_only)
        )
        self.login = push_button("Log in…", "Log the selected account in at its broker for the day", self.log_in)
        bar.addWidget(self.login)
        bar.addWidget(
            push_button(
                "Trade at…",
                "Start again on the simulated market, at the practice Kite, or at Zerodha",
                lambda: self._links.act("choose_broker"),
            )
        )
        self.column.addWidget(self.table)
        self.table.row_activated.connect(lambda _row: self.edit())
        self.table.context_menu_requested.connect(self._open_menu)
        self.table.view.selectionModel().currentRowChanged.connect(self._row_chosen)

    def follow(self, subject: Subject) -> None:
        """Select an account."""
        if isinstance(subject, AccountChosen):
            rows = self.model.shown_rows()
            place = next((n for n, row in enumerate(rows) if row.account_id == subject.account), None)
            if place is not None:
                self.table.view.selectRow(place)

    def _row_chosen(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid() and self.table.view.hasFocus():
            self._links.choose(AccountChosen(self.model.row_at(current.row()).account_id))

    def table_header(self) -> ColumnHeader:
        """Return the header of the table."""
        return self.table.header()

    def selected(self) -> AccountRow | None:
        """Return the selected account, or the only one there is."""
        rows = [self.model.row_at(row) for row in self.table.selected_rows()]
        shown = self.model.shown_rows()
        return rows[0] if rows else shown[0] if len(shown) == 1 else None

    def add(self) -> None:
        """Ask for a new account."""
        SettingsDialog(self, "Add an account", Account, None, self._keep_new, _NEW_NOTE).open()

    def edit(self) -> None:
        """Ask for other settings of the selected account."""
        row = self.selected()
        if row is None:
            self._links.say("Select an account to change it.")
            return
        declared = replace(row.declared, limits=row.limits)
        SettingsDialog(
            self, f"Account {row.account_id}", Account, declared, lambda value: self._keep(row, value)
        ).open()

    def log_in(self) -> None:
        """Ask for the login of the selected account."""
        row = self.selected()
        if row is None:
            self._links.say("Select an account first.")
        else:
            log_in_account(self, self._desk, row, self._links.say)

    def show_waiting(self) -> None:
        """Show the orders that wait at the selected account's broker for a price."""
        row = self.selected()
        if row is not None:
            WaitingOrdersDialog(self, row.declared, self._desk.bridge.now).open()

    def exit_only(self) -> None:
        """Ask for a reason, then let the selected account only close, or open again."""
        row = self.selected()
        if row is None:
            self._links.say("Select an account first.")
            return
        ask_exit_only(self, self._desk.bridge, row)

    def _open_menu(self, row: int, column: str, at: QPoint) -> None:
        name = self.model.row_at(row).account_id
        menu = cursor_menu(self)
        add_deed(menu, "edit_account", self.edit, about=name)
        add_deed(menu, "exit_only", self.exit_only, about=name)
        row_wants_login = wants_login(self.model.row_at(row).declared.broker)
        add_deed(menu, "log_in", self.log_in, about=name, possible=row_wants_login)
        keeps_session = row_wants_login and self._desk.broker != PRACTICE_ZERODHA
        add_deed(menu, "waiting_orders", self.show_waiting, about=name, possible=keeps_session)
        add_deed(menu, "add_account", self.add)
        menu.addSeparator()
        add_table_deeds(menu, self.table, column, self._links.action)
        menu.popup(at)

    def _keep_new(self, declared: Declared) -> None:
        assert isinstance(declared, Account)  # The form was drawn from it.

        def change(hierarchy: Hierarchy) -> Hierarchy:
            if hierarchy.account(declared.id) is not None:
                raise MisuseError(f"There is an account {declared.id} already; choose another id")
            return Hierarchy(accounts=(*hierarchy.accounts, declared), tags=hierarchy.tags)

        write_account(self._desk, declared, change)
        self._links.say(f"{declared.id} is added. {_NEW_NOTE}")

    def _keep(self, row: AccountRow, declared: Declared) -> None:
        assert isinstance(declared, Account)  # The form was drawn from it.
        if declared.id != row.account_id:
            raise MisuseError("The id of an account cannot be changed: journals name it")

        keep_account(self._desk, declared)
