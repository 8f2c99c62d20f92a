"""`legwork portfolio import` and `export`: legs as one line of text, as other multi-leg executors exchange them."""

from pathlib import Path
from typing import Annotated

import typer

from desktop.commands.leaving import print_json, sentences
from desktop.commands.options import AsJson
from desktop.commands.portfolio_reading import underlying_rule, write_portfolio
from desktop.commands.reading import read_portfolio, read_text
from desktop.composition.failures import MisuseError
from engine.domain.multileg.documents import portfolio_from_data
from engine.domain.multileg.leg_string import HEDGES_ON, LegStringError, hedges_for, legs_from_string, legs_to_string
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.documents import DocumentError
from engine.schema.load import dump


def register(app: typer.Typer) -> None:
    """Add ``import`` and ``export`` to ``app``."""
    app.command("import")(import_legs)
    app.command("export")(export_legs)


def import_legs(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE.txt]", help="A text file with a leg string.")] = None,
    legs: Annotated[
        str | None, typer.Option("--legs", metavar="STRING", help="The leg string itself: Strike:ATM|Txn:SELL|Ins:CE …")
    ] = None,
    underlying: Annotated[str, typer.Option("--underlying", metavar="NAME", help="Like NIFTY.")] = "NIFTY",
    name: Annotated[str, typer.Option("--name", help="What the portfolio is called.")] = "Imported",
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Where it goes; standard output without it.")
    ] = None,
) -> None:
    """Make a portfolio of a leg string."""
    with sentences():
        if (file is None) is (legs is None):
            raise MisuseError("name a file with a leg string, or give the string with --legs; one of the two")
        text = read_text(file, "name a text file with a leg string") if file is not None else legs or ""
        portfolio = _portfolio_of(text, underlying.upper(), name)
        written = write_portfolio(portfolio, out)
    if written is not None:
        typer.echo(written)
    if portfolio.dynamic_hedge is not None:
        typer.echo(f"{HEDGES_ON} (section dynamic_hedge)", err=True)


def export_legs(
    file: Annotated[Path, typer.Argument(metavar="PORTFOLIO.toml", help="A portfolio or a template in TOML.")],
    legs: Annotated[bool, typer.Option("--legs", help="As a leg string, the one form there is.")] = True,
    as_json: AsJson = False,
) -> None:
    """Write the legs of a portfolio as a leg string; what it cannot say is named on standard error."""
    del legs
    with sentences(as_json=as_json):
        try:
            text, left_out = legs_to_string(read_portfolio(file).legs)
        except LegStringError as error:
            raise MisuseError(str(error)) from error
    if as_json:
        print_json({"ok": True, "legs": text, "left_out": left_out})
        return
    typer.echo(text)
    for sentence in left_out:
        typer.echo(sentence, err=True)


def _portfolio_of(text: str, underlying: str, name: str) -> MultilegPortfolio:
    rule = underlying_rule(underlying)
    try:
        legs = legs_from_string(text)
        return portfolio_from_data(
            {
                "name": name,
                "underlying": underlying,
                "exchange": rule.exchange.value,
                "expiry": "CW" if rule.weekly else "CM",
                "legs": [dump(leg) for leg in legs],
                **hedges_for(legs),
            }
        )
    except (LegStringError, DocumentError) as error:
        raise MisuseError(str(error)) from error
