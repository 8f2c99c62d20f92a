"""A full disk stops entries, never exits: facts go on in bytes that were there beforehand."""

import shutil
import subprocess
import sys
import textwrap

import pytest

from engine.runtime.journal.chain import EMPTY
from engine.runtime.journal.emergency import EmergencyFile
from engine.runtime.journal.errors import JournalCorruptError, JournalUnwritableError, NotAJournalError
from engine.runtime.journal.memory import MemoryJournal
from engine.runtime.journal.opening import open_for_reading, open_journal

_RESERVE = 1 << 16
_FULL = 1 << 17


@pytest.fixture
def place(tmp_path):
    return tmp_path / "journal.sqlite"


@pytest.fixture
def filled(place, facts, largest_file):
    """A closed journal that ran into a full disk: how many facts it acknowledged, and its head."""

    def fill():
        with open_journal(str(place), reserve_bytes=_RESERVE) as journal:
            with largest_file(_FULL):
                count = 0
                while journal.trouble() is None:
                    journal.append(facts(4, first=count + 1))
                    count += 4
                journal.append(facts(3, first=count + 1))
            return count + 3, journal.head()

    return fill


def test_facts_go_on_in_the_reserve_when_the_disk_is_full(place, facts, largest_file):
    memory = MemoryJournal()
    with open_journal(str(place), reserve_bytes=_RESERVE) as journal, largest_file(_FULL):
        count = 0
        while journal.trouble() is None:
            journal.append(facts(4, first=count + 1))
            count += 4
        journal.append(facts(3, first=count + 1))
        memory.append(facts(count + 3))

        assert (journal.count(), journal.head()) == (count + 3, memory.head())
        assert list(journal.entries()) == facts(count + 3)
        assert list(journal.entries(after=count + 1)) == facts(2, first=count + 2)
        assert journal.verify().is_sound
        assert "exits go on through the emergency journal" in (journal.trouble() or "")


def test_the_reserve_is_taken_over_before_anything_else(place, facts, filled):
    count, head = filled()

    with open_journal(str(place), reserve_bytes=_RESERVE) as journal:
        assert (journal.count(), journal.head(), journal.trouble()) == (count, head, None)
        assert list(journal.entries()) == facts(count)
        assert journal.notices[0].startswith("7 facts were taken over")
    with open_journal(str(place), reserve_bytes=_RESERVE) as journal:
        assert (journal.count(), journal.notices) == (count, ())


def test_a_reader_sees_what_waits_in_the_reserve(place, facts, filled):
    count, head = filled()

    with open_for_reading(str(place)) as reader:
        assert (reader.count(), reader.head()) == (count, head)
        assert reader.verify().is_sound
        assert list(reader.entries()) == facts(count)


def test_a_crash_between_taking_over_and_clearing_doubles_nothing(place, facts, filled):
    count, head = filled()
    reserve = place.with_name("journal.sqlite.emergency")
    before = reserve.read_bytes()
    open_journal(str(place), reserve_bytes=_RESERVE).close()
    reserve.write_bytes(before)

    with open_journal(str(place), reserve_bytes=_RESERVE) as journal:
        assert (journal.count(), journal.head(), journal.notices) == (count, head, ())


def test_a_journal_opens_on_a_disk_that_is_still_full(place, facts, largest_file):
    with open_journal(str(place), reserve_bytes=_RESERVE) as journal, largest_file(_FULL):
        while journal.trouble() is None:
            journal.append(facts(4, first=journal.count() + 1))
        journal.append(facts(250, first=journal.count() + 1))
        count, head = journal.count(), journal.head()

    with largest_file(40_000), open_journal(str(place), reserve_bytes=_RESERVE) as journal:
        assert "exits go on" in (journal.trouble() or "")
        assert (journal.count(), journal.head()) == (count, head)
        assert list(journal.entries()) == facts(count)
    with open_journal(str(place), reserve_bytes=_RESERVE) as journal:
        assert (journal.count(), journal.head(), journal.trouble()) == (count, head, None)


def test_a_torn_end_of_the_reserve_is_cut(place, facts, filled):
    count, _ = filled()
    reserve = place.with_name("journal.sqlite.emergency")
    content = bytearray(reserve.read_bytes())
    end = len(content.rstrip(b"\0"))
    content[end - 5 : end] = bytes(5)
    reserve.write_bytes(content)

    with open_journal(str(place), reserve_bytes=_RESERVE) as journal:
        assert list(journal.entries()) == facts(count - 3)


