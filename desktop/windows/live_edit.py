"""Apply the draft to a portfolio in the engine: the difference in words first, what is dangerous asked twice."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop.viewmodels.entry_words import error_sentences
from desktop.viewmodels.running_edit import Copy, copies_of, locks_of, others_changed
from desktop.windows.copies_dialog import CopiesDialog
from desktop.windows.dialog import ask, tell
from desktop.windows.panel import Desk
from engine.domain.commands import EditPortfolio
from engine.domain.identifiers import PortfolioId
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.diff import diff
from engine.views.messages import MessageRow
from engine.views.portfolios import PortfolioRow

_ANSWERS = frozenset({"confirmation_wanted", "command_refused", "portfolio_edited"})
_AT_ONCE = "It takes effect at once; levels of open legs are counted anew where their own rules changed."


class _Sent(NamedTuple):
    """An edit that waits for the engine's answer."""

    edited: PortfolioId
    """The portfolio that the editor shows."""
    target: PortfolioId
    """The one that is to change; the parent of all copies where all are meant."""
    portfolio: MultilegPortfolio
    answers: frozenset[str]
    """Portfolios under whose name the answer may come."""
    before: MultilegPortfolio | None = None
    """What is declared now; None where it is not taken back: of several copies each has its own."""


class LiveEdit(QObject):
    """Sends one edit at a time and takes the engine's answer to it."""

    def __init__(self, window: QWidget, desk: Desk) -> None:
        super().__init__(window)
        self._window, self._desk = window, desk
        self._sent: _Sent | None = None
        self._later: list[_Sent] = []
        desk.bridge.messages_added.connect(self._answered)

    def apply(self) -> None:
        """Show what differs from the running version, and apply it if the trader agrees."""
        editor = self._desk.editor
        portfolio, edited = editor.value(), editor.edited
        if portfolio is None or edited is None:
            tell(self._window, "Not applied", *error_sentences(editor.errors()))
            return
        copies = copies_of(self._desk.bridge.portfolios, edited, portfolio)
        changes = editor.changes()
        if not changes and not any(copy.changes for copy in copies):
            tell(self._window, "Nothing to apply", f"{portfolio.name} is declared so already.")
            return
        title = f"Change {portfolio.name} ({edited})"
        row = self._desk.bridge.portfolios.get(edited)
        before = None if row is None else row.portfolio
        alone = _Sent(edited, edited, portfolio, frozenset({edited}), before)
        checked = self._others_checked(edited, before, portfolio)
        if not copies and checked:
            self._ask_all_checked(title, alone, checked)
            return
        if not copies:
            ask(
                self._window,
                title,
                [f"{len(changes)} change{'s' if len(changes) != 1 else ''}", "\n".join(changes), _AT_ONCE],
                "Apply it",
                lambda: self._send(alone),
                question=self._desk.questions["apply_edit"],
            )
            return
        parent = self._desk.bridge.portfolios[edited].parent or edited
        everywhere = _Sent(edited, parent, portfolio, frozenset({parent, *(copy.portfolio_id for copy in copies)}))
        self._ask_where(title, copies, alone, everywhere)

    def _others_checked(
        self, edited: PortfolioId, before: MultilegPortfolio | None, draft: MultilegPortfolio
    ) -> list[tuple[PortfolioRow, MultilegPortfolio]]:
        """Return the other checked portfolios as the draft would change them."""
        rows = self._desk.bridge.portfolios
        ids = self._desk.checked.ids
        if before is None or edited not in ids:
            return []
        return others_changed([rows[one] for one in ids if one in rows and one != edited], before, draft)

    def _ask_all_checked(
        self, title: str, alone: _Sent, others: Sequence[tuple[PortfolioRow, MultilegPortfolio]]
    ) -> None:
        own = self._desk.bridge.portfolios[alone.edited]
        pairs = [(own, alone.portfolio), *others]
        copies = [
            Copy(row.portfolio_id, row.account, tuple(diff(row.portfolio, new)), is_done=False, name=row.name)
            for row, new in pairs
        ]
        sent = [
            _Sent(row.portfolio_id, row.portfolio_id, new, frozenset({row.portfolio_id}), row.portfolio)
            for row, new in others
            if new != row.portfolio
        ]
        dialog = CopiesDialog(self._window, title, copies, alone.edited, _AT_ONCE)

        def send() -> None:
            self._later = sent if dialog.all_accounts.isChecked() else []
            self._send(alone)

        dialog.accepted.connect(send)
        dialog.open()

    def _ask_where(self, title: str, copies: list[Copy], alone: _Sent, everywhere: _Sent) -> None:
        dialog = CopiesDialog(self._window, title, copies, alone.edited, _AT_ONCE)
        dialog.accepted.connect(lambda: self._send(everywhere if dialog.all_accounts.isChecked() else alone))
        dialog.open()

    def _send(self, sent: _Sent, *, confirmed: bool = False) -> None:
        self._sent = sent
        self._desk.bridge.submit(
            lambda at: EditPortfolio(at=at, portfolio_id=sent.target, portfolio=sent.portfolio, confirmed=confirmed)
        )

    def _answered(self, messages: list[MessageRow]) -> None:
        for message in messages:
            sent = self._sent
            if sent is not None and message.kind in _ANSWERS and message.portfolio_id in sent.answers:
                self._sent = None
                self._take_answer(message, sent)

    def _take_answer(self, message: MessageRow, sent: _Sent) -> None:
        if message.kind == "confirmation_wanted":
            ask(
                self._window,
                f"What would follow at once: {sent.portfolio.name}",
                [message.sentence],
                "Do it all the same",
                lambda: self._send(sent, confirmed=True),
                danger=True,
            )
        elif message.kind == "command_refused":
            tell(self._window, "Not applied", message.sentence)
        else:
            self._applied(sent)
        if self._sent is None and self._later:
            # One at a time: each has its own answer, and its own question where something would follow at once.
            self._send(self._later.pop(0))

    def _applied(self, sent: _Sent) -> None:
        """Show what runs now, and offer the version before."""
        if sent.before is not None:
            self._desk.way_back.offer(f"{sent.portfolio.name} is changed.", lambda: self._take_back(sent))
        if self._desk.editor.edited == sent.edited:
            row = self._desk.bridge.portfolios.get(sent.edited)
            self._desk.editor.open_running(sent.edited, sent.portfolio, {} if row is None else locks_of(row))

    def _take_back(self, sent: _Sent) -> str:
        """Declare what was declared before; what follows of it at once is asked, as with every edit."""
        row = self._desk.bridge.portfolios.get(sent.target)
        if sent.before is None or row is None or row.portfolio != sent.portfolio:
            return f"{sent.portfolio.name} was changed again meanwhile; nothing is taken back."
        self._send(sent._replace(portfolio=sent.before, before=None))
        return f"{sent.portfolio.name}: the version before is declared again."
