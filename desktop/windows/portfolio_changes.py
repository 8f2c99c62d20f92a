"""What is changed of whole portfolios that are there: edit, part exit, part entry, done, reset, enable, disable."""

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QSpinBox, QWidget

from desktop.viewmodels.portfolio_deeds import done_question, part_words
from desktop.viewmodels.running_edit import locks_of
from desktop.windows.dialog import DeskDialog, ask
from desktop.windows.panel import Desk
from desktop.windows.portfolio_targets import PortfolioTargets, Targets
from engine.domain.commands import (
    DisablePortfolio,
    EnablePortfolio,
    MarkCompleted,
    PartEntry,
    PartExit,
    ResetPortfolio,
)
from engine.domain.identifiers import PortfolioId
from engine.domain.instant import Instant
from engine.views.messages import MessageRow

CHANGES: tuple[str, ...] = (
    "edit_selected",
    "part_exit_selected",
    "part_entry_selected",
    "mark_completed_selected",
    "reset_selected",
    "disable_selected",
    "enable_selected",
)
"""Actions that change a whole portfolio."""


class PortfolioChanges(QObject):
    """Asks, then sends the command; what the engine wants confirmed is asked again."""

    def __init__(self, window: QWidget, desk: Desk, say: Callable[[str], None], targets: PortfolioTargets) -> None:
        super().__init__(window)
        self._window, self._desk, self._say, self._targets = window, desk, say, targets
        self._sent: dict[PortfolioId, Callable[[Instant], PartExit]] = {}
        desk.bridge.messages_added.connect(self._answered)

    def edit(self) -> bool:
        """Open the running declaration in the editor; return whether there was one."""
        found = self._targets.of("edit_selected", "change")
        if found is None:
            return False
        selected = self._targets.selected_id
        row = next((one for one in found.rows if one.portfolio_id == selected), found.rows[0])
        if len(found.rows) > 1:
            self._say(f"Change {row.name}; Apply asks whether it is meant for all {len(found.rows)} that are checked.")
        self._desk.editor.open_running(row.portfolio_id, row.portfolio, locks_of(row))
        return True

    def part_exit(self) -> None:
        """Ask which part, then close it."""
        found = self._targets.of("part_exit_selected", "close a part")
        if found is not None:
            words = part_words(found.rows, exits=True)
            take = _Take("Percent", 50, 99, lambda percent: self._part_exit(found, percent))
            PartDialog(self._window, f"Close a part of {found.names}", words, take).open()

    def part_entry(self) -> None:
        """Ask how much, then enter it."""
        found = self._targets.of("part_entry_selected", "enter more")
        if found is not None:
            words = part_words(found.rows, exits=False)
            take = _Take("Lots", 1, 999, lambda lots: self._part_entry(found, lots))
            PartDialog(self._window, f"Enter more of {found.names}", words, take).open()

    def mark_completed(self) -> None:
        """Ask, then take them as done."""
        found = self._targets.of("mark_completed_selected", "be taken as done")
        if found is not None:
            asked = done_question(found.rows, found.left_out)

            def mark() -> None:
                self._targets.send(
                    "mark_completed_selected", found, lambda one: lambda at: MarkCompleted(at=at, portfolio_id=one)
                )

            ask(self._window, asked.title, asked.paragraphs, "Mark as done", mark, danger=True)

    def reset(self) -> None:
        """Let them wait for another start."""
        found = self._targets.of("reset_selected", "reset")
        if found is not None:
            self._targets.send("reset_selected", found, lambda one: lambda at: ResetPortfolio(at=at, portfolio_id=one))

    def disable(self) -> None:
        """Let nothing start them; it can be taken back."""
        found = self._targets.of("disable_selected", "disable")
        if found is not None:
            self._disable(found)
            self._offer(found, "disabled: nothing starts it", self._enable, "enabled again")

    def enable(self) -> None:
        """Let them be started again; it can be taken back."""
        found = self._targets.of("enable_selected", "enable")
        if found is not None:
            self._enable(found)
            self._offer(found, "enabled", self._disable, "disabled again")

    def _offer(self, found: Targets, done: str, turn_round: Callable[[Targets], None], undone: str) -> None:
        def take_back() -> str:
            turn_round(found)
            return f"{found.names}: {undone}."

        self._desk.way_back.offer(f"{found.names}: {done}.", take_back)

    def _disable(self, found: Targets) -> None:
        self._targets.send("disable_selected", found, lambda one: lambda at: DisablePortfolio(at=at, portfolio_id=one))

    def _enable(self, found: Targets) -> None:
        self._targets.send("enable_selected", found, lambda one: lambda at: EnablePortfolio(at=at, portfolio_id=one))

    def _part_exit(self, found: Targets, percent: int) -> None:
        def command(one: PortfolioId, *, confirmed: bool) -> Callable[[Instant], PartExit]:
            return lambda at: PartExit(at=at, portfolio_id=one, percent=Decimal(percent), confirmed=confirmed)

        for row in found.rows:
            self._sent[row.portfolio_id] = command(row.portfolio_id, confirmed=True)
        self._targets.send("part_exit_selected", found, lambda one: command(one, confirmed=False))

    def _part_entry(self, found: Targets, lots: int) -> None:
        self._targets.send(
            "part_entry_selected", found, lambda one: lambda at: PartEntry(at=at, portfolio_id=one, lots=lots)
        )

    def _answered(self, messages: list[MessageRow]) -> None:
        for message in messages:
            if message.portfolio_id is None or message.portfolio_id not in self._sent:
                continue
            if message.kind == "portfolio_reduced":
                del self._sent[message.portfolio_id]
            elif message.kind == "confirmation_wanted" and "(part exit)" in message.sentence:
                again = self._sent.pop(message.portfolio_id)
                self._ask_again(message, again)

    def _ask_again(self, message: MessageRow, again: Callable[[Instant], PartExit]) -> None:
        title = f"Close a part of {message.portfolio} all the same"
        ask(self._window, title, [message.sentence], title, lambda: self._desk.bridge.submit(again), danger=True)


class _Take(NamedTuple):
    """The number a dialog asks for: its unit, where it begins, the most, and who takes it."""

    unit: str
    first: int
    most: int
    when_confirmed: Callable[[int], None]


class PartDialog(DeskDialog):
    """Asks for a whole number: percent or lots."""

    def __init__(self, parent: QWidget, title: str, words: str, take: _Take) -> None:
        super().__init__(parent, title)
        self.add_text(words)
        self.number = QSpinBox(self)
        self.number.setRange(1, take.most)
        self.number.setValue(take.first)
        self.number.setSuffix(f" {take.unit.lower()}")
        self.number.setAccessibleName(take.unit)
        self.column.addWidget(self.number)
        self.add_buttons(title, "Leave it")
        self.accepted.connect(lambda: take.when_confirmed(self.number.value()))
