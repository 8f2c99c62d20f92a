"""What portfolios and legs are worth at the quotes of a frame; for the screen only, nothing decides by it."""

from collections.abc import Mapping, Sequence
from math import gcd

import msgspec

from engine.domain.identifiers import LegId
from engine.domain.money import Money, Price, divide_half_up
from engine.domain.multileg.levels import Measure
from engine.domain.multileg.portfolio import PriceType
from engine.domain.multileg.states import LegState
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
    stop_value: int | None = None
    """What is held against the stop: a price, the leg's profit, or a Greek as it was when the row was made."""
    target_value: int | None = None


class PortfolioMark(msgspec.Struct, frozen=True, kw_only=True):
    """One portfolio at the quotes of a frame; money in 1/10,000 ₹, None where a price is missing."""

    legs: tuple[LegMark, ...]
    underlying: Price | None
    profit: Money | None
    unrealised: Money | None
    booked: Money
    premium: Price | None
    """Combined premium of what is open, sold less bought, per unit of the base quantity."""
    waiting_premium: Price | None = None
    """Combined premium of the legs that wait for it, per unit of their ratio."""
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
    counted = _counted(row, legs, profit)
    live = counted is not None and not row.is_done
    return PortfolioMark(
        legs=legs,
        underlying=underlying,
        profit=profit,
        unrealised=unrealised,
        booked=booked,
        premium=_premium(row, legs),
        waiting_premium=_waiting_premium(row, legs) if row.combined_wait is not None else None,
        stop=stop,
        stop_distance=counted - stop if live and counted is not None and stop is not None else None,
        target_distance=row.target - counted if live and counted is not None and row.target is not None else None,
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
    profit = None if unrealised is None else Money(booked + unrealised)
    values = {
        Measure.PREMIUM: price,
        Measure.UNDERLYING: underlying,
        Measure.PROFIT: profit,
        Measure.DELTA: leg.watch.delta,
        Measure.THETA: leg.watch.theta,
    }
    stop = values[leg.stop.of] if held and leg.stop is not None else None
    target = values[leg.target.of] if held and leg.target is not None else None
    return LegMark(
        leg_id=leg.leg_id,
        last_price=last_price(quote),
        mark=price,
        profit=profit,
        unrealised=unrealised,
        booked=booked,
        stop_distance=_distance(leg.stop, stop),
        target_distance=_distance(leg.target, target),
        stop_value=stop,
        target_value=target,
    )


def _distance(level: Level | None, value: int | None) -> int | None:
    if level is None or value is None:
        return None
    return level.value - value if level.when_rising else value - level.value


def _counted(row: PortfolioRow, legs: tuple[LegMark, ...], profit: Money | None) -> int | None:
    """Answer the profit by which stops and targets are measured: without hedges that the trader leaves out."""
    beside = [mark.profit for leg, mark in zip(row.legs, legs, strict=True) if not leg.counts]
    left_out = _sum(beside)
    return None if profit is None or left_out is None else profit - left_out


def _premium(row: PortfolioRow, legs: tuple[LegMark, ...]) -> Price | None:
    value, held = 0, False
    for leg, mark in zip(row.legs, legs, strict=True):
        if leg.net_quantity and leg.in_premium:
            if mark.mark is None:
                return None
            held = True
            value -= (1 if leg.side is Side.BUY else -1) * mark.mark * abs(leg.net_quantity)
    return Price(divide_half_up(value, row.base_quantity)) if held and row.base_quantity else None


def _waiting_premium(row: PortfolioRow, legs: tuple[LegMark, ...]) -> Price | None:
    waiting = [
        (leg, mark.mark) for leg, mark in zip(row.legs, legs, strict=True)
        if leg.state is LegState.WAIT_TRADE and leg.wait is not None and leg.wait.trigger is None
    ]  # fmt: skip
    base = gcd(*(leg.wanted for leg, _ in waiting))
    value = 0
    for leg, price in waiting:
        if price is None:
            return None
        value -= (1 if leg.side is Side.BUY else -1) * price * leg.wanted
    return Price(divide_half_up(value, base)) if base else None


def _sum(amounts: list[Money | None]) -> Money | None:
    known = [amount for amount in amounts if amount is not None]
    return Money(sum(known)) if len(known) == len(amounts) else None


def _extreme(choose: object, before: Money | None, now: Money | None) -> Money | None:
    known = [amount for amount in (before, now) if amount is not None]
    if not known:
        return None
    return max(known) if choose is max else min(known)
