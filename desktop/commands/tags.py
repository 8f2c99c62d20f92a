"""`legwork tags`: list, add, set and remove strategy tags, which say in which accounts a portfolio runs."""

from typing import Annotated, Any

import typer

from desktop.commands.assignments import assigned
from desktop.commands.leaving import print_json, sentences
from desktop.commands.options import AsJson, command_group
from desktop.composition.accounts import change_hierarchy, load_hierarchy
from desktop.composition.failures import MisuseError
from engine.domain.settings.hierarchy import Hierarchy
from engine.domain.settings.strategy_tag import DEFAULT_TAG, StrategyTag
from engine.schema.load import dump

app = command_group("List, add, set and remove strategy tags: the accounts that a portfolio runs in.")

_Name = Annotated[str, typer.Argument(metavar="TAG", help="The tag's name.")]
_Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="[FIELD=VALUE]...", help="Like members=PAPER,A2:2 max_loss=20000 entry_retry.retries=5."),
]


@app.command("list")
def list_tags(as_json: AsJson = False) -> None:
    """Show every strategy tag, its accounts and its limits."""
    with sentences(as_json=as_json):
        hierarchy = load_hierarchy()
    if as_json:
        print_json({"ok": True, "tags": [dump(tag) for tag in hierarchy.tags]})
        return
    for tag in hierarchy.tags:
        typer.echo(_line(tag))


@app.command("add")
def add_tag(name: _Name, words: _Words = None, as_json: AsJson = False) -> None:
    """Add a strategy tag; members=A1,A2:2 names its accounts, each with its multiplier."""

    def change(hierarchy: Hierarchy) -> Hierarchy:
        if hierarchy.tag(name) is not None:
            raise MisuseError(f"There is a tag {name} already; change it with: legwork tags set {name}")
        declared = assigned({"name": name}, words or (), StrategyTag)
        return Hierarchy(accounts=hierarchy.accounts, tags=(*hierarchy.tags, declared))

    _change(change, name, as_json=as_json)


@app.command("set")
def set_tag(name: _Name, words: _Words = None, as_json: AsJson = False) -> None:
    """Change fields of a strategy tag; off switches one off."""

    def change(hierarchy: Hierarchy) -> Hierarchy:
        declared = assigned(dump(_needed(hierarchy, name)), words or (), StrategyTag)
        if declared.name != name:
            raise MisuseError("The name of a tag cannot be changed: portfolios name it")
        tags = tuple(declared if one.name == name else one for one in hierarchy.tags)
        return Hierarchy(accounts=hierarchy.accounts, tags=tags)

    if not words:
        raise typer.BadParameter(f"say what to change, like: legwork tags set {name} max_loss=20000")
    _change(change, name, as_json=as_json)


@app.command("remove")
def remove_tag(name: _Name, as_json: AsJson = False) -> None:
    """Take a strategy tag away; portfolios that name it are not entered any more."""

    def change(hierarchy: Hierarchy) -> Hierarchy:
        _needed(hierarchy, name)
        if name == DEFAULT_TAG:
            raise MisuseError(f"{DEFAULT_TAG} is always there; switch it off with enabled=false")
        return Hierarchy(accounts=hierarchy.accounts, tags=tuple(one for one in hierarchy.tags if one.name != name))

    with sentences(as_json=as_json):
        change_hierarchy(change)
    if as_json:
        print_json({"ok": True, "removed": name})
    else:
        typer.echo(f"{name} is removed")


def _change(change: Any, name: str, *, as_json: bool) -> None:
    with sentences(as_json=as_json):
        declared = _needed(change_hierarchy(change), name)
    if as_json:
        print_json({"ok": True, "tag": dump(declared)})
    else:
        typer.echo(_line(declared))


def _needed(hierarchy: Hierarchy, name: str) -> StrategyTag:
    found = hierarchy.tag(name)
    if found is None:
        raise MisuseError(f"There is no tag {name}; there are {', '.join(one.name for one in hierarchy.tags)}")
    return found


def _line(tag: StrategyTag) -> str:
    members = ", ".join(f"{member.account} ×{member.multiplier}" for member in tag.members)
    parts = [
        f"{tag.name}: {members}",
        "on" if tag.enabled else "off",
        f"max loss {'off' if tag.max_loss is None else f'₹{tag.max_loss:,}'}",
        f"max profit {'off' if tag.max_profit is None else f'₹{tag.max_profit:,}'}",
        f"entries retried {tag.entry_retry.retries} times",
    ]
    return ", ".join(parts)
