"""Which messages of a portfolio its own log level lets into the message log."""

from engine.domain import facts as f
from engine.domain.multileg.monitoring import LogLevel
from engine.views.line import MessageLevel

STEPS: frozenset[type[f.AnyFact]] = frozenset(
    {
        # Orders on their way.
        f.OrderMoved, f.OrderModifyRequested, f.OrderModified, f.OrderCancelRequested,
        # Levels that follow the price, and waits that begin and end.
        f.LegFloorMoved, f.StopMoved, f.ProfitLockMoved, f.CombinedStopMoved, f.LegDelayStarted, f.LegDelayCleared,
        f.CombinedDelayStarted, f.CombinedDelayCleared, f.DeltaBandLeft, f.DeltaBandRegained,
        # What an entry rule has seen so far.
        f.EntryReferenceTaken, f.EntrySideSeen, f.RangeArmed, f.StraddleWidthTaken, f.CombinedReferencesSet,
        f.CombinedPremiumSet,
    }
)  # fmt: skip
"""Facts that are steps of something and decide nothing themselves."""


def is_told(fact: f.AnyFact, level: MessageLevel, wanted: LogLevel) -> bool:
    """Say whether the message log tells a fact of a portfolio; what somebody must look at it always does."""
    if level is not MessageLevel.INFO or wanted is LogLevel.EVERYTHING:
        return True
    return wanted is LogLevel.DECISIONS and type(fact) not in STEPS
