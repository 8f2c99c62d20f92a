"""Which orders are wanted now: sequence, slices, prices, chasing and cancelling."""

from collections.abc import Iterator

from engine.core import ledger, market_data, order_pricing
from engine.core.portfolio_run import LegRun, Order, PortfolioRun
from engine.core.state import EngineState
from engine.core.want import Want
from engine.domain.facts import (
    AnyFact,
    OrderCancelRequested,
    OrderModifyRequested,
    PortfolioExitBlocked,
)
from engine.domain.instant import SECOND, Instant
from engine.domain.multileg.execution import LegOrder, Pricing
from engine.domain.multileg.states import EXITING, RUNNING, LegState, PortfolioState
from engine.domain.order import RESTING, OrderStatus, OrderType, Purpose, Side

CANCEL_PATIENCE = 5 * SECOND
"""How long an exit waits for the cancellation of the same leg's entry orders (failure path F9)."""

MODIFICATIONS = 20
"""A chased order is cancelled and sent anew after so many changes; brokers refuse the 26th (reliability A8)."""

_MARKET_RESTS = 10 * SECOND
"""How long a market order may rest unfilled."""

_LONGEST_PAUSE = 30 * SECOND
"""Between two tries of an exit that keeps being refused: often enough, and within a broker's budget for a day."""

_BLOCKED_AFTER = 3
"""Exit orders that failed in a row before an alarm stands."""


def entry_wants(state: EngineState, run: PortfolioRun) -> Iterator[Want]:
    """Answer the entry orders a portfolio wants now: bought legs first, then, behind the barrier, the sold ones."""
    if run.state is not PortfolioState.ENTERING or any(leg.state is LegState.WAITING for leg in run.legs):
        return
    for leg in _enterable(state, run):
        missing = leg.wanted - leg.entered_quantity - ledger.under_way(state, leg, Purpose.ENTRY)
        # A slice that was refused waits for its brothers and for the leg's retry.
        waits = state.now < leg.again_at or ledger.last_failure(state, leg) is not None
        if missing > 0 and not waits and not ledger.cancel_in_doubt(state, leg):
            yield from _sliced(state, run, leg, Purpose.ENTRY, leg.leg.side, missing, "entry")


def _enterable(state: EngineState, run: PortfolioRun) -> list[LegRun]:
    legs = [leg for leg in run.legs if leg.state in (LegState.RESOLVED, LegState.ENTERING)]
    execution = run.portfolio.execution
    if execution.buy_first:
        buys = [leg for leg in run.legs if leg.leg.side is Side.BUY]
        if any(ledger.is_entering(leg) for leg in buys):
            legs = [leg for leg in legs if leg.leg.side is Side.BUY]
        elif state.now < _barrier_opens(buys, execution.hold):
            return []
    if execution.leg_order is LegOrder.ONE_BY_ONE and legs:
        entered = [leg.filled_at for leg in run.legs if leg.filled_at is not None]
        gap_over = not entered or state.now >= max(entered) + execution.leg_gap * SECOND
        busy = [leg for leg in legs if leg.state is LegState.ENTERING]
        return busy or (legs[:1] if gap_over else [])
    return legs


def _barrier_opens(buys: list[LegRun], hold: int) -> int:
    return max((leg.filled_at or 0 for leg in buys), default=0) + hold * SECOND


def exit_wants(state: EngineState, run: PortfolioRun) -> Iterator[Want]:
    """Answer the exit orders wanted now; closing everything, shorts are bought back before longs are sold.

    The quantity is what our ledger holds less what is under way, so that an exit can never turn a position round.
    """
    exiting = [leg for leg in run.legs if leg.state is LegState.EXITING and leg.net_quantity]
    if run.state in EXITING and run.portfolio.exit.shorts_first:
        exiting = _shorts_first(state, run, exiting)
    for leg in exiting:
        if any(_delays_exit(state, order) for order in ledger.working(state, leg, Purpose.ENTRY)):
            continue
        held = leg.net_quantity
        missing = abs(held) - ledger.under_way(state, leg, Purpose.EXIT)
        if missing > 0 and _pause_over(state, leg) and not ledger.cancel_in_doubt(state, leg):
            side = Side.SELL if held > 0 else Side.BUY
            yield from _sliced(state, run, leg, Purpose.EXIT, side, missing, f"exit: {leg.exit_why}")


