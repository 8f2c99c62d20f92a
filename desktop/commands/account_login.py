"""`legwork accounts login|logout|connection`: the way to a broker that wants a login, without the window."""

import asyncio
import os
import sys
import webbrowser
from typing import Annotated

import typer

from desktop.commands.assignments import assigned
from desktop.commands.leaving import print_json, sentences
from desktop.commands.options import AsJson
from desktop.composition.accounts import account_named
from desktop.composition.broker_login import PATIENCE, BrokerLogin, Credentials, login_of
from desktop.composition.broker_settings import broker_settings
from desktop.composition.failures import MisuseError
from desktop.composition.secrets_place import is_first_passphrase, needs_passphrase, remember_passphrase
from engine.schema.load import dump

_Id = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's id.")]

_SECRET = "LEGWORK_API_SECRET"
"""The variable that holds the app's secret where nobody can be asked: a command line is seen by others."""


def register(app: typer.Typer) -> None:
    """Add the commands to the group of accounts."""
    app.command("login")(login)
    app.command("logout")(logout)
    app.command("connection")(connection)


def login(
    account: _Id,
    api_key: Annotated[
        str | None, typer.Option("--api-key", metavar="KEY", help="The app's key; without it the one kept, or asked.")
    ] = None,
    token: Annotated[
        str | None,
        typer.Option("--token", metavar="TEXT", help="The address that the browser was sent to, or the token in it."),
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the login page, or only print its address.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Log an account in for the day: in the browser, or with the address that it was sent to.

    The app's secret is asked for and kept with the token in the keyring, or in a file that a passphrase opens.
    LEGWORK_API_SECRET and LEGWORK_PASSPHRASE give them where nobody can be asked.
    """
    with sentences(as_json=as_json):
        asked = _login(account)
        credentials = _credentials(asked, api_key)
        if token is not None:
            said = asyncio.run(asked.paste(credentials, token))
        else:
            said = _by_browser(asked, credentials, opens=browser)
    _say(said, as_json=as_json)


def logout(account: _Id, as_json: AsJson = False) -> None:
    """End an account's session at its broker, and forget its token."""
    with sentences(as_json=as_json):
        said = asyncio.run(_login(account).log_out())
    _say(said, as_json=as_json)


def connection(
    account: _Id,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FIELD=VALUE]...", help="Like redirect_port=5800 market_protection=2."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show how an account's broker is reached, or change it: addresses, waits, limits."""
    with sentences(as_json=as_json):
        declared = account_named(account)
        file = broker_settings(declared)
        settings = file.load()
        if words:
            settings = assigned(dump(settings), words, file.declaration)
            file.save(settings)
    plain = dump(settings)
    if as_json:
        print_json({"ok": True, "account": account, "connection": plain})
        return
    for name, value in plain.items():
        typer.echo(f"{name} = {'off' if value is None else value}")


def _login(account: str) -> BrokerLogin:
    declared = account_named(account)
    ask_passphrase()
    return login_of(declared)


def ask_passphrase() -> None:
    """Ask for the passphrase of the secrets where there is none yet and somebody to ask. Raises BrokerError."""
    if needs_passphrase() and sys.stdin.isatty():
        remember_passphrase(
            typer.prompt(
                "Passphrase of the file of secrets", hide_input=True, confirmation_prompt=is_first_passphrase()
            )
        )


def _credentials(asked: BrokerLogin, api_key: str | None) -> Credentials:
    kept = asked.credentials()
    if kept is not None and api_key in (None, kept.api_key) and _SECRET not in os.environ:
        return kept
    key = api_key or (kept.api_key if kept is not None else None) or _asked("The app's API key", "--api-key")
    secret = os.environ.get(_SECRET) or _asked("The app's API secret", _SECRET, hidden=True)
    return Credentials(key.strip(), secret.strip())


def _asked(what: str, otherwise: str, *, hidden: bool = False) -> str:
    if not sys.stdin.isatty():
        raise MisuseError(f"{what} is not known yet; give it with {otherwise}")
    return str(typer.prompt(what, hide_input=hidden))


def _by_browser(asked: BrokerLogin, credentials: Credentials, *, opens: bool) -> str:
    address = asked.address(credentials.api_key)
    typer.echo(f"Log in at {address}", err=True)
    typer.echo(f"Waiting {PATIENCE // 60} minutes for the browser to come back to {asked.redirect}", err=True)
    if opens:
        webbrowser.open(address)
    return asyncio.run(asked.catch(credentials))


def _say(sentence: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"ok": True, "said": sentence})
    else:
        typer.echo(sentence)
