"""Which orders of a leg rest at the broker, and the terms on which they should."""

from collections.abc import Iterator

import msgspec

from engine.core.orders import order_pricing
from engine.core.readings import ledger, market_data
from engine.core.records.order_record import Order
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.core.want import Want
from engine.domain.instant import SECOND, Instant, ist_date
from engine.domain.money import Price, down_to_tick, plain_text, up_to_tick
from engine.domain.multileg.at_broker import AtBroker, PriceBuffer
from engine.domain.multileg.levels import Measure
from engine.domain.multileg.states import LegState
from engine.domain.order import OrderStatus, OrderType, Purpose, RestsFor, Side


class Terms(msgspec.Struct, frozen=True):
    """On which terms an order rests; a trigger only on a stop order."""

    order_type: OrderType
    trigger: Price | None
    limit: Price
    held_back: bool = False
    """Whether the price protection keeps the limit nearer than it should lie."""

    def differ_from(self, order: Order) -> bool:
        """Say whether a resting order must change for these terms.

        A band that moves with every price is no reason: each change is a call, and brokers count them.
        """
        if self.trigger is not None and self.held_back:
            return self.trigger != order.trigger_price
        return (self.limit, self.trigger) != (order.limit_price, order.trigger_price)


_ONLY_ENTRIES = AtBroker(leg_stop=False)
_NOTHING = PriceBuffer()


def rule_of(run: PortfolioRun) -> AtBroker | None:
    """Answer what rests at the broker for a portfolio: as declared, or stop-limit entries alone; None for nothing."""
    if run.portfolio.at_broker is not None:
        return run.portfolio.at_broker
    return _ONLY_ENTRIES if any(leg.slept for leg in run.legs) else None


def of_leg(state: EngineState, leg: LegRun, kind: RestsFor | None = None) -> list[Order]:
    """Answer the working orders of a leg that rest for a level, or for one kind of level."""
    if not leg.working:
        return []
    orders = (state.books.orders[order_id] for order_id in leg.working)
    return [order for order in orders if order.rests_for is not None and kind in (None, order.rests_for)]


def at_work(state: EngineState, leg: LegRun) -> bool:
    """Say whether an order of a leg is wanted now, beside those that rest for its levels."""
    return any(state.books.orders[order_id].rests_for is None for order_id in leg.working)


def stop_rests(state: EngineState, leg: LegRun) -> bool:
    """Say whether the stop of a leg sleeps at the broker now, so that it is looked at there first."""
    return any(order.status is OrderStatus.TRIGGER_PENDING for order in of_leg(state, leg, RestsFor.STOP))


def target_rests(state: EngineState, leg: LegRun) -> bool:
    """Say whether the target of a leg is a limit in the exchange's book now, so that it is filled there first."""
    return any(order.status is OrderStatus.OPEN for order in of_leg(state, leg, RestsFor.TARGET))


def lost(state: EngineState, leg: LegRun, kind: RestsFor) -> list[Order]:
    """Answer today's orders for a level of a leg that the broker refused or cancelled unasked and unfilled."""
    return [
        order
        for order in ledger.orders_of(state, leg, Purpose.EXIT)
        if order.rests_for is kind
        and order.status in (OrderStatus.CANCELLED, OrderStatus.REJECTED)
        and not order.filled
        and not order.cancel_asked
        and ist_date(order.requested_at) == market_data.today(state)  # Day orders lapse overnight; that is no loss.
    ]


def may_change_from(order: Order) -> Instant:
    """Answer from when a resting order may be changed again: each refusal doubles the pause, up to a minute."""
    if not order.refusals:
        return order.updated_at
    return Instant(order.updated_at + min(60, 1 << order.refusals) * SECOND)


def kept_quantity(leg: LegRun) -> int:
    """Answer the quantity that resting orders should close: what the leg holds, less what is closed in part now."""
    return abs(leg.net_quantity) if leg.keep is None else min(abs(leg.net_quantity), leg.keep)


def leaving(state: EngineState, leg: LegRun) -> int:
    """Answer the quantity that exit orders at work may still close beside those that rest."""
    exits = ledger.working(state, leg, Purpose.EXIT)
    under_way = sum(order.remaining for order in exits if order.rests_for is None)
    return max(0, under_way - (abs(leg.net_quantity) - kept_quantity(leg)))


