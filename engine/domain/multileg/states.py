"""The states of portfolios and legs, and why they leave them (executor reference §2 and Appendix B)."""

from enum import Enum, IntEnum


class PortfolioState(Enum):
    """Where one execution of a portfolio stands."""

    __hash__ = object.__hash__  # Members are single; hashing their names costs a fifth of a step.

    IDLE = "IDLE"
    """Known, flat, waiting for a click."""
    WAITING = "WAITING"
    """Armed: its entry rule is watched."""
    ENTERING = "ENTERING"
    HELD = "HELD"
    """Caught in the middle of its entry by a restart: what it holds is protected, nothing is opened."""
    RUNNING = "RUNNING"
    RUNNING_PARTIAL = "RUNNING_PARTIAL"
    """Running without the legs that failed."""
    EXITING = "EXITING"
    EXIT_BLOCKED = "EXIT_BLOCKED"
    """Exit orders keep failing; they are tried on and an alarm stands."""
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    """A leg failed and what was filled is closed again."""
    REJECTED = "REJECTED"
    """Nothing was ever filled."""


FINAL = frozenset({PortfolioState.COMPLETED, PortfolioState.FAILED, PortfolioState.REJECTED})
"""States in which a portfolio is flat and done."""

RUNNING = frozenset({PortfolioState.RUNNING, PortfolioState.RUNNING_PARTIAL})
"""States in which the combined exits are armed."""

EXITING = frozenset({PortfolioState.EXITING, PortfolioState.EXIT_BLOCKED})
"""States in which everything is being closed."""


class LegState(Enum):
    """Where one leg of a running portfolio stands."""

    __hash__ = object.__hash__  # Members are single; hashing their names costs a fifth of a step.

    WAITING = "WAITING"
    """Its turn has not come: before the start, or behind the barrier."""
    RESOLVED = "RESOLVED"
    """Its contract is chosen and locked; orders follow."""
    ENTERING = "ENTERING"
    OPEN = "OPEN"
    EXITING = "EXITING"
    CLOSED = "CLOSED"
    ENTRY_FAILED = "ENTRY_FAILED"
    CANCELLED = "CANCELLED"
    """Never entered, because the portfolio ended first."""


LEG_DONE = frozenset({LegState.CLOSED, LegState.ENTRY_FAILED, LegState.CANCELLED})
"""States in which a leg holds nothing and wants nothing."""


class ExitReason(Enum):
    """Why a leg or a portfolio was closed; the codes of the executor reference, Appendix B and ruling 18."""

    LEG_SL = "LEG_SL"
    LEG_SL_TRAIL = "LEG_SL_TRAIL"
    LEG_COST = "LEG_COST"
    LEG_TGT = "LEG_TGT"
    SL_ON_RECOVERY = "SL_ON_RECOVERY"
    COMB_SL = "COMB_SL"
    COMB_SL_TRAIL = "COMB_SL_TRAIL"
    COMB_TGT = "COMB_TGT"
    COMB_TGT_TRAIL = "COMB_TGT_TRAIL"
    TIME = "TIME"
    EXPIRY = "EXPIRY"
    MANUAL = "MANUAL"
    MANUAL_PANIC = "MANUAL_PANIC"
    MANUAL_EXTERNAL = "MANUAL_EXTERNAL"
    USER_LIMIT = "USER_LIMIT"
    LEG_FAIL = "LEG_FAIL"
    PARTIAL = "PARTIAL"
    MARGIN = "MARGIN"
    LATE_FILL = "LATE_FILL"
    """A fill that came after the leg was done; it is closed again at once."""
    KILL = "KILL"
    NO_ENTRY = "NO_ENTRY"
    RESTART = "RESTART"


class KillLevel(IntEnum):
    """How much the kill switch stops; each level includes the ones below it."""

    OFF = 0
    NO_OPENINGS = 1
    CANCEL = 2
    """Also cancel every resting opening order."""
    FLATTEN = 3
    """Also square off everything, shorts first."""
