"""Closed trades as a trader looks back on them: chosen, grouped, sorted and counted; safe on any thread."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import Enum

import msgspec
from msgspec.structs import replace

from engine.domain.profit_curve import LegExtremes
from engine.views.trade_statistics import Bucket, DayResult, TradeStatistics, bucket, day_results, trade_statistics
from engine.views.trades import TradeRow


class TradeGrouping(Enum):
    """What trades stand together by."""

    NONE = "no groups"
    DAY = "by day"
    PORTFOLIO = "by portfolio"
    TAG = "by tag"
    ACCOUNT = "by account"
    CONTRACT = "by contract"


class TradePeriod(Enum):
    """How far back trades are shown."""

    ALL = "all days"
    DAY = "today"
    WEEK = "7 days"
    MONTH = "30 days"
    QUARTER = "90 days"


_DAYS: Mapping[TradePeriod, int | None] = {
    TradePeriod.ALL: None,
    TradePeriod.DAY: 1,
    TradePeriod.WEEK: 7,
    TradePeriod.MONTH: 30,
    TradePeriod.QUARTER: 90,
}

_GROUP_OF: Mapping[TradeGrouping, Callable[[TradeRow], str]] = {
    TradeGrouping.DAY: lambda row: row.day.isoformat(),
    TradeGrouping.PORTFOLIO: lambda row: row.portfolio,
    TradeGrouping.TAG: lambda row: row.tag,
    TradeGrouping.ACCOUNT: lambda row: row.account,
    TradeGrouping.CONTRACT: lambda row: row.contract,
}


class TradeChoice(msgspec.Struct, frozen=True, kw_only=True):
    """What of the trades is shown, and in which groups."""

    words: str = ""
    day: date | None = None
    """Only what was closed on one day."""
    period: TradePeriod = TradePeriod.ALL
    grouping: TradeGrouping = TradeGrouping.DAY

    def chosen(self, rows: Iterable[TradeRow], today: date) -> Iterator[TradeRow]:
        """Return the trades closed in the period, of any day of it, with every word somewhere, whatever the case."""
        words = self.words.casefold().split()
        days = _DAYS[self.period]
        first = date.min if days is None else today - timedelta(days=days - 1)
        for row in rows:
            if row.day >= first and all(word in _text(row) for word in words):
                yield row


def _text(row: TradeRow) -> str:
    parts = (row.contract, row.side.value, row.exit_reason.value, row.portfolio, row.portfolio_id, row.tag, row.account)
    return " ".join((*parts, row.day.isoformat())).casefold()


class TradeLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the history: a trade, or the sums of those below it."""

    key: tuple[str, ...]
    name: str
    sums: Bucket | None = None
    """Of a group; None for a trade."""
    row: TradeRow | None = None
    depth: int = 0


class TradeReview(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown: every line, folded or not, and the figures of the trades among them."""

    lines: tuple[TradeLine, ...]
    statistics: TradeStatistics
    days: tuple[DayResult, ...]
    """Every day that could be chosen, whatever day is."""


Extremes = Mapping[tuple[str, int], LegExtremes]
"""The best and the worst of legs, by portfolio and leg."""


def review(rows: Iterable[TradeRow], choice: TradeChoice, today: date, extremes: Extremes | None = None) -> TradeReview:
    """Return the lines, newest first, and figures of the chosen trades; ``extremes`` was noted of their legs."""
    fitting = list(choice.chosen(rows, today))
    chosen = fitting if choice.day is None else [row for row in fitting if row.day == choice.day]
    noted = extremes or {}
    chosen = [_with_extremes(row, noted) for row in chosen] if noted else chosen
    chosen.sort(key=lambda row: row.closed_at, reverse=True)
    found = trade_statistics(chosen)
    days = found.days if choice.day is None else day_results(fitting)
    return TradeReview(lines=tuple(_lines(chosen, choice)), statistics=found, days=days)


def _with_extremes(row: TradeRow, noted: Extremes) -> TradeRow:
    found = noted.get(row.key)
    return row if found is None else replace(row, best=found.best, worst=found.worst)


def _lines(chosen: Sequence[TradeRow], choice: TradeChoice) -> Iterator[TradeLine]:
    if not chosen:
        return
    yield TradeLine(key=("total",), name="All trades", sums=bucket("All trades", chosen))
    group_of = _GROUP_OF.get(choice.grouping)
    if group_of is None:
        yield from (_trade(("total",), row, 1) for row in chosen)
        return
    groups: dict[str, list[TradeRow]] = {}
    for row in chosen:
        groups.setdefault(group_of(row), []).append(row)
    newest_first = choice.grouping is TradeGrouping.DAY
    for name in sorted(groups, reverse=newest_first):
        key = ("total", name)
        yield TradeLine(key=key, name=name, sums=bucket(name, groups[name]), depth=1)
        yield from (_trade(key, row, 2) for row in groups[name])


def _trade(above: tuple[str, ...], row: TradeRow, depth: int) -> TradeLine:
    return TradeLine(key=(*above, row.portfolio_id, str(row.leg_id)), name=row.contract, row=row, depth=depth)
