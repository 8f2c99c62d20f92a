"""Between which prices a portfolio needs no look: what most quotes are held against, and nothing more."""

from collections.abc import Mapping

import msgspec

from engine.core.tick_trail import TickTrail

FAR = 1 << 62
"""Further than any price or profit."""


class RowRange(msgspec.Struct, frozen=True, gc=False):
    """Nothing fires while the believed price of ``row`` lies strictly between ``low`` and ``high``.

    ``held`` over ``scale`` is what a unit of that price adds to the profit; 0 for an underlying.
    """

    row: int
    held: int
    scale: int
    low: int
    high: int


class Resting(msgspec.Struct, frozen=True, gc=False):
    """A portfolio at rest: nothing is under way, and a quote matters only where it leaves one of these ranges.

    It may say that a look is needed where none is, never the reverse. ``low`` and ``high`` bound the profit.
    """

    rows: tuple[RowRange, ...]
    cash: int
    low: int
    high: int
    wake: int
    """From this instant on a look is due whatever the prices are."""


def is_quiet(resting: Resting, trails: Mapping[int, TickTrail], now: int) -> bool:
    """Say whether looking at the portfolio now would lead to nothing."""
    if now >= resting.wake:
        return False
    profit = resting.cash
    is_priced = True
    for part in resting.rows:
        trail = trails.get(part.row)
        if trail is None or not trail.price:
            return False
        if trail.doubt:
            is_priced = False
            continue
        price = trail.price
        if not part.low < price < part.high:
            return False
        if part.held:
            profit += part.held * price // part.scale
    return not is_priced or resting.low < profit < resting.high
