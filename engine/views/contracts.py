"""Contracts, and the rules that choose them, in words that fit a grid cell."""

from engine.domain.instrument import Instrument
from engine.domain.money import SCALE, plain_text
from engine.domain.multileg import strike as by
from engine.domain.multileg.entry import (
    AtCombinedPremium,
    AtPremiumCrossOver,
    AtTime,
    AtUnderlyingLevel,
    EntryRule,
    Manual,
    OnCondition,
    OnSignal,
    OutsideUnderlyingBand,
    RollingStraddle,
)
from engine.domain.multileg.expiry import ExpiryRule, FixedDate
from engine.domain.multileg.leg import Leg, LegKind
from engine.domain.multileg.portfolio import MultilegPortfolio

_ENTRY_WORDS: dict[type, str] = {
    Manual: "by hand",
    AtTime: "at start time",
    AtCombinedPremium: "combined premium",
    AtPremiumCrossOver: "premium crossover",
    AtUnderlyingLevel: "underlying level",
    OutsideUnderlyingBand: "underlying band",
    RollingStraddle: "rolling straddle",
    OnSignal: "on a signal",
    OnCondition: "on a condition",
}

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def contract_name(contract: Instrument) -> str:
    """Answer a contract in words: ``"NIFTY 25 Aug 24850 CE"``, ``"NIFTY 25 Aug FUT"``; an index by its name alone."""
    parts = [contract.underlying if contract.expiry else contract.symbol]
    if contract.expiry is not None:
        parts.append(f"{contract.expiry.day:02d} {_MONTHS[contract.expiry.month - 1]}")
        if contract.strike is not None:
            parts.append(strike_text(contract.strike))
        parts.append(contract.kind.value)
    return " ".join(parts)


def strike_text(strike: int) -> str:
    """Answer a strike without needless decimals: ``"24850"``, ``"187.50"``."""
    return str(strike // SCALE) if strike % SCALE == 0 else plain_text(strike)


def leg_rule(portfolio: MultilegPortfolio, leg: Leg) -> str:
    """Answer the rule that will choose a leg's contract, in words: ``"NIFTY CW ATM+2 CE"``."""
    expiry = leg.expiry or portfolio.expiry
    day = f"{expiry.on.day:02d} {_MONTHS[expiry.on.month - 1]}" if isinstance(expiry, FixedDate) else _tag(expiry)
    parts = [portfolio.underlying, day]
    if leg.kind is not LegKind.FUTURE:
        parts.append(strike_rule(leg.strike))
    return " ".join([*parts, leg.kind.value])


def strike_rule(rule: by.StrikeRule) -> str:
    """Answer a strike rule in words: ``"ATM+2"``, ``"premium 50"``, ``"delta 0.25"``."""
    match rule:
        case by.AtmOffset():
            return _steps("ATM", rule.steps)
        case by.SyntheticAtm():
            return _steps("synthetic ATM", rule.steps)
        case by.MoneynessSteps():
            return f"{'OTM' if rule.where is by.Moneyness.OUT else 'ITM'}{rule.steps}"
        case by.FixedStrike():
            return f"{rule.strike}"
        case by.AtmPercent():
            return f"{rule.percent:+}% from the underlying"
        case by.AtmPoints():
            return f"{rule.points:+} points from the underlying"
        case by.StraddleWidth():
            return f"{rule.multiple} × straddle"
        case by.RelativeToLeg():
            return _steps(f"leg {rule.leg}", rule.steps)
        case by.HighestOpenInterest():
            return f"highest OI of {rule.of.value}"
        case by.MaxPain():
            return "max pain"
        case _:
            return _number_rule(rule)


def _number_rule(rule: by.StrikeRule) -> str:
    match rule:
        case by.ClosestPremium():
            return f"premium {rule.premium}"
        case by.PremiumAtLeast():
            return f"premium ≥ {rule.premium}"
        case by.PremiumAtMost():
            return f"premium ≤ {rule.premium}"
        case by.PremiumRange():
            return f"premium {rule.low}–{rule.high}"
        case by.PremiumPercent():
            return f"premium {rule.percent}% of the underlying"
        case by.StraddlePercent():
            return f"premium {rule.percent}% of the straddle"
        case by.MatchPremium():
            return f"premium of leg {rule.leg}"
        case by.ByDelta():
            return f"delta {rule.delta}"
        case by.DeltaAtLeast():
            return f"delta ≥ {rule.delta}"
        case by.DeltaAtMost():
            return f"delta ≤ {rule.delta}"
        case by.DeltaRange():
            return f"delta {rule.low}–{rule.high}"
        case by.GreekNearest():
            return f"{rule.greek.value} {rule.value}"
        case by.GreekRange():
            return f"{rule.greek.value} {'' if rule.low is None else rule.low}–{'' if rule.high is None else rule.high}"
        case _:
            return str(type(rule).__struct_config__.tag)


def _steps(start: str, steps: int) -> str:
    return f"{start}{steps:+d}" if steps else start


def entry_rule(rule: EntryRule) -> str:
    """Answer an entry rule in a few words."""
    return _ENTRY_WORDS[type(rule)]


def _tag(rule: ExpiryRule) -> str:
    return str(type(rule).__struct_config__.tag)
