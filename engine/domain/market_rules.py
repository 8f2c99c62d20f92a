"""The rules of the exchanges on any date: one door to calendar, expiries, contracts, charges and price protection."""

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from msgspec import Struct

from engine.domain.charges import ChargeRates
from engine.domain.contract_rules import ContractRule, ContractRules, ContractSpec, Cycle, FreezeRule, LotRule
from engine.domain.dated_rules import UnknownRuleError, latest
from engine.domain.expiry_rules import ExpiryRule, ExpiryRules
from engine.domain.instant import Instant
from engine.domain.instrument import Exchange, Kind
from engine.domain.money import Price
from engine.domain.price_protection import PriceBand, ProtectionRule, price_band
from engine.domain.trading_calendar import (
    EXCHANGE_NAMES,
    HolidayYear,
    Hours,
    Session,
    SpecialSession,
    TradingCalendar,
    TradingDay,
    session_bounds,
)

__all__ = ["ContractRule", "MarketData", "MarketRules", "Session", "TradingDay", "UnknownRuleError"]


class MarketData(Struct, frozen=True, kw_only=True):
    """Everything that the market data files say, as plain values; of rules from the same date the later one wins."""

    hours: tuple[Hours, ...] = ()
    years: tuple[HolidayYear, ...] = ()
    fixed_holidays: tuple[tuple[int, int], ...] = ()
    special_sessions: tuple[SpecialSession, ...] = ()
    expiries: tuple[ExpiryRule, ...] = ()
    contracts: tuple[ContractSpec, ...] = ()
    lots: tuple[LotRule, ...] = ()
    freezes: tuple[FreezeRule, ...] = ()
    charges: tuple[ChargeRates, ...] = ()
    protections: tuple[ProtectionRule, ...] = ()


