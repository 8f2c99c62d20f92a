"""What closed trades came to: profit, charges, rates of winning, drawdown, ratios, and sums by day, hour and reason."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

import msgspec
import numpy as np

from engine.domain.instant import Instant, ist_date, ist_datetime
from engine.domain.money import Money, divide_half_up
from engine.pricing.performance import deepest_fall, longest_run, ratio, sharpe_ratio, sortino_ratio
from engine.views.trades import TradeRow

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Bucket(msgspec.Struct, frozen=True, kw_only=True):
    """The trades that have something in common."""

    name: str
    trades: int
    winners: int
    gross: Money
    charges: Money
    net: Money

    @property
    def win_rate(self) -> float | None:
        """Part of the trades that won, 0 to 1."""
        return ratio(self.winners, self.trades)


class DayResult(Bucket, frozen=True, kw_only=True):
    """The trades that were closed on one Indian date."""

    day: date


class Drawdown(msgspec.Struct, frozen=True, kw_only=True):
    """The deepest fall of the net profit below an earlier peak, trade by trade in the order of their closing.

    Attributes:
        amount: Depth in 1/10,000 ₹, 0 or more.
        began_at: When the peak was made; the first entry where it is the beginning. None where nothing ever fell.
        lowest_at: When it was deepest.
        regained_at: When the peak was reached again; None where it was not.
    """

    amount: Money = Money(0)
    began_at: Instant | None = None
    lowest_at: Instant | None = None
    regained_at: Instant | None = None

    @property
    def days(self) -> int | None:
        """Calendar days from the peak to the deepest point."""
        return _days(self.began_at, self.lowest_at)

    @property
    def recovery_days(self) -> int | None:
        """Calendar days from the deepest point until the peak was reached again; None while it is not."""
        return _days(self.lowest_at, self.regained_at)


class TradeStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of some trades; wins and losses are net of charges, a trade that came to nothing is neither.

    Money is exact, in 1/10,000 ₹, averages rounded once. Ratios are None where there is nothing to divide by. Sharpe
    and Sortino are of the net profit of each day with a closed trade, annualised with 252 days, with no rate to beat.
    """

    trades: int
    winners: int
    losers: int
    uncharged: int
    """Trades whose charges are not known, counted as free."""
    gross: Money
    charges: Money
    net: Money
    win_rate: float | None
    average_win: Money | None
    average_loss: Money | None
    """Below zero."""
    profit_factor: float | None
    """What winners made for each rupee that losers lost."""
    payoff_ratio: float | None
    """Average win for each rupee of the average loss."""
    expectancy: Money | None
    """Average of all trades."""
    largest_win: Money | None
    largest_loss: Money | None
    longest_losing_streak: int
    longest_winning_streak: int
    drawdown: Drawdown
    recovery_factor: float | None
    """Net profit for each rupee of the deepest drawdown."""
    sharpe: float | None
    sortino: float | None
    winning_days: int
    average_held: int | None
    """Microseconds that a trade was held on average."""
    slippage: Money
    slipped: int
    """Trades whose slippage is known."""
    days: tuple[DayResult, ...]
    weekdays: tuple[Bucket, ...]
    hours: tuple[Bucket, ...]
    """By the hour of the entry."""
    reasons: tuple[Bucket, ...]
    """By what closed them, the most frequent first."""
    equity_at: tuple[Instant, ...]
    """When each trade was closed, oldest first."""
    equity: tuple[Money, ...]
    """Net profit with that trade, beginning from 0."""


