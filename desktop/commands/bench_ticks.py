"""Measure the decoding of feed frames up to the quote board, paired with the vendor's own parser."""

from desktop.composition.clock import nanoseconds
from desktop.composition.tick_path import TickPath

_SIZES = (1, 5, 500, 3_000)
_MOST = max(_SIZES)


def ticks_benchmark(rounds: int = 30) -> dict[str, object]:
    """Return microseconds for a frame and nanoseconds for a tick by the number of packets in it, ours and the peer's.

    Ours goes from the bytes of a frame to the engine's quote board; the peer is kiteconnect's parser, from the same
    bytes to its dictionaries. They take turns, and each figure is the median of ``rounds`` turns.
    """
    path = TickPath(_MOST)
    frames = {str(size): (path.frame(size), size) for size in _SIZES}
    frames["3000 of all kinds"] = (path.frame(_MOST, mixed=True), _MOST)
    return {
        "rounds": rounds,
        "packets": {name: _compared(path, frame, size, rounds) for name, (frame, size) in frames.items()},
    }


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
