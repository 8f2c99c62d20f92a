"""What a day needs of the broker behind an account's line, whichever broker it is."""

from collections import Counter
from typing import Protocol

from engine.domain.identifiers import BrokerOrderId
from engine.domain.instrument import Instrument
from engine.domain.money import Money, Price
from engine.domain.order import Side
from engine.domain.reports import BookOrder
from engine.runtime.run import SimulatedBroker


class Venue(SimulatedBroker, Protocol):
    """A broker on simulated time, and the truth behind it that checks look at."""

    @property
    def orders(self) -> tuple[BookOrder, ...]:
        """The orders of the day as they truly are."""
        ...

    @property
    def cash(self) -> Money:
        """What all trades have paid and received: minus the sum of their signed values."""
        ...

    @property
    def faults_injected(self) -> Counter[str]:
        """How often each kind of fault has struck so far."""
        ...

    def hang_up(self) -> None:
        """Lose all that is on its way to an engine that is gone."""
        ...

    def trade_externally(self, instrument: Instrument, side: Side, quantity: int, price: Price) -> object:
        """Trade by hand in the broker's own terminal; only the broker tells of it."""
        ...

    def cancel_externally(self, order: BrokerOrderId) -> bool:
        """Cancel a working order from the broker's side; answer whether it was working."""
        ...
