"""Dock, float, save and restore panels, whatever docking library does the work."""

import zlib
from collections.abc import Collection, Mapping
from enum import Enum
from typing import Any, NamedTuple

from PySide6.QtCore import QByteArray, QEvent, QObject, QRect, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QMainWindow, QSplitter, QWidget
from PySide6QtAds import ads

from desktop.presentation.icons import icon
from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone

_STATE_VERSION = 1
_LENGTH_BYTES = 4  # Qt writes the length in front of what it compresses


class Area(Enum):
    """On which side of another panel, or of the whole window, a panel is docked."""

    CENTRE = "centre"
    LEFT = "left"
    RIGHT = "right"
    TOP = "top"
    BOTTOM = "bottom"


_SIDES: Mapping[Area, Any] = {
    Area.CENTRE: ads.CenterDockWidgetArea,
    Area.LEFT: ads.LeftDockWidgetArea,
    Area.RIGHT: ads.RightDockWidgetArea,
    Area.TOP: ads.TopDockWidgetArea,
    Area.BOTTOM: ads.BottomDockWidgetArea,
}
_FLAGS: Mapping[str, bool] = {
    "AlwaysShowTabs": True,  # a floating panel is docked again by its tab, so it must have one
    "FloatingContainerForceNativeTitleBar": True,  # the window manager's maximise and snap
    "OpaqueSplitterResize": True,
    "FocusHighlighting": True,
    "DockAreaHasCloseButton": False,
    "DockAreaHideDisabledButtons": True,
    "AllTabsHaveCloseButton": True,
    "MiddleMouseButtonClosesTab": True,
    "DisableStylesheet": True,  # the theme's own sheet styles tabs
    "XmlCompressionEnabled": True,
}

_ICONS: Mapping[Any, str] = {
    ads.TabCloseIcon: "close",
    ads.DockAreaCloseIcon: "close",
    ads.DockAreaUndockIcon: "detach",
    ads.DockAreaMenuIcon: "menu",
}


class _Share(NamedTuple):
    """Room a panel still has to get."""

    panel_id: str
    area: Area
    share: float
    of_all: bool


class UnknownPanelError(KeyError):
    """No panel of that id is in the window."""


