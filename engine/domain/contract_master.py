"""The contracts of the day, found by symbol or by underlying, expiry, strike and kind."""

from collections.abc import Iterable
from datetime import date

from engine.domain.identifiers import InstrumentId
from engine.domain.instrument import Exchange, Instrument, Kind, instrument_id
from engine.domain.money import Price


class UnknownInstrumentError(LookupError):
    """No such contract is listed; the message says which and what is there instead."""


class ContractMaster:
    """All instruments of a session, numbered from 0; the number is the row of an instrument in every quote frame.

    Raises ValueError where two instruments share an id, a tick does not fit the quantity scale, or a lot or
    scale is below 1.
    """

    def __init__(self, instruments: Iterable[Instrument]) -> None:
        self.instruments: tuple[Instrument, ...] = tuple(instruments)
        self._row: dict[InstrumentId, int] = {}
        self._contracts: dict[tuple[str, date, Price | None, Kind], Instrument] = {}
        self._strikes: dict[tuple[str, date], list[Price]] = {}
        self._spot: dict[str, Instrument] = {}
        self._futures: dict[str, list[Instrument]] = {}
        for row, instrument in enumerate(self.instruments):
            self._add(row, instrument)
        self._expiries: dict[str, tuple[date, ...]] = {}
        for underlying, expiry in sorted(self._strikes):
            self._expiries[underlying] = (*self._expiries.get(underlying, ()), expiry)
        self._sorted_strikes = {key: tuple(sorted(set(strikes))) for key, strikes in self._strikes.items()}
        for futures in self._futures.values():
            futures.sort(key=lambda future: future.expiry or date.max)

    def _add(self, row: int, instrument: Instrument) -> None:
        if instrument.id in self._row:
            raise ValueError(f"{instrument.id} is listed twice; the contract file is damaged")
        if instrument.quantity_scale < 1:
            raise ValueError(
                f"{instrument.id} has a quantity scale of {instrument.quantity_scale}; it must be at least 1"
            )
        if instrument.tick_size <= 0 or instrument.tick_size % instrument.quantity_scale:
            raise ValueError(f"{instrument.id} has a tick of {instrument.tick_size}/10000 that cannot be traded")
        if instrument.lot_size < 1:
            raise ValueError(f"{instrument.id} has a lot of {instrument.lot_size}; it must be at least 1")
        self._row[instrument.id] = row
        if instrument.kind in (Kind.INDEX, Kind.EQUITY):
            self._spot[instrument.underlying] = instrument
        elif instrument.expiry is not None:
            self._contracts[instrument.underlying, instrument.expiry, instrument.strike, instrument.kind] = instrument
            if instrument.kind is Kind.FUTURE:
                self._futures.setdefault(instrument.underlying, []).append(instrument)
            elif instrument.strike is not None:
                self._strikes.setdefault((instrument.underlying, instrument.expiry), []).append(instrument.strike)

    def __len__(self) -> int:
        return len(self.instruments)

    def __contains__(self, instrument: object) -> bool:
        return instrument in self._row

    def row(self, instrument: InstrumentId) -> int:
        """Answer the row of an instrument in quote frames. Raises UnknownInstrumentError."""
        try:
            return self._row[instrument]
        except KeyError:
            raise UnknownInstrumentError(f"{instrument} is not in today's contract list") from None

    def by_id(self, instrument: InstrumentId) -> Instrument:
        """Answer an instrument by its id. Raises UnknownInstrumentError."""
        return self.instruments[self.row(instrument)]

    def by_symbol(self, exchange: Exchange, symbol: str) -> Instrument:
        """Answer an instrument by exchange and symbol. Raises UnknownInstrumentError."""
        return self.by_id(instrument_id(exchange, symbol))

    def contract(self, underlying: str, expiry: date, strike: Price | None, kind: Kind) -> Instrument | None:
        """Answer the option or future of an underlying (``strike`` None for a future); None where it is not listed."""
        return self._contracts.get((underlying, expiry, strike, kind))

    def expiries(self, underlying: str) -> tuple[date, ...]:
        """Answer the listed option expiries of an underlying, nearest first; empty where there are none."""
        return self._expiries.get(underlying, ())

    def strikes(self, underlying: str, expiry: date) -> tuple[Price, ...]:
        """Answer the listed strikes of one expiry, lowest first."""
        return self._sorted_strikes.get((underlying, expiry), ())

    def spot(self, underlying: str) -> Instrument | None:
        """Answer the index or share behind an underlying; None where it is not listed."""
        return self._spot.get(underlying)

    def futures(self, underlying: str) -> tuple[Instrument, ...]:
        """Answer the listed futures of an underlying, nearest expiry first."""
        return tuple(self._futures.get(underlying, ()))

    def underlyings(self) -> tuple[str, ...]:
        """Answer every underlying that has options, in alphabetical order."""
        return tuple(sorted(self._expiries))
