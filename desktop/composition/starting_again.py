"""The command that starts this program again as it was started, on the same journal."""

import sys
from collections.abc import Sequence

_BEGINNING = "--from"
"""Where a fresh journal began; one that exists goes on from its own last moment."""


def command_again(original: Sequence[str] | None = None) -> list[str]:
    """Answer the program and its arguments; ``original`` is the command line of this process."""
    _, *rest = sys.orig_argv if original is None else original
    kept: list[str] = []
    skips = False
    for word in rest:
        if skips:
            skips = False
        elif word == _BEGINNING:
            skips = True
        elif not word.startswith(f"{_BEGINNING}="):
            kept.append(word)
    return [sys.executable, *kept]
