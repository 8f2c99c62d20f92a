"""How the workstation uses the machine: the trader's choices, and the file they are kept in."""

from pathlib import Path
from typing import Annotated

import tomli_w

from desktop.composition.failures import FailureError, MisuseError
from desktop.composition.folders import data_folder
from desktop.composition.whole_file import write_whole
from engine.schema.declared import Declared
from engine.schema.documents import DocumentError, document_from_toml
from engine.schema.field import ask
from engine.schema.load import DeclarationError, dump, load
from engine.schema.migrate import DocumentVersionError, Step, migrate

STEPS: tuple[Step, ...] = ()
"""What turns each older version of the file into the next one."""

VERSION = len(STEPS) + 1

_WAY_OUT = "Nothing was changed. Correct it, or move it away to use the machine as the program comes"


class Performance(Declared, frozen=True, kw_only=True):
    """Performance."""

    engine_process: Annotated[
        bool,
        ask(
            "Engine in its own process",
            "The engine shares no interpreter with the window, so that nothing on the screen keeps an order waiting; "
            "it takes a second longer to start and some 150 MB more. Counts from the next start.",
        ),
    ] = False


def performance_file() -> Path:
    """Answer where the choices lie, there or not."""
    return data_folder() / "performance.toml"


def load_performance(path: Path | None = None) -> Performance:
    """Answer what the trader chose; the program as it comes where nothing was.

    Raises FailureError where the file cannot be read, MisuseError with every wrong field.
    """
    place = path or performance_file()
    try:
        text = place.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Performance()
    except UnicodeDecodeError as error:
        raise MisuseError(f"The performance file {place} is not text in UTF-8. {_WAY_OUT}") from error
    except OSError as error:
        raise FailureError(f"The performance file {place} cannot be read: {error.strerror}. {_WAY_OUT}") from error
    try:
        return load(migrate(document_from_toml(text), STEPS), Performance)
    except (DocumentVersionError, DocumentError, DeclarationError) as error:
        raise MisuseError(f"The performance file {place} cannot be used: {error}. {_WAY_OUT}") from error


def save_performance(performance: Performance, path: Path | None = None) -> None:
    """Write the file in one piece; what it said before lies beside it as ``.bak``.

    Raises FailureError where the disk refuses.
    """
    place = path or performance_file()
    try:
        write_whole(place, tomli_w.dumps({"schema": VERSION, **dump(performance)}), keeps_old=True)
    except OSError as error:
        raise FailureError(f"The performance file {place} cannot be written: {error.strerror}") from error