def _shorts_first(state: EngineState, run: PortfolioRun, exiting: list[LegRun]) -> list[LegRun]:
    shorts = [leg for leg in exiting if leg.net_quantity < 0]
    if shorts:
        return shorts
    if any(leg.working and leg.leg.side is Side.SELL for leg in run.legs):
        return []
    hold = 0 if run.panic else run.portfolio.exit.hold_seconds * SECOND
    closed = [leg.closed_at for leg in run.legs if leg.leg.side is Side.SELL and leg.closed_at is not None]
    return [] if closed and state.now < max(closed) + hold else exiting


def _delays_exit(state: EngineState, order: Order) -> bool:
    """Say whether an entry order of the same leg must be out of the way first.

    One of unknown outcome may be so for minutes, so it does not delay: what it brings later is closed as a late fill.
    """
    if order.status is OrderStatus.UNKNOWN:
        return False
    return order.pending_since is None or state.now - order.pending_since < CANCEL_PATIENCE


def _pause_over(state: EngineState, leg: LegRun) -> bool:
    """Say whether a refused exit may be tried again: at once the first time, then after growing pauses."""
    refused = _refused_exits(state, leg)
    if not refused:
        return True
    pause = min(_LONGEST_PAUSE, SECOND << (len(refused) - 1))
    return state.now >= refused[-1].updated_at + pause


def _refused_exits(state: EngineState, leg: LegRun) -> list[Order]:
    """Answer the newest exit orders in a row that the broker refused without a fill."""
    refused: list[Order] = []
    for order in reversed(ledger.orders_of(state, leg, Purpose.EXIT)):
        if order.status is not OrderStatus.REJECTED or order.filled:
            break
        refused.append(order)
    return refused[::-1]


