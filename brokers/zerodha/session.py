"""A day's session with Zerodha: who is logged in, until when, and what may never be shown."""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import time
from typing import TypeVar

import msgspec

from brokers.errors import SessionLostError
from brokers.live_line import Secrets
from brokers.zerodha import figures
from engine.domain.identifiers import AccountId
from engine.domain.instant import DAY, Instant, ist_date, ist_instant
from engine.domain.instrument import Exchange

TOKEN_DIES_AT = time(6, 0)
"""Indian time of the next morning at which an access token ends."""

Kept = TypeVar("Kept")

VERSION = "3"
"""Of the protocol, in every request's header."""


class Credentials:
    """The trader's own key and secret of a Kite Connect app; never shown."""

    __slots__ = ("api_key", "api_secret")

    def __init__(self, api_key: str, api_secret: str) -> None:
        self.api_key = api_key
        self.api_secret = api_secret

    def __repr__(self) -> str:
        return f"Credentials(api_key={masked(self.api_key)!r}, api_secret=hidden)"

    def checksum(self, request_token: str) -> str:
        """Answer the proof that is sent with a request token: SHA-256 of key, token and secret, in hex."""
        return hashlib.sha256(f"{self.api_key}{request_token}{self.api_secret}".encode()).hexdigest()


class Session:
    """One login; its token is shown to nobody but Zerodha."""

    __slots__ = ("access_token", "api_key", "exchanges", "expires_at", "logged_in_at", "user")

    def __init__(
        self, api_key: str, access_token: str, user: str, logged_in_at: Instant, exchanges: tuple[str, ...] = ()
    ) -> None:
        self.api_key = api_key
        self.access_token = access_token
        self.user = user
        self.logged_in_at = logged_in_at
        self.expires_at = expiry_after(logged_in_at)
        self.exchanges = exchanges

    def __repr__(self) -> str:
        return f"Session(user={self.user!r}, api_key={masked(self.api_key)!r}, access_token=hidden)"

    def is_alive(self, at: Instant) -> bool:
        """Say whether the token can still be used at an instant, as far as the clock tells; only 403 is the truth."""
        return at < self.expires_at

    def serves(self, exchange: Exchange) -> bool:
        """Say whether the user may trade on an exchange; a session that names none is not judged."""
        return not self.exchanges or exchange.value in self.exchanges

    def headers(self) -> dict[str, str]:
        """Answer the headers of every request."""
        return {"X-Kite-Version": VERSION, "Authorization": f"token {self.api_key}:{self.access_token}"}


def expiry_after(login: Instant) -> Instant:
    """Answer when a token of this login ends: the next 06:00 in India."""
    same_day = ist_instant(ist_date(login), TOKEN_DIES_AT)
    return same_day if login < same_day else Instant(same_day + DAY)


def masked(text: str) -> str:
    """Answer a text of which only the first two signs can be read."""
    return f"{text[:2]}…" if text else ""


def session_of(answer: object, api_key: str, at: Instant) -> Session:
    """Read the answer to a login. Raises FigureError where it is none."""
    data = figures.mapping(answer, "the answer to the login")
    stated = figures.moment_or_none(data.get("login_time"), "the login time")
    # A login time far from our clock is not believed: it decides when the token is taken for dead.
    close = stated is not None and abs(stated - at) < DAY // 2
    exchanges = data.get("exchanges")
    return Session(
        api_key=api_key,
        access_token=figures.text(data.get("access_token"), "the access token"),
        user=figures.text(data.get("user_id"), "the user's id"),
        logged_in_at=stated if close and stated is not None else at,
        exchanges=tuple(word for word in exchanges if isinstance(word, str)) if isinstance(exchanges, list) else (),
    )


class _Kept(msgspec.Struct, frozen=True):
    """A session as it lies in the keyring."""

    api_key: str
    access_token: str
    user: str
    logged_in_at: int
    exchanges: tuple[str, ...] = ()


class _KeptCredentials(msgspec.Struct, frozen=True):
    """An app's key and secret as they lie in the keyring."""

    api_key: str
    api_secret: str


class SessionStore:
    """The credentials and the day's token of one account, in the keyring or the encrypted file."""

    def __init__(self, secrets: Secrets, account: AccountId) -> None:
        self._secrets = secrets
        self._session = f"zerodha/{account}/session"
        self._credentials = f"zerodha/{account}/app"

    def credentials(self) -> Credentials | None:
        """Answer the app's key and secret, None where they were never kept. Raises BrokerError."""
        kept = _decoded(self._secrets.read(self._credentials), _KeptCredentials)
        return None if kept is None else Credentials(kept.api_key, kept.api_secret)

    def keep_credentials(self, credentials: Credentials) -> None:
        """Keep the app's key and secret. Raises BrokerError."""
        kept = _KeptCredentials(credentials.api_key, credentials.api_secret)
        self._secrets.write(self._credentials, msgspec.json.encode(kept).decode())

    def session(self, at: Instant) -> Session | None:
        """Answer the session of today, None where there is none or it has ended. Raises BrokerError."""
        kept = _decoded(self._secrets.read(self._session), _Kept)
        if kept is None:
            return None
        found = Session(kept.api_key, kept.access_token, kept.user, Instant(kept.logged_in_at), kept.exchanges)
        return found if found.is_alive(at) else None

    def keep_session(self, session: Session) -> None:
        """Keep a session. Raises BrokerError."""
        kept = _Kept(session.api_key, session.access_token, session.user, session.logged_in_at, session.exchanges)
        self._secrets.write(self._session, msgspec.json.encode(kept).decode())

    def forget_session(self) -> None:
        """Let go of a session that has ended. Raises BrokerError."""
        self._secrets.forget(self._session)


async def kept_session(find: Callable[[], Session | None]) -> Session:
    """Answer the session that ``find`` finds. Raises SessionLostError where there is none, BrokerError as it does.

    It is looked for in a thread of its own: a keyring may ask its owner first, and no order waits for that.
    """
    session = await asyncio.to_thread(find)
    if session is None:
        raise SessionLostError("Log in to Zerodha: there is no session of today")
    return session


def _decoded(text: str | None, kind: type[Kept]) -> Kept | None:
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None  # Written by something else: log in anew.
