"""What only the market's rules and contract list can say against a portfolio before it starts."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, time

import msgspec

from engine.domain.contract_master import ContractMaster
from engine.domain.contract_rules import ContractRule
from engine.domain.market_rules import MarketRules, UnknownRuleError
from engine.domain.money import plain_text, price_of
from engine.domain.multileg.expiry import CurrentMonth, CurrentWeek, ExpiryRule, FixedDate, NextMonth, NextWeek
from engine.domain.multileg.leg import LegKind
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.strike import FixedStrike
from engine.domain.trading_calendar import EXCHANGE_NAMES
from engine.schema.load import FieldError

ORDERS_PER_SECOND = 8
"""The order rate kept to (ruling 17 of the executor reference)."""

_MIDNIGHT = time(0, 0)
_SHOWN = 4


def refusals(
    portfolio: MultilegPortfolio, rules: MarketRules, master: ContractMaster | None, on: date
) -> list[FieldError]:
    """Answer everything that keeps a portfolio from starting on a date, by the field that is wrong; empty: nothing.

    ``master`` is the day's contract list; without one the listed expiries come from the rules, and strikes are only
    checked against the strike step.
    """
    try:
        expiries = rules.expiries(portfolio.underlying, on)
        if not expiries:
            return [FieldError("underlying", f"{portfolio.underlying} has no expiry listed on {on.isoformat()}")]
        rule = rules.contract_rule(portfolio.underlying, on)
    except UnknownRuleError as error:
        return [FieldError("underlying", str(error))]
    listing = _Listing(portfolio.underlying, on, rule, rules, master)
    return [
        *_exchange(portfolio, rule),
        *_times(portfolio, rules, rule, on),
        *_legs(portfolio, listing),
        *_order_count(portfolio, listing),
    ]


class _Listing(msgspec.Struct, frozen=True):
    """What is listed in one underlying on one day."""

    underlying: str
    on: date
    rule: ContractRule
    rules: MarketRules
    master: ContractMaster | None

    def expiries(self) -> tuple[date, ...]:
        """Answer the option expiries, nearest first."""
        if self.master is None:
            return self.rules.expiries(self.underlying, self.on)
        return tuple(expiry for expiry in self.master.expiries(self.underlying) if expiry >= self.on)

    def expiry_of(self, rule: ExpiryRule) -> date | None:
        """Answer the expiry that a rule means; None where there is none."""
        listed = self.expiries()
        monthly = [expiry for expiry in listed if self.rules.is_monthly(self.underlying, expiry)]
        match rule:
            case FixedDate():
                return rule.on if rule.on in listed else None
            case CurrentWeek() | CurrentMonth():
                found: Sequence[date] = listed if isinstance(rule, CurrentWeek) else monthly
                return found[0] if found else None
            case NextWeek() | NextMonth():
                found = listed if isinstance(rule, NextWeek) else monthly
                return found[1] if len(found) > 1 else None


def _exchange(portfolio: MultilegPortfolio, rule: ContractRule) -> Iterator[FieldError]:
    if portfolio.exchange is not rule.exchange:
        yield FieldError(
            "exchange",
            f"{portfolio.underlying} is traded on {rule.exchange.value}, not on {portfolio.exchange.value}; "
            f"choose {rule.exchange.value}",
        )


def _times(portfolio: MultilegPortfolio, rules: MarketRules, rule: ContractRule, on: date) -> Iterator[FieldError]:
    name = EXCHANGE_NAMES[rule.exchange]
    try:
        day = rules.trading_day(rule.exchange, on)
    except UnknownRuleError as error:
        yield FieldError("schedule", str(error))
        return
    if not day.sessions:
        note = f" ({day.note})" if day.note else ""
        yield FieldError("schedule", f"{name} is closed on {on.isoformat()}{note}; start on a trading day")
        return
    schedule, opening, close = portfolio.schedule, day.sessions[0].open, day.sessions[-1].close
    if schedule.end < opening:
        yield FieldError("schedule.end", f"End {schedule.end:%H:%M} is before {name} opens at {opening:%H:%M}")
    if close == _MIDNIGHT:
        return
    for field, title, at in (
        ("start", "Start", schedule.start),
        ("end", "End", schedule.end),
        ("square_off", "Square off", schedule.square_off),
    ):
        if at >= close:
            yield FieldError(
                f"schedule.{field}",
                f"{title} {at:%H:%M} is not before the close of {name} at {close:%H:%M} on {on.isoformat()}; "
                "set it earlier",
            )


def _legs(portfolio: MultilegPortfolio, listing: _Listing) -> Iterator[FieldError]:
    if any(leg.expiry is None for leg in portfolio.legs):
        yield from _expiry("expiry", portfolio.expiry, listing)
    for index, leg in enumerate(portfolio.legs):
        if leg.expiry is not None:
            yield from _expiry(f"legs[{index}].expiry", leg.expiry, listing)
        if isinstance(leg.strike, FixedStrike) and leg.kind is not LegKind.FUTURE:
            expiry = listing.expiry_of(leg.expiry or portfolio.expiry)
            yield from _strike(f"legs[{index}].strike.strike", leg.strike, expiry, listing)


def _expiry(path: str, rule: ExpiryRule, listing: _Listing) -> Iterator[FieldError]:
    underlying, on = listing.underlying, listing.on
    if isinstance(rule, (CurrentWeek, NextWeek)) and not listing.rule.weekly:
        yield FieldError(
            path, f"{underlying} has no weekly expiries on {on.isoformat()}; choose a monthly one (CM, NM)"
        )
    elif isinstance(rule, FixedDate) and rule.on < on:
        yield FieldError(
            f"{path}.on", f"the expiry {rule.on.isoformat()} is past on {on.isoformat()}; choose a later one"
        )
    elif listing.expiry_of(rule) is None:
        listed = listing.expiries()
        there = ", ".join(expiry.isoformat() for expiry in _nearest(listed, rule)) or "none"
        if isinstance(rule, FixedDate):
            yield FieldError(
                f"{path}.on", f"{underlying} has no expiry on {rule.on.isoformat()}; listed nearest: {there}"
            )
        else:
            yield FieldError(path, f"{underlying} has no such expiry on {on.isoformat()}; listed are {there}")


def _nearest(listed: Sequence[date], rule: ExpiryRule) -> list[date]:
    if isinstance(rule, FixedDate):
        return sorted(sorted(listed, key=lambda expiry: abs((expiry - rule.on).days))[:2])
    return list(listed[:_SHOWN])


def _strike(path: str, chosen: FixedStrike, expiry: date | None, listing: _Listing) -> Iterator[FieldError]:
    strike, step = price_of(chosen.strike), listing.rule.strike_step
    if listing.master is None or expiry is None:
        if strike % step:
            below, above = strike // step * step, (strike // step + 1) * step
            nearest = " and ".join(plain_text(price) for price in (below, above) if price > 0)
            yield FieldError(path, f"strikes are {plain_text(step)} apart; nearest to {chosen.strike}: {nearest}")
        return
    listed = listing.master.strikes(listing.underlying, expiry)
    if strike not in listed:
        near = sorted(sorted(listed, key=lambda price: abs(price - strike))[:2])
        there = ", ".join(plain_text(price) for price in near) or "none"
        yield FieldError(
            path,
            f"{listing.underlying} {expiry.isoformat()} has no strike {chosen.strike}; listed nearest: {there}",
        )


def _order_count(portfolio: MultilegPortfolio, listing: _Listing) -> Iterator[FieldError]:
    """Refuse sizes whose slices cannot all leave before the entry gives up (executor reference, Appendix G 19)."""
    orders = [_orders(leg.lots, leg.expiry or portfolio.expiry, listing) for leg in portfolio.legs]
    seconds = -(-sum(orders) // ORDERS_PER_SECOND)
    if seconds > portfolio.execution.entry_timeout:
        largest = orders.index(max(orders))
        yield FieldError(
            f"legs[{largest}].lots",
            f"{portfolio.legs[largest].lots} lots are {orders[largest]} orders of at most "
            f"{listing.rule.freeze_quantity} each; all legs need {seconds} s at {ORDERS_PER_SECOND} orders/s, longer "
            f"than the entry timeout of {portfolio.execution.entry_timeout} s; take fewer lots",
        )


def _orders(lots: int, expiry: ExpiryRule, listing: _Listing) -> int:
    rule, chosen = listing.rule, listing.expiry_of(expiry)
    if chosen is not None:
        # Where that contract's lot is not known, the nearest contract's is near enough to count orders by.
        with suppress(UnknownRuleError):
            rule = listing.rules.contract_rule(listing.underlying, listing.on, chosen)
    if rule.freeze_quantity is None:
        return 1
    lots_per_order = max(1, rule.freeze_quantity // rule.lot_size)
    return -(-lots // lots_per_order)
