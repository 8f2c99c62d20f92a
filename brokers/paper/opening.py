"""Define the paper broker for the registry."""

from brokers.definition import BrokerDefinition, Surroundings
from brokers.errors import BrokerError
from brokers.paper.gateway import PaperBroker, capabilities
from brokers.paper.settings import PaperSettings
from engine.schema.declared import Declared


def open_paper(settings: Declared, around: Surroundings) -> PaperBroker:
    """Open a paper account without faults. Raises BrokerError for other settings or unusable books."""
    if not isinstance(settings, PaperSettings):
        raise BrokerError(f"The paper broker cannot be opened with {type(settings).__name__}; give it PaperSettings")
    return PaperBroker(around, settings)


PAPER = BrokerDefinition(
    name="paper",
    title="Paper broker",
    settings=PaperSettings,
    capabilities=capabilities(PaperSettings()),
    open=open_paper,
)
"""The paper broker as the registry lists it."""
