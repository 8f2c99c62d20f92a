"""Ask for a reason that is kept in the journal."""

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.windows.dialog import DeskDialog


class ReasonDialog(DeskDialog):
    """Asks for a sentence; an empty one is not taken."""

    def __init__(
        self, parent: QWidget, title: str, text: str, confirm: str, take: Callable[[str], None], *, danger: bool = False
    ) -> None:
        super().__init__(parent, title)
        self._take = take
        self.add_text(text)
        self.reason_line = QLineEdit(self)
        self.reason_line.setAccessibleName("Reason")
        self.reason_line.setPlaceholderText("Reason, kept in the journal")
        self.column.addWidget(self.reason_line)
        self._button = self.add_buttons(confirm, "Leave it", danger=danger)
        self.reason_line.textChanged.connect(self._look)
        self._look("")

    def accept(self) -> None:
        """Take the reason."""
        reason = self.reason_line.text().strip()
        if reason:
            self._take(reason)
            super().accept()

    def _look(self, text: str) -> None:
        if self._button is not None:
            self._button.setEnabled(bool(text.strip()))
