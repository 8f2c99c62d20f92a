"""How long requests take on their way to the broker and back, and how smooth the window is, as a table."""

from collections.abc import Callable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from desktop.bridge import EngineBridge
from desktop.presentation import formats
from desktop.presentation.theme import Theme
from desktop.viewmodels.columns import Align, Column
from desktop.viewmodels.row_table import RowTableModel
from desktop.viewmodels.times import latency_text
from engine.views.latency import Request, RequestLatency
from engine.views.orders import OrderRow

_MOST_ORDERS = 4_096
"""Orders, newest last, whose answers are counted."""

Micros = NDArray[np.int64]


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """One stage on the way from the feed to the broker and back.

    ``of_request`` answers the microseconds of a request, for a stage inside the engine; ``of_order`` those of an order,
    None where it has not happened, for a stage at the broker.
    """

    key: str
    title: str
    tip: str
    of_request: Callable[[RequestLatency], int] | None = None
    of_order: Callable[[OrderRow], int | None] | None = None


STAGES: tuple[Stage, ...] = (
    Stage(
        key="feed",
        title="Feed",
        tip="How late the engine took the quotes, after the instant at which they were due. Wall time.",
        of_request=lambda one: one.feed,
    ),
    Stage(
        key="decision",
        title="Decision",
        tip="From the quote, report, command or timer that led to a request until it was decided. Wall time.",
        of_request=lambda one: one.decision,
    ),
    Stage(
        key="journal",
        title="Journal",
        tip="From the decision until it was safely on the disk: nothing is sent before. Wall time.",
        of_request=lambda one: one.journal,
    ),
    Stage(
        key="queue",
        title="Queue",
        tip="From the disk to the broker's gateway: exits first, no faster than the broker allows. Wall time.",
        of_request=lambda one: one.queue,
    ),
    Stage(
        key="tick_to_order",
        title="Tick to order",
        tip="Decision, journal and queue together: from what led to a request until the gateway had it. Wall time.",
        of_request=lambda one: one.tick_to_order,
    ),
    Stage(
        key="answer",
        title="Broker's answer",
        tip="From the wire to the broker's first answer about an order, by the engine's clock.",
        of_order=lambda row: row.acknowledge_latency,
    ),
    Stage(
        key="fill",
        title="Fill",
        tip="From the wire to the last fill of an order, by the engine's clock.",
        of_order=lambda row: row.fill_latency,
    ),
)
"""From the feed to the wire and back, in their order."""


class StageRow(msgspec.Struct, frozen=True, kw_only=True):
    """What one stage took; microseconds, None before the first."""

    stage: Stage
    count: int = 0
    newest: int | None = None
    p50: int | None = None
    p95: int | None = None
    p99: int | None = None
    worst: int | None = None


def stage_row(stage: Stage, samples: Micros) -> StageRow:
    """Answer the percentiles of a stage; ``samples`` in µs, int64 (n,), oldest first."""
    if not len(samples):
        return StageRow(stage=stage)
    p50, p95, p99 = (round(value) for value in np.percentile(samples, (50, 95, 99)).tolist())
    return StageRow(
        stage=stage,
        count=len(samples),
        newest=int(samples[-1]),
        p50=p50,
        p95=p95,
        p99=p99,
        worst=int(samples.max()),
    )


class Distribution(msgspec.Struct, frozen=True):
    """How often a stage took how long.

    ``edges`` in microseconds, one more than ``counts``; edges follow 1, 2, 5 through the decades.
    """

    edges: tuple[int, ...]
    counts: tuple[int, ...]


EDGES: tuple[int, ...] = (0, *(step * 10**power for power in range(1, 7) for step in (1, 2, 5)), 10_000_000)
"""From 10 µs to 10 s; the first bin holds what is shorter, the last what is longer."""


def distribution(samples: Micros) -> Distribution:
    """Answer the histogram of a stage between the first and the last bin that hold anything; empty without samples."""
    bins = np.clip(np.searchsorted(EDGES, samples, side="right") - 1, 0, len(EDGES) - 2)
    counts = np.bincount(bins, minlength=len(EDGES) - 1)
    filled = np.flatnonzero(counts)
    if not len(filled):
        return Distribution((), ())
    first, last = max(0, int(filled[0]) - 1), min(len(counts) - 1, int(filled[-1]) + 1)
    return Distribution(EDGES[first : last + 2], tuple(counts[first : last + 1].tolist()))


def _time(key: str, header: str, tip: str, value: Callable[[StageRow], int | None]) -> Column[StageRow]:
    return Column(
        key=key,
        header=header,
        tooltip=tip,
        width=74,
        least=60,
        text=lambda row: latency_text(value(row)),
        sort_value=lambda row: value(row) or 0,
        value=value,
        unit="µs",
    )


LATENCY_COLUMNS: tuple[Column[StageRow], ...] = (
    Column(
        key="stage",
        header="Stage",
        width=118,
        least=100,
        align=Align.LEFT,
        text=lambda row: row.stage.title,
        cell_tooltip=lambda row: row.stage.tip,
        sort_value=lambda row: STAGES.index(row.stage),
    ),
    Column(
        key="count",
        rank=2,
        header="Count",
        tooltip="Requests or orders that the figures are of: the newest ones of this start",
        width=56,
        text=lambda row: formats.quantity(row.count),
        sort_value=lambda row: row.count,
        value=lambda row: row.count,
    ),
    _time("newest", "Newest", "What the newest one took", lambda row: row.newest),
    _time("p50", "p50", "Half of them took no longer", lambda row: row.p50),
    _time("p95", "p95", "95 of 100 took no longer", lambda row: row.p95),
    _time("p99", "p99", "99 of 100 took no longer", lambda row: row.p99),
    _time("worst", "Worst", "The longest of them", lambda row: row.worst),
)
"""Columns of the latency table."""


class LatencyModel(RowTableModel[StageRow]):
    """The stages with their percentiles; ``renew`` computes them where something is new.

    Attributes:
        request: The kind of request whose stages are shown; None for all.
    """

    def __init__(self, bridge: EngineBridge, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(LATENCY_COLUMNS, lambda row: row.stage.key, theme, parent)
        self._bridge = bridge
        self.request: Request | None = None
        self._is_stale = True
        bridge.latencies_added.connect(self._mark)
        bridge.orders_changed.connect(self._mark)
        self.renew()

    def show_request(self, request: Request | None) -> None:
        """Show the stages of one kind of request, or of all."""
        self.request, self._is_stale = request, True
        self.renew()

    def renew(self) -> bool:
        """Compute the figures anew where a request or an answer came since; return whether that was so."""
        if not self._is_stale:
            return False
        self._is_stale = False
        self.apply_rows([stage_row(stage, self.samples(stage)) for stage in STAGES])
        return True

    def samples(self, stage: Stage) -> Micros:
        """Return what a stage took, in µs, int64 (n,), oldest first."""
        if stage.of_request is not None:
            take = stage.of_request
            found = [take(one) for one in self._bridge.latencies if self.request in (None, one.request)]
        else:
            found = _answered(list(self._bridge.orders.values())[-_MOST_ORDERS:], stage)
        return np.asarray(found, dtype=np.int64)

    def _mark(self, _rows: list[object]) -> None:
        self._is_stale = True


def _answered(orders: Sequence[OrderRow], stage: Stage) -> list[int]:
    take = stage.of_order
    return [] if take is None else [took for row in orders if (took := take(row)) is not None]
