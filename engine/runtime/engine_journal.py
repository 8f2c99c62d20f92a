"""The journal of a running engine as its disk wants it: who flushes, and who watches the room."""

from pathlib import Path

import msgspec

from engine.ports.journal import Journal
from engine.runtime.free_space import FreeSpace, free_space_beside
from engine.runtime.journal.location import ServerLocation, SqliteLocation, journal_location
from engine.runtime.journal.opening import open_journal
from engine.runtime.slow_disk import journal_for_this_disk


class EngineJournal(msgspec.Struct, frozen=True):
    """An open journal, to be closed by whoever opened it, and the watch over its disk; None where it is not ours."""

    journal: Journal
    space: FreeSpace | None


def open_engine_journal(
    address: str, *, server_reserve: Path | None = None, is_waited_for: bool = False
) -> EngineJournal:
    """Open the journal of an engine at a path or URL; a flush of a millisecond or more goes to a writer thread.

    With ``is_waited_for`` nothing goes on before a flush is done, and the engine's own thread makes it: another thread
    would only add two changes of threads to every order. ``server_reserve`` is the emergency journal of a journal on a
    server, without which the engine stops when the server is gone; a file has its own beside it. Raises JournalError
    with a sentence for the trader.
    """
    match journal_location(address):
        case SqliteLocation(path=path):
            journal: Journal = open_journal(address)
            if not is_waited_for:
                journal = journal_for_this_disk(journal, path.parent)
            return EngineJournal(journal, free_space_beside(path))
        case ServerLocation():
            journal = open_journal(address, reserve=server_reserve)
            return EngineJournal(journal if is_waited_for else journal_for_this_disk(journal, None), None)
