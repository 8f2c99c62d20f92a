"""The network between one gateway and its Kite, in virtual time: the transports that are put into the adapter."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

import msgspec
import numpy as np

from brokers.errors import BooksUnreadableError, NotSentError, OutcomeUnknownError, RefusedError, SessionLostError
from brokers.practice.zerodha.sockets import Hangup, Outgoing, SocketLine
from brokers.practice.zerodha.wire import Answer, Fate
from brokers.zerodha.asking import REST_AT_MOST, Question, Turns
from brokers.zerodha.feed_door import FeedRefusedError, FeedUnreachableError
from brokers.zerodha.session import Session
from brokers.zerodha.tasks import pause
from brokers.zerodha.wire import Reply
from desktop.verification.virtual_time import VirtualClock
from desktop.verification.zerodha.house import KiteHouse
from engine.domain.instant import SECOND

_CONNECT_WITHIN = 3 * SECOND
_READ_WITHIN = 7 * SECOND

_PATHS: Final[Mapping[Question, str]] = {
    Question.PROFILE: "/user/profile",
    Question.ORDERS: "/orders",
    Question.TRADES: "/trades",
    Question.POSITIONS: "/portfolio/positions",
    Question.FUNDS: "/user/margins/{}",
}
"""The questions that the adapter asks by itself."""

_MOMENTS: Final = ("order_timestamp", "exchange_timestamp", "fill_timestamp")
"""What the official client turns into times."""

Look = Callable[[str, str, Mapping[str, str]], None]
"""Looks at an order request that leaves: method, path and form."""


class _ReadTooLongError(Exception):
    """Nothing came back in time."""


class Road:
    """One account's way to its Kite. While ``is_cut`` there is no network: what is on its way then is lost."""

    def __init__(
        self, house: KiteHouse, clock: VirtualClock, dice: np.random.Generator, up: int, down: int, look: Look
    ) -> None:
        self.house = house
        self.clock = clock
        self.up = up / SECOND
        self.down = down / SECOND
        self.look = look
        self.is_cut = False
        self._dice = dice

    async def carry(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes, within: int, look: Callable[[], None]
    ) -> Answer:
        """Send a request once and answer what comes back.

        Raises NotSentError where no byte left, OutcomeUnknownError where the line broke, TimeoutError.
        """
        loop = asyncio.get_running_loop()
        # Over a connection that is warm, bytes leave into a network that is not there any more.
        if not self.house.is_up or (self.is_cut and self._dice.integers(2)):
            raise NotSentError("Zerodha could not be reached, nothing was sent: connection refused")
        look()
        back: asyncio.Future[Answer] = loop.create_future()
        if not self.is_cut:
            loop.call_later(self.up, self._arrive, method, target, headers, body, back)
        async with asyncio.timeout(within / SECOND):
            return await back

    def _arrive(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes, back: "asyncio.Future[Answer]"
    ) -> None:
        if self.is_cut:
            return
        answer = self.house.answer(method, target, headers, body)
        loop, kills = asyncio.get_running_loop(), self.house.kills
        delay = 0.0 if answer is None else answer.delay / SECOND
        loop.call_later(delay + self.down, self._return, answer, back, kills)

    def _return(self, answer: Answer | None, back: "asyncio.Future[Answer]", kills: int) -> None:
        if back.done() or self.is_cut:
            return
        if answer is None or answer.fate is not Fate.DELIVERED or kills != self.house.kills:
            broken = answer is not None and answer.fate is Fate.CUT
            words = "the body was cut short" if broken else "the connection was closed"
            back.set_exception(OutcomeUnknownError(f"No whole answer from Zerodha: {words}"))
        else:
            back.set_result(answer)


