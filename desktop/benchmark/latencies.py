"""What requests took on their way to the broker while a benchmark ran, in figures."""

from collections.abc import Sequence

import msgspec
import numpy as np

from engine.api import Notice
from engine.views.latency import RequestLatency
from engine.views.status import StatusRow

_PERCENTILES = (50, 90, 99)


class Latencies:
    """Collects what an engine tells of its requests; a listener of an engine, or fed by a window's bridge."""

    def __init__(self) -> None:
        self.found: list[RequestLatency] = []
        self.status: StatusRow | None = None

    def take_notices(self, notices: Sequence[Notice]) -> None:
        """See notices, on the engine's thread."""
        for one in notices:
            match one:
                case RequestLatency():
                    self.found.append(one)
                case StatusRow():
                    self.status = one
                case _:
                    pass

    def take(self, latencies: Sequence[RequestLatency]) -> None:
        """See what a bridge hands on."""
        self.found.extend(latencies)


def tick_to_order_figures(found: Sequence[RequestLatency]) -> dict[str, float]:
    """Answer the percentiles of tick to order in microseconds, with the disk and without it, and of the decision."""
    with_disk = [one.tick_to_order for one in found]
    without = [one.tick_to_order - one.journal for one in found]
    return {
        "requests": len(found),
        **_named("", with_disk),
        **_named("without_disk_", without),
        **_named("decision_", [one.decision for one in found]),
    }


def _named(prefix: str, microseconds: Sequence[int]) -> dict[str, float]:
    values = np.percentile(microseconds or [0], _PERCENTILES).tolist()
    named = {f"{prefix}p{rank}_us": round(value) for rank, value in zip(_PERCENTILES, values, strict=True)}
    return {**named, f"{prefix}worst_us": max(microseconds, default=0)}


class Added(msgspec.Struct, frozen=True):
    """What one deed in the window cost the engine: the worst request around it, and the worst of quiet seconds."""

    around_us: int
    quiet_us: int

    @property
    def milliseconds(self) -> float:
        """Answer what the deed added at most; 0 where it added nothing that can be seen."""
        return round(max(0, self.around_us - self.quiet_us) / 1_000, 1)
