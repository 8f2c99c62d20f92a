"""The quote feed of an account: up to three connections of 3,000 instruments, told as one line."""

import asyncio
from collections.abc import Iterable
from typing import Final, Protocol

import msgspec
import numpy as np

from brokers.live_line import Clock, Listener
from brokers.zerodha.feed_door import FeedDoor
from brokers.zerodha.feed_line import TOKENS_PER_LINE, FeedLine, Watch
from brokers.zerodha.frames import FrameReader
from brokers.zerodha.session import Session
from brokers.zerodha.tasks import surface
from engine.domain.identifiers import AccountId
from engine.domain.quote import QuoteFrame
from engine.domain.reports import Channel, ConnectionReport

MOST_LINES: Final = 3
"""Zerodha takes no more connections of one app."""


class FeedNews(Protocol):
    """What the feed tells the gateway beside quotes."""

    def order_row(self, row: object) -> None:
        """Take the order row of a text message."""
        ...

    def joined(self) -> None:
        """Take that a connection came up: what happened to orders meanwhile was not told."""
        ...

    def session_lost(self, detail: str) -> None:
        """Take that Zerodha refuses the session."""
        ...


class _TextMessage(msgspec.Struct, frozen=True):
    """A text message of the feed; unknown kinds are ignored."""

    type: str
    data: object = None


class Feed:
    """Spreads instruments over connections, and tells the listener when the whole feed goes down and comes back."""

    def __init__(
        self,
        account: AccountId,
        door: FeedDoor,
        rows: dict[int, int],
        listener: Listener,
        news: FeedNews,
        watch: Watch,
        clock: Clock,
        dice: np.random.Generator,
    ) -> None:
        self._account = account
        self._door = door
        self._listener = listener
        self._news = news
        self._watch = watch
        self._clock = clock
        self._dice = dice
        self._token_of = {row: token for token, row in rows.items()}
        self._reader = FrameReader(rows)
        self._session: Session | None = None
        self._lines: list[FeedLine] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._wanted: set[int] = set()
        self._down: set[int] = set()
        self._lost = False

    @property
    def reader(self) -> FrameReader:
        """Counts of quotes, strangers and unreadable packets."""
        return self._reader

    def start(self, session: Session) -> None:
        """Connect with a session; what was subscribed before is subscribed again."""
        self._session = session
        self._place_all()
        if not self._lines:
            self._open_line()  # Order news come over any connection, also over one without instruments.

    async def stop(self) -> None:
        """Close every connection; what is subscribed is remembered."""
        # Taken away before anything is waited for: a new login may start the feed meanwhile.
        tasks, self._tasks, self._lines, self._session = self._tasks, [], [], None
        self._down.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def subscribe(self, rows: Iterable[int]) -> None:
        """Ask for exactly these rows of the contract master."""
        tokens = {self._token_of[row] for row in rows if row in self._token_of}
        most = MOST_LINES * TOKENS_PER_LINE
        if len(tokens) > most:
            sentence = f"Zerodha's feed takes {most:,} instruments at once; {len(tokens) - most:,} have no live quotes"
            self._listener.notice(self._clock.now(), sentence)
            kept = self._wanted & tokens
            tokens = kept | set(sorted(tokens - kept)[: most - len(kept)])
        for line in self._lines:
            line.unsubscribe(self._wanted - tokens)
        self._wanted = tokens
        if self._session is not None:
            self._place_all()

    def _place_all(self) -> None:
        missing = sorted(self._wanted.difference(*(line.tokens for line in self._lines)))
        for line in self._lines:
            room = TOKENS_PER_LINE - len(line.tokens)
            line.subscribe(missing[:room])
            missing = missing[room:]
        while missing:
            self._open_line(missing[:TOKENS_PER_LINE])
            missing = missing[TOKENS_PER_LINE:]

    def _open_line(self, tokens: Iterable[int] = ()) -> None:
        assert self._session is not None  # only called while there is one
        line = FeedLine(self._door, self._session, self._reader, self, self._watch, self._clock, self._dice)
        line.subscribe(tokens)
        self._lines.append(line)
        task = asyncio.get_running_loop().create_task(line.run(), name=f"zerodha-feed-{len(self._lines)}")
        task.add_done_callback(surface)
        self._tasks.append(task)

    # --- what the lines tell ------------------------------------------------------------------------------------------

    def quotes(self, frame: QuoteFrame) -> None:
        """Hand quotes on."""
        self._listener.quotes(frame)

    def text(self, message: str) -> None:
        """Read a text message; what is not understood is ignored, for new kinds come unannounced."""
        try:
            read = msgspec.json.decode(message, type=_TextMessage)
        except (msgspec.DecodeError, msgspec.ValidationError, RecursionError):
            return
        if read.type == "order":
            self._news.order_row(read.data)
        elif read.type in ("error", "message") and isinstance(read.data, str):
            who = "Zerodha's feed" if read.type == "error" else "Zerodha"
            self._listener.notice(self._clock.now(), f"{who}: {read.data[:300]}")

    def down(self, line: FeedLine, detail: str) -> None:
        """Tell that the feed is down, once, whichever line it was."""
        was_up = not self._down
        self._down.add(id(line))
        if was_up:
            self._tell(connected=False, data_lost=False, detail=detail)

    def up(self, line: FeedLine, *, data_lost: bool) -> None:
        """Tell that the feed is back once its last line is."""
        self._lost = self._lost or data_lost
        if id(line) in self._down:
            self._down.discard(id(line))
            if not self._down:
                words = "quotes in between were missed" if self._lost else "nothing was missed"
                self._tell(connected=True, data_lost=self._lost, detail=f"The feed is back; {words}")
                self._lost = False
        self._news.joined()

    def session_lost(self, detail: str) -> None:
        """Hand on that Zerodha refuses the session."""
        self._news.session_lost(detail)

    def _tell(self, *, connected: bool, data_lost: bool, detail: str) -> None:
        self._listener.report(
            ConnectionReport(
                at=self._clock.now(),
                account=self._account,
                channel=Channel.MARKET_DATA,
                connected=connected,
                data_lost=data_lost,
                detail=detail,
            )
        )
