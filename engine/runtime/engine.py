"""Read, decide, write down, tell, act; repeat."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Protocol

from engine.core.pipeline import EngineFault, advance, see_before, see_past
from engine.core.state import EngineState
from engine.domain.facts import AnyFact
from engine.domain.instant import Instant
from engine.domain.messages import Message
from engine.domain.quote import QuoteFrame
from engine.ports.journal import Journal
from engine.runtime.free_space import FreeSpace
from engine.runtime.journal.errors import JournalUnwritableError
from engine.runtime.journal_watch import JournalWatch
from engine.runtime.request_stages import RequestStages
from engine.runtime.slow_disk import HeldFacts
from engine.runtime.snapshots import keep_snapshot, snapshot_is_due

_TIDY_EVERY = 400
"""Facts between two checkpoints: half of what fills the log of SQLite, which is then emptied in a commit."""


class FactListener(Protocol):
    """Somebody who is told what happened, after it is safely in the journal."""

    def take_facts(self, facts: list[AnyFact], state: EngineState) -> None:
        """See the facts of one batch, oldest first."""
        ...


class Engine:
    """One state, one journal, and the listeners; single writer, on one thread.

    ``decide`` and then ``tell`` are the only way in. Facts are on disk before anybody is told or an order can leave.
    ``space`` watches the room on the journal's disk; None leaves it unwatched. ``stages`` stamps requests on their way.
    """

    def __init__(
        self,
        state: EngineState,
        journal: Journal,
        listeners: tuple[FactListener, ...] = (),
        *,
        space: FreeSpace | None = None,
    ) -> None:
        self.state = state
        self.journal = journal
        self.stages = RequestStages()
        self.around_disk: Callable[[], AbstractContextManager[None]] = nullcontext
        """Surrounds the wait for the disk."""
        self._listeners = listeners
        self._held = HeldFacts(journal)
        self._unheard: list[AnyFact] = []
        self._watch = JournalWatch(journal, space, troubled=state.books.journal_failed)
        self._snapshot_at = self._tidied_at = state.books.facts
        self._is_sound = True

    def process(self, messages: Iterable[Message]) -> list[AnyFact]:
        """Advance by a batch of messages and answer the facts, journaled and told. Raises as decide and tell do."""
        self.decide(messages)
        return self.tell()

    def decide(self, messages: Iterable[Message]) -> None:
        """Advance by a batch of messages; nothing may come of its facts before ``tell``, which writes them down.

        Raises EngineFault, also for every call after any error: the state is then ahead of the journal, and only a
        restart brings them together.
        """
        self._begin()
        self._advance(messages)
        self._is_sound = True

    def tell(self, *, wait: bool = True, listeners_later: bool = False) -> list[AnyFact]:
        """Answer the facts that are on disk by now and tell them to the listeners; ``wait`` for all that were decided.

        With ``listeners_later`` they hear of them when ``publish`` is called: once the orders among them have left.
        A slow disk is not waited for with ``wait=False``: what is not durable yet is told by a later call.
        Raises JournalUnwritableError where not even the emergency journal took them: then nothing of the batch may be
        acted upon and the engine must stop.
        """
        self._begin()
        facts = self._durable(wait=wait)
        if facts:
            # Before anybody hears of them: where the journal just got into trouble, openings among them must not leave.
            facts += self._look_after_journal(facts[-1].at)
            self._unheard += facts
            if not listeners_later:
                self.publish()
        self._is_sound = True
        return facts

    def nudge_when_durable(self, nudge: Callable[[], None]) -> None:
        """Let ``nudge`` be called when facts that nobody waited for got to the disk, on the thread that wrote them."""
        self._held.nudge = nudge

    def publish(self) -> None:
        """Tell the listeners what they have not heard yet."""
        facts, self._unheard = self._unheard, []
        if facts:
            for listener in self._listeners:
                listener.take_facts(facts, self.state)

    def see_past(self, frame: QuoteFrame) -> None:
        """See a frame of today from before the start; nothing is decided, but bars and the day's prices know it."""
        see_past(self.state, frame)

    def see_before(self, frame: QuoteFrame) -> None:
        """See a frame of a day before today, oldest first; nothing is decided, but the previous close is known then."""
        see_before(self.state, frame)

    def journal_due(self) -> Instant | None:
        """Answer when to call ``look_after_journal`` although nothing happens; None while that would be idle."""
        return self._watch.next_due()

    def look_after_journal(self, at: Instant) -> None:
        """Try to leave the emergency journal and look at the free space; what is new is decided, not yet told."""
        self.decide(self._watch.news(at))

    def keep_snapshot_if_due(self) -> None:
        """Keep a snapshot after enough facts; call it when nothing is urgent. A full disk only means none is kept."""
        if self._held:
            return  # The state is ahead of the journal.
        if snapshot_is_due(self.state.books.facts, self._snapshot_at) and not self._watch.is_troubled:
            self._snapshot_at = self.state.books.facts
            with suppress(JournalUnwritableError):
                keep_snapshot(self.journal, self.state)

    def checkpoint_if_due(self) -> None:
        """Let the journal tidy up before an order has to wait for it; call it when nothing is urgent."""
        facts = self.state.books.facts
        if facts - self._tidied_at >= _TIDY_EVERY and not self._watch.is_troubled:
            self._tidied_at = facts
            with suppress(JournalUnwritableError):
                self.journal.checkpoint()

    def _begin(self) -> None:
        """Refuse to go on after an error; whoever began and did not come to the end leaves the engine unsound."""
        if not self._is_sound:
            raise EngineFault(
                "the engine stopped after an error, its state may be ahead of the journal: start it again"
            )
        self._is_sound = False

    def _advance(self, messages: Iterable[Message]) -> None:
        facts: list[AnyFact] = []
        for message in messages:
            facts.extend(advance(self.state, message))
        if facts:
            self.stages.decided(facts)
            self._held.write(facts)

    def _durable(self, *, wait: bool) -> list[AnyFact]:
        with self.around_disk():
            facts = self._held.durable(wait=wait)
        self.stages.durable(facts)
        return facts

    def _look_after_journal(self, at: Instant) -> list[AnyFact]:
        news = self._watch.news(at)
        if not news:
            return []
        self._advance(news)
        return self._durable(wait=True)
