"""An event loop whose time jumps to the next timer as soon as nothing else is to be done, real sockets included."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple

from engine.domain.instant import SECOND, Instant

_LAST_LOOK = 0.0005
"""Wall seconds in which what is on its way over loopback arrives, before time jumps."""

Answer = TypeVar("Answer")
Arguments = TypeVarTuple("Arguments")
Keys = list[tuple[selectors.SelectorKey, int]]


class _JumpingSelector(selectors.DefaultSelector):
    def __init__(self, *, has_sockets: bool) -> None:
        super().__init__()
        self.now = 0.0
        self.busy_threads = 0
        self._has_sockets = has_sockets

    def select(self, timeout: float | None = None) -> Keys:
        if not self._has_sockets and timeout is not None:
            self.now += timeout
            return []
        events: Keys = super().select(0)
        if events or timeout == 0:
            return events
        if timeout is None or self.busy_threads:
            found: Keys = super().select(0.05 if timeout is None else min(timeout, 0.01))
            return found
        events = super().select(_LAST_LOOK)
        if not events:
            self.now += timeout
        return events


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop on virtual time that starts at 0 seconds; while a worker thread is busy, time stands.

    Without sockets it never looks at the operating system: the same work runs in the same order every time.
    """

    def __init__(self, *, has_sockets: bool = True) -> None:
        self._jumping = _JumpingSelector(has_sockets=has_sockets)
        self._has_sockets = has_sockets
        super().__init__(self._jumping)
        self._is_living = False

    def time(self) -> float:
        """Answer the seconds of virtual time that have passed."""
        return self._jumping.now

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Arguments], Answer], *args: *Arguments
    ) -> "asyncio.Future[Answer]":
        """Run in a thread, and let time stand meanwhile; without sockets at once and here, so that order is kept."""
        if not self._has_sockets:

            async def at_once() -> Answer:
                return func(*args)

            return self.create_task(at_once())
        self._jumping.busy_threads += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._thread_is_done)
        return future

    def _thread_is_done(self, _future: object) -> None:
        self._jumping.busy_threads -= 1

    def play(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        """Run until the work is done and answer its result."""
        return self.run_until_complete(work)

    def live_until(self, due: float) -> None:
        """Run until virtual time is ``due``, or until something interrupts."""
        timer = self.call_at(due, self.stop)
        self._is_living = True
        self.run_forever()
        self._is_living = False
        timer.cancel()

    def interrupt(self) -> None:
        """End ``live_until`` at the present time; elsewhere do nothing."""
        if self._is_living:
            self.stop()

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
        """Answer the present instant."""
        return Instant(self._start + round(self._loop.time() * SECOND))

    def seconds(self, at: Instant) -> float:
        """Answer an instant as the loop's own time."""
        return (at - self._start) / SECOND
