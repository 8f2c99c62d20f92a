"""Journals as commands see them: opened by address, read, measured, with their errors."""

from pathlib import Path
from typing import TYPE_CHECKING

from desktop.composition.folders import server_file
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
from engine.runtime.journal.location import ServerLocation, journal_location, location_warnings
from engine.runtime.journal.lock import InstanceLock
from engine.runtime.journal.memory import MemoryJournal
from engine.runtime.journal.opening import open_for_reading as open_reader
from engine.runtime.journal.opening import open_journal
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
    "ThreadedJournal",
    "chained",
    "head_after",
    "location_warnings",
    "measure_flush",
    "open_for_reading",
    "open_journal",
    "refuse_held",
    "server_reserve",
]


def server_reserve(address: str) -> Path | None:
    """Answer where facts wait while a server with the journal is gone; None for a file, which has its own beside it.

    Raises BadJournalAddressError.
    """
    match journal_location(address):
        case ServerLocation(name=name):
            return server_file(name, "reserve")
        case _:
            return None


def open_for_reading(address: str) -> "SqlReader":
    """Open a journal to look into it, with what waits in its emergency journal; not a byte of it is changed.

    Raises JournalError with a sentence for the trader.
    """
    return open_reader(address, reserve=server_reserve(address))


def refuse_held(journal: Path) -> None:
    """Raise JournalInUseError, whose sentence names the process, where an instance holds a journal; else do nothing."""
    with InstanceLock(journal):
        return
