"""Positions in groups: which lines stand under which, and what a group's line adds up."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from operator import is_

import msgspec

from engine.domain.identifiers import PortfolioId
from engine.domain.money import Money
from engine.views.position_rows import PositionLevel, PositionRow
from engine.views.subtotals import subtotal


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


class _Kept(msgspec.Struct, frozen=True, eq=False):
    """The parts of a group that hold nothing any more, and the line that adds them up."""

    parts: Sequence[PositionRow]
    line: PositionRow


class _Group(msgspec.Struct, frozen=True, eq=False):
    """A group's line with the lines below it, and of its portfolios which are whole and which are divided."""

    legs: Sequence[PositionRow]
    lines: Sequence[PositionRow]
    """Its own first."""
    margin: Money | None
    """Of the portfolios that are whole; None where none of them blocks anything."""
    divided: Mapping[PortfolioId | None, int]
    """How many legs of a portfolio it has that others have, too."""
    is_settled: bool
    """Nothing in it is open."""


class KeptGroups:
    """Memory of a table's groups: lines that nothing moves any more, known by the identity of what they were made of.

    A leg that is closed keeps its line while its row, and the grouping, are the same; so does a group of them with
    all the legs of their portfolios. The parts of other groups that are closed are added up once.
    """

    def __init__(self) -> None:
        self._grouping: Grouping | None = None
        # A row is held beside its line, so that no other row can come to have its identity.
        self._legs: dict[int, tuple[PositionRow, PositionRow]] = {}
        self._settled: dict[tuple[str, ...], _Kept] = {}
        self._groups: dict[tuple[str, ...], dict[str, _Group]] = {}

    def keyed(self, legs: Sequence[PositionRow], grouping: Grouping) -> list[PositionRow]:
        """Answer legs with the key and the name they have in a grouping."""
        if grouping is not self._grouping:
            self._grouping, self._legs, self._settled, self._groups = grouping, {}, {}, {}
        known, levels = self._legs, _LEVELS[grouping]
        if len(known) > 2 * len(legs) + _SPARE:
            shown = {id(leg) for leg in legs}
            self._legs = known = {row: pair for row, pair in known.items() if row in shown}
        return [pair[1] if (pair := known.get(id(leg))) else self._keyed(leg, levels) for leg in legs]

    def settled(self, key: tuple[str, ...], level: PositionLevel, parts: Sequence[PositionRow]) -> PositionRow:
        """Answer the line that adds up parts of a group in which nothing is open."""
        before = self._settled.get(key)
        if before is not None and _same(before.parts, parts):
            return before.line
        line = subtotal(key, level, parts)
        self._settled[key] = _Kept(parts, line)
        return line

    def below(self, key: tuple[str, ...]) -> dict[str, _Group]:
        """Answer the groups below a group in which nothing is open or divided, by the last part of their key."""
        return self._groups.setdefault(key, {})

    def _keyed(self, leg: PositionRow, levels: tuple[PositionLevel, ...]) -> PositionRow:
        line = _keyed(leg, levels)
        if not leg.net_quantity:
            self._legs[id(leg)] = leg, line
        return line


_SPARE = 100
"""So many lines of legs that are gone are not worth sweeping out."""


def _same(before: Sequence[PositionRow], now: Sequence[PositionRow]) -> bool:
    return len(before) == len(now) and all(map(is_, before, now))


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
    kept = KeptGroups() if kept is None else kept
    keyed = kept.keyed(legs, grouping)
    if not keyed:
        return []
    counts = Counter([leg.portfolio_id for leg in keyed])
    making = _Making((PositionLevel.TOTAL, *_LEVELS[grouping]), margins or _NO_FIGURES, counts, kept)
    return list(making.group((), keyed).lines)


