"""What happened: permanent, ours, in the past tense. The journal is a list of these, and the state is their sum."""

import msgspec

from engine.domain.facts.orders import (
    OrderCancelRequested,
    OrderChangeRefused,
    OrderDenied,
    OrderFilled,
    OrderMissing,
    OrderModified,
    OrderModifyRequested,
    OrderMoved,
    OrderRequested,
)
from engine.domain.facts.portfolios import (
    CombinedStopMoved,
    LegCancelled,
    LegClosed,
    LegEntryFailed,
    LegExitDecided,
    LegExpired,
    LegOpened,
    LegProtected,
    LegResized,
    LegResolved,
    LegRetried,
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
    StopMoved,
    StopsMovedToCost,
)
from engine.domain.facts.session import (
    AccountHalted,
    AlarmRaised,
    CommandRefused,
    ConnectionChanged,
    DayStarted,
    DriftCleared,
    DriftFound,
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
    "AccountHalted",
    "AlarmRaised",
    "AnyFact",
    "CombinedStopMoved",
    "CommandRefused",
    "ConnectionChanged",
    "DayStarted",
    "DriftCleared",
    "DriftFound",
    "FeedRecovered",
    "FeedWentStale",
    "JournalFailed",
    "JournalRestored",
    "KillSwitchReleased",
    "KillSwitchTripped",
    "LegCancelled",
    "LegClosed",
    "LegEntryFailed",
    "LegExitDecided",
    "LegExpired",
    "LegOpened",
    "LegProtected",
    "LegResized",
    "LegResolved",
    "LegRetried",
    "OrderCancelRequested",
    "OrderChangeRefused",
    "OrderDenied",
    "OrderFilled",
    "OrderMissing",
    "OrderModified",
    "OrderModifyRequested",
    "OrderMoved",
    "OrderRequested",
    "PortfolioAdded",
    "PortfolioArmed",
    "PortfolioClosed",
    "PortfolioExitBlocked",
    "PortfolioExitDecided",
    "PortfolioHeld",
    "PortfolioResumed",
    "PortfolioRunning",
    "PortfolioStarted",
    "ProfitLockMoved",
    "RecoveryFinished",
    "RiskLimitsSet",
    "SessionOpened",
    "StopMoved",
    "StopsMovedToCost",
    "decode",
    "encode",
    "kind_of",
]

AnyFact = (
    SessionOpened
    | RecoveryFinished
    | RiskLimitsSet
    | KillSwitchTripped
    | KillSwitchReleased
    | AccountHalted
    | DayStarted
    | ConnectionChanged
    | FeedWentStale
    | FeedRecovered
    | DriftFound
    | DriftCleared
    | JournalFailed
    | JournalRestored
    | CommandRefused
    | AlarmRaised
    | PortfolioAdded
    | PortfolioArmed
    | PortfolioStarted
    | LegResolved
    | LegRetried
    | LegEntryFailed
    | LegResized
    | LegCancelled
    | LegOpened
    | LegProtected
    | StopMoved
    | StopsMovedToCost
    | LegExitDecided
    | LegExpired
    | LegClosed
    | PortfolioRunning
    | ProfitLockMoved
    | CombinedStopMoved
    | PortfolioExitDecided
    | PortfolioExitBlocked
    | PortfolioClosed
    | PortfolioHeld
    | PortfolioResumed
    | OrderRequested
    | OrderDenied
    | OrderMoved
    | OrderFilled
    | OrderModifyRequested
    | OrderModified
    | OrderCancelRequested
    | OrderChangeRefused
    | OrderMissing
)
"""Every fact."""

_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(AnyFact)


def encode(fact: AnyFact) -> bytes:
    """Answer a fact as the bytes that the journal keeps and hashes."""
    return _encoder.encode(fact)


def decode(body: bytes) -> AnyFact:
    """Answer the fact in a journal's bytes. Raises msgspec.ValidationError for bytes that are none."""
    fact: AnyFact = _decoder.decode(body)
    return fact


def kind_of(fact: AnyFact) -> str:
    """Answer a fact's kind as the journal spells it: ``"order_filled"``."""
    return str(type(fact).__struct_config__.tag)
