"""A journal's PostgreSQL database: connected, locked, and its errors put into sentences."""

import sqlalchemy
from sqlalchemy import Connection, NullPool, create_engine
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, InternalError, OperationalError

from engine.runtime.journal.errors import (
    BadJournalAddressError,
    JournalCorruptError,
    JournalError,
    JournalInUseError,
    JournalUnwritableError,
)
from engine.runtime.journal.fact_writers import FactWriter, SqlWriter
from engine.runtime.journal.location import ServerLocation

_LOCK_KEY = 0x4C4547574F524B
"""One journal per database: the advisory lock's number, "LEGWORK"."""

_CONNECT_SECONDS = 5
_ANSWER_MILLISECONDS = 5_000


class ServerDatabase:
    """One database; the writer's session holds an advisory lock, which the server drops with the session."""

    def __init__(self, location: ServerLocation, *, read_only: bool) -> None:
        self._url = location.url
        self._read_only = read_only
        self.name = location.name

    def connect(self) -> Connection:
        """Connect and lock (a writer). Raises JournalInUseError, JournalUnwritableError or BadJournalAddressError."""
        settings = {"connect_timeout": _CONNECT_SECONDS, "tcp_user_timeout": _ANSWER_MILLISECONDS}
        isolation = "REPEATABLE READ" if self._read_only else "READ COMMITTED"
        try:
            engine = create_engine(self._url, poolclass=NullPool, isolation_level=isolation, connect_args=settings)
            connection = engine.connect()
        except ArgumentError as error:
            raise BadJournalAddressError(
                f"The journal's URL {self.name} cannot be read: write postgresql://user@host/database."
            ) from error
        except DBAPIError as error:
            raise self.explained(error) from error
        if not self._read_only:
            self._make_ours(connection)
        return connection

    def release(self) -> None:
        """Nothing to do: the lock went with the connection."""

    def begin_reading(self, connection: Connection) -> None:
        """Nothing to do: a reader's transactions see one state of the database."""

    def writer(self, connection: Connection) -> FactWriter:
        """Answer what writes facts through a connection."""
        return SqlWriter(connection, self.explained)

    def explained(self, error: DBAPIError) -> JournalError:
        """Answer what a driver error means, as a sentence."""
        reason = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else "no answer"
        match error:
            case IntegrityError():
                return JournalCorruptError(
                    f"The journal {self.name} was changed by another program ({reason}): restart Legwork."
                )
            case OperationalError() | InternalError():
                return JournalUnwritableError(
                    f"The journal {self.name} cannot be reached or written ({reason}): "
                    "check the server, its disk and the URL."
                )
            case _:
                return JournalCorruptError(
                    f"The journal {self.name} is not as Legwork left it ({reason}): check the URL, or restore a copy."
                )

    def _make_ours(self, connection: Connection) -> None:
        """Take the lock and make every commit wait for the server's disk."""
        try:
            with connection.begin():
                connection.exec_driver_sql("SET synchronous_commit = on")
                locked = connection.execute(sqlalchemy.select(sqlalchemy.func.pg_try_advisory_lock(_LOCK_KEY))).scalar()
        except DBAPIError as error:
            connection.close()
            raise self.explained(error) from error
        if not locked:
            connection.close()
            raise JournalInUseError(
                f"The journal {self.name} is in use by another Legwork: "
                "close that one, or give this one a journal of its own with --journal."
            )
