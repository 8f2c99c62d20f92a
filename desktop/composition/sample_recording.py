"""Record the simulated market for a while, for benchmarks and for trying a replay without data."""

from collections.abc import Iterable
from datetime import time
from pathlib import Path

import numpy as np

from brokers.simulated.market import SimulatedMarket
from desktop.composition.markets import DEMONSTRATION_DAY
from engine.domain.instant import MINUTE, SECOND, Instant, ist_instant
from engine.domain.market_rules import MarketRules
from engine.domain.quote import QuoteFrame
from engine.runtime.recording.cleaned import cleaned
from engine.runtime.recording.layout import LAYOUT_VERSION, Header, QuoteRows
from engine.runtime.recording.report import Tally
from engine.runtime.recording.writer import write_recording

KIND = "simulated"


def sample_recording(
    out: Path, rules: MarketRules, *, underlying: str = "NIFTY", minutes: int = 30, seed: int = 1, step: int = SECOND
) -> Header:
    """Write the first ``minutes`` of the demonstration day, a frame every ``step`` µs, and answer the header.

    Raises RecordingError where the disk refuses.
    """
    start = ist_instant(DEMONSTRATION_DAY, time(9, 15))
    market = SimulatedMarket(rules, start=start, seed=seed, underlyings=(underlying,), step=step)
    instruments = market.master.instruments
    found = cleaned(instruments, _rows(market.frames(Instant(start + minutes * MINUTE))))
    header = Header(
        layout=LAYOUT_VERSION,
        kind=KIND,
        sources=(),
        first=found.first,
        last=found.last,
        spacing=found.spacing,
        quotes=found.quotes,
        has_books=found.has_books,
        has_depth=found.has_depth,
        contracts=instruments,
        report=Tally().report(found.quotes),
    )
    write_recording(out, header, found.groups)
    return header


def _rows(frames: Iterable[QuoteFrame]) -> QuoteRows:
    """Answer frames as sorted rows; within a stamp by contract."""
    stamps, contracts, values = [], [], []
    for frame in frames:
        order = np.argsort(frame.rows)
        stamps.append(np.full(len(order), frame.at, dtype=np.int64))
        contracts.append(frame.rows[order])
        values.append(frame.values[order])
    return QuoteRows(np.concatenate(stamps), np.concatenate(contracts), np.concatenate(values))
