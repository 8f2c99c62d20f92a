"""The journal of a running engine, in SQLite or PostgreSQL through SQLAlchemy Core."""

from collections.abc import Callable, Sequence

from engine.ports.journal import JournalEntry
from engine.runtime.journal.chain import ChainedEntry, chained, head_after
from engine.runtime.journal.emergency import EmergencyBatch, EmergencyFile
from engine.runtime.journal.errors import JournalCorruptError, JournalError, JournalUnwritableError
from engine.runtime.journal.migrate import bring_up_to_date
from engine.runtime.journal.reader import Database, SqlReader
from engine.runtime.journal.snapshots import keep_snapshot


class SqlJournal(SqlReader):
    """One writer's journal: a transaction per append, and an emergency journal for when the disk is full.

    ``open_reserve`` opens the emergency journal once the lock is held; None for a journal that may simply fail. What
    waits in it is taken into the journal before anything else. Raises JournalInUseError, JournalNewerError,
    JournalCorruptError, NotAJournalError or JournalUnwritableError.
    """

    def __init__(self, database: Database, open_reserve: Callable[[], EmergencyFile] | None) -> None:
        self._emergency: EmergencyFile | None = None
        self._trouble: str | None = None
        self.notices: tuple[str, ...] = ()
        """Sentences about what opening did that the trader should know."""
        super().__init__(database, bring_up_to_date)
        try:
            self._check_end()
            self._writer = database.writer(self._connection)
            self._emergency = open_reserve() if open_reserve is not None else None
            self._start_with_waiting()
        except JournalError:
            self.close()
            raise

    def append(self, entries: Sequence[JournalEntry]) -> None:
        """Write all entries in one transaction, durable on return.

        When the database cannot be written they go, whole, to the emergency journal, and trouble() says so from then
        on. Raises JournalUnwritableError when that is not possible either.
        """
        if not entries:
            return
        rows = chained(self._end(), entries)
        if self._trouble is None:
            try:
                self._write(rows)
            except JournalUnwritableError as error:
                self._begin_trouble(error)
            else:
                return
        self._write_emergency(entries, rows)

    def trouble(self) -> str | None:
        """Answer a sentence while facts go to the emergency journal, else None."""
        return self._trouble

    def leave_emergency(self) -> bool:
        """Try to take the emergency journal over into a database that can be written again; answer whether it worked.

        Raises JournalInUseError or JournalCorruptError when somebody else wrote meanwhile.
        """
        if self._trouble is None:
            return True
        self._connection.close()
        try:
            self._connection = self._database.connect()
            self._stored, self._waiting = self._kept(), []
            self._check_end()
            self._writer = self._database.writer(self._connection)
            self._take_over_waiting()
        except JournalUnwritableError:
            self._waiting = self._still_waiting()
            return False
        self._trouble = None
        return True

    def save_snapshot(self, seq: int, version: int, body: bytes) -> None:
        """Keep the state after fact ``seq``; does nothing while there is trouble. Raises JournalUnwritableError."""
        if self._trouble is not None:
            return
        link = self._place(seq).head
        with self._explaining(), self._connection.begin():
            keep_snapshot(self._connection, seq, link, version, body)

    def checkpoint(self) -> None:
        """Move SQLite's log into the file; for idle moments, so that no commit has to."""
        if self._trouble is None and self._connection.dialect.name == "sqlite":
            with self._explaining(), self._connection.begin():
                self._connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")

    def close(self) -> None:
        """Let go of database, lock and reserve; safe to call twice."""
        super().close()
        self._close_emergency()

    def _write(self, rows: list[ChainedEntry]) -> None:
        """Write rows and the new head in one transaction. Raises JournalUnwritableError or JournalCorruptError."""
        if not self._writer.write(rows, self._stored):
            raise JournalCorruptError(f"The journal {self.name} was changed by another program: restart Legwork.")
        self._stored = head_after(self._stored, rows)

    def _begin_trouble(self, error: JournalUnwritableError) -> None:
        """Turn to the emergency journal, or give up where there is none."""
        if self._emergency is None:
            raise error
        self._trouble = f"{error} Nothing new is opened; exits go on through the emergency journal."

    def _write_emergency(self, entries: Sequence[JournalEntry], rows: list[ChainedEntry]) -> None:
        """Keep one append in the reserve."""
        assert self._emergency is not None
        self._emergency.write(self._end(), entries)
        self._waiting += rows

    def _check_end(self) -> None:
        """Refuse a journal whose facts do not end where its kept head says."""
        last = self._last_row()
        if last != self._stored:
            raise JournalCorruptError(
                f"The journal {self.name} ends at fact {last.count}, but {self._stored.count} were written: "
                "see legwork journal verify, then move it aside or restore a copy; "
                "open positions are read from the broker."
            )

    def _start_with_waiting(self) -> None:
        """Take the reserve over, or go on with it where the disk is still full: open positions must stay managed."""
        try:
            self._take_over_waiting()
        except JournalUnwritableError as error:
            self._begin_trouble(error)
            self._waiting = self._still_waiting()

    def _take_over_waiting(self) -> None:
        """Write what waits in the emergency journal, in order, then clear it."""
        batches = self._emergency.batches() if self._emergency is not None else []
        taken = sum(self._take_over(batch) for batch in batches)
        if self._emergency is not None:
            self._emergency.clear()
        if taken:
            self.notices += (f"{taken} facts were taken over from the emergency journal into {self.name}.",)

    def _take_over(self, batch: EmergencyBatch) -> int:
        """Write one waiting batch unless it is there already; answer how many facts that were."""
        rows = chained(batch.after, batch.entries)
        if batch.after == self._stored:
            self._write(rows)
            return len(rows)
        # A failed commit can turn out to have reached the disk, and a crash can come between taking over and clearing.
        if rows[-1].seq <= self._stored.count and self._place(rows[-1].seq).head == rows[-1].link:
            return 0
        raise JournalCorruptError(
            f"The emergency journal beside {self.name} does not continue it: "
            "it belongs to another copy; move one of the two aside."
        )

    def _still_waiting(self) -> list[ChainedEntry]:
        """Answer the rows in the reserve beyond what the database has."""
        batches = self._emergency.batches() if self._emergency is not None else []
        return [row for batch in batches for row in chained(batch.after, batch.entries) if row.seq > self._stored.count]

    def _close_emergency(self) -> None:
        """Close the reserve file."""
        if self._emergency is not None:
            self._emergency.close()
