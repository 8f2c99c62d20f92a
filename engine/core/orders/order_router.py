"""What becomes of working orders: chasing and cancelling."""

from collections.abc import Iterator

from engine.core.orders import order_pricing, order_slices
from engine.core.readings import ledger, market_data
from engine.core.records.order_record import Order
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.facts import (
    AnyFact,
    OrderCancelRequested,
    OrderModifyRequested,
    OrderPricedAnew,
)
from engine.domain.instant import SECOND, Instant
from engine.domain.money import Price
from engine.domain.multileg.states import (
    ENTERS,
    EXITING,
    LEG_OPEN,
    LEG_WAITS,
    LegState,
    PortfolioState,
)
from engine.domain.order import MOST_CHANGES, RESTING, OrderType, PendingRequest, Purpose, RestsFor
from engine.domain.reports import HeldBackReport

_MARKET_RESTS = 10 * SECOND
"""How long a market order may rest unfilled."""


def changes(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Cancel what is no longer wanted and chase what is not filled."""
    for leg in run.legs:
        if not leg.working:
            continue
        for order in ledger.working(state, leg):
            unwanted = _unwanted(state, run, leg, order)
            if unwanted is not None:
                yield from _cancel(state, order, unwanted)
            elif order.status in RESTING and order.pending is None and order.rests_for is None:
                if order.order_type is OrderType.LIMIT:
                    yield from _chase(state, run, leg, order)
                else:
                    yield from _renew(state, run, order)


def _unwanted(state: EngineState, run: PortfolioRun, leg: LegRun, order: Order) -> str | None:
    """Answer why an order should be cancelled; None where it is wanted."""
    if order.rests_for is not None and _still_rests(run, leg, order):
        return None
    if order.purpose is Purpose.EXIT:
        if order.remaining <= ledger.to_close(leg):
            return None
        return "the leg holds less than this order closes"
    if run.state in EXITING or leg.state in (LegState.EXITING, LegState.CLOSED):
        return "the portfolio is being closed"
    if run.state is PortfolioState.HELD:
        return "the portfolio is held after a restart"
    if leg.state not in (LegState.RESOLVED, LegState.ENTERING):
        return "the entry is over"
    if order.filled + order.remaining > leg.wanted:
        return "the leg was resized"
    deadline = ledger.entry_deadline(state, run, leg)
    return "not filled within the entry timeout" if state.now >= deadline else None


def _still_rests(run: PortfolioRun, leg: LegRun, order: Order) -> bool:
    """Say whether a resting order is still looked after as such: its leg is open, or waits for its price."""
    if order.rests_for is RestsFor.ENTRY:
        return leg.state in LEG_WAITS and run.state in ENTERS
    return leg.state in LEG_OPEN and order.remaining <= abs(leg.net_quantity)


def _cancel(state: EngineState, order: Order, why: str) -> Iterator[AnyFact]:
    """Ask for a cancellation where it can be asked."""
    if ledger.may_cancel(state, order):
        yield OrderCancelRequested(at=state.now, order_id=order.order_id, why=why)


def _chase(state: EngineState, run: PortfolioRun, leg: LegRun, order: Order) -> Iterator[AnyFact]:
    if state.now < chase_due(run, leg, order) or market_data.is_stale(state):
        return
    if order.modifications >= MOST_CHANGES:
        yield from _cancel(state, order, f"changed {MOST_CHANGES} times; a new order follows")
        return
    terms = order_pricing.terms_of(run, order.purpose)
    price = order_pricing.chased_price(state, order, leg.row, terms, order.modifications - order.chased_from + 1)
    if price is not None and price != order.limit_price:
        yield OrderModifyRequested(
            at=state.now, order_id=order.order_id, quantity=order.quantity, limit_price=price, why="chase"
        )


def priced_anew(state: EngineState, report: HeldBackReport) -> Iterator[AnyFact]:
    """Give an order, or its change, that waited too long for its turn the limit it would have now.

    What somebody typed, and what rests for a level, stays as it is.
    """
    order = state.books.orders.get(report.order_id)
    if order is None or not order.is_working:
        return
    terms = order.pending_terms
    present = order.limit_price if terms is None else terms.limit_price
    limit = _limit_now(state, order)
    if limit is not None and present is not None and limit != present:
        yield OrderPricedAnew(at=state.now, order_id=order.order_id, limit_price=limit, waited=report.waited)


def _limit_now(state: EngineState, order: Order) -> Price | None:
    """Answer the limit that a request which has not left would have now; None where it keeps the one it has."""
    run = state.books.portfolios[order.portfolio_id]
    leg, terms = run.leg(order.leg_id), order.pending_terms
    if terms is None:
        rests = order.rests_for is not None or order.order_type is not OrderType.LIMIT
        return None if rests else order_slices.limit_now(state, run, leg, order.purpose, order.side)
    if order.pending is not PendingRequest.MODIFY or terms.by_hand or terms.trigger_price is not None:
        return None
    pricing = order_pricing.terms_of(run, order.purpose)
    if order.rests_for is None:
        return order_pricing.chased_price(state, order, leg.row, pricing, order.modifications - order.chased_from)
    is_wanted_now = order.exit_tried_at is not None or leg.state is LegState.ENTERING
    return order_pricing.first_price(state, order.account, leg.row, order.side, pricing) if is_wanted_now else None


def _renew(state: EngineState, run: PortfolioRun, order: Order) -> Iterator[AnyFact]:
    """Cancel a market order that rests at the edge of the price protection; another follows (reliability A9)."""
    if state.now >= _renewed_at(run, order) and not market_data.is_stale(state):
        yield from _cancel(state, order, "a market order that was not filled; a new one follows")


def _renewed_at(run: PortfolioRun, order: Order) -> Instant:
    return Instant(order.priced_at + max(_MARKET_RESTS, _interval(run, order)))


def chase_due(run: PortfolioRun, leg: LegRun, order: Order) -> Instant:
    """Answer when an unfilled order is priced anew; an exit that rests at the middle first, when that is over."""
    passive = order_pricing.passive_until(run, leg) if order.purpose is Purpose.EXIT else None
    if passive is not None and order.priced_at < passive:
        return passive
    return Instant(order.priced_at + _interval(run, order))


def _interval(run: PortfolioRun, order: Order) -> int:
    return int(order_pricing.terms_of(run, order.purpose).chase.interval * SECOND)


def asks_again(_state: EngineState, run: PortfolioRun) -> bool:
    """Say whether something is to be closed for which no order could be made yet."""
    return any(ledger.to_close(leg) and (leg.denied or not leg.working) for leg in run.legs)


def wakes(state: EngineState, run: PortfolioRun) -> Iterator[int]:
    """Answer the instants at which orders must be looked at again though nothing happens."""
    for leg in run.legs:
        yield from _leg_wakes(state, run, leg)


def _leg_wakes(state: EngineState, run: PortfolioRun, leg: LegRun) -> Iterator[int]:
    for order in ledger.working(state, leg):
        if order.rests_for is None:
            # Once it is due, only another quote brings another price.
            yield _renewed_at(run, order) if order.order_type is OrderType.MARKET else chase_due(run, leg, order)
        if order.pending_since is not None:
            yield order.pending_since + ledger.CANCEL_PATIENCE
        elif order.cancel_asked:
            yield order.updated_at + ledger.CANCEL_AGAIN
        if order.purpose is Purpose.ENTRY:
            yield ledger.entry_deadline(state, run, leg)
    if ledger.to_close(leg):
        if leg.exit_decided_at is not None:
            yield leg.exit_decided_at + ledger.CANCEL_PATIENCE
        if leg.closed_at is None and run.last_close_at is not None:
            yield run.last_close_at + run.portfolio.exit.hold_seconds * SECOND
