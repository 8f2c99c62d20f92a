"""Where a panel is docked, and how it shares the room with its neighbours."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget


class Area(Enum):
    """On which side of another panel, or of the whole window, a panel is docked."""

    CENTRE = "centre"
    LEFT = "left"
    RIGHT = "right"
    TOP = "top"
    BOTTOM = "bottom"


SIDE_OF: Mapping[tuple[bool, bool], Area] = {
    (True, True): Area.RIGHT,
    (True, False): Area.LEFT,
    (False, True): Area.BOTTOM,
    (False, False): Area.TOP,
}
"""By whether panels stand side by side, and whether the panel stands after its neighbour."""


def share_room(dock: Any, area: Area, share: float, *, of_all: bool) -> None:
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
