"""`legwork notifications`: where alerts are sent; list, add, remove and test."""

from datetime import time
from typing import Annotated, Any

import typer

from desktop.commands.leaving import FAILURE, print_json, sentences
from desktop.commands.options import AsJson, command_group
from desktop.composition.failures import MisuseError
from desktop.composition.notifications import load_notifications, save_notifications
from desktop.composition.notifier import send_test
from engine.domain.alert import EVERY_CLASS, AlertClass, class_of
from engine.domain.settings.notifications import (
    AnyChannel,
    Notifications,
    Popup,
    QuietHours,
    Service,
    Sound,
    notifications_from_toml,
    notifications_to_toml,
)
from engine.schema.documents import DocumentError

app = command_group("Where alerts are sent. An open window takes changes when it is opened the next time.")

_WINDOW: dict[str, type[Popup] | type[Sound]] = {"popup": Popup, "sound": Sound}
_CLASSES = ", ".join(one.name.lower() for one in AlertClass)


@app.command("list")
def list_channels(as_json: AsJson = False) -> None:
    """Show every channel by its number; URLs are not shown, they hold secrets."""
    with sentences(as_json=as_json):
        found = load_notifications()
    _show(found, as_json=as_json)


@app.command("add")
def add_channel(
    url: Annotated[
        str,
        typer.Argument(metavar="URL", help="popup, sound, or Apprise's URL of a service, like tgram://token/chat."),
    ],
    classes: Annotated[
        str | None, typer.Option("--for", metavar="CLASS,...", help=f"Of {_CLASSES}; all without it.")
    ] = None,
    quiet: Annotated[
        str | None, typer.Option("--quiet", metavar="HH:MM-HH:MM", help="Hours in which it takes nothing.")
    ] = None,
    name: Annotated[str, typer.Option("--name", help="What messages call the service.")] = "",
    as_json: AsJson = False,
) -> None:
    """Add a channel. What stands in a terminal stays in its history: the window's settings take URLs as well."""
    with sentences(as_json=as_json):
        channel = _channel(url, _classes(classes), _quiet(quiet), name)
        found = _checked(Notifications(channels=(*load_notifications().channels, channel)))
        save_notifications(found)
    _show(found, as_json=as_json)


@app.command("remove")
def remove_channel(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="Its number in the list.")],
    as_json: AsJson = False,
) -> None:
    """Take a channel away."""
    with sentences(as_json=as_json):
        channels = load_notifications().channels
        if not 1 <= number <= len(channels):
            there = f"there are 1 to {len(channels)}" if channels else "there is none"
            raise MisuseError(f"There is no channel {number}; {there}: legwork notifications list")
        found = Notifications(channels=(*channels[: number - 1], *channels[number:]))
        save_notifications(found)
    _show(found, as_json=as_json)


@app.command("test")
def send_a_test(as_json: AsJson = False) -> None:
    """Send a test to every service; leaves with status 1 when one did not take it."""
    with sentences(as_json=as_json):
        found = load_notifications()
        if not found.services():
            raise MisuseError("There is no service to test; add one with: legwork notifications add URL")
        answers = send_test(found)
    failed = any(why is not None for _, why in answers)
    if as_json:
        rows = [{"service": label, "taken": why is None, "why": why or ""} for label, why in answers]
        print_json({"ok": not failed, "services": rows})
    else:
        for label, why in answers:
            typer.echo(f"{label}: {'taken' if why is None else f'not taken: {why}'}")
    if failed:
        raise typer.Exit(FAILURE)


def _channel(url: str, takes: tuple[AlertClass, ...], quiet: QuietHours | None, name: str) -> AnyChannel:
    kind = _WINDOW.get(url.strip().lower())
    if kind is None:
        return Service(url=url.strip(), takes=takes, quiet=quiet, name=name)
    if name:
        raise MisuseError(f"{url} has no name; --name is for services")
    return kind(takes=takes, quiet=quiet)


def _checked(notifications: Notifications) -> Notifications:
    """Answer notifications whose every rule was checked. Raises MisuseError with every wrong field."""
    try:
        return notifications_from_toml(notifications_to_toml(notifications))
    except DocumentError as error:
        raise MisuseError(str(error)) from error


def _classes(words: str | None) -> tuple[AlertClass, ...]:
    if words is None:
        return EVERY_CLASS
    found = {word: class_of(word) for word in words.split(",") if word.strip()}
    unknown = [word.strip() for word, one in found.items() if one is None]
    if unknown or not found:
        raise MisuseError(f"There is no kind of alert {', '.join(unknown) or repr(words)}; there are {_CLASSES}")
    return tuple(one for one in AlertClass if one in found.values())


def _quiet(words: str | None) -> QuietHours | None:
    if words is None:
        return None
    begin, _, end = words.partition("-")
    try:
        return QuietHours(begin=time.fromisoformat(begin.strip()), end=time.fromisoformat(end.strip()))
    except ValueError:
        raise MisuseError(f"{words!r} are no hours; write them like 23:00-07:00") from None


def _show(found: Notifications, *, as_json: bool) -> None:
    if as_json:
        rows = [_document(number, one) for number, one in enumerate(found.channels, 1)]
        print_json({"ok": True, "channels": rows})
        return
    if not found.channels:
        typer.echo("Alerts are sent nowhere, not even into the window")
    for number, one in enumerate(found.channels, 1):
        hours = f", quiet {one.quiet.begin:%H:%M} to {one.quiet.end:%H:%M}" if one.quiet else ""
        typer.echo(f"{number}. {_label(one)}: {_words(one)}{hours}")


def _words(channel: AnyChannel) -> str:
    if set(channel.takes) == set(EVERY_CLASS):
        return "every alert"
    return ", ".join(one.name.lower() for one in channel.takes) or "the account's alerts alone"


def _label(channel: AnyChannel) -> str:
    return channel.label if isinstance(channel, Service) else type(channel).__name__.lower()


def _document(number: int, channel: AnyChannel) -> dict[str, Any]:
    quiet = channel.quiet
    return {
        "number": number,
        "channel": _label(channel),
        "takes": [one.name.lower() for one in channel.takes],
        "quiet": None if quiet is None else [f"{quiet.begin:%H:%M}", f"{quiet.end:%H:%M}"],
    }
