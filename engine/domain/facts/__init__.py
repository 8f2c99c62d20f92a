"""What happened: permanent, ours, in the past tense. The journal is a list of these, and the state is their sum."""

from engine.domain.facts.accounts import (
    AccountFloorMoved,
    AccountHalted,
    AccountSet,
    AnyAccountFact,
    DayCarried,
    ExitOnlySet,
    SyncAwaited,
    TagFloorMoved,
    TagHalted,
    TagRemoved,
    TagSet,
)
from engine.domain.facts.actions import (
    ActionDone,
    AnyLegActionFact,
    AnyPortfolioActionFact,
    CombinedWaitOver,
    CombinedWaitSet,
    LegActionFact,
    LegHit,
    LegLookedBack,
    LegWaitMissed,
    PortfolioActionDone,
    PortfolioActionFact,
    PortfolioReentryBlocked,
    PortfolioReexecuted,
    ReentryBlocked,
    RollBlocked,
    RollDecided,
)
from engine.domain.facts.conversions import (
    AnyConversionFact,
    ConversionFact,
    ConversionRefused,
    ConversionRequested,
    LegConverted,
)
from engine.domain.facts.edits import (
    AnyEditFact,
    AnyLegEditFact,
    ConfirmationWanted,
    EditFact,
    LegClosedOutside,
    LegEditFact,
    LegLevelsEdited,
    PartEntryBegun,
    PartEntryOver,
    PortfolioDisabled,
    PortfolioEdited,
    PortfolioEnabled,
    SecretWordSealed,
)
from engine.domain.facts.entries import (
    AnyEntryFact,
    EntryFact,
    EntryLookedBack,
    EntryReferenceTaken,
    EntrySideSeen,
    LotsMultiplied,
    MarginShort,
    PortfolioReset,
    SignalTaken,
)
from engine.domain.facts.fact import LegFact, OrderFact, PortfolioFact, SessionFact
from engine.domain.facts.hedges import DeltaBandLeft, DeltaBandRegained, HedgeReused
from engine.domain.facts.legs import (
    LegCancelled,
    LegClosed,
    LegConditionsMet,
    LegEntryFailed,
    LegExitDecided,
    LegExpired,
    LegOpened,
    LegProtected,
    LegReleased,
    LegResized,
    LegResolved,
    LegRetried,
    LegWaits,
    StopMoved,
    StopTakenOver,
)
from engine.domain.facts.levels import (
    AnyCombinedLevelFact,
    AnyLegLevelFact,
    CombinedDelayCleared,
    CombinedDelayStarted,
    CombinedHitInPart,
    CombinedLevelFact,
    CombinedReferencesSet,
    CostMoveWanted,
    LegDelayCleared,
    LegDelayStarted,
    LegFloorMoved,
    LegLevelFact,
    LegReduced,
    PortfolioReduced,
)
from engine.domain.facts.orders import (
    OrderCancelRequested,
    OrderChangeRefused,
    OrderDenied,
    OrderFilled,
    OrderMissing,
    OrderModified,
    OrderModifyRequested,
    OrderMoved,
    OrderPricedAnew,
    OrderRequested,
)
from engine.domain.facts.portfolios import (
    CombinedPremiumSet,
    CombinedStopMoved,
    ConditionsMet,
    LegAdded,
    PortfolioAdded,
    PortfolioArmed,
    PortfolioClosed,
    PortfolioExitBlocked,
    PortfolioExitDecided,
    PortfolioHeld,
    PortfolioResumed,
    PortfolioRunning,
    PortfolioStarted,
    ProfitLockMoved,
    RangeArmed,
    RangeBroken,
    RangeLookedBack,
    RangeSet,
    StopsMovedToCost,
    StraddleWidthTaken,
)
from engine.domain.facts.session import (
    AlarmRaised,
    AnyTroubleFact,
    CommandRefused,
    ConnectionChanged,
    DayStarted,
    DriftCleared,
    DriftFound,
    EngineCaughtUp,
    EngineFellBehind,
    FeedRecovered,
    FeedWentStale,
    JournalFailed,
    JournalRestored,
    KillSwitchReleased,
    KillSwitchTripped,
    RecoveryFinished,
    RiskLimitsSet,
    SessionOpened,
)

