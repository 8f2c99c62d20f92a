"""At which price an order goes out, and where a chased one goes next."""

from decimal import Decimal

from engine.core.readings import market_data
from engine.core.records.order_record import Order
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.identifiers import AccountId
from engine.domain.instant import SECOND, Instant
from engine.domain.instrument import Instrument, Kind
from engine.domain.market_rules import UnknownRuleError
from engine.domain.money import Price, down_to_tick, exact_units, percent_of, up_to_tick
from engine.domain.multileg.execution import Chase, Execution, Pricing
from engine.domain.multileg.exit import ExitPricing
from engine.domain.order import Purpose, Side
from engine.domain.price_protection import PriceBand

OrderTerms = Execution | ExitPricing
"""How orders of a purpose are priced and chased."""


def terms_of(run: PortfolioRun, purpose: Purpose) -> OrderTerms:
    """Answer how orders of a purpose are priced: exits by their own terms where they have some, else as entries."""
    own = run.portfolio.exit.orders
    return own if purpose is Purpose.EXIT and own is not None else run.portfolio.execution


def passive_until(run: PortfolioRun, leg: LegRun) -> Instant | None:
    """Answer until when an exit rests at the middle before it crosses; None where it crosses at once."""
    seconds = run.portfolio.exit.passive_seconds
    if seconds is None or run.panic or leg.exit_decided_at is None:
        return None
    return Instant(leg.exit_decided_at + seconds * SECOND)


def middle_price(state: EngineState, row: int, side: Side) -> Price | None:
    """Answer the middle of bid and ask on the tick, rounded away from the opposite side; None without a price."""
    middle = market_data.middle(state, row)
    if middle is None:
        return None
    tick = state.master.instruments[row].tick_size
    return max(tick, down_to_tick(middle, tick) if side is Side.BUY else up_to_tick(middle, tick))


def limit_price(
    state: EngineState, account: AccountId, row: int, side: Side, beyond: Decimal, least: Decimal = Decimal(0)
) -> Price | None:
    """Answer a limit ``beyond`` percent past the opposite quote, on the tick, inside the band; None without a quote.

    It goes at least ``least`` rupees past the quote.
    It is rounded toward being marketable: a buy up, a sale down (executor reference §0.4.6).
    """
    opposite = market_data.opposite_price(state, row, side)
    if opposite is None:
        return None
    instrument = state.master.instruments[row]
    tick = instrument.tick_size
    distance = max(percent_of(opposite, beyond), exact_units(least))
    low, high = band(state, account, row)
    if side is Side.BUY:
        return Price(max(tick, min(up_to_tick(opposite + distance, tick), down_to_tick(high, tick))))
    return Price(max(tick, down_to_tick(opposite - distance, tick), up_to_tick(low, tick)))


def band(state: EngineState, account: AccountId, row: int) -> tuple[int, int]:
    """Answer the lowest and highest limit that our own fat-finger band lets through, around the last price.

    Where bid or ask lie outside the band of a resting last price, the market has moved and they widen it.
    """
    last = market_data.last_price(state, row)
    buy, sell = market_data.opposite_price(state, row, Side.BUY), market_data.opposite_price(state, row, Side.SELL)
    prices = [price for price in (last, buy, sell) if price is not None]
    if not prices:
        return 0, 0
    limits = state.books.of(account).limits
    floor = exact_units(limits.price_band_floor)
    if state.master.instruments[row].kind not in (Kind.CALL, Kind.PUT):
        floor = 0
    low, high = min(prices), max(prices)
    return low - max(percent_of(low, limits.price_band), floor), high + max(percent_of(high, limits.price_band), floor)


def resting_band(state: EngineState, account: AccountId, row: int, trigger: Price) -> tuple[int, int]:
    """Answer the lowest and highest limit of a stop order that sleeps until ``trigger``.

    The band around the last price holds while the trigger lies in it; exchanges test farther ones when they wake, so
    for those it is the band around the trigger (executor reference §6.5).
    """
    low, high = band(state, account, row)
    reference = market_data.last_price(state, row)
    if not low <= trigger <= high:
        part = percent_of(trigger, state.books.of(account).limits.price_band)
        low, high, reference = trigger - part, trigger + part, trigger
    accepted = _accepted(state, row, reference)
    return (low, high) if accepted is None else (max(low, accepted.lowest), min(high, accepted.highest))


def _accepted(state: EngineState, row: int, reference: Price | None) -> PriceBand | None:
    """Answer the limits that the exchange accepts around a price; None where it has no rule that we know."""
    instrument = state.master.instruments[row]
    if reference is None:
        return None
    try:
        return state.rules.price_protection(instrument.exchange, instrument.kind, market_data.today(state), reference)
    except UnknownRuleError:
        return None  # Live trading is refused without the rule; replay and paper go on without a band.


def first_price(state: EngineState, account: AccountId, row: int, side: Side, execution: OrderTerms) -> Price | None:
    """Answer the limit of a new order."""
    if execution.pricing is Pricing.LIMIT:
        return limit_price(state, account, row, side, Decimal(0))
    return limit_price(state, account, row, side, execution.buffer, execution.buffer_points)


def chased_price(state: EngineState, order: Order, row: int, execution: OrderTerms, steps: int) -> Price | None:
    """Answer the next limit of an unfilled order after ``steps`` chasing steps; it never goes back."""
    chase: Chase = execution.chase
    plain = execution.pricing is Pricing.LIMIT
    buffer, least = (Decimal(0), Decimal(0)) if plain else (execution.buffer, execution.buffer_points)
    beyond = buffer + chase.step * steps if steps <= chase.steps else max(chase.cross, buffer)
    wanted = limit_price(state, order.account, row, order.side, beyond, least)
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
