"""Define Zerodha for the registry, and open an account over the network."""

from collections.abc import Callable

import numpy as np

from brokers.definition import BrokerDefinition, Surroundings
from brokers.errors import BrokerError
from brokers.zerodha.asking import OfficialClient
from brokers.zerodha.feed_door import AiohttpDoor
from brokers.zerodha.gateway import Surrounding, Transport, ZerodhaGateway, capabilities
from brokers.zerodha.session import Session, SessionStore
from brokers.zerodha.settings import ZerodhaSettings
from brokers.zerodha.wire import AiohttpWire, Patience
from engine.schema.declared import Declared


def network(settings: ZerodhaSettings) -> Callable[[Session], Transport]:
    """Answer what opens the ways to Zerodha; to be called on the loop that uses them."""

    def opened(session: Session) -> Transport:
        patience = Patience(answer=settings.answer_within)
        asking = OfficialClient(session.api_key, settings.root)
        asking.use(session)
        return Transport(AiohttpWire(settings.root, patience), asking, AiohttpDoor(settings.feed))

    return opened


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


ZERODHA = BrokerDefinition(
    name="zerodha",
    title="Zerodha",
    settings=ZerodhaSettings,
    capabilities=capabilities(ZerodhaSettings()),
    open=open_zerodha,
)
"""Zerodha as the registry lists it."""
