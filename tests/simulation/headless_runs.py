"""`legwork run --headless` in this process, for simulated days."""

import json
from typing import Any

from typer.testing import CliRunner

from desktop.commands.app import app

MORNING = ("--until", "2026-08-19T09:45:00")
"""Half an hour of the demonstration day: entry and fills."""


def run_headless(*words: object) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of `legwork run --headless`."""
    result = CliRunner().invoke(app, ["run", "--headless", *(str(word) for word in words)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def document_of(*words: object) -> dict[str, Any]:
    """The JSON document of a run that goes well."""
    status, said, complained = run_headless(*words, "--json")
    assert status == 0, complained
    document: dict[str, Any] = json.loads(said)
    return document
