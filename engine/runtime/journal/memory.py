"""A journal in memory, with the same chain, for simulated days that crash and start again by the thousand."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Self

from engine.ports.journal import ChainReport, JournalEntry
from engine.runtime.journal.chain import EMPTY, ChainedEntry, KeptHead, chained, examined, head_after
from engine.runtime.journal.errors import JournalUnwritableError

_KEPT_SNAPSHOTS = 3


class MemoryJournal:
    """Keeps what was appended until it is dropped; crash_copy() is what another process would find.

    ``room`` is how many facts fit before the disk counts as full (None: any number), ``reserve`` how many more fit
    into the emergency journal.
    """

    name = "memory"

    def __init__(self, *, room: int | None = None, reserve: int = 0) -> None:
        self._rows: list[ChainedEntry] = []
        self._end = EMPTY
        self._snapshots: list[tuple[int, int, bytes]] = []
        self._room = room
        self._reserve = reserve
        self._trouble: str | None = None

    def append(self, entries: Sequence[JournalEntry]) -> None:
        """Keep all entries; raises JournalUnwritableError, keeping none, when room and reserve are used up."""
        if not entries:
            return
        if self._room is not None and self._end.count + len(entries) > self._room:
            if self._end.count + len(entries) > self._room + self._reserve:
                raise JournalUnwritableError("The journal is full: free disk space before trading.")
            self._trouble = "The journal is full. Nothing new is opened; exits go on through the emergency journal."
        rows = chained(self._end, entries)
        self._rows += rows
        self._end = head_after(self._end, rows)

    def crash_copy(self, count: int | None = None) -> Self:
        """Answer the journal that a crash after fact ``count`` leaves (None: after the last), with room again.

        Appends are whole: a copy is taken between them unless ``count`` says otherwise.
        """
        kept = self._end.count if count is None else count
        copy = type(self)()
        copy._rows = self._rows[:kept]
        copy._end = head_after(EMPTY, copy._rows)
        copy._snapshots = [snapshot for snapshot in self._snapshots if snapshot[0] <= kept]
        return copy

    def head(self) -> str:
        """Answer the chain's hash after the last fact, 64 hexadecimal digits."""
        return self._end.head.hex()

    def count(self) -> int:
        """Answer how many facts there are."""
        return self._end.count

    def entries(self, after: int = 0) -> Iterator[JournalEntry]:
        """Answer the facts numbered above ``after``, oldest first."""
        return (row.entry for row in islice(self._rows, max(after, 0), None))

    def verify(self, anchor: str | None = None) -> ChainReport:
        """Follow the chain from the beginning; see the port."""
        return examined(self._rows, KeptHead(self._end.count, self._end.head), anchor)

    def trouble(self) -> str | None:
        """Answer a sentence while the reserve is being used, else None."""
        return self._trouble

    def leave_emergency(self) -> bool:
        """Answer whether there is room: make_room() decides."""
        return self._trouble is None

    def make_room(self) -> None:
        """Let the disk be as large as needed from now on."""
        self._room, self._trouble = None, None

    def checkpoint(self) -> None:
        """Do nothing: memory needs no tidying."""

    def save_snapshot(self, seq: int, version: int, body: bytes) -> None:
        """Keep the state after fact ``seq``, and two older ones of the same version."""
        if self._trouble is None:
            older = [one for one in self._snapshots if one[0] != seq and one[1] == version]
            self._snapshots = sorted([*older, (seq, version, body)])[-_KEPT_SNAPSHOTS:]

    def latest_snapshot(self, version: int) -> tuple[int, bytes] | None:
        """Answer number of facts and body of the newest snapshot of this version, or None."""
        for seq, kept_version, body in reversed(self._snapshots):
            if kept_version == version:
                return seq, body
        return None

    def close(self) -> None:
        """Nothing to let go of."""
