"""Which fields of a portfolio in the engine may be changed now, from its row, and which copies of it there are."""

from collections.abc import Mapping
from typing import NamedTuple

from engine.domain.identifiers import AccountId, PortfolioId
from engine.domain.multileg.live_edit import PORTFOLIO, Standing, locked
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.states import FINAL, LEG_WAITS, NOT_BEGUN, PROTECTORS, LegOrigin, LegState, PortfolioState
from engine.schema.diff import diff
from engine.views.portfolios import LegRow, PortfolioRow

_OTHERS = PROTECTORS | {LegOrigin.LAZY}
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


class Copy(NamedTuple):
    """One of the copies of a portfolio in the accounts of its tag, and what an edit would change of it."""

    portfolio_id: PortfolioId
    account: AccountId
    changes: tuple[str, ...]
    is_done: bool
    """It is over, so that an edit leaves it as it is."""


def copies_of(rows: Mapping[str, PortfolioRow], edited: PortfolioId, new: MultilegPortfolio) -> list[Copy]:
    """Answer all copies of a portfolio, itself included, in the order of its accounts; empty where it has none."""
    row = rows.get(edited)
    if row is None or row.parent is None:
        return []
    family = [one for one in rows.values() if one.parent == row.parent]
    if len(family) < 2:
        return []
    return [Copy(one.portfolio_id, one.account, tuple(diff(one.portfolio, new)), one.state in FINAL) for one in family]


def _standing(leg: LegRow) -> Standing:
    if leg.entered or leg.working_orders or leg.state not in _NOT_ORDERED:
        return Standing.ENTERED
    return Standing.CHOSEN if leg.instrument is not None and leg.state is not LegState.CANCELLED else Standing.FREE
