"""Orders that rest at the broker for stops, targets and waits: placed, moved, taken over, turned into exits (§1.11)."""

from collections.abc import Iterator

from engine.core.orders import order_pricing, resting_orders
from engine.core.readings import decisions, ledger, market_data
from engine.core.records import hedge_ties
from engine.core.records.order_record import Order
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.core.want import Want
from engine.domain.facts import AnyFact, LegReleased, OrderCancelRequested, OrderModifyRequested, StopTakenOver
from engine.domain.instant import MINUTE, SECOND, Instant
from engine.domain.money import Price, plain_text
from engine.domain.multileg.at_broker import AfterSeconds, AtBroker, AtMinuteClose, AtOnce
from engine.domain.multileg.levels import Measure
from engine.domain.multileg.states import ACTIVE, ENTERS, EXITING, LEG_OPEN, LEG_TARGET_HITS, ExitReason, LegState
from engine.domain.order import MOST_CHANGES, TERMINAL, OrderStatus, OrderType, Purpose, RestsFor, Side

_REFUSALS = 3
"""Refused changes in a row after which a stop is watched from here: at the broker it lies where it should not."""

_PLACED_AGAIN = SECOND
"""Between an order that the broker refused or cancelled and the one in its place."""

_AGAIN = 2 * SECOND
"""Between two tries to turn a resting order into an exit."""

_WAITS = frozenset({LegState.WAIT_TRADE, LegState.WAIT_REENTRY, LegState.WAIT_STOP})
"""States whose trigger may rest at the broker."""


