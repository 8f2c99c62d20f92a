"""A journal whose flushes happen in a writer thread, for disks that take milliseconds."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from queue import SimpleQueue

from engine.ports.journal import ChainReport, Journal, JournalEntry
from engine.runtime.journal.errors import JournalError, JournalUnwritableError

_Job = tuple[Sequence[JournalEntry], "Future[None]"]


class ThreadedJournal:
    """Wraps a journal and owns it from then on; batches that wait together are written in one transaction.

    After one batch could not be written none of the later ones is: what they follow upon is missing.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.name = journal.name
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._own = threading.Lock()
        self._gate = threading.Lock()
        self._failure: JournalError | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._write_on, name="journal writer", daemon=True)
        self._thread.start()

    def append_later(self, entries: Sequence[JournalEntry]) -> "Future[None]":
        """Queue one batch; the ticket is done when it is durable, or carries the JournalError that prevented it."""
        ticket: Future[None] = Future()
        ticket.set_running_or_notify_cancel()  # a queued batch will be written; nobody may cancel that
        with self._gate:
            if not self._closed:
                self._jobs.put((tuple(entries), ticket))
                return ticket
        ticket.set_exception(JournalUnwritableError(f"The journal {self.name} is closed: start Legwork again."))
        return ticket

    def append(self, entries: Sequence[JournalEntry]) -> None:
        """Queue one batch and wait until it is durable. Raises JournalUnwritableError."""
        self.append_later(entries).result()

    def head(self) -> str:
        """Answer the head once everything queued so far is durable."""
        with self._settled() as journal:
            return journal.head()

    def count(self) -> int:
        """Answer the number of facts once everything queued so far is durable."""
        with self._settled() as journal:
            return journal.count()

    def entries(self, after: int = 0) -> Iterator[JournalEntry]:
        """Answer the facts above ``after`` that are durable when this is called."""
        with self._settled() as journal:
            return iter(list(journal.entries(after)))

    def verify(self, anchor: str | None = None) -> ChainReport:
        """Verify everything queued so far."""
        with self._settled() as journal:
            return journal.verify(anchor)

    def trouble(self) -> str | None:
        """Answer a sentence while facts go to the emergency journal, else None; does not wait."""
        return self._journal.trouble()

    def leave_emergency(self) -> bool:
        """Try to take the emergency journal over; answer whether there is no trouble any more."""
        with self._settled() as journal:
            return journal.leave_emergency()

    def checkpoint(self) -> None:
        """Tidy up once everything queued so far is durable."""
        with self._settled() as journal:
            journal.checkpoint()

    def save_snapshot(self, seq: int, version: int, body: bytes) -> None:
        """Keep the state after fact ``seq``, once that fact is durable."""
        with self._settled() as journal:
            journal.save_snapshot(seq, version, body)

    def latest_snapshot(self, version: int) -> tuple[int, bytes] | None:
        """Answer the newest usable snapshot, or None."""
        with self._settled() as journal:
            return journal.latest_snapshot(version)

    def close(self) -> None:
        """Write what is queued, end the thread and close the journal; safe to call twice."""
        with self._gate:
            self._closed = True
            self._jobs.put(None)
        self._thread.join()
        self._journal.close()

    def _settled(self) -> "_Settled":
        """Wait for what is queued, then keep the writer out."""
        self.append(())
        return _Settled(self._own, self._journal)

    def _write_on(self) -> None:
        """Write until told to stop; whatever ends this thread, no ticket is left waiting."""
        try:
            while (jobs := self._waiting_jobs()) is not None:
                self._write(jobs)
        finally:
            with self._gate:
                self._closed = True
            while not self._jobs.empty():
                job = self._jobs.get()
                if job is not None:
                    job[1].set_exception(
                        JournalUnwritableError(f"The journal {self.name} stopped writing: restart Legwork.")
                    )

    def _waiting_jobs(self) -> list[_Job] | None:
        """Wait for a job and take all that wait behind it; None when the journal closes."""
        job = self._jobs.get()
        if job is None:
            return None
        jobs = [job]
        while not self._jobs.empty():
            job = self._jobs.get()
            if job is None:
                self._jobs.put(None)
                break
            jobs.append(job)
        return jobs

    def _write(self, jobs: list[_Job]) -> None:
        """Write jobs in one transaction and tell their tickets."""
        if self._failure is None:
            try:
                with self._own:
                    self._journal.append([entry for entries, _ in jobs for entry in entries])
            except JournalError as error:
                self._failure = error
        for _, ticket in jobs:
            if self._failure is None:
                ticket.set_result(None)
            else:
                ticket.set_exception(self._failure)


class _Settled:
    """The wrapped journal while the writer waits."""

    def __init__(self, own: threading.Lock, journal: Journal) -> None:
        self._own = own
        self._journal = journal

    def __enter__(self) -> Journal:
        self._own.acquire()
        return self._journal

    def __exit__(self, *_: object) -> None:
        self._own.release()
