"""A disk that fills in the middle of a day stops openings, lets exits out, and costs no fact."""

from contextlib import closing, contextmanager
from datetime import time

import pytest

from engine.core.pipeline import EngineFault
from engine.core.verification.restart_checks import differences
from engine.domain.denial import DenialReason
from engine.domain.facts import AlarmRaised, JournalFailed, JournalRestored, OrderDenied, OrderRequested
from engine.domain.facts.codec import decode
from engine.domain.instant import ist_instant
from engine.domain.order import Purpose
from engine.runtime.free_space import FreeSpace
from engine.runtime.journal.errors import JournalUnwritableError
from engine.runtime.journal.memory import MemoryJournal
from engine.runtime.journal.opening import open_for_reading, open_journal
from engine.runtime.journal.threaded import ThreadedJournal
from engine.runtime.snapshots import state_from_journal
from tests.simulation.simulated_day import DAY, SimulatedDay, rules, straddle

_RESERVE = 48 * 1024
QUARTER_TO_TEN = ist_instant(DAY, time(9, 45))


def _facts(journal):
    return [decode(entry.body) for entry in journal.entries()]


def _of(kind, facts):
    return [fact for fact in facts if isinstance(fact, kind)]


def _purposes(facts):
    return {fact.purpose for fact in _of(OrderRequested, facts)}


def _full_length():
    journal = MemoryJournal()
    day = SimulatedDay(journal)
    day.open()
    day.add(straddle())
    day.play()
    return journal.count()


def test_a_disk_that_fills_at_any_fact_opens_nothing_more_and_closes_everything():
    length = _full_length()

    for room in range(1, length, 3):
        journal = MemoryJournal(room=room, reserve=1_000)
        day = SimulatedDay(journal)
        day.open()
        day.add(straddle())
        day.play()

        facts = _facts(journal)
        failed = next(number for number, fact in enumerate(facts) if isinstance(fact, JournalFailed))
        assert len(_of(JournalFailed, facts)) == 1, f"room for {room}"
        assert Purpose.ENTRY not in _purposes(facts[failed:]), f"room for {room}"
        requested_in_time = {fact.order_id for fact in _of(OrderRequested, facts[:room])}
        openings = [order.order_id for order in day.wire.placed if order.purpose is Purpose.ENTRY]
        assert requested_in_time.issuperset(openings), f"room for {room}"
        assert day.net_quantities() == {}, f"room for {room}"
        assert journal.verify().is_sound


def test_openings_go_on_once_there_is_room_again():
    journal = MemoryJournal(room=40, reserve=1_000)
    day = SimulatedDay(journal)
    day.open()
    day.add(straddle())
    day.add(straddle("Later", "09:40:00"))
    day.play(QUARTER_TO_TEN)
    denied = [fact for fact in _of(OrderDenied, _facts(journal)) if fact.reason is DenialReason.JOURNAL]
    assert denied

    journal.make_room()
    day.play()

    facts = _facts(journal)
    assert len(_of(JournalRestored, facts)) == 1
    assert not day.run.state.books.journal_failed
    assert day.net_quantities() == {}


class FullJournal(MemoryJournal):
    """A journal whose disk has room again when asked the next time."""

    def leave_emergency(self):
        """Find that there is room."""
        self.make_room()
        return True


def _full_and_quiet(journal, until=QUARTER_TO_TEN):
    day = SimulatedDay(journal)
    day.open()
    day.add(straddle())
    day.play(until)
    assert day.run.state.books.journal_failed
    return day


def test_a_quiet_engine_tries_the_journal_again_by_itself():
    day = _full_and_quiet(FullJournal(room=4, reserve=1_000), ist_instant(DAY, time(9, 15, 3)))

    facts = day.play(ist_instant(DAY, time(9, 15, 10)))

    assert _of(JournalRestored, facts)
    assert day.journal.trouble() is None


def test_a_restart_with_room_says_that_the_journal_is_well_again():
    day = _full_and_quiet(MemoryJournal(room=4, reserve=1_000))

    day.start(day.journal.crash_copy())
    day.open(day.run.now)

    assert not day.run.state.books.journal_failed


