"""At which price an order goes out, and where a chased one goes next."""

from decimal import Decimal

from engine.core import market_data
from engine.core.portfolio_run import Order
from engine.core.state import EngineState
from engine.domain.instrument import Instrument, Kind
from engine.domain.money import Price, down_to_tick, exact_units, percent_of, up_to_tick
from engine.domain.multileg.execution import Chase, Execution
from engine.domain.order import Side


def limit_price(state: EngineState, row: int, side: Side, beyond: Decimal) -> Price | None:
    """Answer a limit ``beyond`` percent past the opposite quote, on the tick, inside the band; None without a quote.

    It is rounded toward being marketable: a buy up, a sale down (executor reference §0.4.6).
    """
    opposite = market_data.opposite_price(state, row, side)
    if opposite is None:
        return None
    instrument = state.master.instruments[row]
    tick = instrument.tick_size
    distance = percent_of(opposite, beyond)
    low, high = band(state, row)
    if side is Side.BUY:
        return Price(max(tick, min(up_to_tick(opposite + distance, tick), down_to_tick(high, tick))))
    return Price(max(tick, down_to_tick(opposite - distance, tick), up_to_tick(low, tick)))


def band(state: EngineState, row: int) -> tuple[int, int]:
    """Answer the lowest and highest limit that our own fat-finger band lets through, around the last price.

    Where bid or ask lie outside the band of a resting last price, the market has moved and they widen it.
    """
    last = market_data.last_price(state, row)
    buy, sell = market_data.opposite_price(state, row, Side.BUY), market_data.opposite_price(state, row, Side.SELL)
    prices = [price for price in (last, buy, sell) if price is not None]
    if not prices:
        return 0, 0
    limits = state.books.limits
    floor = exact_units(limits.price_band_floor)
    if state.master.instruments[row].kind not in (Kind.CALL, Kind.PUT):
        floor = 0
    low, high = min(prices), max(prices)
    return low - max(percent_of(low, limits.price_band), floor), high + max(percent_of(high, limits.price_band), floor)


def first_price(state: EngineState, row: int, side: Side, execution: Execution) -> Price | None:
    """Answer the limit of a new order."""
    return limit_price(state, row, side, execution.buffer)


def chased_price(state: EngineState, order: Order, row: int, execution: Execution, steps: int) -> Price | None:
    """Answer the next limit of an unfilled order after ``steps`` chasing steps; it never goes back."""
    chase: Chase = execution.chase
    beyond = execution.buffer + chase.step * steps if steps <= chase.steps else max(chase.cross, execution.buffer)
    wanted = limit_price(state, row, order.side, beyond)
    if wanted is None or order.limit_price is None:
        return wanted
    opposite = market_data.opposite_price(state, row, order.side)
    marketable = opposite is not None and (
        order.limit_price >= opposite if order.side is Side.BUY else order.limit_price <= opposite
    )
    if marketable:
        # It already crosses: a price further on would only pay more.
        return order.limit_price
    further = max(wanted, order.limit_price) if order.side is Side.BUY else min(wanted, order.limit_price)
    return Price(further)


def slice_quantity(instrument: Instrument) -> int | None:
    """Answer the largest quantity of one order, a whole number of lots (ruling 14); None without a freeze quantity."""
    if instrument.freeze_quantity is None:
        return None
    return max(instrument.freeze_quantity // instrument.lot_size, 1) * instrument.lot_size
