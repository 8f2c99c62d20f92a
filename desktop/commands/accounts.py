"""`legwork accounts`: list, add, set and remove the broker accounts of the workstation."""

from typing import Annotated, Any

import typer

from desktop.commands.assignments import assigned
from desktop.commands.leaving import print_json, sentences
from desktop.commands.options import AsJson, command_group
from desktop.composition.accounts import PAPER, change_hierarchy, load_hierarchy
from desktop.composition.failures import MisuseError
from desktop.composition.folders import default_journal
from desktop.composition.paper_funds import ClosedFunds, closed_funds
from engine.domain.identifiers import AccountId
from engine.domain.instant import iso_text
from engine.domain.money import exact_units, rupees
from engine.domain.settings.account import Account
from engine.domain.settings.hierarchy import Hierarchy
from engine.schema.load import dump
from engine.views.amounts import rupees_text

app = command_group("List, add, set and remove accounts. A new one trades when legwork is started the next time.")

_Id = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's id.")]
_Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="[FIELD=VALUE]...", help="Like alias=Mine multiplier=2 limits.daily_loss=20000."),
]


@app.command("list")
def list_accounts(
    as_json: AsJson = False,
    journal: Annotated[
        str | None, typer.Option("--journal", metavar="ADDRESS", help="The journal beside which paper money is kept.")
    ] = None,
) -> None:
    """Show every account, what it may do, and its funds when it was last closed."""
    with sentences(as_json=as_json):
        hierarchy = load_hierarchy()
        address = str(default_journal()) if journal is None else journal
        funds = {account.id: closed_funds(address, AccountId(account.id)) for account in hierarchy.accounts}
    if as_json:
        documents = [
            {**_document(hierarchy, account), "funds": _funds_document(funds[account.id])}
            for account in hierarchy.accounts
        ]
        print_json({"ok": True, "accounts": documents})
        return
    for account in hierarchy.accounts:
        typer.echo(_line(hierarchy, account))
        typer.echo(f"  {_funds_line(account, funds[account.id])}")


@app.command("add")
def add_account(account: _Id, words: _Words = None, as_json: AsJson = False) -> None:
    """Add an account."""

    def change(hierarchy: Hierarchy) -> Hierarchy:
        if hierarchy.account(account) is not None:
            raise MisuseError(f"There is an account {account} already; change it with: legwork accounts set {account}")
        declared = assigned({"id": account}, words or (), Account)
        return Hierarchy(accounts=(*hierarchy.accounts, declared), tags=hierarchy.tags)

    _change(change, account, as_json=as_json)


@app.command("set")
def set_account(account: _Id, words: _Words = None, as_json: AsJson = False) -> None:
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
def remove_account(account: _Id, as_json: AsJson = False) -> None:
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


def _funds_document(funds: ClosedFunds | None) -> dict[str, Any] | None:
    if funds is None:
        return None
    amounts = {"available": funds.available, "utilised": funds.utilised, "charges": funds.charges}
    return {"at": iso_text(funds.at), **{name: str(rupees(amount)) for name, amount in amounts.items()}}


def _funds_line(account: Account, funds: ClosedFunds | None) -> str:
    start = f"starting cash {rupees_text(exact_units(account.starting_cash))}"
    if funds is None:
        return f"{start}; it trades now, or never did: the Accounts window shows its funds"
    return (
        f"{start}; when closed at {iso_text(funds.at)} available {rupees_text(funds.available)}, utilised "
        f"{rupees_text(funds.utilised)}, charges {rupees_text(funds.charges)}"
    )


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
