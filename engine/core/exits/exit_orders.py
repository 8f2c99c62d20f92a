"""Which exit orders are wanted now: shorts first, clamped to what is held, in slices and after pauses (§1.9)."""

from collections.abc import Iterator

from engine.core.orders import conversions, order_slices, resting_orders
from engine.core.readings import account_standing, ledger
from engine.core.records import hedge_ties
from engine.core.records.order_record import Order
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.core.want import Want
from engine.domain.facts import AnyFact, PortfolioExitBlocked
from engine.domain.instant import SECOND
from engine.domain.multileg.states import (
    COMBINED_HITS,
    EXITING,
    LEG_OPEN,
    ExitReason,
    LegOrigin,
    LegState,
    PortfolioState,
)
from engine.domain.order import OrderStatus, Purpose, Side

_TOGETHER = COMBINED_HITS | {ExitReason.SIDE_LIMIT, ExitReason.PARTIAL, ExitReason.ROLL}
"""Reasons that close several legs at once while the portfolio goes on."""

_NEVER_SLICED = frozenset({ExitReason.KILL, ExitReason.USER_LIMIT, ExitReason.TAG_LIMIT, ExitReason.MANUAL_PANIC})
"""Exits that go out as fast as the exchange takes them."""


def exit_wants(state: EngineState, run: PortfolioRun) -> Iterator[Want]:
    """Answer the exit orders wanted now; closing everything, shorts are bought back before longs are sold.

    The quantity is what our ledger holds less what is under way, so that an exit can never turn a position round.
    """
    exiting = [leg for leg in run.legs if leg.state is LegState.EXITING and leg.net_quantity]
    if run.state in EXITING and run.portfolio.exit.shorts_first:
        exiting = _shorts_first(state, run, exiting)
    elif run.portfolio.exit.shorts_first:
        exiting = [leg for leg in exiting if not _follows_shorts(exiting, leg)]
    for leg in [*exiting, *_reducing(run)]:
        if hedge_ties.is_held_back(run, leg):
            continue  # Never naked: what it protects is closed first.
        if conversions.holds_back(state, leg):
            continue  # The answer says in which product it is closed.
        if any(_delays_exit(state, leg, order) for order in ledger.working(state, leg, Purpose.ENTRY)):
            continue
        held = leg.net_quantity
        missing = _missing(state, leg)
        if missing > 0 and _pause_over(state, run, leg) and not ledger.cancel_in_doubt(state, leg):
            side = Side.SELL if held > 0 else Side.BUY
            why = f"exit: {leg.exit_why}" if leg.state is LegState.EXITING else f"part exit: {leg.keep_why}"
            part = _next_slice(state, run, leg, _there(state, run, leg, missing))
            if part > 0:
                yield from order_slices.sliced(state, run, leg, Purpose.EXIT, side, part, why)


def _there(state: EngineState, run: PortfolioRun, leg: LegRun, missing: int) -> int:
    """Answer how much of a quantity may be closed where the broker's books hold less of the contract than ours.

    Somebody closed it elsewhere: what is not there any more must not be closed again (executor reference §1.9).
    """
    books, contract = state.books.of(run.account), ledger.instrument_of(state, leg).id
    known = books.drift.get(contract)
    if known is None or not run.portfolio.exit.held_only:
        return missing
    elsewhere = known[1] - known[0]
    there = (books.net_quantity.get(contract, 0) + elsewhere) * (1 if leg.net_quantity > 0 else -1)
    runs = (other for other in state.alive() if other.account == run.account)
    same = [one for other in runs for one in other.legs if one.row == leg.row]
    under_way = sum(ledger.under_way(state, one, Purpose.EXIT) for one in same)
    return min(missing, max(0, there - under_way))


def _next_slice(state: EngineState, run: PortfolioRun, leg: LegRun, missing: int) -> int:
    """Answer how much of an exit may be sent now: all of it, or the next slice when its time has come; else 0."""
    slicing = run.portfolio.execution.slicing
    if slicing is None or not run.portfolio.exit.sliced or run.panic or run.exit_reason in _NEVER_SLICED:
        return missing
    last = _last_slice_at(state, leg)
    if last is not None and state.now < last + slicing.every * SECOND:
        return 0
    return min(missing, slicing.lots * ledger.instrument_of(state, leg).lot_size)


