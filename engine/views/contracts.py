"""Contracts, and the rules that choose them, in words that fit a grid cell."""

from engine.domain.instrument import Instrument
from engine.domain.money import SCALE, plain_text
from engine.domain.multileg.entry import AtTime, EntryRule, Manual
from engine.domain.multileg.expiry import ExpiryRule, FixedDate
from engine.domain.multileg.leg import Leg, LegKind
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.strike import AtmOffset, ByDelta, ClosestPremium, FixedStrike, StraddleWidth, StrikeRule

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


def strike_rule(rule: StrikeRule) -> str:
    """Answer a strike rule in words: ``"ATM+2"``, ``"premium 50"``, ``"delta 0.25"``."""
    match rule:
        case AtmOffset(steps=0):
            return "ATM"
        case AtmOffset():
            return f"ATM{rule.steps:+d}"
        case FixedStrike():
            return f"{rule.strike}"
        case ClosestPremium():
            return f"premium {rule.premium}"
        case ByDelta():
            return f"delta {rule.delta}"
        case StraddleWidth():
            return f"{rule.multiple} × straddle"


def entry_rule(rule: EntryRule) -> str:
    """Answer an entry rule in words."""
    match rule:
        case Manual():
            return "by hand"
        case AtTime():
            return "at start time"


def _tag(rule: ExpiryRule) -> str:
    return str(type(rule).__struct_config__.tag)
