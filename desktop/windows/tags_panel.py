"""The strategy tags: in which accounts portfolios run, and what all of them together may do in a day."""

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from desktop.composition.accounts import change_hierarchy
from desktop.composition.failures import EXPECTED, MisuseError
from desktop.viewmodels.accounts import TagsModel
from desktop.widgets.column_header import ColumnHeader
from desktop.widgets.data_table import DataTable
from desktop.windows.deeds import add_deed, add_table_deeds, cursor_menu
from desktop.windows.dialog import ask
from desktop.windows.panel import Desk, Links, Panel, muted_label, push_button
from desktop.windows.settings_dialog import SettingsDialog
from engine.domain.commands import RemoveTag, SetTag
from engine.domain.settings.hierarchy import Hierarchy
from engine.domain.settings.strategy_tag import DEFAULT_TAG, StrategyTag
from engine.schema.declared import Declared
from engine.views.accounts import TagRow


class TagsPanel(Panel):
    """Every strategy tag of the desk."""

    def __init__(self, desk: Desk, links: Links, parent: QWidget | None = None) -> None:
        super().__init__("Strategy tags", parent)
        self._desk, self._links = desk, links
        self.model = TagsModel(desk.bridge, desk.theme, self)
        self.table = DataTable(self.model, desk.theme, "Strategy tags", self)
        bar = self.bar()
        bar.addWidget(muted_label("A portfolio names its tag in the Execution tab and runs once in each account"), 1)
        bar.addWidget(push_button("Add…", "Add a strategy tag", self.add))
        bar.addWidget(push_button("Edit…", "Change the selected tag", self.edit))
        bar.addWidget(push_button("Remove…", "Take the selected tag away", self.remove, danger=True))
        self.column.addWidget(self.table)
        self.table.row_activated.connect(lambda _row: self.edit())
        self.table.context_menu_requested.connect(self._open_menu)

    def table_header(self) -> ColumnHeader:
        """Return the header of the table."""
        return self.table.header()

    def selected(self) -> TagRow | None:
        """Return the selected tag, or the only one there is."""
        rows = [self.model.row_at(row) for row in self.table.selected_rows()]
        shown = self.model.shown_rows()
        return rows[0] if rows else shown[0] if len(shown) == 1 else None

    def add(self) -> None:
        """Ask for a new tag."""
        SettingsDialog(self, "Add a strategy tag", StrategyTag, None, self._keep_new).open()

    def edit(self) -> None:
        """Ask for other settings of the selected tag."""
        row = self.selected()
        if row is None:
            self._links.say("Select a strategy tag to change it.")
            return
        title, name = f"Strategy tag {row.declared.name}", row.declared.name
        SettingsDialog(self, title, StrategyTag, row.declared, lambda value: self._keep(name, value)).open()

    def remove(self) -> None:
        """Ask, then take the selected tag away."""
        row = self.selected()
        if row is None or row.declared.name == DEFAULT_TAG:
            self._links.say("Select a strategy tag to remove it; the default tag is always there.")
            return
        if row.portfolios_alive:
            self._links.say(f"{row.declared.name} is used by {row.portfolios_alive} portfolios; end them first.")
            return
        name = row.declared.name
        sentence = f"Portfolios that name {name} are not entered any more."
        accounts = ", ".join(member.account for member in row.declared.members) or "every account"
        ask(
            self,
            f"Remove {name}",
            [f"Take {name} away, which runs in {accounts}?", sentence],
            "Remove it",
            lambda: self._remove(row.declared),
            danger=True,
            question=self._desk.questions["remove_tag"],
        )

    def _open_menu(self, row: int, column: str, at: QPoint) -> None:
        name = self.model.row_at(row).declared.name
        menu = cursor_menu(self)
        add_deed(menu, "edit_tag", self.edit, about=name)
        add_deed(menu, "remove_tag", self.remove, about=name, possible=name != DEFAULT_TAG)
        add_deed(menu, "add_tag", self.add)
        menu.addSeparator()
        add_table_deeds(menu, self.table, column, self._links.action)
        menu.popup(at)

    def _remove(self, declared: StrategyTag) -> None:
        name = declared.name
        if self._desk.keeps_settings:
            change_hierarchy(
                lambda hierarchy: Hierarchy(
                    accounts=hierarchy.accounts, tags=tuple(tag for tag in hierarchy.tags if tag.name != name)
                )
            )
        self._desk.bridge.submit(lambda at: RemoveTag(at=at, name=name))
        self._desk.way_back.offer(f"{name} is removed.", lambda: self._declare_again(declared))

    def _declare_again(self, declared: StrategyTag) -> str:
        try:
            self._keep(declared.name, declared)
        except EXPECTED as error:
            return str(error)
        return f"{declared.name} is there again."

    def _keep_new(self, declared: Declared) -> None:
        assert isinstance(declared, StrategyTag)  # The form was drawn from it.
        if any(row.declared.name == declared.name for row in self.model.shown_rows()):
            raise MisuseError(f"There is a tag {declared.name} already; choose another name")
        self._keep(declared.name, declared)

    def _keep(self, name: str, declared: Declared) -> None:
        assert isinstance(declared, StrategyTag)  # The form was drawn from it.
        if declared.name != name:
            raise MisuseError("The name of a tag cannot be changed: portfolios name it")
        status = self._desk.bridge.status
        known = {row.account_id for row in status.accounts} if status is not None else set()
        missing = [member.account for member in declared.members if member.account not in known]
        if missing:
            raise MisuseError(f"There is no account {', '.join(missing)}; there are {', '.join(sorted(known))}")
        if self._desk.keeps_settings:
            change_hierarchy(lambda hierarchy: _with_tag(hierarchy, declared))
        self._desk.bridge.submit(lambda at: SetTag(at=at, declared=declared))


def _with_tag(hierarchy: Hierarchy, declared: StrategyTag) -> Hierarchy:
    others = tuple(tag for tag in hierarchy.tags if tag.name != declared.name)
    return Hierarchy(accounts=hierarchy.accounts, tags=(*others, declared))
