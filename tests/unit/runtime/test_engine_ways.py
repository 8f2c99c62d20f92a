"""The engine in a thread and in its own process: it starts, works off a day, answers, and leaves nothing behind."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from itertools import islice
from pathlib import Path

import pytest

from engine.api import EngineClient
from engine.domain.commands import AddPortfolio, ReleaseKillSwitch, SquareOffPortfolio
from engine.domain.identifiers import PortfolioId
from engine.domain.instant import MINUTE, SECOND
from engine.domain.instrument import Exchange
from engine.domain.multileg.states import ExitReason, KillLevel, PortfolioState
from engine.runtime.journal.opening import open_for_reading
from engine.runtime.pace import MAX_SPEED
from engine.runtime.process.shared_arrays import memory_folder
from engine.runtime.run import SimulatedRun
from engine.views.messages import MessageRow
from engine.views.orders import OrderRow
from engine.views.portfolios import PortfolioRow
from engine.views.status import EngineStopped, StatusRow
from tests.helpers.engine_listener import Listener, is_message, is_state
from tests.helpers.engine_programs import RunProgram, breaking_run, empty_run, journaled_run
from tests.helpers.simulated_desk import (
    DAY,
    PAPER,
    added,
    at,
    facts_of,
    portfolio,
    rules,
    run_at,
    run_until,
    simulated_run,
)

FAST = 3_600.0
NEARLY_STILL = 1e-6

Make = Callable[[], SimulatedRun]
Build = Callable[..., EngineClient]


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture(params=["thread", "process"])
def built(request: pytest.FixtureRequest) -> Iterator[Build]:
    """Build a client of each way on a run; at the end nothing of it is left."""

    def build(make: Make = simulated_run, speed: float = FAST) -> EngineClient:
        program = RunProgram(make)
        if request.param == "thread":
            client = EngineClient(lambda: program.open_run(lambda _body: None), speed=speed)
            left.callback(program.close)
        else:
            client = EngineClient.own_process(program, rules(), speed=speed)
        left.callback(client.stop)
        return client

    with ExitStack() as left:
        yield build
    assert not multiprocessing.active_children()
    assert not list(memory_folder().glob(f"legwork-{os.getpid()}-*"))


@pytest.fixture
def opened(built: Build, listener: Listener) -> Build:
    def start(make: Make = simulated_run, speed: float = FAST) -> EngineClient:
        client = built(make, speed)
        client.start(listener)
        return client

    return start


def test_start_and_stop_leave_no_thread(opened: Build) -> None:
    before = {thread.name for thread in threading.enumerate()}
    client = opened()
    assert client.is_running

    client.stop()
    client.stop()

    assert not client.is_running
    assert {thread.name for thread in threading.enumerate()} <= before


def test_stopping_what_was_never_started_does_nothing(built: Build) -> None:
    built().stop()


def test_what_opening_raises_reaches_the_caller_and_nothing_runs(built: Build, listener: Listener) -> None:
    client = built(empty_run)

    with pytest.raises(ValueError, match="the recording is empty"):
        client.start(listener)

    assert not client.is_running
    client.submit(added(portfolio()))
    client.stop()


def test_a_listener_is_told_everything_of_an_earlier_session(built: Build, listener: Listener) -> None:
    client = built(partial(run_at, 15, 20))
    client.start(listener)
    client.stop()

    orders = [notice for notice in listener.notices if isinstance(notice, OrderRow)]
    assert len({order.order_id for order in orders}) == len(run_at(15, 20).state.books.orders)
    assert len(listener.messages()) >= len(facts_of(run_at(15, 20)))
    assert any(isinstance(notice, StatusRow) for notice in listener.notices)


def test_a_whole_day_passes_and_the_portfolio_ends(opened: Build, listener: Listener) -> None:
    client = opened(speed=MAX_SPEED)
    client.submit(added(portfolio()))

    ended = listener.wait_for(is_state(PortfolioState.COMPLETED))

    assert isinstance(ended, PortfolioRow)
    assert ended.exit_reason is ExitReason.TIME
    assert client.now() >= at(15, 15)
    assert [told.number for told in listener.messages()] == list(range(1, len(listener.messages()) + 1))


def test_the_same_seed_and_commands_give_the_chain_of_a_headless_run(
    opened: Build, listener: Listener, tmp_path: Path
) -> None:
    journal = tmp_path / "journal.sqlite"
    expected = simulated_run(portfolios=(portfolio(),))
    run_until(expected, at(15, 20))
    client = opened(partial(journaled_run, str(journal)), NEARLY_STILL)

    client.submit(added(portfolio()))
    listener.wait_for(is_message("portfolio_added"))
    client.set_speed(MAX_SPEED)
    listener.wait_for(is_state(PortfolioState.COMPLETED))
    client.stop()

    wanted = [entry.body for entry in expected.engine.journal.entries()]
    with closing(open_for_reading(str(journal))) as reader:
        assert [entry.body for entry in islice(reader.entries(), len(wanted))] == wanted


def test_a_command_is_done_while_time_stands_still(opened: Build, listener: Listener) -> None:
    client = opened(speed=1.0)
    client.set_paused(True)
    listener.wait_for(lambda notice: isinstance(notice, StatusRow) and notice.figures.paused)
    stood_at = client.now()

    client.submit(lambda at: AddPortfolio(at=at, portfolio=portfolio(), account=PAPER))

    message = listener.wait_for(is_message("portfolio_added"))
    assert isinstance(message, MessageRow)
    assert message.at <= stood_at == client.now()


def test_time_runs_on_at_the_speed_that_is_asked_for(opened: Build, listener: Listener) -> None:
    client = opened(speed=1.0)
    client.set_paused(True)
    listener.wait_for(lambda notice: isinstance(notice, StatusRow) and notice.figures.paused)

    client.set_speed(FAST)
    client.set_paused(False)

    listener.wait_for(lambda notice: isinstance(notice, StatusRow) and notice.at > at(9, 30))
    with pytest.raises(ValueError, match="speed must be above 0"):
        client.set_speed(0)


def test_a_command_wakes_an_engine_that_waits(opened: Build, listener: Listener) -> None:
    client = opened(partial(simulated_run, step=10 * MINUTE), speed=0.001)

    client.submit(lambda at: SquareOffPortfolio(at=at, portfolio_id=PortfolioId("P9")))

    message = listener.wait_for(is_message("command_refused"))
    assert isinstance(message, MessageRow)
    assert "there is no portfolio P9" in message.sentence


def test_the_kill_switch_holds_openings_back_until_its_release(opened: Build, listener: Listener) -> None:
    client = opened()

    client.trip_kill_switch(KillLevel.NO_OPENINGS, "odd prices")
    client.trip_kill_switch(KillLevel.NO_OPENINGS, "pressed again")
    client.submit(added(portfolio()))
    listener.wait_for(is_message("portfolio_armed"))
    listener.wait_for(lambda notice: isinstance(notice, StatusRow) and notice.at > at(9, 30))

    assert not any(isinstance(notice, OrderRow) for notice in listener.notices)
    client.submit(lambda at: ReleaseKillSwitch(at=at, reason="looked at"))
    listener.wait_for(lambda notice: isinstance(notice, OrderRow) and notice.sent_at is not None)


def test_a_fault_stops_the_engine_and_says_so(opened: Build, listener: Listener) -> None:
    client = opened(breaking_run, speed=1.0)

    client.submit(added(portfolio()))

    stopped = listener.wait_for(lambda notice: isinstance(notice, EngineStopped))
    assert isinstance(stopped, EngineStopped)
    assert "two and two are five" in stopped.sentence
    assert "The journal is safe" in stopped.sentence
    assert "ArithmeticError" in stopped.detail
    client.stop()
    assert not client.is_running
    client.submit(added(portfolio()))
    assert sum(isinstance(notice, EngineStopped) for notice in listener.notices) == 1


def test_the_night_is_jumped_over(opened: Build, listener: Listener) -> None:
    tomorrow = at(9, 15, day=DAY.replace(day=20))
    client = opened(partial(simulated_run, at(15, 39)), speed=600.0)

    listener.wait_for(is_message("day_started"))

    listener.wait_for(lambda notice: isinstance(notice, StatusRow) and notice.last_quote_at >= tomorrow)
    assert client.now() >= tomorrow


def test_quotes_reach_board_and_bars(opened: Build, listener: Listener) -> None:
    client = opened()
    spot = client.master.spot("NIFTY")
    assert spot is not None
    row = client.master.row(spot.id)

    listener.wait_for(lambda notice: isinstance(notice, StatusRow) and notice.last_quote_at > at(9, 17))
    client.stop()

    starts, values = client.bars.of(row)
    assert len(starts) >= 2
    assert client.board.copy([row])[0, 0] == pytest.approx(values[3, -1], abs=100)
    assert client.board.references([row])[0] > 0


def test_the_status_is_told_again_and_again(opened: Build, listener: Listener) -> None:
    opened()

    listener.wait_for(lambda notice: isinstance(notice, StatusRow) and notice.figures.quotes_per_second > 0)


def test_the_market_is_closed_after_the_bell_although_coins_are_listed(opened: Build, listener: Listener) -> None:
    late = partial(simulated_run, at(15, 39, 50), step=5 * SECOND, until=at(15, 40), underlyings=("NIFTY", "BTC"))

    client = opened(late, speed=60.0)
    closed = listener.wait_for(lambda notice: isinstance(notice, StatusRow) and not notice.market_open)

    assert isinstance(closed, StatusRow)
    assert Exchange.CRYPTO in {contract.exchange for contract in client.master.instruments}
    assert closed.at >= at(15, 40)
