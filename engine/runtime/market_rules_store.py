"""Read the dated market rules from their TOML files."""

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from engine.domain.charges import ChargeRates
from engine.domain.contract_rules import ContractSpec, FreezeRule, LotRule
from engine.domain.expiry_rules import ExpiryRule
from engine.domain.market_rules import MarketData, MarketRules
from engine.domain.price_protection import ProtectionRule
from engine.domain.trading_calendar import HolidayYear, Hours, SpecialSession


class MarketDataError(ValueError):
    """A market data file is missing or wrong; the message names the file, the place and the trouble."""


class HoursFile(msgspec.Struct, forbid_unknown_fields=True):
    """hours.toml"""

    hours: tuple[Hours, ...] = ()


class HolidaysFile(msgspec.Struct, forbid_unknown_fields=True):
    """holidays.toml; ``fixed`` are the days closed every year, of which only month and day count."""

    year: tuple[HolidayYear, ...] = ()
    fixed: tuple[date, ...] = ()


class SpecialSessionsFile(msgspec.Struct, forbid_unknown_fields=True):
    """special_sessions.toml"""

    session: tuple[SpecialSession, ...] = ()


class ExpiriesFile(msgspec.Struct, forbid_unknown_fields=True):
    """expiries.toml"""

    rule: tuple[ExpiryRule, ...] = ()


class ContractsFile(msgspec.Struct, forbid_unknown_fields=True):
    """contracts.toml"""

    contract: tuple[ContractSpec, ...] = ()


class LotsFile(msgspec.Struct, forbid_unknown_fields=True):
    """lots.toml"""

    lot: tuple[LotRule, ...] = ()


class FreezeFile(msgspec.Struct, forbid_unknown_fields=True):
    """freeze_quantities.toml"""

    freeze: tuple[FreezeRule, ...] = ()


class ChargesFile(msgspec.Struct, forbid_unknown_fields=True):
    """charges.toml"""

    rates: tuple[ChargeRates, ...] = ()


class ProtectionFile(msgspec.Struct, forbid_unknown_fields=True):
    """price_protection.toml"""

    protection: tuple[ProtectionRule, ...] = ()


File = TypeVar("File", bound=msgspec.Struct)


def load_market_rules(folder: Path, own: Path | None = None) -> MarketRules:
    """Answer the rules of a market data folder.

    ``own`` is the trader's folder: files of the same names there add to the shipped ones, and win where both have a
    rule from the same date. A file may be absent from ``own`` but not from ``folder``. Raises MarketDataError.
    """
    data = read_market_data(folder, required=True)
    if own is not None:
        data = _joined(data, read_market_data(own, required=False))
    return MarketRules(data)


def read_market_data(folder: Path, *, required: bool) -> MarketData:
    """Answer the contents of the files of one folder; ``required`` refuses a missing file. Raises MarketDataError."""
    holidays = _read(folder, "holidays.toml", HolidaysFile, required=required)
    return MarketData(
        hours=_read(folder, "hours.toml", HoursFile, required=required).hours,
        years=holidays.year,
        fixed_holidays=tuple((day.month, day.day) for day in holidays.fixed),
        special_sessions=_read(folder, "special_sessions.toml", SpecialSessionsFile, required=required).session,
        expiries=_read(folder, "expiries.toml", ExpiriesFile, required=required).rule,
        contracts=_read(folder, "contracts.toml", ContractsFile, required=required).contract,
        lots=_read(folder, "lots.toml", LotsFile, required=required).lot,
        freezes=_read(folder, "freeze_quantities.toml", FreezeFile, required=required).freeze,
        charges=_read(folder, "charges.toml", ChargesFile, required=required).rates,
        protections=_read(folder, "price_protection.toml", ProtectionFile, required=required).protection,
    )


def _joined(shipped: MarketData, own: MarketData) -> MarketData:
    fields: Mapping[str, Any] = {
        name: getattr(shipped, name) + getattr(own, name) for name in MarketData.__struct_fields__
    }
    return MarketData(**fields)


def _read(folder: Path, name: str, kind: type[File], *, required: bool) -> File:
    path = folder / name
    if not required and not path.exists():
        return kind()
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MarketDataError(f"The market data file {path} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MarketDataError(f"The market data file {path} is damaged: {error}") from error
    try:
        return msgspec.convert(raw, kind, strict=True)
    except msgspec.ValidationError as error:
        raise MarketDataError(f"The market data file {path} is wrong: {error}") from error
