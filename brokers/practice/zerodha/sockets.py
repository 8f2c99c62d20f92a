"""One WebSocket of a client: what it is subscribed to, and the frames that are due to it."""

import heapq
from itertools import count
from typing import Any

import msgspec
import numpy as np

from brokers.practice.zerodha.faults import FaultDice, Kind
from brokers.practice.zerodha.market import PracticeMarket
from brokers.practice.zerodha.packets import HEARTBEAT, Packets, container
from brokers.practice.zerodha.settings import PracticeSettings
from brokers.practice.zerodha.wire import KiteError, json_of, json_text
from engine.domain.instant import Instant
from engine.domain.quote import IntArray

MODES = ("ltp", "quote", "full")
_UNKNOWN_PACKET = bytes(51)


class Hangup(msgspec.Struct, frozen=True):
    """The server ends the connection: with a close code, or, where it is None, without a word.

    ``torn`` are the bytes of a frame that breaks off in its middle.
    """

    code: int | None = None
    torn: bytes = b""


Outgoing = bytes | str | Hangup
"""A binary frame, a text frame, or the end."""


class SocketLine:
    """The server's end of one WebSocket. It is told of quotes and order updates, and asked for what is due."""

    def __init__(
        self,
        token: str,
        market: PracticeMarket,
        packets: Packets,
        dice: FaultDice,
        settings: PracticeSettings,
        now: Instant,
    ) -> None:
        self.access_token = token
        self.is_open = True
        self._market, self._packets, self._dice, self._settings = market, packets, dice, settings
        self._mode: dict[int, str] = {}
        self._subscribed = np.zeros(len(market.master), dtype=np.bool_)
        self._dirty = np.zeros(len(market.master), dtype=np.bool_)
        self._due: list[tuple[Instant, int, Outgoing]] = []
        self._sequence = count()
        self._next_ticks = now
        self._silent_until = now
        self._last_sent = now
        self._greet(now)

    def receive(self, text: str, now: Instant) -> None:
        """Take what a client sends; what is not understood is answered with an error text."""
        try:
            document = json_of(text)
        except KiteError:
            self._error("Invalid JSON.", now)
            return
        match document:
            case {"a": "subscribe", "v": list() as tokens}:
                self._subscribe(tokens, self._settings.bare_subscription.value, now)
            case {"a": "unsubscribe", "v": list() as tokens}:
                self._unsubscribe(tokens)
            case {"a": "mode", "v": [str() as mode, list() as tokens]} if mode in MODES:
                self._subscribe(tokens, mode, now, changes=True)
            case _:
                self._error("Invalid request.", now)

    def see(self, rows: IntArray) -> None:
        """Hear which rows of the market changed."""
        self._dirty[rows] |= self._subscribed[rows]

    def send(self, frame: Outgoing, at: Instant) -> None:
        """Send a frame at an instant."""
        heapq.heappush(self._due, (at, next(self._sequence), frame))

    def next_due(self) -> Instant:
        """Answer when there may be something to send next."""
        waits = [Instant(self._last_sent + self._settings.heartbeat)]
        if self._due:
            waits.append(self._due[0][0])
        if self._dirty.any():
            waits.append(self._next_ticks)
        return max(min(waits), self._silent_until)

    def take(self, now: Instant) -> list[Outgoing]:
        """Answer the frames that are due up to ``now``, in their order; nothing while the socket is silent."""
        if not self.is_open or now < self._silent_until:
            return []
        taken: list[Outgoing] = []
        while self._due and self._due[0][0] <= now:
            taken.append(heapq.heappop(self._due)[2])
        if now >= self._next_ticks and self._dirty.any():
            taken += self._ticks(now)
        if taken:
            self._last_sent = now
        elif now - self._last_sent >= self._settings.heartbeat:
            self._last_sent = now
            taken = [HEARTBEAT]
        if any(isinstance(one, Hangup) for one in taken):
            self.is_open = False
        return taken

    def hang_up(self, hangup: Hangup, now: Instant) -> None:
        """End the connection now."""
        self._silent_until = now
        self.send(hangup, now)

    def _greet(self, now: Instant) -> None:
        listed = len(self._market.listing.rows)
        self.send(_text({"type": "instruments_meta", "data": {"count": listed, "etag": f'W/"{listed:x}"'}}), now)
        self.send(_text({"type": "app_code", "timestamp": "2023-05-30T13:31:46+05:30"}), now)

    def _subscribe(self, tokens: list[Any], mode: str, now: Instant, *, changes: bool = False) -> None:
        most = self._settings.subscriptions
        for token in tokens:
            row = self._market.listing.row_of_token(token) if isinstance(token, int) else None
            if row is None:
                continue
            if row not in self._mode and most is not None and len(self._mode) >= most:
                self._error(f"Subscription limit of {most} tokens is reached.", now)
                break
            if changes or row not in self._mode:
                self._mode[row] = mode
            self._subscribed[row] = True
            if self._settings.snapshot and self._market.last(row) > 0:
                self._dirty[row] = True
        if self._settings.snapshot:
            self._next_ticks = min(self._next_ticks, now)

    def _unsubscribe(self, tokens: list[Any]) -> None:
        for token in tokens:
            row = self._market.listing.row_of_token(token) if isinstance(token, int) else None
            if row is not None:
                self._mode.pop(row, None)
                self._subscribed[row] = self._dirty[row] = False

    def _ticks(self, now: Instant) -> list[Outgoing]:
        rows: list[int] = self._dirty.nonzero()[0].tolist()
        self._dirty[:] = False
        self._next_ticks = Instant(now + self._settings.tick_interval)
        frames: list[Outgoing] = []
        listed = self._packets.packets({row: self._mode[row] for row in rows})
        if self._dice.strikes("ticks", Kind.UNKNOWN_PACKET) is not None:
            listed.append(_UNKNOWN_PACKET)
        if self._dice.strikes("ticks", Kind.UNKNOWN_TEXT) is not None:
            frames.append(_text({"type": "weather", "data": {"of": "tomorrow"}}))
        frame = container(listed)
        silent = self._dice.strikes("ticks", Kind.SILENT_SOCKET)
        if silent is not None:
            self._silent_until = Instant(now + silent.length)
            return []
        if self._dice.strikes("ticks", Kind.DROPPED_SOCKET) is not None:
            return [Hangup()]
        if self._dice.strikes("ticks", Kind.DROPPED_MID_FRAME) is not None:
            return [Hangup(torn=frame)]
        return [*frames, frame]

    def _error(self, words: str, now: Instant) -> None:
        self.send(_text({"type": "error", "data": words}), now)


def _text(document: dict[str, Any]) -> str:
    return json_text(document).decode()
