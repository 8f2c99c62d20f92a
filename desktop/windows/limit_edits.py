"""Change a limit where it is shown: the settings of its account or tag, with the cursor on it."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from desktop.composition.accounts import change_hierarchy, need_broker
from desktop.composition.failures import MisuseError
from desktop.windows.panel import Desk
from desktop.windows.settings_dialog import SettingsDialog
from engine.domain.commands import SetAccount, SetRiskLimits, SetTag
from engine.domain.settings.account import Account
from engine.domain.settings.hierarchy import Hierarchy
from engine.domain.settings.risk_limits import RiskLimits
from engine.domain.settings.strategy_tag import StrategyTag
from engine.schema.declared import Declared, replace
from engine.views.accounts import AccountRow, TagRow
from engine.views.limit_use import LimitUse, Owner

Keep = Callable[[Declared], None]


class LimitEdits:
    """Asks for other limits and carries them out."""

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        self._parent, self._desk = parent, desk

    def change(self, use: LimitUse) -> None:
        """Open the settings in which a limit lies, with the cursor in its field."""
        status = self._desk.bridge.status
        if status is None:
            return
        if use.owner is Owner.TAG:
            tag = next((one for one in status.tags if one.declared.name == use.name), None)
            if tag is not None:
                self._ask(
                    f"Strategy tag {use.name}", StrategyTag, tag.declared, lambda value: self._keep_tag(tag, value), use
                )
            return
        row = next((one for one in status.accounts if one.account_id == use.name), None)
        if row is None:
            return
        if use.field.startswith("limits."):
            self._ask(f"Limits of {use.name}", RiskLimits, row.limits, lambda value: self._keep_limits(row, value), use)
        else:
            self._ask(f"Account {use.name}", Account, row.declared, lambda value: self._keep_account(row, value), use)

    def _ask(self, title: str, kind: type[Declared], declared: Declared, keep: Keep, use: LimitUse) -> None:
        dialog = SettingsDialog(self._parent, title, kind, declared, keep, use.then)
        dialog.open()
        fields = (one for one in dialog.form.findChildren(QWidget) if one.accessibleName() == use.title)
        field = next((one for one in fields if one.isEnabled()), None)
        if field is not None:
            field.setFocus()

    def _keep_limits(self, row: AccountRow, limits: Declared) -> None:
        assert isinstance(limits, RiskLimits)  # The form was drawn from it.
        declared = replace(row.declared, limits=limits)
        if self._desk.keeps_settings:
            change_hierarchy(lambda hierarchy: _with_account(hierarchy, declared))
        self._desk.bridge.submit(lambda at: SetRiskLimits(at=at, account=row.account_id, limits=limits))

    def _keep_account(self, row: AccountRow, declared: Declared) -> None:
        assert isinstance(declared, Account)  # The form was drawn from it.
        if declared.id != row.account_id:
            raise MisuseError("The id of an account cannot be changed: journals name it")
        need_broker(declared)
        if self._desk.keeps_settings:
            change_hierarchy(lambda hierarchy: _with_account(hierarchy, declared))
        self._desk.bridge.submit(lambda at: SetAccount(at=at, declared=declared))

    def _keep_tag(self, row: TagRow, declared: Declared) -> None:
        assert isinstance(declared, StrategyTag)  # The form was drawn from it.
        if declared.name != row.declared.name:
            raise MisuseError("The name of a tag cannot be changed: portfolios name it")
        if declared.members != row.declared.members:
            raise MisuseError("Change the accounts of a tag under Strategy tags; here are its limits")
        if self._desk.keeps_settings:
            change_hierarchy(lambda hierarchy: _with_tag(hierarchy, declared))
        self._desk.bridge.submit(lambda at: SetTag(at=at, declared=declared))


def _with_account(hierarchy: Hierarchy, declared: Account) -> Hierarchy:
    others = [one for one in hierarchy.accounts if one.id != declared.id]
    return Hierarchy(accounts=(*others, declared), tags=hierarchy.tags)


def _with_tag(hierarchy: Hierarchy, declared: StrategyTag) -> Hierarchy:
    others = [one for one in hierarchy.tags if one.name != declared.name]
    return Hierarchy(accounts=hierarchy.accounts, tags=(*others, declared))
