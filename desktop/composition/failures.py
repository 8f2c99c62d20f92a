"""How a command can end badly: every expected trouble, and whether it is misuse or a failure."""

from brokers.errors import BrokerError
from engine.domain.market_rules import UnknownRuleError
from engine.runtime.journal.errors import BadJournalAddressError, JournalError, NotAJournalError
from engine.runtime.market_rules_store import MarketDataError
from engine.runtime.process.errors import EngineProcessError
from engine.runtime.recording.errors import RecordingError, RecordingMisuseError


class MisuseError(Exception):
    """What was asked cannot be meant: exit status 2."""


class FailureError(Exception):
    """What was asked is right and went wrong: exit status 1."""


EXPECTED = (
    MisuseError,
    FailureError,
    BrokerError,
    EngineProcessError,
    JournalError,
    MarketDataError,
    RecordingError,
    UnknownRuleError,
)
"""Everything whose message is a sentence for the trader."""

_MISUSES = (MisuseError, BadJournalAddressError, NotAJournalError, RecordingMisuseError, UnknownRuleError)


def is_misuse(error: Exception) -> bool:
    """Say whether what was asked cannot be meant; otherwise it was right and went wrong."""
    return isinstance(error, _MISUSES)
