"""The journal of simulated days behaves like the one on disk."""

import pytest

from engine.runtime.journal.errors import JournalUnwritableError
from engine.runtime.journal.memory import MemoryJournal
from engine.runtime.journal.opening import open_journal


def test_it_answers_like_the_journal_on_disk(tmp_path, facts):
    memory = MemoryJournal()
    with open_journal(str(tmp_path / "journal.sqlite")) as disk:
        for journal in (memory, disk):
            journal.append(facts(4))
            journal.append([])
            journal.save_snapshot(2, 1, b"two")
            journal.save_snapshot(4, 1, b"four")

        assert (memory.head(), memory.count()) == (disk.head(), disk.count())
        assert list(memory.entries(after=1)) == list(disk.entries(after=1))
        assert memory.verify() == disk.verify()
        assert memory.latest_snapshot(1) == disk.latest_snapshot(1)
        assert memory.latest_snapshot(2) == disk.latest_snapshot(2)


def test_a_crash_copy_lives_on_its_own(facts):
    journal = MemoryJournal()
    journal.append(facts(2))
    journal.save_snapshot(2, 1, b"two")

    copy = journal.crash_copy()
    journal.append(facts(2, first=3))
    copy.append(facts(1, first=3))

    assert (journal.count(), copy.count()) == (4, 3)
    assert copy.verify().is_sound
    assert copy.latest_snapshot(1) == (2, b"two")


def test_a_crash_copy_of_an_earlier_moment_knows_nothing_later(facts):
    journal = MemoryJournal()
    journal.append(facts(5))
    journal.save_snapshot(4, 1, b"four")

    copy = journal.crash_copy(3)

    assert list(copy.entries()) == facts(3)
    assert copy.latest_snapshot(1) is None
    assert copy.verify().is_sound


def test_a_full_disk_turns_to_the_reserve_and_then_refuses(facts):
    journal = MemoryJournal(room=3, reserve=2)
    journal.append(facts(3))
    assert journal.trouble() is None

    journal.append(facts(2, first=4))
    with pytest.raises(JournalUnwritableError):
        journal.append(facts(1, first=6))

    assert "exits go on" in (journal.trouble() or "")
    assert journal.count() == 5
    assert not journal.leave_emergency()
    journal.make_room()
    assert journal.leave_emergency()
    journal.append(facts(1, first=6))
    assert journal.count() == 6
