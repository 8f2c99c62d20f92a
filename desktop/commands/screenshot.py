"""`legwork screenshot OUT.png`: open the workstation, let the demonstration run a while, save what it shows."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.commands.leaving import leave
from desktop.commands.reading import read_instant
from desktop.composition.desk import DeskChoice
from desktop.composition.display import Display, ThemeName
from desktop.composition.failures import EXPECTED, FailureError, MisuseError
from desktop.composition.markets import MarketChoice
from engine.domain.instant import SECOND

if TYPE_CHECKING:
    from desktop.photographer import Shot

_SIZE = re.compile(r"(\d{3,5})x(\d{3,5})")
_LARGEST = 8_192
_SIZES = ((1_920, 1_080), (3_840, 2_160))
_BEGIN = "2026-08-19T09:19:00"


def screenshot(
    out: Annotated[
        Path, typer.Argument(metavar="OUT.png|DIR", help="Where the picture goes; with --all, the folder for all.")
    ],
    every: Annotated[
        bool, typer.Option("--all", help="Every built-in workspace at 1920x1080 and 3840x2160, into the folder.")
    ] = False,
    workspace: Annotated[str, typer.Option("--workspace", metavar="NAME", help="Arrangement of panels.")] = "start",
    size: Annotated[str, typer.Option("--size", metavar="WxH", help="Pixels of the window.")] = "1920x1080",
    seconds: Annotated[
        float, typer.Option("--seconds", min=0.5, max=3_600, help="How long the desk runs before the picture.")
    ] = 10,
    seed: Annotated[int, typer.Option("--seed", min=0, max=60_466_175, help="Seed of the simulated market.")] = 1,
    speed: Annotated[float, typer.Option("--speed", min=0.1, max=10_000, help="Times faster than life.")] = 30,
    begin: Annotated[str, typer.Option("--from", metavar="ISO", help="Where the desk begins.")] = _BEGIN,
    theme: Annotated[str, typer.Option("--theme", metavar="NAME", help="dark, terminal, light or contrast.")] = "dark",
    demonstration: Annotated[
        bool, typer.Option("--demonstration/--idle", help="Run the demonstration portfolio, or nothing.")
    ] = True,
) -> None:
    """Save a picture of the window; works with and without a display, and keeps no journal."""
    try:
        shots = _all_shots(out) if every else [_one_shot(out, workspace, size)]
        choice = DeskChoice(
            market=MarketChoice(begin=read_instant(begin, "--from"), seed=seed, step=SECOND), speed=speed
        )
        _take(choice, shots, seconds, _read_theme(theme), demonstration=demonstration)
    except EXPECTED as error:
        leave(error)
    for one in shots:
        typer.echo(f"{one.out} ({one.size[0]} × {one.size[1]})")


def _one_shot(out: Path, workspace: str, size: str) -> "Shot":
    from desktop.photographer import Shot

    pixels = _read_size(size)
    if out.suffix.casefold() != ".png":
        raise MisuseError(f"{out} must end in .png")
    if not out.absolute().parent.is_dir():
        raise MisuseError(f"There is no folder {out.absolute().parent}; make it first or choose another")
    return Shot(workspace, pixels, out)


def _all_shots(folder: Path) -> "list[Shot]":
    from desktop.photographer import Shot
    from desktop.workspace.layouts import BUILT_IN

    if not folder.is_dir():
        raise MisuseError(f"There is no folder {folder.absolute()}; make it first or choose another")
    return [
        Shot(name, (width, height), folder / f"{name}-{width}x{height}.png")
        for name in BUILT_IN
        for width, height in _SIZES
    ]


def _read_size(text: str) -> tuple[int, int]:
    found = _SIZE.fullmatch(text)
    if found is None or not all(320 <= int(side) <= _LARGEST for side in found.groups()):
        raise MisuseError(
            f"--size {text!r} must be width x height in pixels, like 1920x1080, each from 320 to {_LARGEST}"
        )
    return int(found[1]), int(found[2])


def _read_theme(name: str) -> Display:
    try:
        return Display(theme=ThemeName(name))
    except ValueError:
        names = ", ".join(one.value for one in ThemeName)
        raise MisuseError(f"There is no theme {name!r}; choose one of: {names}") from None


def _take(choice: DeskChoice, shots: "list[Shot]", seconds: float, display: Display, *, demonstration: bool) -> None:
    import os
    import sys

    if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from desktop.photographer import take_pictures
    from desktop.workspace.workspace import LayoutError

    try:
        failed = take_pictures(choice, shots, seconds, display, demonstration=demonstration)
    except LayoutError as error:
        raise MisuseError(str(error)) from error
    if failed:
        raise FailureError(f"{', '.join(str(one.out) for one in failed)} cannot be written; choose another place")
