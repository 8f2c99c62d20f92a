"""Let legs whose order type is stop-limit sleep at the exchange until their trigger (executor reference §1.3.1)."""

from collections.abc import Iterator

from engine.core.readings import market_data, stop_limits
from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.domain.facts import AnyFact, LegWaits
from engine.domain.money import plain_text
from engine.domain.multileg.levels import Level, Measure
from engine.domain.multileg.states import ENTERS, LegState
from engine.domain.order import Side


def sleeping(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Fix the trigger of every leg that is ready for its order: from now on it waits for it, and its order rests."""
    if run.state not in ENTERS or not market_data.can_trigger(state, run):
        return
    for leg in run.present:
        if not stop_limits.sleeps_first(run, leg):
            continue
        counted_from = stop_limits.quote(state, leg)
        at = None if counted_from is None else stop_limits.trigger(run, leg, counted_from)
        if counted_from is None or at is None:
            continue
        rising = leg.leg.side is Side.BUY
        yield LegWaits(
            at=state.now,
            portfolio_id=run.portfolio_id,
            leg_id=leg.leg_id,
            state=LegState.WAIT_STOP,
            trigger=Level(Measure.PREMIUM, at, rising=rising),
            reference=counted_from,
            why=f"{'≥' if rising else '≤'} {plain_text(at)}, the trigger of its stop-limit order",
        )
