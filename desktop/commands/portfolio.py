"""`legwork portfolio`: check portfolio files, start them from templates, and exchange their legs as text."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from desktop.commands import portfolio_legs
from desktop.commands.contracts import parsed_date
from desktop.commands.leaving import FAILURE, print_json, sentences
from desktop.commands.options import AsJson, command_group
from desktop.commands.portfolio_check import check_files, lines_of
from desktop.commands.portfolio_reading import (
    read_expiry,
    shipped_templates,
    template_of,
    underlying_rule,
    write_portfolio,
)
from desktop.composition.failures import MisuseError
from desktop.composition.own_settings import NEW_PORTFOLIOS
from engine.domain.multileg.adapting import Adjustment, MarketView, adapted, market_view
from engine.domain.multileg.expiry import ExpiryRule, mapped
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.portfolio_defaults import begun
from engine.domain.multileg.templates import Template
from engine.schema.declared import replace

app = command_group("Check portfolio files, start them from templates, and exchange their legs as text.")
portfolio_legs.register(app)


@app.command("check")
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Portfolios or templates in TOML.")],
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="Like 2026-08-18; today without it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Name everything that is wrong with portfolio files; the status is 1 where something is, and 0 otherwise."""
    with sentences(as_json=as_json):
        found = check_files(files, parsed_date(on) if on else None)
    ok = not any(one["errors"] for one in found)
    if as_json:
        print_json({"ok": ok, "files": found})
    else:
        typer.echo("\n".join(line for one in found for line in lines_of(one)))
    if not ok:
        wrong = sum(bool(one["errors"]) for one in found)
        typer.echo(f"{wrong} of {len(found)} portfolios cannot start", err=True)
        raise typer.Exit(FAILURE)


@app.command("templates")
def templates(
    view: Annotated[
        str | None,
        typer.Option("--view", metavar="VIEW", help="Only those whose market view has this word, like bull."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the predefined structures and the ready-to-run presets, by market view."""
    with sentences(as_json=as_json):
        listed = _listed(shipped_templates(), view)
    if as_json:
        print_json({"ok": True, "templates": [_facts_of(one) for group in listed.values() for one in group]})
        return
    for heading, group in listed.items():
        typer.echo(f"{heading.value}")
        for one in group:
            typer.echo(f"  {one.id:<26}{one.name:<56}{one.risk.label:<10}{one.risk.tails}")


@app.command("new")
def new(
    template: Annotated[
        str, typer.Option("--template", metavar="ID", help="Which template; see legwork portfolio templates.")
    ],
    underlying: Annotated[
        str | None, typer.Option("--underlying", metavar="NAME", help="Like NIFTY; without it the template's own.")
    ] = None,
    lots: Annotated[int, typer.Option("--lots", min=1, max=999, help="Multiplies the lots of every leg.")] = 1,
    expiry: Annotated[str | None, typer.Option("--expiry", metavar="CODE", help="CW, NW, CM, NM … or a date.")] = None,
    width: Annotated[
        float, typer.Option("--width", min=0.1, max=10, help="Multiplies the distances from the money.")
    ] = 1,
    name: Annotated[str | None, typer.Option("--name", help="What the portfolio is called.")] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Where it goes; standard output without it.")
    ] = None,
) -> None:
    """Start a portfolio from a template."""
    with sentences():
        found = template_of(template)
        wanted = Adjustment(width=Decimal(str(width)), lots=lots, expiry=read_expiry(expiry) if expiry else None)
        portfolio = adapted(begun(found, NEW_PORTFOLIOS.load()), wanted)
        if underlying is not None:
            portfolio = _moved(portfolio, underlying.upper())
        if name is not None:
            portfolio = replace(portfolio, name=name)
        written = write_portfolio(portfolio, out)
    if written is not None:
        typer.echo(written)


def _moved(portfolio: MultilegPortfolio, underlying: str) -> MultilegPortfolio:
    """Answer a portfolio on another underlying; without weekly expiries there its weeks become months."""
    rule = underlying_rule(underlying)
    moved: MultilegPortfolio = replace(
        portfolio,
        underlying=underlying,
        exchange=rule.exchange,
        expiry=_expiry_there(portfolio.expiry, weekly=rule.weekly),
        legs=tuple(
            replace(leg, expiry=leg.expiry and _expiry_there(leg.expiry, weekly=rule.weekly)) for leg in portfolio.legs
        ),
    )
    return moved


def _expiry_there(rule: ExpiryRule, *, weekly: bool) -> ExpiryRule:
    return mapped(rule, weekly=weekly, map_weeks=True) or rule


def _listed(shipped: tuple[Template, ...], word: str | None) -> dict[MarketView, list[Template]]:
    listed: dict[MarketView, list[Template]] = {view: [] for view in MarketView}
    for one in shipped:
        heading = market_view(one)
        if word is None or word.casefold() in f"{heading.name} {heading.value} {one.view}".casefold():
            listed[heading].append(one)
    listed = {heading: group for heading, group in listed.items() if group}
    if not listed:
        words = ", ".join(view.name.lower() for view in MarketView)
        raise MisuseError(f"no template has the view {word!r}; views are {words}")
    return listed


def _facts_of(one: Template) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "kind": one.kind.value,
        "heading": market_view(one).value,
        "view": one.view,
        "risk": one.risk.label,
        "naked": one.risk.naked,
        "tails": one.risk.tails,
        "legs": len(one.portfolio.legs),
    }
