"""Ask for the passphrase of the file of secrets, where the machine has no keyring."""

from PySide6.QtWidgets import QFormLayout, QLineEdit, QWidget

from desktop.composition.failures import EXPECTED
from desktop.composition.secrets_place import is_first_passphrase, remember_passphrase
from desktop.windows.dialog import DeskDialog


class PassphraseDialog(DeskDialog):
    """Accepted once the passphrase opens the file of secrets, or seals a new one.

    Attributes:
        passphrase, again: What is typed; ``again`` is hidden where the file exists already.
    """

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent, "Passphrase of the secrets")
        self.setObjectName("passphrase_dialog")
        self._is_first = is_first_passphrase()
        self.add_text(
            "This machine has no keyring, so the broker's key and token lie in a file sealed with a passphrase. "
            + (
                "Choose one of several words now; nobody can find it again for you."
                if self._is_first
                else "It is asked once after each start."
            )
        )
        self.passphrase = self._line("Passphrase")
        self.again = self._line("The same again")
        fields = QFormLayout()
        fields.addRow("Passphrase", self.passphrase)
        if self._is_first:
            fields.addRow("The same again", self.again)
        else:
            self.again.hide()
        self.column.addLayout(fields)
        self._error = self.add_text("")
        self._error.setProperty("error", True)
        self._error.hide()
        self.add_buttons("Go on", "Leave it")

    def accept(self) -> None:
        """Take the passphrase if it opens the file."""
        if self._is_first and self.passphrase.text() != self.again.text():
            self._say("The two are not the same; type them again")
            return
        try:
            remember_passphrase(self.passphrase.text())
        except EXPECTED as error:
            self._say(str(error))
            return
        super().accept()

    def _line(self, name: str) -> QLineEdit:
        edit = QLineEdit(self)
        edit.setAccessibleName(name)
        edit.setEchoMode(QLineEdit.EchoMode.Password)
        edit.setMaxLength(1_000)
        return edit

    def _say(self, sentence: str) -> None:
        self._error.setText(f"✕ {sentence}")
        self._error.show()
