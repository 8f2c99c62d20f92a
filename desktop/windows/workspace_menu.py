"""The workspace's part of menus: check marks, the trader's own workspaces, the menu of a tab, and their actions."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMainWindow, QMenu

from desktop.actions.window import WORKSPACE_ACTION
from desktop.presentation.tones import Tone
from desktop.windows.workspace_desk import WorkspaceDesk
from desktop.windows.workspace_files import WorkspaceFiles
from desktop.workspace.layouts import BUILT_IN, own_names, title_of

_TAB_MENU = ("float_panel", "dock_back", "close_panel", "keep_on_top", "lock_panels")


class WorkspaceMenu:
    """Carries out the actions of the Window menu that concern panels and workspaces, and shows which are on."""

    def __init__(
        self,
        window: QMainWindow,
        desk: WorkspaceDesk,
        current: Callable[[], str | None],
        say: Callable[[str, Tone], None],
    ) -> None:
        """``current`` answers in which panel the trader works, also while a menu or the palette has the focus."""
        self._window, self._desk, self._current, self._say = window, desk, current, say
        self.files = WorkspaceFiles(window, desk, say)
        self._actions: Mapping[str, QAction] = {}
        self._choices = QActionGroup(window)
        self._own: list[QAction] = []
        self._of_tab: str | None = None
        desk.host.tab_menu_requested.connect(self.open_tab_menu)
        desk.host.panel_focused.connect(lambda _panel_id: self.show_marks())
        desk.opened.connect(lambda _name: self.show_marks())
        desk.changed.connect(self.show_marks)

    def handlers(self) -> Mapping[str, Callable[[], None]]:
        """Return what carries out each action."""
        desk, files = self._desk, self.files
        opening = {f"{WORKSPACE_ACTION}{name}": (lambda name=name: desk.switch(name)) for name in BUILT_IN}
        return {
            **opening,
            "float_panel": lambda: self._with_panel(desk.host.float_panel, "detach it"),
            "dock_back": lambda: self._with_panel(self._dock_back, "dock it back"),
            "close_panel": lambda: self._with_panel(desk.host.close_panel, "close it"),
            "keep_on_top": lambda: self._with_panel(self._keep_on_top, "keep its window on top"),
            "lock_panels": lambda: desk.set_locked(not desk.host.is_locked),
            "save_workspace": self._save,
            "save_workspace_as": files.save_as,
            "rename_workspace": files.rename,
            "delete_workspace": files.delete,
            "reset_workspace": desk.reset,
            "export_workspace": files.export,
            "import_workspace": files.take,
            "autosave_workspaces": lambda: desk.set_autosave(not desk.preferences.autosave),
        }

    def fill(self, menu: QMenu, actions: Mapping[str, QAction]) -> None:
        """Make the built-in workspaces a choice of one, and list the trader's own below them when the menu opens."""
        self._actions, self.menu = actions, menu
        for name in BUILT_IN:
            self._choices.addAction(actions[f"{WORKSPACE_ACTION}{name}"])
        menu.aboutToShow.connect(self._list_own)
        self.show_marks()

    def show_marks(self) -> None:
        """Show in the menu what is on."""
        desk, panel_id = self._desk, self._panel()
        marks = {
            "lock_panels": desk.host.is_locked,
            "autosave_workspaces": desk.preferences.autosave,
            "keep_on_top": panel_id is not None and desk.host.is_on_top(panel_id),
            **{f"{WORKSPACE_ACTION}{name}": name == desk.current.name for name in BUILT_IN},
        }
        for name, on in marks.items():
            if name in self._actions:
                self._actions[name].setChecked(on)

    def open_tab_menu(self, panel_id: str, at: QPoint) -> None:
        """Open the menu of a panel's tab; its actions mean that panel."""
        menu = self.tab_menu(panel_id)
        menu.popup(at)

    def tab_menu(self, panel_id: str) -> QMenu:
        """Return the menu of a panel's tab."""
        menu = QMenu(self._window)
        menu.setAccessibleName("Panel")
        self._of_tab = panel_id
        self.show_marks()
        for name in _TAB_MENU:
            menu.addAction(self._actions[name])
        menu.aboutToHide.connect(self._tab_menu_closed)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _tab_menu_closed(self) -> None:
        # The action that was clicked is carried out after its menu is gone.
        meant = self._of_tab
        QTimer.singleShot(0, self._window, lambda: self._forget_tab(meant))

    def _forget_tab(self, meant: str | None) -> None:
        if self._of_tab == meant:
            self._of_tab = None
            self.show_marks()

    def _panel(self) -> str | None:
        known = self._desk.panels
        return self._of_tab if self._of_tab in known else self._current()

    def _with_panel(self, act: Callable[[str], None], words: str) -> None:
        panel_id = self._panel()
        if panel_id is None:
            self._say(f"Click into a panel first, then {words}.", Tone.ACCENT)
        else:
            act(panel_id)
        self.show_marks()

    def _dock_back(self, panel_id: str) -> None:
        if self._desk.host.is_floating(panel_id):
            self._desk.host.dock_back(panel_id)
        else:
            self._say("This panel is docked already.", Tone.ACCENT)

    def _keep_on_top(self, panel_id: str) -> None:
        self._desk.set_on_top(panel_id, not self._desk.host.is_on_top(panel_id))

    def _save(self) -> None:
        if self._desk.save():
            self._say(f'"{self._desk.current.title}" is saved.', Tone.ACCENT)

    def _list_own(self) -> None:
        menu = self.menu
        for action in self._own:
            menu.removeAction(action)
            action.deleteLater()
        self._own = []
        below = self._actions["save_workspace"]
        places = menu.actions()
        before = places[places.index(below) - 1]
        for name in own_names(self._desk.folder):
            action = QAction(title_of(name, self._desk.folder).replace("&", "&&"), menu)
            action.setCheckable(True)
            action.setChecked(name == self._desk.current.name)
            action.triggered.connect(lambda _checked=False, name=name: self._desk.switch(name))
            menu.insertAction(before, action)
            self._own.append(action)
        self.show_marks()
