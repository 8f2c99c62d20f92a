"""Every fact as one line for a trader: the message log, and `legwork journal show`."""

from enum import Enum

import msgspec

from engine.domain.identifiers import AccountId, PortfolioId
from engine.domain.instant import Instant


class MessageLevel(Enum):
    """How much a message wants of the trader; the words of Stoxxo's GridLog."""

    ATTENTION = "ATTENTION"
    """Somebody must look now."""
    ERROR = "ERROR"
    WARNING = "WARNING"
    INFO = "INFO"


class MessageRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the message log (columns of GridLog: timestamp, type, message, user, tag, portfolio)."""

    number: int
    """Running number in the order of the facts, from 1."""
    at: Instant
    level: MessageLevel
    kind: str
    """The fact's kind as the journal spells it."""
    sentence: str
    account: AccountId
    tag: str
    """Order tag, empty where no order is concerned."""
    portfolio_id: PortfolioId | None
    portfolio: str
    """The portfolio's name, empty where none is concerned."""
