"""What an engine's process runs in tests: any run that a module's function makes."""

from collections.abc import Callable

from engine.domain.instant import Instant
from engine.domain.messages import Message
from engine.runtime.journal.memory import MemoryJournal
from engine.runtime.journal.opening import open_journal
from engine.runtime.run import SimulatedRun
from tests.helpers.simulated_desk import simulated_run


class RunProgram:
    """Opens the run that ``make`` makes; tells where it runs and that it was closed, each as an aside."""

    expected = (ValueError,)

    def __init__(self, make: Callable[[], SimulatedRun]) -> None:
        self._make = make
        self._run: SimulatedRun | None = None
        self._aside: Callable[[bytes], None] | None = None

    def open_run(self, aside: Callable[[bytes], None]) -> SimulatedRun:
        self._aside = aside
        aside(b"opening")
        self._run = self._make()
        return self._run

    def close(self) -> None:
        if self._run is not None and not isinstance(self._run.engine.journal, MemoryJournal):
            self._run.engine.journal.close()
        if self._aside is not None:
            self._aside(b"closed")


class BreakingRun(SimulatedRun):
    """A run whose engine breaks at the first command."""

    def submit(self, command: Callable[[Instant], Message]) -> None:
        raise ArithmeticError("two and two are five")


def breaking_run() -> SimulatedRun:
    run = simulated_run()
    run.__class__ = BreakingRun
    return run


def empty_run() -> SimulatedRun:
    raise ValueError("the recording is empty")


def journaled_run(path: str) -> SimulatedRun:
    return simulated_run(journal=open_journal(path))


def dying_run() -> SimulatedRun:
    import os
    import signal

    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still here")
