"""DayProfits: what each portfolio made today as it was last counted, and the sums by account and by tag."""

import msgspec

from engine.domain.identifiers import AccountId, PortfolioId


class RunProfit(msgspec.Struct, frozen=True):
    """What a portfolio made on the engine's day in 1/10,000 ₹; ``is_known`` where every mark of it was there."""

    amount: int
    is_known: bool


class DayProfits:
    """Sums that cost no more than the portfolios that changed since they were asked for (list (c): may be lost)."""

    def __init__(self) -> None:
        self._changed: dict[PortfolioId, None] = {}
        self._runs: dict[PortfolioId, tuple[AccountId, str, RunProfit]] = {}
        self._sums: dict[tuple[str, str], int] = {}
        self._unknown: dict[tuple[str, str], int] = {}

    def touch(self, portfolio_id: PortfolioId) -> None:
        """Note that a portfolio's profit may have changed."""
        self._changed[portfolio_id] = None

    def changed(self) -> list[PortfolioId]:
        """Answer the portfolios to be counted anew, once."""
        found = list(self._changed)
        self._changed.clear()
        return found

    def of_run(self, portfolio_id: PortfolioId) -> RunProfit | None:
        """Answer a portfolio's profit as last counted; None before the first time."""
        found = self._runs.get(portfolio_id)
        return None if found is None else found[2]

    def put(self, portfolio_id: PortfolioId, account: AccountId, tag: str, profit: RunProfit) -> None:
        """Take a portfolio's new profit into the sums."""
        before = self._runs.get(portfolio_id)
        self._runs[portfolio_id] = (account, tag, profit)
        for key in (("account", account), ("tag", tag)):
            old = before[2] if before is not None else RunProfit(0, is_known=True)
            self._sums[key] = self._sums.get(key, 0) + profit.amount - old.amount
            self._unknown[key] = self._unknown.get(key, 0) + old.is_known - profit.is_known

    def of_account(self, account: AccountId) -> RunProfit:
        """Answer what an account made."""
        return self._sum(("account", account))

    def of_tag(self, tag: str) -> RunProfit:
        """Answer what the portfolios of a tag made in all accounts."""
        return self._sum(("tag", tag))

    def _sum(self, key: tuple[str, str]) -> RunProfit:
        return RunProfit(self._sums.get(key, 0), is_known=not self._unknown.get(key, 0))
