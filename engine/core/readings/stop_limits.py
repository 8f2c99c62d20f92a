"""Which legs are entered by a stop-limit order that sleeps at the exchange first, and where it is triggered."""

from engine.core.readings import market_data
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.money import Price, down_to_tick, plain_text, up_to_tick
from engine.domain.multileg.execution import Pricing
from engine.domain.multileg.states import PROTECTORS, LegOrigin, LegState
from engine.domain.order import Side

_AT_ONCE = PROTECTORS | {LegOrigin.REENTERED, LegOrigin.MOMENTUM, LegOrigin.ROLLED}
"""Executions that must be there at once, or whose price was waited for already."""

_LEAST_TICKS = 2
"""A stop to sell needs a tick below it for its limit."""


def sleeps_first(run: PortfolioRun, leg: LegRun) -> bool:
    """Say whether a leg that is ready for its orders sends a stop-limit order before anything else."""
    asks = run.portfolio.execution.pricing is Pricing.STOP_LIMIT and leg.origin not in _AT_ONCE
    return asks and leg.state is LegState.RESOLVED and not leg.slept and not leg.orders


def quote(state: EngineState, leg: LegRun) -> Price | None:
    """Answer the price that the trigger is counted from; None without a quote of today.

    The opposite quote, or the last price where that has gone further: an exchange refuses a stop that is reached.
    """
    side = leg.leg.side
    opposite, last = market_data.opposite_price(state, leg.row, side), market_data.last_price(state, leg.row)
    if opposite is None or not market_data.has_quote_today(state, leg.row):
        return None
    known = [price for price in (opposite, last) if price is not None]
    return max(known) if side is Side.BUY else min(known)


def trigger(run: PortfolioRun, leg: LegRun, counted_from: Price) -> Price | None:
    """Answer where the order is triggered, on the tick and at least one away; None where no stop can lie there."""
    tick, distance = leg.tick, run.portfolio.execution.stop_trigger.units(counted_from)
    if leg.leg.side is Side.BUY:
        return Price(max(up_to_tick(counted_from + distance, tick), counted_from + tick))
    at = min(down_to_tick(counted_from - distance, tick), counted_from - tick)
    return Price(at) if at >= _LEAST_TICKS * tick else None


def lack(state: EngineState, run: PortfolioRun, leg: LegRun) -> str | None:
    """Answer why a leg has no stop-limit order yet, in words; None where it is not to send one."""
    if not sleeps_first(run, leg):
        return None
    counted_from = quote(state, leg)
    if counted_from is None:
        return "its stop-limit order waits for a quote to count the trigger from"
    if trigger(run, leg, counted_from) is None:
        return f"no stop can lie so far below {plain_text(counted_from)}; its stop-limit order waits for a higher price"
    return "its stop-limit order is sent next"
