"""Where this trader's secrets lie: the operating system's keyring, or a file that a passphrase opens."""

import os

from brokers.live_line import Secrets
from brokers.vault import FileVault, KeyringVault
from desktop.composition.failures import FailureError, MisuseError
from desktop.composition.folders import data_folder

PASSPHRASE = "LEGWORK_PASSPHRASE"
"""The variable that opens the file of secrets where nobody can be asked."""

_FILE = "secrets.sealed"


def needs_passphrase() -> bool:
    """Say whether a passphrase has to be given: this machine has no keyring, and the variable does not hold one."""
    return not KeyringVault.is_available() and not os.environ.get(PASSPHRASE)


def is_first_passphrase() -> bool:
    """Say whether nothing is sealed yet, so that the passphrase given now is the one to remember."""
    return not (data_folder() / _FILE).exists()


def remember_passphrase(passphrase: str) -> None:
    """Let this program and the engine's own process open the file of secrets until the program ends.

    Raises BrokerError for a passphrase that does not open it; nothing is remembered then.
    """
    _file(passphrase)
    os.environ[PASSPHRASE] = passphrase


def secrets_place() -> Secrets:
    """Answer the place for secrets. Raises MisuseError where a passphrase is lacking, BrokerError for a wrong one."""
    if KeyringVault.is_available():
        return KeyringVault()
    passphrase = os.environ.get(PASSPHRASE)
    if not passphrase:
        raise MisuseError(
            "This machine has no keyring, so keys and tokens lie in a sealed file: give its passphrase in the window's "
            f"login, or set {PASSPHRASE} before Legwork is started"
        )
    return _file(passphrase)


def _file(passphrase: str) -> FileVault:
    folder = data_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FailureError(f"{folder} cannot be used for secrets: {error.strerror}") from error
    return FileVault(folder / _FILE, passphrase)
