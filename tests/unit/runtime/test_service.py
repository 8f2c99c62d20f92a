"""The engine's thread: it starts, works off a day, answers commands, and leaves nothing behind."""

import threading
from collections.abc import Callable, Iterator, Sequence

import pytest

from engine.api import EngineClient
from engine.domain.commands import AddPortfolio, ReleaseKillSwitch, SquareOffPortfolio
from engine.domain.facts import AnyFact
from engine.domain.identifiers import PortfolioId
from engine.domain.instant import MINUTE, SECOND, Instant
from engine.domain.instrument import Exchange
from engine.domain.multileg.states import ExitReason, KillLevel, PortfolioState
from engine.runtime.gauges import Gauges
from engine.runtime.pace import MAX_SPEED, Pace
from engine.runtime.run import SimulatedRun
from engine.views.desk import Notice
from engine.views.messages import MessageRow
from engine.views.orders import OrderRow
from engine.views.portfolios import PortfolioRow
from engine.views.status import EngineStopped, StatusRow
from tests.helpers.simulated_desk import DAY, PAPER, added, at, facts_of, portfolio, run_at, simulated_run

PATIENCE = 20.0
FAST = 3_600.0


class Listener:
    """Keeps what the engine tells, and wakes whoever waits for something in it."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []
        self._news = threading.Condition()

    def take_notices(self, notices: Sequence[Notice]) -> None:
        with self._news:
            self.notices.extend(notices)
            self._news.notify_all()

    def wait_for(self, found: Callable[[Notice], bool]) -> Notice:
        with self._news:
            assert self._news.wait_for(lambda: any(map(found, self.notices)), PATIENCE), "the engine never told it"
            return next(notice for notice in self.notices if found(notice))

    def messages(self) -> list[MessageRow]:
        return [notice for notice in self.notices if isinstance(notice, MessageRow)]


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def opened(listener: Listener) -> Iterator[Callable[..., EngineClient]]:
    clients: list[EngineClient] = []

    def start(run: SimulatedRun | None = None, speed: float = FAST) -> EngineClient:
        client = EngineClient(lambda: run or simulated_run(), speed=speed)
        clients.append(client)
        client.start(listener)
        return client

    yield start
    for client in clients:
        client.stop()


def is_message(kind: str) -> Callable[[Notice], bool]:
    return lambda notice: isinstance(notice, MessageRow) and notice.kind == kind


def is_state(state: PortfolioState) -> Callable[[Notice], bool]:
    return lambda notice: isinstance(notice, PortfolioRow) and notice.state is state


def test_start_and_stop_leave_no_thread(opened: Callable[..., EngineClient]) -> None:
    client = opened()
    assert client.is_running

    client.stop()
    client.stop()

    assert not client.is_running
    assert "engine" not in {thread.name for thread in threading.enumerate()}


def test_stopping_what_was_never_started_does_nothing() -> None:
    EngineClient(simulated_run).stop()


def test_what_opening_raises_reaches_the_caller_and_nothing_runs(listener: Listener) -> None:
    def broken() -> SimulatedRun:
        raise ValueError("the recording is empty")

    client = EngineClient(broken)
    with pytest.raises(ValueError, match="the recording is empty"):
        client.start(listener)

    assert not client.is_running
    client.stop()


def test_a_listener_is_told_everything_of_an_earlier_session(listener: Listener) -> None:
    client = EngineClient(lambda: run_at(15, 20))
    client.start(listener)
    client.stop()

    orders = [notice for notice in listener.notices if isinstance(notice, OrderRow)]
    assert len({order.order_id for order in orders}) == len(run_at(15, 20).state.books.orders)
    assert len(listener.messages()) >= len(facts_of(run_at(15, 20)))
    assert any(isinstance(notice, StatusRow) for notice in listener.notices)


def test_a_whole_day_passes_and_the_portfolio_ends(opened: Callable[..., EngineClient], listener: Listener) -> None:
    client = opened(speed=MAX_SPEED)
    client.submit(added(portfolio()))

    ended = listener.wait_for(is_state(PortfolioState.COMPLETED))

    assert isinstance(ended, PortfolioRow)
    assert ended.exit_reason is ExitReason.TIME
    assert client.now() >= at(15, 15)


def test_the_thread_decides_what_a_headless_run_decides(
    opened: Callable[..., EngineClient], listener: Listener
) -> None:
    run = simulated_run(portfolios=(portfolio(),), until=at(15, 20))
    opened(run, speed=MAX_SPEED)
    listener.wait_for(is_state(PortfolioState.COMPLETED))

    def decisions(facts: list[AnyFact]) -> list[AnyFact]:
        return facts[: len(facts_of(run_at(15, 20)))]

    assert decisions(facts_of(run)) == facts_of(run_at(15, 20))


def test_a_command_is_done_while_time_stands_still(opened: Callable[..., EngineClient], listener: Listener) -> None:
    client = opened(speed=1.0)
    client.pace.pause()
    client.nudge()
    stood_at = client.pace.now()

    client.submit(lambda at: AddPortfolio(at=at, portfolio=portfolio(), account=PAPER))

    message = listener.wait_for(is_message("portfolio_added"))
    assert isinstance(message, MessageRow)
    assert message.at <= stood_at


def test_a_command_wakes_an_engine_that_waits(opened: Callable[..., EngineClient], listener: Listener) -> None:
    client = opened(simulated_run(step=10 * MINUTE), speed=0.001)

    client.submit(lambda at: SquareOffPortfolio(at=at, portfolio_id=PortfolioId("P9")))

    message = listener.wait_for(is_message("command_refused"))
    assert isinstance(message, MessageRow)
    assert "there is no portfolio P9" in message.sentence


def test_the_kill_switch_holds_openings_back_at_once_and_a_release_lets_them_pass(
    opened: Callable[..., EngineClient], listener: Listener
) -> None:
    run = simulated_run()
    client = opened(run, speed=1.0)

    client.trip_kill_switch(KillLevel.NO_OPENINGS, "odd prices")

    assert run.outbox._kill_at_once
    listener.wait_for(is_message("kill_switch_tripped"))
    client.submit(lambda at: ReleaseKillSwitch(at=at, reason="looked at"))
    listener.wait_for(is_message("kill_switch_released"))
    client.stop()
    assert not run.outbox._kill_at_once


def test_a_second_trip_of_the_same_level_does_not_jam_the_release(
    opened: Callable[..., EngineClient], listener: Listener
) -> None:
    run = simulated_run()
    client = opened(run, speed=1.0)
    client.trip_kill_switch(KillLevel.NO_OPENINGS, "odd prices")
    client.trip_kill_switch(KillLevel.NO_OPENINGS, "pressed again")

    client.submit(lambda at: ReleaseKillSwitch(at=at, reason="looked at"))

    listener.wait_for(is_message("kill_switch_released"))
    client.stop()
    assert not run.outbox._kill_at_once


def test_a_fault_stops_the_engine_and_says_so(opened: Callable[..., EngineClient], listener: Listener) -> None:
    client = opened(speed=1.0)

    def broken(_at: Instant) -> AddPortfolio:
        raise ArithmeticError("two and two are five")

    client.submit(broken)

    stopped = listener.wait_for(lambda notice: isinstance(notice, EngineStopped))
    assert isinstance(stopped, EngineStopped)
    assert "two and two are five" in stopped.sentence
    assert "The journal is safe" in stopped.sentence
    assert "ArithmeticError" in stopped.detail
    client.stop()
    assert not client.is_running
    client.submit(added(portfolio()))


def test_the_night_is_jumped_over(opened: Callable[..., EngineClient], listener: Listener) -> None:
    tomorrow = at(9, 15, day=DAY.replace(day=20))
    client = opened(simulated_run(at(15, 39)), speed=600.0)

    listener.wait_for(is_message("day_started"))

    listener.wait_for(lambda notice: isinstance(notice, StatusRow) and notice.last_quote_at >= tomorrow)
    assert client.now() >= tomorrow


def test_quotes_reach_board_and_bars(opened: Callable[..., EngineClient], listener: Listener) -> None:
    client = opened()
    spot = client.master.spot("NIFTY")
    assert spot is not None
    row = client.master.row(spot.id)

    listener.wait_for(lambda notice: isinstance(notice, StatusRow) and notice.last_quote_at > at(9, 17))
    client.stop()

    starts, values = client.bars.of(row)
    assert len(starts) >= 2
    assert client.board.copy([row])[0, 0] == pytest.approx(values[3, -1], abs=100)


def test_the_status_is_told_again_and_again(opened: Callable[..., EngineClient], listener: Listener) -> None:
    opened()

    listener.wait_for(lambda notice: isinstance(notice, StatusRow) and notice.figures.quotes_per_second > 0)


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


def test_the_market_is_closed_after_the_bell_although_coins_are_listed(
    opened: Callable[..., EngineClient], listener: Listener
) -> None:
    run = simulated_run(at(15, 39, 50), step=5 * SECOND, until=at(15, 40), underlyings=("NIFTY", "BTC"))

    opened(run, speed=60.0)
    closed = listener.wait_for(lambda notice: isinstance(notice, StatusRow) and not notice.market_open)

    assert isinstance(closed, StatusRow)
    assert Exchange.CRYPTO in {contract.exchange for contract in run.state.master.instruments}
    assert closed.at >= at(15, 40)