def test_the_journal_goes_on_where_room_was_made(place, facts, largest_file):
    with open_journal(str(place), reserve_bytes=_RESERVE) as journal:
        with largest_file(_FULL):
            count = 0
            while journal.trouble() is None:
                journal.append(facts(4, first=count + 1))
                count += 4
            assert not journal.leave_emergency() or journal.count() == count

        assert journal.leave_emergency()
        journal.append(facts(2, first=count + 1))

        assert journal.trouble() is None
        assert list(journal.entries()) == facts(count + 2)
        assert journal.verify().is_sound


def _append_until_refused(journal, facts):
    for number in range(1, 1_000):
        journal.append(facts(1, first=number))


def test_a_full_reserve_refuses_and_keeps_what_it_has(place, facts, largest_file):
    with open_journal(str(place), reserve_bytes=4096) as journal:
        with largest_file(_FULL), pytest.raises(JournalUnwritableError, match=r"it is full.*broker's own terminal"):
            _append_until_refused(journal, facts)
        count = journal.count()

    with open_journal(str(place), reserve_bytes=4096) as journal:
        assert list(journal.entries()) == facts(count)


def test_without_a_reserve_an_append_that_fails_leaves_nothing(place, facts, largest_file):
    with open_journal(str(place), with_reserve=False) as journal:
        with largest_file(_FULL), pytest.raises(JournalUnwritableError, match="free space"):
            _append_until_refused(journal, facts)

        count = journal.count()
        assert list(journal.entries()) == facts(count)
        journal.append(facts(1, first=count + 1))
    with open_journal(str(place)) as journal:
        assert journal.count() == count + 1


def test_the_reserve_of_another_journal_is_refused(place, tmp_path, facts, filled):
    filled()
    other = tmp_path / "other.sqlite"
    open_journal(str(other), reserve_bytes=_RESERVE).close()
    shutil.copy(place.with_name("journal.sqlite.emergency"), tmp_path / "other.sqlite.emergency")

    with pytest.raises(JournalCorruptError, match="does not continue it"):
        open_journal(str(other), reserve_bytes=_RESERVE)


def test_a_file_of_somebody_else_is_not_taken_for_a_reserve(place):
    place.with_name("journal.sqlite.emergency").write_text("my notes, not a journal")

    with pytest.raises(NotAJournalError, match="move that file aside"):
        open_journal(str(place))


def test_a_half_made_reserve_is_made_again(tmp_path, facts):
    path = tmp_path / "reserve"
    path.write_bytes(bytes(100))

    reserve = EmergencyFile(path, capacity=4096)
    reserve.write(EMPTY, facts(2))
    reserve.close()

    again = EmergencyFile(path, capacity=8192)
    assert [batch.entries for batch in again.batches()] == [tuple(facts(2))]
    again.close()
    assert path.stat().st_size == 8192


def test_a_server_journal_keeps_its_reserve_where_it_is_told(server_address, tmp_path, facts, execute):
    reserve = tmp_path / "reserve"
    with open_journal(server_address, reserve=reserve, reserve_bytes=_RESERVE) as journal:
        journal.append(facts(2))
        own = "pid <> pg_backend_pid() AND datname = current_database()"
        execute(server_address, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {own}")
        journal.append(facts(2, first=3))

        assert journal.trouble() is not None
        assert journal.count() == 4
        assert journal.leave_emergency()
        assert list(journal.entries()) == facts(4)


_MOUNTED = textwrap.dedent("""
    import sys
    from engine.domain.instant import Instant
    from engine.ports.journal import JournalEntry
    from engine.runtime.journal.opening import open_journal

    fact = JournalEntry(Instant(1), "filler", b'{"at":1,"text":"' + b"x" * 3000 + b'"}')
    with open_journal(sys.argv[1], reserve_bytes=65536) as journal:
        while journal.trouble() is None and journal.count() < 5000:
            journal.append([fact])
        journal.append([fact])
        print(journal.count(), journal.trouble() is not None)
""")


def test_a_real_full_file_system_loses_nothing(tmp_path):
    mounted = tmp_path / "small"
    mounted.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(mounted)], capture_output=True, check=False
    )
    if mount.returncode:
        pytest.skip("no right to mount a small file system")
    try:
        place = mounted / "journal.sqlite"
        run = subprocess.run(
            [sys.executable, "-c", _MOUNTED, str(place)], capture_output=True, text=True, timeout=60, check=False
        )
        count, in_trouble = run.stdout.split() or pytest.fail(run.stderr)
        assert in_trouble == "True"

        with open_for_reading(str(place)) as reader:
            assert reader.count() == int(count)
            assert reader.verify().is_sound
    finally:
        subprocess.run(["umount", str(mounted)], check=True)
