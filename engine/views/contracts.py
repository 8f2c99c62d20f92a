"""Contracts in words that fit a grid cell."""

from engine.domain.instrument import Instrument
from engine.domain.money import SCALE, plain_text

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
