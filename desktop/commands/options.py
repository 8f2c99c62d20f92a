"""What commands have in common on the command line: the flag for JSON, and how a group of them is made."""

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, nothing else.")]


def command_group(about: str) -> typer.Typer:
    """Answer an empty group of commands that shows its help where none of them is named."""
    return typer.Typer(help=about, rich_markup_mode=None, add_completion=False, no_args_is_help=True)
