"""The engine's process: it outlives no window, its death is told at once, and no memory stays behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest

from engine.api import EngineClient, EngineProcessError
from engine.domain.facts.codec import decode, kind_of
from engine.domain.multileg.states import KillLevel
from engine.runtime.journal.opening import open_for_reading, open_journal
from engine.runtime.pace import MAX_SPEED
from engine.runtime.process.child import live
from engine.runtime.process.shared_arrays import SharedArrays, memory_folder
from engine.runtime.run import SimulatedRun
from engine.views.messages import MessageRow
from engine.views.orders import OrderRow
from engine.views.status import EngineStopped
from tests.helpers.engine_listener import Listener, is_message
from tests.helpers.engine_programs import RunProgram, dying_run, journaled_run
from tests.helpers.simulated_desk import added, at, portfolio, rules, simulated_run

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 20.0

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")

Opened = Callable[..., EngineClient]


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def asides() -> list[bytes]:
    return []


@pytest.fixture
def opened(listener: Listener, asides: list[bytes]) -> Iterator[Opened]:
    clients: list[EngineClient] = []

    def start(make: Callable[[], SimulatedRun] = simulated_run, speed: float = 1.0) -> EngineClient:
        client = EngineClient.own_process(RunProgram(make), rules(), speed=speed, take_aside=asides.append)
        clients.append(client)
        client.start(listener)
        return client

    yield start
    for client in clients:
        client.stop()
    assert not list(memory_folder().glob(f"legwork-{os.getpid()}-*"))


def process_of(client: EngineClient) -> int:
    return int(client.way.removeprefix("in a process of its own, number "))


def is_stop(notice: object) -> bool:
    return isinstance(notice, EngineStopped)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGABRT])
def test_a_process_that_is_killed_is_told_once_and_the_window_goes_on(
    opened: Opened, listener: Listener, number: signal.Signals
) -> None:
    client = opened()

    os.kill(process_of(client), number)

    stopped = listener.wait_for(is_stop)
    assert isinstance(stopped, EngineStopped)
    assert f"its process was ended by {number.name}. The journal is safe and nothing more is sent" in stopped.sentence
    assert not client.is_running
    client.submit(added(portfolio()))
    client.trip_kill_switch(KillLevel.FLATTEN, "too late")
    client.set_paused(True)
    client.stop()
    assert client.now() >= at(9, 15)
    assert sum(map(is_stop, listener.notices)) == 1


def test_the_system_may_ask_it_to_end_and_it_closes_its_files(
    opened: Opened, listener: Listener, asides: list[bytes]
) -> None:
    client = opened()

    os.kill(process_of(client), signal.SIGTERM)

    stopped = listener.wait_for(is_stop)
    assert isinstance(stopped, EngineStopped)
    # On a busy machine the line is seen to be closed a moment before the process is seen to be gone.
    assert "its process ended by itself" in stopped.sentence or "its process closed the line" in stopped.sentence
    assert asides == [b"opening", b"closed"]


def test_ctrl_c_and_the_end_of_the_terminal_are_the_windows_to_answer(opened: Opened, listener: Listener) -> None:
    client = opened()

    os.kill(process_of(client), signal.SIGINT)
    os.kill(process_of(client), signal.SIGHUP)
    client.submit(added(portfolio()))

    listener.wait_for(is_message("portfolio_added"))
    assert client.is_running


def test_what_the_program_says_besides_arrives_in_order(opened: Opened, asides: list[bytes]) -> None:
    client = opened()
    client.stop()

    assert asides == [b"opening", b"closed"]


def test_a_process_that_dies_while_it_opens_is_said(opened: Opened) -> None:
    with pytest.raises(EngineProcessError, match="did not open: its process was ended by SIGKILL"):
        opened(dying_run)


def test_an_engine_can_be_started_once_only(opened: Opened, listener: Listener) -> None:
    client = opened()

    with pytest.raises(RuntimeError, match="started before"):
        client.start(listener)


def test_the_kill_switch_holds_openings_back_before_its_word_arrives(opened: Opened, listener: Listener) -> None:
    client = opened(speed=600.0)
    # As it stands after the switch was pressed, while the command is still on its way.
    client._service._trips[0] += 1

    client.submit(added(portfolio()))

    listener.wait_for(lambda notice: isinstance(notice, MessageRow) and "held back by the kill" in notice.sentence)
    assert not any(isinstance(notice, OrderRow) and notice.sent_at is not None for notice in listener.notices)


def test_the_engine_ends_in_order_when_the_window_is_killed(tmp_path: Path) -> None:
    journal = tmp_path / "journal.sqlite"
    command = [sys.executable, "-m", "tests.helpers.engine_window", str(journal)]
    window = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert window.stdout is not None
    assert window.stdout.readline() == b"open\n"

    window.kill()

    # The engine's process has the same standard output: this returns when both are gone.
    said, complaints = window.communicate(timeout=PATIENCE)
    assert (said, complaints) == (b"", b"")
    with closing(open_journal(str(journal))) as again:
        assert again.verify().is_sound
    assert not list(memory_folder().glob(f"legwork-{window.pid}-*"))


def test_an_engine_whose_window_went_while_it_opened_ends_in_order(tmp_path: Path) -> None:
    journal, name = str(tmp_path / "journal.sqlite"), f"{os.getpid()}-gone"
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(
        target=live, args=(theirs, RunProgram(partial(journaled_run, journal)), name, MAX_SPEED), daemon=True
    )
    process.start()
    theirs.close()

    ours.close()
    process.join(PATIENCE)

    assert process.exitcode == 0
    with closing(open_for_reading(journal)) as reader:
        kinds = {kind_of(decode(entry.body)) for entry in reader.entries()}
    assert "session_opened" in kinds
    assert "recovery_finished" not in kinds
    assert not list(memory_folder().glob(f"legwork-{name}*"))


def test_what_killed_processes_left_is_swept_at_the_next_start(opened: Opened) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait(PATIENCE)
    left = memory_folder() / f"legwork-{ended.pid}-1.0"
    left.write_bytes(b"left behind")

    opened()

    assert not left.exists()


def test_memory_that_is_not_there_is_said() -> None:
    arrays = SharedArrays(f"{os.getpid()}-none", makes=True)

    with pytest.raises(EngineProcessError, match="No memory can be shared with the engine's process"):
        arrays.allocate((1 << 50,))

    arrays.forget()


def test_arrays_that_nobody_made_cannot_be_opened() -> None:
    with pytest.raises(EngineProcessError, match="start Legwork without --engine-process"):
        SharedArrays(f"{os.getpid()}-nobody", makes=False).allocate((4,))


def test_memory_outlives_its_name() -> None:
    made, opened = (SharedArrays(f"{os.getpid()}-named", makes=makes) for makes in (True, False))
    writer, reader = made.allocate((2, 3)), opened.allocate((2, 3))

    opened.forget()
    writer[1, 2] = 7

    assert reader.tolist() == [[0, 0, 0], [0, 0, 7]]
    assert not list(memory_folder().glob(f"legwork-{os.getpid()}-named*"))