__all__ = [
    "AccountFloorMoved",
    "AccountHalted",
    "AccountSet",
    "ActionDone",
    "AlarmRaised",
    "AnyAccountFact",
    "AnyCombinedLevelFact",
    "AnyConversionFact",
    "AnyEditFact",
    "AnyEntryFact",
    "AnyFact",
    "AnyLegActionFact",
    "AnyLegEditFact",
    "AnyLegFact",
    "AnyLegLevelFact",
    "AnyOrderFact",
    "AnyPortfolioActionFact",
    "AnyPortfolioFact",
    "AnySessionFact",
    "AnyTroubleFact",
    "CombinedDelayCleared",
    "CombinedDelayStarted",
    "CombinedHitInPart",
    "CombinedLevelFact",
    "CombinedPremiumSet",
    "CombinedReferencesSet",
    "CombinedStopMoved",
    "CombinedWaitOver",
    "CombinedWaitSet",
    "CommandRefused",
    "ConditionsMet",
    "ConfirmationWanted",
    "ConnectionChanged",
    "ConversionFact",
    "ConversionRefused",
    "ConversionRequested",
    "CostMoveWanted",
    "DayCarried",
    "DayStarted",
    "DeltaBandLeft",
    "DeltaBandRegained",
    "DriftCleared",
    "DriftFound",
    "EditFact",
    "EngineCaughtUp",
    "EngineFellBehind",
    "EntryFact",
    "EntryLookedBack",
    "EntryReferenceTaken",
    "EntrySideSeen",
    "ExitOnlySet",
    "FeedRecovered",
    "FeedWentStale",
    "HedgeReused",
    "JournalFailed",
    "JournalRestored",
    "KillSwitchReleased",
    "KillSwitchTripped",
    "LegActionFact",
    "LegAdded",
    "LegCancelled",
    "LegClosed",
    "LegClosedOutside",
    "LegConditionsMet",
    "LegConverted",
    "LegDelayCleared",
    "LegDelayStarted",
    "LegEditFact",
    "LegEntryFailed",
    "LegExitDecided",
    "LegExpired",
    "LegFact",
    "LegFloorMoved",
    "LegHit",
    "LegLevelFact",
    "LegLevelsEdited",
    "LegLookedBack",
    "LegOpened",
    "LegProtected",
    "LegReduced",
    "LegReleased",
    "LegResized",
    "LegResolved",
    "LegRetried",
    "LegWaitMissed",
    "LegWaits",
    "LotsMultiplied",
    "MarginShort",
    "OrderCancelRequested",
    "OrderChangeRefused",
    "OrderDenied",
    "OrderFact",
    "OrderFilled",
    "OrderMissing",
    "OrderModified",
    "OrderModifyRequested",
    "OrderMoved",
    "OrderPricedAnew",
    "OrderRequested",
    "PartEntryBegun",
    "PartEntryOver",
    "PortfolioActionDone",
    "PortfolioActionFact",
    "PortfolioAdded",
    "PortfolioArmed",
    "PortfolioClosed",
    "PortfolioDisabled",
    "PortfolioEdited",
    "PortfolioEnabled",
    "PortfolioExitBlocked",
    "PortfolioExitDecided",
    "PortfolioFact",
    "PortfolioHeld",
    "PortfolioReduced",
    "PortfolioReentryBlocked",
    "PortfolioReexecuted",
    "PortfolioReset",
    "PortfolioResumed",
    "PortfolioRunning",
    "PortfolioStarted",
    "ProfitLockMoved",
    "RangeArmed",
    "RangeBroken",
    "RangeLookedBack",
    "RangeSet",
    "RecoveryFinished",
    "ReentryBlocked",
    "RiskLimitsSet",
    "RollBlocked",
    "RollDecided",
    "SecretWordSealed",
    "SessionFact",
    "SessionOpened",
    "SignalTaken",
    "StopMoved",
    "StopTakenOver",
    "StopsMovedToCost",
    "StraddleWidthTaken",
    "SyncAwaited",
    "TagFloorMoved",
    "TagHalted",
    "TagRemoved",
    "TagSet",
]

AnySessionFact = (
    SessionOpened
    | RecoveryFinished
    | RiskLimitsSet
    | KillSwitchTripped
    | KillSwitchReleased
    | AnyAccountFact
    | DayStarted
    | ConnectionChanged
    | AnyTroubleFact
)
"""Every fact about the account or the session."""

AnyPortfolioFact = (
    AnyPortfolioActionFact
    | AnyEditFact
    | AnyCombinedLevelFact
    | AnyEntryFact
    | PortfolioAdded
    | PortfolioArmed
    | SyncAwaited
    | DayCarried
    | PortfolioStarted
    | StraddleWidthTaken
    | LegAdded
    | DeltaBandLeft
    | DeltaBandRegained
    | StopsMovedToCost
    | PortfolioRunning
    | ProfitLockMoved
    | ConditionsMet
    | RangeSet
    | RangeArmed
    | RangeBroken
    | RangeLookedBack
    | CombinedStopMoved
    | CombinedPremiumSet
    | PortfolioExitDecided
    | PortfolioExitBlocked
    | PortfolioClosed
    | PortfolioHeld
    | PortfolioResumed
)
"""Every fact about a whole portfolio."""

AnyLegFact = (
    AnyLegActionFact
    | AnyConversionFact
    | AnyLegEditFact
    | AnyLegLevelFact
    | LegResolved
    | HedgeReused
    | LegWaits
    | LegReleased
    | LegRetried
    | LegConditionsMet
    | LegEntryFailed
    | LegResized
    | LegCancelled
    | LegOpened
    | LegProtected
    | StopMoved
    | StopTakenOver
    | LegExitDecided
    | LegClosed
    | LegExpired
    | OrderDenied
)
"""Every fact about one leg."""

AnyOrderFact = (
    OrderRequested
    | OrderMoved
    | OrderFilled
    | OrderModifyRequested
    | OrderPricedAnew
    | OrderModified
    | OrderCancelRequested
    | OrderChangeRefused
    | OrderMissing
)
"""Every fact about one order."""

AnyFact = AnySessionFact | AnyPortfolioFact | AnyLegFact | AnyOrderFact
"""Every fact."""
