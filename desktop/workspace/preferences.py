"""What is kept about workspaces besides themselves: the one open last, and whether they are saved by themselves."""

import tomllib
from pathlib import Path

import msgspec
import tomli_w

from desktop.composition.whole_file import set_aside, write_whole
from desktop.workspace.layouts import BUILT_IN
from desktop.workspace.workspace import LayoutError

_FORMAT = 1
_FILE = "workspaces.toml"
_LARGEST_FILE = 10_000


class Preferences(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The trader's choices.

    Attributes:
        format: Version of the file's form.
        last: Name of the workspace that was open last.
        autosave: Where the panels stand is saved every half minute, with each switch and at the end.
    """

    format: int = _FORMAT
    last: str = BUILT_IN[0]
    autosave: bool = True


def read_preferences(own_folder: Path) -> tuple[Preferences, str | None]:
    """Return the trader's choices, and a sentence where the file cannot be used and the usual ones apply."""
    path = own_folder / _FILE
    if not path.exists():
        return Preferences(), None
    try:
        return _read(path), None
    except OSError as e:
        reason = f"cannot be read: {e.strerror}"
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError, msgspec.ValidationError) as e:
        reason = f"cannot be used: {e}"
    return Preferences(), f"{path} {reason}. The usual settings of workspaces apply; the file is kept."


def write_preferences(preferences: Preferences, own_folder: Path) -> None:
    """Keep the trader's choices; a file that cannot be used is kept beside. Raises LayoutError with a sentence."""
    path = own_folder / _FILE
    try:
        if read_preferences(own_folder)[1] is not None:
            set_aside(path)
        write_whole(path, tomli_w.dumps(msgspec.to_builtins(preferences)))
    except OSError as e:
        raise LayoutError(f"{path} cannot be written: {e.strerror}.") from e


def _read(path: Path) -> Preferences:
    with path.open("rb") as file:
        document = tomllib.loads(file.read(_LARGEST_FILE).decode("utf-8"))
    if document.get("format") != _FORMAT:
        raise msgspec.ValidationError("it is of another version of the program")
    return msgspec.convert(document, Preferences)
