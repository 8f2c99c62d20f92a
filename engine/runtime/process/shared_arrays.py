"""Arrays that two processes see: one makes them, the other opens them in the same order."""

import contextlib
import mmap
import os
import sys
import tempfile
from pathlib import Path

import numpy as np

from engine.domain.quote import IntArray
from engine.runtime.process.errors import EngineProcessError

_PREFIX = "legwork-"
_CELL_BYTES = 8
_MEMORY = Path("/dev/shm")


class SharedArrays:
    """Zeroed int64 arrays in memory shared under a name; ``makes`` says which side this is.

    On Linux they are files of the system's memory folder, taken whole when they are made, so that a full folder is
    refused at once and never in the middle of a write; elsewhere they are files of the temporary folder (Windows:
    named memory). ``forget`` takes the names away as soon as both sides have opened them: the memory then ends with
    the last of both processes, however they end.
    """

    def __init__(self, name: str, *, makes: bool) -> None:
        self._name = name
        self._makes = makes
        self._count = 0

    def allocate(self, shape: tuple[int, ...]) -> IntArray:
        """Make or open the next array. Raises EngineProcessError where there is no memory or nothing to open."""
        size = int(np.prod(shape)) * _CELL_BYTES
        try:
            memory = self._named(self._count, max(size, _CELL_BYTES))
        except OSError as error:
            raise EngineProcessError(
                f"No memory can be shared with the engine's process ({error.strerror}). Free some of {memory_folder()}"
                ", or start Legwork without --engine-process"
            ) from error
        self._count += 1
        # The array holds on to the mapping, which ends with the last array that looks into it.
        return np.frombuffer(memory, dtype=np.int64, count=size // _CELL_BYTES).reshape(shape)

    def forget(self) -> None:
        """Take the names away; what is open stays. Safe to call twice, from either side."""
        for file in memory_folder().glob(f"{_PREFIX}{self._name}.*"):
            file.unlink(missing_ok=True)

    def _named(self, number: int, size: int) -> mmap.mmap:
        name = f"{_PREFIX}{self._name}.{number}"
        if sys.platform == "win32":
            return mmap.mmap(-1, size, tagname=name)
        made = os.O_CREAT | os.O_EXCL if self._makes else 0
        descriptor = os.open(memory_folder() / name, os.O_RDWR | made, 0o600)
        try:
            if self._makes:
                _take(descriptor, size)
            return mmap.mmap(descriptor, size)
        finally:
            os.close(descriptor)


def memory_folder() -> Path:
    """Answer where shared memory has its names."""
    return _MEMORY if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) else Path(tempfile.gettempdir())


def new_name(number: int) -> str:
    """Answer a name that says whose it is: this process's, and which of its engines."""
    return f"{os.getpid()}-{number}"


def sweep() -> None:
    """Take away what processes left behind that were killed while they opened."""
    for file in memory_folder().glob(f"{_PREFIX}*-*.*"):
        owner = file.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdigit() and not _lives(int(owner)):
            # Another user's are his to take away.
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)


def _take(descriptor: int, size: int) -> None:
    if sys.platform == "linux":
        os.posix_fallocate(descriptor, 0, size)
    else:
        os.ftruncate(descriptor, size)


def _lives(process: int) -> bool:
    if sys.platform == "win32":
        # Its named memory ends by itself, and asking for a process by signal 0 would end it.
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
