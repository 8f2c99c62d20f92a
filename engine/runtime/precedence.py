"""Who has the interpreter when window and engine want it at once: the engine, while a quote becomes orders."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

SHARED = 0.0001
"""Seconds after which a busy window must let the engine go on that has come back from its sleep or from the disk."""

KEPT = 0.002
"""Seconds for which the engine need not let a window go on that asks: longer than a quote takes to become orders."""


class Precedence:
    """Sets how long a thread must ask before another lets it have the interpreter.

    Python gives every thread the same right, and an engine that is interrupted in the middle of a decision waits for
    whatever the window does then, a painted chart perhaps. So the engine keeps the interpreter through a turn, and asks
    impatiently whenever it has to get it back. Objects that hold each other are looked for between turns only, which
    takes milliseconds. For the engine's own thread.
    """

    def __init__(self) -> None:
        self._is_kept = False

    def keep(self) -> None:
        """Begin a turn."""
        self._is_kept = True
        gc.disable()
        sys.setswitchinterval(KEPT)

    def share(self) -> None:
        """End a turn."""
        self._is_kept = False
        gc.enable()
        sys.setswitchinterval(SHARED)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Surround what lets go of the interpreter in the middle of a turn: the disk, and the making of quotes."""
        sys.setswitchinterval(SHARED)
        try:
            yield
        finally:
            if self._is_kept:
                sys.setswitchinterval(KEPT)
