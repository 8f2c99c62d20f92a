"""`legwork` alone: open the workstation on the simulated market or a recording."""

from typing import Annotated, Any

import msgspec
import typer

from desktop.commands.leaving import leave
from desktop.commands.reading import read_instant, read_speed
from desktop.composition.accounts import load_hierarchy, trading_at
from desktop.composition.desk_choice import PAPER_TRADING, PRACTICE_ZERODHA, TRADED_AT, ZERODHA, DeskChoice
from desktop.composition.failures import EXPECTED, MisuseError
from desktop.composition.folders import data_folder, default_journal
from desktop.composition.markets import SIMULATED, MarketChoice
from desktop.composition.own_settings import PERFORMANCE
from engine.domain.instant import SECOND

FASTEST = 100_000.0
"""Times life: what ``--speed max`` means for a window, which still has to show something."""


def window(
    broker: Annotated[
        str,
        typer.Option(
            "--broker", metavar="|".join(TRADED_AT), help="Whose accounts trade. A practice server comes along."
        ),
    ] = PAPER_TRADING,
    practice_server: Annotated[
        str | None,
        typer.Option("--practice-server", metavar="URL", help="Trade at this practice server instead of starting one."),
    ] = None,
    market: Annotated[
        str, typer.Option("--market", metavar="simulated|FILE", help="The simulated market, or a recording.")
    ] = SIMULATED,
    seed: Annotated[int, typer.Option("--seed", min=0, max=60_466_175, help="Seed of the simulated market.")] = 1,
    scenario: Annotated[
        str, typer.Option("--scenario", metavar="NAME|FILE", help="What happens on the simulated market.")
    ] = "calm",
    speed: Annotated[str, typer.Option("--speed", metavar="N|max", help="Times faster than life.")] = "1",
    begin: Annotated[
        str | None, typer.Option("--from", metavar="ISO", help="Where to begin; Indian time without a zone.")
    ] = None,
    journal: Annotated[
        str | None,
        typer.Option("--journal", metavar="URL", help="The journal; without it the one in your data folder."),
    ] = None,
    workspace: Annotated[
        str | None,
        typer.Option(
            "--workspace",
            metavar="NAME",
            help="Workspace: start, multileg, scalping, analysis, risk, review or your own; else the one open last.",
        ),
    ] = None,
    engine_process: Annotated[
        bool | None,
        typer.Option(
            "--engine-process/--engine-thread",
            help="Run the engine in a process of its own, or in the window's; without either as performance.toml says.",
        ),
    ] = None,
) -> None:
    """Open the workstation. It recovers what the journal holds and goes on from there."""
    try:
        choice = _choice(
            broker,
            practice_server=practice_server,
            market=MarketChoice(
                market=market, begin=read_instant(begin, "--from"), seed=seed, scenario=scenario, step=SECOND
            ),
            journal=journal or str(default_journal(broker)),
            speed=read_speed(speed) or FASTEST,
            engine_process=PERFORMANCE.load().engine_process if engine_process is None else engine_process,
        )
        status = _open(choice, workspace)
    except EXPECTED as error:
        leave(error)
    raise typer.Exit(status)


def _choice(broker: str, **asked: Any) -> DeskChoice:
    """Answer what the window stands on. Raises MisuseError for what does not go together."""
    if broker not in TRADED_AT:
        raise MisuseError(f"There is no broker {broker!r} for a window; choose one of: {', '.join(TRADED_AT)}")
    choice = DeskChoice(broker=broker, **asked)
    if choice.is_live and choice.market.market != SIMULATED:
        raise MisuseError("A recording is played on paper; leave --market or --broker out")
    if choice.practice_server is not None and not choice.practises:
        raise MisuseError(f"--practice-server goes with --broker {PRACTICE_ZERODHA}")
    if choice.broker == ZERODHA and (choice.speed != 1 or choice.market.begin is not None):
        raise MisuseError("Zerodha trades now and as fast as life; leave --speed and --from out")
    if choice.practises:
        return choice
    return msgspec.structs.replace(choice, hierarchy=trading_at(load_hierarchy(), broker))


def _open(choice: DeskChoice, workspace: str | None) -> int:
    """Open the window; Qt is imported only here, so that every other command starts without it."""
    try:
        from desktop.bootstrap import open_workstation
        from desktop.workspace.workspace import LayoutError
    except ImportError as error:
        raise MisuseError(
            f"The window needs a system library that is missing ({error}). On Debian and Ubuntu: apt install "
            "libgl1 libegl1 libxcb-cursor0 libxkbcommon-x11-0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxcb-xkb1"
        ) from error
    try:
        data_folder().mkdir(parents=True, exist_ok=True)
        return open_workstation(choice, workspace)
    except OSError as error:
        raise MisuseError(f"{data_folder()} cannot be used: {error.strerror}. Set LEGWORK_HOME elsewhere") from error
    except LayoutError as error:
        raise MisuseError(str(error)) from error
