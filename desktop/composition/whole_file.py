"""Write a small file whole or not at all, and keep what would be lost."""

import os
from pathlib import Path

_MOST_SET_ASIDE = 100


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a crash leaves the old one or the new one. Raises OSError."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, path)  # noqa: PTH105 - the same call, and it names both ends


def set_aside(path: Path) -> Path:
    """Move a file that is about to be replaced to a name beside it, and return that. Raises OSError."""
    places = (path.with_name(f"{path.name}.kept-{number}") for number in range(1, _MOST_SET_ASIDE))
    place = next((place for place in places if not place.exists()), path.with_name(f"{path.name}.kept-1"))
    os.replace(path, place)  # noqa: PTH105 - the same call, and it names both ends
    return place
