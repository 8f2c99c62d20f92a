"""The panels of the main window: which workspace they belong to, how they are linked, and when they are kept."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from desktop.presentation.tones import Tone
from desktop.windows.panel import Desk, Panel
from desktop.windows.panel_kinds import KIND_OF_ID, PanelKinds
from desktop.windows.panel_links import PanelLinks
from desktop.workspace.arrangement import build_panels, read_back, restore_window, standing
from desktop.workspace.docking import DockHost
from desktop.workspace.frame_clock import FrameClock
from desktop.workspace.layouts import BUILT_IN, open_workspace, save_workspace
from desktop.workspace.preferences import Preferences, read_preferences, write_preferences
from desktop.workspace.screen_sets import present_screens, with_arrangement
from desktop.workspace.screens import ScreenKeeper
from desktop.workspace.workspace import LayoutError, PlacedPanel, Workspace, as_bytes
from engine.domain.identifiers import PortfolioId

AUTOSAVE_MS = 30_000
_BESIDE: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("editor", "chain", "chart", "premium"), ("chart", "editor", "premium", "chain")),
    **dict.fromkeys(("orders", "positions", "trades"), ("positions", "orders", "portfolios", "messages")),
    **dict.fromkeys(
        ("messages", "accounts", "tags", "risk", "funds", "portfolios"),
        ("portfolios", "messages", "accounts", "orders"),
    ),
}
"""Over which panel one is laid that the workspace did not have."""

Say = Callable[[str, Tone], None]


class WorkspaceDesk(QObject):
    """Opens one workspace at a time in the main window.

    Attributes:
        panels: The panels by id.
        links: What panels ask of each other.
        host: The docking area.
        keep_arrangement: Whether anything is written to the trader's folder.

    Signals:
        opened: Name of the workspace that is shown from now on.
        changed: Title, lock or settings of the workspace are others than before.
    """

    opened = Signal(str)
    changed = Signal()

    def __init__(
        self,
        window: QMainWindow,
        desk: Desk,
        own_folder: Path,
        *,
        clock: FrameClock,
        act: Callable[[str], None],
        action: Callable[[str], QAction],
        selected: Callable[[PortfolioId | None], None],
        say: Say,
    ) -> None:
        """``selected`` is told which portfolio keys mean; ``act`` carries out a declared action, ``action`` has it."""
        super().__init__(window)
        self._window, self._clock, self._say = window, clock, say
        self._own_folder, self._kinds = own_folder, PanelKinds(desk, own_folder)
        self.panels: dict[str, Panel] = {}
        self._placed: dict[str, PlacedPanel] = {}
        self._titles: dict[str, str] = {}
        self.keep_arrangement = True
        self._closed = False
        self._last_kept: Workspace | None = None
        self._not_kept = ""
        self.links = PanelLinks(
            self,
            self.panels,
            act=act,
            action=action,
            selected=selected,
            show_panel=self.show_panel,
            say=lambda sentence: say(sentence, Tone.ACCENT),
            frame_health=lambda: clock.newest,
        )
        self.host = DockHost(window, desk.theme)
        self.keeper = ScreenKeeper(lambda: [window, *self.host.floating_windows()], self)
        self.keeper.remembered.connect(self._note_arrangement)
        self.keeper.screens_changed.connect(self._screens_changed)
        self.preferences, self._trouble = read_preferences(own_folder)
        self._preferences_kept = self.preferences
        self._wanted: str | None = None
        self._switch = QTimer(self, singleShot=True, interval=0)
        self._switch.timeout.connect(self._open_wanted)
        self._autosave = QTimer(self, interval=AUTOSAVE_MS)
        self._autosave.timeout.connect(self.keep)

    # --- opening and switching --------------------------------------------------------------------------------------

    @property
    def folder(self) -> Path:
        """Where the trader's own workspaces lie."""
        return self._own_folder / "workspaces"

    @property
    def current(self) -> Workspace:
        """The workspace as it was opened or saved last."""
        return self._workspace

    @property
    def is_built_in(self) -> bool:
        """Whether the open workspace came with the program."""
        return self._workspace.name in BUILT_IN

    def begin(self, workspace: Workspace) -> bool:
        """Open the first workspace; return whether it told where the main window stands."""
        self._show(workspace)
        # Written with the first autosave: who only takes a picture of a workspace does not choose it.
        self.preferences = replace(self.preferences, last=workspace.name)
        self._autosave.start()
        if self._trouble is not None:
            self._say(self._trouble, Tone.WARNING)
        QTimer.singleShot(0, self.keeper, self.keeper.screens_settled)
        return restore_window(self._window, workspace)

    def switch(self, name: str) -> None:
        """Open another workspace as soon as the loop runs; of several wishes at once the last one counts."""
        self._wanted = name
        self._switch.start()

    def show(self, workspace: Workspace, warning: str | None = None) -> None:
        """Show a workspace in place of the open one, which is not saved."""
        self._show(workspace)
        self._set_preferences(replace(self.preferences, last=workspace.name))
        if warning:
            self._say(warning, Tone.WARNING)
        QTimer.singleShot(0, self.keeper, self.keeper.screens_settled)

    def reset(self) -> None:
        """Put the panels back as the workspace, or the one it was made from, came with the program."""
        name = self._workspace.name if self.is_built_in else self._workspace.origin
        if name not in BUILT_IN:
            self._say(
                f'"{self._workspace.title}" did not come with the program, so there is nothing to reset it to.',
                Tone.WARNING,
            )
            return
        declared = open_workspace(name).workspace
        own = self._workspace
        self.show(replace(declared, name=own.name, title=own.title, origin=own.origin))

    def close(self) -> None:
        """Stop for good; a switch that waits is not carried out."""
        self._closed = True
        for timer in (self._switch, self._autosave):
            timer.stop()
        self.keeper.stop()

    def _open_wanted(self) -> None:
        name, self._wanted = self._wanted, None
        if self._closed or name is None:
            return
        if QApplication.activeModalWidget() is not None:
            # It may belong to a panel, and what was typed into it would go with that.
            self._say("Close the open dialog first, then open another workspace.", Tone.WARNING)
            self.changed.emit()
            return
        if name == self._workspace.name:
            self.changed.emit()
            return
        try:
            found = open_workspace(name, self.folder)
        except LayoutError as error:
            self._say(str(error), Tone.WARNING)
            self.changed.emit()
            return
        self.keep()
        self.show(found.workspace, found.warning)

    def _show(self, workspace: Workspace) -> None:
        self._window.setUpdatesEnabled(False)
        # Under a style sheet panels are styled anew with every step in which they are built and docked.
        sheet = self._window.styleSheet()
        self._window.setStyleSheet("")
        try:
            self._clear()
            self._workspace = workspace
            sentences = build_panels(self.host, workspace, self._make)
            self.host.settle()
            # What is painted first shows the market already.
            self._clock.run_frame()
        finally:
            self._window.setStyleSheet(sheet)
            self._wake()
        for sentence in sentences:
            self._say(sentence, Tone.WARNING)
        self.opened.emit(workspace.name)

    def _clear(self) -> None:
        for panel in self.panels.values():
            self._clock.unsubscribe(panel)
        self.panels.clear()
        self._placed.clear()
        self._titles.clear()
        self.links.bus.clear()
        self.keeper.forget()
        if self.host.panel_ids():
            self.host.clear()

    def _make(self, placed: PlacedPanel) -> tuple[str, QWidget] | None:
        made = self._kinds.make(placed, self.links.links_of(placed.id))
        if made is None:
            return None
        title, panel = made
        twins = sum(one.type == placed.type and not one.title for one in self._placed.values())
        self._titles[placed.id] = placed.title or (f"{title} {twins + 1}" if twins else title)
        self.panels[placed.id], self._placed[placed.id] = panel, placed
        self._clock.subscribe(panel, panel.refresh)
        panel.apply_columns(placed.columns)
        panel.apply_look(placed.look)
        panel.shows_changed.connect(partial(self._shows_changed, placed.id))
        self.links.join(placed.id, panel, placed.link)
        return self._title_of(placed.id, panel.shows()), panel

    def _title_of(self, panel_id: str, shown: str) -> str:
        title = self._titles[panel_id]
        return f"{title} · {shown}" if shown else title

    def _shows_changed(self, panel_id: str, shown: str) -> None:
        if panel_id in self.host.panel_ids():
            self.host.rename(panel_id, self._title_of(panel_id, shown))

    # --- panels -----------------------------------------------------------------------------------------------------

    def panel_of(self, kind: type[Panel], panel_id: str | None = None) -> Panel | None:
        """Return the panel of an id, or the first of a kind; None where the workspace has none."""
        found = (panel for key, panel in self.panels.items() if isinstance(panel, kind) and panel_id in (None, key))
        return next(found, None)

    def show_panel(self, panel_id: str) -> None:
        """Bring a panel to the front; one that the workspace does not have is added to it."""
        if panel_id not in self.host.panel_ids():
            if panel_id not in KIND_OF_ID:
                self._say(f'This workspace has no panel "{panel_id}".', Tone.WARNING)
                return
            self._add(PlacedPanel(id=panel_id, type=KIND_OF_ID[panel_id]))
        self.host.show_panel(panel_id)

    def set_locked(self, locked: bool) -> None:
        """Keep the mouse from moving panels, or let it."""
        self.host.set_locked(locked)
        self.changed.emit()

    def set_on_top(self, panel_id: str, on: bool) -> None:
        """Let the window of a detached panel stay above all others, or not."""
        self.host.set_on_top(panel_id, on)
        self.changed.emit()

    def _add(self, placed: PlacedPanel) -> None:
        made = self._make(placed)
        assert made is not None  # Every kind that an action names is known.
        known = self.host.panel_ids()
        beside = next(
            (one for one in _BESIDE.get(placed.id, ()) if one in known and not self.host.is_floating(one)), None
        )
        self.host.add(placed.id, *made, relative_to=beside)

    # --- keeping ----------------------------------------------------------------------------------------------------

    def workspace(self) -> Workspace:
        """Return the workspace as it stands now."""
        placed = {
            panel_id: replace(
                self._placed[panel_id],
                context=dict(panel.context()),
                columns=panel.column_layout(),
                look=panel.table_look(),
                link=self.links.bus.group_of(panel_id) if panel.chip is not None else None,
            )
            for panel_id, panel in self.panels.items()
        }
        return read_back(self._window, self.host, self._workspace, placed)

    def save(self) -> bool:
        """Write the workspace to the trader's folder; return whether that worked, and say why where it did not."""
        self._last_kept, self._not_kept = None, ""
        return self._write()

    def _write(self) -> bool:
        workspace = self.workspace()
        if workspace == self._last_kept:
            return True
        try:
            save_workspace(workspace, self.folder)
        except LayoutError as error:
            # A full disk is told once, not every half minute.
            if str(error) != self._not_kept:
                self._say(str(error), Tone.WARNING)
            self._not_kept = str(error)
            return False
        self._workspace = self._last_kept = workspace
        self._not_kept = ""
        return True

    def keep(self) -> None:
        """Write the workspace where the trader lets it be saved by itself."""
        self._keep_preferences()
        if self.keep_arrangement and self.preferences.autosave and not self.keeper.is_settling:
            self._write()

    def rename(self, name: str, title: str) -> None:
        """Give the open workspace another name, from the next time it is saved on."""
        self._workspace = replace(
            self._workspace, name=name, title=title, origin=self._workspace.origin or self._origin()
        )
        self._set_preferences(replace(self.preferences, last=name))
        self.opened.emit(name)

    def forget(self, instead: str) -> None:
        """Open a built-in workspace in place of the open one, whose file is gone."""
        found = open_workspace(instead, self.folder)
        self.show(found.workspace, found.warning)

    def set_autosave(self, on: bool) -> None:
        """Save where the panels stand by itself from now on, or only when asked."""
        self._set_preferences(replace(self.preferences, autosave=on))
        self.changed.emit()

    def _origin(self) -> str:
        return self._workspace.name if self.is_built_in else ""

    def _set_preferences(self, preferences: Preferences) -> None:
        self.preferences = preferences
        self._keep_preferences()

    def _keep_preferences(self) -> None:
        if self.preferences == self._preferences_kept or not self.keep_arrangement:
            return
        self._preferences_kept = self.preferences
        try:
            write_preferences(self.preferences, self._own_folder)
        except LayoutError as error:
            self._say(str(error), Tone.WARNING)

    # --- screens ----------------------------------------------------------------------------------------------------

    def _note_arrangement(self) -> None:
        """Remember how everything stands, because it is too late to look once a screen is gone."""
        if not self._closed:
            self._workspace = with_arrangement(self._workspace, standing(self._window, self.host, present_screens()))

    def _screens_changed(self) -> None:
        """Arrange the panels as they stood on these screens, where the workspace was seen on them before."""
        screens = present_screens()
        known = next((one for one in self._workspace.arrangements if one.screens == screens), None)
        if known is None:
            return
        self._window.setUpdatesEnabled(False)
        try:
            self.host.restore(as_bytes(known.dock_state), list(self.panels))
        finally:
            self._wake()

    def _wake(self) -> None:
        """Paint again."""
        self._window.setUpdatesEnabled(True)
        # A window that was made meanwhile is as still as its parent was, and Qt wakes the parent alone.
        for floating in self.host.floating_windows():
            floating.setUpdatesEnabled(True)
