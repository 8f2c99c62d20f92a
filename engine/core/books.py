"""Books: the part of the state that is the sum of the facts, and nothing else."""

import msgspec

from engine.core.portfolio_run import Order, PortfolioRun
from engine.domain.identifiers import AccountId, InstrumentId, OrderId, PortfolioId
from engine.domain.instant import MINUTE, Instant
from engine.domain.multileg.states import KillLevel
from engine.domain.reports import Channel
from engine.domain.settings.risk_limits import RiskLimits


class Books(msgspec.Struct, kw_only=True):
    """The part of the state that is the sum of the facts, and nothing else (list (a) of ARCHITECTURE.md).

    Snapshots hold it, and a replay of the journal rebuilds it equal.
    """

    facts: int = 0
    """How many facts it sums up."""
    last_fact_at: Instant = Instant(0)
    account: AccountId = AccountId("")
    lineage: str = ""
    is_live: bool = False
    stale_after: int = 0
    limits: RiskLimits = RiskLimits()
    recovering: bool = True
    opened_at: Instant = Instant(0)
    day: int = 0
    halted: bool = False
    kill_level: KillLevel = KillLevel.OFF
    kill_reason: str = ""
    journal_failed: bool = False
    feed_stale: bool = False
    down: dict[Channel, str] = {}
    """Lines that are down, with their detail."""
    drift: dict[InstrumentId, tuple[int, int]] = {}
    """Contracts in which our net quantity and the broker's differ: ours, the broker's."""
    outside: dict[InstrumentId, int] = {}
    """Net quantity at the broker that the trader took as not ours."""
    net_quantity: dict[InstrumentId, int] = {}
    """The sum of all our fills."""
    orders: dict[OrderId, Order] = {}
    portfolios: dict[PortfolioId, PortfolioRun] = {}
    orders_made: int = 0
    orders_today: int = 0
    portfolios_made: int = 0

    def patience(self, span: int) -> int:
        """Answer how many µs to wait for the market: ``span``, or two stale limits of a feed that shows less often.

        On a recording of quarter hours nothing can be learned within half a minute.
        """
        return max(span, 2 * self.stale_after) if self.stale_after >= MINUTE else span
