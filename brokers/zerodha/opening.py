"""Open an account at Zerodha over the network: log in, log out, and the gateway of a session."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np

from brokers.definition import Surroundings
from brokers.errors import BrokerError, SessionLostError
from brokers.zerodha.asking import OfficialClient, Question
from brokers.zerodha.feed_door import AiohttpDoor
from brokers.zerodha.gateway import Surrounding, Transport, ZerodhaGateway
from brokers.zerodha.instruments import Dump, DumpCache
from brokers.zerodha.login import session_from
from brokers.zerodha.session import Credentials, Session, SessionStore
from brokers.zerodha.settings import ZerodhaSettings
from brokers.zerodha.wire import AiohttpWire, Patience
from engine.domain.instant import Instant
from engine.schema.declared import Declared


def network(settings: ZerodhaSettings) -> Callable[[Session], Transport]:
    """Answer what opens the ways to Zerodha; to be called on the loop that uses them."""

    def opened(session: Session) -> Transport:
        patience = Patience(answer=settings.answer_within)
        asking = OfficialClient(session.api_key, settings.root)
        asking.use(session)
        wire = AiohttpWire(settings.root, patience, only_ipv4=settings.only_ipv4)
        return Transport(wire, asking, AiohttpDoor(settings.feed))

    return opened


async def log_in(
    settings: ZerodhaSettings, store: SessionStore, at: Instant, credentials: Credentials, request_token: str
) -> Session:
    """Turn a request token into the day's session, and keep it with the credentials in an account's store.

    ``ZerodhaGateway.open`` finds it there; one that is open already goes on with ``ZerodhaGateway.log_in``. Raises
    LoginError with what to do, BrokerError where Zerodha cannot be reached or the secrets cannot be kept.
    """
    asking = OfficialClient(credentials.api_key, settings.root, workers=1)
    try:
        session = await session_from(request_token, credentials, asking, at)
    finally:
        await asking.close()
    store.keep_credentials(credentials)
    store.keep_session(session)
    return session


async def log_out(settings: ZerodhaSettings, store: SessionStore, at: Instant) -> None:
    """End the day's session at Zerodha and forget its token; the gateway is closed before. Raises BrokerError."""
    session = store.session(at)
    if session is None:
        return
    asking = OfficialClient(session.api_key, settings.root, workers=1)
    asking.use(session)
    try:
        await asking.ask(Question.LOG_OUT)
    except SessionLostError:
        pass  # It had ended already.
    finally:
        await asking.close()
    store.forget_session()


async def fetch_contracts(
    settings: ZerodhaSettings, session: Session, folder: Path, on: date, *, fewest: dict[str, int] | None = None
) -> Dump:
    """Answer the day's contract list as a file in a folder, fetched at most once a day; about 08:30 it is there.

    ``engine.runtime.instrument_store.load_contracts`` reads it. ``fewest`` rows of each exchange are believed; None for
    Zerodha's. Raises BooksUnreadableError, SessionLostError.
    """
    asking = OfficialClient(session.api_key, settings.root, workers=1, patience=30)
    asking.use(session)
    try:
        return await DumpCache(folder, fewest=fewest).fetch(asking, on)
    finally:
        await asking.close()


def open_zerodha(settings: Declared, around: Surroundings) -> ZerodhaGateway:
    """Answer the gateway of an account; ``await open()`` connects it. Raises BrokerError for other settings."""
    if not isinstance(settings, ZerodhaSettings):
        raise BrokerError(f"Zerodha cannot be opened with {type(settings).__name__}; give it ZerodhaSettings")
    line = around.live
    if line is None:
        raise BrokerError("Zerodha trades in wall time: it is opened by a live run, not by a simulated one")
    store = SessionStore(line.secrets, around.account)
    surrounding = Surrounding(
        account=around.account,
        contracts=around.contracts,
        hours=around.hours,
        line=line,
        ours=around.ours,
        dice=np.random.default_rng(),
    )
    return ZerodhaGateway(settings, surrounding, lambda: store.session(line.clock.now()), network(settings))
