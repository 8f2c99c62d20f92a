"""Keep what the practice Kite wrote down in a file of checked lines, so that killing it loses no order."""

import os
import zlib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from brokers.errors import BrokerError
from brokers.practice.zerodha.records import Head, Line

VERSION = 1

_DECODER = msgspec.json.Decoder(Line)
_ENCODER = msgspec.json.Encoder()


class StateFileError(BrokerError):
    """The state file cannot be used; the message says which, where and what to do."""


class StateFile:
    """An append-only file of lines: a checksum, a space, JSON. Lines are handed to the operating system at once.

    A line that was being written when the server was killed is cut off. Raises StateFileError.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            data = path.read_bytes() if path.exists() else b""
            whole = data.rfind(b"\n") + 1
            self.lines: list[Line] = [self._decoded(*one) for one in enumerate(data[:whole].split(b"\n")[:-1], start=1)]
            if whole < len(data):
                os.truncate(path, whole)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
            self._descriptor = os.open(path, flags, 0o600)
        except OSError as error:
            raise self._unusable(error) from error

    @property
    def head(self) -> Head | None:
        """Answer what the file belongs to; None for an empty one. Raises StateFileError for a newer one."""
        if not self.lines:
            return None
        head = self.lines[0]
        if not isinstance(head, Head):
            raise StateFileError(f"The state file {self.path} has no head; move it away to start anew")
        if head.version > VERSION:
            raise StateFileError(f"The state file {self.path} was written by a newer version; move it away")
        return head

    def append(self, lines: Iterable[Line]) -> None:
        """Write lines in one piece. Raises StateFileError where the disk does not take them."""
        data = b"".join(map(_encoded, lines))
        if not data:
            return
        try:
            written = os.write(self._descriptor, data)
        except OSError as error:
            raise self._unusable(error) from error
        if written != len(data):
            raise StateFileError(f"The disk took only part of the state file {self.path}: free some space")

    def close(self) -> None:
        """Close the file; safe to call twice."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def _decoded(self, number: int, line: bytes) -> Line:
        checksum, _, body = line.partition(b" ")
        try:
            if checksum == b"%08x" % zlib.crc32(body):
                decoded: Line = _DECODER.decode(body)
                return decoded
        except msgspec.DecodeError:
            pass
        raise StateFileError(f"The state file {self.path} is damaged at line {number}; move it away to start anew")

    def _unusable(self, error: OSError) -> StateFileError:
        return StateFileError(f"The state file {self.path} cannot be used: {error.strerror or error}")


def _encoded(line: Line) -> bytes:
    body = _ENCODER.encode(line)
    return b"%08x %s\n" % (zlib.crc32(body), body)
