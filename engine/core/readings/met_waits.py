"""Which waiting leg met its wait first, and which others that concerns (executor reference §1.3.1, one side)."""

from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.domain.multileg.leg import LegKind
from engine.domain.multileg.range_breakout import RangeOf
from engine.domain.multileg.states import LegOrigin, LegState

_ONE_SIDE = frozenset({LegState.WAIT_TRADE, LegState.WAIT_RBO, LegState.WAIT_STOP})
_OTHER_TYPE = {LegKind.CALL: LegKind.PUT, LegKind.PUT: LegKind.CALL}


def first_met(run: PortfolioRun) -> LegRun | None:
    """Answer the declared leg whose wait for a price or a break was met first; None while none was.

    A leg that only waited for all of them together met no wait of its own.
    """
    broken = run.portfolio.range_breakout is not None
    met = [
        leg
        for leg in run.present
        if leg.triggered_at is not None
        and leg.origin is LegOrigin.DECLARED
        and (broken or leg.leg.wait is not None or leg.slept)
        and not _is_half_way(run, leg)
    ]
    return min(met, key=lambda leg: (leg.triggered_at or 0, leg.leg_id), default=None)


def _is_half_way(run: PortfolioRun, leg: LegRun) -> bool:
    """Say whether only the underlying's range is broken for a leg, and its own must follow."""
    rule = run.portfolio.range_breakout
    return rule is not None and rule.of is RangeOf.BOTH and leg.breaks < 2 and not leg.leg.breakout_exempt


def other_side(run: PortfolioRun, leg: LegRun) -> LegRun | None:
    """Answer the leg of the other option type that cancels a waiting one; None where nothing does."""
    if not run.portfolio.waiting.one_side or leg.state not in _ONE_SIDE or leg.origin is not LegOrigin.DECLARED:
        return None
    first = first_met(run)
    return first if first is not None and _OTHER_TYPE.get(first.leg.kind) is leg.leg.kind else None
