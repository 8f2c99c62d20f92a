"""Read, decide, write down, tell, act; repeat."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Protocol

from engine.core.pipeline import advance
from engine.core.state import EngineState
from engine.domain.facts import AnyFact, encode, kind_of
from engine.domain.instant import Instant
from engine.domain.messages import Message
from engine.domain.reports import JournalTrouble
from engine.ports.journal import Journal, JournalEntry
from engine.runtime.journal.errors import JournalUnwritableError
from engine.runtime.snapshots import keep_snapshot, snapshot_is_due


class FactListener(Protocol):
    """Somebody who is told what happened, after it is safely in the journal."""

    def take_facts(self, facts: list[AnyFact], state: EngineState) -> None:
        """See the facts of one batch, oldest first."""
        ...


class Engine:
    """One state, one journal, and the listeners; single writer, on one thread.

    ``process`` is the only way in. Facts of a batch are on disk before anybody is told or an order can leave.
    """

    def __init__(self, state: EngineState, journal: Journal, listeners: tuple[FactListener, ...] = ()) -> None:
        self.state = state
        self.journal = journal
        self._listeners = listeners
        self._troubled = False
        self._snapshot_at = state.books.facts

    def process(self, messages: Iterable[Message]) -> list[AnyFact]:
        """Advance by a batch of messages and answer the facts, journaled and told.

        Raises JournalUnwritableError where not even the emergency journal takes them: then nothing of the batch may be
        acted upon and the engine must stop.
        """
        facts: list[AnyFact] = []
        for message in messages:
            facts.extend(advance(self.state, message))
        if not facts:
            return facts
        self._write(facts)
        trouble = self._journal_news(facts[-1].at)
        if trouble is not None:
            more = list(advance(self.state, trouble))
            if more:
                self._write(more)
                facts += more
        for listener in self._listeners:
            listener.take_facts(facts, self.state)
        return facts

    def keep_snapshot_if_due(self) -> None:
        """Keep a snapshot after enough facts; call it when nothing is urgent. A full disk only means none is kept."""
        if snapshot_is_due(self.state.books.facts, self._snapshot_at) and not self._troubled:
            self._snapshot_at = self.state.books.facts
            with suppress(JournalUnwritableError):
                keep_snapshot(self.journal, self.state)

    def _write(self, facts: list[AnyFact]) -> None:
        self.journal.append([JournalEntry(at=fact.at, kind=kind_of(fact), body=encode(fact)) for fact in facts])

    def _journal_news(self, at: Instant) -> JournalTrouble | None:
        """Answer that the journal began or ceased to be in trouble; None when nothing changed."""
        words = self.journal.trouble()
        if words is not None and self._troubled and self.journal.leave_emergency():
            words = None
        changed = (words is not None) is not self._troubled
        self._troubled = words is not None
        return JournalTrouble(at=at, detail=words or "", cured=words is None) if changed else None
