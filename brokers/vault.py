"""Where secrets are kept: the operating system's keyring, or a file encrypted with a passphrase where there is none."""

import base64
import os
import tempfile
from pathlib import Path

import keyring
import keyring.errors
import msgspec
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from keyring.backends import fail

from brokers.errors import BrokerError

SERVICE = "legwork"

_COST = 2**15
"""Of the key derivation: about 32 MB and a tenth of a second for every guess of a passphrase."""


class KeyringVault:
    """Secrets in the keyring of the operating system, under the name of the program."""

    @staticmethod
    def is_available() -> bool:
        """Say whether this machine has a keyring that can keep something."""
        return not isinstance(keyring.get_keyring(), fail.Keyring)

    def read(self, name: str) -> str | None:
        """Answer a secret, None where there is none. Raises BrokerError."""
        try:
            return keyring.get_password(SERVICE, name)
        except keyring.errors.KeyringError as error:
            raise BrokerError(_trouble("read", error)) from error

    def write(self, name: str, secret: str) -> None:
        """Keep a secret. Raises BrokerError."""
        try:
            keyring.set_password(SERVICE, name, secret)
        except keyring.errors.KeyringError as error:
            raise BrokerError(_trouble("written", error)) from error

    def forget(self, name: str) -> None:
        """Let go of a secret; nothing happens where there is none. Raises BrokerError."""
        try:
            keyring.delete_password(SERVICE, name)
        except keyring.errors.PasswordDeleteError:
            return  # It was not there.
        except keyring.errors.KeyringError as error:
            raise BrokerError(_trouble("changed", error)) from error


class _VaultFile(msgspec.Struct, frozen=True):
    """The file as it lies on the disk: nothing of it says what is inside."""

    format: int
    salt: str
    sealed: str


class FileVault:
    """Secrets in one file, sealed with a key made from a passphrase (scrypt, then AES with a proof of integrity).

    Raises BrokerError where the file exists and the passphrase does not open it, or the file is damaged.
    """

    def __init__(self, path: Path, passphrase: str) -> None:
        if not passphrase:
            raise BrokerError("The file of secrets needs a passphrase; choose one of several words")
        self._path = path
        kept = self._file()
        self._salt = os.urandom(16) if kept is None else _bytes(kept.salt, path)
        self._seal = Fernet(_key(passphrase, self._salt))
        self._secrets: dict[str, str] = {} if kept is None else self._opened(kept)

    def __repr__(self) -> str:
        return f"FileVault({self._path.name!r})"

    def read(self, name: str) -> str | None:
        """Answer a secret, None where there is none."""
        return self._secrets.get(name)

    def write(self, name: str, secret: str) -> None:
        """Keep a secret. Raises BrokerError where the file cannot be written; nothing has changed then."""
        self._save({**self._secrets, name: secret})

    def forget(self, name: str) -> None:
        """Let go of a secret. Raises BrokerError."""
        if name in self._secrets:
            self._save({kept: secret for kept, secret in self._secrets.items() if kept != name})

    def _file(self) -> _VaultFile | None:
        try:
            found = msgspec.json.decode(self._path.read_bytes(), type=_VaultFile)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise BrokerError(f"The file of secrets {self._path} cannot be read: {error.strerror}") from error
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise BrokerError(_damaged(self._path)) from error
        if found.format != 1:
            raise BrokerError(f"The file of secrets {self._path} was written by a newer version of Legwork")
        return found

    def _opened(self, kept: _VaultFile) -> dict[str, str]:
        try:
            return msgspec.json.decode(self._seal.decrypt(kept.sealed.encode()), type=dict[str, str])
        except InvalidToken as error:
            raise BrokerError(
                f"The passphrase does not open {self._path.name}; try again, or delete the file and log in anew"
            ) from error
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise BrokerError(_damaged(self._path)) from error

    def _save(self, secrets: dict[str, str]) -> None:
        sealed = self._seal.encrypt(msgspec.json.encode(secrets)).decode()
        content = msgspec.json.encode(_VaultFile(1, base64.b64encode(self._salt).decode(), sealed))
        try:
            # mkstemp makes a file that only its owner can read, before anything is in it.
            handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}")
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._path)
        except OSError as error:
            raise BrokerError(f"The secrets cannot be kept in {self._path}: {error.strerror}") from error
        self._secrets = secrets


def _key(passphrase: str, salt: bytes) -> bytes:
    derived = Scrypt(salt=salt, length=32, n=_COST, r=8, p=1).derive(passphrase.encode())
    return base64.urlsafe_b64encode(derived)


def _bytes(text: str, path: Path) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise BrokerError(_damaged(path)) from error


def _damaged(path: Path) -> str:
    return f"The file of secrets {path} is damaged; delete it and log in anew"


def _trouble(what: str, error: keyring.errors.KeyringError) -> str:
    # The error of a keyring may quote what it was given, so only its kind is told.
    return f"The keyring of this computer cannot be {what} ({type(error).__name__}); unlock it, or use a passphrase"
