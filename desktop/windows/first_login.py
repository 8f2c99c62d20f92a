"""Before the desk opens at a real broker: let the trader log in, because today's contract list needs it."""

import asyncio
from collections.abc import Sequence

from desktop.composition.broker_login import login_of, wants_login
from desktop.composition.failures import EXPECTED
from desktop.composition.secrets_place import needs_passphrase
from desktop.presentation.appearance import dress_window
from desktop.presentation.theme import Theme
from desktop.windows.dialog import DeskDialog
from desktop.windows.login_dialog import LoginDialog, OpenPage, open_page
from desktop.windows.passphrase_dialog import PassphraseDialog
from engine.domain.settings.account import Account


async def log_in_first(accounts: Sequence[Account], theme: Theme, open_address: OpenPage = open_page) -> None:
    """Ask for the login of every account that has no session of today, one after the other.

    No window is there yet that could lend them its ``theme``. Whoever leaves a dialog goes on without: opening the desk
    says then what is lacking.
    """
    wanting = [account for account in accounts if account.enabled and wants_login(account.broker)]
    if not wanting:
        return
    if needs_passphrase():
        await _closed(PassphraseDialog(None), theme)
    for account in wanting:
        try:
            login = login_of(account)
            if not login.is_logged_in():
                await _closed(LoginDialog(None, login, open_address), theme)
        except EXPECTED:
            # The engine meets the same trouble when it opens, and there it has a sentence and a window.
            return


async def _closed(dialog: DeskDialog, theme: Theme) -> None:
    dress_window(dialog, theme)
    closed = asyncio.Event()
    dialog.finished.connect(closed.set)
    dialog.open()
    await closed.wait()
