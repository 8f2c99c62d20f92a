"""Ask a logged-in account what decides nothing: waiting orders, holdings, history; through the session that is kept."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from brokers.errors import SessionLostError
from brokers.zerodha.account_questions import AccountQuestions, BasketLine, Candle, Interval, Margin, Waiting
from brokers.zerodha.asking import OfficialClient
from brokers.zerodha.session import Session, SessionStore
from brokers.zerodha.settings import ZerodhaSettings
from desktop.composition.broker_login import login_settings
from desktop.composition.clock import now as wall_now
from desktop.composition.secrets_place import secrets_place
from engine.domain.identifiers import AccountId
from engine.domain.instant import Instant
from engine.domain.money import plain_text
from engine.domain.settings.account import Account

__all__ = [
    "AccountQuestions",
    "BasketLine",
    "Candle",
    "Interval",
    "Margin",
    "Waiting",
    "asking_for",
    "asking_with",
    "waiting_text",
]

_PATIENCE = 30
"""Seconds that an answer may take: a contract list is some ten megabytes."""


@asynccontextmanager
async def asking_for(account: Account, *, now: Callable[[], Instant] = wall_now) -> AsyncIterator[AccountQuestions]:
    """Answer what can be asked of an account while the context is open.

    Raises SessionLostError where nobody is logged in, MisuseError where the broker has no login, and as reading
    settings and secrets does.
    """
    settings = login_settings(account)
    session = SessionStore(secrets_place(), AccountId(account.id)).session(now())
    if session is None:
        raise SessionLostError(f"Log in first: legwork accounts login {account.id}, or Log in… in the window")
    async with asking_with(settings, session) as questions:
        yield questions


@asynccontextmanager
async def asking_with(settings: ZerodhaSettings, session: Session) -> AsyncIterator[AccountQuestions]:
    """Answer what can be asked with a session while the context is open."""
    client = OfficialClient(session.api_key, settings.root, workers=2, patience=_PATIENCE)
    client.use(session)
    try:
        yield AccountQuestions(client)
    finally:
        await client.close()


def waiting_text(one: Waiting) -> str:
    """Answer a waiting order in one line."""
    triggers = " or ".join(plain_text(price) for price in one.triggers)
    return f"{one.number}: {one.instrument} at {triggers}, {one.status}: {'; '.join(one.orders)}"
