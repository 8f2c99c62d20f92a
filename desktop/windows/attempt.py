"""One attempt at a time at something slow at a broker, on the window's own loop."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

from desktop.composition.failures import EXPECTED

Answer = TypeVar("Answer")


class Attempt(Generic[Answer]):
    """Runs the newest attempt only: one that is begun ends the one before it.

    ``done`` gets the answer, ``failed`` the sentence of an expected trouble; neither is called once it was left.
    """

    def __init__(self, done: Callable[[Answer], None], failed: Callable[[str], None]) -> None:
        self._done, self._failed = done, failed
        self._task: asyncio.Task[None] | None = None

    def begin(self, work: Callable[[], Coroutine[Any, Any, Answer]]) -> None:
        """Begin an attempt; to be called while the window's loop runs."""
        before = self._task
        self.leave()
        self._task = asyncio.get_running_loop().create_task(self._until_done(work, before))

    def leave(self) -> None:
        """Give up what is under way."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _until_done(
        self, work: Callable[[], Coroutine[Any, Any, Answer]], before: asyncio.Task[None] | None
    ) -> None:
        if before is not None:
            # It may hold a port or a connection until it is gone.
            await asyncio.gather(before, return_exceptions=True)
        try:
            answer = await work()
        except EXPECTED as error:
            self._failed(str(error))
            return
        self._task = None
        self._done(answer)
