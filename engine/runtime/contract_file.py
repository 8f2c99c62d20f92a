"""Read a broker's contract file as rows of text, and refuse a damaged one with a sentence."""

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
from pyarrow import csv

from engine.domain.listing import parse_option_symbol
from engine.domain.market_rules import MarketRules
from engine.domain.money import rupees

FULL_HEADER = (
    "instrument_token",
    "exchange_token",
    "tradingsymbol",
    "name",
    "last_price",
    "expiry",
    "strike",
    "tick_size",
    "lot_size",
    "instrument_type",
    "segment",
    "exchange",
)
"""The columns of Kite's own file, in any order."""

REDUCED_HEADER = ("symbol", "token", "strike", "expiry", "option_type", "lot_size")
"""The columns of a shortened copy that circulates: no exchange, no underlying, no tick."""

_GZIP_MAGIC = b"\x1f\x8b"
_LARGEST_FILE = 256 * 2**20
"""Bytes after unpacking; Kite's file of all exchanges has about 15 million. More would be a packing bomb."""

FIRST_LINE = 2
"""The header is line 1."""


class DamagedFileError(ValueError):
    """A contract file cannot be trusted; the message names the file, the line and the trouble. Nothing was loaded."""


class Row(NamedTuple):
    """One line of a contract file as text."""

    token: str
    symbol: str
    underlying: str
    expiry: str
    strike: str
    tick: str
    lot: str
    kind: str
    exchange: str


class ContractRows(NamedTuple):
    """The rows of a contract file, the first of them on line 2, and sentences about what the file lacks."""

    rows: Iterator[Row]
    notes: tuple[str, ...]


def contract_rows(path: Path, rules: MarketRules, on: date) -> ContractRows:
    """Answer the rows of a Kite instruments file, full or shortened, plain or gzip. Raises DamagedFileError."""
    table = _table(path, _unpacked(path))
    header = frozenset(table.column_names)
    if len(header) < len(table.column_names):
        raise DamagedFileError(f"{path.name} has two columns of the same name; download the instruments file again")
    if header >= frozenset(FULL_HEADER):
        return ContractRows(_full_rows(table), ())
    if header == frozenset(REDUCED_HEADER):
        note = (
            f"{path.name} is a shortened contract list: exchange, underlying and tick size are missing and were taken "
            "from the symbols and the market rules; use the broker's full 12-column file for trading"
        )
        return ContractRows(_reduced_rows(path, table, rules, on), (note,))
    raise DamagedFileError(_header_trouble(path, header))


def _unpacked(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            packed = file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
        opener: Callable[..., io.BufferedIOBase | gzip.GzipFile] = gzip.open if packed else open
        with opener(path, "rb") as file:
            content = file.read(_LARGEST_FILE + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DamagedFileError(f"{path.name} is damaged or cut off ({error}); download it again") from error
    except OSError as error:
        raise DamagedFileError(f"{path} cannot be read: {error.strerror or error}") from error
    if len(content) > _LARGEST_FILE:
        raise DamagedFileError(f"{path.name} is far larger than any contract list; download it again")
    if not content.strip():
        raise DamagedFileError(f"{path.name} is empty; download it again")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DamagedFileError(f"{path.name} is not text but something else, or damaged; download it again") from error
    if not content.endswith(b"\n"):
        raise DamagedFileError(f"{path.name} ends in the middle of a line; download it again")
    return content


def _table(path: Path, content: bytes) -> pa.Table:
    columns = {name: pa.string() for name in {*FULL_HEADER, *REDUCED_HEADER}}
    try:
        return csv.read_csv(
            pa.BufferReader(content),
            read_options=csv.ReadOptions(use_threads=False),
            parse_options=csv.ParseOptions(ignore_empty_lines=False),
            convert_options=csv.ConvertOptions(column_types=columns, strings_can_be_null=False),
        )
    except pa.ArrowInvalid as error:
        reason = " ".join(str(error).split())[:160]
        raise DamagedFileError(f"{path.name} is not a readable contract list ({reason}); download it again") from error


def _header_trouble(path: Path, header: frozenset[str]) -> str:
    missing = [name for name in FULL_HEADER if name not in header]
    return (
        f"{path.name} is not a Kite instruments file: its first line lacks {', '.join(missing)}; "
        "download the instruments file again"
    )


def _texts(table: pa.Table, name: str) -> list[str]:
    values: list[str] = table.column(name).to_pylist()
    return values


def _full_rows(table: pa.Table) -> Iterator[Row]:
    names = (
        "instrument_token",
        "tradingsymbol",
        "name",
        "expiry",
        "strike",
        "tick_size",
        "lot_size",
        "instrument_type",
        "exchange",
    )
    return map(Row, *(_texts(table, name) for name in names))


def _reduced_rows(path: Path, table: pa.Table, rules: MarketRules, on: date) -> Iterator[Row]:
    names = ("token", "symbol", "expiry", "strike", "lot_size", "option_type")
    for line, values in enumerate(zip(*(_texts(table, name) for name in names), strict=True), FIRST_LINE):
        token, symbol, expiry, strike, lot, kind = values
        if kind == "EQ":
            yield Row(token, symbol, "", "", "", "", "", kind, "NSE")
            continue
        parsed = parse_option_symbol(symbol, rules.underlyings())
        if parsed is None:
            raise DamagedFileError(f"{path.name}, line {line}: {symbol!r} is not the symbol of a known option")
        rule = rules.contract_rule(parsed.underlying, on)
        tick = str(rupees(rule.tick_size))
        yield Row(token, symbol, parsed.underlying, expiry, strike, tick, lot, kind, rule.exchange.value)
