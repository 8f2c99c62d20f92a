"""Ask whether an edit is meant for one account or for all copies of its tag, with the difference of each."""

from PySide6.QtWidgets import QButtonGroup, QRadioButton, QWidget

from desktop.viewmodels.running_edit import Copy
from desktop.windows.dialog import DeskDialog
from engine.domain.identifiers import PortfolioId


class CopiesDialog(DeskDialog):
    """Shows what an edit changes of every copy; accepted, one of the two buttons says where it is made.

    Attributes:
        this_account: Only the copy that is edited; on at first.
        all_accounts: Every copy that is not done: all of them change, or none where one refuses.
    """

    def __init__(self, parent: QWidget, title: str, copies: list[Copy], edited: PortfolioId, note: str) -> None:
        super().__init__(parent, title)
        own = next(copy for copy in copies if copy.portfolio_id == edited)
        alive = [copy for copy in copies if not copy.is_done]
        self.this_account = self._choice(f"Only {own.name}" if own.name else f"This account, {own.account}")
        self.all_accounts = self._choice(f"All {len(alive)} {'checked portfolios' if own.name else 'accounts'}")
        self.all_accounts.setEnabled(len(alive) > 1)
        group = QButtonGroup(self)
        group.addButton(self.this_account)
        group.addButton(self.all_accounts)
        self.this_account.setChecked(True)
        for copy in copies:
            self.add_text(_difference(copy), muted=copy.is_done)
        together = "Each changes for itself" if own.name else "Of all accounts every one changes or none"
        self.add_text(f"{note} {together}: what refuses is named.", muted=True)
        self.add_buttons("Apply it", "Leave it")

    def _choice(self, text: str) -> QRadioButton:
        button = QRadioButton(text, self)
        button.setAccessibleName(text)
        self.column.addWidget(button)
        return button


def _difference(copy: Copy) -> str:
    """Write what an edit changes of a copy."""
    words = "done, stays as it is" if copy.is_done else "\n".join(copy.changes) or "declared so already"
    return f"{copy.name or copy.account} ({copy.portfolio_id})\n{words}"
