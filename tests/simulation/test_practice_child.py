"""A practice server as a child of the program: whoever stops it leaves none behind."""

import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from desktop.composition.practice_child import PracticeChild

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are killed as POSIX does it")

PATIENCE = 60
OPTIONS = ("--underlying", "NIFTY", "--from", "2026-08-19T09:15:00")


class Starts:
    """The options of each start; the second one is held up until somebody began to stop the child."""

    def __init__(self) -> None:
        self.child: PracticeChild
        self.stopper: threading.Thread
        self.number = 0

    def options(self) -> tuple[str, ...]:
        self.number += 1
        if self.number == 2:
            self.stopper = threading.Thread(target=self.child.stop, name="stopper")
            self.stopper.start()
            assert self.child._stopping.wait(PATIENCE)
        return OPTIONS


def test_a_server_that_is_stopped_while_it_is_started_again_does_not_outlive_that(tmp_path: Path) -> None:
    starts, said, gone = Starts(), [], threading.Event()

    def say(sentence: str) -> None:
        said.append(sentence)
        gone.set()

    child = starts.child = PracticeChild("zerodha", starts.options, tmp_path / "server.log", say, lambda: None)
    child.start()
    first = child.process_id
    assert first is not None

    os.kill(first, signal.SIGKILL)
    assert gone.wait(PATIENCE)
    assert child._watcher is not None
    child._watcher.join(PATIENCE)
    starts.stopper.join(PATIENCE)

    assert not child._watcher.is_alive()
    assert not starts.stopper.is_alive()
    assert child.process_id != first
    assert child._process is not None
    assert child._process.poll() is not None
