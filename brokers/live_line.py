"""What a broker on wall time is given: a clock, and a place where its reports and quotes go.

A live run calls it so: build it with ``BrokerDefinition.open``, which answers a LiveGateway (``engine/ports/live.py``),
``await open()`` on the engine's loop, ``subscribe`` the rows that are looked at, hand every report and frame that the
listener gets to the run, and at the end ``await close()``. All calls are made on that one loop; nothing of it blocks.
"""

from typing import Protocol

import msgspec

from engine.domain.instant import Instant
from engine.domain.quote import QuoteFrame
from engine.domain.reports import Report


class Clock(Protocol):
    """Where a broker's adapter gets the time: the system's clock, or virtual time that a harness moves."""

    def now(self) -> Instant:
        """Answer the present instant."""
        ...


class Listener(Protocol):
    """Where a live broker's news go, on the loop it runs on. It takes them at once and never raises."""

    def report(self, report: Report) -> None:
        """Take what the broker claims."""
        ...

    def quotes(self, frame: QuoteFrame) -> None:
        """Take what the market shows; the arrays belong to the listener from now on."""
        ...

    def notice(self, at: Instant, sentence: str) -> None:
        """Take a sentence for the trader's message log: a warning, or the broker's own notice."""
        ...


class Secrets(Protocol):
    """A place for secrets: the operating system's keyring, or an encrypted file."""

    def read(self, name: str) -> str | None:
        """Answer a secret, None where there is none. Raises BrokerError where the place cannot be read."""
        ...

    def write(self, name: str, secret: str) -> None:
        """Keep a secret. Raises BrokerError."""
        ...

    def forget(self, name: str) -> None:
        """Let go of a secret; nothing happens where there is none. Raises BrokerError."""
        ...


class LiveLine(msgspec.Struct, frozen=True, kw_only=True):
    """What a broker on wall time needs beside its account and contracts."""

    clock: Clock
    listener: Listener
    secrets: Secrets
