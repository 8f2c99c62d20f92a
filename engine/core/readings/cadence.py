"""What a monitor may see now: the live value, the close of its candle, or the value at its interval (§1.10)."""

from collections.abc import Callable, Iterator, Sequence

from engine.core.prices.candles import Series
from engine.core.readings import market_data, measuring
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.instant import SECOND, Instant, ist_instant
from engine.domain.multileg.levels import Measure
from engine.domain.multileg.monitoring import Cadence, CandleClose, Interval, Realtime
from engine.domain.multileg.portfolio import PriceType
from engine.domain.multileg.states import LegState, PortfolioState

_PRICED = frozenset({LegState.WAIT_TRADE, LegState.WAIT_REENTRY, LegState.WAIT_STOP})


def measured(
    state: EngineState, run: PortfolioRun, leg: LegRun, of: Measure, cadence: Cadence, since: Instant
) -> int | None:
    """Answer the value of a leg's measure that a monitor may act on; None while there is none.

    ``since`` is when the monitor was armed: a candle that closed before does not count, and intervals count from it.
    """

    def live() -> int | None:
        return measuring.measured(state, run, leg, of)

    series = _series(state, run, leg, of)
    return seen(state, run, cadence, since, f"{leg.leg_id} {of.value}", series, live)


def seen(
    state: EngineState,
    run: PortfolioRun,
    cadence: Cadence,
    since: Instant,
    what: str,
    series: Series | None,
    live: Callable[[], int | None],
) -> int | None:
    """Answer the value of anything that a monitor may act on: live, of its candle or of its interval.

    ``what`` names it among the monitors of the portfolio; ``series`` is what candles are built of, None where there are
    none: then the value at the first look after the close stands for it.
    """
    if isinstance(cadence, CandleClose) and series is not None:
        return _close(state, run, series, cadence, since)
    return _sampled(state, run, cadence, since, what, live)


def profit(
    state: EngineState, run: PortfolioRun, cadence: Cadence, since: Instant, legs: Sequence[LegRun]
) -> int | None:
    """Answer the profit of legs together that a monitor may act on, from closes of the same candle; None without."""
    by_last = run.portfolio.price_type is PriceType.LAST
    if isinstance(cadence, CandleClose) and by_last:
        total = 0
        for leg in legs:
            total += leg.cash
            if leg.net_quantity:
                price = _close(state, run, leg.row, cadence, max(since, leg.filled_at or since))
                if price is None:
                    return None
                total += leg.net_quantity * price // leg.scale
        return total
    what = f"profit of {len(legs)}"
    return _sampled(state, run, cadence, since, what, lambda: market_data.profit_of(state, run, legs))


def slot(state: EngineState, run: PortfolioRun, cadence: Cadence, since: Instant) -> Instant | None:
    """Answer the newest instant at which a monitor looked, or looks now; None before its first look."""
    match cadence:
        case Realtime():
            return state.now
        case CandleClose(minutes=minutes):
            seen_until = Instant(state.now - run.portfolio.monitoring.trade_second * SECOND)
            closed = state.candles.last_close(run.portfolio.exchange, minutes, seen_until)
            return closed if closed is not None and closed > since else None
        case Interval(seconds=seconds):
            looks = (state.now - since) // (seconds * SECOND)
            return Instant(since + looks * seconds * SECOND) if looks > 0 else None


