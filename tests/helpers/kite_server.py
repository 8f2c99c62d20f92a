"""A server that answers Zerodha's paths with what lies ready, and the official client before it, on virtual time."""

from collections.abc import Coroutine
from typing import Any

import msgspec
from aiohttp import web

from brokers.zerodha.asking import OfficialClient
from brokers.zerodha.instruments import HEADER
from brokers.zerodha.session import Session
from desktop.verification.virtual_time import VirtualLoop
from engine.domain.instant import Instant


class Kite:
    """A server that answers every request with what lies ready for its path."""

    def __init__(self, loop: VirtualLoop) -> None:
        self.loop = loop
        self.ready: dict[str, Any] = {}
        self.asked: list[tuple[str, str]] = []
        self.times: list[float] = []
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)

    async def start(self) -> str:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.method, request.path_qs))
        self.times.append(self.loop.time())
        ready = self.ready.get(request.path, [])
        if isinstance(ready, web.Response):
            return web.Response(body=ready.body, status=ready.status, content_type=ready.content_type)
        if isinstance(ready, bytes):
            return web.Response(body=ready, content_type="text/csv")
        return web.Response(
            body=msgspec.json.encode({"status": "success", "data": ready}), content_type="application/json"
        )


def refused(status: int, kind: str, message: str) -> web.Response:
    document = {"status": "error", "error_type": kind, "message": message}
    return web.Response(status=status, body=msgspec.json.encode(document), content_type="application/json")


class World:
    """The official client and a server for it on one virtual loop."""

    def __init__(self) -> None:
        self.loop = VirtualLoop()
        self.kite = Kite(self.loop)
        self.root = self.loop.play(self.kite.start())
        self.client = OfficialClient("key", self.root, workers=2, patience=2)
        self.client.use(Session("key", "token", "ZX0001", Instant(0)))

    def play(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.play(work)

    def close(self) -> None:
        self.loop.play(self.client.close())
        self.loop.play(self.kite.stop())
        self.loop.end()


def contract_dump(exchange: str, rows: int, expiry: str = "2026-12-01") -> bytes:
    """Answer the contract list of an exchange as Zerodha sends it."""
    lines = [
        f"{12_342_018 + 256 * row},{48_211 + row},NIFTY26D01{24_000 + row}CE,NIFTY,0,{expiry},{24_000 + row},0.05,65,"
        f"CE,{exchange}-OPT,{exchange}"
        for row in range(rows)
    ]
    return "\n".join([HEADER, *lines, ""]).encode()
