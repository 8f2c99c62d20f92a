"""The day's contract dump: fetched once, checked, kept as a file of the day; composition reads it into a master."""

import asyncio
import csv
import gzip
import io
import os
import tempfile
from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from brokers.errors import BooksUnreadableError
from brokers.zerodha.asking import Asking, Question

HEADER: Final = (
    "instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,"
    "instrument_type,segment,exchange"
)
_COLUMNS: Final = HEADER.count(",") + 1

EXCHANGES: Final = ("NFO", "BFO", "NSE", "BSE")
"""Derivatives first: where they are damaged, the rest is of no use."""

_FEWEST_ROWS: Final = {"NFO": 1_000, "BFO": 500, "NSE": 500, "BSE": 500}
_SHRUNK: Final = 50
"""Per cent of yesterday's rows below which a dump is taken for cut off."""

_KEPT_DAYS: Final = 5


class Dump(msgspec.Struct, frozen=True, kw_only=True):
    """The file of a day's contracts, and sentences about what was odd in it."""

    path: Path
    rows: int
    notes: tuple[str, ...] = ()


class DumpCache:
    """Keeps the dumps of the last days in a folder, one file a day, written whole or not at all."""

    def __init__(self, folder: Path, *, fewest: dict[str, int] | None = None) -> None:
        self._folder = folder
        self._fewest = _FEWEST_ROWS if fewest is None else fewest

    def of_day(self, on: date) -> Dump | None:
        """Answer the dump of a day where it was fetched before; None where it was not, or cannot be read."""
        path = self._path(on)
        try:
            with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
                rows = sum(1 for _ in file) - 1
        except (OSError, EOFError, UnicodeDecodeError):
            return None
        return Dump(path=path, rows=rows) if rows > 0 else None

    async def fetch(self, asking: Asking, on: date) -> Dump:
        """Answer the day's dump, from the file where it was fetched before.

        Raises BooksUnreadableError where the dump is damaged, cut off or an old one: no dump is better than a wrong
        one, because tokens are given anew. Raises SessionLostError where to log in.
        """
        kept = self.of_day(on)
        if kept is not None:
            return kept
        parts: list[bytes] = []
        notes: list[str] = []
        for exchange in EXCHANGES:
            content = await asking.ask(Question.INSTRUMENTS, exchange)
            # A hundred thousand lines take a tenth of a second, which the engine's loop has not.
            rows, odd = await asyncio.to_thread(checked, content, exchange, on, self._fewest.get(exchange, 1))
            parts.append(rows)
            notes += odd
        body = b"".join(parts)
        total = body.count(b"\n")
        before = self.latest_before(on)
        if before is not None and total * 100 < before.rows * _SHRUNK:
            raise BooksUnreadableError(
                f"Zerodha's contract list has {total:,} rows, where there were {before.rows:,} on the day before; "
                "it is taken for cut off. Fetch it again a little later"
            )
        path = self._write(on, HEADER.encode() + b"\n" + body)
        return Dump(path=path, rows=total, notes=tuple(notes))

    def latest_before(self, on: date) -> Dump | None:
        """Answer the newest dump of the days before; None where none is kept."""
        days = sorted(path for path in self._folder.glob("zerodha-contracts-*.csv.gz") if path < self._path(on))
        return self.of_day(date.fromisoformat(days[-1].name[18:28])) if days else None

    def _path(self, on: date) -> Path:
        return self._folder / f"zerodha-contracts-{on.isoformat()}.csv.gz"

    def _write(self, on: date, content: bytes) -> Path:
        path = self._path(on)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._folder, prefix=".contracts-")
            with os.fdopen(handle, "wb") as file:
                file.write(gzip.compress(content, compresslevel=3, mtime=0))
            Path(name).replace(path)
            for old in sorted(self._folder.glob("zerodha-contracts-*.csv.gz"))[:-_KEPT_DAYS]:
                old.unlink(missing_ok=True)
        except OSError as error:
            raise BooksUnreadableError(
                f"The contract list cannot be kept in {self._folder}: {error.strerror}"
            ) from error
        return path


def checked(content: object, exchange: str, on: date, fewest: int) -> tuple[bytes, list[str]]:
    """Answer the rows of one exchange's dump without its header, and sentences about what is odd.

    Raises BooksUnreadableError where it cannot be today's whole dump.
    """
    where = f"Zerodha's contract list of {exchange}"
    if not isinstance(content, bytes):
        raise BooksUnreadableError(f"{where} is no list; fetch it again")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BooksUnreadableError(f"{where} is not text, or damaged; fetch it again") from error
    header, _, rest = text.replace("\r\n", "\n").lstrip("\ufeff").partition("\n")
    if header.strip() != HEADER:
        raise BooksUnreadableError(f"{where} begins with other columns than expected; fetch it again")
    if rest and not rest.endswith("\n"):
        raise BooksUnreadableError(f"{where} ends in the middle of a line; fetch it again")
    try:
        rows, nearest, strange = _scanned(rest, exchange)
    except csv.Error as error:
        raise BooksUnreadableError(f"{where} is damaged ({error}); fetch it again") from error
    if rows < fewest:
        raise BooksUnreadableError(f"{where} has only {rows:,} rows; fetch it again")
    if nearest and nearest < on.isoformat():
        raise BooksUnreadableError(
            f"{where} still lists contracts that expired on {nearest}: it is an earlier day's. Fetch it after 08:30"
        )
    notes = [f"{strange:,} rows of {where} name another exchange"] if strange else []
    return rest.encode(), notes


def _scanned(text: str, exchange: str) -> tuple[int, str, int]:
    """Answer how many rows there are, the nearest expiry, and how many name another exchange. Raises csv.Error."""
    rows, nearest, strange = 0, "", 0
    for fields in csv.reader(io.StringIO(text), strict=True):
        if len(fields) != _COLUMNS or not fields[0].isdigit():
            raise csv.Error(f"line {rows + 2} has other columns")
        rows += 1
        strange += fields[11] != exchange
        expiry = fields[5]
        if expiry and (not nearest or expiry < nearest):
            nearest = expiry
    return rows, nearest, strange
