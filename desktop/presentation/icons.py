"""Draw the desktop's own symbols in the theme's colours."""

from functools import cache

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desktop.composition.folders import resource_path
from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone

_SIZES = (16, 24, 32)


class UnknownIconError(KeyError):
    """No symbol of that name is bundled."""


def icon_names() -> tuple[str, ...]:
    """Return the names of all bundled symbols."""
    return tuple(sorted(path.stem for path in resource_path("icons").glob("*.svg")))


@cache
def icon(name: str, theme: Theme, tone: Tone = Tone.PLAIN) -> QIcon:
    """Return a symbol in the colour of ``tone``, with a muted copy for disabled controls."""
    path = resource_path("icons", f"{name}.svg")
    if not path.is_file():
        raise UnknownIconError(f'There is no icon "{name}".')
    drawing = path.read_text(encoding="utf-8")
    result = QIcon()
    for mode, colour in (
        (QIcon.Mode.Normal, theme.tone_colour(tone).name()),
        (QIcon.Mode.Disabled, theme.colours.text_muted),
    ):
        for size in _SIZES:
            result.addPixmap(_drawn(drawing.replace("currentColor", colour), size), mode)
    return result


def _drawn(svg: str, size: int) -> QPixmap:
    pixmap = QPixmap(QSize(size, size))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(svg.encode())).render(painter)
    painter.end()
    return pixmap
