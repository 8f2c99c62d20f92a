"""Load a broker's contract file (the Kite instruments CSV) into a contract master."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from msgspec import Struct

from engine.domain.contract_master import ContractMaster
from engine.domain.dated_rules import UnknownRuleError
from engine.domain.instrument import Exchange, Instrument, Kind, instrument_id
from engine.domain.listing import spot_instrument
from engine.domain.market_rules import MarketRules
from engine.domain.money import Price, price_of
from engine.runtime.contract_file import FIRST_LINE, DamagedFileError, Row, contract_rows

__all__ = ["ContractFile", "DamagedFileError", "load_contracts"]

_OTHER_EXCHANGES = frozenset({"MCX", "CDS", "BCD", "NCO", "NCDEX", "NSEIX", "GLOBAL"})
"""Exchanges in Kite's file whose contracts are not traded here."""


class ContractFile(Struct, frozen=True, kw_only=True):
    """What a contract file held, and sentences about what it lacked or what was left out."""

    master: ContractMaster
    notes: tuple[str, ...]


def load_contracts(path: Path, rules: MarketRules, on: date) -> ContractFile:
    """Answer the contracts of a Kite instruments CSV, plain or gzip, as of a trading day.

    Freeze quantities and missing indices and shares come from the market rules. Contracts of other exchanges, and
    shares and indices without contract data of ours, are left out and counted in the notes. Raises DamagedFileError.
    """
    found = contract_rows(path, rules, on)
    return _Reader(path, rules, on, found.notes).read(found.rows)


