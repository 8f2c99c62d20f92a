"""Questions about the market as the engine sees it: prices, references, the money, staleness."""

from collections.abc import Iterable, Iterator
from datetime import date

from engine.core.prices.candles import Named, Series
from engine.core.prices.tick_trail import believed
from engine.core.records import hedge_ties
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.instant import ist_date
from engine.domain.instrument import Exchange, Instrument, Kind
from engine.domain.money import Price
from engine.domain.multileg.portfolio import AtmRounding, FreakProtection, PriceType, UnderlyingReference
from engine.domain.order import Side
from engine.domain.quote import QuoteColumn

_LAST, _BID, _ASK = int(QuoteColumn.LAST_PRICE), int(QuoteColumn.BID), int(QuoteColumn.ASK)
_AROUND = 3
"""Strikes on each side of the spot among which the implied forward looks for the least |call − put|."""


def today(state: EngineState) -> date:
    """Answer the Indian date of the engine's time."""
    return ist_date(state.now)


def is_open(state: EngineState, exchange: Exchange) -> bool:
    """Say whether an exchange trades now. Raises UnknownRuleError for a date without rules."""
    return state.rules.is_open(exchange, state.now)


def is_stale(state: EngineState) -> bool:
    """Say whether no quote at all has come for longer than the feed's stale limit.

    Judged on the whole feed: a far strike may rest for minutes without a change.
    """
    return state.now - state.last_frame_at > state.books.stale_after


def can_trigger(state: EngineState, run: PortfolioRun) -> bool:
    """Say whether prices may decide about a portfolio now: its exchange trades and the feed is not silent."""
    return not is_stale(state) and is_open(state, run.portfolio.exchange)


def has_quote_today(state: EngineState, row: int) -> bool:
    """Say whether a row has a price of today."""
    arrived = state.board.arrival(row)
    return arrived > 0 and ist_date(arrived) == today(state)


def opposite_price(state: EngineState, row: int, side: Side) -> Price | None:
    """Answer the price an order of ``side`` can trade at: ask to buy, bid to sell, else the last; None without any."""
    best = state.board.number(row, _ASK if side is Side.BUY else _BID)
    return Price(best) if best > 0 else last_price(state, row)


def last_price(state: EngineState, row: int) -> Price | None:
    """Answer the last traded price of a row as the feed said it; None before the first."""
    last = state.board.number(row, _LAST)
    return Price(last) if last > 0 else None


