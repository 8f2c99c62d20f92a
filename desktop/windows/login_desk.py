"""Open an account's login from anywhere in the window, the passphrase first where there is no keyring."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from desktop.composition.broker_login import login_of
from desktop.composition.failures import EXPECTED
from desktop.composition.secrets_place import needs_passphrase
from desktop.windows.dialog import tell
from desktop.windows.login_dialog import LoginDialog, OpenPage, open_page
from desktop.windows.passphrase_dialog import PassphraseDialog
from engine.domain.instant import Instant
from engine.domain.settings.account import Account

LoggedIn = Callable[[str], None]
"""Told once the session is kept, with the sentence that says so."""


def ask_login(
    parent: QWidget,
    account: Account,
    now: Callable[[], Instant],
    when_logged_in: LoggedIn,
    open_address: OpenPage = open_page,
) -> None:
    """Open the login of an account; what keeps it from opening is told in a dialog."""

    def begin() -> None:
        try:
            dialog = LoginDialog(parent, login_of(account, now=now), open_address)
        except EXPECTED as error:
            tell(parent, f"{account.id} cannot be logged in", str(error))
            return
        dialog.logged_in.connect(when_logged_in)
        dialog.open()

    if not needs_passphrase():
        begin()
        return
    passphrase = PassphraseDialog(parent)
    passphrase.accepted.connect(begin)
    passphrase.open()
