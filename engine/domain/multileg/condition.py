"""Condition trees: comparisons of prices, indicators and times, decided at the close of bars (reference §1.3.2, §1.5).

A tree is groups of lines. Any combination of AND and OR can be written so; a group may also count weighted points.
Entries, extra conditions and exits use the same tree; engine/core/readings/conditions.py judges it.
"""

from collections.abc import Iterator
from datetime import time
from decimal import Decimal
from enum import Enum
from typing import Annotated

from engine.schema.declared import Declared, FieldError
from engine.schema.field import ask

BarMinutes = Annotated[
    int, ask("Bars of", "Length of a bar, counted from the session's open.", unit="min", ge=1, le=375)
]
BarsAgo = Annotated[int, ask("Bars ago", "0 is the newest closed bar, 1 the one before it.", unit="bars", ge=0, le=500)]
Period = Annotated[int, ask("Period", "Bars it is computed over.", unit="bars", ge=2, le=500)]


class UnderlyingPrice(Declared, frozen=True, kw_only=True, tag="underlying"):
    """Underlying."""


class FuturePrice(Declared, frozen=True, kw_only=True, tag="future"):
    """Nearest future of the underlying."""


class LegPremium(Declared, frozen=True, kw_only=True, tag="leg"):
    """Premium of a leg.

    Before the entry it is the contract that the leg would take when the watching begins.
    """

    leg: Annotated[int, ask("Leg", "Number of the leg.", ge=1, le=24)] = 1


class CombinedPremium(Declared, frozen=True, kw_only=True, tag="combined"):
    """Combined premium.

    Sold less bought, each leg by its ratio; below zero where more is paid than received.
    """


class VixPrice(Declared, frozen=True, kw_only=True, tag="vix"):
    """India VIX."""


PriceSource = UnderlyingPrice | FuturePrice | LegPremium | CombinedPremium | VixPrice
"""Whose bars are meant."""


class ClosePrice(Declared, frozen=True, kw_only=True, tag="price"):
    """Price at the close of a bar."""

    of: Annotated[PriceSource, ask("Price of", "Whose price.")] = UnderlyingPrice()
    ago: BarsAgo = 0


class Number(Declared, frozen=True, kw_only=True, tag="number"):
    """Number."""

    value: Annotated[Decimal, ask("Value", "The number itself; below zero is allowed.", ge=-1_000_000_000)]


class DayFigure(Enum):
    """A price of the day."""

    OPEN = "day open"
    HIGH = "day high"
    LOW = "day low"
    PREVIOUS_CLOSE = "previous close"


class DayPrice(Declared, frozen=True, kw_only=True, tag="day"):
    """Open, high, low, previous close.

    High and low are those of the day before the newest bar, so that the bar itself can break them.
    """

    figure: Annotated[DayFigure, ask("Figure", "Which price of the day.")] = DayFigure.OPEN
    of: Annotated[PriceSource, ask("Price of", "Whose price.")] = UnderlyingPrice()


class Clock(Declared, frozen=True, kw_only=True, tag="clock"):
    """Time of the bar's close."""


class TimeOfDay(Declared, frozen=True, kw_only=True, tag="time"):
    """Time of day."""

    at: Annotated[time, ask("Time", "Indian time of day.")]


class Average(Enum):
    """A kind of moving average."""

    SIMPLE = "SMA"
    EXPONENTIAL = "EMA"
    WEIGHTED = "WMA"
    DOUBLE_EXPONENTIAL = "DEMA"
    TRIPLE_EXPONENTIAL = "TEMA"
    HULL = "HMA"


class MovingAverage(Declared, frozen=True, kw_only=True, tag="average"):
    """Moving average."""

    kind: Annotated[Average, ask("Kind", "How the closes are weighted.")] = Average.EXPONENTIAL
    of: Annotated[PriceSource, ask("Price of", "Whose bars.")] = UnderlyingPrice()
    period: Period = 20
    minutes: BarMinutes = 5
    ago: BarsAgo = 0


class Study(Enum):
    """An indicator with one period."""

    RSI = "RSI"
    ATR = "ATR"
    ADX = "ADX"
    PLUS_DI = "+DI"
    MINUS_DI = "-DI"
    CCI = "CCI"
    WILLIAMS = "Williams %R"
    MONEY_FLOW = "MFI"
    MOMENTUM = "momentum"
    RATE_OF_CHANGE = "rate of change"
    DEVIATION = "standard deviation"
    HIGHEST = "highest high"
    LOWEST = "lowest low"


