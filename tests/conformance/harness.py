"""What a gateway's test set-up must offer so that the conformance cases can be run against it."""

from collections.abc import Callable
from enum import Enum, auto
from typing import Protocol

from engine.domain.identifiers import AccountId, InstrumentId
from engine.domain.reports import Report
from engine.ports.broker import OrderGateway


class Trouble(Enum):
    """What the venue behind a gateway does wrong throughout one case."""

    NONE = auto()
    LOST_ANSWERS = auto()
    """New orders arrive; nothing about them comes back until the gateway gives up waiting."""
    DUPLICATES = auto()
    """Every report comes twice."""
    FILL_BEFORE_CANCEL = auto()
    """Every order fills at its limit just before its cancellation arrives."""
    SESSION_LOSS = auto()
    """The session is lost one second after the start, for ten seconds."""


class GatewayHarness(Protocol):
    """A gateway with its venue in the test's hands. The venue starts open and shows nothing.

    ``instrument`` is an option traded in lots of ``lot`` with a freeze quantity of ``freeze_quantity`` and a tick of
    ₹0.05; the account can afford a hundred lots.
    """

    gateway: OrderGateway
    account: AccountId
    instrument: InstrumentId
    lot: int
    freeze_quantity: int

    def show(self, bid: str, bid_quantity: int, ask: str, ask_quantity: int) -> None:
        """Let the venue show this quote, in rupees and units; the last trade was at the bid."""
        ...

    def call(self, action: Callable[..., None], *arguments: object) -> None:
        """Call the gateway where the engine would: on its own loop, where it has one."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...

    def wait(self, seconds: int) -> list[Report]:
        """Let time pass and answer, in order, what the gateway reported meanwhile."""
        ...