class MarketRules:
    """Answers every question about what an exchange allows, lists and charges on a date.

    Where no rule reaches a date every method raises UnknownRuleError with a sentence for the trader. Answers are
    remembered, so asking again costs a dictionary look-up.
    """

    def __init__(self, data: MarketData) -> None:
        self._calendar = TradingCalendar(data.hours, data.years, data.special_sessions, data.fixed_holidays)
        self._contracts = ContractRules(data.contracts, data.lots, data.freezes)
        self._expiries = ExpiryRules(data.expiries, self._contracts.exchanges(), self._calendar)
        self._charges = _by_exchange_and_kind(data.charges)
        self._protections = _by_exchange_and_kind(data.protections)
        self._rules: dict[tuple[str, date, date], ContractRule] = {}
        self._expiry_closes: dict[tuple[Exchange, date], Instant] = {}

    # Calendar

    def trading_day(self, exchange: Exchange, on: date) -> TradingDay:
        """Answer what an exchange does on a date; no sessions means closed, or hours that are not known (see note)."""
        return self._calendar.trading_day(exchange, on)

    def is_trading_day(self, exchange: Exchange, on: date) -> bool:
        """Say whether an exchange has a session with known hours on a date."""
        return self._calendar.is_trading_day(exchange, on)

    def next_trading_day(self, exchange: Exchange, after: date) -> date:
        """Answer the first trading day after a date."""
        return self._calendar.next_trading_day(exchange, after)

    def previous_trading_day(self, exchange: Exchange, before: date) -> date:
        """Answer the last trading day before a date."""
        return self._calendar.previous_trading_day(exchange, before)

    def session_instants(self, exchange: Exchange, on: date) -> tuple[tuple[Instant, Instant], ...]:
        """Answer open and close of each session of a date; empty on a closed day."""
        return self._calendar.session_instants(exchange, on)

    def is_open(self, exchange: Exchange, at: Instant) -> bool:
        """Say whether continuous trading goes on at an instant; the closing instant itself is closed."""
        return self._calendar.is_open(exchange, at)

    def expiry_close(self, exchange: Exchange, expiry: date) -> Instant:
        """Answer the last trading instant of contracts that expire on a date.

        In years without a published calendar it is the ordinary close in force, so that long-dated options can be
        priced.
        """
        known = self._expiry_closes.get((exchange, expiry))
        if known is None:
            known = self._expiry_closes[exchange, expiry] = self._expiry_close(exchange, expiry)
        return known

    def _expiry_close(self, exchange: Exchange, expiry: date) -> Instant:
        hours = self._calendar.hours(exchange, expiry)
        ordinary = session_bounds(expiry, Session(hours.open, hours.close))[1]
        if not self._calendar.reaches(exchange, expiry):
            return ordinary
        sessions = self.session_instants(exchange, expiry)
        return sessions[-1][1] if sessions else ordinary

    # Contracts

    def underlyings(self) -> tuple[str, ...]:
        """Answer every underlying with contract data."""
        return self._contracts.underlyings()

    def expiries(self, underlying: str, on: date) -> tuple[date, ...]:
        """Answer the option expiries listed on a day, nearest first, moved to trading days; the day itself included."""
        self._contracts.spec(underlying, on)
        return self._expiries.expiries(underlying, on)

    def monthly_expiries(self, underlying: str, on: date) -> tuple[date, ...]:
        """Answer the monthly, quarterly and half-yearly expiries listed on a day, nearest first."""
        self._contracts.spec(underlying, on)
        return self._expiries.monthly_expiries(underlying, on)

    def monthly_expiry(self, underlying: str, year: int, month: int, on: date) -> date:
        """Answer the expiry of a month's contracts as listed on a day, which may differ from where they moved later."""
        return self._expiries.monthly_expiry(underlying, year, month, on)

    def is_monthly(self, underlying: str, expiry: date) -> bool:
        """Say whether an expiry is the monthly one, which decides how its symbols are spelled."""
        return self._expiries.is_monthly(underlying, expiry)

    def contract_rule(self, underlying: str, on: date, expiry: date | None = None) -> ContractRule:
        """Answer lot, steps, ticks and freeze quantity of a contract; without ``expiry`` of the nearest one."""
        chosen = expiry or self.expiries(underlying, on)[0]
        key = underlying, on, chosen
        if key not in self._rules:
            cycle = Cycle.MONTHLY if self.is_monthly(underlying, chosen) else Cycle.WEEKLY
            weekly = self._expiries.rule(underlying, on).weekly is not None
            self._rules[key] = self._contracts.rule(underlying, on, chosen, cycle, weekly)
        return self._rules[key]

    # Money

    def charge_rates(self, exchange: Exchange, kind: Kind, on: date) -> ChargeRates:
        """Answer the rates charged on an executed order of a kind of instrument."""
        found = latest(self._charges.get((exchange, kind), ()), on)
        if found is None:
            raise UnknownRuleError(
                f"Charges of {EXCHANGE_NAMES[exchange]} for {kind.value} on {on.isoformat()} are not known; "
                "add them to charges.toml in the market data folder"
            )
        return found

    def protection_rule(self, exchange: Exchange, kind: Kind, on: date) -> ProtectionRule:
        """Answer the limit-price protection in force, which may be none."""
        found = latest(self._protections.get((exchange, kind), ()), on)
        if found is None:
            raise UnknownRuleError(
                f"The limit-price protection of {EXCHANGE_NAMES[exchange]} for {kind.value} on {on.isoformat()} is not "
                "known; add it to price_protection.toml in the market data folder"
            )
        return found

    def price_protection(self, exchange: Exchange, kind: Kind, on: date, reference: Price) -> PriceBand | None:
        """Answer the limit prices accepted around a reference price (the last close or trade); None: no limits."""
        return price_band(self.protection_rule(exchange, kind, on), reference)

    # Live trading

    def live_refusal(self, underlying: str, on: date) -> str | None:
        """Say why real orders in an underlying are refused on a date; None where every rule is known and confirmed."""
        try:
            doubts = self._doubts(underlying, on)
        except UnknownRuleError as error:
            return f"{error}. Live trading in {underlying} is refused until then; replay and paper are not affected"
        if not doubts:
            return None
        return (
            f"Live trading in {underlying} on {on.isoformat()} is refused: not yet confirmed are {', '.join(doubts)}. "
            "Check them against the exchange's circulars and mark them confirmed in the market data folder"
        )

    def _doubts(self, underlying: str, on: date) -> list[str]:
        rule = self.contract_rule(underlying, on)
        day = self.trading_day(rule.exchange, on)
        parts = {
            "the trading day and its hours": day.confirmed,
            "the expiry rule": self._expiries.rule(underlying, on).confirmed,
            **{f"the {part}": False for part in rule.unconfirmed},
        }
        for kind, name in ((Kind.CALL, "options"), (Kind.FUTURE, "futures")):
            parts[f"the charges of {name}"] = self.charge_rates(rule.exchange, kind, on).confirmed
            parts[f"the price protection of {name}"] = self.protection_rule(rule.exchange, kind, on).confirmed
        return [part for part, confirmed in parts.items() if not confirmed]


T = TypeVar("T", ChargeRates, ProtectionRule)


def _by_exchange_and_kind(rules: Iterable[T]) -> dict[tuple[Exchange, Kind], list[T]]:
    found: dict[tuple[Exchange, Kind], list[T]] = {}
    for rule in rules:
        for exchange in rule.exchanges:
            for kind in rule.kinds:
                found.setdefault((exchange, kind), []).append(rule)
    return found
