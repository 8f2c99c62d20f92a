"""The feed's connections: what is subscribed where, how they come back, and what is told of it."""

import asyncio
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pytest

from brokers.zerodha.feed import Feed
from brokers.zerodha.feed_door import FeedRefusedError, FeedUnreachableError
from brokers.zerodha.feed_line import Watch
from brokers.zerodha.session import Session
from brokers.zerodha.tasks import pause
from desktop.verification.virtual_time import VirtualClock, VirtualLoop
from engine.domain.identifiers import AccountId
from engine.domain.instant import SECOND, Instant
from engine.domain.quote import QuoteFrame
from engine.domain.reports import ConnectionReport, Report

START = Instant(1_787_025_000 * SECOND)


def tick(token: int) -> bytes:
    return b"\x00\x01\x00\x08" + token.to_bytes(4, "big") + (10_000).to_bytes(4, "big")


class Connection:
    """A connection in the hands of a test; it answers every mode message with a price, as the feed does."""

    def __init__(self, door: "Door") -> None:
        self.door = door
        self.sent: list[dict[str, Any]] = []
        self.incoming: asyncio.Queue[bytes | str | None] = asyncio.Queue()
        self.closed = False

    async def send(self, text: str) -> None:
        if self.closed:
            raise FeedUnreachableError("broken")
        message = msgspec.json.decode(text)
        self.sent.append(message)
        if message["a"] == "mode" and self.door.answers:
            self.incoming.put_nowait(tick(message["v"][1][0]))

    async def receive(self) -> bytes | str | None:
        return await self.incoming.get()

    async def close(self) -> None:
        self.closed = True

    def subscribed(self) -> set[int]:
        found: set[int] = set()
        for message in self.sent:
            if message["a"] == "subscribe":
                found.update(message["v"])
            elif message["a"] == "unsubscribe":
                found.difference_update(message["v"])
        return found


class Door:
    """Lets connections in, or refuses them."""

    def __init__(self, loop: VirtualLoop) -> None:
        self.loop = loop
        self.connections: list[Connection] = []
        self.tries: list[float] = []
        self.refusal: Exception | None = None
        self.answers = True

    async def connect(self, session: Session) -> Connection:
        self.tries.append(self.loop.time())
        if self.refusal is not None:
            raise self.refusal
        self.connections.append(Connection(self))
        return self.connections[-1]

    async def close(self) -> None:
        return None


class Desk:
    """A feed of 10,000 instruments with a door in the test's hands; token 256 * n + 2 is row n."""

    def __init__(self) -> None:
        self.loop = VirtualLoop()
        self.door = Door(self.loop)
        self.reports: list[Report] = []
        self.frames: list[QuoteFrame] = []
        self.notices: list[str] = []
        self.rows: list[object] = []
        self.joins = 0
        self.lost: list[str] = []
        self.feed = Feed(
            AccountId("Z1"),
            self.door,
            {256 * row + 2: row for row in range(1, 10_001)},
            self,
            self,
            Watch(trades_now=lambda _at: True),
            VirtualClock(self.loop, START),
            np.random.default_rng(3),
        )

    def report(self, report: Report) -> None:
        self.reports.append(report)

    def quotes(self, frame: QuoteFrame) -> None:
        self.frames.append(frame)

    def notice(self, at: Instant, sentence: str) -> None:
        self.notices.append(sentence)

    def order_row(self, row: object) -> None:
        self.rows.append(row)

    def joined(self) -> None:
        self.joins += 1

    def session_lost(self, detail: str) -> None:
        self.lost.append(detail)

    def start(self) -> None:
        async def started() -> None:
            self.feed.start(Session("key", "token", "ZX0001", START))

        self.loop.play(started())

    def subscribe(self, rows: range) -> None:
        async def asked() -> None:
            self.feed.subscribe(rows)

        self.loop.play(asked())

    def wait(self, seconds: int, *, beats: bool = True) -> None:
        for _ in range(seconds):
            if beats:
                for connection in self.door.connections:
                    connection.incoming.put_nowait(tick(258))
            self.loop.play(pause(SECOND))

    def close(self) -> None:
        self.loop.play(self.feed.stop())
        self.loop.end()


@pytest.fixture
def desk() -> Iterator[Desk]:
    found = Desk()
    yield found
    found.close()


def lines(desk: Desk) -> list[tuple[bool, bool]]:
    return [(r.connected, r.data_lost) for r in desk.reports if isinstance(r, ConnectionReport)]


def test_a_feed_without_instruments_still_hears_of_orders(desk: Desk) -> None:
    desk.start()
    desk.wait(1)
    desk.door.connections[0].incoming.put_nowait('{"type":"order","data":{"order_id":"1"}}')
    desk.wait(1)

    assert desk.rows == [{"order_id": "1"}]
    assert desk.joins == 1


