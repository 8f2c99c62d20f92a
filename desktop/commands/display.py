"""`legwork display`: how the desktop looks; show it, change it, put it back."""

from collections.abc import Mapping
from typing import Annotated

import typer

from desktop.commands.leaving import print_json, sentences
from desktop.commands.options import AsJson
from desktop.composition.display import Display, load_display, save_display
from desktop.composition.failures import MisuseError
from engine.schema.load import DeclarationError, dump, load


def display(
    theme: Annotated[
        str | None, typer.Option("--theme", metavar="NAME", help="dark, terminal, light or contrast.")
    ] = None,
    gains: Annotated[
        str | None, typer.Option("--gains", metavar="COLOURS", help="'green and red' or 'blue and orange'.")
    ] = None,
    text_size: Annotated[
        int | None, typer.Option("--text-size", metavar="PIXELS", help="Height of the text, 9 to 24.")
    ] = None,
    density: Annotated[str | None, typer.Option("--rows", metavar="DENSITY", help="compact, normal or roomy.")] = None,
    grouping: Annotated[
        str | None, typer.Option("--numbers", metavar="GROUPING", help="'lakh and crore' or 'millions'.")
    ] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Begin with the display as it comes.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show how the desktop looks, or change it; an open window takes changes when it is opened the next time."""
    given = {
        "theme": theme,
        "gains": gains,
        "text_size": text_size,
        "density": density,
        "grouping": grouping,
    }
    chosen = {name: value for name, value in given.items() if value is not None}
    with sentences(as_json=as_json):
        found = Display() if reset else load_display()
        if chosen or reset:
            found = _with(found, chosen)
            save_display(found)
    if as_json:
        print_json({"ok": True, "display": {**dump(Display()), **dump(found)}})
        return
    typer.echo(f"Theme {found.theme.value}, profit and loss in {found.gains.value}, text {found.text_size} px,")
    typer.echo(f"{found.density.value} rows, large numbers in {found.grouping.value}")


def _with(before: Display, chosen: Mapping[str, object]) -> Display:
    """Answer a display with some choices changed. Raises MisuseError with every wrong one."""
    try:
        return load({**dump(before), **chosen}, Display)
    except DeclarationError as error:
        raise MisuseError(f"Nothing was changed: {error}") from error
