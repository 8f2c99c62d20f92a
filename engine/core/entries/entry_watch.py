"""What a dynamic entry watches: the live price, its reference, and whether the entry rule is met."""

from collections.abc import Iterator
from datetime import date

from engine.core.prices.candles import Basket, Named, Series
from engine.core.readings import bar_series, cadence, conditions, market_data
from engine.core.records.entry_run import EntryWatch
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.core.strikes import expiry_choice
from engine.core.unmet import Unmet
from engine.domain.instant import clock_text
from engine.domain.instrument import Instrument, Kind
from engine.domain.market_rules import UnknownRuleError
from engine.domain.money import Price, plain_text
from engine.domain.multileg.entry import (
    AtCombinedPremium,
    AtPremiumCrossOver,
    AtTime,
    AtUnderlyingLevel,
    BasedOn,
    Direction,
    Manual,
    OnCondition,
    OnSignal,
    OutsideUnderlyingBand,
    PremiumOf,
    RollingStraddle,
    watches_leg_premiums,
)
from engine.domain.multileg.entry_prices import has_fired
from engine.domain.multileg.monitoring import Realtime
from engine.domain.multileg.portfolio import PriceType
from engine.domain.order import Side

_SIGNS = {
    Direction.AUTO: "=",
    Direction.AT_MOST: "≤",
    Direction.AT_LEAST: "≥",
    Direction.CROSS_UP: "a crossing up through",
    Direction.CROSS_DOWN: "a crossing down through",
}

NAMES = {
    AtCombinedPremium: "combined premium",
    AtPremiumCrossOver: "combined premium",
    AtUnderlyingLevel: "underlying",
    OutsideUnderlyingBand: "underlying",
    RollingStraddle: "rolling straddle",
}
"""What each dynamic entry rule watches, in words."""


def watched_price(state: EngineState, run: PortfolioRun) -> int | None:
    """Answer the live price that a dynamic entry watches, signed; None while it is not known or in doubt."""
    entry = run.portfolio.entry
    match entry:
        case AtCombinedPremium() | AtPremiumCrossOver():
            return _premium(state, run, entry.of)
        case AtUnderlyingLevel() | OutsideUnderlyingBand():
            return market_data.underlying_price(state, run)
        case RollingStraddle():
            return _sum_of(state, run, atm_straddle(state, run))
        case _:
            return None


def decided_price(state: EngineState, run: PortfolioRun) -> int | None:
    """Answer the watched price that an entry may act on: live, of the newest candle's close, or of an interval."""
    pace = run.portfolio.monitoring.entry
    if isinstance(pace, Realtime):
        return watched_price(state, run)
    on_underlying = isinstance(run.portfolio.entry, AtUnderlyingLevel | OutsideUnderlyingBand)
    series = market_data.underlying_series(state, run) if on_underlying else None
    return cadence.seen(state, run, pace, run.starts_at, "entry", series, lambda: watched_price(state, run))


def reference_price(state: EngineState, run: PortfolioRun, based_on: BasedOn) -> int | None:
    """Answer the reference value of a dynamic entry; None where it is not known, or was never seen."""
    if based_on is BasedOn.START_TIME:
        return watched_price(state, run)
    previous = based_on is BasedOn.PREVIOUS_CLOSE
    entry = run.portfolio.entry
    series: Series | None
    match entry:
        case AtUnderlyingLevel() | OutsideUnderlyingBand():
            row = market_data.underlying_series(state, run)
            spot = state.master.spot(run.portfolio.underlying)
            # An implied forward has no open of its own: the spot's stands for it.
            known = row if isinstance(row, int) else None
            series = state.master.row(spot.id) if known is None and spot is not None else known
        case RollingStraddle():
            return _straddle_then(state, run, previous=previous)
        case AtCombinedPremium(of=PremiumOf.STRADDLE) | AtPremiumCrossOver(of=PremiumOf.STRADDLE):
            series = _basket(state, watched_straddle(state, run))
        case _:
            series = bar_series.premium_basket(run)
    return (
        None if series is None or isinstance(series, Named) else bar_series.day_price(state, series, previous=previous)
    )


def watched_series(state: EngineState, run: PortfolioRun) -> Series | None:
    """Answer whose bars tell of the price that an entry watches; None for one that changes its contracts."""
    match run.portfolio.entry:
        case AtUnderlyingLevel() | OutsideUnderlyingBand():
            return market_data.underlying_series(state, run)
        case AtCombinedPremium(of=PremiumOf.STRADDLE) | AtPremiumCrossOver(of=PremiumOf.STRADDLE):
            return _basket(state, watched_straddle(state, run))
        case AtCombinedPremium() | AtPremiumCrossOver():
            return bar_series.premium_basket(run)
        case _:
            return None


