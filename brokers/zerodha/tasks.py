"""Tasks that have an owner: none is forgotten, and a mistake in one reaches the loop's own handler."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from engine.domain.instant import SECOND


class Tasks:
    """The running tasks of one owner, who ends them all."""

    def __init__(self) -> None:
        # In the order in which they were begun, so that the same run ends them the same way.
        self._tasks: dict[asyncio.Task[None], None] = {}

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Start a task."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks[task] = None
        task.add_done_callback(self._forget)
        task.add_done_callback(surface)

    def _forget(self, task: "asyncio.Task[None]") -> None:
        self._tasks.pop(task, None)

    async def end(self) -> None:
        """Cancel all and wait for their ends."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def surface(task: "asyncio.Task[None]") -> None:
    """Bring a mistake of ours in a task to the loop's own handler, where the engine stops on it."""
    if task.cancelled():
        return
    error = task.exception()
    if error is not None:
        context = {"message": f"{task.get_name()} ended with a fault", "exception": error, "task": task}
        task.get_loop().call_exception_handler(context)


async def pause(duration: int) -> None:
    """Let ``duration`` µs of the loop's own time go by."""
    await until(asyncio.Event(), duration)


async def until(event: asyncio.Event, duration: int | None) -> None:
    """Wait for an event, at most ``duration`` µs of the loop's own time; None for as long as it takes."""
    if duration is not None and duration <= 0:
        return
    try:
        async with asyncio.timeout(None if duration is None else duration / SECOND):
            await event.wait()
    except TimeoutError:
        return
