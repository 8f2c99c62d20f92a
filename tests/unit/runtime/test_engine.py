"""Facts are on the disk before anybody hears of them; a journal in trouble stops openings; a lost one stops all."""

import pytest

from engine.core.pipeline import EngineFault
from engine.core.state import EngineState
from engine.domain.commands import SetRiskLimits, TripKillSwitch
from engine.domain.contract_master import ContractMaster
from engine.domain.facts import (
    DayStarted,
    JournalFailed,
    JournalRestored,
    KillSwitchTripped,
    RiskLimitsSet,
    SessionOpened,
)
from engine.domain.facts.codec import decode
from engine.domain.identifiers import AccountId
from engine.domain.instant import SECOND, Instant
from engine.domain.messages import OpenSession
from engine.domain.multileg.states import KillLevel
from engine.domain.reports import TimerDue
from engine.domain.settings.risk_limits import RiskLimits
from engine.runtime.engine import Engine
from engine.runtime.free_space import FreeSpace
from engine.runtime.journal.errors import JournalUnwritableError
from engine.runtime.journal.memory import MemoryJournal
from tests.simulation.simulated_day import rules
from tests.unit.runtime.outgoing import CALL

NOW = Instant(1_787_111_400_000_000)


class Witness:
    """A listener that notes what it was told, and how much was in the journal then."""

    def __init__(self, journal):
        self.journal = journal
        self.heard = []
        self.written = []

    def take_facts(self, facts, state):
        """Note it."""
        self.heard.append([type(fact) for fact in facts])
        self.written.append(self.journal.count())


def _engine(journal, witness=None, space=None):
    state = EngineState(ContractMaster([CALL]), rules())
    return Engine(state, journal, () if witness is None else (witness,), space=space)


def _opening(at=NOW):
    return OpenSession(at=at, account=AccountId("PAPER"), lineage="T", limits=RiskLimits(), stale_after=SECOND)


def _limits(lots, at=NOW):
    return SetRiskLimits(at=at, limits=RiskLimits(lots_per_order=lots))


def _kinds(facts):
    return [type(fact) for fact in facts]


def test_listeners_may_hear_of_facts_after_the_orders_among_them_left():
    journal = MemoryJournal()
    witness = Witness(journal)
    engine = _engine(journal, witness)
    engine.decide([_opening()])

    told = engine.tell(listeners_later=True)
    assert (_kinds(told), witness.heard) == ([DayStarted, SessionOpened], [])

    engine.publish()
    engine.publish()
    assert witness.heard == [[DayStarted, SessionOpened]]


def test_facts_are_in_the_journal_when_the_listeners_hear_of_them():
    journal = MemoryJournal()
    witness = Witness(journal)
    engine = _engine(journal, witness)

    facts = engine.process([_opening()])

    assert _kinds(facts) == [DayStarted, SessionOpened]
    assert witness.heard == [_kinds(facts)]
    assert witness.written == [2]
    assert [decode(entry.body) for entry in journal.entries()] == facts


def test_a_batch_is_one_append():
    class Counting(MemoryJournal):
        appends = 0

        def append(self, entries):
            self.appends += 1
            super().append(entries)

    journal = Counting()

    _engine(journal).process([_opening(), _limits(3), _limits(4)])

    assert (journal.appends, journal.count()) == (1, 4)


def test_a_batch_without_facts_writes_and_tells_nothing():
    journal = MemoryJournal()
    witness = Witness(journal)
    engine = _engine(journal, witness)
    engine.process([_opening()])

    assert engine.process([TimerDue(at=NOW)]) == []
    assert engine.process([]) == []
    assert (len(witness.heard), journal.count()) == (1, 2)


def test_decided_facts_are_told_only_later_and_in_order():
    journal = MemoryJournal()
    witness = Witness(journal)
    engine = _engine(journal, witness)

    engine.decide([_opening()])
    engine.decide([_limits(3)])
    assert witness.heard == []

    assert _kinds(engine.tell()) == [DayStarted, SessionOpened, RiskLimitsSet]
    assert len(witness.heard) == 1
    assert engine.tell() == []


def test_trouble_becomes_a_fact_before_anybody_hears_of_the_batch():
    journal = MemoryJournal(room=2, reserve=50)
    witness = Witness(journal)
    engine = _engine(journal, witness)
    engine.process([_opening()])

    facts = engine.process([_limits(3)])

    assert _kinds(facts) == [RiskLimitsSet, JournalFailed]
    assert witness.heard[-1] == [RiskLimitsSet, JournalFailed]
    assert witness.written[-1] == 4
    assert engine.state.books.journal_failed
    assert _kinds(engine.process([_limits(4)])) == [RiskLimitsSet]