class DockHost(QObject):
    """The docking area of a main window. Panels are known by their ids.

    Signals:
        panel_closed: Id of a panel the trader or the program closed; it is kept and can be shown again.
        panel_focused: Id of the panel that took the focus.
        floating_window_opened: The new top-level QWidget.
    """

    panel_closed = Signal(str)
    panel_focused = Signal(str)
    floating_window_opened = Signal(object)

    def __init__(self, window: QMainWindow, theme: Theme) -> None:
        super().__init__(window)
        for name, value in _FLAGS.items():
            ads.CDockManager.setConfigFlag(getattr(ads.CDockManager.eConfigFlag, name), value)
        self._manager = ads.CDockManager(window)
        window.setCentralWidget(self._manager)
        for target, name in _ICONS.items():
            self._manager.iconProvider().registerCustomIcon(target, QIcon(icon(name, theme, Tone.MUTED)))
        self._docks: dict[str, Any] = {}
        self._shares: list[_Share] = []
        self._manager.installEventFilter(self)
        self._manager.focusedDockWidgetChanged.connect(self._focus_moved)
        self._manager.floatingWidgetCreated.connect(self.floating_window_opened.emit)

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
        dock.setFloating()
        container = dock.floatingDockContainer()
        if place is not None and container is not None:
            container.setGeometry(place)

    def dock_panel(self, panel_id: str, area: Area = Area.CENTRE, relative_to: str | None = None) -> None:
        """Dock a floating or docked panel at another place."""
        dock = self._dock(panel_id)
        if relative_to is None:
            self._manager.addDockWidget(_SIDES[area], dock)
        else:
            self._manager.addDockWidget(_SIDES[area], dock, self._dock(relative_to).dockAreaWidget())

    def close_panel(self, panel_id: str) -> None:
        """Hide a panel; it keeps its state and place."""
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
        """Return the top-level windows that hold floating panels, each named after its first panel."""
        windows = []
        for window in self._manager.floatingWidgets():
            if isinstance(window, QWidget):
                inside = [dock.objectName() for dock in window.dockWidgets()]  # type: ignore[attr-defined] # untyped
                window.setObjectName(f"floating:{min(inside, default='')}")
                windows.append(window)
        return windows

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
        self._shares.clear()
        if not _is_dock_state(state) or not self._manager.restoreState(QByteArray(state), _STATE_VERSION):
            return False
        for panel_id in newer:
            self._docks[panel_id].toggleView(True)
        return True

    def save_perspective(self, name: str) -> None:
        """Remember the present arrangement under a name."""
        self._manager.addPerspective(name)

    def open_perspective(self, name: str) -> bool:
        """Arrange the panels as remembered; return False for an unknown name."""
        if name not in self.perspective_names():
            return False
        self._manager.openPerspective(name)
        return True

    def perspective_names(self) -> tuple[str, ...]:
        """Return the names of the remembered arrangements."""
        return tuple(self._manager.perspectiveNames())

    def save_perspectives(self, path: str) -> None:
        """Write all remembered arrangements to a settings file."""
        settings = QSettings(path, QSettings.Format.IniFormat)
        self._manager.savePerspectives(settings)
        settings.sync()

    def load_perspectives(self, path: str) -> None:
        """Read remembered arrangements from a settings file; a missing or broken one leaves none."""
        self._manager.loadPerspectives(QSettings(path, QSettings.Format.IniFormat))

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Share out the room once there is some: splitters have no sizes before they are shown."""
        if event.type() == QEvent.Type.Show and self._shares:
            QTimer.singleShot(0, self, self._share_rooms)
        return False

    def _share_rooms(self) -> None:
        shares, self._shares = self._shares, []
        for panel_id, area, share, of_all in shares:
            if panel_id in self._docks:
                _share_room(self._docks[panel_id], area, share, of_all=of_all)

    def _new_dock(self, panel_id: str, title: str, panel: QWidget) -> Any:
        if panel_id in self._docks:
            raise ValueError(f'There is already a panel "{panel_id}" in this window.')
        dock = ads.CDockWidget(self._manager, title)
        dock.setObjectName(panel_id)
        dock.setWidget(panel, ads.CDockWidget.ForceNoScrollArea)
        dock.setMinimumSizeHintMode(ads.CDockWidget.MinimumSizeHintFromDockWidget)
        dock.closed.connect(lambda: self.panel_closed.emit(panel_id))
        self._docks[panel_id] = dock
        return dock

    def _dock(self, panel_id: str) -> Any:
        dock = self._docks.get(panel_id)
        if dock is None:
            raise UnknownPanelError(f'There is no panel "{panel_id}" in this window.')
        return dock

    def _focus_moved(self, _old: object, new: Any) -> None:
        if new is not None and new.objectName() in self._docks:
            self.panel_focused.emit(new.objectName())


def _is_dock_state(state: bytes) -> bool:
    """Say whether bytes are a saved arrangement, because the library complains on the console about others."""
    try:
        document = zlib.decompress(state[_LENGTH_BYTES:])
    except zlib.error:
        return False
    return b"QtAdvancedDockingSystem" in document


def _share_room(dock: Any, area: Area, share: float, *, of_all: bool) -> None:
    """Give a dock its share of the room that it and its neighbour, or all others, stand in."""
    wanted = Qt.Orientation.Horizontal if area in {Area.LEFT, Area.RIGHT} else Qt.Orientation.Vertical
    part: QWidget | None = dock.dockAreaWidget()
    splitter = part.parentWidget() if part is not None else None
    while isinstance(splitter, QSplitter) and (splitter.orientation() != wanted or splitter.count() < 2):
        part, splitter = splitter, splitter.parentWidget()
    if part is None or not isinstance(splitter, QSplitter):
        return
    place, sizes = splitter.indexOf(part), splitter.sizes()
    neighbour = place - 1 if area in {Area.RIGHT, Area.BOTTOM} else place + 1
    others = [i for i in range(len(sizes)) if i != place] if of_all else [min(max(neighbour, 0), len(sizes) - 1)]
    room = sizes[place] + sum(sizes[i] for i in others)
    left = sum(sizes[i] for i in others) or 1
    for i in others:
        sizes[i] = round(sizes[i] / left * room * (1 - share))
    sizes[place] = round(room * share)
    splitter.setSizes(sizes)
