"""Renamed and removed keys of stored documents, version by version."""

from collections.abc import Callable, Mapping
from typing import Any

Step = Callable[[dict[str, Any]], dict[str, Any]]

_LARGEST_SHOWN = 1_000_000


class DocumentVersionError(ValueError):
    """A document comes from a newer Legwork, or says no version that exists."""


def migrate(document: Mapping[str, Any], steps: tuple[Step, ...]) -> dict[str, Any]:
    """Answer a document brought to the newest version.

    A document says its version in ``schema`` (1 where it says none); ``steps[0]`` turns version 1 into 2, and so on;
    the newest version is one more than the number of steps. The key itself is taken away.

    Raises DocumentVersionError.
    """
    rest = dict(document)
    version = rest.pop("schema", 1)
    newest = len(steps) + 1
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise DocumentVersionError(f"schema must be a whole number, and {newest} is the newest that this Legwork reads")
    if version > newest:
        shown = version if version < _LARGEST_SHOWN else "a huge number"
        raise DocumentVersionError(
            f"this document has version {shown}, newer than this Legwork reads ({newest}); update Legwork"
        )
    for step in steps[version - 1 :]:
        rest = step(rest)
    return rest
