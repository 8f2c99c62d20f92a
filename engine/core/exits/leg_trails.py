"""Where the trailing stop and the locked profit of a leg lie at the price that is seen now."""

from collections.abc import Iterator
from typing import NamedTuple

from engine.core.prices.candles import Series
from engine.core.prices.resting import AlwaysLook, RowWatch, Watch
from engine.core.readings import cadence, market_data
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.instant import Instant
from engine.domain.money import Price, plain_text
from engine.domain.multileg.levels import (
    Level,
    Measure,
    lock_units,
    locked_level,
    premium_stop,
    trail_start,
    trail_units,
    trailed_stop,
    trailed_underlying,
)
from engine.domain.multileg.states import LEG_TARGET_HITS
from engine.domain.multileg.trailing import Trailing, TrailMode, TrailUnit
from engine.domain.order import Side


class Moved(NamedTuple):
    """Where a level would lie now, after how many steps, and why."""

    stop: Level
    steps: int
    why: str


def since(run: PortfolioRun, leg: LegRun) -> Instant:
    """Answer from when the monitors of a leg count."""
    return leg.filled_at or run.running_since or run.started_at or Instant(0)


def moved_stop(state: EngineState, run: PortfolioRun, leg: LegRun) -> Moved | None:
    """Answer where a leg's trailing stop lies by the best price seen now; None where it does not trail."""
    trailing, first = leg.leg.trailing, leg.first_stop or leg.stop
    if trailing is None or first is None or leg.average_entry is None or not _may_trail(run, leg):
        return None
    best = _best(state, run, leg, trailing)
    if best is None:
        return None
    if trailing.unit is TrailUnit.UNDERLYING:
        entry = leg.underlying_at_entry
        if first.of is not Measure.UNDERLYING or entry is None:
            return None
        stop, steps = trailed_underlying(trailing, entry, Price(best), first)
        return (
            Moved(stop, steps, f"underlying {plain_text(best)}: {_steps(trailing, steps)}") if stop != first else None
        )
    if first.of is not Measure.PREMIUM:
        return None
    level, steps = trailed_stop(leg.leg, leg.average_entry, Price(best), Price(first.value), leg.tick)
    stop = premium_stop(leg.leg.side, level)
    return Moved(stop, steps, f"price {plain_text(best)}: {_steps(trailing, steps)}") if stop != first else None


def moved_floor(state: EngineState, run: PortfolioRun, leg: LegRun) -> Moved | None:
    """Answer where a leg's gain is locked at the price seen now; None below the gain that switches the lock on."""
    lock = leg.leg.profit_lock
    if lock is None or leg.average_entry is None or leg.hit in LEG_TARGET_HITS:
        return None
    price = cadence.measured(
        state, run, leg, Measure.PREMIUM, run.portfolio.monitoring.leg_target_trail, since(run, leg)
    )
    found = None if price is None else locked_level(leg.leg, lock, leg.average_entry, Price(price), leg.tick)
    return None if found is None or price is None else Moved(found[0], found[1], f"price {plain_text(price)}")


def _may_trail(run: PortfolioRun, leg: LegRun) -> bool:
    rule = run.portfolio.move_to_cost
    return rule is None or not rule.trail_after or leg.moved_to_cost


def _steps(trailing: Trailing, steps: int) -> str:
    if trailing.mode is TrailMode.CONTINUOUS:
        return f"it follows by {trailing.by} for {trailing.every}"
    return f"{steps} {'step' if steps == 1 else 'steps'} of {trailing.every} in favour"


def _best(state: EngineState, run: PortfolioRun, leg: LegRun, trailing: Trailing) -> int | None:
    """Answer the best price that the trail may see: the live one, or that of the last closed candle."""
    on_underlying = trailing.unit is TrailUnit.UNDERLYING
    started = since(run, leg)
    if trailing.candle is None:
        of = Measure.UNDERLYING if on_underlying else Measure.PREMIUM
        return cadence.measured(state, run, leg, of, run.portfolio.monitoring.leg_stop_trail, started)
    series = candle_series(state, run, leg)
    bar = None if series is None else state.candles.last_bar(series, trailing.candle, state.now)
    if bar is None or bar.end <= started:
        return None
    first = leg.first_stop or leg.stop
    falls = (first is not None and first.rising) if on_underlying else leg.leg.side is Side.SELL
    return bar.low if falls else bar.high


def candle_series(state: EngineState, run: PortfolioRun, leg: LegRun) -> Series | None:
    """Answer what the candles of a leg's trail are built of."""
    trailing = leg.leg.trailing
    if trailing is not None and trailing.unit is TrailUnit.UNDERLYING:
        return market_data.underlying_series(state, run)
    return leg.row if leg.row >= 0 else None


def bars(state: EngineState, run: PortfolioRun) -> Iterator[Series]:
    """Answer the series whose candles the trailing stops of a portfolio need."""
    for leg in run.legs:
        if leg.net_quantity and leg.leg.trailing is not None and leg.leg.trailing.candle is not None:
            series = candle_series(state, run, leg)
            if series is not None:
                yield series


def watches(run: PortfolioRun, leg: LegRun) -> Iterator[Watch]:
    """Answer the prices at which a leg's stop or lock moves next."""
    yield from _stop_watches(run, leg)
    lock, average = leg.leg.profit_lock, leg.average_entry
    if lock is None or average is None:
        return
    reach, _, every, _ = lock_units(lock, average)
    if leg.floor is not None and lock.mode is TrailMode.CONTINUOUS:
        yield AlwaysLook()
    elif leg.floor is None:
        yield _favour(leg, average, reach)
    else:
        yield _favour(leg, average, reach + every * (leg.floor_steps + 1))


def _stop_watches(run: PortfolioRun, leg: LegRun) -> Iterator[Watch]:
    trailing, average = leg.leg.trailing, leg.average_entry
    if trailing is None or leg.stop is None or average is None or trailing.candle is not None:
        return
    if not _may_trail(run, leg):
        return
    if trailing.unit is TrailUnit.UNDERLYING or (trailing.mode is TrailMode.CONTINUOUS and leg.trail_steps):
        yield AlwaysLook()
        return
    every, by = trail_units(trailing, average)
    following = trailing.mode is TrailMode.CONTINUOUS
    step = -(-every // max(1, by)) if following else every * (leg.trail_steps + 1)
    yield _favour(leg, average, max(step, trail_start(trailing, average)))


def _favour(leg: LegRun, average: Price, gain: int) -> RowWatch:
    """Answer the price at which a leg has gained so much."""
    rising = leg.leg.side is Side.BUY
    price = average + leg.leg.side.sign * gain
    return RowWatch(leg.row, None if rising else price, price if rising else None)


def wakes(state: EngineState, run: PortfolioRun, leg: LegRun) -> Iterator[int]:
    """Answer when the candle closes that a leg's stop moves by."""
    trailing = leg.leg.trailing
    if trailing is not None and trailing.candle is not None:
        at = state.candles.next_close(run.portfolio.exchange, trailing.candle, state.now)
        if at is not None:
            yield at
