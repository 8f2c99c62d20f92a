"""A slow disk is written by another thread; facts wait for it, in order, and nothing is told that is not durable."""

from concurrent.futures import Future
from contextlib import closing

import pytest

from engine.core.pipeline import EngineFault
from engine.domain.facts import DayStarted, JournalFailed, RiskLimitsSet, SessionOpened
from engine.runtime.journal.errors import JournalUnwritableError
from engine.runtime.journal.memory import MemoryJournal
from engine.runtime.journal.opening import open_journal
from engine.runtime.journal.threaded import ThreadedJournal
from engine.runtime.slow_disk import journal_for_this_disk
from tests.simulation.simulated_day import SimulatedDay, straddle
from tests.unit.runtime.test_engine import Witness, _engine, _kinds, _limits, _opening


class HandFlushed(MemoryJournal):
    """A queued journal whose disk the test turns by hand."""

    def __init__(self, **limits):
        super().__init__(**limits)
        self.queue = []

    def append_later(self, entries):
        """Queue a batch."""
        ticket = Future()
        self.queue.append((list(entries), ticket))
        return ticket

    def flush(self, number=1):
        """Write the oldest batches."""
        for _ in range(number):
            entries, ticket = self.queue.pop(0)
            try:
                super().append(entries)
            except JournalUnwritableError as error:
                ticket.set_exception(error)
            else:
                ticket.set_result(None)


def test_facts_are_told_when_their_batch_is_durable_and_in_order():
    journal = HandFlushed()
    witness = Witness(journal)
    engine = _engine(journal, witness)
    engine.decide([_opening()])
    engine.decide([_limits(3)])
    assert engine.tell(wait=False) == []

    journal.flush()
    assert _kinds(engine.tell(wait=False)) == [DayStarted, SessionOpened]
    assert engine.tell(wait=False) == []

    journal.flush()
    assert _kinds(engine.tell(wait=False)) == [RiskLimitsSet]
    assert witness.written == [2, 3]


class CountingJournal(MemoryJournal):
    """A journal that counts how often it is written to."""

    def __init__(self):
        super().__init__()
        self.flushes = 0

    def append(self, entries):
        """Write, and count."""
        self.flushes += 1
        super().append(entries)


def test_what_was_decided_together_costs_one_flush():
    journal = CountingJournal()
    engine = _engine(journal)
    engine.decide([_opening()])
    engine.decide([_limits(3)])
    assert journal.flushes == 0

    assert _kinds(engine.tell()) == [DayStarted, SessionOpened, RiskLimitsSet]
    assert (journal.flushes, journal.count()) == (1, 3)
    assert engine.tell() == []


def test_a_later_batch_that_is_durable_waits_for_an_earlier_one():
    journal = HandFlushed()
    engine = _engine(journal)
    engine.decide([_opening()])
    engine.decide([_limits(3)])
    journal.queue[1][1].set_result(None)

    assert engine.tell(wait=False) == []


def test_a_ticket_that_fails_stops_the_engine_and_tells_nobody():
    journal = HandFlushed(room=2)
    witness = Witness(journal)
    engine = _engine(journal, witness)
    engine.decide([_opening()])
    engine.decide([_limits(3)])
    journal.flush(2)

    with pytest.raises(JournalUnwritableError):
        engine.tell(wait=False)

    assert witness.heard == []
    with pytest.raises(EngineFault):
        engine.tell()


def test_trouble_in_the_writer_thread_becomes_a_fact_of_the_same_telling():
    with closing(ThreadedJournal(MemoryJournal(room=2, reserve=50))) as journal:
        engine = _engine(journal)
        engine.process([_opening()])

        assert _kinds(engine.process([_limits(3)])) == [RiskLimitsSet, JournalFailed]


def test_a_whole_day_is_the_same_with_a_writer_thread():
    heads = []
    for journal in (MemoryJournal(), ThreadedJournal(MemoryJournal())):
        with closing(journal):
            day = SimulatedDay(journal)
            day.open()
            day.add(straddle())
            day.play()
            heads.append((journal.head(), journal.count(), len(day.wire.placed)))

    assert heads[0] == heads[1]


@pytest.mark.parametrize(("microseconds", "threaded"), [(5, False), (999, False), (1_000, True), (20_000, True)])
def test_the_measured_flush_decides_who_writes(tmp_path, microseconds, threaded):
    with closing(journal_for_this_disk(MemoryJournal(), tmp_path, lambda _: microseconds)) as journal:
        assert isinstance(journal, ThreadedJournal) is threaded


def test_a_server_is_always_written_by_the_thread():
    with closing(journal_for_this_disk(MemoryJournal(), None)) as journal:
        assert isinstance(journal, ThreadedJournal)


def test_a_full_disk_is_not_a_slow_one(tmp_path):
    def measure(folder):
        raise JournalUnwritableError("full")

    journal = MemoryJournal()

    assert journal_for_this_disk(journal, tmp_path, measure) is journal


def test_the_real_disk_is_measured(tmp_path):
    opened = open_journal(str(tmp_path / "journal.sqlite"))
    with closing(journal_for_this_disk(opened, tmp_path)) as journal:
        assert journal.count() == 0
