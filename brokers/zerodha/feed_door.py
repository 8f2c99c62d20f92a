"""The WebSocket of the quote feed: how a connection is made, sends and receives."""

from typing import Protocol

import aiohttp

from brokers.errors import BrokerError
from brokers.zerodha.session import Session

_LARGEST_FRAME = 4 * 2**20
"""Bytes; 3,000 packets with depth have 558,002."""


class FeedRefusedError(BrokerError):
    """Zerodha did not let the feed in; ``status`` is the HTTP answer, 403 for a dead session, 429 for too many."""

    def __init__(self, status: int) -> None:
        super().__init__(f"Zerodha refused the feed connection with HTTP {status}")
        self.status = status


class FeedUnreachableError(BrokerError):
    """The feed could not be reached, or broke off."""


class FeedConnection(Protocol):
    """One open feed connection."""

    async def send(self, text: str) -> None:
        """Send a text message. Raises FeedUnreachableError."""
        ...

    async def receive(self) -> bytes | str | None:
        """Answer the next message, binary or text; None once the connection is closed."""
        ...

    async def close(self) -> None:
        """Close it; safe to call twice, never raises."""
        ...


class FeedDoor(Protocol):
    """How feed connections are made: over the network, or to a simulated Kite inside this process."""

    async def connect(self, session: Session) -> FeedConnection:
        """Open a connection. Raises FeedRefusedError, FeedUnreachableError."""
        ...

    async def close(self) -> None:
        """Let go of everything."""
        ...


class AiohttpDoor:
    """Feed connections to one address, without compression."""

    def __init__(self, address: str, *, connect_within: int = 10) -> None:
        self._address = address
        self._client = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None, connect=connect_within))

    async def connect(self, session: Session) -> FeedConnection:
        """Open a connection."""
        query = {"api_key": session.api_key, "access_token": session.access_token}
        try:
            socket = await self._client.ws_connect(
                self._address,
                params=query,
                headers={"X-Kite-Version": "3"},
                compress=0,
                max_msg_size=_LARGEST_FRAME,
                timeout=aiohttp.ClientWSTimeout(ws_close=1),
            )
        except aiohttp.WSServerHandshakeError as error:
            # Its text quotes the address, which carries the token: neither told nor kept as the cause.
            raise FeedRefusedError(error.status) from None
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise FeedUnreachableError(f"The feed could not be reached ({type(error).__name__})") from None
        return _Socket(socket)

    async def close(self) -> None:
        """Let go of everything."""
        await self._client.close()


class _Socket:
    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def send(self, text: str) -> None:
        try:
            await self._socket.send_str(text)
        except (aiohttp.ClientError, OSError) as error:
            raise FeedUnreachableError(f"The feed broke off ({type(error).__name__})") from None

    async def receive(self) -> bytes | str | None:
        message = await self._socket.receive()
        if message.type is aiohttp.WSMsgType.BINARY or message.type is aiohttp.WSMsgType.TEXT:
            data: bytes | str = message.data
            return data
        return None

    async def close(self) -> None:
        await self._socket.close()
