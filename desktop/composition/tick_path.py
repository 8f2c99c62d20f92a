"""The way of a feed frame from its bytes to the engine's quote board, and the vendor's parser beside it."""

import struct
from collections.abc import Callable

from brokers.zerodha.frames import FrameReader
from engine.domain.instant import SECOND, Instant
from engine.domain.quote import QuoteBoard

_NFO = 2
_NOW = Instant(1_787_025_000 * SECOND)


class TickPath:
    """A board of ``contracts`` instruments; ``frame`` makes frames of them, ``take`` brings one onto the board."""

    def __init__(self, contracts: int) -> None:
        self._tokens = [(40_000 + place) * 256 + _NFO for place in range(contracts)]
        self._reader = FrameReader({token: row for row, token in enumerate(self._tokens)})
        self._board = QuoteBoard(contracts)
        self._ticker: Callable[[bytes], object] | None = None

    def frame(self, packets: int, *, mixed: bool = False) -> bytes:
        """Answer a frame of packets with depth, or of all kinds where ``mixed``."""
        parts = [
            _packet(token, _LENGTHS[place % len(_LENGTHS)] if mixed else 184)
            for place, token in enumerate(self._tokens[:packets])
        ]
        return struct.pack(">H", packets) + b"".join(struct.pack(">H", len(part)) + part for part in parts)

    def take(self, frame: bytes) -> None:
        """Decode a frame and write its quotes onto the board."""
        quotes = self._reader.read(frame, _NOW)
        if quotes is not None:
            self._board.take(quotes)

    def vendors(self, frame: bytes) -> None:
        """Decode a frame with kiteconnect's own parser, which ends in one dictionary a packet."""
        if self._ticker is None:
            from kiteconnect import KiteTicker

            self._ticker = KiteTicker("", "")._parse_binary
        self._ticker(frame)


_LENGTHS = (184, 44, 184, 8, 184, 184, 44, 184)
"""Kinds of packets by turns, mostly with depth."""


def _packet(token: int, length: int) -> bytes:
    words = [(token * (place + 7)) % 50_000 + 5 for place in range(length // 4 - 1)]
    return struct.pack(f">I{len(words)}I", token, *words)
