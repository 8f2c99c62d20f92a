"""What a workspace is: its panels, their links, and how they stood on each set of screens."""

import base64
import binascii
from typing import Annotated

import msgspec

from desktop.viewmodels.table_look import TableLook
from desktop.widgets.column_header import ColumnLayout
from desktop.workspace.areas import Area

FORMAT = 2
"""Version of the file's form. Format 1 knew one arrangement, whatever the screens, and no links."""
LONGEST_TITLE = 48
NO_LINK, LAST_LINK = 0, 9
MOST_ARRANGEMENTS = 8
"""Sets of screens that a workspace remembers; the one not seen for longest goes first."""

Title = Annotated[str, msgspec.Meta(max_length=LONGEST_TITLE)]


class LayoutError(Exception):
    """A workspace cannot be read or saved; the message says what, where and what happens now."""


class PlacedPanel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One panel of a workspace.

    Attributes:
        id: Lasting name within the workspace.
        type: Kind of panel, as the window's register of panels names it.
        title: Text of the tab; empty for the kind's own.
        area: Where it is docked when the workspace opens without a saved arrangement.
        relative_to: Id of an earlier panel it is docked at; empty for the whole window.
        share: Part of the room it gets there, between 0 and 1.
        floating: Opens in a window of its own.
        on_top: Its window stays above all others while it is detached.
        link: Number of its link group, 1 to 9; 0 for none, None for the group that every panel begins in.
        context: What it shows, e.g. underlying and expiry.
        columns: Columns of its table from left to right; empty for the declared ones.
        look: Filter, grouping, sort and place of its table.
    """

    id: str
    type: str
    title: Title = ""
    area: Area = Area.CENTRE
    relative_to: str = ""
    share: float | None = None
    floating: bool = False
    on_top: bool = False
    link: int | None = None
    context: dict[str, str] = {}
    columns: list[ColumnLayout] = []
    look: TableLook = TableLook()


class ScreenPlace(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, order=True):
    """A screen by its name, its place on the desktop and its size, in device-independent pixels."""

    name: str
    x: int
    y: int
    width: int
    height: int


class Arrangement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How the panels and the main window stood on one set of screens.

    Attributes:
        screens: The set, in order; empty where the file does not say.
        dock_state: Saved arrangement of the docking library, as base64; empty to dock panel by panel.
        window_geometry: Saved place of the main window, as base64.
    """

    screens: list[ScreenPlace] = []
    dock_state: str = ""
    window_geometry: str = ""


class Workspace(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A named arrangement of panels.

    Attributes:
        format: Version of this file's form.
        name: File name without its ending: small letters, digits, ``-`` and ``_``.
        title: What the menu says.
        origin: Name of the built-in workspace that a reset goes back to; empty for its own name.
        locked: Panels cannot be moved, detached or closed by mouse.
        panels: Panels in the order in which they are docked.
        front: Ids of the panels that lie on top of their tabs.
        arrangements: Saved ones, the one used last first.
    """

    format: int
    name: str
    title: Title
    origin: str = ""
    locked: bool = False
    panels: list[PlacedPanel]
    front: list[str] = []
    arrangements: list[Arrangement] = []


def as_text(state: bytes) -> str:
    """Write a saved arrangement as text for ``dock_state`` and ``window_geometry``."""
    return base64.b64encode(state).decode("ascii")


def as_bytes(text: str) -> bytes:
    """Read what ``as_text`` wrote; empty when it is damaged, which opens the declared arrangement."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
