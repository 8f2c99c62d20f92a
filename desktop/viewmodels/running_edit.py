"""Which fields of a portfolio in the engine may be changed now, from its row, and which copies of it there are."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from engine.domain.identifiers import AccountId, PortfolioId
from engine.domain.multileg.live_edit import PORTFOLIO, Standing, locked
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.states import FINAL, LEG_WAITS, NOT_BEGUN, PROTECTORS, LegOrigin, LegState, PortfolioState
from engine.schema.declared import replace
from engine.schema.describe import describe
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
    """One of several portfolios that an edit may be meant for, and what it would change of it.

    They are the copies of one in the accounts of its tag, or those that are checked.
    """

    portfolio_id: PortfolioId
    account: AccountId
    changes: tuple[str, ...]
    is_done: bool
    """It is over, so that an edit leaves it as it is."""
    name: str = ""
    """What it is called, where not only its account tells it from the others."""


def copies_of(rows: Mapping[str, PortfolioRow], edited: PortfolioId, new: MultilegPortfolio) -> list[Copy]:
    """Answer all copies of a portfolio, itself included, in the order of its accounts; empty where it has none."""
    row = rows.get(edited)
    if row is None or row.parent is None:
        return []
    family = [one for one in rows.values() if one.parent == row.parent]
    if len(family) < 2:
        return []
    return [Copy(one.portfolio_id, one.account, tuple(diff(one.portfolio, new)), one.state in FINAL) for one in family]


_OWN_FIELDS = ("name", "legs")
"""What belongs to one portfolio: changing it of several at once would make them alike."""


def others_changed(
    rows: Sequence[PortfolioRow], running: MultilegPortfolio, draft: MultilegPortfolio
) -> list[tuple[PortfolioRow, MultilegPortfolio]]:
    """Answer other portfolios with the fields that a draft changes of its running version; empty where none can be.

    A draft that changes legs or the name is meant for its own portfolio alone.
    """
    names = [spec.name for spec in describe(MultilegPortfolio)]
    changed = {name: getattr(draft, name) for name in names if getattr(draft, name) != getattr(running, name)}
    if not changed or any(name in changed for name in _OWN_FIELDS):
        return []
    return [(row, replace(row.portfolio, **changed)) for row in rows if row.state not in FINAL]


def _standing(leg: LegRow) -> Standing:
    if leg.entered or leg.working_orders or leg.state not in _NOT_ORDERED:
        return Standing.ENTERED
    return Standing.CHOSEN if leg.instrument is not None and leg.state is not LegState.CANCELLED else Standing.FREE