def blocked_exits(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Raise the alarm where exit orders keep failing; they are tried on."""
    if run.state is not PortfolioState.EXITING:
        return
    for leg in run.legs:
        if leg.state is LegState.EXITING and leg.net_quantity:
            refused = _refused_exits(state, leg)
            if len(refused) >= _BLOCKED_AFTER:
                why = f"leg {leg.leg_id}: {len(refused)} exit orders refused, last: {refused[-1].wording}"
                yield PortfolioExitBlocked(at=state.now, portfolio_id=run.portfolio_id, why=why)
                return


def _sliced(
    state: EngineState, run: PortfolioRun, leg: LegRun, purpose: Purpose, side: Side, quantity: int, why: str
) -> Iterator[Want]:
    instrument = ledger.instrument_of(state, leg)
    largest = order_pricing.slice_quantity(instrument) or quantity
    market = run.portfolio.execution.pricing is Pricing.MARKET
    limit = None if market else order_pricing.first_price(state, leg.row, side, run.portfolio.execution)
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
            order_type=OrderType.MARKET if market else OrderType.LIMIT,
            limit_price=limit,
            why=why,
        )
        quantity -= part


def changes(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Cancel what is no longer wanted and chase what is not filled."""
    for leg in run.legs:
        if not leg.working:
            continue
        for order in ledger.working(state, leg):
            unwanted = _unwanted(state, run, leg, order)
            if unwanted is not None:
                yield from _cancel(state, order, unwanted)
            elif order.status in RESTING and order.pending is None:
                if order.order_type is OrderType.LIMIT:
                    yield from _chase(state, run, leg, order)
                else:
                    yield from _renew(state, run, order)


def _unwanted(state: EngineState, run: PortfolioRun, leg: LegRun, order: Order) -> str | None:
    """Answer why an order should be cancelled; None where it is wanted."""
    if order.purpose is Purpose.EXIT:
        if leg.state is LegState.EXITING and order.remaining <= abs(leg.net_quantity):
            return None
        return "the leg holds less than this order closes"
    if run.state in EXITING or leg.state in (LegState.EXITING, LegState.CLOSED):
        return "the portfolio is being closed"
    if run.state is PortfolioState.HELD:
        return "the portfolio is held after a restart"
    if run.state in RUNNING or leg.state is LegState.CANCELLED:
        return "the entry is over"
    if order.filled + order.remaining > leg.wanted:
        return "the leg was resized"
    deadline = ledger.entry_deadline(state, run, leg)
    return "not filled within the entry timeout" if state.now >= deadline else None


def _cancel(state: EngineState, order: Order, why: str) -> Iterator[AnyFact]:
    """Ask for a cancellation, once; an order of unknown outcome has nothing to be cancelled by."""
    can_be_asked = order.status is OrderStatus.NEW or order.broker_order_id is not None
    if can_be_asked and order.pending is None and order.status is not OrderStatus.UNKNOWN:
        yield OrderCancelRequested(at=state.now, order_id=order.order_id, why=why)


def _chase(state: EngineState, run: PortfolioRun, leg: LegRun, order: Order) -> Iterator[AnyFact]:
    if state.now < chase_due(run, order) or market_data.is_stale(state):
        return
    if order.modifications >= MODIFICATIONS:
        yield from _cancel(state, order, f"changed {MODIFICATIONS} times; a new order follows")
        return
    price = order_pricing.chased_price(state, order, leg.row, run.portfolio.execution, order.modifications + 1)
    if price is not None and price != order.limit_price:
        yield OrderModifyRequested(
            at=state.now, order_id=order.order_id, quantity=order.quantity, limit_price=price, why="chase"
        )


def _renew(state: EngineState, run: PortfolioRun, order: Order) -> Iterator[AnyFact]:
    """Cancel a market order that rests at the edge of the price protection; another follows (reliability A9)."""
    since = order.priced_at + max(_MARKET_RESTS, int(run.portfolio.execution.chase.interval * SECOND))
    if state.now >= since and not market_data.is_stale(state):
        yield from _cancel(state, order, "a market order that was not filled; a new one follows")


def chase_due(run: PortfolioRun, order: Order) -> Instant:
    """Answer when an unfilled order is priced anew."""
    return Instant(order.priced_at + int(run.portfolio.execution.chase.interval * SECOND))


def wakes(state: EngineState, run: PortfolioRun) -> Iterator[int]:
    """Answer the instants at which orders must be looked at again though nothing happens."""
    buys = [leg for leg in run.legs if leg.leg.side is Side.BUY]
    if run.state is PortfolioState.ENTERING:
        yield _barrier_opens(buys, run.portfolio.execution.hold)
        yield max((leg.filled_at or 0 for leg in run.legs), default=0) + run.portfolio.execution.leg_gap * SECOND
    for leg in run.legs:
        yield from _leg_wakes(state, run, leg)


def _leg_wakes(state: EngineState, run: PortfolioRun, leg: LegRun) -> Iterator[int]:
    for order in ledger.working(state, leg):
        due = chase_due(run, order)
        yield due if due > state.now else state.now + int(run.portfolio.execution.chase.interval * SECOND)
        if order.pending_since is not None:
            yield order.pending_since + CANCEL_PATIENCE
        if order.purpose is Purpose.ENTRY:
            yield ledger.entry_deadline(state, run, leg)
    if leg.state is LegState.EXITING and leg.net_quantity:
        if leg.denied or not leg.working:
            yield state.now + SECOND
        if leg.closed_at is None and run.last_close_at is not None:
            yield run.last_close_at + run.portfolio.exit.hold_seconds * SECOND
