"""Questions about what a portfolio's orders and legs hold, want and have under way."""

from collections.abc import Iterator
from math import gcd

from engine.core.records import hedge_ties
from engine.core.records.order_record import Order
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.identifiers import LegId
from engine.domain.instant import SECOND, Instant, ist_date, ist_instant
from engine.domain.instrument import Instrument
from engine.domain.money import Price, divide_half_up
from engine.domain.multileg.protection import Stake, protectors
from engine.domain.multileg.states import LEG_ENTERS, LEG_OPEN, LEG_WAITS, LegOrigin, LegState, PortfolioState
from engine.domain.order import OrderStatus, Purpose, RestsFor, Side

_FOLLOWS = hedge_ties.FOLLOWERS
"""Executions that take the place of the one they come from."""


def orders_of(state: EngineState, leg: LegRun, purpose: Purpose) -> list[Order]:
    """Answer every order of a leg for one purpose, oldest first."""
    orders = (state.books.orders[order_id] for order_id in leg.orders)
    return [order for order in orders if order.purpose is purpose]


def working(state: EngineState, leg: LegRun, purpose: Purpose | None = None) -> list[Order]:
    """Answer a leg's orders that may still fill, of one purpose or of both."""
    orders = [state.books.orders[order_id] for order_id in leg.working]
    return [order for order in orders if purpose is None or order.purpose is purpose]


CANCEL_AGAIN = 2 * SECOND
"""Between two requests to cancel an order that the broker refuses to cancel: a storm of them would hold up exits."""


def may_cancel(state: EngineState, order: Order) -> bool:
    """Say whether an order's cancellation can be asked now: once, and anew a while after it was refused.

    An order of unknown outcome has nothing to be cancelled by.
    """
    known = order.status is OrderStatus.NEW or order.broker_order_id is not None
    pausing = order.cancel_asked and state.now < order.updated_at + CANCEL_AGAIN
    return known and order.pending is None and order.status is not OrderStatus.UNKNOWN and not pausing


def under_way(state: EngineState, leg: LegRun, purpose: Purpose) -> int:
    """Answer the quantity that working orders of a purpose may still fill; an unknown order counts as if it fills."""
    return sum(order.remaining for order in working(state, leg, purpose))


def to_close(leg: LegRun) -> int:
    """Answer how much of what a leg holds is to be closed now, in units: all of it, or what it shall not keep."""
    held = abs(leg.net_quantity)
    if leg.state is LegState.EXITING:
        return held
    return max(0, held - leg.keep) if leg.keep is not None and leg.state in LEG_OPEN else 0


def has_unknown(state: EngineState, run: PortfolioRun) -> bool:
    """Say whether the outcome of an order of this portfolio is unknown."""
    return any(order.status is OrderStatus.UNKNOWN for leg in run.legs if leg.working for order in working(state, leg))


def instrument_of(state: EngineState, leg: LegRun) -> Instrument:
    """Answer a resolved leg's contract."""
    return state.master.instruments[leg.row]


def protection(state: EngineState, run: PortfolioRun) -> dict[LegId, list[tuple[LegId, int]]]:
    """Answer which bought legs protect which sold legs by their planned quantities.

    A leg that failed before it had a contract still counts with what was planned: what it was to protect is naked.
    Hedges protect their parents first; those that are being sold protect nothing any more.
    """
    stakes = []
    lot = next((instrument_of(state, leg).lot_size for leg in run.legs if leg.row >= 0), 0)
    for leg in run.present:  # What an earlier execution closed protects nothing of this one.
        if not hedge_ties.covers(run, leg) or _is_out(run, leg):
            continue
        if leg.row < 0:
            if leg.failed and lot:
                stakes.append(stake_of(state, leg, leg.leg.lots * lot))
            continue
        stakes.append(stake_of(state, leg, leg.leg.lots * instrument_of(state, leg).lot_size))
    return protectors(stakes)


