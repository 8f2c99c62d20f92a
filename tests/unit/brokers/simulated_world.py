"""A small simulated market on the real rules, and the last quotes it showed."""

from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from brokers.simulated.market import SimulatedMarket
from engine.domain.instant import SECOND, Instant, ist_instant
from engine.domain.market_rules import MarketRules
from engine.domain.quote import QuoteBoard, QuoteFrame
from engine.runtime.market_rules_store import load_market_rules

ROOT = Path(__file__).resolve().parents[3]
WEDNESDAY = date(2026, 8, 19)


@cache
def rules() -> MarketRules:
    return load_market_rules(ROOT / "resources" / "market")


def at(hour: int, minute: int = 0, day: date = WEDNESDAY) -> Instant:
    return ist_instant(day, time(hour, minute))


def market(start: Instant | None = None, **changes: Any) -> SimulatedMarket:
    small: dict[str, Any] = {
        "seed": 7,
        "underlyings": ("NIFTY",),
        "step": 30 * SECOND,
        "expiries": 1,
        "strikes_each_side": 12,
    }
    return SimulatedMarket(rules(), start=at(9, 15) if start is None else start, **(small | changes))


def board_after(simulated: SimulatedMarket, until: Instant) -> QuoteBoard:
    board = QuoteBoard(len(simulated.master))
    for frame in simulated.frames(until):
        board.take(frame)
    return board


def fingerprint(frames: list[QuoteFrame]) -> list[bytes]:
    return [
        np.int64(frame.at).tobytes()
        + frame.rows.tobytes()
        + frame.values.tobytes()
        + (b"" if frame.depth is None else frame.depth.tobytes())
        for frame in frames
    ]
