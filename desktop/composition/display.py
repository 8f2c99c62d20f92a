"""How the desktop looks: the trader's choices, and the file they are kept in."""

from collections.abc import Mapping
from enum import Enum
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

_WAY_OUT = "The display is as it comes with the program; correct the file, or move it away"


class ThemeName(Enum):
    """The looks that come with the program."""

    DARK = "dark"
    TERMINAL = "terminal"
    LIGHT = "light"
    CONTRAST = "contrast"


class GainColours(Enum):
    """In which colours profit and loss, calls and puts stand."""

    GREEN_RED = "green and red"
    BLUE_ORANGE = "blue and orange"


class Density(Enum):
    """How much room a row of a table has around its text."""

    COMPACT = "compact"
    NORMAL = "normal"
    ROOMY = "roomy"

    @property
    def row_extra(self) -> int:
        """Room above and below the text of a row together, in device-independent pixels."""
        return _ROW_EXTRA[self]


_ROW_EXTRA: Mapping[Density, int] = {Density.COMPACT: 4, Density.NORMAL: 6, Density.ROOMY: 11}


class Grouping(Enum):
    """How the digits of large numbers stand together."""

    LAKH_CRORE = "lakh and crore"
    MILLIONS = "millions"


SMALLEST_TEXT, LARGEST_TEXT = 9, 24
"""Sizes of text in device-independent pixels."""


class Display(Declared, frozen=True, kw_only=True):
    """Display."""

    theme: Annotated[ThemeName, ask("Theme", "Dark, black and amber like a terminal, light, or high contrast.")] = (
        ThemeName.DARK
    )
    gains: Annotated[
        GainColours,
        ask("Profit and loss", "Their colours; a sign, an arrow or a word always says it too."),
    ] = GainColours.GREEN_RED
    text_size: Annotated[
        int, ask("Text size", "Height of the text everywhere.", unit="px", ge=SMALLEST_TEXT, le=LARGEST_TEXT)
    ] = 12
    density: Annotated[Density, ask("Rows", "Room around the text of a table's row.")] = Density.NORMAL
    grouping: Annotated[
        Grouping, ask("Large numbers", "1,23,45,678 and 1.23 Cr, or 12,345,678 and 12.35 M, on screen.")
    ] = Grouping.LAKH_CRORE


def display_file() -> Path:
    """Answer where the choices lie, there or not."""
    return data_folder() / "display.toml"


def load_display(path: Path | None = None) -> Display:
    """Answer what the trader chose; the display as it comes where nothing was.

    Raises FailureError where the file cannot be read, MisuseError with every wrong field.
    """
    place = path or display_file()
    try:
        text = place.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Display()
    except UnicodeDecodeError as error:
        raise MisuseError(f"The display file {place} is not text in UTF-8. {_WAY_OUT}") from error
    except OSError as error:
        raise FailureError(f"The display file {place} cannot be read: {error.strerror}. {_WAY_OUT}") from error
    try:
        return load(migrate(document_from_toml(text), STEPS), Display)
    except DocumentVersionError as error:
        raise MisuseError(f"The display file {place} cannot be used: {error}. {_WAY_OUT}") from error
    except (DocumentError, DeclarationError) as error:
        raise MisuseError(f"The display file {place} cannot be used: {error}. {_WAY_OUT}") from error


def save_display(display: Display, path: Path | None = None) -> None:
    """Write the file in one piece; what it said before, right or wrong, lies beside it as ``.bak``.

    Raises FailureError where the disk refuses.
    """
    place = path or display_file()
    try:
        write_whole(place, tomli_w.dumps({"schema": VERSION, **dump(display)}), keeps_old=True)
    except OSError as error:
        raise FailureError(f"The display file {place} cannot be written: {error.strerror}") from error
