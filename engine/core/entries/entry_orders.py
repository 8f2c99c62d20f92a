"""Which entry orders are wanted now: the sequence of the legs, barriers, gaps and slices (reference §1.3.3)."""

from collections.abc import Iterator

from engine.core.entries import entry_watch
from engine.core.orders import order_slices
from engine.core.readings import account_standing, ledger, stop_limits
from engine.core.records import hedge_ties
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.core.want import Want
from engine.domain.instant import SECOND, clock_text
from engine.domain.multileg.execution import ConditionSlices, LegOrder
from engine.domain.multileg.states import ENTERS, LegState, PortfolioState
from engine.domain.order import Purpose, Side


def entry_wants(state: EngineState, run: PortfolioRun) -> Iterator[Want]:
    """Answer the entry orders a portfolio wants now: bought legs first, then, behind the barrier, the sold ones."""
    if run.state not in ENTERS:
        return
    if run.state is PortfolioState.ENTERING and any(
        leg.state is LegState.WAITING or hedge_ties.wants_hedge(run, leg) for leg in run.legs
    ):
        return  # The contracts of all are chosen before the first order, and those of their hedges.
    for leg in _enterable(state, run):
        missing = leg.wanted - leg.entered_quantity - ledger.under_way(state, leg, Purpose.ENTRY)
        # A slice that was refused waits for its brothers and for the leg's retry.
        waits = state.now < leg.again_at or ledger.last_failure(state, leg) is not None
        if missing > 0 and not waits and not ledger.cancel_in_doubt(state, leg):
            part = _next_slice(state, run, leg, missing)
            if part:
                yield from order_slices.sliced(state, run, leg, Purpose.ENTRY, leg.leg.side, part, "entry")


def _enterable(state: EngineState, run: PortfolioRun) -> list[LegRun]:
    legs = [leg for leg in run.legs if leg.state in (LegState.RESOLVED, LegState.ENTERING)]
    legs = [leg for leg in legs if hedge_ties.may_enter(run, leg) and not stop_limits.sleeps_first(run, leg)]
    execution = run.portfolio.execution
    if execution.buy_first:
        buys = [leg for leg in run.present if leg.leg.side is Side.BUY]
        if any(ledger.is_entering(leg) for leg in buys):
            legs = [leg for leg in legs if leg.leg.side is Side.BUY]
        elif state.now < _barrier_opens(buys, account_standing.hold(state.books, run)):
            return []
    if execution.leg_order is LegOrder.ONE_BY_ONE and legs:
        busy = [leg for leg in legs if leg.state is LegState.ENTERING]
        return busy or (legs[:1] if state.now >= _gap_ends(run, legs[0]) else [])
    return legs


def _barrier_opens(buys: list[LegRun], hold: int) -> int:
    return max((leg.filled_at or 0 for leg in buys), default=0) + hold * SECOND


def _gap_ends(run: PortfolioRun, leg: LegRun) -> int:
    """Answer when the pause behind the newest fill is over; executions after the first have a pause of their own."""
    execution = run.portfolio.execution
    entered = [one.filled_at for one in run.present if one.filled_at is not None]
    gap = execution.leg_gap_again if leg.cycle > 1 or leg.execution > 1 else execution.leg_gap
    return max(entered) + gap * SECOND if entered else 0


def _next_slice(state: EngineState, run: PortfolioRun, leg: LegRun, missing: int) -> int:
    """Answer how much of a leg may be sent now: all of it, or the next slice when its time has come; else 0."""
    slicing = run.portfolio.execution.slicing
    if slicing is None:
        return missing
    last = _last_slice_at(state, leg)
    if last is not None and state.now < last + slicing.every * SECOND:
        return 0
    if last is not None and isinstance(slicing, ConditionSlices) and not entry_watch.still_holds(state, run):
        return 0
    return min(missing, slicing.lots * ledger.instrument_of(state, leg).lot_size)


def waits_for(state: EngineState, run: PortfolioRun, leg: LegRun) -> str | None:
    """Answer what the next slice of an entering leg waits for, in words; None where it waits for none."""
    slicing = run.portfolio.execution.slicing
    last = _last_slice_at(state, leg)
    if slicing is None or last is None or leg.working or leg.state is not LegState.ENTERING:
        return None
    due = last + slicing.every * SECOND
    if state.now < due:
        return f"{leg.entered_quantity} of {leg.wanted} filled; its next slice goes at {clock_text(due)}"
    if isinstance(slicing, ConditionSlices) and not entry_watch.still_holds(state, run):
        return f"{leg.entered_quantity} of {leg.wanted} filled; its next slice waits until the entry rule holds again"
    return None


def _last_slice_at(state: EngineState, leg: LegRun) -> int | None:
    orders = ledger.orders_of(state, leg, Purpose.ENTRY)
    return max((order.requested_at for order in orders if order.requested_at >= leg.wanted_since), default=None)


def wakes(state: EngineState, run: PortfolioRun) -> Iterator[int]:
    """Answer when the next leg or slice is due."""
    if run.state not in ENTERS:
        return
    execution = run.portfolio.execution
    buys = [leg for leg in run.present if leg.leg.side is Side.BUY]
    yield _barrier_opens(buys, account_standing.hold(state.books, run))
    newest = max((leg.filled_at or 0 for leg in run.present), default=0)
    yield newest + execution.leg_gap * SECOND
    yield newest + execution.leg_gap_again * SECOND
    if execution.slicing is not None:
        for leg in run.legs:
            last = _last_slice_at(state, leg) if leg.state is LegState.ENTERING else None
            if last is not None:
                due = last + execution.slicing.every * SECOND
                yield due


def asks_again(state: EngineState, run: PortfolioRun) -> bool:
    """Say whether a slice of an entry is due and was not ordered."""
    slicing = run.portfolio.execution.slicing
    if slicing is None or run.state not in ENTERS:
        return False
    last = (_last_slice_at(state, leg) for leg in run.legs if leg.state is LegState.ENTERING)
    return any(at is not None and at + slicing.every * SECOND <= state.now for at in last)
