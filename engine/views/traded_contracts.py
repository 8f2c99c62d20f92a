"""Contracts by their ids alone, also those that no exchange lists any more: what a journal of years still names."""

from datetime import date

import msgspec

from engine.domain.identifiers import InstrumentId
from engine.domain.instrument import Exchange, Instrument, Kind
from engine.domain.listing import future_symbol, parse_option_symbol, symbol_expiry
from engine.domain.market_rules import MarketRules, UnknownRuleError
from engine.domain.money import Price
from engine.views.contracts import contract_name


class TradedContract(msgspec.Struct, frozen=True):
    """What an id tells; the numbers are None where the exchange's rules of that day are not known."""

    words: str
    """The contract in words: ``"NIFTY 25 Aug 24850 CE"``; its symbol where the rules do not reach."""
    exchange: Exchange | None = None
    kind: Kind | None = None
    lot_size: int | None = None
    scale: int = 1
    """Units of quantity in one unit of the underlying."""


class TradedContracts:
    """Reads ids by the exchange's dated rules, each contract of a day once."""

    def __init__(self, rules: MarketRules) -> None:
        self._rules = rules
        self._known: dict[tuple[InstrumentId, date], TradedContract] = {}

    def of(self, instrument: InstrumentId, underlying: str, on: date) -> TradedContract:
        """Answer a contract on an underlying as it was on a day."""
        key = instrument, on
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._read(instrument, underlying, on)
        return found

    def _read(self, instrument: InstrumentId, underlying: str, on: date) -> TradedContract:
        market, _, symbol = instrument.partition(":")
        try:
            listed = self._listed(instrument, Exchange(market), symbol, underlying, on)
        except (UnknownRuleError, ValueError):
            # A symbol of before the rules, or of a market that this program does not know: its name is all there is.
            listed = None
        if listed is None:
            return TradedContract(symbol or instrument)
        return TradedContract(
            contract_name(listed), listed.exchange, listed.kind, listed.lot_size, listed.quantity_scale
        )

    def _listed(
        self, instrument: InstrumentId, exchange: Exchange, symbol: str, underlying: str, on: date
    ) -> Instrument | None:
        kind, strike = Kind.FUTURE, None
        parsed = parse_option_symbol(symbol, (underlying,))
        if parsed is not None:
            kind, strike = parsed.kind, parsed.strike
            expiry: date | None = symbol_expiry(parsed, self._rules, on)
        else:
            expiry = self._expiry_of_future(symbol, underlying, on)
        if expiry is None:
            return None
        return self._contract(instrument, exchange, symbol, underlying, on, kind, expiry, strike)

    def _expiry_of_future(self, symbol: str, underlying: str, on: date) -> date | None:
        listed = self._rules.monthly_expiries(underlying, on)
        return next((one for one in listed if future_symbol(underlying, one) == symbol), None)

    def _contract(
        self,
        instrument: InstrumentId,
        exchange: Exchange,
        symbol: str,
        underlying: str,
        on: date,
        kind: Kind,
        expiry: date,
        strike: Price | None,
    ) -> Instrument:
        rule = self._rules.contract_rule(underlying, on, expiry)
        return Instrument(
            id=instrument,
            exchange=exchange,
            symbol=symbol,
            underlying=underlying,
            kind=kind,
            expiry=expiry,
            strike=strike,
            lot_size=rule.lot_size,
            tick_size=rule.tick_size,
            quantity_scale=rule.quantity_scale,
        )