def test_a_cured_journal_is_tried_now_and_then_and_said_to_be_well():
    journal = MemoryJournal(room=2, reserve=50)
    engine = _engine(journal)
    engine.process([_opening()])
    assert engine.journal_due() is None
    engine.process([_limits(3)])
    due = engine.journal_due()
    assert due == NOW + 5 * SECOND

    engine.look_after_journal(due)
    assert engine.tell() == []
    assert engine.journal_due() == NOW + 10 * SECOND
    journal.make_room()

    assert _kinds(engine.process([_limits(4, at=due)])) == [RiskLimitsSet, JournalRestored]
    assert not engine.state.books.journal_failed
    assert engine.journal_due() is None


def test_the_reserve_is_not_left_by_every_batch():
    class Slow(MemoryJournal):
        attempts = 0

        def leave_emergency(self):
            self.attempts += 1
            return super().leave_emergency()

    journal = Slow(room=2, reserve=50)
    engine = _engine(journal)
    engine.process([_opening()])
    for number in range(3, 20):
        engine.process([_limits(number)])
    assert journal.attempts == 0

    engine.process([_limits(99, at=Instant(NOW + 6 * SECOND))])

    assert journal.attempts == 1


def test_a_journal_that_cannot_be_written_at_all_stops_everything():
    journal = MemoryJournal(room=2)
    witness = Witness(journal)
    engine = _engine(journal, witness)
    engine.process([_opening()])

    with pytest.raises(JournalUnwritableError):
        engine.process([_limits(3)])

    assert len(witness.heard) == 1
    assert journal.count() == 2
    for call in (lambda: engine.process([_limits(3)]), engine.tell, lambda: engine.decide([])):
        with pytest.raises(EngineFault, match="start it again"):
            call()


def test_a_mistake_of_ours_stops_everything():
    class Nonsense:
        at = None

    engine = _engine(MemoryJournal())

    with pytest.raises(TypeError):
        engine.process([Nonsense()])

    with pytest.raises(EngineFault, match="start it again"):
        engine.process([_opening()])


def test_the_kill_switch_goes_into_a_journal_in_trouble():
    journal = MemoryJournal(room=2, reserve=50)
    engine = _engine(journal)
    engine.process([_opening()])

    facts = engine.process([TripKillSwitch(at=NOW, level=KillLevel.FLATTEN, reason="by hand")])

    assert _kinds(facts) == [KillSwitchTripped, JournalFailed]


def test_too_little_space_fails_the_journal_until_there_is_room():
    free = [200_000_000]
    engine = _engine(MemoryJournal(), space=FreeSpace("j.sqlite", lambda: free[0]))

    assert _kinds(engine.process([_opening()])) == [DayStarted, SessionOpened, JournalFailed]
    free[0] = 320_000_000  # Above the floor, and not yet far enough to open again.
    assert engine.journal_due() == NOW + 30 * SECOND
    engine.look_after_journal(Instant(NOW + 30 * SECOND))
    assert engine.tell() == []
    free[0] = 2_000_000_000
    engine.look_after_journal(Instant(NOW + 60 * SECOND))

    assert _kinds(engine.tell()) == [JournalRestored]


def test_a_snapshot_is_kept_after_enough_facts_and_not_in_trouble():
    journal = MemoryJournal()
    engine = _engine(journal)
    engine.process([_opening()])
    engine.keep_snapshot_if_due()
    assert journal._snapshots == []

    engine.process([_limits(2 + number % 2) for number in range(5_000)])
    engine.keep_snapshot_if_due()
    engine.keep_snapshot_if_due()

    assert [seq for seq, _, _ in journal._snapshots] == [journal.count()]


def test_the_journal_is_tidied_up_now_and_then_but_not_in_trouble():
    class Tidied(MemoryJournal):
        checkpoints = 0

        def checkpoint(self):
            self.checkpoints += 1

    journal = Tidied(room=450, reserve=1_000)
    engine = _engine(journal)
    engine.process([_opening()])
    engine.checkpoint_if_due()
    assert journal.checkpoints == 0

    engine.process([_limits(number) for number in range(1, 401)])
    engine.checkpoint_if_due()
    engine.checkpoint_if_due()
    assert journal.checkpoints == 1

    engine.process([_limits(number) for number in range(1, 500)])
    engine.checkpoint_if_due()
    assert journal.checkpoints == 1