class Indicator(Declared, frozen=True, kw_only=True, tag="indicator"):
    """RSI, ATR, ADX and others."""

    kind: Annotated[Study, ask("Indicator", "Which indicator.")] = Study.RSI
    of: Annotated[PriceSource, ask("Price of", "Whose bars.")] = UnderlyingPrice()
    period: Period = 14
    minutes: BarMinutes = 5
    ago: BarsAgo = 0


class MacdLine(Enum):
    """A line of the MACD."""

    MACD = "MACD"
    SIGNAL = "signal"
    HISTOGRAM = "histogram"


class Macd(Declared, frozen=True, kw_only=True, tag="macd"):
    """MACD."""

    line: Annotated[MacdLine, ask("Line", "Which of its lines.")] = MacdLine.MACD
    of: Annotated[PriceSource, ask("Price of", "Whose bars.")] = UnderlyingPrice()
    fast: Annotated[int, ask("Fast", "Period of the fast average.", unit="bars", ge=2, le=500)] = 12
    slow: Annotated[int, ask("Slow", "Period of the slow average.", unit="bars", ge=3, le=500)] = 26
    signal: Annotated[int, ask("Signal", "Period of the signal line.", unit="bars", ge=1, le=500)] = 9
    minutes: BarMinutes = 5
    ago: BarsAgo = 0

    def check(self) -> Iterator[FieldError]:
        """Refuse a fast average that is not faster."""
        if self.fast >= self.slow:
            yield FieldError("fast", f"Fast must be below Slow ({self.slow}); take fewer bars")


class Band(Enum):
    """A line of the Bollinger bands."""

    UPPER = "upper"
    MIDDLE = "middle"
    LOWER = "lower"


class Bollinger(Declared, frozen=True, kw_only=True, tag="bollinger"):
    """Bollinger band."""

    line: Annotated[Band, ask("Line", "Which of its lines.")] = Band.UPPER
    of: Annotated[PriceSource, ask("Price of", "Whose bars.")] = UnderlyingPrice()
    period: Period = 20
    deviations: Annotated[
        Decimal, ask("Deviations", "Standard deviations between the middle and a band.", gt=0, le=10)
    ] = Decimal(2)
    minutes: BarMinutes = 5
    ago: BarsAgo = 0


class Supertrend(Declared, frozen=True, kw_only=True, tag="supertrend"):
    """Supertrend."""

    of: Annotated[PriceSource, ask("Price of", "Whose bars.")] = UnderlyingPrice()
    period: Period = 10
    multiplier: Annotated[Decimal, ask("Multiplier", "Average true ranges away from the middle.", gt=0, le=20)] = (
        Decimal(3)
    )
    minutes: BarMinutes = 5
    ago: BarsAgo = 0


class StochasticLine(Enum):
    """A line of the stochastic."""

    SLOW_K = "%K"
    SLOW_D = "%D"


class Stochastic(Declared, frozen=True, kw_only=True, tag="stochastic"):
    """Stochastic."""

    line: Annotated[StochasticLine, ask("Line", "Which of its lines.")] = StochasticLine.SLOW_K
    of: Annotated[PriceSource, ask("Price of", "Whose bars.")] = UnderlyingPrice()
    period: Period = 14
    smooth_k: Annotated[int, ask("Smooth %K", "Average over %K.", unit="bars", ge=1, le=100)] = 3
    smooth_d: Annotated[int, ask("Smooth %D", "Average over %D.", unit="bars", ge=1, le=100)] = 3
    minutes: BarMinutes = 5
    ago: BarsAgo = 0


class ParabolicSar(Declared, frozen=True, kw_only=True, tag="sar"):
    """Parabolic SAR."""

    of: Annotated[PriceSource, ask("Price of", "Whose bars.")] = UnderlyingPrice()
    step: Annotated[Decimal, ask("Step", "Acceleration of every new extreme.", gt=0, le=1)] = Decimal("0.02")
    most: Annotated[Decimal, ask("Maximum", "Largest acceleration.", gt=0, le=1)] = Decimal("0.2")
    minutes: BarMinutes = 5
    ago: BarsAgo = 0


class Vwap(Declared, frozen=True, kw_only=True, tag="vwap"):
    """VWAP of the day.

    Needs traded volume: an index has none, its future has.
    """

    of: Annotated[PriceSource, ask("Price of", "Whose bars.")] = FuturePrice()
    minutes: BarMinutes = 1
    ago: BarsAgo = 0


AnyIndicator = MovingAverage | Indicator | Macd | Bollinger | Supertrend | Stochastic | ParabolicSar | Vwap
"""Everything that is computed over bars."""

