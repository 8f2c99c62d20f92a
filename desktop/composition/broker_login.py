"""Log a broker account in and out: the browser's way there, and back by a caught or a pasted address."""

from collections.abc import Callable

from brokers.live_line import Secrets
from brokers.zerodha.definition import ZERODHA
from brokers.zerodha.login import RedirectCatcher, login_address, request_token_of
from brokers.zerodha.opening import log_in, log_out
from brokers.zerodha.session import Credentials, SessionStore
from brokers.zerodha.settings import ZerodhaSettings
from desktop.composition.broker_settings import broker_settings
from desktop.composition.clock import now as wall_now
from desktop.composition.failures import MisuseError
from desktop.composition.secrets_place import secrets_place
from engine.domain.identifiers import AccountId
from engine.domain.instant import Instant, clock_text
from engine.domain.settings.account import Account

__all__ = ["PATIENCE", "BrokerLogin", "Credentials", "login_of", "login_settings", "wants_login"]

PATIENCE = 300
"""Seconds that the browser gets to come back."""


def wants_login(broker: str) -> bool:
    """Say whether the accounts of a broker are logged in by the trader; paper is not."""
    return broker == ZERODHA.name


def login_of(account: Account, *, now: Callable[[], Instant] = wall_now) -> "BrokerLogin":
    """Answer the login of an account, with its settings and this trader's secrets.

    ``now`` is the time by which a session is judged. Raises MisuseError where the account needs none or a passphrase
    is lacking, and as reading settings and secrets does.
    """
    return BrokerLogin(AccountId(account.id), login_settings(account), secrets_place(), now)


def login_settings(account: Account) -> ZerodhaSettings:
    """Answer how an account's broker is reached. Raises MisuseError where it needs no login, and as reading does."""
    if not wants_login(account.broker):
        raise MisuseError(f"The account {account.id} trades at the broker {account.broker}, which needs no login")
    settings = broker_settings(account).load()
    assert isinstance(settings, ZerodhaSettings)  # its broker declares them
    return settings


class BrokerLogin:
    """One account's way in: who asks shows ``address``, then waits in ``catch`` or hands what was pasted to ``paste``.

    What is kept lies in the trader's secrets: the app's key and secret, and the day's session, which a run finds there.
    """

    def __init__(
        self, account: AccountId, settings: ZerodhaSettings, secrets: Secrets, now: Callable[[], Instant]
    ) -> None:
        self.account = account
        self.settings = settings
        self._now = now
        self._store = SessionStore(secrets, account)

    @property
    def redirect(self) -> str:
        """The redirect address that the trader's app must be registered with for ``catch``."""
        return f"http://127.0.0.1:{self.settings.redirect_port}/"

    def credentials(self) -> Credentials | None:
        """Answer the app's key and secret that were kept; None before the first login. Raises BrokerError."""
        return self._store.credentials()

    def is_logged_in(self) -> bool:
        """Say whether there is a session of today. Raises BrokerError."""
        return self._store.session(self._now()) is not None

    def standing(self) -> str:
        """Say whether somebody is logged in, and until when. Raises BrokerError."""
        session = self._store.session(self._now())
        if session is None:
            return f"{self.account} is not logged in"
        return f"{self.account} is logged in as {session.user} until {clock_text(session.expires_at)} tomorrow morning"

    def address(self, api_key: str) -> str:
        """Answer the address for the browser."""
        return login_address(api_key, self.settings.login_page)

    async def catch(self, credentials: Credentials, within: int = PATIENCE) -> str:
        """Wait for the browser to come back to this machine, log in, and answer that in a sentence.

        Raises LoginError with what to do, BrokerError where the broker or the secrets cannot be reached.
        """
        async with RedirectCatcher(self.settings.redirect_port) as catcher:
            token = await catcher.token(within)
        return await self._finish(credentials, token)

    async def paste(self, credentials: Credentials, pasted: str) -> str:
        """Log in with the address, or the token in it, that the browser was sent to. Answers and raises as catch."""
        return await self._finish(credentials, request_token_of(pasted))

    async def log_out(self) -> str:
        """End the day's session at the broker and forget its token; answers that in a sentence. Raises BrokerError."""
        await log_out(self.settings, self._store, self._now())
        return f"{self.account} is logged out; its key and secret are kept"

    async def _finish(self, credentials: Credentials, token: str) -> str:
        session = await log_in(self.settings, self._store, self._now(), credentials, token)
        until = clock_text(session.expires_at)
        return f"{self.account} is logged in as {session.user} until {until} tomorrow morning"
