"""What only the market's rules and contract list can say against a portfolio before it starts."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, time
from decimal import Decimal

import msgspec

from engine.domain.contract_master import ContractMaster
from engine.domain.contract_rules import ContractRule
from engine.domain.instrument import Exchange
from engine.domain.market_rules import MarketRules, UnknownRuleError
from engine.domain.money import plain_text, price_of
from engine.domain.multileg.condition import FuturePrice, VixPrice, sources
from engine.domain.multileg.contract_choice import ContractChoice
from engine.domain.multileg.dynamic_hedge import hedge_lots
from engine.domain.multileg.entry import OnCondition
from engine.domain.multileg.expiry import WEEKS_AHEAD, ExpiryRule, FixedDate, mapped, resolve, usable_expiries
from engine.domain.multileg.leg import LegKind
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.strike import FixedStrike
from engine.domain.multileg.strike_guards import NoStrike
from engine.domain.order import Product
from engine.domain.trading_calendar import EXCHANGE_NAMES
from engine.schema.load import FieldError

ORDERS_PER_SECOND = 8
"""The order rate kept to (ruling 17 of the executor reference)."""

INTRADAY_ENDS = time(15, 25)
"""When brokers square off what is held as MIS in index and share derivatives (executor reference, Appendix G 16)."""

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
        if not rules.expiries(portfolio.underlying, on):
            return [FieldError("underlying", f"{portfolio.underlying} has no expiry listed on {on.isoformat()}")]
        listing = listing_of(portfolio, rules, master, on)
    except UnknownRuleError as error:
        return [FieldError("underlying", str(error))]
    rule = listing.rule
    return [
        *_exchange(portfolio, rule),
        *_times(portfolio, rules, rule, on),
        *_intraday(portfolio, rules, rule, on),
        *_legs(portfolio, listing),
        *_order_count(portfolio, listing),
        *_notional(portfolio, listing),
        *_condition_prices(portfolio, master),
    ]


def _condition_prices(portfolio: MultilegPortfolio, master: ContractMaster | None) -> Iterator[FieldError]:
    """Refuse an entry condition on prices that this market does not list."""
    entry = portfolio.entry
    if master is None or not isinstance(entry, OnCondition):
        return
    needed = {type(source) for source in sources(entry.condition)}
    if VixPrice in needed and master.spot("INDIA VIX") is None:
        yield FieldError("entry.condition", "India VIX is not listed in this market; take its lines out")
    if FuturePrice in needed and not master.futures(portfolio.underlying):
        words = f"{portfolio.underlying} has no listed future in this market; use the underlying instead"
        yield FieldError("entry.condition", words)


class Listing(msgspec.Struct, frozen=True):
    """What is listed in one underlying on one day."""

    underlying: str
    on: date
    rule: ContractRule
    rules: MarketRules
    master: ContractMaster | None
    choice: ContractChoice

    def expiries(self) -> tuple[date, ...]:
        """Answer the option expiries, nearest first."""
        if self.master is None:
            return self.rules.expiries(self.underlying, self.on)
        return tuple(expiry for expiry in self.master.expiries(self.underlying) if expiry >= self.on)

    def expiry_of(self, rule: ExpiryRule) -> date | None:
        """Answer the expiry that a rule means in the morning of the day; None where there is none."""
        listed = self.expiries()
        usable = usable_expiries(listed, self.on, _MIDNIGHT, self.choice.on_expiry_day)
        meant = mapped(rule, weekly=self.rule.weekly, map_weeks=self.choice.map_weeks_to_months)
        if meant is None:
            return None
        return resolve(meant, usable, listed, lambda expiry: self.rules.is_monthly(self.underlying, expiry))


def listing_of(portfolio: MultilegPortfolio, rules: MarketRules, master: ContractMaster | None, on: date) -> Listing:
    """Answer what is listed for a portfolio on a day. Raises UnknownRuleError where the rules do not reach it."""
    rule = rules.contract_rule(portfolio.underlying, on)
    return Listing(portfolio.underlying, on, rule, rules, master, portfolio.contracts)


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
    breakout = portfolio.range_breakout
    if breakout is not None and breakout.range_start < opening:
        yield FieldError(
            "range_breakout.range_start",
            f"Range start {breakout.range_start:%H:%M} is before {name} opens at {opening:%H:%M} on {on.isoformat()}: "
            "there are no prices yet; set it later",
        )
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


def _intraday(portfolio: MultilegPortfolio, rules: MarketRules, rule: ContractRule, on: date) -> Iterator[FieldError]:
    """Refuse intraday legs that the broker would square off before the portfolio does (Appendix G 16)."""
    schedule, usual = portfolio.schedule, portfolio.execution.product
    if schedule.positional is not None or rule.exchange not in (Exchange.NFO, Exchange.BFO):
        return
    if not any(leg.lots and (leg.product or usual) is Product.INTRADAY for leg in portfolio.legs):
        return
    try:
        sessions = rules.trading_day(rule.exchange, on).sessions
    except UnknownRuleError:
        return  # _times says so.
    # An evening session of its own has no such cut-off at this time of day.
    if sessions and sessions[0].open < INTRADAY_ENDS < schedule.square_off < sessions[-1].close:
        yield FieldError(
            "schedule.square_off",
            f"Square off {schedule.square_off:%H:%M} is after {INTRADAY_ENDS:%H:%M}, when brokers square off MIS "
            f"positions themselves; set it to {INTRADAY_ENDS:%H:%M} or earlier, or choose NRML",
        )


def _legs(portfolio: MultilegPortfolio, listing: Listing) -> Iterator[FieldError]:
    if any(leg.expiry is None and leg.lots for leg in portfolio.legs):
        yield from _expiry("expiry", portfolio.expiry, listing)
    for index, leg in enumerate(portfolio.legs):
        if not leg.lots:
            continue  # A disabled leg may mean what is not listed.
        if leg.expiry is not None:
            yield from _expiry(f"legs[{index}].expiry", leg.expiry, listing)
        guards = leg.guards or portfolio.contracts.guards
        exact = isinstance(leg.strike, FixedStrike) and guards.on_no_strike is not NoStrike.NEAREST
        if isinstance(leg.strike, FixedStrike) and exact and leg.kind is not LegKind.FUTURE:
            expiry = listing.expiry_of(leg.expiry or portfolio.expiry)
            yield from _strike(f"legs[{index}].strike.strike", leg.strike, expiry, listing)


def _expiry(path: str, rule: ExpiryRule, listing: Listing) -> Iterator[FieldError]:
    underlying, on = listing.underlying, listing.on
    if type(rule) in WEEKS_AHEAD and not listing.rule.weekly and not listing.choice.map_weeks_to_months:
        yield FieldError(
            path,
            f"{underlying} has no weekly expiries on {on.isoformat()}; choose a monthly one (CM, NM), or switch on "
            "Weeks become months",
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


def _strike(path: str, chosen: FixedStrike, expiry: date | None, listing: Listing) -> Iterator[FieldError]:
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


def _order_count(portfolio: MultilegPortfolio, listing: Listing) -> Iterator[FieldError]:
    """Refuse sizes whose slices cannot all leave before the entry gives up (executor reference, Appendix G 19)."""
    orders = [orders_of(leg.lots, leg.expiry or portfolio.expiry, listing) for leg in portfolio.legs]
    hedges = [
        orders_of(hedge_lots(portfolio.dynamic_hedge, leg.lots), leg.expiry or portfolio.expiry, listing)
        for leg in portfolio.legs
        if leg.hedge_required and portfolio.dynamic_hedge is not None
    ]
    seconds = -(-(sum(orders) + sum(hedges)) // ORDERS_PER_SECOND)
    if portfolio.execution.slicing is None and seconds > portfolio.execution.entry_timeout:
        largest = orders.index(max(orders))
        yield FieldError(
            f"legs[{largest}].lots",
            f"{portfolio.legs[largest].lots} lots are {orders[largest]} orders of at most "
            f"{listing.rule.freeze_quantity} each; all legs need {seconds} s at {ORDERS_PER_SECOND} orders/s, longer "
            f"than the entry timeout of {portfolio.execution.entry_timeout} s; take fewer lots",
        )


def _notional(portfolio: MultilegPortfolio, listing: Listing) -> Iterator[FieldError]:
    """Refuse strikes that alone come to more than the portfolio's cap on notional value (Appendix G 15).

    Only strikes that are written down can be counted before the entry. Idle legs may never be entered; of two sides
    that wait and cancel each other only the larger can be open.
    """
    most = portfolio.execution.most_notional
    if most is None:
        return
    sides = dict.fromkeys(LegKind, Decimal(0))
    breakout = portfolio.range_breakout
    one_side = portfolio.waiting.one_side or (breakout is not None and breakout.cancel_other_side)
    for leg in portfolio.legs:
        if isinstance(leg.strike, FixedStrike) and leg.kind is not LegKind.FUTURE and not leg.idle:
            sides[leg.kind] += leg.strike.strike * leg.lots * _units(leg.expiry or portfolio.expiry, listing)
            one_side &= leg.wait is not None or (breakout is not None and not leg.breakout_exempt)
    total = max(sides.values()) if one_side else sum(sides.values(), Decimal(0))
    if total > most:
        yield FieldError(
            "execution.most_notional",
            f"the strikes that are written down come to ₹{total:,.0f} of contracts, more than ₹{most:,.0f}; take fewer "
            "lots, or raise it",
        )


def _units(expiry: ExpiryRule, listing: Listing) -> Decimal:
    """Answer the units of the underlying in one lot of an expiry."""
    rule, chosen = listing.rule, listing.expiry_of(expiry)
    if chosen is not None:
        with suppress(UnknownRuleError):
            rule = listing.rules.contract_rule(listing.underlying, listing.on, chosen)
    return Decimal(rule.lot_size) / rule.quantity_scale


def orders_of(lots: int, expiry: ExpiryRule, listing: Listing) -> int:
    """Answer how many orders so many lots are after the exchange's freeze quantity splits them."""
    per_order = lots_per_order(expiry, listing)
    return bool(lots) if per_order is None else -(-lots // per_order)


def lots_per_order(expiry: ExpiryRule, listing: Listing) -> int | None:
    """Answer the lots of the largest order of an expiry; None where the exchange sets no freeze quantity."""
    rule, chosen = listing.rule, listing.expiry_of(expiry)
    if chosen is not None:
        # Where that contract's lot is not known, the nearest contract's is near enough to count orders by.
        with suppress(UnknownRuleError):
            rule = listing.rules.contract_rule(listing.underlying, listing.on, chosen)
    return None if rule.freeze_quantity is None else max(1, rule.freeze_quantity // rule.lot_size)
