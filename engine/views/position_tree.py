"""The groups of a table of positions from one frame to the next: only what changed is placed and added up again."""

from bisect import insort
from collections.abc import Callable, Mapping, Sequence
from itertools import chain, compress, count, islice
from operator import attrgetter, is_not

import msgspec

from engine.domain.identifiers import PortfolioId
from engine.domain.money import Money
from engine.views.position_rows import PositionLevel, PositionRow
from engine.views.subtotals import subtotal

Path = tuple[str, ...]
"""The groups in which a leg stands, outermost first."""

_SUMMED = (
    *("net_quantity", "booked", "mtm", "entry_value", "lots_entered", "last_price"),
    *("delta", "gamma", "theta", "vega", "cash_delta", "cash_gamma"),
    *("underlying", "expiry", "days", "portfolio_id", "portfolio", "account", "tag", "product", "contract"),
)
"""What the line of a group takes from its parts, but for its first one."""


class _Leg(msgspec.Struct, eq=False):
    """One leg: the row that was handed over, and its line with the key and the name of the grouping."""

    row: PositionRow
    line: PositionRow
    path: Path
    place: int = -1
    """Among all legs."""
    group: "_Group | None" = None


class _Group(msgspec.Struct, eq=False):
    """A group: its parts in their order, what they add up to, and every line from its own on.

    Thousands of parts that hold nothing are touched by no frame but to be listed.
    """

    key: Path
    level: PositionLevel
    above: "_Group | None"
    legs: list[_Leg] = msgspec.field(default_factory=list)
    """Its parts where it is the innermost."""
    groups: "list[_Group]" = msgspec.field(default_factory=list)
    """Its parts where there are groups below it."""
    named: "dict[str, _Group]" = msgspec.field(default_factory=dict)
    """The same by the last word of their key."""
    held: "set[_Leg | _Group]" = msgspec.field(default_factory=set)
    """The parts that hold something."""
    line: PositionRow | None = None
    lines: list[PositionRow] = msgspec.field(default_factory=list)
    is_sorted: bool = True
    settled: PositionRow | None = None
    """What the parts add up to that hold nothing; None where that is to be added up anew."""
    gained: list[PositionRow] = msgspec.field(default_factory=list)
    """Lines that came to hold nothing since."""
    whole: set[PortfolioId | None] = msgspec.field(default_factory=set)
    """Portfolios all of whose legs it has."""
    divided: set[PortfolioId | None] = msgspec.field(default_factory=set)
    """Portfolios of which other groups of its level have legs, too."""

    @property
    def place(self) -> int:
        """Answer the place of its first leg."""
        group = self
        while group.groups:
            group = group.groups[0]
        return group.legs[0].place

    def note(self, part: "_Leg | _Group", was: PositionRow | None, now: PositionRow | None, *, holds: bool) -> None:
        """Hear what a part said while it held nothing, and says now; None where it held or holds something."""
        if holds:
            self.held.add(part)
        else:
            self.held.discard(part)
        if was is None:
            if now is not None:
                self.gained.append(now)
        elif now is None or any(getattr(was, name) != getattr(now, name) for name in _SUMMED):
            self.settled = None
            self.gained.clear()

    def renew(self, margin: Money | None) -> None:
        """Add up again, and list the lines again."""
        if not self.is_sorted:
            self.groups.sort(key=_PLACE)
            self.is_sorted = True
        parts = [part.line for part in sorted(self.held, key=_PLACE) if part.line is not None]
        if len(self.held) < len(self.legs) + len(self.groups):
            parts.append(self._added_up_settled())
        else:
            self.settled = None
            self.gained.clear()
        first = self.groups[0].line if self.groups else self.legs[0].line
        self.line = subtotal(self.key, self.level, parts, margin, first)
        self.lines = [self.line, *map(_LINE, self.legs), *chain.from_iterable(map(_LINES, self.groups))]

    def _added_up_settled(self) -> PositionRow:
        if self.settled is None:
            every: list[_Leg | _Group] = [*self.legs, *self.groups]
            lines = [part.line for part in every if part not in self.held and part.line is not None]
            self.settled = subtotal(self.key, self.level, lines)
        elif self.gained:
            self.settled = subtotal(self.key, self.level, [self.settled, *self.gained])
        self.gained.clear()
        return self.settled


