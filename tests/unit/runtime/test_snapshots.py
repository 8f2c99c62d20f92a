"""A snapshot makes the start faster and changes nothing; one that cannot be used is passed over."""

import msgspec
import pytest

from engine.core.records.books import Books
from engine.core.verification.restart_checks import differences
from engine.domain.contract_master import ContractMaster, UnknownInstrumentError
from engine.runtime.journal.memory import MemoryJournal
from engine.runtime.snapshots import VERSION, keep_snapshot, snapshot_is_due, state_from_journal
from tests.simulation.simulated_day import SimulatedDay, rules, straddle


@pytest.fixture(scope="module")
def day():
    """A day that was lived, without snapshots."""
    day = SimulatedDay(MemoryJournal())
    day.open()
    day.add(straddle())
    day.play()
    return day


class Counting(MemoryJournal):
    """Counts the facts that are read."""

    read = 0

    def entries(self, after=0):
        """Answer the facts above ``after``."""
        for entry in super().entries(after):
            self.read += 1
            yield entry


def _copy(day, number=None):
    journal = Counting()
    entries = list(day.journal.entries())
    journal.append(entries if number is None else entries[:number])
    return journal


def _replayed(day, journal):
    return state_from_journal(journal, day.master, rules())


def test_the_books_are_the_same_with_and_without_a_snapshot(day):
    whole = _replayed(day, _copy(day))
    for number in (1, 20, 40, day.journal.count()):
        keeping = _copy(day)
        keep_snapshot(keeping, _replayed(day, _copy(day, number)))
        keeping.read = 0

        state = _replayed(day, keeping)

        assert not list(differences(whole.books, state.books))
        assert keeping.read == day.journal.count() - number
        assert state.now == whole.now
    assert not list(differences(day.run.state.books, whole.books))


def test_a_snapshot_of_an_older_shape_is_passed_over(day):
    journal = _copy(day)
    journal.save_snapshot(40, VERSION - 1, b"whatever it was")

    state = _replayed(day, journal)

    assert journal.read == day.journal.count()
    assert not list(differences(day.run.state.books, state.books))


@pytest.mark.parametrize("body", [b"", b"\xc1", b"\x93\x01\x02\x03", b"\x80"])
def test_a_damaged_snapshot_is_ignored(day, body):
    journal = _copy(day)
    journal.save_snapshot(40, VERSION, body)

    state = _replayed(day, journal)

    assert journal.read == day.journal.count()
    assert not list(differences(day.run.state.books, state.books))


def test_a_snapshot_that_sums_up_other_facts_than_it_says_is_ignored(day):
    journal = _copy(day)
    journal.save_snapshot(40, VERSION, msgspec.msgpack.encode(_replayed(day, _copy(day, 30)).books))

    state = _replayed(day, journal)

    assert journal.read == day.journal.count()
    assert not list(differences(day.run.state.books, state.books))


def test_an_empty_journal_gives_empty_books(day):
    state = _replayed(day, MemoryJournal())

    assert state.books == Books()


def test_a_snapshot_is_due_after_five_thousand_facts():
    assert not snapshot_is_due(4_999, 0)
    assert snapshot_is_due(5_000, 0)
    assert not snapshot_is_due(9_999, 5_000)


def test_a_snapshot_of_another_days_list_finds_its_contracts_again(day):
    half = day.journal.count() // 2
    keeping = _copy(day, half)
    keep_snapshot(keeping, _replayed(day, keeping))
    keeping.read = 0
    tomorrow = ContractMaster(reversed(day.master.instruments))

    state = state_from_journal(keeping, tomorrow, rules())

    legs = [leg for run in state.books.portfolios.values() for leg in run.legs if leg.instrument is not None]
    assert legs
    assert keeping.read == 0
    assert [tomorrow.instruments[leg.row].id for leg in legs] == [leg.instrument for leg in legs]


def test_a_snapshot_with_a_contract_that_is_listed_no_more_is_refused(day):
    keeping = _copy(day)
    keep_snapshot(keeping, _replayed(day, keeping))
    spot_only = ContractMaster([day.master.spot("NIFTY")])

    with pytest.raises(UnknownInstrumentError, match="is not in today's contract list"):
        state_from_journal(keeping, spot_only, rules())
