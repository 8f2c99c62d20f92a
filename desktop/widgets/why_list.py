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
        before, self._shown = self._shown, tuple(reasons)
        # Written in place: most sentences only change a number, and what the trader has scrolled to stays.
        while self.count() > len(self._shown):
            self.takeItem(self.count() - 1)
        for number, reason in enumerate(self._shown):
            if number >= self.count():
                QListWidgetItem(self)
            if number >= len(before) or before[number] != reason:
                self._write(self.item(number), reason)

    def _write(self, item: QListWidgetItem, reason: Why) -> None:
        name, tone = _SIGNS[reason.state]
        item.setIcon(icon(name, self._theme, tone))
        item.setText(reason.sentence)
        item.setToolTip(f"{reason.state.value.capitalize()}: {reason.sentence}")
