"""`legwork explain`: a portfolio in plain sentences."""

from pathlib import Path
from typing import Annotated

import typer

from desktop.commands.leaving import print_json, sentences
from desktop.commands.options import AsJson
from desktop.commands.reading import read_portfolio


def explain(
    file: Annotated[Path, typer.Argument(metavar="PORTFOLIO.toml", help="A portfolio or a template in TOML.")],
    everything: Annotated[
        bool, typer.Option("--all", help="Speak of fields that stand at their defaults too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say in plain sentences what a portfolio does, heading by heading."""
    from engine.views.explain import explain as chapters_of
    from engine.views.explain import explain_text

    with sentences(as_json=as_json):
        portfolio = read_portfolio(file)
    if as_json:
        chapters = chapters_of(portfolio, everything=everything)
        print_json(
            {
                "ok": True,
                "name": portfolio.name,
                "chapters": [{"title": one.title, "sentences": list(one.sentences)} for one in chapters],
            }
        )
    else:
        typer.echo(explain_text(portfolio, everything=everything))
