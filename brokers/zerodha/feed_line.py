"""One feed connection kept alive: subscription, watch over its silence, reconnection with growing pauses."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final, Protocol

import msgspec
import numpy as np

from brokers.live_line import Clock
from brokers.zerodha.feed_door import FeedConnection, FeedDoor, FeedRefusedError, FeedUnreachableError
from brokers.zerodha.frames import FrameReader
from brokers.zerodha.session import Session
from brokers.zerodha.tasks import pause
from engine.domain.instant import SECOND, Instant
from engine.domain.quote import QuoteFrame

TOKENS_PER_LINE: Final = 3_000
"""Zerodha takes no more on one connection."""

_CHUNK: Final = 500
_LADDER: Final = tuple(seconds * SECOND for seconds in (1, 2, 4, 8, 15, 30))
_HEALTHY_AFTER: Final = 30 * SECOND
"""Data for so long, and the pauses begin from the first again: a line that flaps is not hammered."""

_TOO_MANY_PAUSE: Final = 30 * SECOND
_KEPT_WITHIN: Final = SECOND
"""A gap that is no longer lost nothing: the feed tells the newest state about twice a second, and again on joining."""

_SEEN_WITHIN: Final = 5 * SECOND
_LOOK_EVERY: Final = SECOND


class LineEvents(Protocol):
    """What a line tells its feed."""

    def quotes(self, frame: QuoteFrame) -> None:
        """Take quotes."""
        ...

    def text(self, message: str) -> None:
        """Take a text message."""
        ...

    def down(self, line: "FeedLine", detail: str) -> None:
        """Take that the line is down."""
        ...

    def up(self, line: "FeedLine", *, data_lost: bool) -> None:
        """Take that the line is up, subscribed, and what the gap cost."""
        ...

    def session_lost(self, detail: str) -> None:
        """Take that Zerodha refuses the session: the line gives up until there is another."""
        ...


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """How much silence a line bears, in µs; ``trades_now`` says whether quotes are due at an instant."""

    silence: int = 6 * SECOND
    stale: int = 10 * SECOND
    trades_now: Callable[[Instant], bool]


class FeedLine:
    """One connection, made again until it is closed. ``run`` is its life; all else answers at once."""

    def __init__(
        self,
        door: FeedDoor,
        session: Session,
        reader: FrameReader,
        events: LineEvents,
        watch: Watch,
        clock: Clock,
        dice: np.random.Generator,
    ) -> None:
        self._door = door
        self._session = session
        self._reader = reader
        self._events = events
        self._watch = watch
        self._clock = clock
        self._dice = dice
        self._connection: FeedConnection | None = None
        self._outgoing: asyncio.Queue[str] = asyncio.Queue()
        self.tokens: set[int] = set()
        self.is_up = False
        self._unseen: set[int] = set()
        self._joined_at = Instant(0)
        self._heard_at = Instant(0)
        self._data_at = Instant(0)
        self._broke_at: Instant | None = None
        self._failures = 0

    def subscribe(self, tokens: Iterable[int]) -> None:
        """Ask for more instruments, all in full."""
        added = sorted(set(tokens) - self.tokens)
        self.tokens.update(added)
        if self._connection is not None:
            self._ask_for(added)

    def unsubscribe(self, tokens: Iterable[int]) -> None:
        """Ask for fewer instruments."""
        gone = sorted(set(tokens) & self.tokens)
        self.tokens.difference_update(gone)
        self._unseen.difference_update(gone)
        if self._connection is not None:
            for chunk in _chunks(gone):
                self._outgoing.put_nowait(_message("unsubscribe", chunk))

    async def run(self) -> None:
        """Live until cancelled, or until Zerodha refuses the session."""
        while True:
            wait = await self._connected_once()
            if wait is None:
                return
            await pause(wait)

    async def _connected_once(self) -> int | None:
        """Connect, and stay as long as it lasts; answer the pause before the next try, None to give up."""
        try:
            connection = await self._door.connect(self._session)
        except FeedRefusedError as error:
            if error.status == 403:
                self._tell_down("The feed does not take the session any more; log in again")
                self._events.session_lost(str(error))
                return None
            self._tell_down(f"{error}; trying again")
            return _TOO_MANY_PAUSE if error.status == 429 else self._next_pause()
        except FeedUnreachableError as error:
            self._tell_down(f"{error}; trying again")
            return self._next_pause()
        try:
            why = await self._stay(connection)
        finally:
            self._connection = None
            self.is_up = False
            await connection.close()
        self._broke_at = self._clock.now()
        self._tell_down(why)
        return self._next_pause()

    async def _stay(self, connection: FeedConnection) -> str:
        """Subscribe and receive until the connection ends; answer why it did."""
        now = self._clock.now()
        self._connection, self._outgoing = connection, asyncio.Queue()
        self._joined_at = self._heard_at = self._data_at = now
        self._ask_for(sorted(self.tokens))
        if not self.tokens:
            self._tell_up(now)
        tasks = [
            asyncio.create_task(self._send_all(connection)),
            asyncio.create_task(self._receive_all(connection)),
            asyncio.create_task(self._look_after()),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return next(task for task in tasks if task.done()).result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _send_all(self, connection: FeedConnection) -> str:
        """Send what is queued; answer why it ended."""
        try:
            while True:
                await connection.send(await self._outgoing.get())
        except FeedUnreachableError as error:
            return f"{error}; connecting anew"

    async def _receive_all(self, connection: FeedConnection) -> str:
        """Receive until the end; answer why it came."""
        while (message := await connection.receive()) is not None:
            self._take(message)
        return "Zerodha closed the feed connection; connecting anew"

    async def _look_after(self) -> str:
        """Look for silence when it could be too long; answer once it is."""
        while True:
            await pause(self._next_look())
            now = self._clock.now()
            if now - self._heard_at > self._watch.silence:
                return f"The feed was silent for {self._watch.silence // SECOND} s; connecting anew"
            if self.tokens and now - self._data_at > self._watch.stale and self._watch.trades_now(now):
                # Signs of life do not count: a feed can be connected and mute.
                return f"The feed brought no quote for {self._watch.stale // SECOND} s; connecting anew"
            if self._unseen and now - self._joined_at > _SEEN_WITHIN:
                missing, self._unseen = sorted(self._unseen & self.tokens), set()
                for chunk in _chunks(missing):
                    self._outgoing.put_nowait(_message("mode", ["full", chunk]))

    def _next_look(self) -> int:
        """Answer how long nothing can be too late, in µs: a second at least, and not too long for what is new."""
        limits = [self._heard_at + self._watch.silence]
        if self.tokens:
            limits.append(self._data_at + self._watch.stale)
        if self._unseen:
            limits.append(self._joined_at + _SEEN_WITHIN)
        return min(max(min(limits) - self._clock.now() + 1, _LOOK_EVERY), _SEEN_WITHIN)

    def _take(self, message: bytes | str) -> None:
        now = self._clock.now()
        self._heard_at = now
        if isinstance(message, str):
            self._events.text(message)
            return
        frame = self._reader.read(message, now)
        if frame is None:
            return
        if not self.is_up:
            self._tell_up(now)
        self._data_at = now
        if self._failures and now - self._joined_at > _HEALTHY_AFTER:
            self._failures = 0
        if self._unseen:
            self._unseen.difference_update(self._reader.tokens_of(frame.rows))
        self._events.quotes(frame)

    def _ask_for(self, tokens: list[int]) -> None:
        for chunk in _chunks(tokens):
            self._outgoing.put_nowait(_message("subscribe", chunk))
            self._outgoing.put_nowait(_message("mode", ["full", chunk]))
        self._unseen.update(tokens)
        self._joined_at = self._clock.now()

    def _tell_up(self, now: Instant) -> None:
        self.is_up = True
        gap = 0 if self._broke_at is None else now - min(self._broke_at, self._data_at)
        self._events.up(self, data_lost=self._broke_at is not None and gap > _KEPT_WITHIN)
        self._broke_at = None

    def _tell_down(self, detail: str) -> None:
        if self._broke_at is None:
            self._broke_at = self._clock.now()
        self._events.down(self, detail)

    def _next_pause(self) -> int:
        """Answer the pause before the next try: growing, a fifth more or less, so that many do not come at once."""
        step = _LADDER[min(self._failures, len(_LADDER) - 1)]
        first = self._failures == 0 and self._broke_at is not None and self._data_at > self._joined_at
        self._failures += 1
        return SECOND // 5 if first else step * int(self._dice.integers(80, 121)) // 100


def _message(action: str, value: object) -> str:
    return msgspec.json.encode({"a": action, "v": value}).decode()


def _chunks(tokens: list[int]) -> Iterable[list[int]]:
    return (tokens[place : place + _CHUNK] for place in range(0, len(tokens), _CHUNK))
