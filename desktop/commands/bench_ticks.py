"""Measure the decoding of feed frames up to the quote board, and the way from a frame to an order."""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import numpy as np

from desktop.composition.clock import nanoseconds
from desktop.composition.journals import MemoryJournal, open_journal
from desktop.composition.rules import market_rules
from desktop.composition.tick_path import TickPath
from desktop.verification.zerodha.frame_path import FramePath

_SIZES = (1, 5, 500, 3_000)
_MOST = max(_SIZES)
_ORDERS_A_ROUND = 7
_WARM_UP = 5


def ticks_benchmark(rounds: int = 30) -> dict[str, object]:
    """Return microseconds for a frame and nanoseconds for a tick by the number of packets in it, ours and the peer's.

    Ours goes from the bytes of a frame to the engine's quote board; the peer is kiteconnect's parser, from the same
    bytes to its dictionaries. They take turns, and each figure is the median of ``rounds`` turns. ``frame_to_order``
    is the way through the running engine, see ``_frames_to_orders``.
    """
    path = TickPath(_MOST)
    frames = {str(size): (path.frame(size), size) for size in _SIZES}
    frames["3000 of all kinds"] = (path.frame(_MOST, mixed=True), _MOST)
    return {
        "rounds": rounds,
        "packets": {name: _compared(path, frame, size, rounds) for name, (frame, size) in frames.items()},
        "frame_to_order": _frames_to_orders(rounds * _ORDERS_A_ROUND),
    }


def _frames_to_orders(orders: int) -> dict[str, object]:
    """Return microseconds from the bytes of a frame to those of an order at the wire, p50, p99 and p99.9.

    The frame holds a whole chain with depth and crosses a stop; it is decoded, decided, journaled and sent by the real
    adapter, whose wire has no socket. ``durable`` writes to a SQLite journal (synchronous=FULL) before the order may
    leave, ``in_memory`` does not, and ``vendors_parser`` is ``in_memory`` with kiteconnect's parser in front.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="legwork-bench-")))
        journal = stack.enter_context(open_journal(str(folder / "journal.sqlite")))
        rules = market_rules()
        ways: dict[str, Callable[[], int]] = {
            "durable": stack.enter_context(closing(FramePath(rules, journal))).cross,
            "in_memory": stack.enter_context(closing(FramePath(rules, MemoryJournal()))).cross,
            "vendors_parser": stack.enter_context(
                closing(FramePath(rules, MemoryJournal(), vendors_parser=True))
            ).cross,
        }
        taken: dict[str, list[int]] = {name: [] for name in ways}
        for turn in range(_WARM_UP + orders):
            for name, way in ways.items():
                took = way()
                if turn >= _WARM_UP and took:
                    taken[name].append(took)
    figures = {name: _percentiles(times) for name, times in taken.items()}
    ratio = figures["vendors_parser"]["p50_us"] / max(figures["in_memory"]["p50_us"], 0.1)
    return {**figures, "ratio_to_vendors_parser": round(ratio, 1)}


def _percentiles(times: list[int]) -> dict[str, float]:
    p50, p99, p999 = (float(one) / 1000 for one in np.percentile(times or [0], (50, 99, 99.9)))
    return {"orders": len(times), "p50_us": round(p50, 1), "p99_us": round(p99, 1), "p99_9_us": round(p999, 1)}


def _compared(path: TickPath, frame: bytes, size: int, rounds: int) -> dict[str, float]:
    """Measure one frame; small frames are taken many times in one turn."""
    many = max(1, 200 // size)
    ours: list[float] = []
    theirs: list[float] = []
    path.vendors(frame)
    for _ in range(rounds):
        for take, times in ((path.take, ours), (path.vendors, theirs)):
            begin = nanoseconds()
            for _ in range(many):
                take(frame)
            times.append((nanoseconds() - begin) / many)
    mine, peer = _median(ours), _median(theirs)
    return {
        "frame_us": round(mine / 1000, 2),
        "ns_per_tick": round(mine / size, 1),
        "ticks_per_second": round(size / mine * 1e9),
        "peer_frame_us": round(peer / 1000, 2),
        "ratio_to_peer": round(peer / mine, 1),
    }


def _median(times: list[float]) -> float:
    return sorted(times)[len(times) // 2]
