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


@app.callback(invoke_without_command=True)
def legwork(ctx: typer.Context) -> None:
    """Open the workstation on the simulated market, or carry out a subcommand."""
    if ctx.invoked_subcommand is None:
        raise typer.Exit