def middle(state: EngineState, row: int) -> Price | None:
    """Answer the middle of bid and ask, the last price where a side is empty."""
    bid, ask = state.board.number(row, _BID), state.board.number(row, _ASK)
    return Price((bid + ask) // 2) if 0 < bid <= ask else last_price(state, row)


def trigger_price(state: EngineState, row: int, protection: FreakProtection = FreakProtection.SMART) -> Price | None:
    """Answer the last price that the freak-tick filter believes; None while there is none or it is in doubt."""
    trail = state.ticks.get(row)
    return last_price(state, row) if trail is None else believed(trail, protection, state.now)


def mark(
    state: EngineState, leg: LegRun, price_type: PriceType, protection: FreakProtection = FreakProtection.SMART
) -> Price | None:
    """Answer the price by which a leg's open quantity is valued and its triggers are measured; None in doubt."""
    trusted = trigger_price(state, leg.row, protection)
    if trusted is None:
        return None
    match price_type:
        case PriceType.LAST:
            return trusted
        case PriceType.BID_ASK:
            return opposite_price(state, leg.row, Side.SELL if leg.net_quantity > 0 else Side.BUY)
        case PriceType.MIDDLE:
            return middle(state, leg.row)


def counted(run: PortfolioRun) -> list[LegRun]:
    """Answer the legs of the present execution whose profit counts in the combined profit."""
    rule = run.portfolio.dynamic_hedge
    return (
        run.present if rule is None or rule.in_profit else [leg for leg in run.present if hedge_ties.counts(run, leg)]
    )


def profit(state: EngineState, run: PortfolioRun) -> int | None:
    """Answer realised and open profit of an execution, before charges, in 1/10,000 ₹; None while a mark is missing."""
    return profit_of(state, run, counted(run))


def profit_of(state: EngineState, run: PortfolioRun, legs: Iterable[LegRun]) -> int | None:
    """Answer realised and open profit of some legs, before charges, in 1/10,000 ₹; None while a mark is missing."""
    total = 0
    for leg in legs:
        total += leg.cash
        held = leg.net_quantity
        if held:
            price = mark(state, leg, run.portfolio.price_type, run.portfolio.freak)
            if price is None:
                return None
            total += held * price // leg.scale
    return total


def underlying_price(state: EngineState, run: PortfolioRun, expiry: date | None = None) -> Price | None:
    """Answer the portfolio's underlying reference: the spot, the nearest future, or an expiry's implied forward.

    Without a listed future, or where no pair of options is quoted, it is the spot.
    """
    underlying = run.portfolio.underlying
    if run.portfolio.underlying_reference is UnderlyingReference.FUTURE:
        future = near_future(state, underlying)
        if future is not None:
            return trigger_price(state, state.master.row(future.id), run.portfolio.freak)
    spot = state.master.spot(underlying)
    spot_price = None if spot is None else trigger_price(state, state.master.row(spot.id), run.portfolio.freak)
    if run.portfolio.underlying_reference is not UnderlyingReference.IMPLIED:
        return spot_price
    expiries = [day for day in state.master.expiries(underlying) if day >= today(state)]
    chosen = expiry or (expiries[0] if expiries else None)
    if spot_price is None or chosen is None:
        return spot_price
    return implied_forward(state, underlying, chosen, spot_price) or spot_price


def underlying_series(state: EngineState, run: PortfolioRun) -> Series | None:
    """Answer what candles of the underlying reference are built of; None where nothing is listed."""
    match run.portfolio.underlying_reference:
        case UnderlyingReference.SPOT:
            spot = state.master.spot(run.portfolio.underlying)
            return None if spot is None else state.master.row(spot.id)
        case UnderlyingReference.FUTURE:
            future = near_future(state, run.portfolio.underlying)
            return None if future is None else state.master.row(future.id)
        case UnderlyingReference.IMPLIED:
            return Named(run.portfolio.underlying)


def near_future(state: EngineState, underlying: str) -> Instrument | None:
    """Answer the future that expires next; None where none is listed."""
    alive = (f for f in state.master.futures(underlying) if f.expiry and f.expiry >= today(state))
    return next(alive, None)


def reference_rows(state: EngineState, run: PortfolioRun) -> Iterator[int]:
    """Answer the row of the future that is the portfolio's underlying reference, so that its quotes are followed."""
    if run.portfolio.underlying_reference is UnderlyingReference.FUTURE:
        future = near_future(state, run.portfolio.underlying)
        if future is not None:
            yield state.master.row(future.id)


def spot_price(state: EngineState, run: PortfolioRun) -> Price | None:
    """Answer the last price of the portfolio's spot that was believed, else the last one shown."""
    spot = state.master.spot(run.portfolio.underlying)
    if spot is None:
        return None
    row = state.master.row(spot.id)
    trail = state.ticks.get(row)
    return trail.price if trail is not None and trail.price else last_price(state, row)


def implied_forward(state: EngineState, underlying: str, expiry: date, near: Price) -> Price | None:
    """Answer K + C − P of the strike around ``near`` where calls and puts differ least; None without quotes.

    Executor reference §1.1 (implied futures); the rate is taken as zero over the days of an expiry.
    """
    best: tuple[int, Price] | None = None
    for strike in strikes_around(state, underlying, expiry, near, _AROUND):
        call = state.master.contract(underlying, expiry, strike, Kind.CALL)
        put = state.master.contract(underlying, expiry, strike, Kind.PUT)
        if call is None or put is None:
            continue
        call_price, put_price = middle(state, state.master.row(call.id)), middle(state, state.master.row(put.id))
        if call_price is None or put_price is None:
            continue
        gap = abs(call_price - put_price)
        if best is None or gap < best[0]:
            best = gap, Price(strike + call_price - put_price)
    return best[1] if best else None


def strikes_around(state: EngineState, underlying: str, expiry: date, near: Price, each_side: int) -> Iterable[Price]:
    """Answer the listed strikes nearest a price, at most ``each_side`` on each side and one more, lowest first."""
    strikes = state.master.strikes(underlying, expiry)
    nearest = sorted(strikes, key=lambda strike: (abs(strike - near), strike))[: 2 * each_side + 1]
    return sorted(nearest)


def at_the_money(reference: int, step: int, rounding: AtmRounding) -> Price:
    """Answer the multiple of the strike step at the money; an exact half goes up (executor reference §1.1)."""
    match rounding:
        case AtmRounding.NEAREST:
            return Price((2 * reference + step) // (2 * step) * step)
        case AtmRounding.FLOOR:
            return Price(reference // step * step)
        case AtmRounding.CEIL:
            return Price(-(-reference // step) * step)
