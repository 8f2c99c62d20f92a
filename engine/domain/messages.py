"""Everything that can come into the engine's inbox."""

import msgspec

from engine.domain.commands import AnyCommand
from engine.domain.identifiers import AccountId
from engine.domain.instant import Instant
from engine.domain.quote import QuoteFrame
from engine.domain.reports import Report, TimerDue
from engine.domain.settings.hierarchy import Hierarchy
from engine.domain.settings.risk_limits import RiskLimits


class OpenSession(msgspec.Struct, frozen=True, kw_only=True, tag="open_session"):
    """The first message after every start: recovery begins, and ends with the broker's books.

    ``lineage`` begins the order tags of a new journal and is ignored on one that has a lineage. ``stale_after`` is the
    feed's stale limit in microseconds. ``is_live`` says that real money is at stake. ``limits`` applies to a new
    journal only. ``hierarchy`` declares the accounts whose gateways are open, the default one among them, and the
    strategy tags; without it there is the default account alone.
    """

    at: Instant
    account: AccountId
    lineage: str
    limits: RiskLimits
    stale_after: int
    is_live: bool = False
    hierarchy: Hierarchy | None = None


Message = QuoteFrame | TimerDue | Report | AnyCommand | OpenSession
"""Everything that can come into the inbox."""
