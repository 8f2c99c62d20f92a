"""What runs in the engine's process."""

from collections.abc import Callable
from typing import Protocol

from engine.runtime.run import Run

Aside = Callable[[bytes], None]
"""Takes something for the one who started the process, in his own bytes; from any thread, returns at once."""


class Program(Protocol):
    """Opens a run in the engine's process and closes what stands behind it.

    It crosses to that process by pickling: an object of a module's class that holds plain values.
    """

    expected: tuple[type[Exception], ...]
    """Errors of opening whose message is a sentence for the trader; each is built from that alone."""

    def open_run(self, aside: Aside) -> Run:
        """Build engine, market and broker, and open the session. Raises one of ``expected``."""
        ...

    def close(self) -> None:
        """Let go of everything, whether the run was opened or not; asides still arrive."""
        ...
