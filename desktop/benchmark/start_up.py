"""How long it takes from the command to a window in which the chain is alive."""

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from desktop.benchmark.desk import run_way
from desktop.benchmark.screen import screen
from desktop.composition.clock import nanoseconds


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """One start to measure; ``asked_at`` is the parent's stopwatch, which counts alike in every process of a machine.

    ``journal`` is where the engine keeps its facts, as it does for a trader.
    """

    asked_at: int
    journal: str


def start_benchmark(rounds: int = 5) -> dict[str, Any]:
    """Answer seconds from the command to a usable window: the engine open, the chain painted, a click answered.

    Every start finds an empty folder, as after set-up. The peer is a Python that does nothing.
    """
    usable, alone = [], []
    with tempfile.TemporaryDirectory(prefix="legwork-bench-") as scratch, screen() as environment:
        for number in range(rounds):
            place = Path(scratch) / str(number)
            place.mkdir()
            begun = nanoseconds()
            subprocess.run([sys.executable, "-c", ""], check=True, timeout=60)
            alone.append((nanoseconds() - begun) / 1e9)
            start = Start(asked_at=nanoseconds(), journal=str(place / "journal.sqlite"))
            usable.append(run_way(start, environment, place, "one_start")["seconds"])
    return {
        "rounds": rounds,
        "usable_seconds": round(statistics.median(usable), 2),
        "worst_seconds": round(max(usable), 2),
        "peer": "a Python that does nothing",
        "interpreter_seconds": round(statistics.median(alone), 3),
    }
