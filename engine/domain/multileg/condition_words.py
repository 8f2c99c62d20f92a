"""Condition trees in the trader's words."""

from engine.domain.multileg.condition import (
    AnyLine,
    Bollinger,
    Clock,
    ClosePrice,
    CombinedPremium,
    Comparison,
    Condition,
    DayPrice,
    FuturePrice,
    Indicator,
    Joined,
    LegPremium,
    Macd,
    MovingAverage,
    Number,
    Operand,
    Operator,
    ParabolicSar,
    Points,
    PriceSource,
    Stochastic,
    Supertrend,
    TimeOfDay,
    UnderlyingPrice,
    VixPrice,
    Vwap,
)

_SIGNS = {
    Operator.ABOVE: ">",
    Operator.BELOW: "<",
    Operator.AT_LEAST: "≥",
    Operator.AT_MOST: "≤",
    Operator.CROSSES_ABOVE: "crosses above",
    Operator.CROSSES_BELOW: "crosses below",
}


def source_words(source: PriceSource) -> str:
    """Answer whose price is meant."""
    match source:
        case UnderlyingPrice():
            return "underlying"
        case FuturePrice():
            return "future"
        case LegPremium(leg=leg):
            return f"premium of leg {leg}"
        case CombinedPremium():
            return "combined premium"
        case VixPrice():
            return "India VIX"


def operand_words(operand: Operand) -> str:
    """Answer an operand as a trader writes it: ``"RSI(14)[5 min] of underlying"``."""
    match operand:
        case Number(value=value):
            return str(value)
        case Clock():
            return "time"
        case TimeOfDay(at=at):
            return f"{at:%H:%M}"
        case ClosePrice():
            return f"{source_words(operand.of)}{_ago(operand.ago)}"
        case DayPrice():
            return f"{operand.figure.value} of {source_words(operand.of)}"
        case MovingAverage() | Indicator():
            name = f"{operand.kind.value}({operand.period})"
        case Macd():
            name = f"MACD {operand.line.value}({operand.fast},{operand.slow},{operand.signal})"
        case Bollinger():
            name = f"Bollinger {operand.line.value}({operand.period},{operand.deviations})"
        case Supertrend():
            name = f"Supertrend({operand.period},{operand.multiplier})"
        case Stochastic():
            name = f"Stochastic {operand.line.value}({operand.period},{operand.smooth_k},{operand.smooth_d})"
        case ParabolicSar():
            name = f"SAR({operand.step},{operand.most})"
        case Vwap():
            name = "VWAP"
    return f"{name}[{operand.minutes} min] of {source_words(operand.of)}{_ago(operand.ago)}"


def operator_words(comparison: Comparison) -> str:
    """Answer the sign of a comparison."""
    return _SIGNS[comparison.operator]


def comparison_words(comparison: Comparison) -> str:
    """Answer a whole comparison: ``"RSI(14)[5 min] of underlying > 60"``."""
    plus = f" {comparison.plus:+}" if comparison.plus else ""
    return f"{operand_words(comparison.left)} {operator_words(comparison)} {operand_words(comparison.right)}{plus}"


def condition_words(condition: Condition) -> str:
    """Answer a whole tree in one line."""
    groups = []
    for group in condition.groups:
        lines = [comparison_words(line) for line in group.lines]
        if isinstance(group.holds_with, Points):
            weighted = ", ".join(f"{words} ({line.weight})" for words, line in zip(lines, group.lines, strict=True))
            groups.append(f"at least {group.holds_with.at_least} points of {weighted}")
        else:
            groups.append((" or " if isinstance(group.holds_with, AnyLine) else " and ").join(lines))
    if len(groups) == 1:
        return f"{groups[0]} at the close of {condition.minutes} min bars"
    joint = " and " if condition.holds_with is Joined.ALL else " or "
    return f"{joint.join(f'({group})' for group in groups)} at the close of {condition.minutes} min bars"


def _ago(bars: int) -> str:
    return f", {bars} bars ago" if bars else ""
