"""One time line: quotes, reports, commands, timers, then what leaves; the same inputs give the same facts."""

from itertools import pairwise

import numpy as np
import pytest

from engine.core.state import EngineState
from engine.domain.commands import SetRiskLimits
from engine.domain.contract_master import ContractMaster
from engine.domain.facts.codec import encode
from engine.domain.identifiers import AccountId
from engine.domain.instant import SECOND, Instant
from engine.domain.quote import COLUMNS, QuoteFrame
from engine.domain.reports import Channel, ConnectionReport
from engine.domain.settings.risk_limits import RiskLimits
from engine.runtime.engine import Engine
from engine.runtime.journal.memory import MemoryJournal
from engine.runtime.markets import FrameStream
from engine.runtime.run import SimulatedRun
from tests.simulation.simulated_day import ENDS, SimulatedDay, rules, straddle
from tests.unit.runtime.outgoing import ACCOUNT, CALL, NOW


def _frame(after):
    rows = np.array([0], dtype=np.int64)
    return QuoteFrame(at=Instant(NOW + after), rows=rows, values=np.ones((1, COLUMNS), dtype=np.int64))


class Broker:
    """A broker with a diary; its only report is a line that breaks."""

    def __init__(self, diary, breaks_at=None):
        self.diary = diary
        self.breaks_at = breaks_at

    def at(self, now):
        """Note that requests may follow."""
        self.diary.append(("send", now - NOW))

    def next_due(self):
        """Answer when the line breaks."""
        return self.breaks_at

    def take(self, until):
        """Answer what is due."""
        if self.breaks_at is None or self.breaks_at > until:
            return []
        at, self.breaks_at = self.breaks_at, None
        self.diary.append(("report", at - NOW))
        return [ConnectionReport(at=at, account=ACCOUNT, channel=Channel.ORDERS, connected=False)]

    def take_quotes(self, frame):
        """Note a frame."""
        self.diary.append(("quotes", frame.at - NOW))

    def ask_books(self, account):
        """Note the question."""
        self.diary.append(("books", account))


def _run(frames=(), breaks_at=None):
    diary = []
    state = EngineState(ContractMaster([CALL]), rules())
    run = SimulatedRun(Engine(state, MemoryJournal()), FrameStream(iter(frames)), Broker(diary, breaks_at))
    run.open_session(NOW, AccountId("PAPER"), "T", RiskLimits(), 5 * SECOND)
    diary.clear()
    return run, diary


def test_at_one_instant_quotes_come_before_reports_before_commands_before_what_leaves():
    at = Instant(NOW + SECOND)
    run, diary = _run([_frame(SECOND)], breaks_at=at)
    run.submit(lambda stamp: SetRiskLimits(at=stamp, limits=RiskLimits(lots_per_order=3)))

    facts = run.step(at)

    assert diary == [("quotes", SECOND), ("report", SECOND), ("send", SECOND)]
    assert [type(fact).__name__ for fact in facts] == ["ConnectionChanged", "RiskLimitsSet"]


def test_several_frames_that_are_due_are_taken_in_order():
    run, diary = _run([_frame(1), _frame(1), _frame(2), _frame(9)])

    run.step(Instant(NOW + 5))

    assert [entry for entry in diary if entry[0] == "quotes"] == [("quotes", 1), ("quotes", 1), ("quotes", 2)]
    assert run.messages == 3
    assert run.market.next_at == NOW + 9


def test_a_command_is_stamped_when_it_is_taken():
    run, _ = _run()
    run.submit(lambda stamp: SetRiskLimits(at=stamp, limits=RiskLimits(lots_per_order=3)))

    (fact,) = run.step(Instant(NOW + 7))

    assert fact.at == NOW + 7


def test_time_never_runs_back():
    run, _ = _run([_frame(SECOND)])
    run.step(Instant(NOW + 3 * SECOND))

    run.step(Instant(NOW + SECOND))

    assert run.now == NOW + 3 * SECOND
    assert run.next_due() >= run.now


def test_the_broker_is_asked_for_its_books_at_the_start_and_again():
    diary = []
    state = EngineState(ContractMaster([CALL]), rules())
    run = SimulatedRun(Engine(state, MemoryJournal()), FrameStream(iter(())), Broker(diary))
    run.open_session(NOW, AccountId("PAPER"), "T", RiskLimits(), 5 * SECOND)
    assert ("books", "PAPER") in diary
    assert run.next_due() == NOW + 2 * SECOND
    diary.clear()

    run.step(run.next_due())

    assert ("books", "PAPER") in diary


def test_two_runs_of_the_same_day_are_equal_byte_for_byte():
    heads, facts = [], []
    for _ in range(2):
        day = SimulatedDay(MemoryJournal(), seed=2)
        day.open()
        day.add(straddle())
        facts.append([encode(fact) for fact in day.play()])
        heads.append(day.journal.head())

    assert heads[0] == heads[1]
    assert facts[0] == facts[1]


def test_the_steps_a_caller_chooses_do_not_matter():
    heads = []
    for pause in (None, 700_000):
        day = SimulatedDay(MemoryJournal())
        day.open()
        day.add(straddle())
        while (due := day.run.next_due()) is not None and due <= ENDS:
            if pause is not None and due - day.run.now > pause:
                day.run.step(Instant(day.run.now + pause))  # A look while nothing is due, as a window takes them.
            else:
                day.run.step(due)
        heads.append(day.journal.head())

    assert heads[0] == heads[1]


def test_orders_that_wait_for_the_rate_leave_later_and_all_leave():
    day = SimulatedDay(MemoryJournal())
    day.run.open_session(day.market.next_at, ACCOUNT, "T01", RiskLimits(orders_per_second=1), 15 * SECOND)
    day.add(straddle())
    day.play()

    moments = sorted(order.sent_at for order in day.run.state.books.orders.values() if order.sent_at)
    assert all(later - earlier >= SECOND for earlier, later in pairwise(moments))
    assert day.net_quantities() == {}


def test_a_stream_of_frames_shows_when_the_next_is_due():
    stream = FrameStream(iter([_frame(1), _frame(2)]))

    assert stream.next_at == NOW + 1
    assert stream.take_next().at == NOW + 1
    assert stream.next_at == NOW + 2
    stream.take_next()
    assert stream.next_at is None
    with pytest.raises(StopIteration):
        stream.take_next()
