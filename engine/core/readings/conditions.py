"""Condition trees against the candle book: whether one holds at the newest closed bar, and what does not hold."""

from collections.abc import Iterator

import msgspec
import numpy as np

from engine.core.prices.candles import CLOSE, HIGH, LOW, Bars, Named, Series
from engine.core.readings import bar_series
from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.core.unmet import Unmet
from engine.domain.instant import MINUTE, Instant, clock_text, day_time, ist_date, ist_time_of_day
from engine.domain.money import exact_units, rupees
from engine.domain.multileg.condition import (
    AllLines,
    AnyLine,
    Clock,
    ClosePrice,
    Comparison,
    Condition,
    ConditionGroup,
    DayFigure,
    DayPrice,
    Joined,
    Number,
    Operand,
    Operator,
    Points,
    PriceSource,
    TimeOfDay,
    sources,
)
from engine.domain.multileg.condition_words import operand_words, operator_words
from engine.pricing.indicators import indicator_as_of


class Judged(msgspec.Struct, frozen=True):
    """What a tree came to: when it was decided, whether it holds, and the lines that keep it from holding."""

    met: bool
    at: Instant | None
    """The close at which it was decided; None before the first that counts."""
    unmet: tuple[Unmet, ...] = ()
    words: str = ""
    """The lines that hold, with their values, where the tree holds."""


class _Line(msgspec.Struct, frozen=True):
    comparison: Comparison
    left: int | None
    right: int | None
    met: bool


def judged(state: EngineState, run: PortfolioRun, tree: Condition, since: Instant) -> Judged:
    """Judge a tree at the newest close of its bars; closes before ``since`` do not count, one exactly then does."""
    at = state.candles.last_close(run.portfolio.exchange, tree.minutes, state.now)
    if at is None or at < since:
        upcoming = state.candles.next_close(run.portfolio.exchange, tree.minutes, max(state.now, since))
        when = "tomorrow's first bar" if upcoming is None else clock_text(upcoming)
        return Judged(met=False, at=None, unmet=(Unmet(f"its first bar of {tree.minutes} min closes at {when}"),))
    groups = [(group, [_judged_line(state, run, tree, line, at) for line in group.lines]) for group in tree.groups]
    held = [_holds(group, lines) for group, lines in groups]
    met = all(held) if tree.holds_with is Joined.ALL else any(held)
    if met:
        lines = [line for (_, group_lines), ok in zip(groups, held, strict=True) if ok for line in group_lines]
        words = "; ".join(_said(line) for line in lines if line.met)
        return Judged(met=True, at=at, words=f"{words} at the close of {clock_text(at)}")
    unmet = tuple(
        one for (group, lines), ok in zip(groups, held, strict=True) if not ok for one in _lacking(group, lines)
    )
    return Judged(met=False, at=at, unmet=unmet)


def series_needed(state: EngineState, run: PortfolioRun, tree: Condition) -> Iterator[Series]:
    """Answer the series that a tree is computed from, as far as their contracts are chosen."""
    for source in sources(tree):
        series = bar_series.series_of(state, run, source)
        if series is not None:
            yield series


def next_close(state: EngineState, run: PortfolioRun, tree: Condition) -> Iterator[Instant]:
    """Answer when a tree is judged next, for the wake-ups of a stage."""
    at = state.candles.next_close(run.portfolio.exchange, tree.minutes, state.now)
    if at is not None:
        yield at


def _holds(group: ConditionGroup, lines: list[_Line]) -> bool:
    match group.holds_with:
        case AllLines():
            return all(line.met for line in lines)
        case AnyLine():
            return any(line.met for line in lines)
        case Points(at_least=at_least):
            return sum(line.comparison.weight for line in lines if line.met) >= at_least


def _lacking(group: ConditionGroup, lines: list[_Line]) -> Iterator[Unmet]:
    if isinstance(group.holds_with, Points):
        points = sum(line.comparison.weight for line in lines if line.met)
        yield Unmet("points of the lines that hold:", str(points), f"≥ {group.holds_with.at_least}")
    for line in lines:
        if not line.met:
            yield _unmet(line)


def _unmet(line: _Line) -> Unmet:
    words = operator_words(line.comparison)
    name = operand_words(line.comparison.left)
    if line.left is None or line.right is None:
        lacking = name if line.left is None else operand_words(line.comparison.right)
        return Unmet(f"{lacking} is not known yet: too few closed bars, or no quote")
    return Unmet(name, _shown(line.comparison.left, line.left), f"{words} {_threshold(line)}")


