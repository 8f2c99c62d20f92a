"""The practice Kite on a port: HTTP, WebSockets and postbacks around the core, at the pace of a clock."""

import asyncio
from collections.abc import Callable, Iterable
from email.utils import formatdate
from typing import Protocol

import aiohttp
from aiohttp import web

from brokers.errors import BrokerError
from brokers.practice.zerodha.kite import PracticeKite
from brokers.practice.zerodha.records import Line
from brokers.practice.zerodha.sockets import Hangup, Outgoing, SocketLine
from brokers.practice.zerodha.updates import Postback
from brokers.practice.zerodha.wire import Answer, Fate
from engine.domain.instant import SECOND, Instant

_LARGEST_BODY = 1 << 20
_LONGEST_WAIT = 1
"""Seconds between two looks at the clock while nothing is due."""
_SHORTEST_WAIT = 1 / 1_000
_MOST_FRAMES = 2_000
"""Frames that wait for a client that does not read; then it is hung up on."""
_POSTBACK_SECONDS = 3
_CLOSING_SECONDS = 2


class Pace(Protocol):
    """Simulated time against the wall; PacedClock is one."""

    def now(self) -> Instant:
        """Answer the present simulated instant."""

    def wall_until(self, due: Instant) -> int:
        """Answer how many microseconds of the wall's time away a simulated instant is; 0 where it has passed."""


Keep = Callable[[Iterable[Line]], None]
"""Writes lines down; raises BrokerError where they cannot be written."""