def exit_terms(state: EngineState, run: PortfolioRun, leg: LegRun, rule: AtBroker, kind: RestsFor) -> Terms | None:
    """Answer the terms of a leg's resting stop or target; None where it cannot rest now.

    The trigger lies before the stop, the limit beyond it, counted from the stop (executor reference T39). A stop that
    the price has reached is closed from here: an exchange refuses it.
    """
    level = leg.stop if kind is RestsFor.STOP else leg.target
    if level is None or level.of is not Measure.PREMIUM:
        return None
    side = Side.BUY if leg.net_quantity < 0 else Side.SELL
    if kind is RestsFor.TARGET:
        return _limit_terms(state, run, leg, Price(level.value))
    terms = _stop_terms(state, run, leg, level.value, side, rule.trigger_buffer, rule.limit_buffer)
    return None if terms is None or _is_passed(state, leg, side, terms.trigger) else terms


def entry_terms(state: EngineState, run: PortfolioRun, leg: LegRun, rule: AtBroker) -> Terms | None:
    """Answer the terms of a waiting leg's resting order; None where it cannot rest now.

    Waiting for a worse price is a stop order, waiting for a better one a limit order (executor reference §1.2.1). Where
    the price protection leaves no room for the limit of a stop-limit entry, nothing is sent.
    """
    level, side = leg.trigger, leg.leg.side
    if level is None or level.of is not Measure.PREMIUM:
        return None
    if leg.state is LegState.WAIT_STOP:
        beyond = run.portfolio.execution.stop_limit
        terms = _stop_terms(state, run, leg, level.value, side, _NOTHING, beyond)
        exact = terms is not None and not terms.held_back and not _is_passed(state, leg, side, terms.trigger)
        return terms if exact else None
    if level.rising is (side is Side.SELL):
        price = up_to_tick(level.value, leg.tick) if side is Side.SELL else down_to_tick(level.value, leg.tick)
        return _limit_terms(state, run, leg, Price(price))
    terms = _stop_terms(state, run, leg, level.value, side, rule.entry_trigger_buffer, rule.entry_limit_buffer)
    return None if terms is None or _is_passed(state, leg, side, terms.trigger) else terms


def _limit_terms(state: EngineState, run: PortfolioRun, leg: LegRun, price: Price) -> Terms | None:
    """Answer a limit at a price; None where the price protection ends before it: nearer, it would fill too early."""
    clamped = _in_band(leg, price, order_pricing.band(state, run.account, leg.row))
    return Terms(OrderType.LIMIT, None, price) if clamped == price else None


def _stop_terms(
    state: EngineState,
    run: PortfolioRun,
    leg: LegRun,
    at: int,
    side: Side,
    before: PriceBuffer,
    beyond: PriceBuffer,
) -> Terms | None:
    tick = leg.tick
    if side is Side.BUY:
        trigger = Price(max(tick, down_to_tick(at - before.units(at), tick)))
        limit = Price(max(up_to_tick(at + beyond.units(at), tick), trigger + tick))
    else:
        trigger = Price(max(2 * tick, up_to_tick(at + before.units(at), tick)))
        limit = Price(max(tick, min(down_to_tick(at - beyond.units(at), tick), trigger - tick)))
    clamped = _in_band(leg, limit, order_pricing.resting_band(state, run.account, leg.row, trigger))
    if side.sign * (clamped - trigger) < 0:
        return None  # The band ends before the trigger: nothing can rest there.
    return Terms(OrderType.STOP_LIMIT, trigger, clamped, held_back=clamped != limit)


def _in_band(leg: LegRun, limit: Price, band: tuple[int, int]) -> Price:
    """Answer a limit inside the price protection (executor reference §6.5, T46)."""
    low, high = band
    if not high:
        return limit
    return Price(max(leg.tick, min(max(limit, up_to_tick(low, leg.tick)), down_to_tick(high, leg.tick))))


def _is_passed(state: EngineState, leg: LegRun, side: Side, trigger: Price | None) -> bool:
    last = market_data.last_price(state, leg.row)
    return last is None or (trigger is not None and side.sign * (last - trigger) >= 0)


def sliced(
    state: EngineState,
    run: PortfolioRun,
    leg: LegRun,
    purpose: Purpose,
    side: Side,
    quantity: int,
    terms: Terms,
    kind: RestsFor,
) -> Iterator[Want]:
    """Answer resting orders of a quantity, none above the freeze quantity."""
    instrument = ledger.instrument_of(state, leg)
    largest = order_pricing.slice_quantity(instrument) or quantity
    at = terms.limit if terms.trigger is None else terms.trigger
    while quantity > 0:
        part = min(quantity, largest)
        yield Want(
            portfolio_id=run.portfolio_id,
            leg_id=leg.leg_id,
            purpose=purpose,
            instrument=instrument,
            row=leg.row,
            side=side,
            quantity=part,
            order_type=terms.order_type,
            limit_price=terms.limit,
            trigger_price=terms.trigger,
            rests_for=kind,
            why=f"{kind.value} rests at the broker at {plain_text(at)}",
        )
        quantity -= part
