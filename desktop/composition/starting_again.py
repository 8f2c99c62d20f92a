"""The command that starts this program again: as it was started on the same journal, or at another broker."""

import sys
from collections.abc import Iterator, Sequence

_BEGINNING = ("--from",)
"""Where a fresh journal began; one that exists goes on from its own last moment."""

_OF_THE_MARKET = ("--broker", "--practice-server", "--journal", "--market", "--seed", "--scenario", "--speed")
"""What belongs to the broker that the program was started at, and with a value each."""


def command_again(original: Sequence[str] | None = None, *, broker: str = "") -> list[str]:
    """Answer the program and its arguments; ``original`` is the command line of this process.

    ``broker`` is another broker to trade at, with that broker's own journal; empty stays at the one of before.
    """
    _, *rest = sys.orig_argv if original is None else original
    dropped = (*_BEGINNING, *_OF_THE_MARKET) if broker else _BEGINNING
    return [sys.executable, *_without(rest, dropped), *(("--broker", broker) if broker else ())]


def _without(words: Sequence[str], dropped: Sequence[str]) -> Iterator[str]:
    skips = False
    for word in words:
        name, has_value, _ = word.partition("=")
        if skips:
            skips = False
        elif name in dropped:
            skips = not has_value
        else:
            yield word
