"""Whose bars a price source means for a portfolio: a row, a basket of its legs, or an implied forward."""

from math import gcd

from engine.core.prices.candles import Basket, Named, Series
from engine.core.readings import market_data
from engine.core.records import hedge_ties
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.multileg.condition import (
    CombinedPremium,
    FuturePrice,
    LegPremium,
    PriceSource,
    UnderlyingPrice,
    VixPrice,
)
from engine.domain.multileg.states import LEG_DONE, LegOrigin, LegState

VIX = "INDIA VIX"


def series_of(state: EngineState, run: PortfolioRun, source: PriceSource) -> Series | None:
    """Answer the series of a price source; None while its contracts are not chosen, or where nothing is listed."""
    match source:
        case UnderlyingPrice():
            return market_data.underlying_series(state, run)
        case FuturePrice():
            future = market_data.near_future(state, run.portfolio.underlying)
            return None if future is None else state.master.row(future.id)
        case VixPrice():
            vix = state.master.spot(VIX)
            return None if vix is None else state.master.row(vix.id)
        case LegPremium(leg=number):
            declared = (leg for leg in reversed(run.present) if leg.number == number and not hedge_ties.is_hedge(leg))
            return next((leg.row for leg in declared if leg.row >= 0), None)
        case CombinedPremium():
            return premium_basket(run)


def premium_legs(run: PortfolioRun) -> list[LegRun]:
    """Answer the legs whose premiums are combined: those that are held, before the entry those that will be entered."""
    held = [leg for leg in run.present if leg.net_quantity and leg.origin not in (LegOrigin.HEDGE, LegOrigin.GUARD)]
    if held:
        return held
    return [
        leg
        for leg in run.present
        if leg.origin is LegOrigin.DECLARED
        and leg.state is not LegState.IDLE_LEG
        and leg.state not in LEG_DONE
        and leg.leg.lots
    ]


def premium_basket(run: PortfolioRun) -> Basket | None:
    """Answer the combined premium per unit of the legs' ratio, sold less bought; None without all contracts."""
    legs = premium_legs(run)
    if not legs or any(leg.row < 0 for leg in legs):
        return None
    unit = gcd(*(leg.leg.lots for leg in legs))
    weights: dict[int, int] = {}
    for leg in legs:
        weights[leg.row] = weights.get(leg.row, 0) - leg.leg.side.sign * leg.leg.lots // unit
    return Basket(tuple(sorted(weights.items())))


def day_price(state: EngineState, series: Series, *, previous: bool) -> int | None:
    """Answer the day's open of a series, or the close of the day before, in 1/10,000 ₹; None where it was not seen.

    That of a basket is the sum of its parts'; an implied forward has none.
    """
    days = state.days
    match series:
        case int():
            return days.previous_close(series) if previous else days.open(series)
        case Basket():
            total = 0
            for row, weight in series.parts:
                price = days.previous_close(row) if previous else days.open(row)
                if price is None:
                    return None
                total += weight * price
            return total // series.per
        case Named():
            return None
