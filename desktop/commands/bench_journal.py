"""Measure the journal against raw sqlite3 doing the same work, in turns, on the disk at hand."""

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from time import perf_counter_ns

import numpy as np

from desktop.composition.journals import (
    EMPTY,
    INLINE_MICROSECONDS,
    JournalEntry,
    ThreadedJournal,
    chained,
    head_after,
    measure_flush,
    open_journal,
)
from engine.domain.instant import Instant

BURSTS = (1, 4, 10, 50)
"""Facts in one transaction: one order, a four-leg entry, a busy and an extreme batch."""

_ROUNDS = 200
_WARM_UP = 20
_BODY = (
    b'{"type":"order_requested","at":1787111400000000,"order_id":"LW7K2000001","instrument":"NFO:NIFTY26AUG24500CE",'
    b'"side":"sell","quantity":150,"limit_price":1234500,"portfolio_id":"P000001","leg_id":"L01","purpose":"entry"}'
)
_ENTRY = JournalEntry(Instant(1_787_111_400_000_000), "order_requested", _BODY)

Append = Callable[[int], None]


def journal_benchmark(rounds: int = _ROUNDS, folder: Path | None = None) -> dict[str, object]:
    """Return microseconds per durable append (p50, p99) of journal, writer thread and raw sqlite3, and their ratios.

    All write ahead with synchronous=FULL, one transaction per append, in interleaved rounds in ``folder`` (a temporary
    one when None). ``raw`` inserts the same rows without a chain: the peer of the ratio; ``raw_with_chain`` also
    hashes and moves the head. ``threaded`` queues every fact of the burst on its own.
    """
    with ExitStack() as stack:
        place = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="legwork-bench-")))
        ways = _ways(stack, place)
        bursts = {str(burst): _measured(ways, burst, rounds) for burst in BURSTS}
        flush = measure_flush(place)
    return {
        "rounds": rounds,
        "flush_us": flush,
        "inline": flush < INLINE_MICROSECONDS,
        "bursts": bursts,
        "ratio_to_raw": bursts["1"]["journal"]["p50_us"] / bursts["1"]["raw"]["p50_us"],
    }


def _ways(stack: ExitStack, place: Path) -> dict[str, Append]:
    """Open every way of writing in its own file."""
    journal = stack.enter_context(open_journal(str(place / "journal.sqlite")))
    threaded = stack.enter_context(closing(ThreadedJournal(open_journal(str(place / "threaded.sqlite")))))

    def queue(burst: int) -> None:
        tickets = [threaded.append_later((_ENTRY,)) for _ in range(burst)]
        tickets[-1].result()

    return {
        "raw": _raw(stack, place / "raw.sqlite", with_chain=False),
        "raw_with_chain": _raw(stack, place / "chained.sqlite", with_chain=True),
        "journal": lambda burst: journal.append([_ENTRY] * burst),
        "threaded": queue,
    }


def _raw(stack: ExitStack, path: Path, *, with_chain: bool) -> Append:
    """Open a bare sqlite3 file with the same table and the same durability."""
    file = stack.enter_context(closing(sqlite3.connect(path)))
    file.execute("PRAGMA journal_mode = WAL").fetchall()
    file.execute("PRAGMA synchronous = FULL")
    file.execute(
        "CREATE TABLE facts (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, "
        "body BLOB NOT NULL, hash BLOB NOT NULL)"
    )
    file.execute("CREATE TABLE meta (id INTEGER PRIMARY KEY, count INTEGER NOT NULL, head BLOB NOT NULL)")
    file.execute("INSERT INTO meta VALUES (1, 0, ?)", (EMPTY.head,))
    file.commit()
    end = EMPTY
    written = 0

    def append(burst: int) -> None:
        nonlocal written
        rows = [(written + n, _ENTRY.at, _ENTRY.kind, _BODY, EMPTY.head) for n in range(1, burst + 1)]
        file.executemany("INSERT INTO facts VALUES (?, ?, ?, ?, ?)", rows)
        file.commit()
        written += burst

    def append_chained(burst: int) -> None:
        nonlocal end
        rows = chained(end, [_ENTRY] * burst)
        after = head_after(end, rows)
        values = [(row.seq, row.entry.at, row.entry.kind, row.entry.body, row.link) for row in rows]
        file.executemany("INSERT INTO facts VALUES (?, ?, ?, ?, ?)", values)
        file.execute("UPDATE meta SET count = ?, head = ? WHERE count = ?", (after.count, after.head, end.count))
        file.commit()
        end = after

    return append_chained if with_chain else append


def _measured(ways: dict[str, Append], burst: int, rounds: int) -> dict[str, dict[str, float]]:
    """Return p50 and p99 of each way in microseconds; the ways take turns, so that a noisy disk strikes all alike."""
    taken: dict[str, list[int]] = {name: [] for name in ways}
    order = list(ways)
    for turn in range(_WARM_UP + rounds):
        for name in order[turn % len(order) :] + order[: turn % len(order)]:
            begin = perf_counter_ns()
            ways[name](burst)
            if turn >= _WARM_UP:
                taken[name].append(perf_counter_ns() - begin)
    return {name: _percentiles(times, burst) for name, times in taken.items()}


def _percentiles(times: list[int], burst: int) -> dict[str, float]:
    """Return the figures of one way."""
    middle, late = (float(value) / 1000 for value in np.percentile(times, (50, 99)))
    return {"p50_us": round(middle, 1), "p99_us": round(late, 1), "p50_us_per_fact": round(middle / burst, 1)}
