"""Positions in groups: which lines stand under which, and what a group's line adds up."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from math import gcd
from typing import TypeVar

import msgspec

from engine.domain.identifiers import AccountId, PortfolioId
from engine.domain.money import Money
from engine.views.position_rows import PositionLevel, PositionRow


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

_NAMES: dict[PositionLevel, Callable[[PositionRow], str]] = {
    PositionLevel.TOTAL: lambda _leg: "Total",
    PositionLevel.UNDERLYING: lambda leg: leg.underlying,
    PositionLevel.EXPIRY: lambda leg: "No expiry" if leg.expiry is None else f"{leg.expiry:%d %b %Y}",
    PositionLevel.PORTFOLIO: lambda leg: leg.portfolio,
    PositionLevel.CONTRACT: lambda leg: leg.contract,
    PositionLevel.ACCOUNT: lambda leg: leg.account,
    PositionLevel.TAG: lambda leg: leg.tag,
}


class Margins(msgspec.Struct, frozen=True):
    """The estimated margins of whole portfolios, and how many legs each of them has."""

    amounts: Mapping[PortfolioId, Money]
    legs: Mapping[str, int]


def grouped(
    legs: Iterable[PositionRow], grouping: Grouping, margins: Mapping[PortfolioId, Money] | None = None
) -> list[PositionRow]:
    """Answer the legs with a line before every group, the total first; nothing where there are no legs.

    Groups stand in the order of their first leg. ``margins`` are the estimated margins of whole portfolios.
    """
    levels = _LEVELS[grouping]
    keyed = [_keyed(leg, levels) for leg in legs]
    if not keyed:
        return []
    members: dict[tuple[str, ...], list[PositionRow]] = {}
    for leg in keyed:
        for depth in range(len(levels) + 1):
            members.setdefault(leg.key[:depth], []).append(leg)
    lines: list[PositionRow] = []
    counted = Margins(margins or {}, Counter(leg.portfolio_id or "" for leg in keyed))
    _list((), members, (PositionLevel.TOTAL, *levels), counted, lines)
    return lines


def _keyed(leg: PositionRow, levels: tuple[PositionLevel, ...]) -> PositionRow:
    path = tuple(_KEYS[level](leg) for level in levels)
    shown = leg.name if PositionLevel.CONTRACT not in levels else leg.portfolio
    name = shown if PositionLevel.PORTFOLIO in levels or not leg.portfolio else f"{shown} · {_beside(leg, levels)}"
    return msgspec.structs.replace(leg, key=(*path, f"{leg.portfolio_id}/{leg.leg_id}"), name=name)


def _beside(leg: PositionRow, levels: tuple[PositionLevel, ...]) -> str:
    """Answer what tells a leg from others where its portfolio is no group."""
    return f"leg {leg.leg_id}" if PositionLevel.CONTRACT in levels else leg.portfolio


def _list(
    key: tuple[str, ...],
    members: Mapping[tuple[str, ...], Sequence[PositionRow]],
    levels: tuple[PositionLevel, ...],
    margins: Margins,
    lines: list[PositionRow],
) -> None:
    mine = members[key]
    lines.append(subtotal(key, levels[len(key)], mine, margins))
    if len(key) + 1 == len(levels):
        lines += mine
        return
    for child in dict.fromkeys(leg.key[: len(key) + 1] for leg in mine):
        _list(child, members, levels, margins, lines)


def subtotal(
    key: tuple[str, ...],
    level: PositionLevel,
    legs: Sequence[PositionRow],
    margins: Margins,
) -> PositionRow:
    """Answer the line of a group: sums, and whatever all of its legs have in common."""
    first = legs[0]
    same_contract = level is PositionLevel.CONTRACT and len({leg.account for leg in legs}) == 1
    return PositionRow(
        key=key,
        level=level,
        name=_NAMES[level](first),
        contract=_common(leg.contract for leg in legs) or "",
        has_children=True,
        underlying=_common(leg.underlying for leg in legs) or "",
        expiry=_common(leg.expiry for leg in legs),
        days=_common(leg.days for leg in legs),
        portfolio_id=_common(leg.portfolio_id for leg in legs),
        portfolio=_common(leg.portfolio for leg in legs) or "",
        account=_common(leg.account for leg in legs) or AccountId(""),
        tag=_common(leg.tag for leg in legs) or "",
        product=_common(leg.product for leg in legs),
        instrument=first.instrument if level is PositionLevel.CONTRACT else None,
        row=first.row if level is PositionLevel.CONTRACT else -1,
        net_quantity=sum(leg.net_quantity or 0 for leg in legs) if level is PositionLevel.CONTRACT else None,
        lot_size=first.lot_size,
        lots_entered=_lots(level, legs),
        brokers_quantity=first.brokers_quantity if same_contract else None,
        ledger_quantity=first.ledger_quantity if same_contract else None,
        last_price=first.last_price if level is PositionLevel.CONTRACT else None,
        tick_size=first.tick_size,
        mtm=_money(legs, lambda leg: leg.mtm),
        booked=Money(sum(leg.booked for leg in legs)),
        entry_value=Money(sum(leg.entry_value for leg in legs)),
        margin=_margin(legs, margins),
        delta=_sum(leg.delta for leg in legs),
        gamma=_sum(leg.gamma for leg in legs),
        theta=_sum(leg.theta for leg in legs),
        vega=_sum(leg.vega for leg in legs),
        cash_delta=_sum(leg.cash_delta for leg in legs),
        cash_gamma=_sum(leg.cash_gamma for leg in legs),
    )


def _lots(level: PositionLevel, legs: Sequence[PositionRow]) -> int | None:
    if level is not PositionLevel.PORTFOLIO:
        return None
    return gcd(*(leg.lots_entered or 0 for leg in legs)) or None


def _margin(legs: Sequence[PositionRow], margins: Margins) -> Money | None:
    """Answer the margins of a group's portfolios added up; None where one is divided by the group, or not known."""
    held = Counter(leg.portfolio_id for leg in legs)
    if any(count != margins.legs.get(one or "", 0) for one, count in held.items()):
        return None
    known = [margins.amounts[one] for one in held if one is not None and one in margins.amounts]
    return Money(sum(known)) if known else None


Shared = TypeVar("Shared")


def _common(values: Iterable[Shared]) -> Shared | None:
    """Answer what all values are; None where they differ."""
    found = set(values)
    return found.pop() if len(found) == 1 else None


def _sum(parts: Iterable[float | None]) -> float | None:
    total = 0.0
    for part in parts:
        if part is None:
            return None
        total += part
    return total


def _money(legs: Sequence[PositionRow], of: Callable[[PositionRow], Money | None]) -> Money | None:
    total = 0
    for leg in legs:
        part = of(leg)
        if part is None:
            return None
        total += part
    return Money(total)