def next_look(state: EngineState, run: PortfolioRun, cadence: Cadence, since: Instant) -> Instant | None:
    """Answer when a monitor looks next; None for one that looks at every quote."""
    match cadence:
        case Realtime():
            return None
        case CandleClose(minutes=minutes):
            later = run.portfolio.monitoring.trade_second * SECOND
            closes = state.candles.next_close(run.portfolio.exchange, minutes, Instant(state.now - later))
            return None if closes is None else Instant(closes + later)
        case Interval(seconds=seconds):
            step = seconds * SECOND
            return Instant(since + (max(0, state.now - since) // step + 1) * step)


def targets_rest(state: EngineState, run: PortfolioRun) -> bool:
    """Say whether the time of day keeps targets from being tested."""
    monitoring = run.portfolio.monitoring
    day = market_data.today(state)
    early = monitoring.targets_from is not None and state.now < ist_instant(day, monitoring.targets_from)
    late = monitoring.targets_until is not None and state.now >= ist_instant(day, monitoring.targets_until)
    return early or late


def stops_rest(state: EngineState, run: PortfolioRun) -> bool:
    """Say whether the time of day keeps stops from being tested."""
    return run.portfolio.monitoring.stops_too and targets_rest(state, run)


def of_wait(run: PortfolioRun, leg: LegRun) -> Cadence:
    """Answer how often the price that a waiting leg waits for is tested."""
    monitoring = run.portfolio.monitoring
    if leg.state is LegState.WAIT_STOP:
        return Realtime()  # The exchange wakes its order at any print.
    return monitoring.reentry if leg.state is LegState.WAIT_REENTRY else monitoring.wait_and_trade


def wakes(state: EngineState, run: PortfolioRun) -> Iterator[int]:
    """Answer when the monitors of a portfolio that look at closes or intervals look next."""
    monitoring = run.portfolio.monitoring
    for leg in run.legs:
        if leg.state in _PRICED:
            yield from _next(state, run, of_wait(run, leg), leg.wanted_since)
    if run.state is PortfolioState.WAITING:
        yield from _next(state, run, monitoring.entry, run.starts_at)
    running = run.running_since or run.started_at
    if running is None:
        return
    for leg in run.legs:
        if leg.net_quantity:
            since = leg.filled_at or running
            for cadence in (monitoring.leg_stop, monitoring.leg_stop_trail, monitoring.leg_target,
                            monitoring.leg_target_trail):  # fmt: skip
                yield from _next(state, run, cadence, since)
    for cadence in (monitoring.combined_stop, monitoring.combined_target):
        yield from _next(state, run, cadence, running)
    day = market_data.today(state)
    for window in (monitoring.targets_from, monitoring.targets_until):
        if window is not None:
            yield ist_instant(day, window)


def bars(state: EngineState, run: PortfolioRun) -> Iterator[Series]:
    """Answer the series whose candles the monitors of a portfolio need."""
    monitoring = run.portfolio.monitoring
    if run.state is PortfolioState.WAITING and isinstance(monitoring.entry, CandleClose):
        series = market_data.underlying_series(state, run)
        if series is not None:
            yield series
    for leg in run.legs:
        if leg.state in _PRICED and leg.trigger is not None and isinstance(of_wait(run, leg), CandleClose):
            watched = _series(state, run, leg, leg.trigger.of)
            if watched is not None:
                yield watched
    of_legs = (monitoring.leg_stop, monitoring.leg_stop_trail, monitoring.leg_target, monitoring.leg_target_trail,
               monitoring.combined_stop, monitoring.combined_target)  # fmt: skip
    if any(isinstance(cadence, CandleClose) for cadence in of_legs):
        yield from (leg.row for leg in run.legs if leg.net_quantity)
        spot = state.master.spot(run.portfolio.underlying)
        if spot is not None:
            yield state.master.row(spot.id)


def _next(state: EngineState, run: PortfolioRun, cadence: Cadence, since: Instant) -> Iterator[int]:
    at = next_look(state, run, cadence, since)
    if at is not None:
        yield at


def _series(state: EngineState, run: PortfolioRun, leg: LegRun, of: Measure) -> Series | None:
    portfolio = run.portfolio
    if of is Measure.PREMIUM and portfolio.price_type is PriceType.LAST:
        return leg.row
    return market_data.underlying_series(state, run) if of is Measure.UNDERLYING else None


def _close(state: EngineState, run: PortfolioRun, series: Series, cadence: CandleClose, since: Instant) -> int | None:
    seen_until = Instant(state.now - run.portfolio.monitoring.trade_second * SECOND)
    bar = state.candles.last_bar(series, cadence.minutes, seen_until)
    return bar.close if bar is not None and bar.end > since else None


def _sampled(
    state: EngineState,
    run: PortfolioRun,
    cadence: Cadence,
    since: Instant,
    what: str,
    live: Callable[[], int | None],
) -> int | None:
    """Answer the live value, or the one that stood at the newest look of a slower monitor."""
    if isinstance(cadence, Realtime):
        return live()
    at = slot(state, run, cadence, since)
    if at is None:
        return None
    key = run.portfolio_id, f"{what} {cadence}"
    known = state.samples.get(key)
    if known is None or known[0] != at:
        known = at, live()
        if known[1] is not None:
            state.samples[key] = known
    return known[1]
