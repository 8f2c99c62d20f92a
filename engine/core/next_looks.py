"""Which quotes a portfolio at rest must be looked at for: what all stages that watch prices say, put together."""

from collections.abc import Callable, Iterator

from engine.core.accounts import account_guard
from engine.core.entries import entry_triggers, extra_conditions, legs_waiting, range_breakout, wait_coupling
from engine.core.exits import combined_exits, exit_plan, leg_exits, portfolio_again, side_limits
from engine.core.hedges import hedging
from engine.core.orders import resting_orders
from engine.core.prices.resting import FAR, Resting, Watch, resting
from engine.core.readings import ledger, market_data
from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.domain.multileg.portfolio import PriceType
from engine.domain.multileg.states import LEG_ENTERS, NOT_BEGUN, RUNNING, LegState, PortfolioState

_WATCHES: tuple[Callable[[EngineState, PortfolioRun], Iterator[Watch]], ...] = (
    entry_triggers.watches,
    account_guard.watches,
    combined_exits.watches,
    side_limits.watches,
    leg_exits.watches,
    hedging.watches,
    range_breakout.watches,
    extra_conditions.watches,
    exit_plan.watches,
    legs_waiting.watches,
    wait_coupling.watches,
    portfolio_again.watches,
)
"""What the stages say about the quotes that can matter to them."""

_ROWS: tuple[Callable[[EngineState, PortfolioRun], Iterator[int]], ...] = (
    market_data.reference_rows,
    entry_triggers.rows,
    portfolio_again.rows,
)
"""Rows that stages look at beside the contracts of the legs and the spot."""


def rests(state: EngineState, run: PortfolioRun) -> Resting | None:
    """Answer the ranges in which a portfolio needs no look; None where every quote needs one.

    To be asked when a look has led to nothing: then only prices or time can lead to something.
    """
    if run.state not in NOT_BEGUN | {PortfolioState.WAITING} | RUNNING:
        return None
    if run.state in RUNNING and run.portfolio.price_type is not PriceType.LAST:
        return None
    for leg in run.legs:
        late = leg.state in LEG_ENTERS and run.state in RUNNING
        if late or leg.state is LegState.EXITING or resting_orders.at_work(state, leg):
            return None
        if leg.keep is not None and ledger.to_close(leg):
            return None
        if leg.net_quantity and leg.protected_quantity != leg.entered_quantity:
            return None
    wake = state.wakes.get(run.portfolio_id, FAR)
    watches = (watch for source in _WATCHES for watch in source(state, run))
    return resting(market_data.counted(run), watches, wake, run.portfolio.freak)


def note_rows(state: EngineState, run: PortfolioRun) -> None:
    """Note which rows a portfolio looks at beside those of its legs and its spot."""
    state.watch_also(run, frozenset(row for source in _ROWS for row in source(state, run)))
