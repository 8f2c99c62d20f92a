"""`legwork defaults`: what new portfolios begin with; show it, change it, put it back."""

from typing import Annotated

import typer

from desktop.commands.leaving import print_json, sentences
from desktop.composition.failures import MisuseError
from desktop.composition.own_settings import NEW_PORTFOLIOS
from engine.domain.multileg.portfolio_defaults import PortfolioDefaults
from engine.schema.describe import describe
from engine.schema.diff import shown
from engine.schema.load import DeclarationError, dump, load


def defaults(
    changes: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FIELD=VALUE...]", help="Like product=NRML or square_off=15:10; see legwork help defaults."
        ),
    ] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Begin with the defaults as they come.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document on standard output, nothing else.")
    ] = False,
) -> None:
    """Show what new portfolios begin with, or change it; an open window takes changes when it is opened next."""
    with sentences(as_json=as_json):
        found = PortfolioDefaults() if reset else NEW_PORTFOLIOS.load()
        if changes or reset:
            found = _with(found, changes or [])
            NEW_PORTFOLIOS.save(found)
    if as_json:
        print_json({"ok": True, "defaults": dump(found)})
        return
    for spec in describe(PortfolioDefaults):
        typer.echo(f"{spec.name:<16}{shown(getattr(found, spec.name), spec):<24}{spec.ask.title}")


def _with(before: PortfolioDefaults, changes: list[str]) -> PortfolioDefaults:
    """Answer the defaults with some changed. Raises MisuseError with every wrong one."""
    known = [spec.name for spec in describe(PortfolioDefaults)]
    given: dict[str, str] = {}
    for change in changes:
        name, is_given, value = change.partition("=")
        if not is_given or name not in known:
            raise MisuseError(f"{change!r} is no change: write FIELD=VALUE, with one of the fields {', '.join(known)}")
        given[name] = value
    try:
        return load({**dump(before), **given}, PortfolioDefaults)
    except DeclarationError as error:
        raise MisuseError(f"Nothing was changed: {error}") from error
