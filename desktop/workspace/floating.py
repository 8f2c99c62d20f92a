"""What is done to windows of detached panels: their names, staying on top, and the way back into the main window."""

from typing import Any, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

_ON_TOP = Qt.WindowType.WindowStaysOnTopHint
_PROGRAM = "Legwork"


class Home(NamedTuple):
    """Where a panel was docked: as a tab beside others, or alone beside a neighbour.

    Attributes:
        tabs: Ids of the other tabs.
        neighbour: Id of a panel in the next area; empty where there was none.
        after: It stood right of or below the neighbour.
        across: They stood side by side, not one above the other.
        share: Part of the room of both it had, 0 to 1.
    """

    tabs: tuple[str, ...]
    neighbour: str = ""
    after: bool = True
    across: bool = True
    share: float | None = None


def title_of_window(docks: list[Any]) -> str:
    """Return the title of a window that holds these docks: what is inside, then the program."""
    return f"{', '.join(dock.windowTitle() for dock in docks if not dock.isClosed()) or 'Panels'} · {_PROGRAM}"


def keep_on_top(window: QWidget, on: bool) -> None:
    """Let a window stay above all others, or not; it is neither hidden nor moved for that."""
    flags = window.windowFlags()
    if bool(flags & _ON_TOP) == on:
        return
    # setWindowFlags would hide the window and make a new one somewhere else.
    window.overrideWindowFlags(flags | _ON_TOP if on else flags & ~_ON_TOP)
    # WORKAROUND QtAds 5.1.1: the method of its own that hides Qt's answers with the main window's handle.
    handle = QWidget.windowHandle(window)
    if handle is not None:
        handle.setFlag(_ON_TOP, on)


def home_of(dock: Any) -> Home:
    """Return where a docked panel stands now."""
    area = dock.dockAreaWidget()
    tabs = tuple(other.objectName() for other in area.dockWidgets() if other is not dock)
    splitter = area.parentWidget()
    if not isinstance(splitter, QSplitter) or splitter.count() < 2:
        return Home(tabs)
    place, sizes = splitter.indexOf(area), splitter.sizes()
    beside = place - 1 if place else 1
    room = sizes[place] + sizes[beside]
    return Home(
        tabs,
        _first_panel(splitter.widget(beside)),
        after=beside < place,
        across=splitter.orientation() == Qt.Orientation.Horizontal,
        share=sizes[place] / room if room else None,
    )


def _first_panel(widget: QWidget | None) -> str:
    """Return the id of the first panel in an area, or in a splitter of areas."""
    while isinstance(widget, QSplitter) and widget.count():
        widget = widget.widget(0)
    docks: list[Any] = getattr(widget, "dockWidgets", list)()
    return str(docks[0].objectName()) if docks else ""
