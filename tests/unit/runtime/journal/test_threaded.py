"""A writer thread keeps the order of what was queued and tells every ticket the truth."""

from contextlib import closing

import pytest

from engine.runtime.journal.errors import JournalUnwritableError
from engine.runtime.journal.memory import MemoryJournal
from engine.runtime.journal.opening import open_journal
from engine.runtime.journal.threaded import ThreadedJournal


def test_queued_batches_become_durable_in_order(tmp_path, facts):
    place = str(tmp_path / "journal.sqlite")
    with closing(ThreadedJournal(open_journal(place))) as journal:
        tickets = [journal.append_later(facts(2, first=n)) for n in range(1, 41, 2)]
        tickets[-1].result(timeout=30)

        assert all(ticket.done() for ticket in tickets)
        assert list(journal.entries()) == facts(40)
        assert journal.verify().is_sound
    with open_journal(place) as journal:
        assert journal.count() == 40


def test_reads_see_everything_queued_before(facts):
    with closing(ThreadedJournal(MemoryJournal())) as journal:
        journal.append_later(facts(3))
        assert journal.count() == 3
        journal.append_later(facts(1, first=4))
        journal.save_snapshot(4, 1, b"state")

        assert journal.latest_snapshot(1) == (4, b"state")
        assert list(journal.entries(after=3)) == facts(1, first=4)
        memory = MemoryJournal()
        memory.append(facts(4))
        assert journal.head() == memory.head()


def test_after_a_failure_nothing_later_is_acknowledged(facts):
    with closing(ThreadedJournal(MemoryJournal(room=3))) as journal:
        journal.append(facts(3))
        tickets = [journal.append_later(facts(1, first=n)) for n in (4, 5)]

        for ticket in tickets:
            with pytest.raises(JournalUnwritableError):
                ticket.result(timeout=30)


def test_trouble_is_told_without_waiting(facts):
    with closing(ThreadedJournal(MemoryJournal(room=1, reserve=5))) as journal:
        journal.append(facts(3))

        assert journal.trouble() is not None
        assert not journal.leave_emergency()


def test_a_closed_journal_refuses(facts):
    journal = ThreadedJournal(MemoryJournal())
    journal.append_later(facts(1))
    journal.close()
    journal.close()

    with pytest.raises(JournalUnwritableError, match="closed"):
        journal.append(facts(1, first=2))
