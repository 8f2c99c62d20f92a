"""A list of sentences, each with a sign: met, waiting, refused. It answers "why?"."""

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from desktop.presentation.fonts import ui_font
from desktop.presentation.icons import icon
from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone


class WhyState(Enum):
    """How a condition stands."""

    MET = "met"
    WAITING = "waiting"
    REFUSED = "refused"
    NOTE = "note"


_SIGNS: dict[WhyState, tuple[str, Tone]] = {
    WhyState.MET: ("done", Tone.UP),
    WhyState.WAITING: ("clock", Tone.WARNING),
    WhyState.REFUSED: ("warning", Tone.DOWN),
    WhyState.NOTE: ("log", Tone.MUTED),
}


class Why(NamedTuple):
    """One sentence, e.g. ``Combined premium 231.40 is above 211.50; entry waits for 211.50 or less.``"""

    state: WhyState
    sentence: str


class WhyList(QListWidget):
    """Show why something waits, or why it happened; unchanged lists cost nothing."""

    def __init__(self, theme: Theme, accessible_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: tuple[Why, ...] = ()
        self.setFont(ui_font(theme.metrics.font_pixels))
        self.setIconSize(QSize(14, 14))
        self.setWordWrap(True)
        self.setAccessibleName(accessible_name)

    def show_reasons(self, reasons: Sequence[Why]) -> None:
        """Show these sentences in this order."""
        if tuple(reasons) == self._shown:
            return
        self._shown = tuple(reasons)
        self.clear()
        for state, sentence in reasons:
            name, tone = _SIGNS[state]
            item = QListWidgetItem(icon(name, self._theme, tone), sentence, self)
            item.setToolTip(f"{state.value.capitalize()}: {sentence}")
