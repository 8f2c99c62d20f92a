"""Positions in groups: which lines stand under which, and what a group's line adds up."""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from functools import partial

import msgspec

from engine.domain.identifiers import PortfolioId
from engine.domain.money import Money
from engine.views.position_rows import PositionLevel, PositionRow
from engine.views.position_tree import Path, PositionTree


class Grouping(Enum):
    """How the positions are grouped, by the trader's choice."""

    UNDERLYING_EXPIRY_PORTFOLIO = "underlying, expiry, portfolio"
    PORTFOLIO = "portfolio"
    UNDERLYING = "underlying"
    CONTRACT = "contract"
    EXPIRY = "expiry"
    ACCOUNT = "account"
    TAG = "strategy tag"
    FLAT = "no groups"


_LEVELS: dict[Grouping, tuple[PositionLevel, ...]] = {
    Grouping.UNDERLYING_EXPIRY_PORTFOLIO: (PositionLevel.UNDERLYING, PositionLevel.EXPIRY, PositionLevel.PORTFOLIO),
    Grouping.PORTFOLIO: (PositionLevel.PORTFOLIO,),
    Grouping.UNDERLYING: (PositionLevel.UNDERLYING,),
    Grouping.CONTRACT: (PositionLevel.CONTRACT,),
    Grouping.EXPIRY: (PositionLevel.EXPIRY,),
    Grouping.ACCOUNT: (PositionLevel.ACCOUNT, PositionLevel.PORTFOLIO),
    Grouping.TAG: (PositionLevel.TAG, PositionLevel.PORTFOLIO),
    Grouping.FLAT: (),
}
"""The groups below the total, outermost first."""

_KEYS: dict[PositionLevel, Callable[[PositionRow], str]] = {
    PositionLevel.UNDERLYING: lambda leg: leg.underlying,
    PositionLevel.EXPIRY: lambda leg: "" if leg.expiry is None else leg.expiry.isoformat(),
    PositionLevel.PORTFOLIO: lambda leg: leg.portfolio_id or "",
    PositionLevel.CONTRACT: lambda leg: leg.instrument or "",
    PositionLevel.ACCOUNT: lambda leg: leg.account,
    PositionLevel.TAG: lambda leg: leg.tag,
}

_NO_FIGURES: Mapping[PortfolioId, Money] = {}


class KeptGroups:
    """Memory of a table's groups: a frame pays for the legs that changed since the one before.

    Rows of legs are known by their identity; another grouping begins anew.
    """

    def __init__(self) -> None:
        self._grouping: Grouping | None = None
        self._tree = _tree(Grouping.FLAT)

    def tree(self, grouping: Grouping) -> PositionTree:
        """Answer the groups of the frame before, or new ones."""
        if grouping is not self._grouping:
            self._grouping, self._tree = grouping, _tree(grouping)
        return self._tree


def grouped(
    legs: Sequence[PositionRow],
    grouping: Grouping,
    margins: Mapping[PortfolioId, Money] | None = None,
    kept: KeptGroups | None = None,
) -> list[PositionRow]:
    """Answer the legs with a line before every group, the total first; nothing where there are no legs.

    Groups stand in the order of their first leg. ``margins`` are the estimated margins of whole portfolios; ``kept``
    is what was added up in earlier frames.
    """
    tree = _tree(grouping) if kept is None else kept.tree(grouping)
    return tree.lines(legs, margins or _NO_FIGURES)


def _tree(grouping: Grouping) -> PositionTree:
    levels = _LEVELS[grouping]
    keys = tuple(_KEYS[level] for level in levels)
    return PositionTree(
        (PositionLevel.TOTAL, *levels), lambda leg: tuple(key(leg) for key in keys), partial(_keyed, levels=levels)
    )


def _keyed(leg: PositionRow, path: Path, levels: tuple[PositionLevel, ...]) -> PositionRow:
    shown = leg.name if PositionLevel.CONTRACT not in levels else leg.portfolio
    name = shown if PositionLevel.PORTFOLIO in levels or not leg.portfolio else f"{shown} · {_beside(leg, levels)}"
    return msgspec.structs.replace(leg, key=(*path, f"{leg.portfolio_id}/{leg.leg_id}"), name=name)


def _beside(leg: PositionRow, levels: tuple[PositionLevel, ...]) -> str:
    """Answer what tells a leg from others where its portfolio is no group."""
    return f"leg {leg.leg_id}" if PositionLevel.CONTRACT in levels else leg.portfolio
