"""Ask for a name; one that cannot be is refused with a sentence beside it."""

from collections.abc import Callable

from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from desktop.windows.dialog import DeskDialog


class ViewNameDialog(DeskDialog):
    """Asks for the name of a view."""

    def __init__(
        self,
        parent: QWidget,
        title: str,
        text: str,
        name: str,
        confirm: str,
        *,
        refused: Callable[[str], str | None],
        take: Callable[[str], None],
    ) -> None:
        """``refused`` answers why a name cannot be; ``take`` is given one that can."""
        super().__init__(parent, title)
        self._refused, self._take = refused, take
        self.add_text(text)
        self.line = QLineEdit(name, self)
        self.line.setAccessibleName("Name of the view")
        self.line.selectAll()
        self.column.addWidget(self.line)
        self.error = QLabel(self)
        self.error.setProperty("error", True)
        self.error.setWordWrap(True)
        self.error.hide()
        self.column.addWidget(self.error)
        self.add_buttons(confirm, "Leave it")
        self.line.setFocus()

    def accept(self) -> None:
        """Take the name, or say why it cannot be."""
        name = " ".join(self.line.text().split())
        reason = self._refused(name)
        if reason is not None:
            self.error.setText(f"✕ {reason}")
            self.error.show()
            return
        super().accept()
        self._take(name)
