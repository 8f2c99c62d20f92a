"""`legwork data`: turn market data of others into recordings, look into recordings, keep past volatilities."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from desktop.commands.leaving import print_json, sentences
from desktop.commands.options import AsJson
from desktop.composition.failures import MisuseError
from desktop.composition.recordings import KINDS, BarLabel, Header, ImportOptions, import_recording, open_recording
from desktop.composition.volatility import import_volatility, volatility_history
from engine.domain.instant import iso_text
from engine.domain.market_rules import MarketRules


def register(app: typer.Typer, rules: Callable[[], MarketRules]) -> None:
    """Add the commands below ``data`` to ``app``; ``rules`` is asked when an import runs.

    ``rules`` may raise MarketDataError where the market data cannot be read.
    """
    data = typer.Typer(help="Import recorded market data for replay, and look into recordings.", no_args_is_help=True)
    app.add_typer(data, name="data")
    data.command("show")(show_data)
    volatility = typer.Typer(help="The record of past days' implied volatility, for IV rank.", no_args_is_help=True)
    data.add_typer(volatility, name="volatility")
    volatility.command("import")(import_days)
    volatility.command("list")(list_days)

    @data.command("import")
    def import_data(
        kind: Annotated[str, typer.Argument(help=f"Layout of the sources: {', '.join(KINDS)}.")],
        sources: Annotated[list[Path], typer.Argument(metavar="SOURCE...", help="Files to import into one recording.")],
        out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The recording to write.")],
        underlying: Annotated[
            str | None, typer.Option(help="nse-chain: the index, where the file's name does not end with it.")
        ] = None,
        labels: Annotated[
            BarLabel | None, typer.Option(help="index-1min: which end of its minute names a bar; found out without it.")
        ] = None,
        force: Annotated[bool, typer.Option("--force", help="Replace FILE where it is there already.")] = False,
        as_json: AsJson = False,
    ) -> None:
        """Clean SOURCE files of one KIND and write them to FILE as one recording; every rule applied is counted."""
        options = ImportOptions(underlying=underlying, labels=labels)
        with sentences(as_json=as_json):
            header = import_recording(kind, sources, out, rules(), options=options, force=force)
        _tell(out, header, as_json=as_json)


def show_data(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A recording.")],
    as_json: AsJson = False,
) -> None:
    """Say what a recording holds and how it was cleaned."""
    with sentences(as_json=as_json):
        header = open_recording(file).header
    _tell(file, header, as_json=as_json)


def import_days(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV with the lines date,underlying,volatility in percent.")
    ],
    as_json: AsJson = False,
) -> None:
    """Add past days to the record; a day that is there already takes the new value. A wrong line stops all of it."""
    with sentences(as_json=as_json):
        found = import_volatility(file)
    if as_json:
        print_json({"ok": True, "new": len(found.new), "known": found.known})
    else:
        typer.echo(f"{len(found.new):,} days are new, {found.known:,} were known already")


def list_days(
    underlying: Annotated[str, typer.Argument(metavar="UNDERLYING", help="Like NIFTY.")],
    market: Annotated[
        str, typer.Option("--market", metavar="simulated|FILE", help="Of the simulated market too, or real days only.")
    ] = "real",
    as_json: AsJson = False,
) -> None:
    """Show the recorded days of an underlying, oldest first."""
    with sentences(as_json=as_json):
        stored = volatility_history(market)
        days = stored.history.days(underlying.upper())
        if not days:
            known = (
                ", ".join(stored.history.underlyings()) or "none yet; import some, or leave the window open at a close"
            )
            raise MisuseError(f"No volatility of {underlying} is recorded; recorded are {known}")
    for problem in stored.problems:
        typer.echo(problem, err=True)
    if as_json:
        rows = [{"date": one.day.isoformat(), "volatility": str(one.percent)} for one in days]
        print_json({"ok": True, "underlying": underlying.upper(), "days": rows, "problems": list(stored.problems)})
        return
    for one in days:
        typer.echo(f"{one.day.isoformat()}  {one.percent} %")
    last = days[-1]
    rank = stored.history.rank(last.underlying, last.day, last.percent)
    percentile = stored.history.percentile(last.underlying, last.day, last.percent)
    if rank is None or percentile is None:
        lack = stored.history.lack(last.underlying, last.day)
        typer.echo(f"IV rank of the last day is not known: {lack}")
    else:
        typer.echo(f"the last day against the 252 before: IV rank {rank} %, IV percentile {percentile} %")


def _tell(file: Path, header: Header, *, as_json: bool) -> None:
    if as_json:
        print_json(_document(file, header))
        return
    underlyings = sorted({contract.underlying for contract in header.contracts})
    typer.echo(f"{file}: {header.kind} recording of {', '.join(underlyings)}, {len(header.contracts):,} instruments")
    typer.echo(f"from {iso_text(header.first)} to {iso_text(header.last)}, typically {header.spacing / 1e6:g} s apart")
    for sentence in header.report.sentences():
        typer.echo(f"  {sentence}")


def _document(file: Path, header: Header) -> dict[str, Any]:
    report = header.report
    return {
        "file": str(file),
        "kind": header.kind,
        "from": iso_text(header.first),
        "until": iso_text(header.last),
        "spacing_seconds": header.spacing / 1e6,
        "underlyings": sorted({contract.underlying for contract in header.contracts}),
        "instruments": len(header.contracts),
        "quotes": header.quotes,
        "has_books": header.has_books,
        "has_depth": header.has_depth,
        "sources": [{"name": source.name, "size": source.size, "sha256": source.sha256} for source in header.sources],
        "report": {
            "rows_read": report.rows_read,
            "quotes_kept": report.quotes_kept,
            "cleaned": report.counts,
            "notes": list(report.notes),
        },
    }