class _Reader:
    """Turns rows into instruments and says which line is wrong."""

    def __init__(self, path: Path, rules: MarketRules, on: date, notes: tuple[str, ...]) -> None:
        self.notes = list(notes)
        self._path = path
        self._rules = rules
        self._on = on
        self._prices: dict[str, Price] = {}
        self._dates: dict[str, date] = {}
        self._freezes: dict[str, int | None] = {}
        self._spots = _spots(rules, on)
        self._known = frozenset(rules.underlyings())
        self._seen: dict[tuple[str, str], int] = {}
        self._tokens: dict[int, int] = {}
        self._left_out: dict[str, int] = {}

    def read(self, rows: Iterator[Row]) -> ContractFile:
        instruments: list[Instrument] = []
        for line, row in enumerate(rows, FIRST_LINE):
            try:
                instrument = self._instrument(row, line)
            except ValueError as error:
                raise DamagedFileError(
                    f"{self._path.name}, line {line} ({row.symbol}): {error}; download the file again"
                ) from error
            if instrument is not None:
                instruments.append(instrument)
        if not any(instrument.kind.is_option for instrument in instruments):
            raise DamagedFileError(f"{self._path.name} lists no options; download the file again")
        instruments.extend(self._missing_spots(instruments))
        for reason, count in self._left_out.items():
            self.notes.append(f"{count:,} contracts of {self._path.name} were left out: {reason}")
        return ContractFile(master=ContractMaster(instruments), notes=tuple(self.notes))

    def _instrument(self, row: Row, line: int) -> Instrument | None:
        if row.exchange in _OTHER_EXCHANGES:
            self._omit(f"{row.exchange} is not traded here")
            return None
        if row.exchange not in _EXCHANGES:
            raise ValueError(f"exchange {row.exchange!r} is unknown")
        exchange = _EXCHANGES[row.exchange]
        if row.kind not in _KINDS:
            raise ValueError(f"instrument type {row.kind!r} is unknown")
        kind = _KINDS[row.kind]
        if kind is Kind.EQUITY:
            return self._spot(row, exchange, line)
        self._refuse_duplicates(row, line)
        lot = _whole(row.lot, "lot")
        freeze = self._freeze(row.underlying)
        if lot < 1:
            raise ValueError(f"a lot of {lot} is impossible; it must be at least 1")
        if freeze is not None and freeze < lot:
            raise ValueError(f"a freeze quantity of {freeze} is below one lot of {lot}")
        if not row.symbol or not row.underlying:
            raise ValueError("the symbol or the underlying is missing")
        return Instrument(
            id=instrument_id(exchange, row.symbol),
            exchange=exchange,
            symbol=row.symbol,
            underlying=row.underlying,
            kind=kind,
            expiry=self._date(row.expiry),
            strike=self._positive(row.strike, "strike") if kind.is_option else None,
            lot_size=lot,
            tick_size=self._positive(row.tick, "tick"),
            freeze_quantity=freeze,
            token=_whole(row.token, "token"),
        )

    def _spot(self, row: Row, exchange: Exchange, line: int) -> Instrument | None:
        """Answer a share or index that our contracts are on; Kite gives both the type EQ."""
        known = self._spots.get((exchange, row.symbol))
        if known is None:
            self._omit("no contract data for this share or index")
            return None
        self._refuse_duplicates(row, line)
        return Instrument(
            id=known.id,
            exchange=exchange,
            symbol=row.symbol,
            underlying=known.underlying,
            kind=known.kind,
            tick_size=known.tick_size if known.kind is Kind.INDEX else self._positive(row.tick, "tick"),
            token=_whole(row.token, "token"),
        )

    def _omit(self, reason: str) -> None:
        self._left_out[reason] = self._left_out.get(reason, 0) + 1

    def _refuse_duplicates(self, row: Row, line: int) -> None:
        earlier = self._seen.setdefault((row.exchange, row.symbol), line)
        if earlier != line:
            raise ValueError(f"it is listed twice, first on line {earlier}")
        token = _whole(row.token, "token")
        earlier = self._tokens.setdefault(token, line)
        if earlier != line:
            raise ValueError(f"token {token} is used twice, first on line {earlier}")

    def _missing_spots(self, listed: list[Instrument]) -> Iterator[Instrument]:
        present = {instrument.id for instrument in listed}
        wanted = {instrument.underlying for instrument in listed}
        for spot in self._spots.values():
            if spot.id not in present and spot.underlying in wanted:
                yield spot

    def _freeze(self, underlying: str) -> int | None:
        if underlying not in self._freezes:
            self._freezes[underlying] = self._ruled_freeze(underlying)
        return self._freezes[underlying]

    def _ruled_freeze(self, underlying: str) -> int | None:
        if underlying not in self._known:
            return None
        try:
            return self._rules.contract_rule(underlying, self._on).freeze_quantity
        except UnknownRuleError as error:
            self.notes.append(f"No freeze quantity for {underlying}: {error}")
            return None

    def _date(self, text: str) -> date:
        found = self._dates.get(text)
        if found is None:
            try:
                found = self._dates[text] = date.fromisoformat(text)
            except ValueError:
                raise ValueError(f"expiry {text!r} is not a date like 2026-08-25") from None
        return found

    def _positive(self, text: str, what: str) -> Price:
        found = self._prices.get(text)
        if found is None:
            if _PLAIN_NUMBER.fullmatch(text) is None:
                raise ValueError(f"{what} {text!r} is not a plain number")
            found = self._prices[text] = price_of(text)
        if found <= 0:
            raise ValueError(f"a {what} of {text} is impossible; it must be above zero")
        return found


_PLAIN_NUMBER = re.compile(r"\d{1,10}(?:\.\d{1,10})?", re.ASCII)
_EXCHANGES: Mapping[str, Exchange] = {
    exchange.value: exchange for exchange in (Exchange.NSE, Exchange.BSE, Exchange.NFO, Exchange.BFO)
}
_KINDS: Mapping[str, Kind] = {kind.value: kind for kind in (Kind.EQUITY, Kind.FUTURE, Kind.CALL, Kind.PUT)}


def _spots(rules: MarketRules, on: date) -> dict[tuple[Exchange, str], Instrument]:
    found: dict[tuple[Exchange, str], Instrument] = {}
    for underlying in rules.underlyings():
        try:
            spot = spot_instrument(rules.contract_rule(underlying, on))
        except UnknownRuleError:
            continue  # not listed yet on that day
        found[spot.exchange, spot.symbol] = spot
    return found


def _whole(text: str, what: str) -> int:
    # Only plain digits: int() would also take "1_000", " 7 " and digits of other scripts.
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise ValueError(f"{what} {text!r} is not a whole number")
    return int(text)
