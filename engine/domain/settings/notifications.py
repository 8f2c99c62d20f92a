"""Notifications: where alerts are sent, and the settings file of it."""

from collections.abc import Iterator
from datetime import time
from typing import Annotated

import tomli_w

from engine.domain.alert import EVERY_CLASS, AlertClass
from engine.schema.declared import Declared, FieldError
from engine.schema.documents import DocumentError, document_from_toml
from engine.schema.field import ask
from engine.schema.load import DeclarationError, dump, load
from engine.schema.migrate import DocumentVersionError, Step, migrate

STEPS: tuple[Step, ...] = ()
"""What turns each older version of the file into the next one."""

VERSION = len(STEPS) + 1


class QuietHours(Declared, frozen=True, kw_only=True):
    """Quiet hours."""

    begin: Annotated[time, ask("From", "From this time of day on nothing is sent, however urgent.")] = time(23, 0)
    end: Annotated[time, ask("Until", "From here on alerts are sent again; it may lie on the next day.")] = time(7, 0)

    def check(self) -> Iterator[FieldError]:
        """Refuse hours that never are."""
        if self.begin == self.end:
            yield FieldError("end", f"Until must differ from From ({self.begin}); to send nothing, remove the channel")

    def hold(self, at: time) -> bool:
        """Say whether a time of day lies in them; their end does not."""
        if self.begin < self.end:
            return self.begin <= at < self.end
        return at >= self.begin or at < self.end


class Channel(Declared, frozen=True, kw_only=True):
    """Where alerts are sent."""

    takes: Annotated[
        tuple[AlertClass, ...],
        ask("Alerts", "Which alerts it takes; kill switch, limits of the day and journal always come."),
    ] = EVERY_CLASS
    quiet: Annotated[QuietHours | None, ask("Quiet hours", "Times of day at which it takes none.")] = None

    def wants(self, about: AlertClass | None, at: time) -> bool:
        """Say whether it takes an alert at a time of day; None is about the account or the engine itself."""
        return (about is None or about in self.takes) and not (self.quiet is not None and self.quiet.hold(at))


class Popup(Channel, frozen=True, kw_only=True, tag="popup"):
    """Popup in the window."""


class Sound(Channel, frozen=True, kw_only=True, tag="sound"):
    """Sound of the window."""


class Service(Channel, frozen=True, kw_only=True, tag="service"):
    """Messenger, mail or webhook.

    Whatever Apprise knows: Telegram, e-mail, webhooks and some hundred others, each by a URL.
    """

    url: Annotated[
        str,
        ask(
            "URL",
            "Apprise's address of the service with its secrets, like tgram://token/chat or json://host/path. It is "
            "kept in your own folder and never shown whole elsewhere.",
            ge=1,
            le=2_000,
            pattern=r"[A-Za-z][A-Za-z0-9+.-]*://\S+",
            pattern_says="URL must begin with a service and ://, like tgram://token/chat or mailto://user:word@host",
        ),
    ]
    name: Annotated[str, ask("Name", "What messages call it.", le=40)] = ""

    @property
    def label(self) -> str:
        """What it may be called in messages: its name and the kind of service, nothing of its secrets."""
        kind = masked(self.url)
        return f"{self.name} ({kind})" if self.name else kind

    def __repr__(self) -> str:
        return f"Service({self.label})"

    __str__ = __repr__


AnyChannel = Popup | Sound | Service
"""Every kind of channel."""


class Notifications(Declared, frozen=True, kw_only=True):
    """Notifications."""

    channels: Annotated[
        tuple[Popup | Sound | Service, ...], ask("Channels", "Where alerts are sent; each takes its own.", le=50)
    ] = (Popup(),)

    def wanted(self, kind: type[Popup] | type[Sound], about: AlertClass | None, at: time) -> bool:
        """Say whether some channel of a kind takes an alert at a time of day."""
        return any(isinstance(one, kind) and one.wants(about, at) for one in self.channels)

    def services(self) -> tuple[Service, ...]:
        """Answer the channels outside the window."""
        return tuple(one for one in self.channels if isinstance(one, Service))


NOBODY = Notifications(channels=())
"""Nothing is told anywhere."""


def masked(url: str) -> str:
    """Answer a URL without anything that could be a secret: tokens stand anywhere behind the scheme."""
    return f"{url.partition('://')[0].lower()}://…"


def notifications_from_toml(text: str) -> Notifications:
    """Answer what a settings file says. Raises DocumentError with every wrong field; no message holds a URL."""
    try:
        return load(migrate(document_from_toml(text), STEPS), Notifications)
    except DocumentVersionError as error:
        raise DocumentError([FieldError("schema", str(error))]) from error
    except DeclarationError as error:
        raise DocumentError(error.errors) from error


def notifications_to_toml(notifications: Notifications) -> str:
    """Answer the settings file that notifications_from_toml gives back."""
    return tomli_w.dumps({"schema": VERSION, **dump(notifications)})
