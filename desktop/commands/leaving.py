"""How every command ends badly: a sentence on standard error, status 2 for misuse and 1 for a failure."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer

from desktop.composition.failures import EXPECTED, FailureError, is_misuse

FAILURE = 1
MISUSE = 2


def print_json(document: dict[str, Any]) -> None:
    """Print the one document of ``--json``."""
    typer.echo(json.dumps(document, ensure_ascii=False))


def leave(error: Exception, *, as_json: bool = False) -> NoReturn:
    """Say why on standard error, for machines also as ``{"ok": false, "error": …}`` on standard output, and leave."""
    sentence = str(error)
    typer.echo(sentence, err=True)
    if as_json:
        print_json({"ok": False, "error": sentence})
    raise typer.Exit(MISUSE if is_misuse(error) else FAILURE) from error


@contextmanager
def sentences(*, as_json: bool = False) -> Iterator[None]:
    """Leave with its sentence and status when one of the expected troubles is raised inside."""
    try:
        yield
    except EXPECTED as error:
        leave(error, as_json=as_json)


@contextmanager
def writing(place: object) -> Iterator[None]:
    """Turn an operating system's refusal to write ``place`` into a FailureError."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise FailureError(f"{place} cannot be written ({reason}): check the folder and the disk's space.") from error
