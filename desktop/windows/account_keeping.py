"""Keep a changed account: in the trader's file, and in the engine that runs."""

from collections.abc import Callable

from desktop.composition.accounts import change_hierarchy, need_broker
from desktop.windows.panel import Desk
from engine.domain.commands import SetAccount
from engine.domain.identifiers import AccountId
from engine.domain.settings.account import Account
from engine.domain.settings.hierarchy import Hierarchy
from engine.domain.settings.risk_limits import RiskLimits
from engine.schema.declared import replace

Change = Callable[[Hierarchy], Hierarchy]


def keep_account(desk: Desk, declared: Account) -> None:
    """Let an account that exists have these settings. Raises MisuseError, FailureError; nothing is changed then."""

    def change(hierarchy: Hierarchy) -> Hierarchy:
        others = [one for one in hierarchy.accounts if one.id != declared.id]
        return Hierarchy(accounts=(*others, declared), tags=hierarchy.tags)

    write_account(desk, declared, change)


def keep_limits(desk: Desk, account: AccountId, limits: RiskLimits) -> None:
    """Let an account have these limits. Raises as keep_account does."""
    status = desk.bridge.status
    row = next((one for one in status.accounts if one.account_id == account), None) if status is not None else None
    if row is not None:
        keep_account(desk, replace(row.declared, limits=limits))


def write_account(desk: Desk, declared: Account, change: Change) -> None:
    """Change the trader's file of accounts, and tell the engine of the account. Raises as keep_account does."""
    need_broker(declared)
    if desk.keeps_settings:
        change_hierarchy(change)
    desk.bridge.submit(lambda at: SetAccount(at=at, declared=declared))