def would_fire(run: PortfolioRun, price: int) -> bool:
    """Say whether a price would make a portfolio enter, from the side on which its price was seen last."""
    watch = run.entry.watch
    return watch is not None and _fires(run, watch, price)


def level_words(run: PortfolioRun) -> str:
    """Answer what an entry watches and waits for, in words: ``"underlying ≥ 25000.00"``."""
    watch = run.entry.watch
    return f"{NAMES[type(run.portfolio.entry)]} {_bounds(watch)}" if watch is not None else ""


def is_met(state: EngineState, run: PortfolioRun) -> str | None:
    """Answer why the entry rule is met now, in words; None while it is not."""
    entry, watch = run.portfolio.entry, run.entry.watch
    match entry:
        case AtTime():
            return f"start time {clock_text(run.starts_at)}"
        case OnSignal():
            return "signal to start" if run.entry.start_signalled else None
        case Manual():
            return None
        case OnCondition(condition=condition):
            judged = conditions.judged(state, run, condition, run.starts_at)
            return judged.words if judged.met else None
        case _:
            pass
    price = decided_price(state, run)
    if watch is None or price is None or not _fires(run, watch, price):
        return None
    return f"{NAMES[type(entry)]} {plain_text(price)} {_bounds(watch)}, reference {plain_text(watch.reference)}"


def still_holds(state: EngineState, run: PortfolioRun) -> bool:
    """Say whether what made a portfolio enter is still so, for the next slice; a crossing holds beyond its level."""
    entry, watch = run.portfolio.entry, run.entry.watch
    match entry:
        case AtTime() | Manual() | OnSignal():
            return True
        case OnCondition(condition=condition):
            return conditions.judged(state, run, condition, run.starts_at).met
        case _:
            pass
    price = watched_price(state, run)
    if price is None or watch is None:
        return watch is None  # Started by hand before anything was watched.
    if isinstance(entry, AtPremiumCrossOver):
        return watch.low is None or price < watch.low
    reaching = {Direction.CROSS_UP: Direction.AT_LEAST, Direction.CROSS_DOWN: Direction.AT_MOST}
    return _beyond(watch, reaching.get(watch.direction, watch.direction), price)


def unmet(state: EngineState, run: PortfolioRun) -> Iterator[Unmet]:
    """Answer what the entry rule of a waiting portfolio waits for, with the live value against its threshold."""
    entry, watch = run.portfolio.entry, run.entry.watch
    match entry:
        case AtTime():
            return
        case Manual():
            yield Unmet("waits for somebody to start it")
            return
        case OnSignal():
            if not run.entry.start_signalled:
                yield Unmet("waits for a signal with its word")
            return
        case OnCondition(condition=condition):
            yield from _without_contract(run)
            yield from conditions.judged(state, run, condition, run.starts_at).unmet
            return
        case _:
            pass
    price = decided_price(state, run)
    name = NAMES[type(entry)]
    if price is None and watched_price(state, run) is not None:
        yield Unmet(f"{name} is looked at when its candle or interval ends")
    elif price is None:
        yield from _without_contract(run)
        yield Unmet(f"{name} is not known: a price is missing or in doubt")
    elif watch is None:
        yield Unmet(f"{name} {plain_text(price)}: its reference is not known", threshold=_reference_words(run))
    elif not _fires(run, watch, price):
        first = _phase_words(watch) if isinstance(entry, AtPremiumCrossOver) else _bounds(watch)
        yield Unmet(name, plain_text(price), first)


def watched_straddle(state: EngineState, run: PortfolioRun) -> tuple[Instrument, ...]:
    """Answer call and put of the straddle that is watched: as they were at the start, before it those of the moment."""
    if run.entry.watch is not None and run.entry.watch.straddle:
        return tuple(state.master.by_id(instrument) for instrument in run.entry.watch.straddle)
    return atm_straddle(state, run)


def atm_straddle(state: EngineState, run: PortfolioRun, reference: int | None = None) -> tuple[Instrument, ...]:
    """Answer call and put at the money of the portfolio's expiry, at a price of the underlying; empty without them."""
    expiry = expiry_choice.expiry_of(state, run, run.portfolio.expiry)
    if not isinstance(expiry, date):
        return ()
    price = market_data.underlying_price(state, run, expiry) if reference is None else reference
    if price is None:
        return ()
    try:
        rule = state.rules.contract_rule(run.portfolio.underlying, market_data.today(state), expiry)
    except UnknownRuleError:
        return ()
    step = rule.strike_step * run.portfolio.contracts.strike_step_multiple
    strike = market_data.at_the_money(price, step, run.portfolio.atm_rounding)
    pair = (state.master.contract(run.portfolio.underlying, expiry, strike, kind) for kind in (Kind.CALL, Kind.PUT))
    found = tuple(contract for contract in pair if contract is not None)
    return found if len(found) == 2 else ()


