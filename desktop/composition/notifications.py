"""Where alerts are sent: the trader's settings file, and how one message reaches a service."""

import logging
import re
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

from desktop.composition.failures import FailureError, MisuseError
from desktop.composition.folders import data_folder
from desktop.composition.whole_file import write_whole
from engine.domain.settings.notifications import (
    Notifications,
    Service,
    notifications_from_toml,
    notifications_to_toml,
)
from engine.schema.documents import DocumentError

_WAY_OUT = "Nothing was changed. Correct it, or move it away to be told by popups alone"
_SHORTEST_SECRET = 3
_MOST_WORDS = 200


def notifications_file() -> Path:
    """Answer where the settings of notifications lie, there or not."""
    return data_folder() / "notifications.toml"


def load_notifications(path: Path | None = None) -> Notifications:
    """Answer where the trader wants alerts; popups alone where nothing is set.

    Raises FailureError where the file cannot be read, MisuseError with every wrong field.
    """
    place = path or notifications_file()
    try:
        text = place.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Notifications()
    except UnicodeDecodeError as error:
        raise MisuseError(f"The notifications file {place} is not text in UTF-8. {_WAY_OUT}") from error
    except OSError as error:
        raise FailureError(f"The notifications file {place} cannot be read: {error.strerror}") from error
    try:
        return notifications_from_toml(text)
    except DocumentError as error:
        raise MisuseError(f"The notifications file {place} cannot be used: {error}\n{_WAY_OUT}") from error


def save_notifications(notifications: Notifications, path: Path | None = None) -> None:
    """Write the settings file in one piece, readable by its owner alone; the file before lies beside it as ``.bak``.

    Raises MisuseError for a URL that no service has, FailureError where the disk refuses.
    """
    for service in notifications.services():
        need_service(service)
    place = path or notifications_file()
    try:
        write_whole(place, notifications_to_toml(notifications), keeps_old=True, owner_only=True)
    except OSError as error:
        raise FailureError(f"The notifications file {place} cannot be written: {error.strerror}") from error


def need_service(service: Service) -> None:
    """Raise MisuseError where Apprise does not understand a service's URL."""
    from apprise import Apprise

    _ear()
    if Apprise.instantiate(service.url) is None:
        raise MisuseError(
            f"No service takes the URL {service.label}: its scheme is unknown or a part is missing. "
            "Each service's form is at https://appriseit.com/services/"
        )


def prepare(notifications: Notifications, trouble: Callable[[str], None]) -> None:
    """Load what sending needs, a second or two of work, and say which services are not understood."""
    for service in notifications.services():
        try:
            need_service(service)
        except MisuseError as error:
            trouble(str(error))


def deliver(service: Service, title: str, body: str) -> str | None:
    """Send one message and wait for the service's answer, some seconds at most.

    Answers None when it was taken, else why not, without anything of the URL.
    """
    from apprise import Apprise

    ear = _ear()
    ear.forget()
    target = Apprise.instantiate(service.url)
    if target is None:
        return "its URL is not understood"
    if target.notify(body=body, title=title):
        return None
    return without_secrets(ear.heard(), service.url) or "the service did not take it"


def without_secrets(words: str, url: str) -> str:
    """Answer words with everything taken out that stands in a URL behind its scheme."""
    rest = unquote(url.partition("://")[2])
    parts = {part for part in re.split(r"[^A-Za-z0-9_-]+", rest) if len(part) >= _SHORTEST_SECRET}
    for part in sorted(parts, key=len, reverse=True):
        words = words.replace(part, "…")
    return words[:_MOST_WORDS]


class _Ear(logging.Handler):
    """Keeps what Apprise last complained of on each thread, and off the terminal: its words may hold secrets."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._own = threading.local()

    def emit(self, record: logging.LogRecord) -> None:
        self._own.words = record.getMessage()

    def forget(self) -> None:
        self._own.words = ""

    def heard(self) -> str:
        words: str = getattr(self._own, "words", "")
        return words


_EAR = _Ear()


def _ear() -> _Ear:
    logger = logging.getLogger("apprise")
    if _EAR not in logger.handlers:
        logger.addHandler(_EAR)
        logger.propagate = False
    return _EAR
