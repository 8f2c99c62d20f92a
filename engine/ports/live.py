"""What the engine asks of a broker that lives on wall time: it is opened and closed on the engine's own loop."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import msgspec

from engine.ports.broker import OrderGateway


@runtime_checkable
class LiveGateway(OrderGateway, Protocol):
    """An order gateway that also brings quotes; all calls are made on the engine's loop."""

    async def open(self) -> None:
        """Connect; returns once the session is proven. Raises the errors that LiveErrors name; may be tried again."""
        ...

    async def log_in(self) -> None:
        """Go on with the session that lies in the secrets now. Raises as open does."""
        ...

    def subscribe(self, rows: Sequence[int]) -> None:
        """Ask for the quotes of exactly these rows of the contract master; remembered while not connected."""
        ...

    def hurry(self, on: bool) -> None:
        """Let exits and cancellations go before all else: the kill switch is on."""
        ...

    async def close(self) -> None:
        """Stop everything; safe to call twice. Orders at the broker stay as they are."""
        ...


class LiveErrors(msgspec.Struct, frozen=True):
    """The errors of opening whose message is a sentence for the trader."""

    trouble: type[Exception]
    """Any of them; it is tried again."""
    logged_out: type[Exception]
    """That the trader has to log in; it is tried again once somebody did."""
