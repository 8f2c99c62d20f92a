"""What the market's rules warn of before a start: many orders, sizes over a limit, delivery at the expiry."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from engine.domain.instrument import Exchange, Kind
from engine.domain.market_rules import MarketRules, UnknownRuleError
from engine.domain.multileg.checks import ORDERS_PER_SECOND, Listing, listing_of, lots_per_order, orders_of
from engine.domain.multileg.dynamic_hedge import hedge_lots
from engine.domain.multileg.leg import Leg, LegKind
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.order import Side
from engine.domain.settings.risk_limits import RiskLimits
from engine.schema.declared import FieldError

MANY_ORDERS = 16
"""More orders than two seconds take are worth a word."""


def market_cautions(
    portfolio: MultilegPortfolio, rules: MarketRules, on: date, limits: RiskLimits | None = None
) -> list[FieldError]:
    """Answer warnings, each beside its field, as the rules of a day and an account's limits give them.

    Without limits those count that a new account has. Lots are the declared ones, before any multiplier. Where the
    rules do not know the underlying nothing is warned of: that is refused already.
    """
    try:
        listing = listing_of(portfolio, rules, None, on)
    except UnknownRuleError:
        return []
    return [
        *_many_orders(portfolio, listing),
        *_over_limits(portfolio, listing, limits or RiskLimits()),
        *_delivery(portfolio, listing),
    ]


def _many_orders(portfolio: MultilegPortfolio, listing: Listing) -> Iterator[FieldError]:
    """Warn of entries and exits that take long at the allowed rate (executor reference, Appendix G 19)."""
    slicing = portfolio.execution.slicing
    at_once = slicing.lots if slicing is not None else None
    entry = sum(_orders(portfolio, leg, listing, at_once) for leg in portfolio.legs if not leg.idle)
    at_exit = at_once if portfolio.exit.sliced else None
    leaving = sum(_orders(portfolio, leg, listing, at_exit) for leg in portfolio.legs)
    if max(entry, leaving) > MANY_ORDERS:
        yield FieldError(
            "legs",
            f"{entry} orders at entry, {_seconds(entry)}; {leaving} at exit, {_seconds(leaving)}, at "
            f"{ORDERS_PER_SECOND} orders/s: prices move meanwhile; fewer lots or legs go faster",
        )


def _orders(portfolio: MultilegPortfolio, leg: Leg, listing: Listing, at_once: int | None) -> int:
    """Answer the orders of a leg and its hedge, in slices of so many lots where there are any."""
    expiry = leg.expiry or portfolio.expiry
    hedge = portfolio.dynamic_hedge
    hedged = hedge_lots(hedge, leg.lots) if hedge is not None and leg.hedge_required else 0
    if at_once is None:
        return orders_of(leg.lots, expiry, listing) + orders_of(hedged, expiry, listing)
    whole, rest = divmod(leg.lots, at_once)
    sliced = whole * orders_of(at_once, expiry, listing) + orders_of(rest, expiry, listing)
    return sliced + orders_of(hedged, expiry, listing)


def _seconds(orders: int) -> str:
    tenths = -(-orders * 10 // ORDERS_PER_SECOND)
    return f"{tenths // 10}.{tenths % 10} s"


def _over_limits(portfolio: MultilegPortfolio, listing: Listing, limits: RiskLimits) -> Iterator[FieldError]:
    """Warn of sizes that the account refuses when they are ordered (executor reference, Appendix G 15)."""
    held: Counter[object] = Counter()
    for index, leg in enumerate(portfolio.legs):
        expiry = leg.expiry or portfolio.expiry
        largest = min(leg.lots, lots_per_order(expiry, listing) or leg.lots)
        path = f"legs[{index}].lots"
        if largest > limits.lots_per_order:
            words = f"an order of {largest} lots is over the {limits.lots_per_order} lots per order"
            yield FieldError(path, f"{words} of an account's limits; it is refused there; take fewer lots")
        contract = (leg.kind, leg.strike, expiry, leg.side)
        held[contract] += leg.lots
        if held[contract] > limits.lots_per_position >= held[contract] - leg.lots:
            words = f"{held[contract]} lots of one contract are over the {limits.lots_per_position} lots per contract"
            yield FieldError(path, f"{words} of an account's limits; the rest is refused there; take fewer lots")


def _delivery(portfolio: MultilegPortfolio, listing: Listing) -> Iterator[FieldError]:
    """Warn of bought share options that are held into their expiry (executor reference, Appendix G 27)."""
    positional = portfolio.schedule.positional
    rule = listing.rule
    if rule.spot_kind is Kind.INDEX or rule.exchange is Exchange.CRYPTO:
        return
    if positional is None or positional.square_off_before:
        return
    for index, leg in enumerate(portfolio.legs):
        if leg.lots and leg.side is Side.BUY and leg.kind is not LegKind.FUTURE:
            yield FieldError(
                f"legs[{index}].expiry",
                f"options on {portfolio.underlying} end in delivery of the shares, and brokers ask for their value in "
                "the last days; square off at least a day before the expiry",
            )
