"""The command `legwork`: every subcommand in one place; without one it opens the workstation."""

import typer

from desktop.commands.subcommands import LazyCommands

app = typer.Typer(
    name="legwork",
    help="A multi-leg options workstation for NSE and BSE index options.",
    cls=LazyCommands,
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def legwork() -> None:
    """A multi-leg options workstation for NSE and BSE index options; without a command it opens the window."""
