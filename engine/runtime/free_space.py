"""How much room the journal's disk has left, and from when on that is a reason to open nothing new."""

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec

from engine.runtime.journal.location import LOW_SPACE_BYTES

FLOOR_BYTES = 300_000_000
"""Below this nothing new is opened (reliability failure path 50)."""

_REOPEN_BYTES = 350_000_000
"""Room that lets openings go on again; above the floor, so that one log file does not switch them on and off."""


class Shortage(msgspec.Struct, frozen=True):
    """Too little room: a sentence for the trader, and whether it stops openings or only warns."""

    sentence: str
    blocks: bool


class FreeSpace:
    """Looks at a disk when asked; ``free_bytes`` answers its free bytes, None where that cannot be known."""

    def __init__(self, place: str, free_bytes: Callable[[], int | None]) -> None:
        self._place = place
        self._free_bytes = free_bytes
        self._blocked = False

    def shortage(self) -> Shortage | None:
        """Look, and answer what is wrong: openings stop below 300 MB, a warning comes below 1 GB, else None."""
        free = self._free_bytes()
        if free is None or free >= LOW_SPACE_BYTES:
            self._blocked = False
            return None
        self._blocked = free < (_REOPEN_BYTES if self._blocked else FLOOR_BYTES)
        megabytes = free // 1_000_000
        where = f"Only {megabytes:,} MB are free where the journal lies ({self._place})"
        if self._blocked:
            needed = _REOPEN_BYTES // 1_000_000
            return Shortage(f"{where}. Nothing new is opened until {needed} MB are free; exits go on.", blocks=True)
        floor = FLOOR_BYTES // 1_000_000
        return Shortage(f"{where}: make room; below {floor} MB nothing new is opened.", blocks=False)


def free_space_beside(journal: Path) -> FreeSpace:
    """Answer the watch over the disk that holds a journal's file."""
    return FreeSpace(str(journal), lambda: _free_bytes(journal.parent))


def _free_bytes(folder: Path) -> int | None:
    """Answer the free bytes of a folder's disk; None where it cannot be asked: the journal itself says more then."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None
