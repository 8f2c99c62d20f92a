"""What the program knows about a broker before it opens it."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from brokers.live_line import LiveLine
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import AccountId
from engine.domain.instant import Instant
from engine.domain.instrument import Instrument
from engine.domain.money import Money, Price
from engine.domain.order import Side
from engine.domain.price_protection import PriceBand
from engine.ports.broker import Capabilities, OrderGateway
from engine.schema.declared import Declared

TradingHours = Callable[[Instrument, Instant], bool]
"""Says whether an instrument can be traded at an instant, by the dated session data."""


PriceBandRule = Callable[[Instrument, Instant, Price], PriceBand | None]
"""Answers the band of accepted limit prices around a reference price at an instant; None for no protection."""


ChargeRule = Callable[[Instrument, Side, Money, Instant], Money]
"""Answers the charges of an executed order: its instrument, its side, the value of its fills, and when."""


def always_open(_instrument: Instrument, _at: Instant) -> bool:
    """Say yes: for coins, and for tests that are not about hours."""
    return True


def any_tag(_tag: str) -> bool:
    """Say yes: where every order of the account is placed from here."""
    return True


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What an account's broker is opened with, whatever the broker."""

    account: AccountId
    contracts: ContractMaster
    hours: TradingHours = always_open
    price_band: PriceBandRule | None = None
    """The dated price protection; None for a simulated exchange's own."""
    charges: ChargeRule | None = None
    """The dated charges; None where trading costs nothing."""
    books_file: Path | None = None
    """Where a broker that keeps its own books keeps them; None for memory only."""
    live: LiveLine | None = None
    """What a broker on wall time needs besides; None in a simulated run."""
    ours: Callable[[str], bool] = any_tag
    """Says whether an order tag in the broker's books is one of ours, by the lineages of the account's journals."""


class BrokerDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """One broker: its name on the command line, its settings, what it allows, and how it is opened."""

    name: str
    title: str
    settings: type[Declared]
    capabilities: Capabilities
    open: Callable[[Declared, Surroundings], OrderGateway]
    """Raises BrokerError with a sentence where the broker cannot be opened."""