def _last_slice_at(state: EngineState, leg: LegRun) -> int | None:
    decided = leg.exit_decided_at or 0
    orders = ledger.orders_of(state, leg, Purpose.EXIT)
    return max((order.requested_at for order in orders if order.requested_at >= decided), default=None)


def wakes(state: EngineState, run: PortfolioRun) -> Iterator[int]:
    """Answer when the next slice of an exit is due, when a refused one is tried again, and when a doubt is over."""
    slicing = run.portfolio.execution.slicing
    for leg in run.legs:
        if not ledger.to_close(leg):
            continue
        if refused := _refused_exits(state, leg):
            yield refused[-1].updated_at + account_standing.exit_retry(state.books, run).pause(len(refused))
        yield from ledger.doubts_end(state, leg)
        yield from conversions.wakes(leg)
        last = _last_slice_at(state, leg) if slicing is not None and ledger.to_close(leg) else None
        if slicing is not None and last is not None:
            yield last + slicing.every * SECOND


def _missing(state: EngineState, leg: LegRun) -> int:
    """Answer the quantity to close that nothing is under way for.

    What rests at the broker for an open leg is first cut down to what the leg shall keep: both together must never
    close more than it holds.
    """
    under_way = ledger.under_way(state, leg, Purpose.EXIT)
    if leg.state is LegState.EXITING:
        return ledger.to_close(leg) - under_way
    resting = sum(order.remaining for order in resting_orders.of_leg(state, leg))
    return min(ledger.to_close(leg) - (under_way - resting), abs(leg.net_quantity) - under_way)


def _reducing(run: PortfolioRun) -> list[LegRun]:
    """Answer the open legs that hold more than they shall keep; shorts before longs, where the portfolio says so."""
    legs = [leg for leg in run.legs if leg.keep is not None and leg.state in LEG_OPEN and ledger.to_close(leg) > 0]
    shorts = [leg for leg in legs if leg.net_quantity < 0]
    return shorts if shorts and run.portfolio.exit.shorts_first else legs


def _shorts_first(state: EngineState, run: PortfolioRun, exiting: list[LegRun]) -> list[LegRun]:
    shorts = [leg for leg in exiting if leg.net_quantity < 0]
    if shorts:
        # Futures that keep the delta go after the sold options (executor reference §1.6).
        return [leg for leg in shorts if leg.origin is not LegOrigin.DELTA] or shorts
    if any(leg.working and leg.leg.side is Side.SELL for leg in run.legs):
        return []
    hold = 0 if run.panic else run.portfolio.exit.hold_seconds * SECOND
    closed = [leg.closed_at for leg in run.legs if leg.leg.side is Side.SELL and leg.closed_at is not None]
    return [] if closed and state.now < max(closed) + hold else exiting


def _follows_shorts(exiting: list[LegRun], leg: LegRun) -> bool:
    """Say whether a bought leg, closed by one decision together with sold ones, waits for them."""
    together = leg.net_quantity > 0 and leg.exit_reason in _TOGETHER
    return together and any(other.net_quantity < 0 and other.exit_reason is leg.exit_reason for other in exiting)


def _delays_exit(state: EngineState, leg: LegRun, order: Order) -> bool:
    """Say whether an entry order of the same leg must be out of the way first.

    One of unknown outcome may be so for minutes, so it does not delay: what it brings later is closed as a late fill.
    Nor does one whose cancellation is refused again and again.
    """
    if order.status is OrderStatus.UNKNOWN:
        return False
    since = leg.exit_decided_at or order.pending_since
    return since is None or state.now - since < ledger.CANCEL_PATIENCE


def _pause_over(state: EngineState, run: PortfolioRun, leg: LegRun) -> bool:
    """Say whether a refused exit may be tried again, after the growing pauses of the strategy tag's policy."""
    refused = _refused_exits(state, leg)
    if not refused:
        return True
    return state.now >= refused[-1].updated_at + account_standing.exit_retry(state.books, run).pause(len(refused))


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
            if len(refused) >= max(1, account_standing.exit_retry(state.books, run).retries):
                why = f"leg {leg.leg_id}: {len(refused)} exit orders refused, last: {refused[-1].wording}"
                yield PortfolioExitBlocked(at=state.now, portfolio_id=run.portfolio_id, why=why)
                return
