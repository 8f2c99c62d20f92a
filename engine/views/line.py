"""What a fact says in one line, and how loudly."""

from enum import Enum
from typing import NamedTuple


class MessageLevel(Enum):
    """How much a message wants of the trader; the words of Stoxxo's GridLog."""

    ATTENTION = "ATTENTION"
    """Somebody must look now."""
    ERROR = "ERROR"
    WARNING = "WARNING"
    INFO = "INFO"


class Line(NamedTuple):
    """What a fact says, and how loudly."""

    level: MessageLevel
    sentence: str
