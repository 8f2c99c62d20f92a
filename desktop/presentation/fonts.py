"""Register the bundled fonts and hand out the two faces of the desktop."""

from functools import cache

from PySide6.QtGui import QFont, QFontDatabase

from desktop.composition.folders import resource_path

UI_FAMILY = "Inter"
FIXED_FAMILY = "DejaVu Sans Mono"
_FALLBACK_FAMILY = "DejaVu Sans"  # has ✓ ⚠ ● ▲ ▼, which Inter lacks in part
_TABULAR_DIGITS = "tnum"


class FontError(Exception):
    """A bundled font is missing or damaged; the message names the file."""


@cache
def register_fonts() -> tuple[str, ...]:
    """Load every bundled font into Qt and return the families; needs a running QGuiApplication.

    A bare machine has no fonts at all and would show boxes. Raises FontError for a missing or damaged file.
    """
    families: dict[str, None] = {}
    files = sorted(path for path in resource_path("fonts").glob("*") if path.suffix in {".otf", ".ttf"})
    if not files:
        raise FontError(f"No font was found in {resource_path('fonts')}; install the program again.")
    for path in files:
        number = QFontDatabase.addApplicationFont(str(path))
        if number < 0:
            raise FontError(f"Font file {path} cannot be loaded; install the program again.")
        families.update(dict.fromkeys(QFontDatabase.applicationFontFamilies(number)))
    QFont.insertSubstitutions(UI_FAMILY, [_FALLBACK_FAMILY])
    QFont.insertSubstitutions(FIXED_FAMILY, [_FALLBACK_FAMILY])
    return tuple(families)


def ui_font(pixels: int, *, bold: bool = False) -> QFont:
    """Return the text face with digits of equal width, so that columns of numbers line up."""
    font = QFont(UI_FAMILY)
    font.setPixelSize(pixels)
    font.setFeature(QFont.Tag.fromString(_TABULAR_DIGITS), 1)
    if bold:
        font.setWeight(QFont.Weight.Bold)
    return font


def fixed_font(pixels: int) -> QFont:
    """Return the fixed-pitch face, for price ladders and the command line."""
    font = QFont(FIXED_FAMILY)
    font.setPixelSize(pixels)
    font.setStyleHint(QFont.StyleHint.Monospace)
    return font
