"""The trader's own keys as a file: names of actions with their keys, only what differs from the declaration."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

import tomli_w

from desktop.composition.failures import FailureError, MisuseError
from desktop.composition.whole_file import write_whole

FORMAT = 1
_LARGEST_FILE = 200_000  # bytes; a key for every action needs a twentieth
_WAY_OUT = "The declared keys are used; correct the file, or move it away, then start Legwork again."
_OF_THE_FILE = frozenset({"format", "keys"})


def read_keys(path: Path) -> dict[str, object]:
    """Return what stands under ``[keys]``, unchecked; empty where there is no file.

    Raises FailureError where the file cannot be read, MisuseError where it is no file of keys, or of a newer format.
    """
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise MisuseError(f"The file of keys {path} is too large to be one. {_WAY_OUT}")
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise FailureError(f"The file of keys {path} cannot be read: {error.strerror}. {_WAY_OUT}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MisuseError(f"The file of keys {path} is not valid TOML: {error}. {_WAY_OUT}") from error
    return _table(path, document)


def write_keys(path: Path, table: Mapping[str, object]) -> None:
    """Write the keys in one piece; the file before lies beside it as ``.bak``. Raises FailureError."""
    try:
        write_whole(path, tomli_w.dumps({"format": FORMAT, "keys": dict(table)}), keeps_old=True)
    except OSError as error:
        raise FailureError(
            f"The keys cannot be kept in {path}: {error.strerror}. They hold until Legwork is closed."
        ) from error


def _table(path: Path, document: Mapping[str, object]) -> dict[str, object]:
    written = document.get("format")
    if isinstance(written, int) and not isinstance(written, bool) and written > FORMAT:
        raise MisuseError(f"The file of keys {path} was written by a newer version of Legwork. {_WAY_OUT}")
    if isinstance(written, bool) or written != FORMAT:
        raise MisuseError(f"The file of keys {path} does not say format = {FORMAT}. {_WAY_OUT}")
    foreign = sorted(document.keys() - _OF_THE_FILE)
    if foreign:
        raise MisuseError(f"The file of keys {path} has parts that are not known: {', '.join(foreign)}. {_WAY_OUT}")
    table = document.get("keys", {})
    if not isinstance(table, dict):
        raise MisuseError(f"In the file of keys {path}, [keys] must be a table of names and keys. {_WAY_OUT}")
    return table
