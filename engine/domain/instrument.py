"""Instruments as the exchange lists them."""

from collections.abc import Iterable
from datetime import date

import msgspec

from engine.domain.identifiers import InstrumentId
from engine.domain.money import Money, Price
from engine.domain.term import Term


class Exchange(Term):
    """Where an instrument is listed, in the exchange's and Kite's spelling."""

    NSE = "NSE"
    BSE = "BSE"
    NFO = "NFO"
    BFO = "BFO"
    CRYPTO = "CRYPTO"
    """Simulated coins, quoted in ₹, open round the clock; no real exchange."""


def leading_exchanges(exchanges: Iterable[Exchange]) -> frozenset[Exchange]:
    """Answer the exchanges whose hours the market keeps.

    Coins trade round the clock; where they share a desk with shares and indices, the exchanges' hours hold for all, so
    that the desk's one clock never waits through a night.
    """
    present = frozenset(exchanges)
    return present - {Exchange.CRYPTO} or present


class Kind(Term):
    """What an instrument is."""

    INDEX = "INDEX"
    EQUITY = "EQ"
    FUTURE = "FUT"
    CALL = "CE"
    PUT = "PE"

    @property
    def is_option(self) -> bool:
        """Say whether it is a call or a put."""
        return self is Kind.CALL or self is Kind.PUT


class Instrument(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One listed contract.

    ``quantity_scale`` is how many units of quantity make one unit of the underlying: 1 everywhere but for coins, whose
    lot of 0.01 is one unit of quantity with a scale of 100.
    """

    id: InstrumentId
    exchange: Exchange
    symbol: str
    underlying: str
    kind: Kind
    expiry: date | None = None
    strike: Price | None = None
    lot_size: int = 1
    tick_size: Price
    freeze_quantity: int | None = None
    """Largest quantity of one order (ruling 14 of the executor reference); None where the exchange sets none."""
    quantity_scale: int = 1
    token: int = 0
    """The broker feed's number for it; 0 where there is no feed."""

    @property
    def is_tradable(self) -> bool:
        """Say whether orders can be sent for it; an index can only be watched."""
        return self.kind is not Kind.INDEX


def instrument_id(exchange: Exchange, symbol: str) -> InstrumentId:
    """Answer the id of a symbol on an exchange, ``"NFO:NIFTY26AUG24850CE"``."""
    return InstrumentId(f"{exchange.value}:{symbol}")


def value_of(price: int, quantity: int, instrument: Instrument) -> Money:
    """Answer price times quantity in money, exactly.

    Ticks are whole multiples of the quantity scale (checked when a contract master is built), so nothing is lost.
    """
    return Money(price * quantity // instrument.quantity_scale)
