"""Which saved arrangement fits the screens that are there now."""

from collections.abc import Sequence

from msgspec.structs import replace
from PySide6.QtGui import QGuiApplication

from desktop.workspace.workspace import MOST_ARRANGEMENTS, Arrangement, ScreenPlace, Workspace

_SAME_PLACE, _SAME_NAME, _SAME_SIZE = 4, 2, 1


def present_screens() -> list[ScreenPlace]:
    """Return the screens that are there now, in a lasting order."""
    places = ((screen.name(), screen.geometry()) for screen in QGuiApplication.screens())
    return sorted(ScreenPlace(name=name, x=g.x(), y=g.y(), width=g.width(), height=g.height()) for name, g in places)


def arrangement_for(workspace: Workspace, screens: Sequence[ScreenPlace]) -> Arrangement | None:
    """Return how the workspace stood on these screens, else on the set most like them; None where nothing is saved."""
    kept = workspace.arrangements
    same = next((one for one in kept if one.screens == list(screens)), None)
    return same if same is not None else max(kept, key=lambda one: likeness(one.screens, screens), default=None)


def likeness(first: Sequence[ScreenPlace], second: Sequence[ScreenPlace]) -> int:
    """Return how much two sets of screens have in common; a screen too many on either side counts against."""
    return sum(max((_alike(one, other) for other in second), default=0) for one in first) - abs(
        len(first) - len(second)
    )


def with_arrangement(workspace: Workspace, arrangement: Arrangement) -> Workspace:
    """Return the workspace with an arrangement as the one used last; others of the same screens go."""
    others = [one for one in workspace.arrangements if one.screens and one.screens != arrangement.screens]
    return replace(workspace, arrangements=[arrangement, *others][:MOST_ARRANGEMENTS])


def _alike(first: ScreenPlace, second: ScreenPlace) -> int:
    place = (first.x, first.y) == (second.x, second.y)
    size = (first.width, first.height) == (second.width, second.height)
    return _SAME_PLACE * (place and size) + _SAME_NAME * (first.name == second.name) + _SAME_SIZE * size
