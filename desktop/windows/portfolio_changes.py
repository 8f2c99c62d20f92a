"""What is changed of whole portfolios that are there: edit, part exit, part entry, done, reset, enable, disable."""

from collections.abc import Callable
from decimal import Decimal

from PySide6.QtWidgets import QSpinBox, QWidget

from desktop.viewmodels.running_edit import locks_of
from desktop.windows.dialog import DeskDialog, ask
from desktop.windows.panel import Desk
from engine.domain.commands import (
    AnyCommand,
    DisablePortfolio,
    EnablePortfolio,
    MarkCompleted,
    PartEntry,
    PartExit,
    ResetPortfolio,
)
from engine.domain.instant import Instant
from engine.domain.multileg.states import ACTIVE, EXITING, FINAL, NOT_BEGUN, RUNNING, PortfolioState
from engine.views.messages import MessageRow
from engine.views.portfolios import PortfolioRow

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


def possible(row: PortfolioRow) -> frozenset[str]:
    """Answer which of the changes can be asked for in the state that a portfolio is in."""
    state = row.state
    found = set()
    if state not in FINAL and state not in EXITING:
        found.add("edit_selected")
    if state in RUNNING:
        found |= {"part_exit_selected", "part_entry_selected"}
    if state in ACTIVE or state in EXITING:
        found.add("mark_completed_selected")
    if row.is_done:
        found.add("reset_selected")
    if state is PortfolioState.DISABLED:
        found.add("enable_selected")
    elif row.is_done or state in NOT_BEGUN or state is PortfolioState.WAITING:
        found.add("disable_selected")
    return frozenset(found)


class PortfolioChanges:
    """Asks, then sends the command; what the engine wants confirmed is asked again."""

    def __init__(
        self,
        window: QWidget,
        desk: Desk,
        say: Callable[[str], None],
        needed: Callable[[str], PortfolioRow | None],
    ) -> None:
        self._window, self._desk, self._say, self._needed = window, desk, say, needed
        self._sent: Callable[[Instant], PartExit] | None = None
        desk.bridge.messages_added.connect(self._answered)

    def edit(self) -> bool:
        """Open the running declaration in the editor; return whether there was one."""
        row = self._chosen("edit_selected", "edit")
        if row is not None:
            self._desk.editor.open_running(row.portfolio_id, row.portfolio, locks_of(row))
        return row is not None

    def part_exit(self) -> None:
        """Ask which part, then close it."""
        row = self._chosen("part_exit_selected", "close in part")
        if row is not None:
            words = f"Which part of {row.name} is closed? Of every leg in proportion, in whole lots, shorts first."
            PartDialog(self._window, "Close a part", words, "Percent", 50, 99, lambda n: self._part_exit(row, n)).open()

    def part_entry(self) -> None:
        """Ask how much, then enter it."""
        row = self._chosen("part_entry_selected", "enter more of")
        if row is not None:
            words = (
                f"How many lots more of {row.name}? Of its smallest leg, of the others in proportion. "
                "Entry, levels and combined premium follow the new averages."
            )
            PartDialog(self._window, "Enter more", words, "Lots", 1, 999, lambda n: self._part_entry(row, n)).open()

    def mark_completed(self) -> None:
        """Ask, then take it as done."""
        row = self._chosen("mark_completed_selected", "mark as done")
        if row is not None:
            self._ask(
                "Mark as done",
                f"Was {row.name} closed in the broker's own application? It is taken as done only if the broker's "
                "books show it; its profit is then counted at the prices of now.",
                lambda at: MarkCompleted(at=at, portfolio_id=row.portfolio_id),
            )

    def reset(self) -> None:
        """Let it wait for another start."""
        row = self._chosen("reset_selected", "reset")
        if row is not None:
            self._desk.bridge.submit(lambda at: ResetPortfolio(at=at, portfolio_id=row.portfolio_id))

    def disable(self) -> None:
        """Let nothing start it."""
        row = self._chosen("disable_selected", "disable")
        if row is not None:
            self._desk.bridge.submit(lambda at: DisablePortfolio(at=at, portfolio_id=row.portfolio_id))

    def enable(self) -> None:
        """Let it be started again."""
        row = self._chosen("enable_selected", "enable")
        if row is not None:
            self._desk.bridge.submit(lambda at: EnablePortfolio(at=at, portfolio_id=row.portfolio_id))

    def _chosen(self, action: str, verb: str) -> PortfolioRow | None:
        row = self._needed(verb)
        if row is not None and action not in possible(row):
            self._say(f"{row.name} is {row.state.value.lower().replace('_', ' ')}; it cannot be asked to {verb} now.")
            return None
        return row

    def _ask(self, title: str, words: str, command: Callable[[Instant], AnyCommand]) -> None:
        ask(self._window, title, [words], title, lambda: self._desk.bridge.submit(command), danger=True)

    def _part_exit(self, row: PortfolioRow, percent: int) -> None:
        def command(at: Instant, *, confirmed: bool = False) -> PartExit:
            return PartExit(at=at, portfolio_id=row.portfolio_id, percent=Decimal(percent), confirmed=confirmed)

        self._sent = lambda at: command(at, confirmed=True)
        self._desk.bridge.submit(command)

    def _part_entry(self, row: PortfolioRow, lots: int) -> None:
        self._desk.bridge.submit(lambda at: PartEntry(at=at, portfolio_id=row.portfolio_id, lots=lots))

    def _answered(self, messages: list[MessageRow]) -> None:
        for message in messages:
            again = self._sent
            if message.kind == "portfolio_reduced":
                self._sent = None
            elif again is not None and message.kind == "confirmation_wanted" and "(part exit)" in message.sentence:
                self._sent = None
                self._ask("Close a part all the same", message.sentence, again)


class PartDialog(DeskDialog):
    """Asks for a whole number: percent or lots."""

    def __init__(
        self,
        parent: QWidget,
        title: str,
        words: str,
        unit: str,
        first: int,
        most: int,
        when_confirmed: Callable[[int], None],
    ) -> None:
        super().__init__(parent, title)
        self.add_text(words)
        self.number = QSpinBox(self)
        self.number.setRange(1, most)
        self.number.setValue(first)
        self.number.setSuffix(f" {unit.lower()}")
        self.number.setAccessibleName(unit)
        self.column.addWidget(self.number)
        self.add_buttons(title, "Leave it")
        self.accepted.connect(lambda: when_confirmed(self.number.value()))
