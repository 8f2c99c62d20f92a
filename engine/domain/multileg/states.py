"""The states of portfolios and legs, and why they leave them (executor reference §2 and Appendix B)."""

from enum import Enum, IntEnum

from engine.domain.term import Term


class PortfolioState(Term):
    """Where one execution of a portfolio stands."""

    __hash__ = object.__hash__  # Members are single; hashing their names costs a fifth of a step.

    DISABLED = "DISABLED"
    """Switched off by a person: nothing starts it until it is enabled again."""
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

NOT_BEGUN = frozenset({PortfolioState.DISABLED, PortfolioState.IDLE})
"""States in which nothing is armed: only a person, a signal or another portfolio moves it."""

RUNNING = frozenset({PortfolioState.RUNNING, PortfolioState.RUNNING_PARTIAL})
"""States in which the combined exits are armed."""

ACTIVE = frozenset({PortfolioState.ENTERING, PortfolioState.HELD}) | RUNNING
"""States in which legs and times are watched."""

ENTERS = frozenset({PortfolioState.ENTERING}) | RUNNING
"""States in which a leg may be opened: with the others, or later on its own."""

EXITING = frozenset({PortfolioState.EXITING, PortfolioState.EXIT_BLOCKED})
"""States in which everything is being closed."""


class LegState(Term):
    """Where one leg of a running portfolio stands."""

    __hash__ = object.__hash__  # Members are single; hashing their names costs a fifth of a step.

    IDLE_LEG = "IDLE_LEG"
    """Not entered with the portfolio; somebody or something must say so."""
    SCHEDULED = "SCHEDULED"
    """Waits for its own start time."""
    WAIT_TRADE = "WAIT_TRADE"
    """Waits for the price of its wait and trade."""
    WAIT_RBO = "WAIT_RBO"
    """Waits for its range to be broken."""
    WAIT_CONDITION = "WAIT_CONDITION"
    """Waits for what its contract must fulfil before it is ordered."""
    WAIT_STOP = "WAIT_STOP"
    """Its stop-limit order sleeps at the exchange until the price triggers it."""
    WAIT_REENTRY = "WAIT_REENTRY"
    """Its last execution is closed; the price of the next is waited for."""
    WAITING = "WAITING"
    """Wants to be entered; its contract is not chosen yet."""
    RESOLVED = "RESOLVED"
    """Its contract is chosen and locked; orders follow."""
    ENTERING = "ENTERING"
    OPEN = "OPEN"
    SL_CONFIRM = "SL_CONFIRM"
    """Open, and a level of it is reached that must hold for some seconds before it is closed."""
    EXITING = "EXITING"
    CLOSED = "CLOSED"
    ENTRY_FAILED = "ENTRY_FAILED"
    CANCELLED = "CANCELLED"
    """Never entered, because the portfolio ended first."""


LEG_WAITS = frozenset(
    {
        LegState.SCHEDULED,
        LegState.WAIT_TRADE,
        LegState.WAIT_RBO,
        LegState.WAIT_CONDITION,
        LegState.WAIT_STOP,
        LegState.WAIT_REENTRY,
        LegState.IDLE_LEG,
    }
)
"""States in which a leg holds nothing and waits for a time, a price or a word."""

LEG_ENTERS = frozenset({LegState.WAITING, LegState.RESOLVED, LegState.ENTERING})
"""States in which a leg wants to be opened now."""

LEG_OPEN = frozenset({LegState.OPEN, LegState.SL_CONFIRM})
"""States in which a leg holds what it wanted and is watched."""

LEG_DONE = frozenset({LegState.CLOSED, LegState.ENTRY_FAILED, LegState.CANCELLED})
"""States in which a leg holds nothing and wants nothing."""


class Hit(Term):
    """Which side of a position was hit."""

    STOP = "stop"
    TARGET = "target"


class LegOrigin(Term):
    """Where an execution of a leg comes from."""

    DECLARED = "declared"
    REEXECUTED = "re-executed"
    REVERSED = "reversed"
    REENTERED = "re-entered"
    MOMENTUM = "re-entered on momentum"
    PARALLEL = "beside the running one"
    LAZY = "lazy leg"
    HEDGE = "dynamic hedge"
    DELTA = "delta hedge"
    GUARD = "hedge by hand"
    """Bought by a person for one sold leg; it is sold when that is closed."""
    ROLLED = "rolled"
    """The same leg on another contract, once the one before is closed."""
    ADDED = "added by hand"


PROTECTORS = frozenset({LegOrigin.HEDGE, LegOrigin.GUARD, LegOrigin.DELTA})
"""Legs that follow what they protect: they have no levels and no actions of their own."""


