"""Read a journal's facts in order, following their chain, from SQLite or PostgreSQL alike."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain as one_after_another
from types import TracebackType
from typing import Protocol, Self

import msgspec
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from engine.domain.instant import Instant
from engine.ports.journal import ChainReport, JournalEntry
from engine.runtime.journal.chain import EMPTY, ChainedEntry, KeptHead, chained, examined, head_after, next_link
from engine.runtime.journal.emergency import EmergencyBatch
from engine.runtime.journal.errors import JournalCorruptError, JournalError
from engine.runtime.journal.fact_writers import FactWriter
from engine.runtime.journal.schema import facts, kept_head
from engine.runtime.journal.snapshots import usable_snapshot

_CHUNK = 2_000
"""Facts fetched at a time: no cursor stays open between them."""


class Database(Protocol):
    """What differs between SQLite and PostgreSQL."""

    name: str

    def connect(self) -> Connection:
        """Open, lock a writer's, and check. Raises JournalError."""
        ...

    def release(self) -> None:
        """Let go of what outlives a connection."""
        ...

    def begin_reading(self, connection: Connection) -> None:
        """Make the reads of the current transaction see one state."""
        ...

    def writer(self, connection: Connection) -> FactWriter:
        """Answer what writes facts through a writer's connection, whose tables are there. Raises JournalError."""
        ...

    def explained(self, error: DBAPIError) -> JournalError:
        """Answer what a driver error means, as a sentence."""
        ...


class _Row(msgspec.Struct, frozen=True, array_like=True):
    """A row as it must be; a foreign file may hold anything."""

    seq: int
    at: int
    kind: str
    body: bytes
    hash: bytes


class SqlReader:
    """A journal in tables, and the batches that still wait in its emergency journal."""

    def __init__(
        self, database: Database, prepare: Callable[[Connection, str], None], waiting: Iterable[EmergencyBatch] = ()
    ) -> None:
        """Connect; ``prepare`` makes, migrates or checks the tables; ``waiting`` follows upon them."""
        self.name = database.name
        self._database = database
        self._closed = False
        try:
            self._connection = database.connect()
        except JournalError:
            database.release()
            raise
        try:
            with self._explaining():
                prepare(self._connection, self.name)
            self._stored = self._kept()
            self._waiting = _following(self._stored, waiting)
        except JournalError:
            self.close()
            raise

    def head(self) -> str:
        """Answer the chain's hash after the last fact, 64 hexadecimal digits."""
        return self._end().head.hex()

    def count(self) -> int:
        """Answer how many facts there are."""
        return self._end().count

    def entries(self, after: int = 0) -> Iterator[JournalEntry]:
        """Answer the facts numbered above ``after``; raises JournalCorruptError where the chain breaks."""
        for row in self.rows(after):
            yield row.entry

    def rows(self, after: int = 0) -> Iterator[ChainedEntry]:
        """Answer the facts with number and link, checked as entries() checks them."""
        last = self._place(after)
        for row in self._all_rows(after):
            if row.seq != last.count + 1 or next_link(last.head, row.entry.kind, row.entry.body) != row.link:
                raise JournalCorruptError(
                    f"The journal {self.name} breaks at fact {last.count + 1}: see legwork journal verify, "
                    "then move it aside or restore a copy."
                )
            last = KeptHead(row.seq, row.link)
            yield row

    def verify(self, anchor: str | None = None) -> ChainReport:
        """Read everything and say whether it is as it was written; see the port."""
        with self._reading():
            stored = self._kept()
            return examined(self._all_rows(0), head_after(stored, self._waiting), anchor)

    def latest_snapshot(self, version: int) -> tuple[int, bytes] | None:
        """Answer number of facts and body of the newest usable snapshot, or None."""
        with self._reading():
            return usable_snapshot(self._connection, version)

    def close(self) -> None:
        """Let go of connection and lock; safe to call twice."""
        if not self._closed:
            self._closed = True
            self._connection.close()
            self._database.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _end(self) -> KeptHead:
        """Answer count and head with the waiting batches."""
        return head_after(self._stored, self._waiting)

    def _kept(self) -> KeptHead:
        """Read the head that is kept beside the facts."""
        with self._reading():
            row = self._connection.execute(select(kept_head.c.count, kept_head.c.head)).first()
        if row is None:
            raise JournalCorruptError(f"The journal {self.name} has lost its kept head: restore it from a copy.")
        return KeptHead(int(row[0]), bytes(row[1]))

    def _place(self, seq: int) -> KeptHead:
        """Answer the place on the chain after fact ``seq``. Raises JournalCorruptError when that fact is missing."""
        if seq <= 0:
            return EMPTY
        for row in self._waiting:
            if row.seq == seq:
                return KeptHead(seq, row.link)
        with self._reading():
            link = self._connection.execute(select(facts.c.hash).where(facts.c.seq == seq)).scalar()
        if link is None and seq < self.count():
            raise JournalCorruptError(f"The journal {self.name} has lost fact {seq}: restore it from a copy.")
        return KeptHead(seq, link or b"")

    def _last_row(self) -> KeptHead:
        """Answer number and link of the last row that is really there."""
        with self._reading():
            last = select(func.max(facts.c.seq)).scalar_subquery()
            row = self._connection.execute(select(facts.c.seq, facts.c.hash).where(facts.c.seq == last)).first()
        return EMPTY if row is None else KeptHead(int(row[0]), bytes(row[1]))

    def _all_rows(self, after: int) -> Iterator[ChainedEntry]:
        """Answer the rows above ``after`` as they lie there, then those that wait."""
        return one_after_another(self._table_rows(after), (row for row in self._waiting if row.seq > after))

    def _table_rows(self, after: int) -> Iterator[ChainedEntry]:
        """Answer the table's rows above ``after``, a chunk at a time."""
        columns = (facts.c.seq, facts.c.at, facts.c.kind, facts.c.body, facts.c.hash)
        while True:
            with self._reading():
                chunk = select(*columns).where(facts.c.seq > after).order_by(facts.c.seq).limit(_CHUNK)
                found = [tuple(row) for row in self._connection.execute(chunk)]
            try:
                rows = msgspec.convert(found, list[_Row])
            except msgspec.ValidationError as error:
                raise JournalCorruptError(f"The journal {self.name} holds rows that are no facts ({error}).") from error
            yield from (ChainedEntry(r.seq, JournalEntry(Instant(r.at), r.kind, r.body), r.hash) for r in rows)
            if len(rows) < _CHUNK:
                return
            after = rows[-1].seq

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """One state of the journal for all reads inside; may be nested."""
        if self._connection.in_transaction():
            with self._explaining():
                yield
            return
        with self._explaining(), self._connection.begin():
            self._database.begin_reading(self._connection)
            yield

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        """Turn a driver's errors into sentences."""
        try:
            yield
        except DBAPIError as error:
            raise self._database.explained(error) from error
        except UnicodeDecodeError as error:
            raise JournalCorruptError(
                f"The journal {self.name} is damaged (text in it cannot be read): move it aside or restore a copy."
            ) from error


def _following(stored: KeptHead, waiting: Iterable[EmergencyBatch]) -> list[ChainedEntry]:
    """Answer the rows of those waiting batches that continue the chain where the tables end."""
    rows: list[ChainedEntry] = []
    for batch in waiting:
        end = head_after(stored, rows)
        if batch.after == end:
            rows += chained(end, batch.entries)
    return rows
