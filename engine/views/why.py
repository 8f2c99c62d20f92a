"""Why a portfolio waits, and why it was closed: sentences with live values against their thresholds."""

from enum import Enum

import msgspec


class ReasonState(Enum):
    """How a condition stands."""

    MET = "met"
    WAITING = "waiting"
    REFUSED = "refused"
    NOTE = "note"


class Reason(msgspec.Struct, frozen=True):
    """One sentence of an answer to "why?"."""

    state: ReasonState
    sentence: str
