"""What a range of a range breakout is at this moment; written only by folding facts."""

import msgspec

from engine.domain.instant import Instant
from engine.domain.money import Price


class RangeRun(msgspec.Struct, kw_only=True):
    """A frozen range of a range breakout; number 0 where it belongs to no leg."""

    number: int
    high: Price
    low: Price
    problem: str
    set_at: Instant
    high_armed: bool
    low_armed: bool
    high_broken_at: Instant | None = None
    low_broken_at: Instant | None = None
    lost_why: str = ""
    """What is known of its breaks while the engine was down, in words; empty where nothing is to be said."""
