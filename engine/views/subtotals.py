"""The line of a group of positions: what its parts add up to, and what they have in common."""

from collections.abc import Callable, Iterable, Sequence
from math import gcd
from typing import TypeVar

from engine.domain.identifiers import AccountId
from engine.domain.money import Money
from engine.views.position_rows import PositionLevel, PositionRow

_NAMES: dict[PositionLevel, Callable[[PositionRow], str]] = {
    PositionLevel.TOTAL: lambda _part: "Total",
    PositionLevel.UNDERLYING: lambda part: part.underlying,
    PositionLevel.EXPIRY: lambda part: "No expiry" if part.expiry is None else f"{part.expiry:%d %b %Y}",
    PositionLevel.PORTFOLIO: lambda part: part.portfolio,
    PositionLevel.CONTRACT: lambda part: part.contract,
    PositionLevel.ACCOUNT: lambda part: part.account,
    PositionLevel.TAG: lambda part: part.tag,
}


def subtotal(
    key: tuple[str, ...],
    level: PositionLevel,
    parts: Sequence[PositionRow],
    margin: Money | None = None,
    first: PositionRow | None = None,
) -> PositionRow:
    """Answer the line of a group: sums, and whatever all of its parts have in common.

    ``parts`` are legs, or groups of them that are added up already: both give the same line. ``first`` is the part
    that stands first where ``parts`` are in another order.
    """
    first = parts[0] if first is None else first
    of_contract = level is PositionLevel.CONTRACT
    account = _common([part.account for part in parts]) or AccountId("")
    of_one_book = of_contract and bool(account)
    return PositionRow(
        key=key,
        level=level,
        name=_NAMES[level](first),
        contract=_common([part.contract for part in parts]) or "",
        has_children=True,
        underlying=_common([part.underlying for part in parts]) or "",
        expiry=_common([part.expiry for part in parts]),
        days=_common([part.days for part in parts]),
        portfolio_id=_common([part.portfolio_id for part in parts]),
        portfolio=_common([part.portfolio for part in parts]) or "",
        account=account,
        tag=_common([part.tag for part in parts]) or "",
        product=_common([part.product for part in parts]),
        instrument=first.instrument if of_contract else None,
        row=first.row if of_contract else -1,
        net_quantity=sum([part.net_quantity or 0 for part in parts]) if of_contract else None,
        lot_size=first.lot_size,
        lots_entered=_lots(parts) if level is PositionLevel.PORTFOLIO else None,
        brokers_quantity=first.brokers_quantity if of_one_book else None,
        ledger_quantity=first.ledger_quantity if of_one_book else None,
        # A closed leg asks for no price; the others of its contract know it.
        last_price=next((part.last_price for part in parts if part.last_price), None) if of_contract else None,
        tick_size=first.tick_size,
        mtm=_money([part.mtm for part in parts]),
        booked=Money(sum([part.booked for part in parts])),
        entry_value=Money(sum([part.entry_value for part in parts])),
        margin=margin,
        delta=_sum([part.delta for part in parts]),
        gamma=_sum([part.gamma for part in parts]),
        theta=_sum([part.theta for part in parts]),
        vega=_sum([part.vega for part in parts]),
        cash_delta=_sum([part.cash_delta for part in parts]),
        cash_gamma=_sum([part.cash_gamma for part in parts]),
    )


def _lots(parts: Iterable[PositionRow]) -> int | None:
    return gcd(*(part.lots_entered or 0 for part in parts)) or None


Shared = TypeVar("Shared")


def _common(values: Sequence[Shared]) -> Shared | None:
    """Answer what all values are; None where they differ."""
    first = values[0]
    return first if values.count(first) == len(values) else None


def _sum(values: Sequence[float | None]) -> float | None:
    """Answer the sum; None where one is missing."""
    known = [value for value in values if value is not None]
    return sum(known, 0.0) if len(known) == len(values) else None


def _money(values: Sequence[Money | None]) -> Money | None:
    """Answer the sum; None where one is missing."""
    known = [value for value in values if value is not None]
    return Money(sum(known)) if len(known) == len(values) else None
