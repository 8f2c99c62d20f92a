"""The desktop's one net for mistakes that nobody caught on Qt's thread."""

import asyncio
import sys
import traceback
from types import TracebackType
from typing import Any

from shiboken6 import isValid

from desktop.windows.crash_desk import CrashDesk
from desktop.windows.main_window import MainWindow


class QtExceptionHook:
    """Hands every exception that nobody caught to the window, which tells it; the engine trades on."""

    def __init__(self) -> None:
        self._window: MainWindow | None = None
        self._before = sys.excepthook

    def install(self, window: MainWindow) -> None:
        """Take every exception that nobody caught on Qt's thread, for this window from now on."""
        self._window = window
        sys.excepthook = self.take

    def remove(self) -> None:
        """Give the hook back."""
        sys.excepthook = self._before
        self._window = None

    def take(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Tell the exception; an interrupt goes its own way."""
        if not isinstance(error, Exception):
            self._before(kind, error, trace)
            return
        desk = self._desk()
        if desk is None:
            sys.stderr.write("".join(traceback.format_exception(kind, error, trace)))
        else:
            desk.window_failed(error)

    def take_from_loop(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Tell what a task of Qt's own loop raised; what is no exception goes the loop's own way."""
        error = context.get("exception")
        if isinstance(error, Exception):
            self.take(type(error), error, error.__traceback__)
        else:
            loop.default_exception_handler(context)

    def _desk(self) -> CrashDesk | None:
        return self._window.crash_desk if self._window is not None and isValid(self._window) else None
