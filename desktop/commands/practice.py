"""`legwork practice`: servers that speak a broker's API over the simulated market, to try things without an account."""

from pathlib import Path
from typing import Annotated, Any

import typer

from desktop.commands.leaving import print_json, sentences
from desktop.commands.options import command_group
from desktop.commands.reading import read_instant, read_speed
from desktop.composition.failures import MisuseError

app = command_group("Serve a broker's API over the simulated market, to try things without an account.")


@app.callback()
def _practice() -> None:
    """Serve a broker's API over the simulated market, to try things without an account."""


@app.command("zerodha")
def zerodha(
    port: Annotated[int, typer.Option("--port", metavar="P", min=0, max=65_535, help="0 for any free one.")] = 0,
    seed: Annotated[
        int | None,
        typer.Option("--seed", metavar="N", min=0, max=60_466_175, help="Seed of the market and of the faults; 1."),
    ] = None,
    faults: Annotated[
        str | None, typer.Option("--faults", metavar="NAME|FILE", help="What goes wrong: a named plan, or TOML.")
    ] = None,
    speed: Annotated[str, typer.Option("--speed", metavar="S", help="Times faster than life.")] = "1",
    begin: Annotated[
        str | None, typer.Option("--from", metavar="ISO", help="Where to begin; Indian time without a zone.")
    ] = None,
    scenario: Annotated[
        str, typer.Option("--scenario", metavar="NAME|FILE", help="What happens on the simulated market.")
    ] = "calm",
    underlying: Annotated[
        list[str] | None,
        typer.Option("--underlying", metavar="NAME", help="Only this underlying; repeatable. None: all but coins."),
    ] = None,
    settings: Annotated[
        Path | None, typer.Option("--settings", metavar="FILE", help="Settings of the practice Kite in TOML.")
    ] = None,
    redirect: Annotated[
        str | None, typer.Option("--redirect", metavar="URL", help="Where the login pages send the browser.")
    ] = None,
    postback: Annotated[
        str | None, typer.Option("--postback", metavar="URL", help="Where order postbacks are sent.")
    ] = None,
    state: Annotated[
        Path | None, typer.Option("--state", metavar="FILE", help="Keep orders and positions here, also when killed.")
    ] = None,
    next_session: Annotated[
        bool, typer.Option("--next-session", help="Where the state ends on a closed market, go on at its next opening.")
    ] = False,
    until_closed: Annotated[
        bool, typer.Option("--until-closed", help="End when standard input closes, as with the program behind it.")
    ] = False,
) -> None:
    """Serve a practice Kite: the API of Kite Connect, with login pages, ticker and postbacks.

    Prints one line of JSON with its addresses and keys, and serves until interrupted.
    """
    with sentences():
        from desktop.composition.practice import PracticeChoice, serve_practice

        pace = read_speed(speed)
        if pace is None:
            raise MisuseError("--speed max is for runs without a server; say how many times faster than life")
        choice = PracticeChoice(
            port=port,
            seed=seed,
            begin=read_instant(begin, "--from"),
            speed=pace,
            scenario=scenario,
            faults=faults,
            settings=settings,
            redirect=redirect,
            postback=postback,
            state=state,
            underlyings=tuple(underlying) if underlying else None,
            next_session=next_session,
            until_closed=until_closed,
        )
        serve_practice(choice, _announce)


def _announce(card: dict[str, Any]) -> None:
    print_json(card)