def leg_premium(state: EngineState, run: PortfolioRun, leg: LegRun) -> Price | None:
    """Answer the premium of a leg that is not entered yet by the portfolio's price type: what its opening would get."""
    return premium_of(state, run, state.master.instruments[leg.row], leg.leg.side)


def premium_of(state: EngineState, run: PortfolioRun, contract: Instrument, side: Side) -> Price | None:
    """Answer the premium of a contract by the portfolio's price type, for an opening on a side; None in doubt."""
    row = state.master.row(contract.id)
    believed = market_data.trigger_price(state, row)
    match run.portfolio.price_type:
        case PriceType.LAST:
            return believed
        case PriceType.BID_ASK:
            return None if believed is None else market_data.opposite_price(state, row, side)
        case PriceType.MIDDLE:
            return None if believed is None else market_data.middle(state, row)


def _premium(state: EngineState, run: PortfolioRun, of: PremiumOf) -> int | None:
    if of is PremiumOf.STRADDLE:
        return _sum_of(state, run, watched_straddle(state, run))
    basket = bar_series.premium_basket(run)
    if basket is None:
        return None
    prices = {leg.row: leg_premium(state, run, leg) for leg in bar_series.premium_legs(run)}
    total = 0
    for row, weight in basket.parts:
        price = prices[row]
        if price is None:
            return None
        total += weight * price
    return total // basket.per


def _sum_of(state: EngineState, run: PortfolioRun, contracts: tuple[Instrument, ...]) -> int | None:
    total = 0
    for contract in contracts:
        row = state.master.row(contract.id)
        by_last = run.portfolio.price_type is PriceType.LAST
        price = market_data.trigger_price(state, row) if by_last else market_data.middle(state, row)
        if price is None:
            return None
        total += price
    return total if contracts else None


def _basket(state: EngineState, contracts: tuple[Instrument, ...]) -> Basket | None:
    return Basket(tuple((state.master.row(contract.id), 1) for contract in contracts)) if contracts else None


def _straddle_then(state: EngineState, run: PortfolioRun, *, previous: bool) -> int | None:
    """Answer the straddle at the money of the day's open, or of the close of the day before."""
    spot = state.master.spot(run.portfolio.underlying)
    if spot is None:
        return None
    level = bar_series.day_price(state, state.master.row(spot.id), previous=previous)
    basket = None if level is None else _basket(state, atm_straddle(state, run, level))
    return None if basket is None else bar_series.day_price(state, basket, previous=previous)


def _fires(run: PortfolioRun, watch: EntryWatch, price: int) -> bool:
    if isinstance(run.portfolio.entry, AtPremiumCrossOver):
        return watch.phase >= 2 and watch.low is not None and price < watch.low
    return _beyond(watch, watch.direction, price)


def _beyond(watch: EntryWatch, direction: Direction, price: int) -> bool:
    if watch.low is not None and watch.low == watch.high:
        return has_fired(direction, price, watch.low, watch.side)
    return (watch.low is not None and price <= watch.low) or (watch.high is not None and price >= watch.high)


def _bounds(watch: EntryWatch) -> str:
    if watch.low is not None and watch.low == watch.high:
        return f"{_SIGNS[watch.direction]} {plain_text(watch.low)}"
    low = None if watch.low is None else f"≤ {plain_text(watch.low)}"
    high = None if watch.high is None else f"≥ {plain_text(watch.high)}"
    return " or ".join(words for words in (low, high) if words)


def _phase_words(watch: EntryWatch) -> str:
    level = plain_text(watch.low or 0)
    return [f"< {level}, then above it, then below again", f"> {level}, then below again", f"< {level}"][
        min(watch.phase, 2)
    ]


def _reference_words(run: PortfolioRun) -> str:
    based_on = getattr(run.portfolio.entry, "based_on", None) or getattr(
        getattr(run.portfolio.entry, "price", None), "based_on", None
    )
    return f"a {based_on.value}" if based_on is not None else "its first price"


def _without_contract(run: PortfolioRun) -> Iterator[Unmet]:
    if watches_leg_premiums(run.portfolio.entry):
        for leg in bar_series.premium_legs(run):
            if leg.row < 0:
                yield Unmet(f"the contract of leg {leg.leg_id} is not chosen yet")
