"""`legwork run --headless`: play portfolios on the simulated market or a recording, without a window."""

from pathlib import Path
from typing import Annotated

import typer

from desktop.commands.leaving import FAILURE, print_json, sentences
from desktop.commands.options import AsJson
from desktop.commands.reading import demonstration, read_instant, read_portfolio, read_signals, read_speed
from desktop.commands.run_tables import live_table, print_report
from desktop.composition.accounts import load_hierarchy, trading_at
from desktop.composition.failures import MisuseError
from desktop.composition.headless import HeadlessRun, play
from desktop.composition.markets import SIMULATED, MarketChoice
from desktop.composition.notifications import load_notifications
from engine.domain.identifiers import AccountId
from engine.domain.instant import SECOND
from engine.domain.settings.notifications import Notifications
from engine.schema.declared import replace


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
    signal: Annotated[
        Path | None,
        typer.Option("--signal", metavar="FILE", help="Signals in TOML that arrive at their times."),
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
    account: Annotated[
        str | None,
        typer.Option("--account", metavar="ID", help="Only in this account, whatever accounts the tag names."),
    ] = None,
    tag: Annotated[
        str | None,
        typer.Option("--tag", metavar="NAME", help="Under this strategy tag instead of the portfolio's own."),
    ] = None,
    journal: Annotated[
        str | None, typer.Option("--journal", metavar="URL", help="Keep the journal here; fresh in memory without.")
    ] = None,
    notify: Annotated[
        bool, typer.Option("--notify", help="Send alerts to the services of: legwork notifications list.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run portfolios from start to square-off and say what came of them.

    The same arguments give the same answer, byte for byte, whenever they are run. Leaves with status 1 when the
    journal failed meanwhile.
    """
    with sentences(as_json=as_json):
        _need_headless(headless)
        chosen = tuple(read_portfolio(path) for path in portfolio or ()) or (demonstration(),)
        if tag is not None:
            chosen = tuple(replace(one, tag=tag) for one in chosen)
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
            signals=() if signal is None else read_signals(signal),
            journal=journal,
            latency=latency * 1_000,
            slippage=slippage,
            speed=read_speed(speed),
            hierarchy=trading_at(load_hierarchy(), "paper"),
            account=None if account is None else AccountId(account),
            notifications=_services() if notify else None,
        )
        with live_table(quiet=as_json) as progress:
            report = play(asked, progress)
    if as_json:
        print_json(report.document)
    else:
        print_report(report.document)
    if report.trouble is not None:
        typer.echo(report.trouble, err=True)
        raise typer.Exit(FAILURE)


def _services() -> Notifications:
    found = load_notifications()
    if not found.services():
        raise MisuseError("There is no service to notify; add one with: legwork notifications add URL")
    return found


def _need_headless(headless: bool) -> None:
    if not headless:
        raise MisuseError("This command runs without a window; say --headless, or start the window with: legwork")