def _said(line: _Line) -> str:
    if line.left is None or line.right is None:
        return ""
    left = f"{operand_words(line.comparison.left)} {_shown(line.comparison.left, line.left)}"
    return f"{left} {operator_words(line.comparison)} {_threshold(line)}"


def _threshold(line: _Line) -> str:
    value = _shown(line.comparison.right, line.right or 0)
    if isinstance(line.comparison.right, Number | TimeOfDay):
        return value
    return f"{value} ({operand_words(line.comparison.right)})"


def _shown(operand: Operand, value: int) -> str:
    if isinstance(operand, Clock | TimeOfDay):
        minutes = value // MINUTE
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{rupees(value):,.2f}"


def _judged_line(state: EngineState, run: PortfolioRun, tree: Condition, line: Comparison, at: Instant) -> _Line:
    plus = exact_units(line.plus)
    left, right = _value(state, run, tree, line.left, at), _value(state, run, tree, line.right, at)
    if left is None or right is None:
        return _Line(line, left, right, met=False)
    right += plus
    match line.operator:
        case Operator.ABOVE:
            met = left > right
        case Operator.BELOW:
            met = left < right
        case Operator.AT_LEAST:
            met = left >= right
        case Operator.AT_MOST:
            met = left <= right
        case Operator.CROSSES_ABOVE | Operator.CROSSES_BELOW:
            before = Instant(at - tree.minutes * MINUTE)
            old_left = _value(state, run, tree, line.left, before)
            old_right = _value(state, run, tree, line.right, before)
            if old_left is None or old_right is None:
                met = False
            elif line.operator is Operator.CROSSES_ABOVE:
                met = old_left <= old_right + plus and left > right
            else:
                met = old_left >= old_right + plus and left < right
    return _Line(line, left, right, met)


def _value(state: EngineState, run: PortfolioRun, tree: Condition, operand: Operand, at: Instant) -> int | None:
    """Answer an operand as it stood at a close, in 1/10,000 of its unit, a time in µs; None where it is not known."""
    match operand:
        case Number(value=value):
            return exact_units(value)
        case Clock():
            return ist_time_of_day(at)
        case TimeOfDay(at=time):
            return day_time(time)
        case DayPrice():
            return _day_price(state, run, tree, operand, at)
        case ClosePrice():
            bars = _bars(state, run, operand.of, tree.minutes)
            index = -1 if bars is None else _index(bars, at, operand.ago)
            return None if bars is None or index < 0 else bars.values.item(CLOSE, index)
        case _:
            bars = _bars(state, run, operand.of, operand.minutes)
            if bars is None:
                return None
            days = np.array([ist_date(end - 1).toordinal() for end in bars.ends.tolist()])
            starts = np.flatnonzero(np.r_[True, days[1:] != days[:-1]])
            return indicator_as_of(operand, bars.values, starts, _index(bars, at, operand.ago))


def _bars(state: EngineState, run: PortfolioRun, source: PriceSource, minutes: int) -> Bars | None:
    series = bar_series.series_of(state, run, source)
    bars = None if series is None else state.candles.bars(series, minutes, state.now)
    return bars if bars is not None and len(bars) else None


def _index(bars: Bars, at: Instant, ago: int) -> int:
    """Answer the place of the newest bar that was closed at an instant, or of one before it; below 0 for none."""
    return int(np.searchsorted(bars.ends, at, side="right")) - 1 - ago


def _day_price(state: EngineState, run: PortfolioRun, tree: Condition, operand: DayPrice, at: Instant) -> int | None:
    series = bar_series.series_of(state, run, operand.of)
    if series is None or isinstance(series, Named):
        return None
    match operand.figure:
        case DayFigure.OPEN | DayFigure.PREVIOUS_CLOSE:
            return bar_series.day_price(state, series, previous=operand.figure is DayFigure.PREVIOUS_CLOSE)
        case DayFigure.HIGH | DayFigure.LOW:
            bars = state.candles.bars(series, 1, state.now)
            today = np.array([ist_date(end - 1) == ist_date(at - 1) for end in bars.ends.tolist()], dtype=np.bool_)
            before = today & (bars.ends <= at - tree.minutes * MINUTE)
            if not before.any():
                return None
            is_high = operand.figure is DayFigure.HIGH
            return int(bars.values[HIGH, before].max() if is_high else bars.values[LOW, before].min())
