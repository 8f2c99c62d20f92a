"""The engine's thread decides what a headless run decides; its pace and what it measures."""

from collections.abc import Callable, Iterator

import pytest

from engine.api import EngineClient
from engine.domain.facts import AnyFact
from engine.domain.instant import Instant
from engine.domain.multileg.states import PortfolioState
from engine.runtime.gauges import Gauges
from engine.runtime.pace import MAX_SPEED, Pace
from engine.runtime.run import SimulatedRun
from tests.helpers.engine_listener import Listener, is_state
from tests.helpers.simulated_desk import at, facts_of, portfolio, run_at, simulated_run

PATIENCE = 20.0
FAST = 3_600.0


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def opened(listener: Listener) -> Iterator[Callable[..., EngineClient]]:
    clients: list[EngineClient] = []

    def start(run: SimulatedRun, speed: float) -> EngineClient:
        client = EngineClient(lambda: run, speed=speed)
        clients.append(client)
        client.start(listener)
        return client

    yield start
    for client in clients:
        client.stop()


def test_the_thread_decides_what_a_headless_run_decides(
    opened: Callable[..., EngineClient], listener: Listener
) -> None:
    run = simulated_run(portfolios=(portfolio(),), until=at(15, 20))
    opened(run, speed=MAX_SPEED)
    listener.wait_for(is_state(PortfolioState.COMPLETED))

    def decisions(facts: list[AnyFact]) -> list[AnyFact]:
        return facts[: len(facts_of(run_at(15, 20)))]

    assert decisions(facts_of(run)) == facts_of(run_at(15, 20))


def test_pace_counts_from_where_it_stands() -> None:
    pace = Pace(at(9, 15), 2.0)
    pace.pause()
    stood = pace.now()

    assert pace.is_paused
    assert pace.now() == stood
    assert pace.seconds_until(Instant(stood + 10)) is None
    assert pace.seconds_until(stood) == 0.0
    pace.jump_to(at(9, 30))
    assert pace.now() == at(9, 30)
    pace.jump_to(at(9, 20))
    assert pace.now() == at(9, 30)
    pace.resume()
    assert pace.now() >= at(9, 30)


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan"), MAX_SPEED * 2])
def test_an_impossible_speed_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="speed must be above 0"):
        Pace(at(9, 15), speed)


def test_the_quote_rate_is_an_average_over_several_looks() -> None:
    gauges, pace = Gauges(), Pace(at(9, 15))
    for half_second, quotes in enumerate((0, 0, 800, 800, 1_600)):
        gauges.note_quotes(quotes, half_second / 2)

    assert gauges.figures(5, pace, ended=False).quotes_per_second == 800


def test_lag_is_the_worst_since_the_last_look() -> None:
    gauges, pace = Gauges(), Pace(at(9, 15))
    gauges.note_lag(700)
    gauges.note_lag(300)

    first, second = gauges.figures(0, pace, ended=False), gauges.figures(0, pace, ended=True)

    assert first.loop_lag == 700
    assert (second.loop_lag, second.ended) == (0, True)
