"""`legwork accounts`: list, add, set and remove the broker accounts of the workstation."""

from typing import Annotated, Any

import typer

from desktop.commands.assignments import assigned
from desktop.commands.leaving import print_json, sentences
from desktop.composition.accounts import PAPER, change_hierarchy, load_hierarchy
from desktop.composition.failures import MisuseError
from engine.domain.settings.account import Account
from engine.domain.settings.hierarchy import Hierarchy
from engine.schema.load import dump

app = typer.Typer(
    help="List, add, set and remove accounts. A new one trades when legwork is started the next time.",
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
)

_Id = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's id.")]
_Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="[FIELD=VALUE]...", help="Like alias=Mine multiplier=2 limits.daily_loss=20000."),
]
_Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, nothing else.")]


@app.command("list")
def list_accounts(as_json: _Json = False) -> None:
    """Show every account and what it may do."""
    with sentences(as_json=as_json):
        hierarchy = load_hierarchy()
    if as_json:
        print_json({"ok": True, "accounts": [_document(hierarchy, account) for account in hierarchy.accounts]})
        return
    for account in hierarchy.accounts:
        typer.echo(_line(hierarchy, account))


@app.command("add")
def add_account(account: _Id, words: _Words = None, as_json: _Json = False) -> None:
    """Add an account."""

    def change(hierarchy: Hierarchy) -> Hierarchy:
        if hierarchy.account(account) is not None:
            raise MisuseError(f"There is an account {account} already; change it with: legwork accounts set {account}")
        declared = assigned({"id": account}, words or (), Account)
        return Hierarchy(accounts=(*hierarchy.accounts, declared), tags=hierarchy.tags)

    _change(change, account, as_json=as_json)


@app.command("set")
def set_account(account: _Id, words: _Words = None, as_json: _Json = False) -> None:
    """Change fields of an account; off switches one off."""

    def change(hierarchy: Hierarchy) -> Hierarchy:
        declared = assigned(dump(_needed(hierarchy, account)), words or (), Account)
        if declared.id != account:
            raise MisuseError("The id of an account cannot be changed: journals name it")
        accounts = tuple(declared if one.id == account else one for one in hierarchy.accounts)
        return Hierarchy(accounts=accounts, tags=hierarchy.tags)

    if not words:
        raise _nothing_given(account)
    _change(change, account, as_json=as_json)


@app.command("remove")
def remove_account(account: _Id, as_json: _Json = False) -> None:
    """Take an account away; what it holds stays at its broker, and the journal keeps what it did."""

    def change(hierarchy: Hierarchy) -> Hierarchy:
        _needed(hierarchy, account)
        tags = hierarchy.tags_of(account)
        if account == PAPER:
            raise MisuseError(f"{PAPER} is the default account and always there; switch it off with enabled=false")
        if tags:
            raise MisuseError(f"{account} belongs to the tags {', '.join(tags)}; take it out of them first")
        return Hierarchy(accounts=tuple(one for one in hierarchy.accounts if one.id != account), tags=hierarchy.tags)

    with sentences(as_json=as_json):
        change_hierarchy(change)
    if as_json:
        print_json({"ok": True, "removed": account})
    else:
        typer.echo(f"{account} is removed")


def _change(change: Any, account: str, *, as_json: bool) -> None:
    with sentences(as_json=as_json):
        hierarchy = change_hierarchy(change)
        declared = _needed(hierarchy, account)
    if as_json:
        print_json({"ok": True, "account": _document(hierarchy, declared)})
    else:
        typer.echo(_line(hierarchy, declared))


def _needed(hierarchy: Hierarchy, account: str) -> Account:
    found = hierarchy.account(account)
    if found is None:
        known = ", ".join(one.id for one in hierarchy.accounts)
        raise MisuseError(f"There is no account {account}; there are {known}")
    return found


def _nothing_given(account: str) -> typer.BadParameter:
    return typer.BadParameter(f"say what to change, like: legwork accounts set {account} multiplier=2")


def _document(hierarchy: Hierarchy, account: Account) -> dict[str, Any]:
    return {**dump(account), "tags": list(hierarchy.tags_of(account.id))}


def _line(hierarchy: Hierarchy, account: Account) -> str:
    loss = account.limits.daily_loss
    parts = [
        f"{account.id}{f' ({account.alias})' if account.alias else ''}: {account.broker}",
        "on" if account.enabled else "off",
        f"×{account.multiplier}",
        f"max loss {'off' if loss is None else f'₹{loss:,}'}",
        f"max profit {'off' if account.max_profit is None else f'₹{account.max_profit:,}'}",
        f"square-off {'off' if account.square_off is None else f'{account.square_off:%H:%M}'}",
        f"tags {', '.join(hierarchy.tags_of(account.id)) or 'none'}",
    ]
    return ", ".join(parts)
