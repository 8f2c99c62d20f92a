"""What happened: permanent, ours, in the past tense. The journal is a list of these, and the state is their sum."""

import msgspec

from engine.domain.facts.fact import LegFact, OrderFact, PortfolioFact, SessionFact
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
    "AnyLegFact",
    "AnyOrderFact",
    "AnyPortfolioFact",
    "AnySessionFact",
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
    "LegFact",
    "LegOpened",
    "LegProtected",
    "LegResized",
    "LegResolved",
    "LegRetried",
    "OrderCancelRequested",
    "OrderChangeRefused",
    "OrderDenied",
    "OrderFact",
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
    "PortfolioFact",
    "PortfolioHeld",
    "PortfolioResumed",
    "PortfolioRunning",
    "PortfolioStarted",
    "ProfitLockMoved",
    "RecoveryFinished",
    "RiskLimitsSet",
    "SessionFact",
    "SessionOpened",
    "StopMoved",
    "StopsMovedToCost",
    "decode",
    "encode",
    "kind_of",
]

AnySessionFact = (
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
)
"""Every fact about the account or the session."""

AnyPortfolioFact = (
    PortfolioAdded
    | PortfolioArmed
    | PortfolioStarted
    | StopsMovedToCost
    | PortfolioRunning
    | ProfitLockMoved
    | CombinedStopMoved
    | PortfolioExitDecided
    | PortfolioExitBlocked
    | PortfolioClosed
    | PortfolioHeld
    | PortfolioResumed
)
"""Every fact about a whole portfolio."""

AnyLegFact = (
    LegResolved
    | LegRetried
    | LegEntryFailed
    | LegResized
    | LegCancelled
    | LegOpened
    | LegProtected
    | StopMoved
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
    | OrderModified
    | OrderCancelRequested
    | OrderChangeRefused
    | OrderMissing
)
"""Every fact about one order."""

AnyFact = AnySessionFact | AnyPortfolioFact | AnyLegFact | AnyOrderFact
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
