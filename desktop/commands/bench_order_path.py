"""Measure the way from a decision to the order on the wire, with and without a durable journal."""

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import numpy as np

from desktop.composition.clock import nanoseconds
from desktop.composition.journals import MemoryJournal, open_journal
from desktop.composition.order_path import OrderPath
from desktop.composition.rules import market_rules

_WARM_UP = 20
_ROW_BYTES = 1_200
"""About what the facts of one start take in the journal."""


def order_path_benchmark(rounds: int = 200, folder: Path | None = None) -> dict[str, object]:
    """Return microseconds from taking a start command to the order at the gateway, p50 and p99, and the ratio.

    ``durable`` writes the facts to a SQLite journal (WAL, synchronous=FULL) in ``folder`` (a temporary one when None)
    before the order may leave; ``in_memory`` keeps the journal in memory. The peer is one bare sqlite3 commit of as
    many bytes, equally durable and in the same turns: what a disk charges before any decision is made.
    """
    with ExitStack() as stack:
        place = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="legwork-bench-")))
        rules = market_rules()
        journal = stack.enter_context(open_journal(str(place / "journal.sqlite")))
        ways: dict[str, Callable[[], int]] = {
            "in_memory": stack.enter_context(closing(OrderPath(rules, MemoryJournal()))).start,
            "durable": stack.enter_context(closing(OrderPath(rules, journal))).start,
            "bare_commit": _bare_commit(stack, place / "raw.sqlite"),
        }
        taken: dict[str, list[int]] = {name: [] for name in ways}
        for turn in range(_WARM_UP + rounds):
            for name, way in ways.items():
                nanoseconds = way()
                if turn >= _WARM_UP and nanoseconds:
                    taken[name].append(nanoseconds)
    figures = {name: _percentiles(times) for name, times in taken.items()}
    return {
        "rounds": rounds,
        **figures,
        "peer": "one bare sqlite3 commit, WAL, synchronous=FULL",
        "ratio_to_peer": round(figures["durable"]["p50_us"] / figures["bare_commit"]["p50_us"], 2),
    }


def _bare_commit(stack: ExitStack, path: Path) -> Callable[[], int]:
    """Open a bare sqlite3 file and return a job that commits one row and returns its nanoseconds."""
    file = stack.enter_context(closing(sqlite3.connect(path)))
    file.execute("PRAGMA journal_mode = WAL").fetchall()
    file.execute("PRAGMA synchronous = FULL")
    file.execute("CREATE TABLE facts (seq INTEGER PRIMARY KEY, body BLOB NOT NULL)")
    file.commit()
    body = bytes(_ROW_BYTES)

    def commit() -> int:
        begin = nanoseconds()
        file.execute("INSERT INTO facts (body) VALUES (?)", (body,))
        file.commit()
        return nanoseconds() - begin

    return commit


def _percentiles(nanoseconds: list[int]) -> dict[str, float]:
    middle, late = (float(value) / 1000 for value in np.percentile(nanoseconds or [0], (50, 99)))
    return {"orders": len(nanoseconds), "p50_us": round(middle, 1), "p99_us": round(late, 1)}
