"""To which portfolios a deed is done: those that are checked, else the selected one; and each only once."""

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop.composition.questions import Question
from desktop.viewmodels.portfolio_deeds import cannot, names_of, possible
from desktop.windows.panel import Desk
from engine.domain.commands import AnyCommand
from engine.domain.identifiers import PortfolioId
from engine.domain.instant import Instant
from engine.views.messages import MessageRow
from engine.views.portfolios import PortfolioRow

CommandOf = Callable[[PortfolioId], Callable[[Instant], AnyCommand]]
"""Answers the command for one portfolio."""


class Targets(NamedTuple):
    """Portfolios of which a deed can be asked now, and the checked ones of which it cannot."""

    rows: tuple[PortfolioRow, ...]
    left_out: tuple[PortfolioRow, ...]

    @property
    def names(self) -> str:
        """The name of one, the number of several."""
        return names_of(self.rows)


class PortfolioTargets(QObject):
    """Knows what is checked and selected, as long as its window lives.

    Attributes:
        selected_id: The portfolio that keys mean while none is checked.
    """

    def __init__(self, window: QWidget, desk: Desk, say: Callable[[str], None]) -> None:
        super().__init__(window)
        self._desk, self._say = desk, say
        self.selected_id: PortfolioId | None = None
        self._sent: dict[tuple[str, PortfolioId], PortfolioRow] = {}
        desk.bridge.messages_added.connect(self._take_answers)

    def selected(self) -> PortfolioRow | None:
        """Return the selected portfolio, or the only one alive."""
        rows = self._desk.bridge.portfolios
        found = rows.get(self.selected_id or "")
        alive = [row for row in rows.values() if not row.is_done]
        return found if found is not None else alive[0] if len(alive) == 1 else None

    def of(self, action: str, verb: str) -> Targets | None:
        """Answer to which portfolios an action is done now; None after a sentence why to none."""
        known = self._desk.bridge.portfolios
        rows = [known[one] for one in self._desk.checked.ids if one in known]
        if not rows:
            row = self.selected()
            if row is None:
                self._say(f"Select a portfolio to {verb}.")
                return None
            rows = [row]
        can = tuple(row for row in rows if action in possible(row))
        if not can:
            self._say(cannot(rows, verb))
            return None
        return Targets(can, tuple(row for row in rows if row not in can))

    def question(self, name: str) -> Question | None:
        """Answer the question that may be switched off; what is done to checked portfolios is asked every time."""
        return None if self._desk.checked.ids else self._desk.questions[name]

    def send(self, action: str, targets: Targets, command_of: CommandOf) -> None:
        """Send a command for each; one that was sent already, and not answered yet, is not sent a second time."""
        rows = self._desk.bridge.portfolios
        for row in targets.rows:
            asked = action, row.portfolio_id
            stands = rows.get(row.portfolio_id, row)
            if self._sent.get(asked) is stands:
                self._say(f"{row.name} was asked already; the engine answers in a moment.")
                continue
            self._sent[asked] = stands
            self._desk.bridge.submit(command_of(row.portfolio_id))

    def _take_answers(self, messages: list[MessageRow]) -> None:
        refused = {message.portfolio_id for message in messages if message.kind == "command_refused"}
        if refused:
            self._sent = {asked: row for asked, row in self._sent.items() if asked[1] not in refused}
