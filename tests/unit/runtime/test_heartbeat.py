"""The engine's heartbeat: a step that takes too long raises an alarm, which is taken back by itself."""

from collections.abc import Iterator, Sequence

import pytest

from engine.domain.facts import EngineCaughtUp, EngineFellBehind
from engine.domain.instant import SECOND, Instant
from engine.domain.settings.risk_limits import RiskLimits
from engine.runtime.heartbeat import Heartbeat
from engine.runtime.run import SimulatedRun
from engine.runtime.service import EngineService
from engine.views.desk import Notice
from engine.views.messages import MessageRow
from engine.views.status import StatusRow
from tests.helpers.core_desk import Desk
from tests.helpers.engine_listener import Listener
from tests.helpers.simulated_desk import added, portfolio, simulated_run

BEAT = SECOND // 4


class FakeClock:
    """Nanoseconds that go on only when somebody says so, or by ``each`` at every look."""

    def __init__(self, each: int = 0) -> None:
        self.microseconds, self._each = 0, each

    def __call__(self) -> int:
        self.microseconds += self._each
        return self.microseconds * 1_000


class BeatingDesk(Desk):
    """A core with a heartbeat on a clock that is moved by hand."""

    def __init__(self, limits: RiskLimits | None = None) -> None:
        super().__init__(limits)
        self.clock = FakeClock()
        self.heartbeat = Heartbeat(self.state, self.clock)

    def beat(self, late: int = 0) -> None:
        """Let one timer fire, late by so many microseconds, and hand on what the engine must know."""
        self.heartbeat.wait(BEAT)
        self.clock.microseconds += BEAT + late
        self.heartbeat.ring()
        news = self.heartbeat.news()
        if news is not None:
            self.say(news(self.now))


def test_a_slow_step_raises_one_alarm_and_the_next_heartbeat_in_time_takes_it_back() -> None:
    desk = BeatingDesk()

    desk.beat(late=3 * SECOND)
    desk.beat(late=3 * SECOND)
    during = desk.state.books.engine_lag
    for _ in range(5):
        desk.beat()

    assert during == 3 * SECOND
    assert [fact.lag for fact in desk.of(EngineFellBehind)] == [3 * SECOND]
    assert len(desk.of(EngineCaughtUp)) == 1
    assert desk.state.books.engine_lag == 0


@pytest.mark.parametrize(("late", "alarms"), [(2 * SECOND, 0), (2 * SECOND + 1, 1)])
def test_the_limit_itself_is_not_late(late: int, alarms: int) -> None:
    desk = BeatingDesk()

    desk.beat(late=late)

    assert len(desk.of(EngineFellBehind)) == alarms


def test_the_limit_is_the_one_that_is_declared() -> None:
    desk = BeatingDesk(RiskLimits(engine_late_after=10))

    desk.beat(late=9 * SECOND)

    assert not desk.of(EngineFellBehind)


def test_a_new_session_begins_in_time() -> None:
    desk = BeatingDesk()
    desk.beat(late=3 * SECOND)

    desk.die()
    desk.begin()

    assert desk.state.books.engine_lag == 0


class SlowRun(SimulatedRun):
    """A run of which one step takes as long as ``slow`` says, on the clock that it is given."""

    clock: FakeClock
    slow = 0

    def step(self, at: Instant) -> list:  # type: ignore[type-arg]
        self.clock.microseconds += self.slow
        self.slow = 0
        return super().step(at)


@pytest.fixture
def slow_desk() -> Iterator[tuple[EngineService, SlowRun, Listener]]:
    run, clock, listener = simulated_run(), FakeClock(each=BEAT // 4), Listener()
    run.__class__, run.clock = SlowRun, clock  # type: ignore[attr-defined]
    service = EngineService(lambda: run, clock=clock)
    service.start(listener.take_notices)
    yield service, run, listener  # type: ignore[misc]
    service.stop()


def test_the_engines_thread_tells_of_a_slow_step_and_of_its_end(
    slow_desk: tuple[EngineService, SlowRun, Listener],
) -> None:
    service, run, listener = slow_desk
    run.slow = 5 * SECOND

    service.submit(added(portfolio())(service.now()))

    told = listener.wait_for(lambda one: isinstance(one, MessageRow) and one.kind == "engine_fell_behind")
    assert isinstance(told, MessageRow)
    assert told.alerts
    assert told.sentence.startswith("The engine is late by ")
    listener.wait_for(lambda one: isinstance(one, StatusRow) and one.engine_lag > 2 * SECOND)
    listener.wait_for(lambda one: isinstance(one, MessageRow) and one.kind == "engine_caught_up")


def test_before_the_first_turn_the_time_is_not_ahead_of_the_first_event() -> None:
    run, seen = simulated_run(), []

    def take(notices: Sequence[Notice]) -> None:
        seen.extend((service.now(), run.next_due()) for _ in notices[:1])

    service = EngineService(lambda: run, speed=1_000_000.0)
    service.start(take)
    service.stop()

    now, due = seen[0]
    assert due is not None
    assert now <= due