class ExitReason(Term):
    """Why a leg or a portfolio was closed; the codes of the executor reference, Appendix B and ruling 18."""

    LEG_SL = "LEG_SL"
    LEG_SL_TRAIL = "LEG_SL_TRAIL"
    LEG_COST = "LEG_COST"
    LEG_TGT = "LEG_TGT"
    LEG_TGT_TRAIL = "LEG_TGT_TRAIL"
    """The locked profit of a leg was reached again from above."""
    SL_BROKER = "SL_BROKER"
    """The stop order that rests at the broker was triggered or filled."""
    LEG_RBO_OPP = "LEG_RBO_OPP"
    """The opposite side of the range that the leg entered on."""
    SL_ON_RECOVERY = "SL_ON_RECOVERY"
    COMB_SL = "COMB_SL"
    COMB_SL_TRAIL = "COMB_SL_TRAIL"
    COMB_TGT = "COMB_TGT"
    COMB_TGT_TRAIL = "COMB_TGT_TRAIL"
    UNDERLYING_SL = "UNDERLYING_SL"
    LOSS_RANGE = "LOSS_RANGE"
    DAY_LOSS = "DAY_LOSS"
    """All executions of the day together lost what the portfolio may lose in a day."""
    SIDE_LIMIT = "SIDE_LIMIT"
    TIME = "TIME"
    EXPIRY = "EXPIRY"
    MANUAL = "MANUAL"
    MANUAL_PANIC = "MANUAL_PANIC"
    SIGNAL = "SIGNAL"
    """Somebody's chart or program asked for it."""
    MANUAL_EXTERNAL = "MANUAL_EXTERNAL"
    USER_LIMIT = "USER_LIMIT"
    TAG_LIMIT = "TAG_LIMIT"
    LEG_FAIL = "LEG_FAIL"
    PARTIAL = "PARTIAL"
    ROLL = "ROLL"
    """It is closed to be opened on another contract."""
    MARGIN = "MARGIN"
    ACTION = "ACTION"
    """The hit of another leg, or of another portfolio, said so."""
    HEDGE_PARENT = "HEDGE_PARENT"
    """What a hedge was for is gone."""
    LATE_FILL = "LATE_FILL"
    """A fill that came after the leg was done; it is closed again at once."""
    FEED_DEAD = "FEED_DEAD"
    KILL = "KILL"
    CONDITION = "CONDITION"
    """An extra condition did not hold, or the exit condition does."""
    DTE = "DTE"
    """Its days are over."""
    LINKED = "LINKED"
    """Another leg's stop takes it along."""
    NO_ENTRY = "NO_ENTRY"
    REENTRY_BLOCKED = "REENTRY_BLOCKED"
    """Not an exit: why something was not opened again."""
    RESTART = "RESTART"


LEG_STOP_HITS = frozenset(
    {
        ExitReason.LEG_SL,
        ExitReason.LEG_SL_TRAIL,
        ExitReason.LEG_COST,
        ExitReason.SL_ON_RECOVERY,
        ExitReason.SL_BROKER,
    }
)
"""Reasons that mean a leg's own stop was hit."""

ON_STOP_HITS = LEG_STOP_HITS | {ExitReason.LEG_RBO_OPP}
"""Reasons that set off a leg's actions on its stop."""

LEG_TARGET_HITS = frozenset({ExitReason.LEG_TGT, ExitReason.LEG_TGT_TRAIL})
"""Reasons that mean a leg's own target or its locked profit was hit."""

FIXED_STOP_HITS = frozenset({ExitReason.COMB_SL, ExitReason.UNDERLYING_SL, ExitReason.LOSS_RANGE})
"""Reasons that mean the combined stop was hit where it was set at first."""

COMBINED_HITS = FIXED_STOP_HITS | {ExitReason.COMB_SL_TRAIL, ExitReason.COMB_TGT, ExitReason.COMB_TGT_TRAIL}
"""Reasons that mean a combined stop, target or lock was hit."""


class SignalAction(Enum):
    """What a signal asks for."""

    START = "start"
    STOP = "stop"
    """Nothing more is opened; what is held stays."""
    EXIT = "exit"
    LEG_ENTRY = "leg entry"
    LEG_EXIT = "leg exit"


class KillLevel(IntEnum):
    """How much the kill switch stops; each level includes the ones below it."""

    OFF = 0
    NO_OPENINGS = 1
    CANCEL = 2
    """Also cancel every resting opening order."""
    FLATTEN = 3
    """Also square off everything, shorts first."""
