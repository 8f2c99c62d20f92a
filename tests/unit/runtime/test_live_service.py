"""The engine's thread on a live run: accounts are opened on its loop, arrivals wake it, time is the market's."""

from collections.abc import Iterator

import pytest

from engine.api import EngineClient
from engine.views.desk import Notice
from engine.views.status import StatusRow
from tests.helpers.engine_listener import PATIENCE, Listener, is_message
from tests.helpers.live_world import LIVE, LiveWorld, LoggedOutError
from tests.unit.runtime.test_live_account import FlushedLater


@pytest.fixture
def world() -> LiveWorld:
    return LiveWorld(troubles=[LoggedOutError("log in first")])


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def client(world: LiveWorld, listener: Listener) -> Iterator[EngineClient]:
    client = EngineClient(lambda: world.run, speed=50)
    client.start(listener)
    yield client
    client.stop()


def _is_down(notice: Notice) -> bool:
    return isinstance(notice, StatusRow) and not notice.accounts[0].is_connected


def _is_recovering(notice: Notice) -> bool:
    return isinstance(notice, StatusRow) and notice.recovering


def test_an_account_without_a_login_does_not_keep_the_desk_from_starting(
    client: EngineClient, listener: Listener
) -> None:
    status = listener.wait_for(_is_down)

    assert client.is_running
    assert isinstance(status, StatusRow)
    assert [detail for _, detail in status.accounts[0].down] == ["log in first"]
    assert status.recovering


def test_after_a_login_the_books_are_read_and_what_arrives_wakes_the_engine(
    client: EngineClient, world: LiveWorld, listener: Listener
) -> None:
    listener.wait_for(_is_down)
    world.gateway.answer_books = world.tell_books

    client.log_in(LIVE)

    listener.wait_for(is_message("recovery_finished"))
    assert world.gateway.calls["open"] == 2


def test_live_time_is_the_clocks_whatever_speed_was_asked_for(
    client: EngineClient, world: LiveWorld, listener: Listener
) -> None:
    listener.wait_for(_is_down)

    assert client.now() == world.clock.now()
    with pytest.raises(ValueError, match="cannot be paused"):
        client.set_paused(True)
    with pytest.raises(ValueError, match="cannot be sped up"):
        client.set_speed(2)
    status = listener.wait_for(lambda notice: isinstance(notice, StatusRow))
    assert isinstance(status, StatusRow)
    assert (status.figures.speed, status.figures.ended) == (1.0, False)


def test_gateways_are_closed_before_the_loop_ends(client: EngineClient, world: LiveWorld, listener: Listener) -> None:
    listener.wait_for(_is_down)

    client.stop()

    assert world.gateway.calls["close"] == 1


def test_the_writer_of_the_journal_wakes_the_engine(listener: Listener) -> None:
    journal = FlushedLater()
    world = LiveWorld(journal, troubles=[LoggedOutError("log in first")])
    journal.is_quick = False
    client = EngineClient(lambda: world.run)
    client.start(listener)

    try:
        # The engine's thread is about to decide that the line is down.
        assert journal.queued.wait(PATIENCE)
        journal.flush()
        listener.wait_for(is_message("connection_changed"))
    finally:
        client.stop()
