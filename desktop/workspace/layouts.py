"""Read, save, list and delete the files of workspaces."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import tomli_w
from msgspec.structs import replace

from desktop.composition.folders import layout_path
from desktop.composition.whole_file import set_aside, write_whole
from desktop.workspace.mending import faults, is_name, mended
from desktop.workspace.workspace import FORMAT, LONGEST_TITLE, LayoutError, Workspace

BUILT_IN = ("start", "multileg", "scalping", "analysis", "risk", "review")
"""Workspaces that come with the program, in the order of their keys."""
_LARGEST_FILE = 1_000_000  # bytes; a workspace of forty panels needs a tenth


class OpenedWorkspace(msgspec.Struct, frozen=True):
    """A workspace, and a sentence for the trader when it is not the one that was saved."""

    workspace: Workspace
    warning: str | None = None


def own_names(own_folder: Path | None) -> tuple[str, ...]:
    """Return the names of the trader's own workspaces; an altered built-in one is not among them."""
    found = own_folder.glob("*.toml") if own_folder else []
    return tuple(sorted(path.stem for path in found if is_name(path.stem) and path.stem not in BUILT_IN))


def workspace_names(own_folder: Path | None = None) -> tuple[str, ...]:
    """Return the names of all workspaces: the built-in ones by their keys, then the trader's own."""
    return BUILT_IN + own_names(own_folder)


def title_of(name: str, own_folder: Path | None = None) -> str:
    """Return what the menu says for a workspace; its name where the file cannot be read."""
    try:
        return open_workspace(name, own_folder if name not in BUILT_IN else None).workspace.title
    except LayoutError:
        return name


def open_workspace(name: str, own_folder: Path | None = None) -> OpenedWorkspace:
    """Return the trader's copy of a workspace, else the built-in one.

    A copy that cannot be read is left where it is; that and everything that had to be mended is told in ``warning``.
    Raises LayoutError when there is no workspace of that name.
    """
    if own_folder is None or not is_name(name) or not (own_folder / f"{name}.toml").is_file():
        return OpenedWorkspace(_built_in(name, own_folder))
    try:
        return _opened(own_folder / f"{name}.toml", name)
    except LayoutError as e:
        fallback = _built_in(name if name in BUILT_IN else BUILT_IN[0])
        return OpenedWorkspace(fallback, f'{e} The built-in workspace "{fallback.title}" is shown instead.')


def read_workspace(path: Path) -> OpenedWorkspace:
    """Read one workspace file from anywhere, mended where it has to be; raise LayoutError when it cannot be used."""
    workspace, sentences = mended(_read(path))
    return OpenedWorkspace(workspace, " ".join([f"Workspace file {path}:", *sentences]) if sentences else None)


def save_workspace(workspace: Workspace, own_folder: Path) -> Path:
    """Write a workspace to the trader's folder and return the file; the old file stays whole until the new is.

    A file in its place that cannot be read, or only with something left out, is kept beside it under another name.
    Raises LayoutError when the name is not allowed or the folder cannot be written.
    """
    reason = next(faults(workspace), None)
    if reason is not None:
        raise LayoutError(f"The workspace is not saved: {reason}")
    path = own_folder / f"{workspace.name}.toml"
    try:
        if path.exists() and not _is_sound(path):
            set_aside(path)
        write_whole(path, workspace_text(workspace))
    except OSError as e:
        raise LayoutError(f"The workspace cannot be saved to {path}: {e.strerror}.") from e
    return path


def export_workspace(workspace: Workspace, path: Path) -> None:
    """Write a workspace to a file anywhere. Raises LayoutError with a sentence."""
    try:
        write_whole(path, workspace_text(workspace))
    except OSError as e:
        raise LayoutError(f"The workspace cannot be written to {path}: {e.strerror}. Choose another place.") from e


def delete_workspace(name: str, own_folder: Path) -> None:
    """Delete one of the trader's own workspaces. Raises LayoutError with a sentence."""
    if name in BUILT_IN or not is_name(name):
        raise LayoutError("A workspace that came with the program cannot be deleted; reset it instead.")
    path = own_folder / f"{name}.toml"
    try:
        path.unlink()
    except OSError as e:
        raise LayoutError(f"{path} cannot be deleted: {e.strerror}.") from e


def put_aside(name: str, own_folder: Path) -> None:
    """Keep the file of an own workspace under another name, because it is replaced. Raises LayoutError."""
    path = own_folder / f"{name}.toml"
    try:
        set_aside(path)
    except OSError as e:
        raise LayoutError(f"{path} cannot be replaced: {e.strerror}.") from e


def name_for(title: str) -> str:
    """Return the file name that a title is kept under."""
    letters = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")
    return letters[:LONGEST_TITLE].strip("-") or "workspace"


def workspace_text(workspace: Workspace) -> str:
    """Return a workspace as TOML."""
    document: Mapping[str, Any] = msgspec.to_builtins(workspace)
    return tomli_w.dumps(document)


def _opened(path: Path, name: str) -> OpenedWorkspace:
    opened = read_workspace(path)
    # A file that somebody copied is known by its own name, or saving it would overwrite the other one.
    return OpenedWorkspace(replace(opened.workspace, name=name), opened.warning)


def _read(path: Path) -> Workspace:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_FILE + 1)
        if len(content) > _LARGEST_FILE:
            raise LayoutError(f"Workspace file {path} is too large to be one ({_LARGEST_FILE:,} bytes at most).")
        document = tomllib.loads(content.decode("utf-8"))
    except OSError as e:
        raise LayoutError(f"Workspace file {path} cannot be read: {e.strerror}.") from e
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as e:
        raise LayoutError(f"Workspace file {path} is not valid TOML: {e}.") from e
    written = document.get("format")
    if isinstance(written, int) and written > FORMAT:
        raise LayoutError(f"Workspace file {path} was written by a newer version of the program.")
    if written not in range(1, FORMAT + 1):
        raise LayoutError(f"Workspace file {path} is not a workspace: it names no format that is known here.")
    try:
        workspace = msgspec.convert(_of_this_format(document), Workspace)
    except msgspec.ValidationError as e:
        raise LayoutError(f"Workspace file {path} is not a workspace: {e}.") from e
    if not is_name(workspace.name):
        raise LayoutError(
            f'Workspace file {path}: "{workspace.name}" is not a name; use small letters, digits, - and _.'
        )
    return workspace


def _of_this_format(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document of an older format in the form of this one."""
    if document.get("format") != 1:
        return document
    kept = {key: document[key] for key in ("dock_state", "window_geometry") if key in document}
    rest = {key: value for key, value in document.items() if key not in kept}
    return {**rest, "format": FORMAT, **({"arrangements": [kept]} if kept else {})}


def _is_sound(path: Path) -> bool:
    try:
        return read_workspace(path).warning is None
    except LayoutError:
        return False


def _built_in(name: str, own_folder: Path | None = None) -> Workspace:
    if name not in BUILT_IN:
        raise LayoutError(f'There is no workspace "{name}". Choose one of: {", ".join(workspace_names(own_folder))}.')
    return _read(layout_path("workspaces", f"{name}.toml"))