Operand = (
    ClosePrice
    | Number
    | DayPrice
    | Clock
    | TimeOfDay
    | MovingAverage
    | Indicator
    | Macd
    | Bollinger
    | Supertrend
    | Stochastic
    | ParabolicSar
    | Vwap
)
"""What can stand on either side of a comparison."""


class Operator(Enum):
    """How two values are compared."""

    ABOVE = "above"
    BELOW = "below"
    AT_LEAST = "at least"
    AT_MOST = "at most"
    CROSSES_ABOVE = "crosses above"
    CROSSES_BELOW = "crosses below"


class Comparison(Declared, frozen=True, kw_only=True):
    """Line."""

    left: Annotated[Operand, ask("Left", "What is compared.")] = ClosePrice()
    operator: Annotated[
        Operator, ask("Is", "A crossing compares with the bar before: it was on the other side or equal.")
    ] = Operator.ABOVE
    right: Annotated[Operand, ask("Right", "What it is compared with.")] = DayPrice()
    plus: Annotated[
        Decimal, ask("Plus", "Added to the right side; below zero takes away.", ge=-1_000_000, le=1_000_000)
    ] = Decimal(0)
    weight: Annotated[int, ask("Points", "What the line counts in a group that counts points.", ge=1, le=100)] = 1

    def check(self) -> Iterator[FieldError]:
        """Refuse to compare times with prices."""
        times = [isinstance(side, Clock | TimeOfDay) for side in (self.left, self.right)]
        if times[0] != times[1]:
            yield FieldError("right", "a time can only be compared with a time; choose Time of day on the other side")
        elif times[0] and self.plus:
            yield FieldError("plus", "nothing can be added to a time; set Plus to 0")


class AllLines(Declared, frozen=True, kw_only=True, tag="all"):
    """All lines."""


class AnyLine(Declared, frozen=True, kw_only=True, tag="any"):
    """Any line."""


class Points(Declared, frozen=True, kw_only=True, tag="points"):
    """Enough points."""

    at_least: Annotated[int, ask("At least", "Points that the lines which hold must reach.", ge=1, le=2_000)] = 1


class ConditionGroup(Declared, frozen=True, kw_only=True):
    """Group of lines."""

    lines: Annotated[tuple[Comparison, ...], ask("Lines", "Comparisons of the group.", ge=1, le=20)]
    holds_with: Annotated[
        AllLines | AnyLine | Points, ask("Holds with", "How many of its lines must hold for the group to hold.")
    ] = AllLines()

    def check(self) -> Iterator[FieldError]:
        """Refuse points that cannot be reached."""
        most = sum(line.weight for line in self.lines)
        if isinstance(self.holds_with, Points) and self.holds_with.at_least > most:
            yield FieldError(
                "holds_with.at_least", f"the lines of the group have {most} points together; ask for fewer"
            )


class Joined(Enum):
    """How groups are joined."""

    ALL = "all groups"
    ANY = "any group"


class Condition(Declared, frozen=True, kw_only=True):
    """Condition."""

    minutes: Annotated[
        int, ask("Decided every", "Judged at the close of bars of this length.", unit="min", ge=1, le=375)
    ] = 5
    groups: Annotated[tuple[ConditionGroup, ...], ask("Groups", "Groups of comparisons.", ge=1, le=10)]
    holds_with: Annotated[Joined, ask("Holds with", "Whether all groups must hold or any one of them.")] = Joined.ALL

    def lines(self) -> Iterator[Comparison]:
        """Answer every comparison of the tree."""
        for group in self.groups:
            yield from group.lines

    def needs_contracts(self) -> bool:
        """Say whether a price of the legs is in it, so that their contracts must be known."""
        return any(isinstance(source, LegPremium | CombinedPremium) for source in sources(self))


def sources(condition: Condition) -> Iterator[PriceSource]:
    """Answer whose prices a tree needs, with repetitions."""
    for line in condition.lines():
        for side in (line.left, line.right):
            if not isinstance(side, Number | Clock | TimeOfDay):
                yield side.of


def leg_errors(condition: Condition, legs: int, path: str) -> Iterator[FieldError]:
    """Yield the lines that name a leg which a portfolio of ``legs`` legs does not have."""
    for group_index, group in enumerate(condition.groups):
        for line_index, line in enumerate(group.lines):
            for name, side in (("left", line.left), ("right", line.right)):
                of = getattr(side, "of", None)
                if isinstance(of, LegPremium) and of.leg > legs:
                    where = f"{path}.groups[{group_index}].lines[{line_index}].{name}.of.leg"
                    yield FieldError(where, f"there is no leg {of.leg}; the portfolio has {legs}")
