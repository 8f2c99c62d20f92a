"""When a portfolio must be looked at again though nothing happens: at times that are known, and to ask again."""

from collections.abc import Callable, Iterator

from engine.core.accounts import user_sync
from engine.core.desk import expiry_desk
from engine.core.entries import (
    entry_orders,
    entry_scheduler,
    entry_start,
    legs_waiting,
    range_breakout,
    wait_coupling,
)
from engine.core.exits import (
    closings,
    combined_exits,
    cost_moves,
    exit_orders,
    exit_plan,
    hit_actions,
    leg_exits,
    portfolio_again,
    rolls,
)
from engine.core.hedges import delta_hedge, hedging
from engine.core.orders import at_broker, order_router
from engine.core.readings import cadence
from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.core.strikes import strike_selector
from engine.domain.instant import SECOND, Instant

_WAKES: tuple[Callable[[EngineState, PortfolioRun], Iterator[int]], ...] = (
    entry_scheduler.wakes,
    combined_exits.wakes,
    leg_exits.wakes,
    cost_moves.wakes,
    entry_orders.wakes,
    entry_start.wakes,
    strike_selector.wakes,
    order_router.wakes,
    expiry_desk.wakes,
    user_sync.wakes,
    delta_hedge.wakes,
    at_broker.wakes,
    cadence.wakes,
    exit_orders.wakes,
    exit_plan.wakes,
    range_breakout.wakes,
    closings.dead_feed_wakes,
    hit_actions.wakes,
    legs_waiting.wakes,
    wait_coupling.wakes,
    portfolio_again.wakes,
)
"""The instants at which stages have something to do."""

_ASKS: tuple[Callable[[EngineState, PortfolioRun], bool], ...] = (
    entry_start.asks_again,
    entry_scheduler.asks_again,
    entry_orders.asks_again,
    strike_selector.asks_again,
    order_router.asks_again,
    hedging.asks_again,
    delta_hedge.asks_again,
    portfolio_again.asks_again,
    rolls.asks_again,
    user_sync.asks_again,
)
"""Whether stages wait for something that comes without a message of its own: an account, the funds, another price."""

_SELDOM = 15 * SECOND
"""How long may pass between two looks while nothing at all is heard."""


def note(state: EngineState, run: PortfolioRun) -> None:
    """Note when a portfolio is looked at next though nothing happens."""
    later = [wake for source in _WAKES for wake in source(state, run) if wake > state.now]
    if any(asks(state, run) for asks in _ASKS):
        state.asking.add(run.portfolio_id)
        later.append(_asked_at(state))
    else:
        state.asking.discard(run.portfolio_id)
    if later:
        state.wakes[run.portfolio_id] = min(later)
    else:
        state.wakes.pop(run.portfolio_id, None)


def rouse(state: EngineState) -> None:
    """Take note of news: after a silence, whoever asks again does so at once."""
    silence, state.heard_at = state.now - state.heard_at, state.now
    if silence > SECOND:
        for portfolio_id in state.asking:
            state.wakes[portfolio_id] = min(state.now, state.wakes.get(portfolio_id, state.now))


def _asked_at(state: EngineState) -> Instant:
    """Answer when to ask again: every second while there is news, ever more seldom while there is none.

    What somebody waits for comes with a quote, a report or a command; after a silence these make him ask at once.
    That the feed falls silent comes by itself.
    """
    at = state.now + max(SECOND, min(state.now - state.heard_at, _SELDOM))
    silent_from = state.last_frame_at + state.books.stale_after + 1
    return Instant(min(at, silent_from) if state.now < silent_from else at)