_PLACE, _LINE, _LINES = attrgetter("place"), attrgetter("line"), attrgetter("lines")


class PositionTree:
    """The legs of a table in their groups.

    ``levels`` are the total, then the groups below it, outermost first. ``path`` answers in which of them a leg
    stands, ``keyed`` the line of a leg that stands there.
    """

    def __init__(
        self,
        levels: Sequence[PositionLevel],
        path: Callable[[PositionRow], Path],
        keyed: Callable[[PositionRow, Path], PositionRow],
    ) -> None:
        self._levels, self._path, self._keyed = tuple(levels), path, keyed
        self._root = _Group((), self._levels[0], None)
        self._rows: list[PositionRow] = []
        self._legs: list[_Leg] = []
        self._of_portfolio: dict[PortfolioId | None, set[_Leg]] = {}
        self._margins: Mapping[PortfolioId, Money] = {}
        self._stale: list[set[_Group]] = [set() for _ in self._levels]
        """Groups to add up again, by their depth."""

    def lines(self, legs: Sequence[PositionRow], margins: Mapping[PortfolioId, Money]) -> list[PositionRow]:
        """Answer the legs with a line before every group, the total first; nothing where there are no legs.

        Groups stand in the order of their first leg. ``margins`` are those of whole portfolios.
        """
        self._place_legs(legs)
        for place in compress(count(), map(is_not, self._rows, legs)):
            self._take_row(self._legs[place], legs[place])
        self._rows = list(legs)
        self._take_margins(margins)
        self._renew()
        return list(self._root.lines) if legs else []

    # --- where legs stand -------------------------------------------------------------------------------------------

    def _place_legs(self, legs: Sequence[PositionRow]) -> None:
        """Give every leg its place; between the first and the last that stand elsewhere, all are placed anew."""
        known, fewest = self._legs, min(len(self._legs), len(legs))
        others = compress(count(), map(is_not, self._rows, legs))
        head = next((place for place in others if not self._stays(known[place], legs[place])), fewest)
        if head == len(known) == len(legs):
            return
        tail = 0
        while tail < fewest - head and self._stays(known[-1 - tail], legs[-1 - tail]):
            tail += 1
        end = len(known) - tail
        gone, came = known[head:end], legs[head : len(legs) - tail]
        touched = {leg.row.portfolio_id for leg in gone} | {row.portfolio_id for row in came}
        for portfolio in touched:
            self._forget_whole(portfolio)
        for leg in gone:
            self._remove(leg)
        new = [_Leg(row, self._keyed(row, path), path) for row in came for path in (self._path(row),)]
        known[head:end], self._rows[head:end] = new, came
        for place, leg in enumerate(islice(known, head, None), start=head):
            leg.place = place
        for leg in new:
            self._add(leg)
        for portfolio in touched:
            self._note_whole(portfolio)

    def _stays(self, leg: _Leg, row: PositionRow) -> bool:
        """Say whether a row is of this leg, in the same groups."""
        was = leg.row
        return was is row or (
            (was.portfolio_id, was.leg_id) == (row.portfolio_id, row.leg_id) and leg.path == self._path(row)
        )

    def _add(self, leg: _Leg) -> None:
        group, made = self._root, list[_Group]()
        for depth, word in enumerate(leg.path, start=1):
            below = group.named.get(word)
            if below is None:
                below = group.named[word] = _Group(leg.path[:depth], self._levels[depth], group)
                made.append(below)
            group = below
        insort(group.legs, leg, key=_PLACE)
        leg.group = group
        for below in reversed(made):
            assert below.above is not None
            insort(below.above.groups, below, key=_PLACE)
        known = made[0].above if made else group
        if known is not None and known.place == leg.place:
            self._unsort(known)
        holds = bool(leg.row.net_quantity)
        group.note(leg, None, None if holds else leg.line, holds=holds)
        self._stale[len(group.key)].add(group)
        self._of_portfolio.setdefault(leg.row.portfolio_id, set()).add(leg)

    def _remove(self, leg: _Leg) -> None:
        group = leg.group
        assert group is not None
        self._of_portfolio[leg.row.portfolio_id].discard(leg)
        group.note(leg, None if leg in group.held else leg.line, None, holds=False)
        if group.legs[0] is leg:
            self._unsort(group)
        group.legs.remove(leg)
        while not (group.legs or group.groups) and group.above is not None:
            self._stale[len(group.key)].discard(group)
            above = group.above
            above.note(group, None if group.held else group.line, None, holds=False)
            above.groups.remove(group)
            del above.named[group.key[-1]]
            group = above
        self._stale[len(group.key)].add(group)

    @staticmethod
    def _unsort(group: _Group | None) -> None:
        """Let the groups beside this one, and beside those above it, be sorted: its first leg is another."""
        above = group.above if group is not None else None
        while above is not None:
            above.is_sorted = False
            above = above.above

    def _take_row(self, leg: _Leg, row: PositionRow) -> None:
        group = leg.group
        assert group is not None
        was, holds = None if leg in group.held else leg.line, bool(row.net_quantity)
        leg.row, leg.line = row, self._keyed(row, leg.path)
        group.note(leg, was, None if holds else leg.line, holds=holds)
        self._stale[len(group.key)].add(group)

    # --- whole portfolios and their margins ---------------------------------------------------------------------------

    def _groups_of(self, portfolio: PortfolioId | None) -> list[set[_Group]]:
        """Answer the groups in which a portfolio has legs, by their depth."""
        found: list[set[_Group]] = [set() for _ in self._levels]
        for leg in self._of_portfolio.get(portfolio, ()):
            group = leg.group
            while group is not None:
                found[len(group.key)].add(group)
                group = group.above
        return found

    def _forget_whole(self, portfolio: PortfolioId | None) -> None:
        for groups in self._groups_of(portfolio):
            for group in groups:
                group.whole.discard(portfolio)
                group.divided.discard(portfolio)
                self._stale[len(group.key)].add(group)

    def _note_whole(self, portfolio: PortfolioId | None) -> None:
        for groups in self._groups_of(portfolio):
            for group in groups:
                (group.whole if len(groups) == 1 else group.divided).add(portfolio)
                self._stale[len(group.key)].add(group)
        if not self._of_portfolio.get(portfolio):
            self._of_portfolio.pop(portfolio, None)

    def _take_margins(self, margins: Mapping[PortfolioId, Money]) -> None:
        if margins == self._margins:
            return
        for portfolio in {*margins, *self._margins}:
            if margins.get(portfolio) != self._margins.get(portfolio):
                for groups in self._groups_of(portfolio):
                    for group in groups:
                        self._stale[len(group.key)].add(group)
        self._margins = dict(margins)

    def _margin(self, group: _Group) -> Money | None:
        """Answer what the portfolios of a group block; None where it divides one, or none blocks anything."""
        if group.divided:
            return None
        amounts = [amount for portfolio, amount in self._margins.items() if portfolio in group.whole]
        return Money(sum(amounts)) if amounts else None

    # --- what they add up to ------------------------------------------------------------------------------------------

    def _renew(self) -> None:
        """Add up the groups in which something changed, the innermost first."""
        for depth in range(len(self._levels) - 1, -1, -1):
            for group in self._stale[depth]:
                if not (group.legs or group.groups):
                    continue
                above = group.above
                was = None if above is None or group in above.held else group.line
                group.renew(self._margin(group))
                if above is not None:
                    above.note(group, was, None if group.held else group.line, holds=bool(group.held))
                    self._stale[depth - 1].add(above)
            self._stale[depth].clear()
