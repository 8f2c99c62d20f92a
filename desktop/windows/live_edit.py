"""Apply the draft to a portfolio in the engine: the difference in words first, what is dangerous asked twice."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop.viewmodels.entry_words import error_sentences
from desktop.viewmodels.running_edit import locks_of
from desktop.windows.dialog import ask, tell
from desktop.windows.panel import Desk
from engine.domain.commands import EditPortfolio
from engine.domain.identifiers import PortfolioId
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.views.messages import MessageRow

_ANSWERS = frozenset({"confirmation_wanted", "command_refused", "portfolio_edited"})


class LiveEdit(QObject):
    """Sends one edit at a time and takes the engine's answer to it."""

    def __init__(self, window: QWidget, desk: Desk) -> None:
        super().__init__(window)
        self._window, self._desk = window, desk
        self._sent: tuple[PortfolioId, MultilegPortfolio] | None = None
        desk.bridge.messages_added.connect(self._answered)

    def apply(self) -> None:
        """Show what differs from the running version, and apply it if the trader agrees."""
        editor = self._desk.editor
        portfolio, edited = editor.value(), editor.edited
        if portfolio is None or edited is None:
            tell(self._window, "Not applied", *error_sentences(editor.errors()))
            return
        changes = editor.changes()
        if not changes:
            tell(self._window, "Nothing to apply", f"{portfolio.name} is declared so already.")
            return
        ask(
            self._window,
            f"Change {portfolio.name} ({edited})",
            [
                "\n".join(changes),
                "It takes effect at once; levels of open legs are counted anew where their own rules changed.",
            ],
            "Apply it",
            lambda: self._send(edited, portfolio, confirmed=False),
        )

    def _send(self, edited: PortfolioId, portfolio: MultilegPortfolio, *, confirmed: bool) -> None:
        self._sent = edited, portfolio
        self._desk.bridge.submit(
            lambda at: EditPortfolio(at=at, portfolio_id=edited, portfolio=portfolio, confirmed=confirmed)
        )

    def _answered(self, messages: list[MessageRow]) -> None:
        for message in messages:
            sent = self._sent
            if sent is not None and message.kind in _ANSWERS and message.portfolio_id == sent[0]:
                self._sent = None
                self._take_answer(message, *sent)

    def _take_answer(self, message: MessageRow, edited: PortfolioId, portfolio: MultilegPortfolio) -> None:
        if message.kind == "confirmation_wanted":
            ask(
                self._window,
                f"This closes or enters something at once: {portfolio.name}",
                [message.sentence],
                "Do it all the same",
                lambda: self._send(edited, portfolio, confirmed=True),
                danger=True,
            )
        elif message.kind == "command_refused":
            tell(self._window, "Not applied", message.sentence)
        elif self._desk.editor.edited == edited:
            row = self._desk.bridge.portfolios.get(edited)
            self._desk.editor.open_running(edited, portfolio, {} if row is None else locks_of(row))
