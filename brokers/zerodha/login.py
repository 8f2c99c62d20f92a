"""The login in the trader's own browser, and how the request token comes back: caught on loopback, or pasted."""

import asyncio
import re
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlencode, urlsplit

from aiohttp import web

from brokers.errors import BrokerError, SessionLostError
from brokers.zerodha.asking import Asking, Question
from brokers.zerodha.figures import FigureError
from brokers.zerodha.session import Credentials, Session, session_of
from brokers.zerodha.settings import LOGIN_PAGE
from engine.domain.instant import Instant

_TOKEN = re.compile(r"[A-Za-z0-9]{16,64}", re.ASCII)

_THANKS = """<!doctype html><meta charset="utf-8"><title>Legwork</title>
<body style="font-family: sans-serif; margin: 4em"><h1>{title}</h1><p>{text}</p></body>"""


class LoginError(BrokerError):
    """The login did not end with a session; the message says what to do."""


def login_address(api_key: str, page: str = LOGIN_PAGE) -> str:
    """Answer the address of the login page for the browser."""
    return f"{page}?{urlencode({'v': '3', 'api_key': api_key})}"


def request_token_of(pasted: str) -> str:
    """Answer the request token in what a trader pasted: the whole address they were sent to, or the token alone.

    Raises LoginError.
    """
    text = pasted.strip()
    if "request_token" in text or "://" in text:
        query = parse_qs(urlsplit(text).query or text.partition("?")[2] or text)
        status = query.get("status", ["success"])[0]
        found = query.get("request_token", [""])[0]
        if status != "success" or not found:
            raise LoginError(
                "The address has no request token: the login was not finished. Log in again and paste anew"
            )
        text = found
    if _TOKEN.fullmatch(text) is None:
        raise LoginError(
            "This is no request token: paste the whole address that the browser was sent to after the login"
        )
    return text


async def session_from(request_token: str, credentials: Credentials, asking: Asking, at: Instant) -> Session:
    """Answer the session that a request token is worth; a token works once and for a few minutes.

    Raises LoginError with what to do.
    """
    try:
        answer = await asking.ask(Question.LOG_IN, request_token, credentials.api_secret)
        return session_of(answer, credentials.api_key, at)
    except SessionLostError as error:
        raise LoginError(f"{error}. The token was used before, is too old, or the app's secret is wrong") from error
    except FigureError as error:
        raise LoginError(f"Zerodha's answer to the login cannot be read: {error}; log in again") from error


class RedirectCatcher:
    """A one-shot listener on this machine for the address that the browser is sent to after the login.

    ``port`` and ``path`` are those of the redirect address registered for the app, ``http://127.0.0.1:PORT/PATH``.
    Use as a context; ``await token(within)`` answers the request token or raises LoginError.
    """

    def __init__(self, port: int, path: str = "/") -> None:
        self._port = port
        self._path = path if path.startswith("/") else f"/{path}"
        self._caught: asyncio.Future[str] | None = None
        self._runner: web.AppRunner | None = None
        self.port = port
        """The port that is listened on; of use where 0 was asked for."""

    async def __aenter__(self) -> Self:
        self._caught = asyncio.get_running_loop().create_future()
        application = web.Application()
        application.router.add_get(self._path, self._catch)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        try:
            site = web.TCPSite(self._runner, "127.0.0.1", self._port)
            await site.start()
        except OSError as error:
            await self._runner.cleanup()
            raise LoginError(
                f"Port {self._port} on this computer is taken ({error.strerror}); close what uses it, or log in and "
                "paste the address instead"
            ) from error
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._caught is not None and not self._caught.done():
            self._caught.cancel()
        if self._runner is not None:
            await self._runner.cleanup()

    async def token(self, within: int) -> str:
        """Wait at most ``within`` seconds for the browser and answer the request token. Raises LoginError."""
        if self._caught is None:
            raise RuntimeError("the catcher is used as a context")
        try:
            async with asyncio.timeout(within):
                return await asyncio.shield(self._caught)
        except TimeoutError:
            raise LoginError(
                f"The browser did not come back within {within} s; log in again, or paste the address"
            ) from None

    async def _catch(self, request: web.Request) -> web.Response:
        assert self._caught is not None  # set before the listener starts
        try:
            token = request_token_of(f"http://127.0.0.1{request.path_qs}")
        except LoginError as error:
            # A stray request must not end the wait: the browser may still come back with a token.
            return _page("The login is not finished", str(error), status=400)
        if self._caught.done():
            return _page("Already logged in", "This address was used before; you can close this page.", status=410)
        self._caught.set_result(token)
        return _page("Logged in", "Legwork has what it needs; you can close this page.", status=200)


def _page(title: str, text: str, status: int) -> web.Response:
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    content = _THANKS.format(title=title, text=text)
    return web.Response(text=content, status=status, content_type="text/html", headers=headers)
