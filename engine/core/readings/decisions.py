"""The facts by which an exit is decided; whoever decides gives the reason and the values behind it."""

from engine.core.readings import reopening
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.facts import LegExitDecided, LegHit, PortfolioExitDecided
from engine.domain.multileg.actions import PortfolioAction, ReExecuteFirst
from engine.domain.multileg.states import ExitReason


def portfolio_exit(
    state: EngineState,
    run: PortfolioRun,
    reason: ExitReason,
    why: str,
    *,
    value: int | None = None,
    threshold: int | None = None,
    actions: tuple[PortfolioAction, ...] = (),
) -> PortfolioExitDecided:
    """Answer the fact that everything of a portfolio must be closed; ``actions`` follow once it is flat."""
    return PortfolioExitDecided(
        at=state.now,
        portfolio_id=run.portfolio_id,
        reason=reason,
        why=why,
        value=value,
        threshold=threshold,
        actions=actions,
    )


def leg_exit(
    state: EngineState,
    run: PortfolioRun,
    leg: LegRun,
    reason: ExitReason,
    why: str,
    *,
    value: int | None = None,
    threshold: int | None = None,
) -> LegExitDecided:
    """Answer the fact that one leg must be closed; the others go on."""
    return LegExitDecided(
        at=state.now,
        portfolio_id=run.portfolio_id,
        leg_id=leg.leg_id,
        reason=reason,
        why=why,
        value=value,
        threshold=threshold,
    )


def leg_hit(
    state: EngineState,
    run: PortfolioRun,
    leg: LegRun,
    reason: ExitReason,
    why: str,
    *,
    value: int | None = None,
    threshold: int | None = None,
) -> LegExitDecided | LegHit:
    """Answer what a hit of a leg's own stop or target means: it is closed, or an action keeps it open for now.

    After End nothing is kept. A leg that was kept by one level is closed by the other unless that keeps it too.
    """
    actions = reopening.actions_on(leg.leg, reason)
    kept = reopening.is_kept(leg.leg, reason)
    first = any(isinstance(action, ReExecuteFirst) for action in actions)
    if (kept and state.now < run.ends_at) or (first and leg.hit is None):
        return LegHit(at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, reason=reason, why=why)
    return leg_exit(state, run, leg, reason, why, value=value, threshold=threshold)
