"""Which fields of a portfolio in the engine may be changed now, from its row."""

from engine.domain.multileg.live_edit import PORTFOLIO, Standing, locked
from engine.domain.multileg.states import LEG_WAITS, NOT_BEGUN, LegOrigin, LegState, PortfolioState
from engine.views.portfolios import LegRow, PortfolioRow

_OTHERS = frozenset({LegOrigin.HEDGE, LegOrigin.DELTA, LegOrigin.LAZY})
_NOT_ORDERED = LEG_WAITS | {LegState.WAITING, LegState.RESOLVED, LegState.CANCELLED}


def locks_of(row: PortfolioRow) -> dict[str, str]:
    """Answer the paths of the fields that it does not let change now, and why."""
    if row.state in NOT_BEGUN or row.state is PortfolioState.WAITING:
        return {"tag": str(PORTFOLIO["tag"])}
    standings: dict[int, Standing] = {}
    for leg in row.legs:
        if leg.execution == row.execution and leg.origin not in _OTHERS:
            standings[leg.number] = max(standings.get(leg.number, Standing.FREE), _standing(leg))
    return locked(row.portfolio, standings)


def _standing(leg: LegRow) -> Standing:
    if leg.entered or leg.working_orders or leg.state not in _NOT_ORDERED:
        return Standing.ENTERED
    return Standing.CHOSEN if leg.instrument is not None and leg.state is not LegState.CANCELLED else Standing.FREE
