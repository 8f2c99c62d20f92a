"""Journals as commands see them: opened by address, read, measured, with their errors."""

from pathlib import Path
from typing import TYPE_CHECKING

from engine.ports.journal import ChainReport, Journal, JournalEntry
from engine.runtime.journal.chain import EMPTY, ChainedEntry, KeptHead, chained, head_after
from engine.runtime.journal.errors import (
    BadJournalAddressError,
    JournalCorruptError,
    JournalError,
    JournalInUseError,
    JournalNewerError,
    JournalUnwritableError,
    NotAJournalError,
)
from engine.runtime.journal.flush import INLINE_MICROSECONDS, measure_flush
from engine.runtime.journal.location import location_warnings
from engine.runtime.journal.lock import InstanceLock
from engine.runtime.journal.memory import MemoryJournal
from engine.runtime.journal.opening import open_for_reading, open_journal
from engine.runtime.journal.threaded import ThreadedJournal

if TYPE_CHECKING:
    # The database library takes half a second to import; only who opens a journal pays for it.
    from engine.runtime.journal.reader import SqlReader

__all__ = [
    "EMPTY",
    "INLINE_MICROSECONDS",
    "BadJournalAddressError",
    "ChainReport",
    "ChainedEntry",
    "Journal",
    "JournalCorruptError",
    "JournalEntry",
    "JournalError",
    "JournalInUseError",
    "JournalNewerError",
    "JournalUnwritableError",
    "KeptHead",
    "MemoryJournal",
    "NotAJournalError",
    "SqlReader",
    "ThreadedJournal",
    "chained",
    "head_after",
    "location_warnings",
    "measure_flush",
    "open_for_reading",
    "open_journal",
    "refuse_held",
]


def refuse_held(journal: Path) -> None:
    """Raise JournalInUseError, whose sentence names the process, where an instance holds a journal; else do nothing."""
    with InstanceLock(journal):
        return
