"""Hedges that a person bought for one sold leg: each is sold when that leg is closed."""

from collections.abc import Iterator

from engine.core.readings import decisions
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.facts import AnyFact, LegCancelled
from engine.domain.multileg.states import ENTERS, LEG_DONE, LEG_OPEN, ExitReason, LegOrigin, LegState


def guards(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """End every hedge by hand whose leg is closed: sell what it holds, give up what is not entered."""
    if run.state not in ENTERS:
        return
    for leg in run.legs:
        if leg.origin is LegOrigin.GUARD and leg.parent is not None and _is_gone(run.leg(leg.parent)):
            yield from _ended(state, run, leg)


def _is_gone(parent: LegRun) -> bool:
    return parent.state in LEG_DONE and not parent.net_quantity and not parent.working


def _ended(state: EngineState, run: PortfolioRun, hedge: LegRun) -> Iterator[AnyFact]:
    why = f"leg {hedge.parent}, which it protects, is closed"
    entering = hedge.state in (LegState.RESOLVED, LegState.ENTERING)
    if entering and not hedge.net_quantity and not hedge.working:
        yield LegCancelled(at=state.now, portfolio_id=run.portfolio_id, leg_id=hedge.leg_id, why=why)
    elif (hedge.state is LegState.ENTERING or hedge.state in LEG_OPEN) and (hedge.net_quantity or hedge.working):
        yield decisions.leg_exit(state, run, hedge, ExitReason.HEDGE_PARENT, why)
