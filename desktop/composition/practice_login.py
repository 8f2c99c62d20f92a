"""The way to a practice server: what its clock says, and logins that need nobody."""

import asyncio
import http.client
from typing import Any
from urllib.parse import urlsplit

import msgspec

from brokers.errors import BrokerError
from brokers.live_line import Clock
from brokers.zerodha.settings import ZerodhaSettings
from desktop.composition.clock import stopwatch
from engine.domain.identifiers import AccountId
from engine.domain.instant import SECOND, Instant

_TRIES = 4
_PATIENCE = 10.0
"""Seconds for an answer; everything is asked off the engine's loop."""


def clock_of(root: str, speed: float) -> Instant:
    """Answer what the clock of a practice server says now. Raises BrokerError."""
    took = stopwatch()
    read = _asked(root, "GET", "/sim/clock").get("microseconds")
    if not isinstance(read, int):
        raise BrokerError(f"{root} is no practice server: it does not tell its clock")
    return Instant(read + int(took() / 2 * speed * SECOND))


class PracticeSecrets:
    """The secrets of a practice account: whoever asks for its session gets a new one, for its tokens are worthless.

    It is asked off the engine's loop. Raises BrokerError where the server cannot be reached.
    """

    def __init__(self, settings: ZerodhaSettings, account: AccountId, key: tuple[str, str], clock: Clock) -> None:
        self._settings, self._account, self._clock = settings, account, clock
        self._key = key
        self._kept: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"PracticeSecrets({self._account!r})"

    def read(self, name: str) -> str | None:
        """Answer a secret; one that was read before, or never written, comes of a login."""
        if name not in self._kept:
            self._log_in()
        return self._kept.pop(name, None)

    def write(self, name: str, secret: str) -> None:
        """Keep a secret until it is read."""
        self._kept[name] = secret

    def forget(self, name: str) -> None:
        """Let go of a secret."""
        self._kept.pop(name, None)

    def _log_in(self) -> None:
        # Imported late: the libraries behind it take half a second.
        from brokers.zerodha.login import LoginError

        for _ in range(_TRIES - 1):
            try:
                self._log_in_once()
            except LoginError:
                continue  # A token lives two minutes of the server's clock, which are seconds where it hurries.
            return
        self._log_in_once()

    def _log_in_once(self) -> None:
        from brokers.zerodha.opening import log_in
        from brokers.zerodha.session import Credentials, SessionStore

        token = _asked(self._settings.root, "POST", "/sim/request_token").get("request_token", "")
        store = SessionStore(self, self._account)
        asyncio.run(log_in(self._settings, store, self._clock.now(), Credentials(*self._key), str(token)))


def _asked(root: str, method: str, path: str) -> dict[str, Any]:
    """Answer the data of one request to the server's own control. Raises BrokerError."""
    place = urlsplit(root)
    try:
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=_PATIENCE)
        try:
            connection.request(method, path)
            answered = connection.getresponse()
            body = answered.read()
        finally:
            connection.close()
        document = msgspec.json.decode(body, type=dict[str, Any])
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise BrokerError(f"The practice server at {root} cannot be reached ({type(error).__name__})") from error
    data = document.get("data")
    if answered.status != http.client.OK or not isinstance(data, dict):
        raise BrokerError(f"The server at {root} is no practice server of Legwork's: it does not know {path}")
    return data
