"""Keep the paper broker's books in its own file, one checked line per change.

A line is the CRC-32 of its body in hexadecimal, a space, and the body as JSON. Lines are handed to the operating system
at once, so killing the program loses nothing; only a line that was being written then can be torn, and is cut off.
"""

import os
import zlib
from pathlib import Path

import msgspec

from brokers.errors import BrokerError
from engine.domain.identifiers import AccountId, BrokerOrderId, InstrumentId, OrderId
from engine.domain.instant import Instant
from engine.domain.money import Money, Price
from engine.domain.order import Product, Side
from engine.domain.reports import BookOrder, BookPosition

VERSION = 2
"""2: a day begins with the charges of the days before, and the file ends with the funds when it was closed."""


class BooksFileError(BrokerError):
    """The books file cannot be used; the message says which, where and what to do."""


class PaperTrade(msgspec.Struct, frozen=True, kw_only=True, tag="trade"):
    """One trade in the books; ``value`` is price times quantity, exactly. A settlement at expiry has no order."""

    number: int
    broker_order_id: BrokerOrderId | None
    order_id: OrderId | None
    instrument: InstrumentId
    side: Side
    product: Product
    quantity: int
    price: Price
    value: Money
    at: Instant


class OrderLine(msgspec.Struct, frozen=True, tag="order"):
    """A new or changed order."""

    order: BookOrder


class DayLine(msgspec.Struct, frozen=True, kw_only=True, tag="day"):
    """The head of the file: what a day begins with. ``day`` is the proleptic day number, 0 before the first."""

    version: int
    account: AccountId
    day: int
    orders_so_far: int
    trades_so_far: int
    cash: Money
    positions: tuple[BookPosition, ...]
    charges: Money = Money(0)
    """What the orders of the days before cost."""


class FundsLine(msgspec.Struct, frozen=True, kw_only=True, tag="funds"):
    """The funds as they were when the books were closed; what follows it makes them old."""

    at: Instant
    available: Money
    blocked: Money
    charges: Money


Line = DayLine | OrderLine | PaperTrade | FundsLine

_DECODER = msgspec.json.Decoder(Line)
_ENCODER = msgspec.json.Encoder()


def encoded(line: Line) -> bytes:
    """Answer a line as it stands in the file."""
    body = _ENCODER.encode(line)
    return b"%08x %s\n" % (zlib.crc32(body), body)


def lines_of(path: Path) -> list[Line]:
    """Answer the whole lines of a books file, without changing it; none where it does not exist.

    Raises BooksFileError for one that is damaged or newer, OSError where it cannot be read.
    """
    if not path.exists():
        return []
    data = path.read_bytes()
    whole = data.rfind(b"\n") + 1
    if data and not whole:
        raise _damaged(path, 1)
    return [_decoded(path, number, line) for number, line in enumerate(data[:whole].split(b"\n")[:-1], start=1)]


def _cut_off_torn_line(path: Path) -> None:
    data = path.read_bytes() if path.exists() else b""
    whole = data.rfind(b"\n") + 1
    if whole < len(data):
        os.truncate(path, whole)


def _decoded(path: Path, number: int, line: bytes) -> Line:
    checksum, _, body = line.partition(b" ")
    if checksum != b"%08x" % zlib.crc32(body):
        raise _damaged(path, number)
    try:
        decoded: Line = _DECODER.decode(body)
    except msgspec.DecodeError as error:
        raise _damaged(path, number) from error
    if isinstance(decoded, DayLine) and decoded.version > VERSION:
        raise BooksFileError(
            f"The paper broker's books {path} were written by a newer version of Legwork; "
            "update Legwork, or move the file away to start with empty books"
        )
    if isinstance(decoded, DayLine) is not (number == 1):
        raise _damaged(path, number)
    return decoded


def _damaged(path: Path, number: int) -> BooksFileError:
    return BooksFileError(
        f"The paper broker's books {path} are damaged at line {number}; "
        "restore the file from a copy, or move it away to start with empty books"
    )


class BooksFile:
    """An append-only file of lines. Raises BooksFileError where it cannot be read, written or understood."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.lines = lines_of(path)
            _cut_off_torn_line(path)
            self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        except OSError as error:
            raise self._unusable(error) from error

    def append(self, *lines: Line) -> None:
        """Write lines in one piece. Raises BooksFileError where the disk does not take them."""
        data = b"".join(map(encoded, lines))
        try:
            written = os.write(self._descriptor, data)
        except OSError as error:
            raise self._unusable(error) from error
        if written != len(data):
            raise BooksFileError(f"The disk took only part of the paper broker's books {self.path}: free some space")

    def begin(self, *lines: Line) -> None:
        """Start the file anew with a day's head and what follows it, atomically: yesterday is not kept."""
        fresh = self.path.with_name(self.path.name + ".new")
        try:
            fresh.write_bytes(b"".join(map(encoded, lines)))
            os.close(self._descriptor)
            fresh.replace(self.path)
            self._descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0))
        except OSError as error:
            raise self._unusable(error) from error

    def close(self) -> None:
        """Flush to the disk and close."""
        os.fsync(self._descriptor)
        os.close(self._descriptor)

    def _unusable(self, error: OSError) -> BooksFileError:
        return BooksFileError(f"The paper broker's books {self.path} cannot be used: {error.strerror or error}")
