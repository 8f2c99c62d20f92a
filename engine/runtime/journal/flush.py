"""Measure what one flush to the disk costs, which decides who waits for it."""

import os
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter_ns

from engine.runtime.journal.errors import JournalUnwritableError

INLINE_MICROSECONDS = 1_000
"""Below this the engine thread flushes itself; a slower disk gets a writer thread."""

_PAGE = bytes(4096)
_ROUNDS = 21


def measure_flush(folder: Path, rounds: int = _ROUNDS) -> int:
    """Answer the median microseconds of appending a page to a file in ``folder`` and flushing it.

    Raises JournalUnwritableError where nothing can be written.
    """
    try:
        with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
            return round(median(_flush_time(file.fileno()) for _ in range(rounds)) / 1000)
    except OSError as error:
        raise JournalUnwritableError(
            f"The folder {folder} cannot be written ({error.strerror}): choose another place."
        ) from error


def _flush_time(handle: int) -> int:
    """Answer the nanoseconds of one page."""
    begin = perf_counter_ns()
    os.write(handle, _PAGE)
    os.fsync(handle)
    return perf_counter_ns() - begin