def stake_of(state: EngineState, leg: LegRun, quantity: int) -> Stake:
    """Answer a leg as far as protection goes, with so many units; one without a contract outlives every other."""
    contract = instrument_of(state, leg) if leg.row >= 0 else None
    return Stake(
        leg_id=leg.leg_id,
        side=leg.leg.side,
        kind=leg.leg.kind.kind if contract is None else contract.kind,
        expiry=None if contract is None else contract.expiry,
        strike=None if contract is None else contract.strike,
        quantity=quantity,
        protects=leg.parent if leg.origin in (LegOrigin.HEDGE, LegOrigin.GUARD) else None,
    )


def _is_out(run: PortfolioRun, leg: LegRun) -> bool:
    """Say whether a leg neither protects nor needs protection: it was closed, or it still waits for its own reasons.

    A bought leg that was closed while the others still enter leaves naked what it was to protect.
    """
    closed = leg.state is LegState.CLOSED and not leg.failed and run.state is not PortfolioState.ENTERING
    return (closed or leg.state in LEG_WAITS) and not leg.net_quantity


def protected_quantity(run: PortfolioRun, pairs: list[tuple[LegId, int]]) -> int:
    """Answer how much of a sold leg is covered by what its protecting legs really hold."""
    return sum(min(quantity, abs(run.leg(leg_id).net_quantity)) for leg_id, quantity in pairs)


def entered_legs(run: PortfolioRun) -> Iterator[LegRun]:
    """Answer the latest executions of the legs that opened anything; what was re-entered counts once."""
    followed = {leg.parent for leg in run.legs if leg.origin in _FOLLOWS and leg.entered_quantity}
    return (leg for leg in run.present if leg.entered_quantity and leg.leg_id not in followed)


def premium_legs(run: PortfolioRun) -> list[LegRun]:
    """Answer the legs whose entry prices make the combined premium of the entry."""
    return [leg for leg in entered_legs(run) if leg.origin is not LegOrigin.DELTA and hedge_ties.counts(run, leg)]


def combined_premium(run: PortfolioRun) -> tuple[Price, int]:
    """Answer the combined premium at the entry, sold less bought, and the base quantity it is counted per.

    The base is the greatest common divisor of the legs' quantities, so that ratios keep their weight. Hedges count only
    where they count in the profit (ruling 11); futures that keep the delta never do.
    """
    base = 0
    value = 0
    for leg in premium_legs(run):
        base = gcd(base, leg.entered_quantity)
        value -= leg.leg.side.sign * (leg.average_entry or 0) * leg.entered_quantity
    return (Price(divide_half_up(value, base)), base) if base else (Price(0), 0)


def rupee_factor(run: PortfolioRun) -> int:
    """Answer what rupee limits of a portfolio are multiplied by: the lots of its legs where they are meant per lot.

    Of legs with different lots the greatest common divisor counts, so that ratios keep their weight; premiums, which
    are per unit, are never scaled. Lots are those of the execution, whatever multiplied them.
    """
    return (run.lots_now or common_lots(run)) if run.portfolio.per_lot_basis else 1


def common_lots(run: PortfolioRun) -> int:
    """Answer the greatest common divisor of the lots of the declared legs; at least 1."""
    return gcd(*(leg.leg.lots for leg in run.present if leg.origin is LegOrigin.DECLARED)) or 1


def realised(run: PortfolioRun) -> int:
    """Answer what closed legs and closed parts of open ones came to, before charges, in 1/10,000 ₹.

    A part counts against the average entry of its leg, rounded once; once the leg is flat its trades count exactly.
    """
    return sum(booked(leg) for leg in run.legs)


def booked(leg: LegRun) -> int:
    """Answer what the closed part of a leg came to at its average entry, before charges, in 1/10,000 ₹."""
    if leg.net_quantity == 0:
        return leg.cash
    if leg.leg.side is Side.BUY:
        return leg.sold_value - _share(leg.bought_value, leg.sold_quantity, leg.bought_quantity)
    return _share(leg.sold_value, leg.bought_quantity, leg.sold_quantity) - leg.bought_value


def _share(value: int, part: int, whole: int) -> int:
    return divide_half_up(value * part, whole) if whole else 0


def is_entering(leg: LegRun) -> bool:
    """Say whether a leg still wants to be opened."""
    return leg.state in LEG_ENTERS