def test_instruments_are_spread_over_three_connections_and_the_rest_is_told(desk: Desk) -> None:
    desk.subscribe(range(1, 9_501))
    desk.start()
    desk.wait(2)

    held = [len(connection.subscribed()) for connection in desk.door.connections]
    assert held == [3_000, 3_000, 3_000]
    assert all(len(message["v"]) <= 500 for message in desk.door.connections[0].sent if message["a"] == "subscribe")
    assert "500 have no live quotes" in desk.notices[0]


def test_a_change_of_instruments_asks_for_the_difference_only(desk: Desk) -> None:
    desk.subscribe(range(1, 11))
    desk.start()
    desk.wait(1)
    before = len(desk.door.connections[0].sent)

    desk.subscribe(range(6, 16))
    desk.wait(1)

    (connection,) = desk.door.connections
    assert connection.subscribed() == {256 * row + 2 for row in range(6, 16)}
    asked = [message for message in connection.sent[before:] if message["a"] == "subscribe"]
    assert asked == [{"a": "subscribe", "v": [256 * row + 2 for row in range(11, 16)]}]


def test_a_new_connection_subscribes_everything_again(desk: Desk) -> None:
    desk.subscribe(range(1, 11))
    desk.start()
    desk.wait(2)
    desk.door.connections[0].incoming.put_nowait(None)
    desk.wait(3)

    assert len(desk.door.connections) == 2
    assert desk.door.connections[1].subscribed() == {256 * row + 2 for row in range(1, 11)}
    assert lines(desk) == [(False, False), (True, False)]
    assert desk.joins == 2


def test_a_longer_gap_has_lost_quotes(desk: Desk) -> None:
    desk.subscribe(range(1, 11))
    desk.start()
    desk.wait(2)
    desk.door.refusal = FeedUnreachableError("no way")
    desk.door.connections[0].incoming.put_nowait(None)
    desk.wait(4)
    desk.door.refusal = None
    desk.wait(10)

    assert lines(desk) == [(False, False), (True, True)]


def test_pauses_between_tries_grow_and_are_uneven(desk: Desk) -> None:
    desk.door.refusal = FeedUnreachableError("no way")
    desk.start()
    desk.wait(150)

    pauses = [after - before for before, after in zip(desk.door.tries, desk.door.tries[1:], strict=False)]
    for pause_, middle in zip(pauses, (1, 2, 4, 8, 15, 30), strict=False):
        assert 0.8 * middle <= pause_ <= 1.21 * middle
    assert all(24 <= pause_ <= 36.5 for pause_ in pauses[5:])
    assert len(lines(desk)) == 1, "it is told once"


def test_a_line_that_flaps_is_not_hammered(desk: Desk) -> None:
    desk.subscribe(range(1, 3))
    desk.start()
    for _ in range(60):
        desk.wait(1)
        if not desk.door.connections[-1].closed:
            desk.door.connections[-1].incoming.put_nowait(None)

    assert len(desk.door.tries) <= 12


def test_a_dead_session_is_told_and_not_tried_again(desk: Desk) -> None:
    desk.door.refusal = FeedRefusedError(403)
    desk.start()
    desk.wait(60)

    assert len(desk.door.tries) == 1
    assert len(desk.lost) == 1


def test_too_many_connections_are_waited_for(desk: Desk) -> None:
    desk.door.refusal = FeedRefusedError(429)
    desk.start()
    desk.wait(70)

    assert desk.door.tries == [0, 30, 60]


def test_instruments_that_say_nothing_are_asked_for_once_more(desk: Desk) -> None:
    desk.subscribe(range(1, 4))
    desk.start()
    desk.wait(8)

    modes = [message["v"] for message in desk.door.connections[0].sent if message["a"] == "mode"]
    assert modes == [["full", [258, 514, 770]], ["full", [514, 770]]]


def test_a_silent_connection_is_given_up(desk: Desk) -> None:
    desk.subscribe(range(1, 4))
    desk.start()
    desk.wait(2)
    desk.door.answers = False
    desk.wait(9, beats=False)

    assert desk.door.connections[0].closed
    assert lines(desk) == [(False, False)]


def test_a_new_session_starts_the_feed_with_what_was_subscribed(desk: Desk) -> None:
    desk.subscribe(range(1, 4))
    desk.start()
    desk.wait(1)
    desk.loop.play(desk.feed.stop())
    desk.start()
    desk.wait(1)

    assert desk.door.connections[0].closed
    assert desk.door.connections[1].subscribed() == {258, 514, 770}
