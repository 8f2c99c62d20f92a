"""The contracts an exchange lists on a day, made from the market rules, and the spelling of their symbols."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from msgspec import Struct

from engine.domain.contract_master import ContractMaster
from engine.domain.contract_rules import ContractRule
from engine.domain.instrument import Instrument, Kind, instrument_id
from engine.domain.market_rules import MarketRules
from engine.domain.money import Price, price_of, rupees

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_MONTH_CODES = "123456789OND"
"""One character for the month of a weekly contract: October to December are O, N and D."""

_REST = re.compile(
    r"(?P<year>\d\d)(?:(?P<name>[A-Z]{3})|(?P<code>[1-9OND])(?P<day>\d\d))(?P<strike>\d+(?:\.\d{1,4})?)(?P<kind>CE|PE)",
    re.ASCII,
)
_FUTURES = 3
"""Futures are listed for the three nearest months."""


class OptionSymbol(Struct, frozen=True, kw_only=True):
    """What the symbol of an option says; ``day`` is None in monthly symbols, which name the month only."""

    underlying: str
    year: int
    month: int
    day: int | None
    strike: Price
    kind: Kind


def option_symbol(underlying: str, expiry: date, is_monthly: bool, strike: Price, kind: Kind) -> str:
    """Answer an option's symbol as Kite spells it.

    Weekly ``NIFTY2681824350CE`` (year, month 1–9 O N D, day), monthly ``NIFTY26AUG24350CE``; the last weekly of a month
    is the monthly.
    """
    return f"{underlying}{_expiry_code(expiry, is_monthly)}{_strike_text(strike)}{kind.value}"


def future_symbol(underlying: str, expiry: date) -> str:
    """Answer a future's symbol as Kite spells it, ``NIFTY26AUGFUT``."""
    return f"{underlying}{_expiry_code(expiry, is_monthly=True)}FUT"


def parse_option_symbol(symbol: str, underlyings: Collection[str]) -> OptionSymbol | None:
    """Answer what an option's symbol says, None where it is not the symbol of an option on one of ``underlyings``.

    The underlyings must be known because their names may end in digits: ``SENSEX5026AUG24000CE``.
    """
    for underlying in sorted(underlyings, key=len, reverse=True):
        if symbol.startswith(underlying):
            found = _parsed(underlying, symbol[len(underlying) :])
            if found is not None:
                return found
    return None


def symbol_expiry(parsed: OptionSymbol, rules: MarketRules, on: date) -> date:
    """Answer the expiry that a symbol means on a day. Raises UnknownRuleError for a monthly one without a rule."""
    if parsed.day is not None:
        return date(parsed.year, parsed.month, parsed.day)
    return rules.monthly_expiry(parsed.underlying, parsed.year, parsed.month, on)


def listed_contracts(
    rules: MarketRules,
    underlyings: Sequence[str],
    on: date,
    strikes_each_side: int,
    reference_prices: Mapping[str, Price],
    expiries: Mapping[str, Sequence[date]] | None = None,
) -> ContractMaster:
    """Answer the contracts of some underlyings on a day: the spot, three monthly futures and the option chains.

    A chain has the strike nearest its underlying's reference price and ``strikes_each_side`` strikes above and below
    it, where positive. Without ``expiries`` the chains are those up to the third monthly expiry. Raises
    UnknownRuleError where no rule reaches the day, ValueError for a missing or impossible reference price.
    """
    instruments: list[Instrument] = []
    for underlying in underlyings:
        reference = reference_prices.get(underlying, Price(0))
        if reference <= 0:
            raise ValueError(f"{underlying} needs a reference price above zero to list its strikes around it")
        chains = near_expiries(rules, underlying, on) if expiries is None else expiries.get(underlying, ())
        instruments.append(spot_instrument(rules.contract_rule(underlying, on)))
        instruments.extend(_futures(rules, underlying, on))
        for expiry in chains:
            instruments.extend(_chain(rules, underlying, on, expiry, strikes_each_side, reference))
    return ContractMaster(instruments)


def near_expiries(rules: MarketRules, underlying: str, on: date) -> tuple[date, ...]:
    """Answer the listed expiries of an underlying up to its third monthly one, which carry nearly all trading."""
    monthly = rules.monthly_expiries(underlying, on)
    last = monthly[min(_FUTURES, len(monthly)) - 1]
    return tuple(expiry for expiry in rules.expiries(underlying, on) if expiry <= last)


def spot_instrument(rule: ContractRule) -> Instrument:
    """Answer the index, share or coin behind an underlying's contracts."""
    return Instrument(
        id=instrument_id(rule.spot_exchange, rule.spot_symbol),
        exchange=rule.spot_exchange,
        symbol=rule.spot_symbol,
        underlying=rule.underlying,
        kind=rule.spot_kind,
        tick_size=rule.tick_size,
        quantity_scale=rule.quantity_scale,
    )


def _futures(rules: MarketRules, underlying: str, on: date) -> Iterator[Instrument]:
    for expiry in rules.monthly_expiries(underlying, on)[:_FUTURES]:
        rule = rules.contract_rule(underlying, on, expiry)
        yield _contract(rule, future_symbol(underlying, expiry), Kind.FUTURE, expiry, None)


def _chain(
    rules: MarketRules, underlying: str, on: date, expiry: date, each_side: int, reference: Price
) -> Iterator[Instrument]:
    rule = rules.contract_rule(underlying, on, expiry)
    is_monthly = rules.is_monthly(underlying, expiry)
    step = rule.strike_step
    middle = (2 * reference + step) // (2 * step) * step
    for offset in range(-each_side, each_side + 1):
        strike = Price(middle + offset * step)
        if strike <= 0:
            continue
        for kind in (Kind.CALL, Kind.PUT):
            yield _contract(rule, option_symbol(underlying, expiry, is_monthly, strike, kind), kind, expiry, strike)


def _contract(rule: ContractRule, symbol: str, kind: Kind, expiry: date, strike: Price | None) -> Instrument:
    return Instrument(
        id=instrument_id(rule.exchange, symbol),
        exchange=rule.exchange,
        symbol=symbol,
        underlying=rule.underlying,
        kind=kind,
        expiry=expiry,
        strike=strike,
        lot_size=rule.lot_size,
        tick_size=rule.future_tick_size if kind is Kind.FUTURE else rule.tick_size,
        freeze_quantity=rule.freeze_quantity,
        quantity_scale=rule.quantity_scale,
    )


def _expiry_code(expiry: date, is_monthly: bool) -> str:
    if is_monthly:
        return f"{expiry.year % 100:02}{_MONTHS[expiry.month - 1]}"
    return f"{expiry.year % 100:02}{_MONTH_CODES[expiry.month - 1]}{expiry.day:02}"


def _strike_text(strike: Price) -> str:
    exact: Decimal = rupees(strike)
    return f"{exact:f}".rstrip("0").rstrip(".") if exact % 1 else f"{exact:.0f}"


def _parsed(underlying: str, rest: str) -> OptionSymbol | None:
    found = _REST.fullmatch(rest)
    if found is None:
        return None
    year, name = 2000 + int(found["year"]), found["name"]
    if name is not None and name not in _MONTHS:
        return None
    month = _MONTH_CODES.index(found["code"]) + 1 if name is None else _MONTHS.index(name) + 1
    day = int(found["day"]) if name is None else None
    if day is not None and not _is_date(year, month, day):
        return None
    strike = price_of(found["strike"])
    return OptionSymbol(underlying=underlying, year=year, month=month, day=day, strike=strike, kind=Kind(found["kind"]))


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
