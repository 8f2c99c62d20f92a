"""Define Zerodha for the registry; its libraries are loaded when an account is opened."""

from brokers.definition import BrokerDefinition, Surroundings
from brokers.zerodha.capabilities import capabilities
from brokers.zerodha.settings import ZerodhaSettings
from engine.ports.broker import OrderGateway
from engine.schema.declared import Declared


def _open(settings: Declared, around: Surroundings) -> OrderGateway:
    from brokers.zerodha.opening import open_zerodha

    return open_zerodha(settings, around)


ZERODHA = BrokerDefinition(
    name="zerodha",
    title="Zerodha",
    settings=ZerodhaSettings,
    capabilities=capabilities(ZerodhaSettings()),
    open=_open,
)
"""Zerodha as the registry lists it."""
