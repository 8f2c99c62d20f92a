"""`legwork accounts waiting|holdings|candles`: what a logged-in account is asked without trading."""

import asyncio
from typing import Annotated, Any

import typer

from desktop.commands.account_login import ask_passphrase
from desktop.commands.leaving import print_json, sentences
from desktop.commands.options import AsJson
from desktop.composition.accounts import account_named
from desktop.composition.broker_questions import Waiting, asking_for, waiting_text
from desktop.composition.failures import MisuseError
from engine.domain.instant import iso_text
from engine.domain.money import plain_text

_Id = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's id.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the group of accounts."""
    app.command("waiting")(waiting)
    app.command("holdings")(holdings)


def waiting(
    account: _Id,
    cancel: Annotated[
        int | None, typer.Option("--cancel", metavar="NUMBER", min=1, help="Cancel the one of this number.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the orders that wait at the broker for a price (GTT), made elsewhere; or cancel one."""
    with sentences(as_json=as_json):
        found = asyncio.run(_waiting(account, cancel))
    if as_json:
        print_json({"ok": True, "account": account, "waiting": [_document(one) for one in found]})
        return
    for one in found:
        typer.echo(waiting_text(one))
    if not found:
        typer.echo(f"Nothing waits for a price in {account}")


def holdings(account: _Id, as_json: AsJson = False) -> None:
    """List the shares in the account; they are shown and never traded here."""
    with sentences(as_json=as_json):
        found = asyncio.run(_holdings(account))
    if as_json:
        rows = [{"symbol": symbol, "quantity": quantity} for symbol, quantity in found]
        print_json({"ok": True, "account": account, "holdings": rows})
        return
    for symbol, quantity in found:
        typer.echo(f"{symbol}: {quantity}")
    if not found:
        typer.echo(f"{account} holds no shares")


async def _waiting(account: str, cancel: int | None) -> tuple[Waiting, ...]:
    declared = account_named(account)
    ask_passphrase()
    async with asking_for(declared) as questions:
        if cancel is not None:
            listed = {one.number for one in await questions.waiting_orders()}
            if cancel not in listed:
                raise MisuseError(f"No order {cancel} waits in {account}; see: legwork accounts waiting {account}")
            await questions.cancel_waiting(cancel)
        return await questions.waiting_orders()


async def _holdings(account: str) -> tuple[tuple[str, int], ...]:
    declared = account_named(account)
    ask_passphrase()
    async with asking_for(declared) as questions:
        return await questions.holdings()


def _document(one: Waiting) -> dict[str, Any]:
    return {
        "number": one.number,
        "instrument": one.instrument,
        "status": one.status,
        "triggers": [plain_text(price) for price in one.triggers],
        "orders": list(one.orders),
        "expires_at": None if one.expires_at is None else iso_text(one.expires_at),
    }
