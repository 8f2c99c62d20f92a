"""The emergency journal: a file whose bytes exist beforehand, for facts that must be kept while the disk is full."""

import os
import struct
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import msgspec

from engine.domain.instant import Instant
from engine.ports.journal import JournalEntry
from engine.runtime.journal.chain import KeptHead
from engine.runtime.journal.errors import JournalUnwritableError, NotAJournalError

CAPACITY = 1 << 20
"""Bytes held in reserve: some two thousand facts, many times what closing every position takes."""

_MAGIC = b"LEGWORK EMERG 1\n"
_FRAME = struct.Struct(">II")
"""Before each batch: its length and its CRC-32."""


class EmergencyBatch(msgspec.Struct, frozen=True):
    """The entries of one append, with count and head of the journal that they follow upon."""

    after: KeptHead
    entries: tuple[JournalEntry, ...]


class _StoredBatch(msgspec.Struct, frozen=True, array_like=True):
    count: int
    head: bytes
    entries: list[tuple[int, str, bytes]]


_DECODER = msgspec.msgpack.Decoder(_StoredBatch)


class EmergencyFile:
    """The reserve beside a journal. Opening it for writing makes sure that every byte of it is on the disk already."""

    def __init__(self, path: Path, capacity: int = CAPACITY) -> None:
        self._path = path
        self._capacity = capacity
        try:
            self._file = path.open("r+b" if path.exists() else "x+b", buffering=0)
        except OSError as error:
            raise self._unwritable(error.strerror) from error
        try:
            self._allocate()
        except OSError as error:
            self._file.close()
            raise self._unwritable(error.strerror) from error
        except NotAJournalError:
            self._file.close()
            raise
        self._end = _batches_in(self._read())[1]

    def batches(self) -> list[EmergencyBatch]:
        """Answer the batches waiting here, oldest first; an unfinished one at the end is not among them."""
        return _batches_in(self._read())[0]

    def write(self, after: KeptHead, entries: Sequence[JournalEntry]) -> None:
        """Add one batch, whole or not at all, and flush it. Raises JournalUnwritableError when it does not fit."""
        stored = _StoredBatch(after.count, after.head, [(entry.at, entry.kind, entry.body) for entry in entries])
        payload = msgspec.msgpack.encode(stored)
        frame = _FRAME.pack(len(payload), crc32(payload)) + payload
        if self._end + len(frame) > self._capacity:
            raise self._unwritable("it is full")
        try:
            self._put(self._end, frame)
        except OSError as error:
            raise self._unwritable(error.strerror) from error
        self._end += len(frame)

    def clear(self) -> None:
        """Forget the batches, once they are in the journal; the bytes stay reserved."""
        used = len(_MAGIC)
        if self._end > used:
            try:
                self._put(used, bytes(self._end - used))
            except OSError as error:
                raise self._unwritable(error.strerror) from error
        self._end = used

    def close(self) -> None:
        """Close the file; it stays in reserve."""
        self._file.close()

    def _allocate(self) -> None:
        """Write every byte once, the mark last, so that a half-made file is never taken for a whole one."""
        self._file.seek(0)
        start = self._file.read(len(_MAGIC)) or b""
        size = os.fstat(self._file.fileno()).st_size
        if start.strip(b"\0") and start != _MAGIC:
            raise NotAJournalError(f"{self._path} is not an emergency journal: move that file aside.")
        if start == _MAGIC and size >= self._capacity:
            return
        first = size if start == _MAGIC else 0
        self._put(first, bytes(self._capacity - first))
        self._put(0, _MAGIC)
        _flush_folder(self._path.parent)

    def _put(self, at: int, content: bytes) -> None:
        """Write at a place and wait until it is on the disk."""
        self._file.seek(at)
        left = memoryview(content)
        while left:
            left = left[self._file.write(left) :]
        os.fsync(self._file.fileno())

    def _read(self) -> bytes:
        """Answer the whole file."""
        self._file.seek(0)
        return self._file.read()

    def _unwritable(self, reason: str | None) -> JournalUnwritableError:
        """Answer the error for a reserve that cannot be used."""
        return JournalUnwritableError(
            f"The emergency journal {self._path} cannot be written ({reason}): "
            "free disk space before trading; manage open positions in the broker's own terminal."
        )


def waiting_batches(path: Path) -> list[EmergencyBatch]:
    """Answer the batches in an emergency journal without changing it; none where there is no such file."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise JournalUnwritableError(
            f"The emergency journal {path} cannot be read ({error.strerror}): check your rights."
        ) from error
    return _batches_in(content)[0] if content.startswith(_MAGIC) else []


def _batches_in(content: bytes) -> tuple[list[EmergencyBatch], int]:
    """Answer the whole batches and where they end; what follows was torn by a crash and never acknowledged."""
    batches: list[EmergencyBatch] = []
    at = len(_MAGIC)
    while at + _FRAME.size <= len(content):
        length, checksum = _FRAME.unpack_from(content, at)
        payload = content[at + _FRAME.size : at + _FRAME.size + length]
        if length == 0 or len(payload) != length or crc32(payload) != checksum:
            break
        try:
            stored = _DECODER.decode(payload)
        except msgspec.DecodeError:
            break  # not a batch of ours, whatever its checksum says
        entries = tuple(JournalEntry(Instant(stamp), kind, body) for stamp, kind, body in stored.entries)
        batches.append(EmergencyBatch(KeptHead(stored.count, stored.head), entries))
        at += _FRAME.size + length
    return batches, at


def _flush_folder(folder: Path) -> None:
    """Make a new file's name durable, where folders can be flushed."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
