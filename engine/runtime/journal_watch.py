"""When the journal began or ceased to be in trouble, and when to look again."""

from engine.domain.instant import SECOND, Instant
from engine.domain.reports import JournalTrouble
from engine.ports.journal import Journal
from engine.runtime.free_space import FreeSpace, Shortage

_TRY_AGAIN = 5 * SECOND
"""Pause between two attempts to leave the emergency journal: each may wait for a disk or a server."""

_LOOK_AGAIN = 30 * SECOND
"""Pause between two looks at the free space."""


class JournalWatch:
    """Remembers what the engine was told about its journal; ``troubled`` is what the books say at the start."""

    def __init__(self, journal: Journal, space: FreeSpace | None, *, troubled: bool) -> None:
        self._journal = journal
        self._space = space
        self._troubled = troubled
        self._shortage: Shortage | None = None
        self._warned = False
        self._try_at = Instant(0)
        self._look_at = Instant(0)

    @property
    def is_troubled(self) -> bool:
        """Whether openings are stopped because of the journal."""
        return self._troubled

    def next_due(self) -> Instant | None:
        """Answer when to look although nothing happens; None while only an append can change anything."""
        due = [self._look_at] if self._space is not None else []
        if self._journal.trouble() is not None:
            due.append(self._try_at)
        return min(due, default=None)

    def news(self, at: Instant) -> list[JournalTrouble]:
        """Look, and answer what the engine must be told.

        Raises JournalError where the journal, writable again, turns out to be somebody else's by now.
        """
        words = self._emergency(at)
        self._look(at)
        told = self._warning(at)
        if words is None and self._shortage is not None and self._shortage.blocks:
            words = self._shortage.sentence
        if (words is not None) is not self._troubled:
            self._troubled = words is not None
            told.append(JournalTrouble(at=at, detail=words or "", cured=words is None))
        return told

    def _emergency(self, at: Instant) -> str | None:
        """Answer why facts go to the emergency journal; try to leave it now and then."""
        words = self._journal.trouble()
        if words is None:
            return None
        if not self._try_at:
            self._try_at = Instant(at + _TRY_AGAIN)
        elif at >= self._try_at:
            self._try_at = Instant(at + _TRY_AGAIN)
            if self._journal.leave_emergency():
                self._try_at = Instant(0)
                return None
        return words

    def _look(self, at: Instant) -> None:
        if self._space is not None and at >= self._look_at:
            self._look_at = Instant(at + _LOOK_AGAIN)
            self._shortage = self._space.shortage()

    def _warning(self, at: Instant) -> list[JournalTrouble]:
        """Warn once of a shortage that does not stop openings; again only after there was room."""
        shortage = self._shortage
        if shortage is None:
            self._warned = False
        elif not shortage.blocks and not self._warned:
            self._warned = True
            return [JournalTrouble(at=at, detail=shortage.sentence, blocks=False)]
        return []
