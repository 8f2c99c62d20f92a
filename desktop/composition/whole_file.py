"""Write a small file whole or not at all, and keep what would be lost."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

_OWNER_ONLY = 0o600
_MOST_SET_ASIDE = 100


def write_whole(path: Path, text: str, *, keeps_old: bool = False, owner_only: bool = False) -> None:
    """Write a file so that a crash leaves the old one or the new one. Raises OSError; the file is as it was then.

    With ``keeps_old`` what it said before lies beside it as ``.bak``; with ``owner_only`` nobody else may read it.
    """
    fresh = path.with_name(f"{path.name}.new")
    path.parent.mkdir(parents=True, exist_ok=True)
    if owner_only:
        # The mode is set while the file is still empty: it holds secrets.
        fresh.touch(mode=_OWNER_ONLY)
        fresh.chmod(_OWNER_ONLY)
    fresh.write_text(text, encoding="utf-8")
    if keeps_old:
        with suppress(FileNotFoundError):
            # A copy of its mode too: the old one may hold secrets as well.
            shutil.copy2(path, path.with_name(f"{path.name}.bak"))
    os.replace(fresh, path)  # noqa: PTH105 - the same call, and it names both ends


def set_aside(path: Path) -> Path:
    """Move a file that is about to be replaced to a name beside it, and return that. Raises OSError."""
    places = (path.with_name(f"{path.name}.kept-{number}") for number in range(1, _MOST_SET_ASIDE))
    place = next((place for place in places if not place.exists()), path.with_name(f"{path.name}.kept-1"))
    os.replace(path, place)  # noqa: PTH105 - the same call, and it names both ends
    return place
