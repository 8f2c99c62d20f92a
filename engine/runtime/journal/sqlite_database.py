"""A journal's SQLite file: opened durably, checked, and its errors put into sentences."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, NullPool, create_engine
from sqlalchemy.exc import DBAPIError

from engine.runtime.journal.errors import JournalCorruptError, JournalError, JournalUnwritableError, NotAJournalError
from engine.runtime.journal.fact_writers import FactWriter, SqliteWriter
from engine.runtime.journal.lock import InstanceLock
from engine.runtime.journal.versions import APPLICATION_ID

BUSY_SECONDS = 5.0
CHECKPOINT_PAGES = 1_000
"""The log is moved into the file at 4 MB and then written over: a log that stops growing is flushed a third faster."""

_UNWRITABLE = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
    | {sqlite3.SQLITE_PERM, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_NOMEM}
)


class SqliteDatabase:
    """One file; the writer also holds its instance lock."""

    def __init__(self, path: Path, *, read_only: bool) -> None:
        self._path = path
        self._read_only = read_only
        self._lock: InstanceLock | None = None
        self.name = str(path)

    def connect(self) -> Connection:
        """Open, lock (a writer) and check the file; a writer makes one that is not there yet.

        Raises JournalInUseError, NotAJournalError, JournalCorruptError or JournalUnwritableError.
        """
        if not self._read_only and self._lock is None:
            self._make_folder()
            self._lock = InstanceLock(self._path)
        self._check_file()
        try:
            connection = create_engine("sqlite://", creator=self._opened, poolclass=NullPool).connect()
        except DBAPIError as error:
            raise self.explained(error) from error
        except UnicodeDecodeError as error:
            raise self._damaged("text in it cannot be read") from error
        try:
            self._check_pages(connection)
        except JournalError:
            connection.close()
            raise
        return connection

    def release(self) -> None:
        """Let go of the instance lock."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def begin_reading(self, connection: Connection) -> None:
        """Make the reads until the next commit see one state of the file, whatever is written meanwhile."""
        if self._read_only:
            connection.exec_driver_sql("BEGIN")

    def writer(self, connection: Connection) -> FactWriter:
        """Answer what writes facts through a writer's connection. Raises JournalError."""
        raw = cast("sqlite3.Connection", connection.connection.dbapi_connection)
        try:
            return SqliteWriter(raw, self._meaning)
        except sqlite3.Error as error:
            raise self._meaning(error) from error

    def explained(self, error: DBAPIError) -> JournalError:
        """Answer what a driver error means, as a sentence."""
        return self._meaning(error.orig)

    def _meaning(self, error: BaseException | None) -> JournalError:
        """Answer what an error of sqlite3 means, as a sentence."""
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code == sqlite3.SQLITE_NOTADB:
            return NotAJournalError(f"{self.name} is not a journal: check the path, or move that file aside.")
        if code in _UNWRITABLE:
            return JournalUnwritableError(
                f"The journal {self.name} cannot be {'read' if self._read_only else 'written'} ({error}): "
                "check the disk's free space and your rights to the folder."
            )
        if code in (sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_SCHEMA):
            return JournalCorruptError(
                f"The journal {self.name} was changed by another program ({error}): restart Legwork."
            )
        return self._damaged(str(error))

    def _damaged(self, reason: str) -> JournalCorruptError:
        """Answer the error for a file that cannot be trusted."""
        return JournalCorruptError(
            f"The journal {self.name} is damaged ({reason}): move it aside or restore a copy, then start again; "
            "open positions are read from the broker."
        )

    def _make_folder(self) -> None:
        """Make the folder of a first journal."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise JournalUnwritableError(
                f"The journal's folder {self._path.parent} cannot be made ({error.strerror}): choose another place."
            ) from error

    def _check_file(self) -> None:
        """Refuse what is missing, not a journal, or not ours to write, before SQLite can change a byte of it."""
        if self._path.is_dir():
            raise NotAJournalError(f"{self.name} is a folder: name the journal's file.")
        if not self._size():
            if self._read_only:
                raise NotAJournalError(f"There is no journal at {self.name}: check the path.")
            return
        if not self._read_only and not _may_write(self._path):
            # SQLite would open it for reading only, and say so at the first fact.
            raise JournalUnwritableError(f"The journal {self.name} cannot be written: check your rights to the file.")
        if self._application() != APPLICATION_ID:
            raise NotAJournalError(f"{self.name} is a database of another program: check the path.")

    def _size(self) -> int:
        """Answer the file's size; 0 when there is none."""
        try:
            return self._path.stat().st_size
        except FileNotFoundError:
            return 0
        except OSError as error:
            raise JournalUnwritableError(
                f"The journal {self.name} cannot be read ({error.strerror}): check your rights."
            ) from error

    def _application(self) -> int:
        """Answer whose file this is.

        SQLite itself is asked: a file opened and closed beside it would drop the locks of this process's connections.
        """
        try:
            with closing(sqlite3.connect(self._uri("ro"), uri=True, timeout=BUSY_SECONDS)) as connection:
                return int(connection.execute("PRAGMA application_id").fetchone()[0])
        except sqlite3.Error as error:
            raise self._meaning(error) from error
        except UnicodeDecodeError as error:
            raise self._damaged("text in it cannot be read") from error

    def _uri(self, mode: str) -> str:
        """Answer the file's address for SQLite."""
        has_log = self._path.with_name(f"{self._path.name}-wal").exists()
        if mode == "ro" and not has_log and not _may_write(self._path.parent):
            # Readers of a live log share memory in a file beside it; where that cannot be made, nobody writes either.
            mode = "ro&immutable=1"
        return f"{self._path.as_uri()}?mode={mode}"

    def _opened(self) -> sqlite3.Connection:
        """Open the file with every commit flushed to the disk before it returns."""
        uri = self._uri("ro" if self._read_only else "rwc")
        connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, check_same_thread=False)
        try:
            self._make_durable(connection)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _make_durable(self, connection: sqlite3.Connection) -> None:
        """Set what must hold for this connection, and mark a new file as ours."""
        connection.execute("PRAGMA trusted_schema = OFF")
        if self._read_only:
            return
        if self._size() == 0:
            # Before the log is switched on, so that the mark is in the file's own header from the start.
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("PRAGMA journal_mode = WAL").fetchall()
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")  # macOS: a plain flush stops in the drive's cache
        connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}").fetchall()

    def _check_pages(self, connection: Connection) -> None:
        """Refuse a file with damaged pages."""
        try:
            with connection.begin():
                found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        except DBAPIError as error:
            raise self.explained(error) from error
        except UnicodeDecodeError as error:  # the driver cannot even read SQLite's own sentence
            raise self._damaged("text in it cannot be read") from error
        if found != "ok":
            raise self._damaged(str(found).strip().splitlines()[-1])


def _may_write(path: Path) -> bool:
    """Whether the user in charge may write there."""
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)