def trade_statistics(rows: Iterable[TradeRow]) -> TradeStatistics:
    """Answer the statistics of trades, in any order."""
    trades = sorted(rows, key=lambda row: (row.closed_at, row.portfolio_id, row.leg_id))
    nets = [row.net for row in trades]
    wins, losses = [net for net in nets if net > 0], [net for net in nets if net < 0]
    slipped = [row.slippage for row in trades if row.slippage is not None]
    days = day_results(trades)
    drawdown, net = _drawdown(trades, nets), sum(nets)
    won, lost, count = sum(wins), -sum(losses), len(nets)
    results = np.asarray(nets, dtype=np.int64)
    return TradeStatistics(
        trades=count,
        winners=len(wins),
        losers=len(losses),
        uncharged=sum(row.charges is None for row in trades),
        gross=Money(sum(row.gross for row in trades)),
        charges=Money(sum(row.charges or 0 for row in trades)),
        net=Money(net),
        win_rate=ratio(len(wins), count),
        average_win=_average(wins),
        average_loss=_average(losses),
        profit_factor=ratio(won, lost),
        payoff_ratio=ratio(won * len(losses), lost * len(wins)),
        expectancy=_average(nets),
        largest_win=max(wins, default=None),
        largest_loss=min(losses, default=None),
        longest_losing_streak=longest_run(results < 0),
        longest_winning_streak=longest_run(results > 0),
        drawdown=drawdown,
        recovery_factor=ratio(net, drawdown.amount),
        sharpe=sharpe_ratio([day.net for day in days]),
        sortino=sortino_ratio([day.net for day in days]),
        winning_days=sum(day.net > 0 for day in days),
        average_held=divide_half_up(sum(row.held_for for row in trades), count) if count else None,
        slippage=Money(sum(slipped)),
        slipped=len(slipped),
        days=days,
        weekdays=_by(trades, lambda row: row.day.weekday(), lambda key: _WEEKDAYS[key]),
        hours=_by(trades, lambda row: ist_datetime(row.entered_at).hour, lambda key: f"{key:02d}:00–{key:02d}:59"),
        reasons=_by_reason(trades),
        equity_at=tuple(row.closed_at for row in trades),
        equity=tuple(Money(int(one)) for one in np.cumsum(results)),
    )


def _average(amounts: Sequence[int]) -> Money | None:
    return Money(divide_half_up(sum(amounts), len(amounts))) if amounts else None


def _days(first: Instant | None, last: Instant | None) -> int | None:
    return None if first is None or last is None else (ist_date(last) - ist_date(first)).days


def _drawdown(trades: Sequence[TradeRow], nets: Sequence[int]) -> Drawdown:
    fall = deepest_fall(np.asarray(nets, dtype=np.int64))
    if not fall.depth:
        return Drawdown()
    first = min(row.entered_at for row in trades)
    return Drawdown(
        amount=Money(fall.depth),
        began_at=first if fall.peak < 0 else trades[fall.peak].closed_at,
        lowest_at=trades[fall.lowest].closed_at,
        regained_at=None if fall.regained is None else trades[fall.regained].closed_at,
    )


def day_results(trades: Iterable[TradeRow]) -> tuple[DayResult, ...]:
    """Answer what the trades of each day made, in the order in which the days come first."""
    found: dict[date, list[TradeRow]] = {}
    for row in trades:
        found.setdefault(row.day, []).append(row)
    return tuple(
        DayResult(day=day, **msgspec.structs.asdict(bucket(day.isoformat(), rows))) for day, rows in found.items()
    )


def bucket(name: str, rows: Sequence[TradeRow]) -> Bucket:
    """Answer the sums of some trades under a name."""
    return Bucket(
        name=name,
        trades=len(rows),
        winners=sum(row.net > 0 for row in rows),
        gross=Money(sum(row.gross for row in rows)),
        charges=Money(sum(row.charges or 0 for row in rows)),
        net=Money(sum(row.net for row in rows)),
    )


def _by(
    trades: Sequence[TradeRow], number: Callable[[TradeRow], int], name: Callable[[int], str]
) -> tuple[Bucket, ...]:
    found: dict[int, list[TradeRow]] = {}
    for row in trades:
        found.setdefault(number(row), []).append(row)
    return tuple(bucket(name(key), found[key]) for key in sorted(found))


def _by_reason(trades: Sequence[TradeRow]) -> tuple[Bucket, ...]:
    found: dict[str, list[TradeRow]] = {}
    for row in trades:
        found.setdefault(row.exit_reason.value, []).append(row)
    return tuple(bucket(name, rows) for name, rows in sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))
