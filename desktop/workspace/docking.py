"""Dock, float, save and restore panels, whatever docking library does the work."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

from PySide6.QtCore import QByteArray, QEvent, QObject, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QMainWindow, QWidget
from PySide6QtAds import ads

from desktop.presentation.icons import icon
from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone
from desktop.workspace.areas import SIDE_OF, Area, share_room
from desktop.workspace.dock_manager import docking_area
from desktop.workspace.dock_state import panels_named
from desktop.workspace.floating import Home, home_of, keep_on_top, title_of_window

_STATE_VERSION = 1


_SIDES: Mapping[Area, Any] = {
    Area.CENTRE: ads.CenterDockWidgetArea,
    Area.LEFT: ads.LeftDockWidgetArea,
    Area.RIGHT: ads.RightDockWidgetArea,
    Area.TOP: ads.TopDockWidgetArea,
    Area.BOTTOM: ads.BottomDockWidgetArea,
}


class _Share(NamedTuple):
    """Room a panel still has to get."""

    panel_id: str
    area: Area
    share: float
    of_all: bool


_BY_MOUSE = ads.CDockWidget.DockWidgetMovable | ads.CDockWidget.DockWidgetFloatable | ads.CDockWidget.DockWidgetClosable


class UnknownPanelError(KeyError):
    """No panel of that id is in the window."""


class DockHost(QObject):
    """The docking area of a main window. Panels are known by their ids.

    Signals:
        panel_closed: Id of a panel the trader or the program closed; it is kept and can be shown again.
        panel_focused: Id of the panel that took the focus.
        floating_window_opened: The new top-level QWidget.
        tab_menu_requested: Id of a panel, and where on the screen the menu of its tab is wanted.
    """

    panel_closed = Signal(str)
    panel_focused = Signal(str)
    floating_window_opened = Signal(object)
    tab_menu_requested = Signal(str, QPoint)

    def __init__(self, window: QMainWindow, theme: Theme) -> None:
        super().__init__(window)
        self._window, self._theme = window, theme
        self._docks: dict[str, Any] = {}
        self._shares: list[_Share] = []
        self._homes: dict[str, Home] = {}
        self._on_top: set[str] = set()
        self._locked = False
        self._manager = self._new_manager()

    def clear(self) -> None:
        """Take all panels and their windows away at once; they are deleted when the loop runs again.

        A new docking area takes the place of the old one: removing panels one by one lays the rest out each time.
        """
        for window in self.floating_windows():
            window.hide()
        self._docks.clear()
        self._shares.clear()
        self._homes.clear()
        self._on_top.clear()
        old = self._manager
        self._window.takeCentralWidget()
        old.removeEventFilter(self)
        old.hide()
        old.deleteLater()
        self._locked = False
        self._manager = self._new_manager()

    def settle(self) -> None:
        """Lay the panels out at once in a window that is on the screen, so that nothing half done is painted."""
        if self._window.isVisible():
            self._manager.show()
            layout = self._window.layout()
            if layout is not None:
                layout.activate()
            self._share_rooms()

    def _new_manager(self) -> Any:
        manager = docking_area(self._window, self._theme)
        manager.installEventFilter(self)
        manager.focusedDockWidgetChanged.connect(self._focus_moved)
        manager.floatingWidgetCreated.connect(self._floating_created)
        return manager

    def add(
        self,
        panel_id: str,
        title: str,
        panel: QWidget,
        *,
        area: Area = Area.CENTRE,
        relative_to: str | None = None,
        share: float | None = None,
    ) -> None:
        """Dock a panel beside another one, as a tab over it (``Area.CENTRE``), or beside everything.

        Args:
            panel_id: Lasting name; saved arrangements find the panel by it. Raises ValueError when taken.
            title: Text of the tab.
            panel: The widget to show; the host owns it from now on.
            area: Side of ``relative_to``.
            relative_to: Id of the panel to dock at; ``None`` for the whole window.
            share: Part of the room of both that the new panel gets, 0 to 1; ``None`` for halves.
        """
        dock = self._new_dock(panel_id, title, panel)
        beside = self._dock(relative_to).dockAreaWidget() if relative_to is not None else None
        if beside is None:
            self._manager.addDockWidget(_SIDES[area], dock)
        else:
            self._manager.addDockWidget(_SIDES[area], dock, beside)
        if share is not None and area is not Area.CENTRE:
            self._shares.append(_Share(panel_id, area, share, beside is None))
            if self._manager.isVisible():
                self._share_rooms()

    def add_floating(self, panel_id: str, title: str, panel: QWidget, place: QRect | None = None) -> None:
        """Open a panel in a window of its own."""
        dock = self._new_dock(panel_id, title, panel)
        container = self._manager.addDockWidgetFloating(dock)
        if place is not None:
            container.setGeometry(place)
        container.show()

    def float_panel(self, panel_id: str, place: QRect | None = None) -> None:
        """Take a docked panel out into a window of its own."""
        dock = self._dock(panel_id)
        self._note_homes()
        with self._unlocked():
            dock.setFloating()
        container = dock.floatingDockContainer()
        if place is not None and container is not None:
            container.setGeometry(place)
        self.floating_windows()

    def dock_back(self, panel_id: str) -> None:
        """Dock a detached panel where it stood: among its tabs, else beside its neighbour, else at the right."""
        home = self._homes.get(panel_id, Home(()))
        docked = [other for other in (*home.tabs, home.neighbour) if other in self._docks]
        beside = next((other for other in docked if not self.is_floating(other) and self.is_open(other)), None)
        if beside is None:
            self.dock_panel(panel_id, Area.RIGHT)
        elif beside in home.tabs:
            self.dock_panel(panel_id, Area.CENTRE, beside)
        else:
            area = SIDE_OF[home.across, home.after]
            self.dock_panel(panel_id, area, beside)
            if home.share is not None:
                share_room(self._dock(panel_id), area, home.share, of_all=False)
        self._dock(panel_id).setAsCurrentTab()

    def dock_panel(self, panel_id: str, area: Area = Area.CENTRE, relative_to: str | None = None) -> None:
        """Dock a floating or docked panel at another place."""
        dock = self._dock(panel_id)
        if relative_to is None:
            self._manager.addDockWidget(_SIDES[area], dock)
        else:
            self._manager.addDockWidget(_SIDES[area], dock, self._dock(relative_to).dockAreaWidget())

    def close_panel(self, panel_id: str) -> None:
        """Hide a panel; it keeps its state and place."""
        with self._unlocked():
            self._dock(panel_id).closeDockWidget()

    def show_panel(self, panel_id: str) -> None:
        """Open a closed panel, or bring it to the front, and give it the focus."""
        dock = self._dock(panel_id)
        dock.toggleView(True)
        dock.setAsCurrentTab()
        dock.raise_()
        dock.widget().setFocus(Qt.FocusReason.OtherFocusReason)

    def bring_to_front(self, panel_id: str) -> None:
        """Lay a panel on top of its tabs without giving it the focus."""
        self._dock(panel_id).setAsCurrentTab()

    def remove(self, panel_id: str) -> None:
        """Take a panel out of the window for good and delete it."""
        dock = self._docks.pop(panel_id, None)
        if dock is None:
            raise UnknownPanelError(f'There is no panel "{panel_id}" in this window.')
        self._manager.removeDockWidget(dock)
        dock.deleteLater()

    def rename(self, panel_id: str, title: str) -> None:
        """Change the text of a panel's tab."""
        self._dock(panel_id).setWindowTitle(title)

    def title(self, panel_id: str) -> str:
        """Return the text of a panel's tab."""
        return str(self._dock(panel_id).windowTitle())

    def panel_ids(self) -> tuple[str, ...]:
        """Return the ids of all panels, closed ones included, in the order they were added."""
        return tuple(self._docks)

    def panel(self, panel_id: str) -> QWidget:
        """Return the widget of a panel."""
        widget = self._dock(panel_id).widget()
        assert isinstance(widget, QWidget)
        return widget

    def is_open(self, panel_id: str) -> bool:
        """Return whether a panel is shown or a tab away."""
        return not self._dock(panel_id).isClosed()

    def is_floating(self, panel_id: str) -> bool:
        """Return whether a panel stands in a window outside the main one."""
        return bool(self._dock(panel_id).isInFloatingContainer())

    def floating_windows(self) -> list[QWidget]:
        """Return the top-level windows that hold floating panels, each named and titled after its panels."""
        self._note_homes()
        windows = []
        for window in self._manager.floatingWidgets():
            # One that its last panel left is deleted soon.
            if isinstance(window, QWidget) and self.panels_in(window):
                self._dress(window)
                windows.append(window)
        return windows

    def panels_in(self, window: QWidget) -> tuple[str, ...]:
        """Return the ids of the panels in a floating window."""
        return tuple(dock.objectName() for dock in window.dockWidgets())  # type: ignore[attr-defined] # untyped

    def window_of(self, panel_id: str) -> QWidget | None:
        """Return the floating window that a panel stands in; None where it is docked."""
        container = self._dock(panel_id).floatingDockContainer()
        return container if isinstance(container, QWidget) else None

    def is_on_top(self, panel_id: str) -> bool:
        """Return whether the window of a panel stays on top while it is detached."""
        return panel_id in self._on_top

    def set_on_top(self, panel_id: str, on: bool) -> None:
        """Let the window of a panel, and so of all that share it, stay above every other window, or not."""
        window = self.window_of(panel_id)
        together = {panel_id, *(self.panels_in(window) if window is not None else ())}
        self._on_top = self._on_top | together if on else self._on_top - together
        self.floating_windows()

    @property
    def is_locked(self) -> bool:
        """Whether panels are kept from being moved, detached or closed by mouse."""
        return self._locked

    def set_locked(self, locked: bool) -> None:
        """Keep panels from being moved, detached or closed by mouse, or allow it; every tab shows it."""
        self._locked = locked
        self._manager.lockDockWidgetFeaturesGlobally(_BY_MOUSE if locked else ads.CDockWidget.NoDockWidgetFeatures)
        for dock in self._docks.values():
            dock.setIcon(self._tab_icon())

    def save(self) -> bytes:
        """Return the arrangement of all panels, for ``restore``."""
        return bytes(self._manager.saveState(_STATE_VERSION).data())

    def restore(self, state: bytes, saved_panels: Collection[str] | None = None) -> bool:
        """Arrange the panels as saved; return False and change nothing when the state is not understood.

        Args:
            state: What ``save`` returned, of whatever version.
            saved_panels: Ids the state was saved with. Open panels outside it came later and stay open.
        """
        newer = [] if saved_panels is None else [panel_id for panel_id in self._docks if panel_id not in saved_panels]
        newer = [panel_id for panel_id in newer if self.is_open(panel_id)]
        # One that names none of the panels would close them all.
        if not panels_named(state) & self._docks.keys():
            return False
        if not self._manager.restoreState(QByteArray(state), _STATE_VERSION):
            return False
        self._shares.clear()
        for panel_id in newer:
            self._docks[panel_id].toggleView(True)
        self.floating_windows()
        return True

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Share out the room once there is some: splitters have no sizes before they are shown."""
        if event.type() == QEvent.Type.Show and self._shares:
            QTimer.singleShot(0, self, self._share_rooms)
        return False

    def _share_rooms(self) -> None:
        shares, self._shares = self._shares, []
        for panel_id, area, share, of_all in shares:
            if panel_id in self._docks:
                share_room(self._docks[panel_id], area, share, of_all=of_all)

    def _new_dock(self, panel_id: str, title: str, panel: QWidget) -> Any:
        if panel_id in self._docks:
            raise ValueError(f'There is already a panel "{panel_id}" in this window.')
        dock = ads.CDockWidget(self._manager, title)
        dock.setObjectName(panel_id)
        dock.setWidget(panel, ads.CDockWidget.ForceNoScrollArea)
        dock.setMinimumSizeHintMode(ads.CDockWidget.MinimumSizeHintFromDockWidget)
        dock.closed.connect(partial(self.panel_closed.emit, panel_id))
        tab = dock.tabWidget()
        tab.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        tab.customContextMenuRequested.connect(partial(self._tab_menu, panel_id))
        if self._locked:
            dock.setIcon(self._tab_icon())
        self._docks[panel_id] = dock
        return dock

    def _tab_icon(self) -> QIcon:
        return QIcon(icon("lock", self._theme, Tone.MUTED)) if self._locked else QIcon()

    def _tab_menu(self, panel_id: str, at: QPoint) -> None:
        self.tab_menu_requested.emit(panel_id, self._dock(panel_id).tabWidget().mapToGlobal(at))

    @contextmanager
    def _unlocked(self) -> Iterator[None]:
        """Let the program do what the lock forbids the mouse."""
        if self._locked:
            self._manager.lockDockWidgetFeaturesGlobally(ads.CDockWidget.NoDockWidgetFeatures)
        yield
        if self._locked:
            self._manager.lockDockWidgetFeaturesGlobally(_BY_MOUSE)

    def _note_homes(self) -> None:
        for panel_id, dock in self._docks.items():
            if not dock.isClosed() and not dock.isInFloatingContainer() and dock.dockAreaWidget() is not None:
                self._homes[panel_id] = home_of(dock)

    def _floating_created(self, window: Any) -> None:
        window.windowTitleChanged.connect(self._dress_all)
        self.floating_window_opened.emit(window)
        # Its panels come into it only after it was made.
        QTimer.singleShot(0, self, self._dress_all)

    def _dress_all(self, _title: str = "") -> None:
        self.floating_windows()

    def _dress(self, window: QWidget) -> None:
        docks = window.dockWidgets()  # type: ignore[attr-defined] # the library is untyped
        inside = [dock.objectName() for dock in docks]
        window.setObjectName(f"floating:{min(inside, default='')}")
        title = title_of_window(docks)
        if window.windowTitle() != title:
            window.setWindowTitle(title)
        keep_on_top(window, any(panel_id in self._on_top for panel_id in inside))

    def _dock(self, panel_id: str) -> Any:
        dock = self._docks.get(panel_id)
        if dock is None:
            raise UnknownPanelError(f'There is no panel "{panel_id}" in this window.')
        return dock

    def _focus_moved(self, _old: object, new: Any) -> None:
        if new is not None and new.objectName() in self._docks:
            self.panel_focused.emit(new.objectName())
