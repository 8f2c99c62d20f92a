"""Every broker there is, by the name used on the command line and in settings."""

from brokers.definition import BrokerDefinition
from brokers.errors import BrokerError
from brokers.paper.opening import PAPER
from brokers.zerodha.definition import ZERODHA

BROKERS: dict[str, BrokerDefinition] = {
    "paper": PAPER,
    "zerodha": ZERODHA,
}


def broker_named(name: str) -> BrokerDefinition:
    """Answer the definition of a broker. Raises BrokerError that names the brokers there are."""
    try:
        return BROKERS[name]
    except KeyError:
        known = ", ".join(sorted(BROKERS))
        raise BrokerError(f"There is no broker called {name!r}; choose one of: {known}") from None
