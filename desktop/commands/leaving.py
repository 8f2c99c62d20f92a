"""How every command ends badly: a sentence on standard error, status 2 for misuse and 1 for a failure."""

import json
from typing import NoReturn

import typer

from desktop.composition.failures import MisuseError

FAILURE = 1
MISUSE = 2


def leave(error: Exception, *, as_json: bool = False) -> NoReturn:
    """Say why on standard error, for machines also as ``{"error": …}`` on standard output, and leave."""
    sentence = str(error)
    typer.echo(sentence, err=True)
    if as_json:
        typer.echo(json.dumps({"error": sentence}, ensure_ascii=False))
    raise typer.Exit(MISUSE if isinstance(error, MisuseError) else FAILURE) from error