def _keyed(leg: PositionRow, levels: tuple[PositionLevel, ...]) -> PositionRow:
    path = tuple(_KEYS[level](leg) for level in levels)
    shown = leg.name if PositionLevel.CONTRACT not in levels else leg.portfolio
    name = shown if PositionLevel.PORTFOLIO in levels or not leg.portfolio else f"{shown} · {_beside(leg, levels)}"
    return msgspec.structs.replace(leg, key=(*path, f"{leg.portfolio_id}/{leg.leg_id}"), name=name)


def _beside(leg: PositionRow, levels: tuple[PositionLevel, ...]) -> str:
    """Answer what tells a leg from others where its portfolio is no group."""
    return f"leg {leg.leg_id}" if PositionLevel.CONTRACT in levels else leg.portfolio


class _Making(msgspec.Struct, frozen=True, eq=False):
    """The groups of one frame while they are made."""

    levels: tuple[PositionLevel, ...]
    """The total, then the groups below it, outermost first."""
    margins: Mapping[PortfolioId, Money]
    counts: Mapping[PortfolioId | None, int]
    """How many legs each portfolio has."""
    kept: KeptGroups

    def group(self, key: tuple[str, ...], legs: Sequence[PositionRow]) -> _Group:
        """Answer a group with all that stands below its line."""
        depth = len(key)
        if depth + 1 == len(self.levels):
            margin, divided = self._whole(Counter([leg.portfolio_id for leg in legs]), None)
            settled: list[PositionRow] = []
            held: list[PositionRow] = []
            for leg in legs:
                (held if leg.net_quantity else settled).append(leg)
            line = self._line(key, settled, held, legs[0], None if divided else margin)
            return _Group(legs, [line, *legs], margin, divided, not held)
        members: defaultdict[str, list[PositionRow]] = defaultdict(list)
        for leg in legs:
            members[leg.key[depth]].append(leg)
        return self._of_groups(key, legs, members)

    def _of_groups(
        self, key: tuple[str, ...], legs: Sequence[PositionRow], members: Mapping[str, Sequence[PositionRow]]
    ) -> _Group:
        settled: list[PositionRow] = []
        held: list[PositionRow] = []
        below: list[PositionRow] = []
        counts: Counter[PortfolioId | None] = Counter()
        amount: Money | None = None
        known = self.kept.below(key)
        for name, mine in members.items():
            group = known.get(name)
            # A portfolio that is told anew has other rows: the same rows are all of it as before, and hold nothing.
            if (
                group is None
                or mine[0] is not group.legs[0]
                or not (len(mine) == len(group.legs) == 1 or _same(group.legs, mine))
            ):
                group = self.group((*key, name), mine)
                counts.update(group.divided)
                if group.margin is not None:
                    amount = Money((amount or 0) + group.margin)
                if group.is_settled and not group.divided and group.margin is None:
                    known[name] = group
            line = group.lines[0]
            (settled if group.is_settled else held).append(line)
            below += group.lines
        margin, divided = self._whole(counts, amount)
        line = self._line(key, settled, held, below[0], None if divided else margin)
        return _Group(legs, [line, *below], margin, divided, not held)

    def _whole(
        self, counts: Mapping[PortfolioId | None, int], margin: Money | None
    ) -> tuple[Money | None, Mapping[PortfolioId | None, int]]:
        """Answer the margin with that of the portfolios all of whose legs are counted, and the portfolios left."""
        divided: dict[PortfolioId | None, int] = {}
        for name, count in counts.items():
            if count != self.counts[name]:
                divided[name] = count
            elif name is not None and name in self.margins:
                margin = Money((margin or 0) + self.margins[name])
        return margin, divided

    def _line(
        self,
        key: tuple[str, ...],
        settled: Sequence[PositionRow],
        held: Sequence[PositionRow],
        first: PositionRow,
        margin: Money | None,
    ) -> PositionRow:
        level = self.levels[len(key)]
        parts = [*held, self.kept.settled(key, level, settled)] if settled else held
        return parts[0] if not held and margin is None else subtotal(key, level, parts, margin, first)
