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

VERSION = 1


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


Line = DayLine | OrderLine | PaperTrade

_DECODER = msgspec.json.Decoder(Line)
_ENCODER = msgspec.json.Encoder()


def encoded(line: Line) -> bytes:
    """Answer a line as it stands in the file."""
    body = _ENCODER.encode(line)
    return b"%08x %s\n" % (zlib.crc32(body), body)


class BooksFile:
    """An append-only file of lines. Raises BooksFileError where it cannot be read, written or understood."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.lines = self._read()
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

    def _read(self) -> list[Line]:
        if not self.path.exists():
            return []
        data = self.path.read_bytes()
        whole = data.rfind(b"\n") + 1
        if data and not whole:
            raise self._damaged(1)
        lines = [self._decoded(number, line) for number, line in enumerate(data[:whole].split(b"\n")[:-1], start=1)]
        if whole < len(data):
            os.truncate(self.path, whole)
        return lines

    def _decoded(self, number: int, line: bytes) -> Line:
        checksum, _, body = line.partition(b" ")
        if checksum != b"%08x" % zlib.crc32(body):
            raise self._damaged(number)
        try:
            decoded: Line = _DECODER.decode(body)
        except msgspec.DecodeError as error:
            raise self._damaged(number) from error
        if isinstance(decoded, DayLine) and decoded.version > VERSION:
            raise BooksFileError(
                f"The paper broker's books {self.path} were written by a newer version of Legwork; "
                "update Legwork, or move the file away to start with empty books"
            )
        if isinstance(decoded, DayLine) is not (number == 1):
            raise self._damaged(number)
        return decoded

    def _damaged(self, number: int) -> BooksFileError:
        return BooksFileError(
            f"The paper broker's books {self.path} are damaged at line {number}; "
            "restore the file from a copy, or move it away to start with empty books"
        )

    def _unusable(self, error: OSError) -> BooksFileError:
        return BooksFileError(f"The paper broker's books {self.path} cannot be used: {error.strerror or error}")
