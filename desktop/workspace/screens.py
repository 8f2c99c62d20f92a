"""Keep windows reachable when monitors come and go."""

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QObject, QRect, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QWidget

_SETTLE_MS = 250  # a monitor that is plugged in shows up in several steps
_REMEMBER_MS = 1_000
_LEAST_VISIBLE = 0.25

ScreenSet = tuple[tuple[str, int, int, int, int], ...]


def visible_share(window: QRect, screens: Iterable[QRect]) -> float:
    """Return the part of a window's area that lies on any of the screens, 0 to 1."""
    area = window.width() * window.height()
    if area <= 0:
        return 0.0
    parts = (window.intersected(screen) for screen in screens)
    return min(1.0, sum(part.width() * part.height() for part in parts if part.isValid()) / area)


def moved_home(window: QRect, screen: QRect) -> QRect:
    """Return a place for a window wholly on ``screen``: its own size where it fits, in the middle."""
    place = QRect(0, 0, min(window.width(), screen.width()), min(window.height(), screen.height()))
    place.moveCenter(screen.center())
    return place


class ScreenKeeper(QObject):
    """Bring windows of a vanished monitor to the primary one, and back when it returns.

    ``windows`` answers with all top-level windows to look after: the main window and the floating panels.
    A window is known by its object name.

    Signals:
        remembered: The windows were looked at on screens that do not change just now; about once a second.
        screens_changed: Other screens are there than before; windows are brought into sight right after.
    """

    remembered = Signal()
    screens_changed = Signal()

    def __init__(self, windows: Callable[[], Sequence[QWidget]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._windows = windows
        self._homes: dict[ScreenSet, dict[str, QRect]] = {}
        self._screens = _screen_set(QGuiApplication.screens())
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self.screens_settled)
        self._memory = QTimer(self)
        self._memory.setInterval(_REMEMBER_MS)
        self._memory.timeout.connect(self.remember)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.screenAdded.connect(self._screen_added)
            application.screenRemoved.connect(self._screens_changing)
        for screen in QGuiApplication.screens():
            screen.geometryChanged.connect(self._screens_changing)
        self._memory.start()

    def stop(self) -> None:
        """Stop looking after the windows."""
        self._settle.stop()
        self._memory.stop()

    def forget(self) -> None:
        """Forget where windows were: others of the same names are opened."""
        self._homes.clear()

    def remember(self) -> None:
        """Note where the windows are now; a window manager may push them about when a monitor goes."""
        if self.is_settling:
            return
        homes = self._homes.setdefault(self._screens, {})
        for window in self._windows():
            if window.isVisible() and not window.isMinimized():
                homes[window.objectName()] = QRect(window.geometry())
        self.remembered.emit()

    @property
    def is_settling(self) -> bool:
        """Whether screens come or go just now."""
        return self._settle.isActive() or _screen_set(QGuiApplication.screens()) != self._screens

    def screens_settled(self) -> None:
        """Put every window where it was with these monitors, or where it can be seen."""
        screens = QGuiApplication.screens()
        if not screens:
            return
        before, self._screens = self._screens, _screen_set(screens)
        if before != self._screens:
            self.screens_changed.emit()
        homes = self._homes.get(self._screens, {})
        areas = [screen.availableGeometry() for screen in screens]
        for window in self._windows():
            home = homes.get(window.objectName())
            if home is not None and visible_share(home, areas) >= _LEAST_VISIBLE:
                window.setGeometry(home)
            elif visible_share(window.frameGeometry(), areas) < _LEAST_VISIBLE:
                window.setGeometry(moved_home(window.geometry(), QGuiApplication.primaryScreen().availableGeometry()))

    def _screen_added(self, screen: QScreen) -> None:
        screen.geometryChanged.connect(self._screens_changing)
        self._settle.start()

    def _screens_changing(self, _changed: QScreen | QRect) -> None:
        self._settle.start()


def _screen_set(screens: Sequence[QScreen]) -> ScreenSet:
    places = ((screen.name(), screen.geometry()) for screen in screens)
    return tuple(sorted((name, g.x(), g.y(), g.width(), g.height()) for name, g in places))
