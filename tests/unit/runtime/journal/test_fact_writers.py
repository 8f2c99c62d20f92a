"""SQLite takes a batch in one statement, or in one transaction of several, and only upon the head that was expected."""

import sqlite3
from contextlib import closing

import pytest

from engine.runtime.journal.chain import EMPTY, KeptHead, chained, head_after
from engine.runtime.journal.errors import JournalCorruptError
from engine.runtime.journal.fact_writers import MOST_AT_ONCE, SqliteWriter
from engine.runtime.journal.opening import open_journal


def _explained(error):
    return JournalCorruptError(str(error))


@pytest.fixture
def connection(tmp_path):
    path = tmp_path / "journal.sqlite"
    open_journal(str(path), with_reserve=False).close()
    with closing(sqlite3.connect(path)) as raw:
        yield raw


def _kept(connection):
    return KeptHead(*connection.execute("SELECT count, head FROM meta").fetchone())


@pytest.mark.parametrize("number", [1, 4, MOST_AT_ONCE, MOST_AT_ONCE + 1, 3 * MOST_AT_ONCE + 7])
def test_the_head_moves_with_the_facts(connection, facts, number):
    writer = SqliteWriter(connection, _explained)
    rows = chained(EMPTY, facts(number))

    assert writer.write(rows, EMPTY)

    assert _kept(connection) == head_after(EMPTY, rows)
    assert not connection.in_transaction


@pytest.mark.parametrize("number", [2, MOST_AT_ONCE + 5])
def test_nothing_is_written_upon_another_head(connection, facts, number):
    writer = SqliteWriter(connection, _explained)
    first = chained(EMPTY, facts(3))
    writer.write(first, EMPTY)
    kept = _kept(connection)

    assert not writer.write(chained(KeptHead(3, bytes(32)), facts(number, first=4)), KeptHead(3, bytes(32)))

    assert _kept(connection) == kept
    assert connection.execute("SELECT count(*) FROM facts").fetchone() == (3,)


@pytest.mark.parametrize("number", [2, 2 * MOST_AT_ONCE])
def test_a_batch_that_fails_on_its_way_leaves_nothing(connection, facts, number):
    writer = SqliteWriter(connection, _explained)
    connection.execute(
        f"CREATE TEMP TRIGGER full BEFORE INSERT ON main.facts WHEN NEW.seq = {number} "
        "BEGIN SELECT RAISE(ABORT, 'no room'); END"
    )

    with pytest.raises(JournalCorruptError, match="no room"):
        writer.write(chained(EMPTY, facts(number)), EMPTY)

    assert _kept(connection) == EMPTY
    assert connection.execute("SELECT count(*) FROM facts").fetchone() == (0,)
    assert not connection.in_transaction


def test_the_file_itself_is_left_as_its_scripts_made_it(connection, tmp_path):
    before = connection.execute("SELECT name FROM sqlite_master ORDER BY name").fetchall()

    SqliteWriter(connection, _explained)

    with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as other:
        assert other.execute("SELECT name FROM sqlite_master ORDER BY name").fetchall() == before
