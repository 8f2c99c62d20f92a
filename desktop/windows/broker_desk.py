"""The ways to a broker from anywhere in the window: log an account in, and trade at another broker."""

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QWidget

from desktop.composition.broker_login import login_of, wants_login
from desktop.composition.desk_choice import PRACTICE_ZERODHA
from desktop.composition.failures import EXPECTED
from desktop.composition.run_brokers import run_brokers
from desktop.composition.secrets_place import needs_passphrase
from desktop.windows.broker_dialog import BrokerDialog
from desktop.windows.dialog import tell
from desktop.windows.login_dialog import LoginDialog, OpenPage, open_page
from desktop.windows.panel import Desk
from desktop.windows.passphrase_dialog import PassphraseDialog
from engine.domain.instant import Instant
from engine.domain.settings.account import Account
from engine.views.accounts import AccountRow

LoggedIn = Callable[[str], None]
"""Told once the session is kept, with the sentence that says so."""


def log_in_account(parent: QWidget, desk: Desk, row: AccountRow, say: Callable[[str], None]) -> None:
    """Open the login of a running account; the engine goes on with the new session, and it is said."""
    bridge = desk.bridge

    def go_on(sentence: str) -> None:
        bridge.log_in(row.account_id)
        say(f"{sentence}.")

    if not wants_login(row.declared.broker):
        say(f"{row.account_id} trades at the broker {row.declared.broker}, which needs no login.")
    elif desk.broker == PRACTICE_ZERODHA:
        go_on(f"{row.account_id} is logged in anew: a practice server asks nobody")
    else:
        ask_login(parent, row.declared, bridge.now, go_on)


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


class BrokerDesk:
    """Lets the trader log in the accounts of a main window, and trade at another broker.

    ``start_again`` closes everything in order and starts the program at the broker it is given.
    """

    def __init__(
        self, window: QWidget, desk: Desk, say: Callable[[str], None], start_again: Callable[[str], None]
    ) -> None:
        self._window, self._desk = window, desk
        self._say, self._start_again = say, start_again

    def handlers(self) -> Mapping[str, Callable[[], None]]:
        """Return what the declared actions of this desk do."""
        return {"choose_broker": self.choose_broker, "log_in": self.log_in}

    def log_in(self) -> None:
        """Open the login of the account that wants one; where several do, of the first whose orders cannot leave."""
        status = self._desk.bridge.status
        rows = () if status is None else status.accounts
        wanting = sorted((row for row in rows if wants_login(row.declared.broker)), key=lambda row: row.is_connected)
        if wanting:
            self.log_in_account(wanting[0])
        else:
            self._say(
                "No account of this desk needs a login. Zerodha is chosen in the menu Desk, Trade at another broker…"
            )

    def log_in_account(self, row: AccountRow) -> None:
        """Open the login of a running account."""
        log_in_account(self._window, self._desk, row, self._say)

    def choose_broker(self) -> None:
        """Ask where to trade."""
        try:
            brokers = run_brokers()
        except EXPECTED as error:
            tell(self._window, "The accounts cannot be read", str(error))
            return
        open_legs = sum(row.open_legs for row in self._desk.bridge.portfolios.values())
        BrokerDialog(self._window, brokers, self._desk.broker, open_legs, self._start_again).open()
