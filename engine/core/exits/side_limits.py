"""Close all calls, or all puts, at their limits of profit and loss (Appendix E, rank 7)."""

from collections.abc import Iterator

from engine.core.exits import combined_levels
from engine.core.prices.resting import AlwaysLook, RowWatch, Watch
from engine.core.readings import decisions, market_data
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.facts import AnyFact, LegCancelled
from engine.domain.money import plain_text
from engine.domain.multileg.leg import LegKind
from engine.domain.multileg.side_limits import SideLimit
from engine.domain.multileg.states import ACTIVE, LEG_WAITS, ExitReason, LegState

_NAMES = {LegKind.CALL: "all calls", LegKind.PUT: "all puts"}
_NOT_ORDERED = LEG_WAITS | {LegState.WAITING, LegState.RESOLVED}


def side_limits(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Close what a side holds, and enter nothing more of it, once its profit is at a limit."""
    if run.state not in ACTIVE or not market_data.can_trigger(state, run):
        return
    for kind, limit in _limits(run):
        legs = [leg for leg in run.present if leg.leg.kind is kind]
        profit = market_data.profit_of(state, run, legs)
        found = None if profit is None else _reached(run, kind, limit, profit)
        if profit is None or found is None:
            continue
        level, why = found
        for leg in legs:
            if leg.net_quantity and leg.state is not LegState.EXITING:
                yield decisions.leg_exit(state, run, leg, ExitReason.SIDE_LIMIT, why, value=profit, threshold=level)
            elif leg.state in _NOT_ORDERED:
                yield LegCancelled(at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, why=why)


def _limits(run: PortfolioRun) -> Iterator[tuple[LegKind, SideLimit]]:
    for kind, limit in ((LegKind.CALL, run.portfolio.call_side), (LegKind.PUT, run.portfolio.put_side)):
        if limit is not None:
            yield kind, limit


def _reached(run: PortfolioRun, kind: LegKind, limit: SideLimit, profit: int) -> tuple[int, str] | None:
    low, high = bounds(run, limit)
    if low is not None and profit <= low:
        return low, f"{_NAMES[kind]}: profit {plain_text(profit)} ≤ {plain_text(low)}"
    if high is not None and profit >= high:
        return high, f"{_NAMES[kind]}: profit {plain_text(profit)} ≥ {plain_text(high)}"
    return None


def bounds(run: PortfolioRun, limit: SideLimit) -> tuple[int | None, int | None]:
    """Answer the profits at which a side is closed: its largest loss, below zero, and its largest profit."""
    loss, most = limit.max_loss, limit.max_profit
    low = None if loss is None else -combined_levels.rupees_of(run, loss)
    return low, None if most is None else combined_levels.rupees_of(run, most)


def watches(_state: EngineState, run: PortfolioRun) -> Iterator[Watch]:
    """Answer the prices at which a side of one open leg reaches a limit; of several legs every quote is looked at."""
    for kind, limit in _limits(run):
        legs = [leg for leg in run.present if leg.leg.kind is kind]
        held = [leg for leg in legs if leg.net_quantity]
        if len(held) == 1:
            yield _watch(held[0], sum(leg.cash for leg in legs), *bounds(run, limit))
        elif held:
            yield AlwaysLook()


def _watch(leg: LegRun, cash: int, low: int | None, high: int | None) -> RowWatch:
    """Turn a range of profit into the range of one leg's price, a unit narrower because the division rounds."""
    prices = [None if bound is None else (bound - cash) * leg.scale // leg.net_quantity for bound in (low, high)]
    lower, upper = prices if leg.net_quantity > 0 else prices[::-1]
    return RowWatch(leg.row, None if lower is None else lower + 1, None if upper is None else upper - 1)
