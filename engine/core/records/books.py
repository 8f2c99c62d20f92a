"""Books: the part of the state that is the sum of the facts, and nothing else."""

import msgspec

from engine.core.records.account_books import AccountBooks, TagBooks
from engine.core.records.order_record import Order
from engine.core.records.portfolio_run import PortfolioRun
from engine.domain.identifiers import AccountId, InstrumentId, OrderId, PortfolioId
from engine.domain.instant import MINUTE, Instant
from engine.domain.multileg.states import KillLevel
from engine.domain.settings.account import Account
from engine.domain.settings.hierarchy import default_tag
from engine.domain.settings.risk_limits import RiskLimits
from engine.domain.settings.strategy_tag import DEFAULT_TAG, StrategyTag


class Books(msgspec.Struct, kw_only=True):
    """The part of the state that is the sum of the facts, and nothing else (list (a) of ARCHITECTURE.md).

    Snapshots hold it, and a replay of the journal rebuilds it equal.
    """

    facts: int = 0
    """How many facts it sums up."""
    last_fact_at: Instant = Instant(0)
    account: AccountId = AccountId("")
    """The default account of the newest session."""
    accounts: dict[AccountId, AccountBooks] = {}
    """Every account that was ever declared or opened."""
    tags: dict[str, TagBooks] = {}
    """Every strategy tag that is declared; the default tag need not be."""
    lineage: str = ""
    is_live: bool = False
    stale_after: int = 0
    opened_at: Instant = Instant(0)
    day: int = 0
    kill_level: KillLevel = KillLevel.OFF
    kill_reason: str = ""
    journal_failed: bool = False
    feed_stale: bool = False
    engine_lag: int = 0
    """By how much the engine fell behind, in microseconds; 0 while it keeps up."""
    orders: dict[OrderId, Order] = {}
    portfolios: dict[PortfolioId, PortfolioRun] = {}
    families: dict[PortfolioId, list[PortfolioId]] = {}
    """The copies that one portfolio runs as in the accounts of its tag, by their parent's id."""
    orders_made: int = 0
    portfolios_made: int = 0

    def of(self, account: AccountId) -> AccountBooks:
        """Answer the books of an account, of the default one for an empty id; empty books for one never heard of."""
        account = account or self.account
        found = self.accounts.get(account)
        return AccountBooks(declared=Account(id=account)) if found is None else found

    def tag(self, name: str) -> StrategyTag | None:
        """Answer a strategy tag; the default tag is always there. None for one that is not declared."""
        found = self.tags.get(name)
        if found is not None:
            return found.declared
        return default_tag(self.account) if name == DEFAULT_TAG else None

    @property
    def limits(self) -> RiskLimits:
        """Answer the limits of the default account."""
        return self.of(self.account).limits

    @property
    def recovering(self) -> bool:
        """Say whether the books of an account of this session are not yet compared with the broker's."""
        opened = [account.recovering for account in self.accounts.values() if account.is_open]
        return any(opened) or not opened

    @property
    def net_quantity(self) -> dict[InstrumentId, int]:
        """Answer the sum of all our fills in all accounts."""
        total: dict[InstrumentId, int] = {}
        for account in self.accounts.values():
            for instrument, quantity in account.net_quantity.items():
                total[instrument] = total.get(instrument, 0) + quantity
        return total

    def patience(self, span: int) -> int:
        """Answer how many µs to wait for the market: ``span``, or two stale limits of a feed that shows less often.

        On a recording of quarter hours nothing can be learned within half a minute.
        """
        return max(span, 2 * self.stale_after) if self.stale_after >= MINUTE else span
