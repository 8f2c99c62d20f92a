"""The menu of a table's saved views: choose, save, rename and delete them."""

from collections.abc import Callable

from msgspec.structs import replace
from PySide6.QtWidgets import QMenu

from desktop.windows.dialog import ask
from desktop.windows.panel import Panel
from desktop.windows.view_name_dialog import ViewNameDialog
from desktop.workspace.saved_views import SavedView, ViewFile, refused_name
from desktop.workspace.workspace import LayoutError


class TableViews:
    """Saved views of one panel's table."""

    def __init__(
        self,
        panel: Panel,
        file: ViewFile,
        kind: str,
        say: Callable[[str], None],
        show_context: Callable[[dict[str, str]], None],
    ) -> None:
        """``show_context`` shows what the panel chooses by beside its filter."""
        self._panel, self._file, self._kind, self._say = panel, file, kind, say
        self._show_context = show_context
        self._last = ""

    def views(self) -> list[SavedView]:
        """Return the views; where they cannot be read none, and the trader is told."""
        try:
            return self._file.views()
        except LayoutError as error:
            self._say(str(error))
            return []

    def show(self, name: str) -> None:
        """Look at the table as a view says."""
        view = next((one for one in self.views() if one.name == name), None)
        if view is None:
            self._say(f'There is no view "{name}" any more.')
            return
        self._panel.apply_columns(view.columns)
        table = self._panel.table_widget()
        if table is not None:
            table.apply_look(view.look)
        self._show_context(view.context)
        self._last = view.name

    def menu(self) -> QMenu:
        """Return the menu of the views; it belongs to the panel and goes away when it is closed."""
        menu = QMenu(self._panel)
        menu.setAccessibleName("Saved views")
        menu.aboutToHide.connect(menu.deleteLater)
        views = self.views()
        for view in views:
            entry = menu.addAction(view.name.replace("&", "&&"))
            entry.setCheckable(True)
            entry.setChecked(self._is_shown(view))
            entry.triggered.connect(lambda _on=False, name=view.name: self.show(name))
        if not views:
            menu.addAction("No view is saved yet").setEnabled(False)
        menu.addSeparator()
        menu.addAction("Save as a view…").triggered.connect(self.save)
        rename, delete = menu.addMenu("Rename"), menu.addMenu("Delete")
        for view in views:
            title = view.name.replace("&", "&&")
            rename.addAction(f"{title}…").triggered.connect(lambda _on=False, name=view.name: self.rename(name))
            delete.addAction(f"{title}…").triggered.connect(lambda _on=False, name=view.name: self.delete(name))
        rename.setEnabled(bool(views))
        delete.setEnabled(bool(views))
        return menu

    def save(self) -> None:
        """Ask for a name, and keep how the table is looked at under it."""
        text = "Filter, grouping, sort and columns as they are now. A view of the same name is replaced."
        self._ask("Save a view", text, self._last, "Save it", self._save)

    def rename(self, name: str) -> None:
        """Ask for another name of a view."""
        self._ask("Rename a view", f'"{name}" becomes:', name, "Rename it", lambda new: self._rename(name, new))

    def delete(self, name: str) -> None:
        """Ask, then forget a view."""
        sentence = f'The view "{name}" is forgotten. The table stays as it is.'
        ask(self._panel, f"Delete {name}", [sentence], "Delete it", lambda: self._delete(name), danger=True)

    def _is_shown(self, view: SavedView) -> bool:
        look = self._panel.table_look()
        return (view.look.filter, view.look.group, view.look.sort) == (look.filter, look.group, look.sort) and (
            view.context == dict(self._panel.context())
        )

    def _ask(self, title: str, text: str, name: str, confirm: str, take: Callable[[str], None]) -> None:
        ViewNameDialog(self._panel, title, text, name, confirm, refused=refused_name, take=take).open()

    def _save(self, name: str) -> None:
        view = SavedView(
            name=name,
            table=self._kind,
            look=replace(self._panel.table_look(), top=0),
            columns=self._panel.column_layout(),
            context=dict(self._panel.context()),
        )
        if self._done(lambda: self._file.save(view)):
            self._last = name
            self._say(f'The view "{name}" is saved.')

    def _rename(self, old: str, new: str) -> None:
        if self._done(lambda: self._file.rename(old, new)):
            self._last = new

    def _delete(self, name: str) -> None:
        self._done(lambda: self._file.delete(name))

    def _done(self, change: Callable[[], str]) -> bool:
        try:
            said = change()
        except LayoutError as error:
            self._say(str(error))
            return False
        if said:
            self._say(said)
        return True
