"""The message log as a table."""

from PySide6.QtCore import QObject

from desktop.bridge import EngineBridge
from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone
from desktop.viewmodels.columns import Align, Column
from desktop.viewmodels.row_table import RowTableModel
from desktop.viewmodels.times import time_text
from engine.views.messages import MessageLevel, MessageRow

LEVEL_TONES: dict[MessageLevel, Tone] = {
    MessageLevel.ATTENTION: Tone.ACCENT,
    MessageLevel.ERROR: Tone.DOWN,
    MessageLevel.WARNING: Tone.WARNING,
    MessageLevel.INFO: Tone.PLAIN,
}

_RANK = {level: rank for rank, level in enumerate(MessageLevel)}

MESSAGE_COLUMNS: tuple[Column[MessageRow], ...] = (
    Column(
        key="time",
        header="Time",
        width=72,
        align=Align.LEFT,
        text=lambda row: time_text(row.at),
        sort_value=lambda row: row.number,
    ),
    Column(
        key="level",
        header="Type",
        width=84,
        align=Align.LEFT,
        text=lambda row: row.level.value,
        tone=lambda row: LEVEL_TONES[row.level],
        sort_value=lambda row: _RANK[row.level],
    ),
    Column(
        key="sentence",
        header="Message",
        width=560,
        align=Align.LEFT,
        text=lambda row: row.sentence,
        cell_tooltip=lambda row: row.sentence,
    ),
    Column(key="account", header="User", width=72, align=Align.LEFT, text=lambda row: row.account),
    Column(key="tag", header="Tag", width=110, align=Align.LEFT, text=lambda row: row.tag),
    Column(key="portfolio", header="Portfolio", width=130, align=Align.LEFT, text=lambda row: row.portfolio),
)
"""Columns of the message log, those of GridLog."""


class MessagesModel(RowTableModel[MessageRow]):
    """Every message that its portfolio's log level lets through, oldest first; the journal has all of them."""

    def __init__(self, bridge: EngineBridge, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(MESSAGE_COLUMNS, lambda row: row.number, theme, parent)
        self._take(bridge.messages)
        bridge.messages_added.connect(self._take)

    def _take(self, messages: list[MessageRow]) -> None:
        self.apply_rows([message for message in messages if message.told])

    def show_levels(self, levels: frozenset[MessageLevel] | None) -> None:
        """Show only messages of these levels; None shows all."""
        self.set_condition(None if levels is None else lambda row: row.level in levels)