@contextmanager
def _no_file_beyond(size):
    resource = pytest.importorskip("resource", reason="this system has no limit on file sizes")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("in_thread", [False, True], ids=["flushed by the engine", "flushed by a writer thread"])
def test_a_real_full_disk_loses_no_fact_and_the_journal_is_whole_afterwards(tmp_path, in_thread):
    place = str(tmp_path / "journal.sqlite")
    opened = open_journal(place, reserve_bytes=_RESERVE)
    journal = ThreadedJournal(opened) if in_thread else opened
    with closing(journal):
        day = SimulatedDay(journal)
        day.open()
        day.add(straddle())
        day.play(QUARTER_TO_TEN)
        assert day.net_quantities()
        assert (tmp_path / "journal.sqlite-wal").stat().st_size > _RESERVE
        # SQLite's log shrinks when the journal is opened anew, so there may be room for a moment, and then none again.
        with _no_file_beyond(_RESERVE):
            day.add(straddle("Later", "09:50:00"))
            day.play()
        lived, count, head = day.run.state, journal.count(), journal.head()

        assert day.net_quantities() == {}
        assert _of(JournalFailed, _facts(journal))
        with closing(open_for_reading(place)) as reader:
            assert (reader.count(), reader.head()) == (count, head)

    with closing(open_journal(place, reserve_bytes=_RESERVE)) as again:
        assert again.trouble() is None
        assert (again.count(), again.head()) == (count, head)
        assert again.verify(head).is_sound
        replayed = state_from_journal(again, day.master, rules())
        assert not list(differences(lived.books, replayed.books))


def test_when_the_reserve_is_full_too_nothing_more_is_sent_and_the_engine_stops():
    journal = MemoryJournal(room=40, reserve=6)
    day = SimulatedDay(journal)
    day.open()
    day.add(straddle())
    with pytest.raises(JournalUnwritableError):
        day.play()
    sent, written = len(day.wire.placed), journal.count()

    with pytest.raises(EngineFault, match="start it again"):
        day.play()

    assert (len(day.wire.placed), journal.count()) == (sent, written)


class Disk:
    """A disk with so many bytes free."""

    def __init__(self, free):
        self.free = free

    def __call__(self):
        return self.free


def _day_with_space(free):
    disk = Disk(free)
    journal = MemoryJournal()
    day = SimulatedDay(journal, space=FreeSpace("journal.sqlite", disk))
    day.open()
    day.add(straddle())
    return day, disk


def test_below_the_floor_nothing_is_opened_until_there_is_room():
    day, disk = _day_with_space(299_000_000)
    day.play(ist_instant(DAY, time(9, 21)))
    facts = _facts(day.journal)
    (failed,) = _of(JournalFailed, facts)
    assert failed.detail.startswith("Only 299 MB are free where the journal lies")
    assert DenialReason.JOURNAL in [fact.reason for fact in _of(OrderDenied, facts)]
    assert day.wire.placed == []

    disk.free = 2_000_000_000
    day.add(straddle("Later", "09:40:00"))
    day.play(QUARTER_TO_TEN)

    assert _of(JournalRestored, _facts(day.journal))
    assert day.net_quantities()


def test_a_disk_that_runs_low_while_a_basket_is_open_lets_it_close():
    day, disk = _day_with_space(5_000_000_000)
    day.play(ist_instant(DAY, time(9, 21)))
    assert day.net_quantities()

    disk.free = 100_000_000
    day.play()

    assert len(_of(JournalFailed, _facts(day.journal))) == 1
    assert day.net_quantities() == {}


def test_between_the_floor_and_a_gigabyte_there_is_one_warning():
    day, _ = _day_with_space(700_000_000)
    day.play()

    facts = _facts(day.journal)
    (warning,) = _of(AlarmRaised, facts)
    assert (warning.code, _of(JournalFailed, facts)) == ("DISK_SPACE", [])
    assert warning.sentence.startswith("Only 700 MB are free where the journal lies (journal.sqlite): make room")
    assert Purpose.ENTRY in _purposes(facts)


def test_with_room_the_watch_changes_nothing():
    watched, _ = _day_with_space(5_000_000_000)
    watched.play()
    plain = SimulatedDay(MemoryJournal())
    plain.open()
    plain.add(straddle())
    plain.play()

    assert watched.journal.head() == plain.journal.head()
