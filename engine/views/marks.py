"""What portfolios and legs are worth at the quotes of a frame; for the screen only, nothing decides by it."""

from collections.abc import Mapping, Sequence

import msgspec

from engine.domain.identifiers import LegId
from engine.domain.money import Money, Price, divide_half_up
from engine.domain.multileg.portfolio import PriceType
from engine.domain.order import Side
from engine.domain.quote import QuoteColumn
from engine.views.portfolios import LegRow, Level, PortfolioRow

QuoteValues = Sequence[int]
"""One instrument's numbers by QuoteColumn."""

_LAST, _BID, _ASK = int(QuoteColumn.LAST_PRICE), int(QuoteColumn.BID), int(QuoteColumn.ASK)


class LegMark(msgspec.Struct, frozen=True, kw_only=True):
    """One leg at the quotes of a frame; prices and money in 1/10,000 ₹, None where a price is missing."""

    leg_id: LegId
    last_price: Price | None
    mark: Price | None
    """The price by which it is valued, by the portfolio's price type."""
    profit: Money | None
    """Booked and open together, before charges."""
    unrealised: Money | None
    booked: Money
    stop_distance: int | None
    """How far the watched price is from the stop; 0 or less: reached."""
    target_distance: int | None
    """How far the watched price is from the target; 0 or less: reached."""


class PortfolioMark(msgspec.Struct, frozen=True, kw_only=True):
    """One portfolio at the quotes of a frame; money in 1/10,000 ₹, None where a price is missing."""

    legs: tuple[LegMark, ...]
    underlying: Price | None
    profit: Money | None
    unrealised: Money | None
    booked: Money
    premium: Price | None
    """Combined premium of what is open, sold less bought, per unit of the base quantity."""
    stop: Money | None
    """The profit at which the combined stop or the profit lock closes all, whichever is nearer."""
    stop_distance: int | None
    """Profit still to lose before everything is closed."""
    target_distance: int | None
    """Profit still to make before everything is closed."""
    peak: Money | None
    """Highest profit that this screen has seen."""
    trough: Money | None

    @property
    def drawdown(self) -> int | None:
        """Answer how far the profit is below its peak."""
        return None if self.peak is None or self.profit is None else self.peak - self.profit


def last_price(quote: QuoteValues | None) -> Price | None:
    """Answer the last price of a quote; None where there is none."""
    return Price(quote[_LAST]) if quote is not None and quote[_LAST] > 0 else None


def mark_price(quote: QuoteValues | None, price_type: PriceType, net_quantity: int) -> Price | None:
    """Answer the price by which an open quantity is valued; as the engine does, but without its freak-tick filter."""
    if quote is None:
        return None
    last, bid, ask = quote[_LAST], quote[_BID], quote[_ASK]
    match price_type:
        case PriceType.LAST:
            price = last
        case PriceType.BID_ASK:
            price = (bid if net_quantity > 0 else ask) or last
        case PriceType.MIDDLE:
            price = (bid + ask) // 2 if 0 < bid <= ask else last
    return Price(price) if price > 0 else None


def portfolio_mark(
    row: PortfolioRow, quotes: Mapping[int, QuoteValues], before: PortfolioMark | None = None
) -> PortfolioMark:
    """Answer a portfolio's marks from quotes by board row; ``before`` carries the peak and trough of earlier frames."""
    underlying = last_price(quotes.get(row.underlying_row))
    legs = tuple(leg_mark(leg, row.price_type, quotes.get(leg.row), underlying) for leg in row.legs)
    booked = Money(sum(leg.booked for leg in legs))
    unrealised = _sum([leg.unrealised for leg in legs])
    profit = None if unrealised is None else Money(booked + unrealised)
    stop = max((level for level in (row.stop, row.floor) if level is not None), default=None)
    live = profit is not None and not row.is_done
    return PortfolioMark(
        legs=legs,
        underlying=underlying,
        profit=profit,
        unrealised=unrealised,
        booked=booked,
        premium=_premium(row, legs),
        stop=stop,
        stop_distance=profit - stop if live and profit is not None and stop is not None else None,
        target_distance=row.target - profit if live and profit is not None and row.target is not None else None,
        peak=_extreme(max, before.peak if before else None, profit),
        trough=_extreme(min, before.trough if before else None, profit),
    )


def leg_mark(leg: LegRow, price_type: PriceType, quote: QuoteValues | None, underlying: Price | None) -> LegMark:
    """Answer one leg's marks from its own quote and the price of the underlying."""
    price = mark_price(quote, price_type, leg.net_quantity)
    held, average = leg.net_quantity, leg.average_entry or 0
    booked = Money(leg.cash + held * average // leg.scale) if held else leg.cash
    unrealised: Money | None = Money(0)
    if held:
        unrealised = None if price is None else Money(leg.cash + held * price // leg.scale - booked)
    return LegMark(
        leg_id=leg.leg_id,
        last_price=last_price(quote),
        mark=price,
        profit=None if unrealised is None else Money(booked + unrealised),
        unrealised=unrealised,
        booked=booked,
        stop_distance=_distance(leg.stop, price, underlying) if held else None,
        target_distance=_distance(leg.target, price, underlying) if held else None,
    )


def _distance(level: Level | None, price: Price | None, underlying: Price | None) -> int | None:
    watched = underlying if level is not None and level.on_underlying else price
    if level is None or watched is None:
        return None
    return level.price - watched if level.when_rising else watched - level.price


def _premium(row: PortfolioRow, legs: tuple[LegMark, ...]) -> Price | None:
    value, held = 0, False
    for leg, mark in zip(row.legs, legs, strict=True):
        if leg.net_quantity:
            if mark.mark is None:
                return None
            held = True
            value -= (1 if leg.side is Side.BUY else -1) * mark.mark * abs(leg.net_quantity)
    return Price(divide_half_up(value, row.base_quantity)) if held and row.base_quantity else None


def _sum(amounts: list[Money | None]) -> Money | None:
    known = [amount for amount in amounts if amount is not None]
    return Money(sum(known)) if len(known) == len(amounts) else None


def _extreme(choose: object, before: Money | None, now: Money | None) -> Money | None:
    known = [amount for amount in (before, now) if amount is not None]
    if not known:
        return None
    return max(known) if choose is max else min(known)
