"""One HTTP request on one warm connection, sent at most once, and whether its bytes may have left this machine.

Nothing is repeated and nothing is followed. A request that fails before a connection is there was not sent; from the
moment a connection is there its outcome is unknown until an answer has been read whole.
"""

import asyncio
import socket
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from types import SimpleNamespace
from typing import Protocol

import aiohttp
import msgspec

from brokers.errors import NotSentError, OutcomeUnknownError
from engine.domain.instant import Instant, instant_of

_LARGEST_ANSWER = 1_000_000
"""Bytes; an answer to an order request has a few hundred."""


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """An HTTP answer as it came; ``said_at`` is the server's own clock, None where it did not say."""

    status: int
    body: bytes
    said_at: Instant | None = None


class Wire(Protocol):
    """How requests leave: over the network, or to a simulated Kite inside this process."""

    async def send(
        self, method: str, path: str, headers: Mapping[str, str], form: Mapping[str, str] | None = None
    ) -> Reply:
        """Send one request once and answer the reply, whatever it says.

        Raises NotSentError where no byte has left, OutcomeUnknownError where the request may have arrived.
        """
        ...

    async def close(self) -> None:
        """Let go of the connections."""
        ...


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How long to wait, in whole milliseconds."""

    connect: int = 3_000
    answer: int = 12_000


class AiohttpWire:
    """Requests to one root address over connections of its own, kept open between them.

    ``keep_for`` is how long an idle connection is trusted, in seconds: shorter than the server's own patience, because
    a connection that the server has just closed makes the outcome of an order unknown. ``only_ipv4`` keeps requests on
    the address that is registered at Zerodha.
    """

    def __init__(
        self, root: str, patience: Patience | None = None, *, keep_for: int = 25, only_ipv4: bool = True
    ) -> None:
        self._root = root.rstrip("/")
        waits = patience or Patience()
        tracing = aiohttp.TraceConfig()
        tracing.on_connection_create_end.append(_connected)
        tracing.on_connection_reuseconn.append(_connected)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,  # An answer that does not come must not hold up the next request; the limits of §4 bound them.
                keepalive_timeout=keep_for,
                family=socket.AF_INET if only_ipv4 else socket.AF_UNSPEC,
            ),
            timeout=aiohttp.ClientTimeout(total=None, connect=waits.connect / 1000, sock_connect=waits.connect / 1000),
            cookie_jar=aiohttp.DummyCookieJar(),
            trace_configs=[tracing],
            auto_decompress=True,
        )
        self._answer_within = (waits.connect + waits.answer) / 1000

    async def send(
        self, method: str, path: str, headers: Mapping[str, str], form: Mapping[str, str] | None = None
    ) -> Reply:
        """Send one request once and answer the reply."""
        attempt = _Attempt()
        try:
            async with (
                asyncio.timeout(self._answer_within),
                self._session.request(
                    method,
                    f"{self._root}{path}",
                    headers=dict(headers),
                    data=None if form is None else dict(form),
                    allow_redirects=False,
                    trace_request_ctx=attempt,
                    middlewares=(attempt.only_once,),
                ) as response,
            ):
                body = bytearray()
                async for chunk in response.content.iter_any():
                    body += chunk
                    if len(body) > _LARGEST_ANSWER:
                        raise aiohttp.ClientPayloadError("the answer does not end")
                return Reply(status=response.status, body=bytes(body), said_at=_said_at(response.headers.get("Date")))
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise attempt.verdict(error) from error

    async def close(self) -> None:
        """Let go of the connections."""
        await self._session.close()


class _SentOnceError(aiohttp.ClientError):
    """The HTTP library was about to send a request a second time."""


class _Attempt:
    """One request: whether it has a connection yet, and the guard against a second sending."""

    def __init__(self) -> None:
        self.connected = False
        self._sent = False

    async def only_once(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Let the library send once: by itself it repeats PUT and DELETE on a connection that broke."""
        if self._sent:
            raise _SentOnceError("the connection broke after the request was sent")
        self._sent = True
        return await handler(request)

    def verdict(self, error: Exception) -> NotSentError | OutcomeUnknownError:
        """Answer what a failure says about the request."""
        words = str(error) or type(error).__name__
        if not self.connected:
            return NotSentError(f"Zerodha could not be reached, nothing was sent: {words}")
        return OutcomeUnknownError(f"No whole answer from Zerodha: {words}")


async def _connected(_session: aiohttp.ClientSession, context: SimpleNamespace, _parameters: object) -> None:
    context.trace_request_ctx.connected = True


def _said_at(date: str | None) -> Instant | None:
    if not date:
        return None
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return None
    return instant_of(moment) if moment.tzinfo is not None else None
