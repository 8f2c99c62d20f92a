"""One instance per journal: an operating-system lock that ends with its process, however that ends."""

import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from engine.runtime.journal.errors import JournalInUseError, JournalUnwritableError

_LOCKED_BYTE = 1 << 30
"""Far behind the text, so that Windows lets others read who holds the lock."""


class InstanceLock:
    """Holds ``<journal>.lock`` until closed. Raises JournalInUseError when somebody else does."""

    def __init__(self, journal: Path) -> None:
        path = journal.with_name(f"{journal.name}.lock")
        try:
            self._handle: int | None = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise JournalUnwritableError(
                f"The journal's folder {journal.parent} cannot be written ({error.strerror}): "
                "check that it exists and belongs to you."
            ) from error
        if not _locked(self._handle):
            holder = _holder(path)
            self.close()
            raise JournalInUseError(
                f"The journal {journal} is in use by another Legwork{holder}: "
                "close that one, or give this one a journal of its own with --journal."
            )
        self._write_holder()

    def _write_holder(self) -> None:
        """Note our process id for the other one's sentence; on a full disk the lock holds without it."""
        assert self._handle is not None
        try:
            os.ftruncate(self._handle, 0)
            os.write(self._handle, f"{os.getpid()}\n".encode())
        except OSError:
            return

    def close(self) -> None:
        """Let go of the lock; the file stays, because removing it would race with the next holder."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _holder(path: Path) -> str:
    """Answer " (process 1234)" where the lock file tells, else nothing."""
    try:
        text = path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
    return f" (process {text})" if text.isdigit() else ""


if sys.platform == "win32":
    import msvcrt

    def _locked(handle: int) -> bool:
        """Try to lock; answer whether it is ours now."""
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        os.lseek(handle, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _locked(handle: int) -> bool:
        """Try to lock; answer whether it is ours now."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
