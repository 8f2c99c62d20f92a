"""The message log as a table."""

from collections.abc import Iterable

import msgspec
from PySide6.QtCore import QObject, Signal

from desktop.bridge import EngineBridge
from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone
from desktop.viewmodels.cell_values import moment_value
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
        cell_tooltip=lambda row: time_text(row.at, milliseconds=True),
        value=lambda row: moment_value(row.at),
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
        width=440,
        align=Align.LEFT,
        text=lambda row: row.sentence,
        cell_tooltip=lambda row: row.sentence,
    ),
    Column(key="account", header="User", width=72, align=Align.LEFT, text=lambda row: row.account),
    Column(
        key="tag",
        header="Tag",
        tooltip="Strategy tag",
        width=84,
        align=Align.LEFT,
        text=lambda row: row.strategy_tag,
        rank=2,
    ),
    Column(key="portfolio", header="Portfolio", width=130, align=Align.LEFT, text=lambda row: row.portfolio),
    Column(
        key="order",
        header="Order",
        tooltip="Our own tag of the order that it is about",
        width=110,
        align=Align.LEFT,
        text=lambda row: row.tag,
        rank=3,
    ),
)
"""Columns of the message log: those of GridLog, and the order."""


class MessageChoice(msgspec.Struct, frozen=True, kw_only=True):
    """Which messages are shown.

    Attributes:
        levels: Types; None for all.
        account: Of one account; empty for all.
        portfolio: Of one portfolio by its name; empty for all.
        portfolio_id: Of one portfolio by its id; empty for all.
    """

    levels: frozenset[MessageLevel] | None = None
    account: str = ""
    portfolio: str = ""
    portfolio_id: str = ""

    def shows(self, row: MessageRow) -> bool:
        """Say whether a message is shown."""
        return (
            (self.levels is None or row.level in self.levels)
            and (not self.account or row.account == self.account)
            and (not self.portfolio or row.portfolio == self.portfolio)
            and (not self.portfolio_id or row.portfolio_id == self.portfolio_id)
        )


class MessagesModel(RowTableModel[MessageRow]):
    """Every message that its portfolio's log level lets through, oldest first; the journal has all of them.

    Signals:
        held_changed: How many messages wait while the log is paused.
        names_changed: An account or a portfolio came that no message named before; see ``accounts``, ``portfolios``.
    """

    held_changed = Signal(int)
    names_changed = Signal()

    def __init__(self, bridge: EngineBridge, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(MESSAGE_COLUMNS, lambda row: row.number, theme, parent)
        self._held: list[MessageRow] | None = None
        self.accounts: dict[str, None] = {}
        self.portfolios: dict[str, None] = {}
        self._take(bridge.messages)
        bridge.messages_added.connect(self._take)

    def pause(self, paused: bool) -> None:
        """Let new messages wait, or show those that waited."""
        if paused is (self._held is not None):
            return
        waited, self._held = self._held, [] if paused else None
        if waited:
            self.apply_rows(waited)
        self.held_changed.emit(0)

    def choose(self, choice: MessageChoice) -> None:
        """Show only these messages."""
        self.set_condition(None if choice == MessageChoice() else choice.shows)

    def show_levels(self, levels: frozenset[MessageLevel] | None) -> None:
        """Show only messages of these levels; None shows all."""
        self.choose(MessageChoice(levels=levels))

    def _take(self, messages: Iterable[MessageRow]) -> None:
        told = [message for message in messages if message.told]
        known = len(self.accounts), len(self.portfolios)
        self.accounts |= {row.account: None for row in told if row.account}
        self.portfolios |= {row.portfolio: None for row in told if row.portfolio}
        if (len(self.accounts), len(self.portfolios)) != known:
            self.names_changed.emit()
        if self._held is None:
            self.apply_rows(told)
        elif told:
            self._held += told
            self.held_changed.emit(len(self._held))
