"""How a batch of facts and the new head get into the tables: in one transaction, and only upon the head before."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Protocol

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from engine.runtime.journal.chain import ChainedEntry, KeptHead, head_after
from engine.runtime.journal.errors import JournalError
from engine.runtime.journal.schema import ReadyStatement, insert_fact, move_head

MOST_AT_ONCE = 100
"""Facts that one statement of SQLite takes."""


class FactWriter(Protocol):
    """Writes batches through one connection."""

    def write(self, rows: Sequence[ChainedEntry], before: KeptHead) -> bool:
        """Write rows and the new head, durable on return; answer False, having written nothing, where another head
        than ``before`` is kept. Raises JournalUnwritableError or JournalCorruptError.
        """
        ...


class SqlWriter:
    """Two statements in a transaction, for every database."""

    def __init__(self, connection: Connection, explained: Callable[[DBAPIError], JournalError]) -> None:
        self._connection = connection
        self._explained = explained
        self._insert = ReadyStatement(insert_fact, connection.dialect)
        self._move = ReadyStatement(move_head, connection.dialect)

    def write(self, rows: Sequence[ChainedEntry], before: KeptHead) -> bool:
        """Write; see FactWriter."""
        end = head_after(before, rows)
        values = [self._insert.parameters(_columns(row)) for row in rows]
        moved = self._move.parameters(
            {"old_count": before.count, "old_head": before.head, "new_count": end.count, "new_head": end.head}
        )
        try:
            with self._connection.begin() as transaction:
                self._connection.exec_driver_sql(self._insert.text, values)
                is_ours = self._connection.exec_driver_sql(self._move.text, moved).rowcount == 1
                if not is_ours:
                    transaction.rollback()
        except DBAPIError as error:
            raise self._explained(error) from error
        return is_ours


_MOVE_HEAD = """
CREATE TEMP TRIGGER IF NOT EXISTS move_head AFTER INSERT ON main.facts BEGIN
    UPDATE meta SET count = NEW.seq, head = NEW.hash WHERE count = NEW.seq - 1;
    SELECT RAISE(ABORT, 'the kept head is another one') WHERE changes() = 0;
END
"""
"""A trigger of this connection alone: the file's own tables stay as their scripts made them."""

_ROW = "(?, ?, ?, ?, ?)"
_INSERT = """
INSERT INTO facts (seq, at, kind, body, hash) SELECT * FROM (VALUES {rows})
WHERE EXISTS (SELECT 1 FROM meta WHERE count = ? AND head = ?)
"""


class SqliteWriter:
    """One statement of SQLite that is its own transaction; a trigger moves the head along.

    Beginning, inserting, moving and committing one by one lets go of the interpreter a dozen times, and each time a
    busy window may take it; a single statement lets go of it for the flush only.
    """

    def __init__(self, raw: sqlite3.Connection, explained: Callable[[sqlite3.Error], JournalError]) -> None:
        self._raw = raw
        self._explained = explained
        self._raw.execute(_MOVE_HEAD)
        self._texts = {count: _INSERT.format(rows=", ".join([_ROW] * count)) for count in range(1, MOST_AT_ONCE + 1)}

    def write(self, rows: Sequence[ChainedEntry], before: KeptHead) -> bool:
        """Write; see FactWriter."""
        # The driver would begin a transaction of its own.
        self._raw.isolation_level = None
        try:
            return self._insert(rows, before) if len(rows) <= MOST_AT_ONCE else self._insert_many(rows, before)
        except sqlite3.Error as error:
            raise self._explained(error) from error
        finally:
            self._raw.isolation_level = "DEFERRED"

    def _insert(self, rows: Sequence[ChainedEntry], before: KeptHead) -> bool:
        values: list[object] = []
        for row in rows:
            entry = row.entry
            values += (row.seq, entry.at, entry.kind, entry.body, row.link)
        values += (before.count, before.head)
        return self._raw.execute(self._texts[len(rows)], values).rowcount == len(rows)

    def _insert_many(self, rows: Sequence[ChainedEntry], before: KeptHead) -> bool:
        self._raw.execute("BEGIN IMMEDIATE")
        try:
            is_ours = self._insert_parts(rows, before)
            self._raw.execute("COMMIT" if is_ours else "ROLLBACK")
        finally:
            # What failed for want of room may have ended the transaction already.
            if self._raw.in_transaction:
                self._raw.execute("ROLLBACK")
        return is_ours

    def _insert_parts(self, rows: Sequence[ChainedEntry], before: KeptHead) -> bool:
        for first in range(0, len(rows), MOST_AT_ONCE):
            part = rows[first : first + MOST_AT_ONCE]
            if not self._insert(part, before):
                return False
            before = head_after(before, part)
        return True


def _columns(row: ChainedEntry) -> dict[str, object]:
    """Answer a row by column name."""
    entry = row.entry
    return {
        "seq": row.seq,
        "at": entry.at,
        "kind": entry.kind,
        "body": entry.body,
        "hash": row.link,
    }
