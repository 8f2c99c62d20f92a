"""Log a broker account in: the app's key, the login page in the browser, and the way back by itself or by hand."""

from collections.abc import Callable

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFormLayout, QLabel, QLineEdit, QPushButton, QWidget

from desktop.composition.broker_login import BrokerLogin, Credentials
from desktop.windows.attempt import Attempt
from desktop.windows.dialog import DeskDialog

OpenPage = Callable[[str], bool]
"""Opens an address in the browser; says whether there was one to open it."""


def open_page(address: str) -> bool:
    """Open an address in the trader's browser."""
    return QDesktopServices.openUrl(QUrl(address))


class LoginDialog(DeskDialog):
    """Asks for what the login needs, waits for the browser, and says what came of it.

    Signals:
        logged_in: The day's session is kept; carries the sentence that says so.

    Attributes:
        api_key, api_secret: The app's; what was kept before is filled in, the secret unseen.
        pasted: The address that the browser was sent to, where it does not come back by itself.
        answer: What is waited for, or what went wrong.
    """

    logged_in = Signal(str)

    def __init__(self, parent: QWidget | None, login: BrokerLogin, open_address: OpenPage = open_page) -> None:
        super().__init__(parent, f"Log in {login.account}")
        self.setObjectName("login_dialog")
        self._login = login
        self._open_address = open_address
        self._attempt = Attempt(self._logged_in, self._say)
        self.add_text(
            "You log in at Zerodha in your own browser; Legwork never sees your password or code. The key and secret "
            "of your Kite Connect app are kept in this machine's keyring, or in a sealed file."
        )
        self.api_key = self._line("API key", "Of your app at developers.kite.trade")
        self.api_secret = self._line("API secret", "Of the same app", hidden=True)
        self.pasted = self._line("Address", "Paste it where the browser does not come back by itself")
        fields = QFormLayout()
        for edit in (self.api_key, self.api_secret, self.pasted):
            fields.addRow(edit.accessibleName(), edit)
        self.column.addLayout(fields)
        self.page = QPushButton("Open the login page", self)
        self.page.setAccessibleName(self.page.text())
        self.page.setAutoDefault(False)
        self.page.clicked.connect(self.open_login_page)
        self.column.addWidget(self.page)
        self.add_text(
            f"The app's redirect address has to be {login.redirect} for the browser to come back by itself.", muted=True
        )
        self.answer: QLabel = self.add_text("")
        self.answer.setAccessibleName("Answer")
        self.answer.hide()
        self.button = self.add_buttons("Log in with the address", "Leave it")
        kept = login.credentials()
        if kept is not None:
            self.api_key.setText(kept.api_key)
            self.api_secret.setText(kept.api_secret)
        self.finished.connect(self._attempt.leave)

    def open_login_page(self) -> None:
        """Open the page in the browser and wait for it to come back; a second click opens it again."""
        credentials = self._credentials()
        if credentials is None:
            return
        address = self._login.address(credentials.api_key)
        if not self._open_address(address):
            self._say(
                f"There is no browser to open {address} with; open it elsewhere and paste the address it ends at."
            )
        else:
            self._say("Waiting for the browser to come back …")
        self._attempt.begin(lambda: self._login.catch(credentials))

    def accept(self) -> None:
        """Log in with the pasted address."""
        credentials = self._credentials()
        if credentials is None:
            return
        if not self.pasted.text().strip():
            self._say("Open the login page first, or paste the address that the browser was sent to.")
            return
        self._say("Logging in …")
        pasted = self.pasted.text()
        self._attempt.begin(lambda: self._login.paste(credentials, pasted))

    def _credentials(self) -> Credentials | None:
        key, secret = self.api_key.text().strip(), self.api_secret.text().strip()
        for edit, text in ((self.api_key, key), (self.api_secret, secret)):
            if not text:
                self._say(f"Fill in the {edit.accessibleName()}: {edit.placeholderText()}.")
                edit.setFocus()
                return None
        return Credentials(key, secret)

    def _logged_in(self, sentence: str) -> None:
        self.logged_in.emit(sentence)
        super().accept()

    def _line(self, name: str, hint: str, *, hidden: bool = False) -> QLineEdit:
        edit = QLineEdit(self)
        edit.setAccessibleName(name)
        edit.setPlaceholderText(hint)
        edit.setMaxLength(2_000)
        if hidden:
            edit.setEchoMode(QLineEdit.EchoMode.Password)
        return edit

    def _say(self, sentence: str) -> None:
        self.answer.setText(sentence)
        self.answer.show()
