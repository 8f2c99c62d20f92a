"""`legwork run --headless`: play portfolios on the simulated market or a recording, without a window."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from desktop.commands.leaving import leave
from desktop.commands.reading import demonstration, read_instant, read_portfolio, read_speed
from desktop.composition.failures import FailureError, MisuseError
from desktop.composition.headless import HeadlessRun, Progress, play
from desktop.composition.markets import SIMULATED, MarketChoice
from desktop.composition.rules import MarketDataError
from engine.domain.instant import SECOND, clock_text
from engine.domain.market_rules import UnknownRuleError


def run(
    headless: Annotated[
        bool, typer.Option("--headless", help="Without a window; the only way of this command.")
    ] = False,
    market: Annotated[
        str, typer.Option("--market", metavar="simulated|FILE", help="The simulated market, or a recording.")
    ] = SIMULATED,
    portfolio: Annotated[
        list[Path] | None,
        typer.Option("--portfolio", metavar="FILE", help="A portfolio in TOML; repeatable. None: the demonstration."),
    ] = None,
    begin: Annotated[
        str | None, typer.Option("--from", metavar="ISO", help="Where to begin; Indian time without a zone.")
    ] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="ISO", help="Where to end.")] = None,
    speed: Annotated[str, typer.Option("--speed", metavar="N|max", help="Times faster than life.")] = "max",
    seed: Annotated[int, typer.Option("--seed", min=0, max=60_466_175, help="Seed of the simulated market.")] = 1,
    scenario: Annotated[
        str, typer.Option("--scenario", metavar="NAME|FILE", help="What happens on the simulated market.")
    ] = "calm",
    latency: Annotated[
        int, typer.Option("--latency", metavar="MS", min=0, max=60_000, help="To the exchange and back, each way.")
    ] = 50,
    slippage: Annotated[
        int,
        typer.Option("--slippage", metavar="TICKS", min=0, max=100, help="Against you where data has no bid and ask."),
    ] = 1,
    journal: Annotated[
        str | None, typer.Option("--journal", metavar="URL", help="Keep the journal here; fresh in memory without.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document on standard output, nothing else.")
    ] = False,
) -> None:
    """Run portfolios from start to square-off and say what came of them.

    The same arguments give the same answer, byte for byte, whenever they are run.
    """
    try:
        _need_headless(headless)
        chosen = tuple(read_portfolio(path) for path in portfolio or ()) or (demonstration(),)
        asked = HeadlessRun(
            market=MarketChoice(
                market=market,
                begin=read_instant(begin, "--from"),
                until=read_instant(until, "--until"),
                seed=seed,
                scenario=scenario,
                underlyings=tuple(sorted({one.underlying for one in chosen})),
                step=SECOND,
            ),
            portfolios=chosen,
            journal=journal,
            latency=latency * 1_000,
            slippage=slippage,
            speed=read_speed(speed),
        )
        with _progress(quiet=as_json) as progress:
            report = play(asked, progress)
    except (MisuseError, FailureError, MarketDataError, UnknownRuleError) as error:
        leave(error, as_json=as_json)
    if as_json:
        typer.echo(json.dumps(report.document, ensure_ascii=False))
    else:
        _print_report(report.document)


def _need_headless(headless: bool) -> None:
    if not headless:
        raise MisuseError("This command runs without a window; say --headless, or start the window with: legwork")


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Progress | None]:
    """Show a live line of how far the run is, where somebody looks at a terminal."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn
    from rich.progress import Progress as Bars

    with Bars(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[now]}"),
        console=Console(stderr=True),
        transient=True,
    ) as bars:
        task = bars.add_task("playing", total=1.0, now="")

        def show(run: Any, market: Any) -> None:
            share = (run.now - market.begin) / max(market.until - market.begin, 1)
            bars.update(task, completed=min(share, 1.0), now=clock_text(run.now))

        yield show


def _print_report(document: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    for portfolio in document["portfolios"]:
        console.print(
            f"[bold]{portfolio['name']}[/bold]  {portfolio['state']}  {portfolio['exit_reason'] or ''}  "
            f"realised ₹{portfolio['realised_pnl']}  charges ₹{portfolio['charges']}"
        )
        table = Table("Symbol", "Side", "Quantity", "Entry", "at ₹", "Exit", "at ₹", "Reason", box=None)
        for leg in portfolio["legs"]:
            cells = (
                "symbol",
                "side",
                "quantity",
                "entry_time",
                "entry_price",
                "exit_time",
                "exit_price",
                "exit_reason",
            )
            table.add_row(*(_cell(leg[name]) for name in cells))
        console.print(table)
    market = document["market"]
    console.print(
        f"{document['orders']} orders, {document['trades']} trades, {document['rejections']} rejections; "
        f"{market['messages']:,} frames from {market['from']} to {market['until']}"
    )
    for note in market["notes"]:
        console.print(note)
    console.print(f"journal {document['journal_sha256']}")


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return text[11:19] if len(text) > 19 and text[10:11] == "T" else text
