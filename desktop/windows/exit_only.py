"""Ask for exit-only mode of an account, or to take it back."""

from PySide6.QtWidgets import QWidget

from desktop.bridge import EngineBridge
from desktop.windows.reason_dialog import ReasonDialog
from engine.domain.commands import SetExitOnly
from engine.views.accounts import AccountRow


def ask_exit_only(parent: QWidget, bridge: EngineBridge, row: AccountRow) -> None:
    """Ask for a reason, then let an account only close, or open again."""
    on = row.exit_only is None
    text = (
        f"{row.account_id} opens nothing any more: waiting entries are cancelled, exits go on."
        if on
        else f"{row.account_id} may open again. It is in exit-only mode because: {row.exit_only}"
    )
    ReasonDialog(
        parent,
        f"Exit only: {row.account_id}",
        text,
        "Only close" if on else "Allow openings",
        lambda reason: bridge.submit(lambda at: SetExitOnly(at=at, account=row.account_id, on=on, reason=reason)),
        danger=on,
    ).open()
