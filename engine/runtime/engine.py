"""Read, decide, write down, tell, act; repeat."""

from collections.abc import Iterable
from typing import Protocol

from engine.core.books import Books
from engine.core.pipeline import advance
from engine.core.state import EngineState
from engine.domain.contract_master import ContractMaster
from engine.domain.facts import AnyFact, decode, encode, kind_of
from engine.domain.instant import Instant
from engine.domain.market_rules import MarketRules
from engine.domain.messages import Message
from engine.domain.reports import JournalTrouble
from engine.ports.journal import Journal, JournalEntry


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


def state_from_journal(journal: Journal, master: ContractMaster, rules: MarketRules) -> EngineState:
    """Answer the state that a journal's facts add up to.

    Raises msgspec.ValidationError for a fact that this Legwork cannot read, and what folding raises for facts that do
    not follow one another.
    """
    state = EngineState(master, rules, Books())
    for entry in journal.entries():
        state.apply(decode(entry.body))
    state.now = state.books.last_fact_at
    return state