_OPENED_AGAIN = _FOLLOWS | {LegOrigin.PARALLEL, LegOrigin.LAZY}


def last_entry(run: PortfolioRun, leg: LegRun) -> Instant:
    """Answer the last time at which a leg may be entered: its own, End, or the square-off for what opens again late."""
    late = leg.origin in _OPENED_AGAIN and run.portfolio.reexecution.after_end
    last = run.square_off_at if late else run.ends_at
    if leg.leg.last_entry is not None and leg.origin not in _OPENED_AGAIN:
        last = min(last, ist_instant(ist_date(run.ends_at), leg.leg.last_entry))
    return last


def last_execution(run: PortfolioRun) -> Instant:
    """Answer the last time at which a whole portfolio may be executed again: End, or the square-off where that is late.

    Held over days, it may square off before its End on the last of them; nothing is executed again after that.
    """
    late = run.portfolio.reexecution.after_end
    return run.square_off_at if late else min(run.ends_at, run.square_off_at)


def entry_deadline(state: EngineState, run: PortfolioRun, leg: LegRun) -> Instant:
    """Answer when an entering leg has failed for want of fills, counted from its first order of this entry.

    Where it is entered in slices, the newest slice counts. The time of an order that rested at the broker begins with
    what woke it.
    """
    orders = [
        max(order.requested_at, leg.wanted_since)
        for order in orders_of(state, leg, Purpose.ENTRY)
        if order.requested_at >= leg.wanted_since
        or (has_rested(order) and (order.is_working or order.updated_at >= leg.wanted_since))
    ]
    counted = min if run.portfolio.execution.slicing is None else max
    first = counted(orders, default=state.now)
    return Instant(first + state.books.patience(run.portfolio.execution.entry_timeout * SECOND))


def has_rested(order: Order) -> bool:
    """Say whether an entry order rests at the broker for its leg's price, or did until it was woken."""
    return order.purpose is Purpose.ENTRY and (order.rests_for is RestsFor.ENTRY or order.chased_from > 0)


def last_failure(state: EngineState, leg: LegRun) -> str | None:
    """Answer the broker's words about the newest ended entry order since the last retry; None where none ended."""
    ended = [
        order
        for order in orders_of(state, leg, Purpose.ENTRY)
        if not order.is_working and order.filled < order.quantity and order.requested_at >= leg.again_at
    ]
    return (ended[-1].wording or ended[-1].status.value.lower()) if ended else None


CANCEL_PATIENCE = 5 * SECOND
"""How long an exit waits for the cancellation of the same leg's entry orders (failure path F9)."""

CANCEL_DOUBT = 30 * SECOND
"""How long the word of a cancelled order is doubted; a broker whose books cannot be read must not hold us up."""

_WORKED_AT = {
    LegState.ENTERING: Purpose.ENTRY,
    LegState.EXITING: Purpose.EXIT,
    LegState.OPEN: Purpose.EXIT,
    LegState.SL_CONFIRM: Purpose.EXIT,
}


def doubts_end(state: EngineState, leg: LegRun) -> Iterator[Instant]:
    """Answer when cancelled orders of what a leg is at are in doubt no more, whatever the books show until then."""
    purpose = _WORKED_AT.get(leg.state)
    for order in () if purpose is None else orders_of(state, leg, purpose):
        if order.status is OrderStatus.CANCELLED and order.filled < order.quantity:
            yield Instant(order.updated_at + CANCEL_DOUBT)


def cancel_in_doubt(state: EngineState, leg: LegRun) -> bool:
    """Say whether a cancelled order of what a leg is at may have filled more than its last report said.

    Another order waits for fresh books then: sent at once, an exit could turn the position round and an entry double
    what was wanted.
    """
    purpose = _WORKED_AT.get(leg.state)
    return purpose is not None and any(
        order.status is OrderStatus.CANCELLED
        and order.filled < order.quantity
        and order.updated_at >= state.sight(order.account).fresh_books_at
        and state.now - order.updated_at < CANCEL_DOUBT
        for order in orders_of(state, leg, purpose)
    )
