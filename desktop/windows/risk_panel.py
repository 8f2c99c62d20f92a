"""The risk console: every limit with its use, exit-only mode, and the kill switch laid open."""

from collections.abc import Mapping

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QCheckBox, QWidget

from desktop.viewmodels.risk_console import RiskLine, RiskSource, StopsModel
from desktop.widgets.column_header import ColumnHeader
from desktop.widgets.data_grid import FastGrid
from desktop.widgets.data_table import DataTable
from desktop.widgets.share_split import ShareSplit
from desktop.windows.deeds import add_deed, add_table_deeds, cursor_menu
from desktop.windows.exit_only import ask_exit_only
from desktop.windows.kill_strip import KillStrip
from desktop.windows.limit_edits import LimitEdits
from desktop.windows.panel import Desk, Links, Panel, muted_label, push_button
from desktop.workspace.links import AccountChosen, Subject
from engine.views.limit_use import Owner

_EVERY_MS = 500
"""The status, which all figures come from, is told twice a second."""
_SHARES = (70, 30)


class RiskPanel(Panel):
    """What may be lost and sent, how much of it is used, and what stops it. In a link group it tells accounts."""

    linkable = True

    def __init__(
        self, desk: Desk, links: Links, context: Mapping[str, str] | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__("Risk console", parent)
        self._desk, self._links = desk, links
        self.source = RiskSource(desk.bridge)
        self.edits = LimitEdits(self, desk)
        self._due_ms = 0
        bar = self.bar()
        self.only_set = QCheckBox("Only what is counted")
        self.only_set.setToolTip("Leave out limits that are off, and those that are held against single orders")
        self.only_set.toggled.connect(self.source.show_only_set)
        bar.addWidget(self.only_set)
        bar.addWidget(muted_label("Enter changes a limit"), 1)
        bar.addWidget(push_button("Change…", "Change the limit under the cursor", self.change))
        bar.addWidget(
            push_button(
                "Exit only…", "Open nothing any more in the account under the cursor, or take it back", self.exit_only
            )
        )
        self.strip = KillStrip(desk.bridge, self)
        self.column.addWidget(self.strip)
        self.grid = FastGrid(self.source, self.source.columns, desk.theme, "Risk console", self)
        self.stops = StopsModel(desk.bridge, desk.theme, self)
        self.history = DataTable(self.stops, desk.theme, "History of stops", self)
        self.history.filter_line.hide()
        self.history.view.sortByColumn(0, Qt.SortOrder.DescendingOrder)
        self._build_split()
        self.stops.rowsInserted.connect(lambda *_rows: self._show_history())
        self._show_history()
        self.only_set.setChecked((context or {}).get("only_set") == "yes")
        self.source.refresh()

    def table_header(self) -> ColumnHeader:
        """Return the header of the grid."""
        return self.grid.header()

    def context(self) -> Mapping[str, str]:
        """Return whether only counted limits are shown."""
        return {"only_set": "yes" if self.only_set.isChecked() else "no"}

    def refresh(self, now_ms: int) -> None:
        """Show limits and counts as they stand, twice a second."""
        if now_ms >= self._due_ms:
            self._due_ms = now_ms + _EVERY_MS
            self.source.refresh()
            self.strip.refresh()
        self.grid.refresh(now_ms)

    def follow(self, subject: Subject) -> None:
        """Put the cursor on an account, unless it stands within it."""
        line = self.current()
        if isinstance(subject, AccountChosen) and (line is None or line.name != subject.account):
            rows = [self.source.row(number) for number in range(self.source.row_count())]
            place = next(
                (n for n, row in enumerate(rows) if row.owner is Owner.ACCOUNT and row.name == subject.account), None
            )
            if place is not None:
                self.grid.select_row(place)

    def current(self) -> RiskLine | None:
        """Return the line under the cursor."""
        row = self.grid.current_row()
        return None if row is None or row >= self.source.row_count() else self.source.row(row)

    def change(self) -> None:
        """Change the limit under the cursor."""
        line = self.current()
        if line is None or line.use is None:
            self._links.say("Put the cursor on a limit to change it.")
            return
        self.edits.change(line.use)

    def exit_only(self) -> None:
        """Let the account under the cursor only close, or open again; the only account needs no cursor."""
        line, status = self.current(), self._desk.bridge.status
        rows = () if status is None else status.accounts
        name = line.name if line is not None and line.owner is Owner.ACCOUNT else ""
        row = next((one for one in rows if one.account_id == name), rows[0] if len(rows) == 1 else None)
        if row is None:
            self._links.say("Put the cursor on an account first.")
            return
        ask_exit_only(self, self._desk.bridge, row)

    def _build_split(self) -> None:
        split = self._split = ShareSplit(Qt.Orientation.Horizontal, _SHARES, self)
        split.addWidget(self.grid)
        split.addWidget(self.history)
        self.column.addWidget(split, 1)
        self.grid.expander_toggled.connect(self.source.toggle)
        self.grid.cell_activated.connect(lambda row, _column: self._activate(row))
        self.grid.selection_changed.connect(self._selected)
        self.grid.context_menu_requested.connect(self._open_menu)
        self.history.context_menu_requested.connect(self._open_history_menu)

    def _show_history(self) -> None:
        """Leave the room to the limits while nothing was ever stopped."""
        shown = self.stops.rowCount() > 0
        if shown is not self.history.isVisibleTo(self):
            self.history.setVisible(shown)
            self._split.share_out()

    def _activate(self, number: int) -> None:
        if self.source.row(number).use is None:
            self.source.toggle(number)
        else:
            self.change()

    def _selected(self) -> None:
        line = self.current()
        if line is not None and line.owner is Owner.ACCOUNT and self.grid.hasFocus():
            status = self._desk.bridge.status
            row = None if status is None else next((o for o in status.accounts if o.account_id == line.name), None)
            if row is not None:
                self._links.choose(AccountChosen(row.account_id))

    def _open_menu(self, number: int, _column: str, at: QPoint) -> None:
        line = self.source.row(number)
        menu = cursor_menu(self)
        add_deed(menu, "change_limit", self.change, about=line.title, possible=line.use is not None)
        add_deed(menu, "exit_only", self.exit_only, about=line.name, possible=line.owner is Owner.ACCOUNT)
        menu.addSeparator()
        add_deed(menu, "copy_table", self.grid.copy_selection)
        menu.popup(at)

    def _open_history_menu(self, _row: int, column: str, at: QPoint) -> None:
        menu = cursor_menu(self)
        add_table_deeds(menu, self.history, column)
        menu.popup(at)
