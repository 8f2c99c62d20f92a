"""What the engine asks of its journal: an append-only, chained record of facts, durable before anything is acted upon.

The journal knows bytes, not facts: whoever writes encodes, whoever reads decodes.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from typing import Protocol, runtime_checkable

import msgspec

from engine.domain.instant import Instant


class JournalEntry(msgspec.Struct, frozen=True, gc=False):
    """One fact as the journal keeps it.

    ``at`` is engine time and repeats what the body says, for filters; ``kind`` is the fact's tag; ``body`` is the fact
    as JSON. Kind and body enter the chain; a journal's head therefore depends on nothing else.
    """

    at: Instant
    kind: str
    body: bytes


class ChainReport(msgspec.Struct, frozen=True, kw_only=True):
    """What reading a whole journal against its own chain found."""

    count: int
    """Facts that are there and follow from one another."""
    head: str
    """The chain's hash after the last of them, 64 hexadecimal digits."""
    problem: str | None = None
    """One sentence on the first thing that is wrong; None when nothing is."""

    @property
    def is_sound(self) -> bool:
        """Whether nothing wrong was found."""
        return self.problem is None


class JournalReader(Protocol):
    """A journal that is only read."""

    @property
    def name(self) -> str:
        """Where the journal lies, for sentences; never with a password."""
        ...

    def head(self) -> str:
        """Answer the chain's hash after the last fact: 64 hexadecimal digits, zeros for an empty journal."""
        ...

    def count(self) -> int:
        """Answer how many facts there are; their numbers are 1 to this."""
        ...

    def entries(self, after: int = 0) -> Iterator[JournalEntry]:
        """Answer the facts numbered above ``after``, oldest first."""
        ...

    def verify(self, anchor: str | None = None) -> ChainReport:
        """Read everything and say whether it is as it was written.

        An edited, removed, reordered or inserted fact is found, and so is a cut-off end. Somebody who rewrites facts,
        chain and the kept head together is found only with ``anchor``: a head that was noted elsewhere earlier.
        """
        ...

    def latest_snapshot(self, version: int) -> tuple[int, bytes] | None:
        """Answer number of facts and body of the newest usable snapshot of this state version, or None.

        A snapshot that is damaged, of another version, or does not lie on this chain is passed over.
        """
        ...

    def close(self) -> None:
        """Let go of the journal; safe to call twice."""
        ...


class Journal(JournalReader, Protocol):
    """The journal of a running engine: one writer, one transaction per append."""

    def append(self, entries: Sequence[JournalEntry]) -> None:
        """Write all entries in one transaction; when this returns they survive a power cut.

        Raises JournalUnwritableError, and then none of them may be acted upon.
        """
        ...

    def trouble(self) -> str | None:
        """Answer a sentence while facts go to the emergency journal; None when all is well.

        While there is one, nothing new may be opened; exits go on.
        """
        ...

    def leave_emergency(self) -> bool:
        """Try to take the emergency journal over now that there may be room; answer whether there is no trouble."""
        ...

    def checkpoint(self) -> None:
        """Do at an idle moment what an append would have to do sooner or later; does nothing where there is nothing.

        Raises JournalUnwritableError.
        """
        ...

    def save_snapshot(self, seq: int, version: int, body: bytes) -> None:
        """Keep the state after fact ``seq``; the oldest snapshots make room. Does nothing while there is trouble."""
        ...


@runtime_checkable
class QueuedJournal(Journal, Protocol):
    """A journal whose flushes happen elsewhere, for disks that are too slow to wait for on the engine thread."""

    def append_later(self, entries: Sequence[JournalEntry]) -> Future[None]:
        """Queue one batch at once. The ticket is done when the batch is durable, or carries JournalUnwritableError.

        Batches become durable in the order in which they were queued; those that wait together share one flush.
        """
        ...
