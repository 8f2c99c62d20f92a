"""Open a journal by its path or URL; the database library is imported only then."""

from pathlib import Path
from typing import TYPE_CHECKING

from engine.runtime.journal.emergency import CAPACITY, EmergencyFile, waiting_batches
from engine.runtime.journal.location import ServerLocation, SqliteLocation, journal_location

if TYPE_CHECKING:
    from engine.runtime.journal.reader import Database, SqlReader
    from engine.runtime.journal.store import SqlJournal


def open_journal(
    address: str, *, with_reserve: bool = True, reserve: Path | None = None, reserve_bytes: int = CAPACITY
) -> "SqlJournal":
    """Open the journal of a running engine, making or migrating it where needed, and hold it against a second instance.

    ``address``: a path, ``sqlite:///path`` or ``postgresql://user@host/database``. ``with_reserve`` keeps an emergency
    journal of ``reserve_bytes``: beside a SQLite file, or at ``reserve``, which a server's journal needs for one.
    Raises JournalError (its classes in errors.py), always with a sentence for the trader.
    """
    from engine.runtime.journal.store import SqlJournal

    location = journal_location(address)
    database = _database(location, read_only=False)
    place = _reserve_place(location, reserve) if with_reserve else None
    return SqlJournal(database, None if place is None else lambda: EmergencyFile(place, reserve_bytes))


def open_for_reading(address: str, *, reserve: Path | None = None) -> "SqlReader":
    """Open a journal to look into it, also while an engine writes it; not a byte of it is changed.

    Raises JournalError with a sentence for the trader.
    """
    from engine.runtime.journal.migrate import check_readable
    from engine.runtime.journal.reader import SqlReader

    location = journal_location(address)
    place = _reserve_place(location, reserve)
    database = _database(location, read_only=True)
    return SqlReader(database, check_readable, [] if place is None else waiting_batches(place))


def _database(location: SqliteLocation | ServerLocation, *, read_only: bool) -> "Database":
    """Answer the database of a place, not yet opened."""
    match location:
        case SqliteLocation(path=path):
            from engine.runtime.journal.sqlite_database import SqliteDatabase

            return SqliteDatabase(path, read_only=read_only)
        case ServerLocation():
            from engine.runtime.journal.server_database import ServerDatabase

            return ServerDatabase(location, read_only=read_only)


def _reserve_place(location: SqliteLocation | ServerLocation, given: Path | None) -> Path | None:
    """Answer where the emergency journal lies; a server's journal has none unless it is given a file."""
    if given is not None or isinstance(location, ServerLocation):
        return given
    return location.path.with_name(f"{location.path.name}.emergency")
