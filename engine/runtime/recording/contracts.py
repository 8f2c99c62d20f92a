"""Build the instruments that a source quotes, from the dated market data."""

from collections.abc import Mapping
from datetime import date

import numpy as np

from engine.domain.instrument import Instrument, Kind, instrument_id
from engine.domain.listing import option_symbol
from engine.domain.market_rules import ContractRule, MarketRules, UnknownRuleError
from engine.domain.money import Price
from engine.domain.quote import IntArray
from engine.runtime.recording.errors import RecordingError, RecordingMisuseError
from engine.runtime.recording.sessions import date_of
from engine.runtime.recording.source import indian_day


def known_underlying(name: str, rules: MarketRules) -> str:
    """Answer an underlying as its options are named, ``NIFTY``. Raises RecordingMisuseError for one without rules."""
    if name.upper() not in rules.underlyings():
        raise RecordingMisuseError(f"{name!r} is not a known underlying; use one of {', '.join(rules.underlyings())}")
    return name.upper()


def spellings(rules: MarketRules, at: IntArray) -> dict[str, str]:
    """Answer underlyings by their names in a source, capitals without spaces: ``NIFTY``, ``NIFTY50``, ``NIFTYBANK``."""
    found = {name: name for name in rules.underlyings()}
    for name in rules.underlyings():
        try:
            found[squeezed(latest_rule(rules, name, at).spot_symbol)] = name
        except RecordingError:
            # An underlying without rules on any of the dates had no contracts then: only its own name is understood.
            continue
    return found


def latest_rule(rules: MarketRules, underlying: str, at: IntArray) -> ContractRule:
    """Answer the rule of the latest of the stamps' dates that has one, so that one stray stamp does no harm.

    Raises RecordingError where none of the dates has a rule.
    """
    why = "it has no stamps"
    for day in np.unique(indian_day(at))[::-1].tolist():
        try:
            return rules.contract_rule(underlying, date_of(day))
        except UnknownRuleError as unknown:
            why = str(unknown)
    raise RecordingError(f"This recording cannot be made: {why}")


def squeezed(name: str) -> str:
    """Answer a name in capitals without spaces."""
    return name.upper().replace(" ", "")


def underlying_of(name: str, known: Mapping[str, str], source: str) -> str:
    """Answer the underlying of a name in a source. Raises RecordingError for a name that is not known."""
    try:
        return known[squeezed(name)]
    except KeyError:
        raise RecordingError(
            f"{source} holds {name!r}, which the market data does not know; remove those rows, or add it there"
        ) from None


def contract_rule(rules: MarketRules, underlying: str, on: date, expiry: date) -> ContractRule:
    """Answer lot, tick and freeze quantity of a contract as first seen. Raises RecordingError where none is known."""
    try:
        return rules.contract_rule(underlying, on, expiry)
    except UnknownRuleError as unknown:
        raise RecordingError(f"This recording cannot be made: {unknown}") from unknown


def option_instrument(rules: MarketRules, rule: ContractRule, expiry: date, strike: Price, kind: Kind) -> Instrument:
    """Answer an option as the exchange listed it, by its rule on the first day that it is seen."""
    symbol = option_symbol(rule.underlying, expiry, rules.is_monthly(rule.underlying, expiry), strike, kind)
    return Instrument(
        id=instrument_id(rule.exchange, symbol),
        exchange=rule.exchange,
        symbol=symbol,
        underlying=rule.underlying,
        kind=kind,
        expiry=expiry,
        strike=strike,
        lot_size=rule.lot_size,
        tick_size=rule.tick_size,
        freeze_quantity=rule.freeze_quantity,
        quantity_scale=rule.quantity_scale,
    )
