"""Read and save workspaces: which panels are open, and where."""

import base64
import binascii
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import tomli_w

from desktop.composition.folders import layout_path
from desktop.widgets.column_header import ColumnLayout
from desktop.workspace.docking import Area

FORMAT = 1
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_LARGEST_FILE = 1_000_000  # bytes; a workspace of a hundred panels needs a tenth


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
        context: What it shows, e.g. underlying and expiry.
        columns: Columns of its table from left to right; empty for the declared ones.
    """

    id: str
    type: str
    title: str = ""
    area: Area = Area.CENTRE
    relative_to: str = ""
    share: float | None = None
    floating: bool = False
    context: dict[str, str] = {}
    columns: list[ColumnLayout] = []


class Workspace(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A named arrangement of panels.

    Attributes:
        format: Version of this file's form.
        name: File name without its ending: small letters, digits, ``-`` and ``_``.
        title: What the menu says.
        panels: Panels in the order in which they are docked.
        front: Ids of the panels that lie on top of their tabs.
        dock_state: Saved arrangement of the docking library, as base64; empty to dock panel by panel.
        window_geometry: Saved place of the main window, as base64.
    """

    format: int
    name: str
    title: str
    panels: list[PlacedPanel]
    front: list[str] = []
    dock_state: str = ""
    window_geometry: str = ""


class OpenedWorkspace(msgspec.Struct, frozen=True):
    """A workspace, and a sentence for the trader when it is not the one that was saved."""

    workspace: Workspace
    warning: str | None = None


def workspace_names(own_folder: Path | None = None) -> tuple[str, ...]:
    """Return the names of all workspaces, the trader's own and the built-in ones."""
    folders = [layout_path("workspaces"), *([own_folder] if own_folder else [])]
    return tuple(sorted({path.stem for folder in folders for path in folder.glob("*.toml")}))


def open_workspace(name: str, own_folder: Path | None = None) -> OpenedWorkspace:
    """Return the trader's copy of a workspace, else the built-in one.

    A copy that cannot be read is left where it is and reported in ``warning``.
    Raises LayoutError when there is no workspace of that name.
    """
    built_in = layout_path("workspaces", f"{name}.toml")
    if own_folder is None or not _is_name(name) or not (own_folder / f"{name}.toml").is_file():
        return OpenedWorkspace(_built_in(name, built_in))
    own = own_folder / f"{name}.toml"
    try:
        return OpenedWorkspace(read_workspace(own))
    except LayoutError as e:
        fallback = _built_in(name if built_in.is_file() else "start", built_in if built_in.is_file() else None)
        return OpenedWorkspace(fallback, f'{e} The built-in workspace "{fallback.title}" is shown instead.')


def read_workspace(path: Path) -> Workspace:
    """Read and check one workspace file; raise LayoutError with a sentence when it cannot be used."""
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise LayoutError(f"Workspace file {path} is too large to be one ({_LARGEST_FILE:,} bytes at most).")
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as e:
        raise LayoutError(f"Workspace file {path} cannot be read: {e.strerror}.") from e
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as e:
        raise LayoutError(f"Workspace file {path} is not valid TOML: {e}.") from e
    if isinstance(document.get("format"), int) and document["format"] > FORMAT:
        raise LayoutError(f"Workspace file {path} was written by a newer version of the program.")
    try:
        workspace = msgspec.convert(document, Workspace)
    except msgspec.ValidationError as e:
        raise LayoutError(f"Workspace file {path} is not a workspace: {e}.") from e
    reason = _fault(workspace)
    if reason is not None:
        raise LayoutError(f"Workspace file {path}: {reason}.")
    return workspace


def save_workspace(workspace: Workspace, own_folder: Path) -> Path:
    """Write a workspace to the trader's folder and return the file; the old file stays whole until the new is.

    Raises LayoutError when the name is not allowed or the folder cannot be written.
    """
    reason = _fault(workspace)
    if reason is not None:
        raise LayoutError(f"The workspace is not saved: {reason}.")
    path = own_folder / f"{workspace.name}.toml"
    unfinished = path.with_suffix(".unfinished")
    try:
        own_folder.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(workspace_text(workspace), encoding="utf-8")
        os.replace(unfinished, path)  # noqa: PTH105 - the same call, and it names both ends
    except OSError as e:
        raise LayoutError(f"The workspace cannot be saved to {path}: {e.strerror}.") from e
    return path


def workspace_text(workspace: Workspace) -> str:
    """Return a workspace as TOML."""
    document: Mapping[str, Any] = msgspec.to_builtins(workspace)
    return tomli_w.dumps(document)


def as_text(state: bytes) -> str:
    """Write a saved arrangement as text for ``dock_state`` and ``window_geometry``."""
    return base64.b64encode(state).decode("ascii")


def as_bytes(text: str) -> bytes:
    """Read what ``as_text`` wrote; empty when it is damaged, which opens the declared arrangement."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _built_in(name: str, path: Path | None) -> Workspace:
    path = path or layout_path("workspaces", f"{name}.toml")
    if not _is_name(name) or not path.is_file():
        raise LayoutError(f'There is no workspace "{name}". Choose one of: {", ".join(workspace_names())}.')
    return read_workspace(path)


def _is_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def _fault(workspace: Workspace) -> str | None:
    """Return what is wrong with a workspace, or None."""
    if not _is_name(workspace.name):
        return f'"{workspace.name}" is not a name; use small letters, digits, - and _'
    seen: set[str] = set()
    for panel in workspace.panels:
        if not panel.id or panel.id in seen:
            return f'the panel id "{panel.id}" is empty or used twice'
        if panel.relative_to and panel.relative_to not in seen:
            return f'panel "{panel.id}" stands relative to "{panel.relative_to}", which is not an earlier panel'
        if panel.share is not None and not 0.02 <= panel.share <= 0.98:
            return f'panel "{panel.id}" has a share of {panel.share}; it must lie between 0.02 and 0.98'
        seen.add(panel.id)
    unknown = [panel_id for panel_id in workspace.front if panel_id not in seen]
    return f'"{unknown[0]}" is to lie in front but is not a panel' if unknown else None
