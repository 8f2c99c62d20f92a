"""What the ranges of a range breakout are made of: the underlying, the legs' premiums, or all of them together."""

from collections.abc import Iterator
from math import gcd

from engine.core.prices.candles import Basket, Series
from engine.core.readings import market_data
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.multileg.range_breakout import RangeBreakout, RangeOf
from engine.domain.multileg.states import LegOrigin

WHOLE = 0
"""The number of the range that belongs to no leg: of the underlying or of the combined premium."""


def members(run: PortfolioRun, number: int) -> list[LegRun]:
    """Answer the first executions whose premiums make a range."""
    legs = [
        leg for leg in run.present if leg.origin is LegOrigin.DECLARED and not leg.leg.breakout_exempt and leg.row >= 0
    ]
    return [leg for leg in legs if number in (WHOLE, leg.number)]


def weights(run: PortfolioRun) -> list[tuple[int, int]]:
    """Answer the rows of the combined premium and how each counts: sold positive, bought negative, in ratios."""
    legs = members(run, WHOLE)
    unit = gcd(*(leg.leg.lots for leg in legs)) or 1
    summed: dict[int, int] = {}
    for leg in legs:
        summed[leg.row] = summed.get(leg.row, 0) - leg.leg.side.sign * leg.leg.lots // unit
    return sorted(summed.items())


def series(state: EngineState, run: PortfolioRun, rule: RangeBreakout, number: int) -> Series | None:
    """Answer what candles of a range are built of; None while its contracts are not chosen."""
    match rule.of:
        case RangeOf.UNDERLYING:
            return market_data.underlying_series(state, run)
        case RangeOf.BOTH if number == WHOLE:
            return market_data.underlying_series(state, run)
        case RangeOf.LEGS | RangeOf.BOTH:
            return next((leg.row for leg in members(run, number)), None)
        case RangeOf.STRATEGY:
            parts = weights(run)
            return Basket(tuple(parts)) if parts else None


def bars(state: EngineState, run: PortfolioRun) -> Iterator[Series]:
    """Answer the series that make the ranges, from the moment the portfolio is armed."""
    rule = run.portfolio.range_breakout
    if rule is None:
        return
    numbers = [] if rule.of is RangeOf.LEGS else [WHOLE]
    if rule.of is RangeOf.BOTH:
        numbers += [leg.number for leg in members(run, WHOLE) if leg.breaks]
    elif rule.of is RangeOf.LEGS:
        numbers += [leg.number for leg in members(run, WHOLE)]
    for number in numbers:
        found = series(state, run, rule, number)
        if found is not None:
            yield found
