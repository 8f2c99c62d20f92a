"""Between which prices a portfolio needs no look: what most quotes are held against, and nothing more."""

from collections.abc import Iterable, Mapping

import msgspec

from engine.core.prices.tick_trail import TickTrail, believed
from engine.core.records.portfolio_run import LegRun
from engine.domain.instant import Instant
from engine.domain.multileg.portfolio import FreakProtection

FAR = 1 << 62
"""Further than any price or profit."""


class RowWatch(msgspec.Struct, frozen=True):
    """Nothing follows while the believed price of ``row`` lies strictly between ``low`` and ``high``; None: no end."""

    row: int
    low: int | None
    high: int | None


class ProfitWatch(msgspec.Struct, frozen=True):
    """Nothing follows while the profit lies strictly between ``low`` and ``high``."""

    low: int
    high: int


class AlwaysLook(msgspec.Struct, frozen=True):
    """Every quote of a watched row needs a look."""


Watch = RowWatch | ProfitWatch | AlwaysLook
"""What a stage says about the quotes that can matter to it."""


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
    protection: FreakProtection


def resting(
    legs: Iterable[LegRun],
    watches: Iterable[Watch],
    wake: int,
    protection: FreakProtection = FreakProtection.SMART,
) -> Resting | None:
    """Answer the ranges in which nothing follows, from what all stages watch; None where every quote needs a look.

    ``legs`` are those whose profit counts.
    """
    bounds: dict[int, list[int]] = {}
    low, high = -FAR, FAR
    for watch in watches:
        match watch:
            case AlwaysLook():
                return None
            case ProfitWatch():
                low, high = max(low, watch.low), min(high, watch.high)
            case RowWatch():
                known = bounds.setdefault(watch.row, [-FAR, FAR])
                known[0] = max(known[0], -FAR if watch.low is None else watch.low)
                known[1] = min(known[1], FAR if watch.high is None else watch.high)
    cash = 0
    held: dict[int, int] = {}
    scales: dict[int, int] = {}
    for leg in legs:
        cash += leg.cash
        if leg.net_quantity:
            held[leg.row] = held.get(leg.row, 0) + leg.net_quantity
            scales[leg.row] = leg.scale
            bounds.setdefault(leg.row, [-FAR, FAR])
    rows = tuple(
        RowRange(row, held.get(row, 0), scales.get(row, 1), *between) for row, between in sorted(bounds.items())
    )
    return Resting(rows=rows, cash=cash, low=low, high=high, wake=wake, protection=protection)


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
        # Most prints are in no doubt, and most portfolios are protected the smart way: they cost no call.
        usual = not trail.doubt and resting.protection is FreakProtection.SMART
        price = trail.price if usual else believed(trail, resting.protection, Instant(now))
        if price is None:
            is_priced = False
            continue
        if not part.low < price < part.high:
            return False
        if part.held:
            profit += part.held * price // part.scale
    return not is_priced or resting.low < profit < resting.high
