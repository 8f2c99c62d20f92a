"""Whether the workstation's memory stays flat while it trades for a long time."""

import tempfile
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from desktop.benchmark.desk import run_way
from desktop.benchmark.screen import screen

_SETTLING = 0.2
"""Part of the time after which memory should stand still: caches and the day's first rows fill before."""


class LongRun(msgspec.Struct, frozen=True, kw_only=True):
    """A long run to watch."""

    journal: str
    seconds: float


def memory_benchmark(minutes: int = 60) -> dict[str, Any]:
    """Answer megabytes of the workstation's process over some minutes at ten times the pace of life, trading.

    ``growth_mb_per_hour`` is the slope of the second half, by least squares.
    """
    with tempfile.TemporaryDirectory(prefix="legwork-bench-") as scratch, screen() as environment:
        run = LongRun(journal=str(Path(scratch) / "journal.sqlite"), seconds=minutes * 60.0)
        samples = run_way(run, environment, Path(scratch), "long_run")["megabytes"]
    return {"minutes": minutes, **slope(samples, minutes)}


def slope(megabytes: list[float], minutes: float) -> dict[str, float]:
    """Answer first, last and growth of evenly spaced samples over so many minutes."""
    first = int(len(megabytes) * _SETTLING)
    half = megabytes[len(megabytes) // 2 :]
    hours = np.linspace(0.0, minutes / 120.0, len(half))
    grown = float(np.polyfit(hours, half, 1)[0]) if len(half) > 1 else 0.0
    return {
        "first_mb": round(megabytes[first], 1),
        "last_mb": round(megabytes[-1], 1),
        "growth_mb_per_hour": round(grown, 2),
    }
