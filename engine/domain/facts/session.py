"""Facts of the session: its start, limits, kill switch, feed, connections and reconciliation."""

from engine.domain.facts.fact import SessionFact
from engine.domain.identifiers import AccountId, InstrumentId, PortfolioId
from engine.domain.instant import Instant
from engine.domain.multileg.states import KillLevel
from engine.domain.reports import Channel
from engine.domain.settings.risk_limits import RiskLimits


class SessionOpened(SessionFact, frozen=True, kw_only=True, tag="session_opened"):
    """The engine started on this journal; nothing is opened until the broker's books are compared with ours."""

    account: AccountId
    """The default account."""
    lineage: str
    stale_after: int
    is_live: bool
    others: tuple[AccountId, ...] = ()
    """Further accounts whose gateways belong to the session."""


class RecoveryFinished(SessionFact, frozen=True, kw_only=True, tag="recovery_finished"):
    """Our books and the broker's were compared after the start."""

    unresolved: int
    """Orders whose outcome is still unknown."""
    account: AccountId = AccountId("")
    """Empty for the session's default account, as in journals of one account."""


class RiskLimitsSet(SessionFact, frozen=True, kw_only=True, tag="risk_limits_set"):
    """The account's limits from now on; ``changes`` in words for the audit."""

    limits: RiskLimits
    changes: tuple[str, ...] = ()
    account: AccountId = AccountId("")
    """Empty for the session's default account, as in journals of one account."""


class KillSwitchTripped(SessionFact, frozen=True, kw_only=True, tag="kill_switch_tripped"):
    """The kill switch latched at a level."""

    level: KillLevel
    reason: str


class KillSwitchReleased(SessionFact, frozen=True, kw_only=True, tag="kill_switch_released"):
    """The kill switch was released, with a reason."""

    reason: str


class DayStarted(SessionFact, frozen=True, kw_only=True, tag="day_started"):
    """The first message of an Indian calendar day; daily counters begin again."""

    day: int
    """Proleptic ordinal of the date."""


class ConnectionChanged(SessionFact, frozen=True, kw_only=True, tag="connection_changed"):
    """A line to the outside went down or came back."""

    channel: Channel
    connected: bool
    data_lost: bool
    detail: str
    account: AccountId = AccountId("")
    """Empty for the session's default account, as in journals of one account."""


class FeedWentStale(SessionFact, frozen=True, kw_only=True, tag="feed_went_stale"):
    """No quote has come for longer than the feed's stale limit while the market is open."""

    last_quote_at: Instant


class FeedRecovered(SessionFact, frozen=True, kw_only=True, tag="feed_recovered"):
    """Quotes come again."""

    silent_for: int
    """Microseconds of silence."""


class DriftFound(SessionFact, frozen=True, kw_only=True, tag="drift_found"):
    """Our net quantity of a contract and the broker's differ; nothing is opened until that is explained."""

    instrument: InstrumentId
    ours: int
    brokers: int
    account: AccountId = AccountId("")
    """Empty for the session's default account, as in journals of one account."""


class DriftCleared(SessionFact, frozen=True, kw_only=True, tag="drift_cleared"):
    """Our books and the broker's agree again, or the trader took the difference as not ours."""

    instrument: InstrumentId
    accepted: int
    """Net quantity that is held outside our ledger from now on."""
    reason: str
    account: AccountId = AccountId("")
    """Empty for the session's default account, as in journals of one account."""


class JournalFailed(SessionFact, frozen=True, kw_only=True, tag="journal_failed"):
    """The journal cannot be written; entries stop, exits go on through the emergency journal."""

    detail: str


class JournalRestored(SessionFact, frozen=True, kw_only=True, tag="journal_restored"):
    """The journal can be written again."""


class EngineFellBehind(SessionFact, frozen=True, kw_only=True, tag="engine_fell_behind"):
    """A step of the engine took longer than its limit: stops and orders are late by it too."""

    lag: int
    """Microseconds of wall time."""


class EngineCaughtUp(SessionFact, frozen=True, kw_only=True, tag="engine_caught_up"):
    """The engine keeps up again."""


class CommandRefused(SessionFact, frozen=True, kw_only=True, tag="command_refused"):
    """A command was not carried out, and why."""

    command: str
    sentence: str
    portfolio_id: PortfolioId | None = None


class AlarmRaised(SessionFact, frozen=True, kw_only=True, tag="alarm_raised"):
    """Something that a person must look at."""

    code: str
    sentence: str
    portfolio_id: PortfolioId | None = None


AnyTroubleFact = (
    FeedWentStale
    | FeedRecovered
    | DriftFound
    | DriftCleared
    | JournalFailed
    | JournalRestored
    | EngineFellBehind
    | EngineCaughtUp
    | CommandRefused
    | AlarmRaised
)
"""Every fact about something that goes wrong around the engine, or is over."""
