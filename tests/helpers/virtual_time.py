"""An event loop whose time jumps to the next timer as soon as nothing else is to be done, real sockets included."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any

from engine.domain.instant import SECOND, Instant

_LAST_LOOK = 0.0005
"""Wall seconds in which what is on its way over loopback arrives, before time jumps."""


class _JumpingSelector(selectors.DefaultSelector):
    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.busy_threads = 0

    def select(self, timeout: float | None = None) -> Any:
        events = super().select(0)
        if events or timeout == 0:
            return events
        if timeout is None or self.busy_threads:
            return super().select(0.05 if timeout is None else min(timeout, 0.01))
        events = super().select(_LAST_LOOK)
        if not events:
            self.now += timeout
        return events


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop on virtual time that starts at 0 seconds; while a worker thread is busy, time stands."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:
        self._jumping.busy_threads += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._thread_is_done)
        return future

    def _thread_is_done(self, _future: Any) -> None:
        self._jumping.busy_threads -= 1

    def play(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run until the work is done and answer its result."""
        return self.run_until_complete(work)

    def end(self) -> None:
        """Close the loop and its threads."""
        self.run_until_complete(self.shutdown_asyncgens())
        self.run_until_complete(self.shutdown_default_executor())
        self.close()


class VirtualClock:
    """The clock of a virtual loop that began at an instant."""

    def __init__(self, loop: asyncio.AbstractEventLoop, start: Instant) -> None:
        self._loop = loop
        self._start = start

    def now(self) -> Instant:
        return Instant(self._start + round(self._loop.time() * SECOND))
