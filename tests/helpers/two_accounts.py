"""A desk of the core with two accounts and a tag over both."""

from typing import Any

from engine.domain import facts as f
from engine.domain.identifiers import AccountId
from engine.domain.messages import OpenSession
from engine.domain.order import Product
from engine.domain.reports import BookPosition, BooksReport, Channel, ConnectionReport
from engine.domain.settings.account import Account
from engine.domain.settings.hierarchy import Hierarchy, with_defaults
from engine.domain.settings.risk_limits import RiskLimits
from engine.domain.settings.strategy_tag import StrategyTag, TagMember
from engine.schema.declared import replace
from tests.helpers.core_desk import ACCOUNT, Desk

SECOND = AccountId("SECOND")
BOTH = StrategyTag(name="BOTH", members=(TagMember(account=ACCOUNT), TagMember(account=SECOND, multiplier=3)))


def hierarchy(
    first: dict[str, Any] | None = None, second: dict[str, Any] | None = None, tag: dict[str, Any] | None = None
) -> Hierarchy:
    """Answer two accounts and a tag over both, with some fields changed; the second account's tag multiplier is 3."""
    accounts = (Account(id=ACCOUNT, **(first or {})), Account(id=SECOND, **(second or {})))
    return with_defaults(Hierarchy(accounts=accounts, tags=(replace(BOTH, **(tag or {})),)), ACCOUNT)


class TwoDesk(Desk):
    """One engine on two accounts."""

    def __init__(self, declared: Hierarchy | None = None, *, ready: bool = True) -> None:
        super().__init__()
        self.open(declared or hierarchy())
        self.account_books(ACCOUNT)
        if ready:
            self.account_books(SECOND)
        self.chain()

    def open(self, declared: Hierarchy) -> list[f.AnyFact]:
        """Begin a session on both accounts."""
        return self.say(
            OpenSession(
                at=self.now,
                account=ACCOUNT,
                lineage="T",
                limits=RiskLimits(),
                stale_after=self.state.books.stale_after,
                hierarchy=declared,
            )
        )

    def account_books(self, account: AccountId, *, net: dict[str, int] | None = None) -> list[f.AnyFact]:
        """Show the books of one account's broker; positions are our own fills unless ``net`` says otherwise."""
        shown = self.state.books.of(account).net_quantity if net is None else net
        positions = tuple(
            BookPosition(instrument=name, product=Product.INTRADAY, net_quantity=quantity)  # type: ignore[arg-type]
            for name, quantity in shown.items()
        )
        report = BooksReport(at=self.now, account=account, read_at=self.now, fresh=True, orders=(), positions=positions)
        return self.say(report)

    def line(self, account: AccountId, *, up: bool) -> list[f.AnyFact]:
        """Let an account's order line come or go."""
        return self.say(ConnectionReport(at=self.now, account=account, channel=Channel.ORDERS, connected=up))

    def run_of(self, account: AccountId) -> Any:
        """Answer the first portfolio of an account."""
        return next(run for run in self.state.books.portfolios.values() if run.account == account)