class PracticeServer:
    """Serves one practice Kite. What it writes down is kept before anything is answered.

    ``note`` is told sentences about what went wrong at the server's own side.
    """

    def __init__(self, kite: PracticeKite, pace: Pace, keep: Keep, note: Callable[[str], None]) -> None:
        self._kite, self._pace, self._keep, self._note = kite, pace, keep, note
        self._wake = asyncio.Event()
        self._stopped = asyncio.Event()
        self._queues: dict[int, tuple[SocketLine, asyncio.Queue[Outgoing]]] = {}
        self._posting: set[asyncio.Task[None]] = set()
        self.failure: BrokerError | None = None

    def stop(self) -> None:
        """End serving; safe to call from a signal handler of the loop."""
        self._stopped.set()
        self._wake.set()

    async def serve(self, host: str, port: int, started: Callable[[int], None]) -> None:
        """Serve until stopped; ``started`` is told the port. Raises BrokerError where the port cannot be used."""
        app = web.Application(client_max_size=_LARGEST_BODY)
        app.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=_CLOSING_SECONDS)
        await runner.setup()
        try:
            site = web.TCPSite(runner, host, port)
            try:
                await site.start()
            except OSError as error:
                raise BrokerError(
                    f"The practice Kite cannot listen on {host}:{port} ({error.strerror}); "
                    "choose another --port, or 0 for any free one"
                ) from error
            started(runner.addresses[0][1])
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_POSTBACK_SECONDS)) as client:
                await self._pump(client)
        finally:
            await self._hang_up_all()
            await runner.cleanup()
        if self.failure is not None:
            raise self.failure

    async def _pump(self, client: aiohttp.ClientSession) -> None:
        """Let the core live: what is due happens, is written down, and is sent."""
        while not self._stopped.is_set():
            self._wake.clear()
            now = self._pace.now()
            self._kite.advance(now)
            self._write_down()
            for line, queue in list(self._queues.values()):
                for frame in line.take(now):
                    queue.put_nowait(frame)
                if queue.qsize() > _MOST_FRAMES:
                    line.hang_up(Hangup(), now)
            for postback in self._kite.take_postbacks():
                task = asyncio.create_task(self._post(client, postback))
                self._posting.add(task)
                task.add_done_callback(self._posting.discard)
            await self._until_due(self._kite.next_due())
        for task in list(self._posting):
            task.cancel()

    async def _until_due(self, due: Instant | None) -> None:
        wait = _LONGEST_WAIT if due is None else min(self._pace.wall_until(due) / SECOND, _LONGEST_WAIT)
        try:
            await asyncio.wait_for(self._wake.wait(), max(wait, _SHORTEST_WAIT))
        except TimeoutError:
            return  # Something is due, or it is time to look at the clock.

    def _write_down(self) -> None:
        try:
            self._keep(self._kite.take_changes())
        except BrokerError as error:
            self.failure = error
            self.stop()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        target = request.rel_url.raw_path_qs
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._socket(request, target)
        body = await request.read()
        now = self._pace.now()
        answer = self._kite.answer(request.method, target, request.headers, body, now, request.remote or "")
        self._write_down()
        self._wake.set()
        if self.failure is not None:
            answer = Answer(fate=Fate.CLOSED)  # What could not be written down is not confirmed either.
        await self._pause(Instant(now + answer.delay))
        return await self._send(request, answer)

    async def _pause(self, until: Instant) -> None:
        loop = asyncio.get_running_loop()
        due = loop.create_future()
        timer = loop.call_later(self._pace.wall_until(until) / SECOND, _settle, due)
        try:
            await due
        finally:
            timer.cancel()

    async def _send(self, request: web.Request, answer: Answer) -> web.StreamResponse:
        headers = {**answer.headers, "Date": formatdate(self._pace.now() // SECOND, usegmt=True)}
        match answer.fate:
            case Fate.DELIVERED:
                return web.Response(status=answer.status, body=answer.body, headers=headers)
            case Fate.CLOSED:
                response = web.StreamResponse(status=answer.status, headers=headers)
            case Fate.CUT:
                response = web.StreamResponse(status=answer.status, headers=headers)
                response.content_length = len(answer.body)
                await response.prepare(request)
                await response.write(answer.body[: len(answer.body) // 2])
        if request.transport is not None:
            request.transport.close()
        return response

    async def _socket(self, request: web.Request, target: str) -> web.StreamResponse:
        line = self._kite.connect(target, self._pace.now())
        if isinstance(line, Answer):
            return await self._send(request, line)
        socket = web.WebSocketResponse(compress=False, max_msg_size=_LARGEST_BODY, timeout=_CLOSING_SECONDS)
        await socket.prepare(request)
        queue: asyncio.Queue[Outgoing] = asyncio.Queue()
        self._queues[id(line)] = line, queue
        self._wake.set()
        writer = asyncio.create_task(self._write(request, socket, queue))
        try:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    line.receive(message.data, self._pace.now())
                    self._wake.set()
        finally:
            line.is_open = False
            self._queues.pop(id(line), None)
            writer.cancel()
        return socket

    async def _write(
        self, request: web.Request, socket: web.WebSocketResponse, queue: "asyncio.Queue[Outgoing]"
    ) -> None:
        while True:
            frame = await queue.get()
            try:
                match frame:
                    case bytes():
                        await socket.send_bytes(frame)
                    case str():
                        await socket.send_str(frame)
                    case Hangup(code=int() as code):
                        await socket.close(code=code)
                    case Hangup(torn=torn):
                        _break_off(request, torn)
            except (ConnectionError, aiohttp.ClientError):
                return  # The client is gone; its reader ends the line.

    async def _post(self, client: aiohttp.ClientSession, postback: Postback) -> None:
        headers = {"Content-Type": "application/json"}
        try:
            async with client.post(postback.url, data=postback.body, headers=headers) as answered:
                await answered.read()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            self._note(f"The postback to {postback.url} failed: {error}")

    async def _hang_up_all(self) -> None:
        for line, queue in self._queues.values():
            line.is_open = False
            queue.put_nowait(Hangup(code=aiohttp.WSCloseCode.GOING_AWAY))


def _settle(due: "asyncio.Future[None]") -> None:
    if not due.done():
        due.set_result(None)


def _break_off(request: web.Request, frame: bytes) -> None:
    """Close the connection without a word; a frame is begun first where there is one, and breaks off in its middle."""
    transport = request.transport
    if transport is None:
        return
    if frame:
        head = b"\x82" + (bytes([len(frame)]) if len(frame) < 126 else b"\x7e" + len(frame).to_bytes(2, "big"))
        if len(frame) > 65_535:
            head = b"\x82\x7f" + len(frame).to_bytes(8, "big")
        transport.write(head + frame[: len(frame) // 2])
    transport.close()
