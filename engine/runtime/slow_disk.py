"""Disks that are too slow to wait for: who flushes, and the facts that are held until they are durable."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

from engine.domain.facts import AnyFact
from engine.domain.facts.codec import encode, kind_of
from engine.ports.journal import Journal, JournalEntry, QueuedJournal
from engine.runtime.journal.errors import JournalUnwritableError
from engine.runtime.journal.flush import INLINE_MICROSECONDS, measure_flush
from engine.runtime.journal.threaded import ThreadedJournal


def journal_for_this_disk(
    journal: Journal, folder: Path | None, measure: Callable[[Path], int] = measure_flush
) -> Journal:
    """Answer the journal itself where a flush takes under a millisecond, else one that flushes in a writer thread.

    ``folder`` is where the journal's file lies; None for a database server, whose commits are never that fast. The
    answer owns the journal: closing it closes both. ``measure`` answers the microseconds of a flush.
    """
    try:
        is_slow = folder is None or measure(folder) >= INLINE_MICROSECONDS
    except JournalUnwritableError:
        is_slow = False  # The disk is full: the journal lives on its reserve, which is no matter of speed.
    return ThreadedJournal(journal) if is_slow else journal


class HeldFacts:
    """Facts on their way to the disk, batch by batch; nobody may see a batch before it and all older ones arrived."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._queued = journal if isinstance(journal, QueuedJournal) else None
        self._batches: deque[tuple[list[AnyFact], Future[None] | None]] = deque()
        self.nudge: Callable[[], None] | None = None
        """Called when a batch got to the disk or could not, on the thread that wrote; None where nobody waits so."""

    def __bool__(self) -> bool:
        return bool(self._batches)

    def write(self, facts: list[AnyFact]) -> None:
        """Take a batch: a journal that queues has it at once, another one when somebody asks what is durable."""
        if self._queued is None:
            self._batches.append((facts, None))
        else:
            ticket = self._queued.append_later(_entries(facts))
            self._batches.append((facts, ticket))
            nudge = self.nudge
            if nudge is not None:
                ticket.add_done_callback(lambda _ticket: nudge())

    def durable(self, *, wait: bool) -> list[AnyFact]:
        """Answer the facts that are on the disk and were not answered yet, oldest first; ``wait``: all of them.

        Batches that no writer thread has are written here, together, with one flush. Raises JournalUnwritableError for
        a batch that did not get there; it and what follows is never answered.
        """
        facts: list[AnyFact] = []
        if self._queued is None and self._batches:
            facts = [fact for batch, _ in self._batches for fact in batch]
            self._batches.clear()
            self._journal.append(_entries(facts))
            return facts
        while self._batches:
            batch, ticket = self._batches[0]
            if ticket is not None:
                if not wait and not ticket.done():
                    break
                ticket.result()
            self._batches.popleft()
            facts += batch
        return facts


def _entries(facts: list[AnyFact]) -> list[JournalEntry]:
    return [JournalEntry(at=fact.at, kind=kind_of(fact), body=encode(fact)) for fact in facts]
