"""A practice Kite on a port of this machine, in a thread, at a pace faster than life."""

import asyncio
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from queue import Queue
from typing import Any

from brokers.practice.zerodha.app import PracticeServer
from brokers.practice.zerodha.faults import Fault, FaultPlan
from brokers.practice.zerodha.kite import PracticeKite
from brokers.practice.zerodha.records import Line
from brokers.practice.zerodha.settings import PracticeSettings
from engine.domain.instant import SECOND, Instant
from engine.runtime.clock import PacedClock
from engine.schema.declared import replace
from tests.helpers.practice_desk import NO_LIMITS, at, rules, small_market

_PATIENCE = 30


class QuickPace:
    """Simulated time at so many times the wall's."""

    def __init__(self, start: Instant, speed: float) -> None:
        self._clock = PacedClock(start, speed)

    def now(self) -> Instant:
        return self._clock.now()

    def wall_until(self, due: Instant) -> int:
        return int(self._clock.seconds_until(due) * SECOND)


@contextmanager
def practice_server(*faults: Fault, speed: float = 20, **changes: Any) -> Iterator[dict[str, str]]:
    """Serve for a while; answers what ``legwork practice zerodha`` prints."""
    settings = replace(PracticeSettings(), **(NO_LIMITS | changes))
    begun: Queue[tuple[asyncio.AbstractEventLoop, PracticeServer, int, str]] = Queue()
    serving = threading.Thread(target=_serve, args=(settings, FaultPlan(faults=faults), speed, begun), name="practice")
    serving.start()
    loop, server, port, token = begun.get(timeout=_PATIENCE)
    try:
        yield {
            "root": f"http://127.0.0.1:{port}",
            "websocket": f"ws://127.0.0.1:{port}",
            "api_key": settings.api_key,
            "api_secret": settings.api_secret,
            "request_token": token,
        }
    finally:
        loop.call_soon_threadsafe(server.stop)
        serving.join(_PATIENCE)


def _serve(settings: PracticeSettings, plan: FaultPlan, speed: float, begun: "Queue[Any]") -> None:
    start = at(10)
    kite = PracticeKite(small_market(start), rules(), settings, plan, seed=7)
    token = kite.begin(start)

    async def serve() -> None:
        server = PracticeServer(kite, QuickPace(start, speed), _forget, note=print)
        loop = asyncio.get_running_loop()
        await server.serve("127.0.0.1", 0, lambda port: begun.put((loop, server, port, token)))

    asyncio.run(serve())


def _forget(_lines: Iterable[Line]) -> None:
    """Keep nothing."""