class RoadWire:
    """The order wire over a road; ``answer`` is how long to wait, in ms."""

    def __init__(self, road: Road, answer: int) -> None:
        self._road = road
        self._within = answer * 1_000 + _CONNECT_WITHIN

    async def send(
        self, method: str, path: str, headers: Mapping[str, str], form: Mapping[str, str] | None = None
    ) -> Reply:
        """Send one request once."""
        body = b"" if form is None else urlencode(form).encode()
        try:
            answer = await self._road.carry(
                method, path, headers, body, self._within, lambda: self._road.look(method, path, form or {})
            )
        except TimeoutError as error:
            raise OutcomeUnknownError("No whole answer from Zerodha: TimeoutError") from error
        now = self._road.clock.now()
        return Reply(status=answer.status, body=answer.body, said_at=type(now)(now // SECOND * SECOND))

    async def close(self) -> None:
        """Let go of nothing."""


class RoadAsking:
    """Questions over a road, paced, answered and refused as the official client does it."""

    def __init__(self, road: Road) -> None:
        self._road = road
        self._session: Session | None = None
        self._turns = Turns(*REST_AT_MOST)

    def use(self, session: Session | None) -> None:
        """Ask with this login from now on."""
        self._session = session

    async def ask(self, question: Question, *arguments: object, **_named: object) -> object:
        """Answer what Kite's ``data`` was, as plain values."""
        await self._turns.come()
        headers = {} if self._session is None else self._session.headers()
        path = _PATHS[question].format(*arguments)
        what = question.name.lower()
        for is_last in (False, True):
            try:
                answer = await self._road.carry("GET", path, headers, b"", _READ_WITHIN, _unseen)
            except TimeoutError as error:
                raise BooksUnreadableError(f"Zerodha could not be reached about {what} (ReadTimeout)") from error
            except (NotSentError, OutcomeUnknownError) as error:
                if is_last or "cut short" in str(error):
                    raise BooksUnreadableError(f"Zerodha could not be reached about {what}") from error
            else:
                return _data_of(answer, what)
        raise AssertionError("not reached")

    async def close(self) -> None:
        """Let go of nothing."""


def _unseen() -> None:
    """Questions are not looked at."""


def _data_of(answer: Answer, what: str) -> object:
    if "json" not in answer.headers.get("Content-Type", ""):
        raise BooksUnreadableError(f"Zerodha's answer about {what} could not be read")
    document = msgspec.json.decode(answer.body)
    if document.get("status") != "error" and not document.get("error_type"):
        return _timed(document["data"])
    kind, message = document.get("error_type"), f"Zerodha did not answer about {what}: {document.get('message')}"
    if kind == "TokenException":
        raise SessionLostError(message)
    if kind in ("PermissionException", "InputException"):
        raise RefusedError(message)
    raise BooksUnreadableError(message)


def _timed(data: object) -> object:
    for row in data if isinstance(data, list) else ():
        for name in _MOMENTS:
            if isinstance(row.get(name), str) and len(row[name]) == len("2026-11-20 11:03:41"):
                row[name] = datetime.fromisoformat(row[name])
    return data


class RoadDoor:
    """Feed connections over a road."""

    def __init__(self, road: Road) -> None:
        self._road = road

    async def connect(self, session: Session) -> "RoadConnection":
        """Open a connection. Raises FeedRefusedError, FeedUnreachableError."""
        road = self._road
        await pause(round((road.up + road.down) * SECOND))
        connection = RoadConnection(road)
        target = f"/?{urlencode({'api_key': session.api_key, 'access_token': session.access_token})}"
        line = None if road.is_cut else road.house.connect(target, connection.arrive)
        if line is None:
            raise FeedUnreachableError("The feed could not be reached (ClientConnectorError)")
        if isinstance(line, Answer):
            raise FeedRefusedError(line.status)
        connection.line = line
        return connection

    async def close(self) -> None:
        """Let go of nothing."""


class RoadConnection:
    """One open feed connection; while the network is away, nothing comes and nobody hears."""

    def __init__(self, road: Road) -> None:
        self.line: SocketLine | None = None
        self._road = road
        self._loop = asyncio.get_running_loop()
        self._inbox: asyncio.Queue[bytes | str | None] = asyncio.Queue()
        self._is_open = True

    def arrive(self, frame: Outgoing) -> None:
        """Take a frame that the server sends: it is on its way for a while."""
        if not self._road.is_cut:
            self._loop.call_later(self._road.down, self._inbox.put_nowait, None if isinstance(frame, Hangup) else frame)

    async def send(self, text: str) -> None:
        """Send a text message. Raises FeedUnreachableError."""
        if not self._is_open or self.line is None:
            raise FeedUnreachableError("The feed broke off (ClientConnectionResetError)")
        if not self._road.is_cut:
            self._loop.call_later(self._road.up, self._road.house.hear, self.line, text)

    async def receive(self) -> bytes | str | None:
        """Answer the next message; None once the connection is closed."""
        if not self._is_open:
            return None
        message = await self._inbox.get()
        self._is_open = message is not None
        return message

    async def close(self) -> None:
        """Close it; safe to call twice."""
        self._is_open = False
        if self.line is not None:
            self._road.house.leave(self.line)
