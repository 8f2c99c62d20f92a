"""Lots, strike steps, ticks and freeze quantities of an underlying's contracts, from dated data."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated

from msgspec import Meta, Struct, field

from engine.domain.dated_rules import UnknownRuleError, latest, refuse_negative
from engine.domain.instrument import Exchange, Kind
from engine.domain.money import Price, price_of


class Cycle(Enum):
    """Whether a contract belongs to a weekly or to a monthly (quarterly, half-yearly) expiry."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"


class ContractSpec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an underlying is and how its contracts are spaced, from a trading day on. Prices in ₹."""

    underlying: str
    since: date = field(name="from")
    exchange: Exchange
    """Where its futures and options are listed."""
    spot_exchange: Exchange
    spot_symbol: str
    spot_kind: Kind
    strike_step: Decimal
    tick: Decimal
    future_tick: Decimal
    quantity_scale: Annotated[int, Meta(ge=1, le=10_000)] = 1
    source: str
    confirmed: bool

    def __post_init__(self) -> None:
        for name, value in (("strike step", self.strike_step), ("tick", self.tick), ("future tick", self.future_tick)):
            refuse_negative(name, value, zero=False)
            if price_of(value) % self.quantity_scale:
                raise ValueError(f"a {name} of {value} does not fit a quantity scale of {self.quantity_scale}")


class LotRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The lot of contracts that expire from a date on.

    ``through`` is the last expiry it covers, ``adopted`` the trading day from which contracts listed earlier carry it
    too, ``cycle`` limits it to weekly or monthly contracts. The last rule in the file that fits wins.
    """

    underlyings: tuple[str, ...]
    since: date = field(name="from")
    lot: Annotated[int, Meta(ge=1, le=10_000_000)]
    through: date | None = None
    adopted: date | None = None
    cycle: Cycle | None = None
    source: str
    confirmed: bool

    def covers(self, expiry: date, on: date, cycle: Cycle) -> bool:
        """Say whether a contract of that expiry has this lot on a trading day."""
        return (
            self.since <= expiry
            and (self.through is None or expiry <= self.through)
            and (self.adopted is None or self.adopted <= on)
            and (self.cycle is None or self.cycle is cycle)
        )


class FreezeRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The largest quantity of one order from a trading day on; no quantity where the exchange sets none."""

    underlyings: tuple[str, ...]
    since: date = field(name="from")
    quantity: Annotated[int, Meta(ge=1, le=1_000_000_000)] | None = None
    source: str
    confirmed: bool


class ContractRule(Struct, frozen=True, kw_only=True):
    """Everything fixed about an underlying's contracts of one expiry on one trading day."""

    underlying: str
    exchange: Exchange
    spot_exchange: Exchange
    spot_symbol: str
    spot_kind: Kind
    lot_size: int
    strike_step: Price
    tick_size: Price
    future_tick_size: Price
    freeze_quantity: int | None
    quantity_scale: int
    weekly: bool
    """Whether weekly contracts are listed."""
    confirmed: bool
    unconfirmed: tuple[str, ...] = ()
    """Which parts rest on public knowledge only: ``"lot"``, ``"freeze quantity"`` …"""


class ContractRules:
    """Contract data of all underlyings."""

    def __init__(self, specs: Iterable[ContractSpec], lots: Iterable[LotRule], freezes: Iterable[FreezeRule]) -> None:
        self._specs: dict[str, list[ContractSpec]] = {}
        self._lots: dict[str, list[LotRule]] = {}
        self._freezes: dict[str, list[FreezeRule]] = {}
        for spec in specs:
            self._specs.setdefault(spec.underlying, []).append(spec)
        for lot in lots:
            for underlying in lot.underlyings:
                self._lots.setdefault(underlying, []).append(lot)
        for freeze in freezes:
            for underlying in freeze.underlyings:
                self._freezes.setdefault(underlying, []).append(freeze)

    def underlyings(self) -> tuple[str, ...]:
        """Answer every underlying with contract data, in the order of the data file."""
        return tuple(self._specs)

    def exchanges(self) -> dict[str, Exchange]:
        """Answer the derivative exchange of every underlying."""
        return {underlying: specs[-1].exchange for underlying, specs in self._specs.items()}

    def spec(self, underlying: str, on: date) -> ContractSpec:
        """Answer the specification in force on a day. Raises UnknownRuleError."""
        if underlying not in self._specs:
            raise UnknownRuleError(
                f"{underlying} has no contract data; known are {', '.join(self._specs)}. "
                "Add it to contracts.toml in the market data folder"
            )
        found = latest(self._specs[underlying], on)
        if found is None:
            first = min(spec.since for spec in self._specs[underlying])
            raise UnknownRuleError(
                f"{underlying} has no contract data for {on.isoformat()}; it begins on {first.isoformat()}"
            )
        return found

    def lot(self, underlying: str, on: date, expiry: date, cycle: Cycle) -> LotRule:
        """Answer the lot rule of a contract on a trading day. Raises UnknownRuleError."""
        fitting = [lot for lot in self._lots.get(underlying, ()) if lot.covers(expiry, on, cycle)]
        if not fitting:
            raise UnknownRuleError(
                f"The lot of {underlying} contracts expiring on {expiry.isoformat()} is not known for "
                f"{on.isoformat()}; add it to lots.toml in the market data folder"
            )
        return fitting[-1]

    def freeze(self, underlying: str, on: date) -> FreezeRule | None:
        """Answer the freeze rule in force on a day; None where none is known."""
        return latest(self._freezes.get(underlying, ()), on)

    def rule(self, underlying: str, on: date, expiry: date, cycle: Cycle, weekly: bool) -> ContractRule:
        """Put together everything about one contract. Raises UnknownRuleError where a part is not known."""
        spec = self.spec(underlying, on)
        lot = self.lot(underlying, on, expiry, cycle)
        freeze = self.freeze(underlying, on)
        parts = {
            "strike step and tick": spec.confirmed,
            "lot": lot.confirmed,
            "freeze quantity": freeze is not None and freeze.confirmed,
        }
        unconfirmed = tuple(part for part, confirmed in parts.items() if not confirmed)
        return ContractRule(
            underlying=underlying,
            exchange=spec.exchange,
            spot_exchange=spec.spot_exchange,
            spot_symbol=spec.spot_symbol,
            spot_kind=spec.spot_kind,
            lot_size=lot.lot,
            strike_step=price_of(spec.strike_step),
            tick_size=price_of(spec.tick),
            future_tick_size=price_of(spec.future_tick),
            freeze_quantity=freeze.quantity if freeze else None,
            quantity_scale=spec.quantity_scale,
            weekly=weekly,
            confirmed=not unconfirmed,
            unconfirmed=unconfirmed,
        )