def broker_hits(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Say that a resting stop or target was triggered or filled: the leg is being closed, by the broker first."""
    if resting_orders.rule_of(run) is None or run.state not in ACTIVE:
        return
    for leg in run.present:
        if leg.state in _WAITS:
            hit = _first_hit(state, leg, Purpose.ENTRY)
            if hit is not None:
                why = f"its order at the broker was {_done(hit)}"
                yield LegReleased(at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, why=why)
        elif leg.state in LEG_OPEN:
            hit = _first_hit(state, leg, Purpose.EXIT)
            if hit is not None:
                is_stop = hit.rests_for is RestsFor.STOP
                reason = ExitReason.SL_BROKER if is_stop else ExitReason.LEG_TGT
                why = f"the {'stop' if is_stop else 'target'} at the broker was {_done(hit)}"
                yield decisions.leg_exit(state, run, leg, reason, why)


def _first_hit(state: EngineState, leg: LegRun, purpose: Purpose) -> Order | None:
    """Answer a resting order that was filled, or a stop order that was triggered; finished ones as well."""
    for order in ledger.orders_of(state, leg, purpose):
        awake = order.order_type is OrderType.STOP_LIMIT and order.status is OrderStatus.OPEN
        if order.rests_for is not None and (order.filled or awake):
            return order
    return None


def _done(order: Order) -> str:
    return "filled" if order.filled else "triggered"


def takeovers(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Say that a stop is only watched from here, because the broker cancelled or refused its order too often."""
    rule = run.portfolio.at_broker
    if rule is None or run.state not in ACTIVE:
        return
    for leg in run.present:
        if leg.state not in LEG_OPEN or leg.stop_taken_over:
            continue
        lost = resting_orders.lost(state, leg, RestsFor.STOP)
        stuck = [order for order in _resting(state, leg, RestsFor.STOP) if order.refusals >= _REFUSALS]
        if stuck or len(lost) > _losses(rule):
            order = (stuck or lost)[-1]
            why = order.wording or order.status.value.lower()
            yield StopTakenOver(at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, why=why)


def _losses(rule: AtBroker) -> int:
    """Answer how many lost orders of a level are placed anew."""
    return 1 if rule.replaced else 0


def wants(state: EngineState, run: PortfolioRun) -> Iterator[Want]:
    """Answer the orders that should rest at the broker and do not yet."""
    rule = resting_orders.rule_of(run)
    if rule is None or run.state not in ACTIVE or market_data.is_stale(state):
        return
    for leg in run.present:
        if leg.state in LEG_OPEN and leg.net_quantity:
            if rule.leg_stop and not leg.stop_taken_over and _is_time(state, leg, rule):
                yield from _exit_wants(state, run, leg, rule, RestsFor.STOP)
            if rule.leg_target:
                yield from _exit_wants(state, run, leg, rule, RestsFor.TARGET)
        elif leg.state in _WAITS and run.state in ENTERS and leg.row >= 0 and _may_rest(run, leg, rule):
            yield from _entry_wants(state, run, leg, rule)


def _may_rest(run: PortfolioRun, leg: LegRun, rule: AtBroker) -> bool:
    if leg.trigger is None or leg.trigger.of is not Measure.PREMIUM:
        return False
    # A delay after the price, and a hedge before the order, can be kept from here only: what rests is filled at once.
    at_once = run.portfolio.reexecution.leg_delay is None and not hedge_ties.asks_for_hedge(run, leg)
    match leg.state:
        case LegState.WAIT_STOP:
            return True
        case LegState.WAIT_TRADE:
            return rule.leg_wait and at_once
        case _:
            return rule.leg_reentry and at_once


def _exit_wants(state: EngineState, run: PortfolioRun, leg: LegRun, rule: AtBroker, kind: RestsFor) -> Iterator[Want]:
    terms = resting_orders.exit_terms(state, run, leg, rule, kind)
    if terms is None or ledger.cancel_in_doubt(state, leg):
        return
    lost = resting_orders.lost(state, leg, kind)
    if lost and (len(lost) > _losses(rule) or state.now < lost[-1].updated_at + _PLACED_AGAIN):
        return
    rests = sum(order.remaining for order in _resting(state, leg, kind))
    missing = resting_orders.kept_quantity(leg) - rests - resting_orders.leaving(state, leg)
    if missing > 0:
        side = Side.BUY if leg.net_quantity < 0 else Side.SELL
        yield from resting_orders.sliced(state, run, leg, Purpose.EXIT, side, missing, terms, kind)


def _entry_wants(state: EngineState, run: PortfolioRun, leg: LegRun, rule: AtBroker) -> Iterator[Want]:
    terms = resting_orders.entry_terms(state, run, leg, rule)
    missing = leg.wanted - leg.entered_quantity - ledger.under_way(state, leg, Purpose.ENTRY)
    refused = [o for o in ledger.orders_of(state, leg, Purpose.ENTRY) if o.status is OrderStatus.REJECTED]
    if terms is not None and missing > 0 and not refused:
        yield from resting_orders.sliced(state, run, leg, Purpose.ENTRY, leg.leg.side, missing, terms, RestsFor.ENTRY)


def changes(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Move resting orders with their levels, turn them into exits, and cancel what is not wanted any more."""
    rule = resting_orders.rule_of(run)
    if rule is None:
        return
    for leg in run.legs:
        for order in _resting(state, leg):
            if order.pending is not None or order.status in TERMINAL or order.broker_order_id is None:
                continue
            if order.status not in (OrderStatus.OPEN, OrderStatus.TRIGGER_PENDING):
                continue
            if order.rests_for is RestsFor.ENTRY:
                yield from _change_entry(state, run, leg, order, rule)
            elif leg.state in LEG_OPEN:
                yield from _follow(state, run, leg, order, rule)
            else:
                yield from _become_exit(state, run, leg, order, rule)


def _follow(state: EngineState, run: PortfolioRun, leg: LegRun, order: Order, rule: AtBroker) -> Iterator[AnyFact]:
    """Keep a resting stop or target at its level and at what the leg holds; modified, never cancelled for it."""
    assert order.rests_for is not None  # chosen by the caller
    terms = resting_orders.exit_terms(state, run, leg, rule, order.rests_for)
    kept = resting_orders.kept_quantity(leg)
    if (order.rests_for is RestsFor.STOP and leg.stop_taken_over) or (terms is None and _has_no_level(leg, order)):
        yield _cancel(state, order, "its level is not at the broker any more")
        return
    others = sum(one.remaining for one in _resting(state, leg, order.rests_for) if one is not order)
    quantity = order.filled + min(order.remaining, max(0, kept - others))
    if quantity <= order.filled:
        yield _cancel(state, order, "the leg holds less than this order closes")
        return
    if terms is None:
        terms = resting_orders.Terms(order.order_type, order.trigger_price, order.limit_price or Price(0))
    if quantity == order.quantity and not terms.differ_from(order):
        return
    if state.now < resting_orders.may_change_from(order):
        return
    level = leg.stop if order.rests_for is RestsFor.STOP else leg.target
    words = "" if level is None else f" {plain_text(level.value)}"
    yield _change(state, order, quantity, terms, f"follows the {order.rests_for.value}{words}")


def _has_no_level(leg: LegRun, order: Order) -> bool:
    level = leg.stop if order.rests_for is RestsFor.STOP else leg.target
    return level is None or level.of is not Measure.PREMIUM


def _become_exit(state: EngineState, run: PortfolioRun, leg: LegRun, order: Order, rule: AtBroker) -> Iterator[AnyFact]:
    """Turn a resting order of a leg that is being closed into its exit order; one is enough, others are cancelled."""
    if leg.state is not LegState.EXITING or not leg.net_quantity:
        yield _cancel(state, order, "the leg holds nothing any more")
        return
    shorts_first = run.state in EXITING and run.portfolio.exit.shorts_first and leg.net_quantity > 0
    if shorts_first and any(one.net_quantity < 0 for one in run.legs):
        return
    kept = _kept_kind(state, leg)
    if order.rests_for is not kept:
        yield _cancel(state, order, f"the order of the {kept.value} closes the leg")
        return
    woken = order.order_type is OrderType.STOP_LIMIT and order.status is OrderStatus.OPEN
    if woken and state.now < order.updated_at + rule.convert_after * SECOND:
        return  # The exchange is at it.
    if order.exit_tried_at is not None and state.now < order.exit_tried_at + _AGAIN:
        return
    price = _price(state, run, leg, order)
    if price is None:
        return
    quantity = order.filled + min(order.remaining, abs(leg.net_quantity))
    terms = resting_orders.Terms(OrderType.LIMIT, None, price)
    yield _change(state, order, quantity, terms, "becomes the exit order")


def _kept_kind(state: EngineState, leg: LegRun) -> RestsFor:
    """Answer which resting order closes a leg: the target's where the target was hit, else the stop's first."""
    stops, targets = _resting(state, leg, RestsFor.STOP), _resting(state, leg, RestsFor.TARGET)
    if targets and (leg.exit_reason in LEG_TARGET_HITS or not stops):
        return RestsFor.TARGET
    return RestsFor.STOP


def _change_entry(
    state: EngineState, run: PortfolioRun, leg: LegRun, order: Order, rule: AtBroker
) -> Iterator[AnyFact]:
    if leg.state in _WAITS and run.state in ENTERS:
        terms = resting_orders.entry_terms(state, run, leg, rule)
        if terms is not None and terms.differ_from(order) and state.now >= resting_orders.may_change_from(order):
            yield _change(state, order, order.quantity, terms, "follows the price that is waited for")
        return
    if leg.state is LegState.ENTERING and order.modifications < MOST_CHANGES:
        since = max(leg.wanted_since, order.priced_at)
        if state.now >= max(since + _patience(run, leg, rule), resting_orders.may_change_from(order)):
            price = _price(state, run, leg, order)
            if price is not None and (price, None) != (order.limit_price, order.trigger_price):
                terms = resting_orders.Terms(OrderType.LIMIT, None, price)
                yield _change(state, order, order.quantity, terms, "not filled where it waited")


def _patience(run: PortfolioRun, leg: LegRun, rule: AtBroker) -> int:
    """Answer how long an entry order that was woken may stay unfilled at its limit, in µs."""
    return int(run.portfolio.execution.chase.interval * SECOND) if leg.slept else rule.convert_after * SECOND


def _price(state: EngineState, run: PortfolioRun, leg: LegRun, order: Order) -> Price | None:
    terms = order_pricing.terms_of(run, order.purpose)
    return order_pricing.first_price(state, run.account, leg.row, order.side, terms)


def wakes(state: EngineState, run: PortfolioRun) -> Iterator[int]:
    """Answer when a stop goes to the broker, and when one that was triggered is priced anew."""
    rule = resting_orders.rule_of(run)
    if rule is None:
        return
    for leg in run.legs:
        if leg.state in LEG_OPEN and leg.filled_at is not None:
            yield _placed_at(leg.filled_at, rule)
        if leg.state in LEG_OPEN:
            for kind in (RestsFor.STOP, RestsFor.TARGET):
                yield from (order.updated_at + _PLACED_AGAIN for order in resting_orders.lost(state, leg, kind))
        for order in _resting(state, leg):
            yield resting_orders.may_change_from(order)
            yield order.updated_at + rule.convert_after * SECOND
            if order.exit_tried_at is not None:
                yield order.exit_tried_at + _AGAIN
            if leg.state is LegState.ENTERING:
                yield max(leg.wanted_since, order.priced_at) + _patience(run, leg, rule)


def _is_time(state: EngineState, leg: LegRun, rule: AtBroker) -> bool:
    return leg.filled_at is not None and state.now >= _placed_at(leg.filled_at, rule)


def _placed_at(filled_at: Instant, rule: AtBroker) -> Instant:
    match rule.placed:
        case AtOnce():
            return filled_at
        case AfterSeconds(seconds=seconds):
            return Instant(filled_at + seconds * SECOND)
        case AtMinuteClose():
            return Instant((filled_at // MINUTE + 1) * MINUTE)


def _resting(state: EngineState, leg: LegRun, kind: RestsFor | None = None) -> list[Order]:
    return resting_orders.of_leg(state, leg, kind)


def _change(state: EngineState, order: Order, quantity: int, terms: resting_orders.Terms, why: str) -> AnyFact:
    if order.modifications >= MOST_CHANGES:
        return _cancel(state, order, f"changed {MOST_CHANGES} times; a new order follows")
    return OrderModifyRequested(
        at=state.now,
        order_id=order.order_id,
        quantity=quantity,
        limit_price=terms.limit,
        trigger_price=terms.trigger,
        why=why,
    )


def _cancel(state: EngineState, order: Order, why: str) -> AnyFact:
    return OrderCancelRequested(at=state.now, order_id=order.order_id, why=why)
