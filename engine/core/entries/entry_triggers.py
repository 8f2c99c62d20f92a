"""Takes the reference of a dynamic entry and remembers on which side of its level the price was."""

from collections.abc import Iterator

from engine.core.entries import entry_watch
from engine.core.prices.resting import AlwaysLook, RowWatch, Watch
from engine.core.readings import lost_stretch, market_data
from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.domain.facts import AnyFact, EntryLookedBack, EntryReferenceTaken, EntrySideSeen
from engine.domain.money import Price, exact_units, percent_of, plain_text
from engine.domain.multileg.entry import (
    AtCombinedPremium,
    AtPremiumCrossOver,
    AtUnderlyingLevel,
    BasedOn,
    Direction,
    FromReference,
    Move,
    OutsideUnderlyingBand,
    PremiumOf,
    RollingStraddle,
    TypedPrice,
)
from engine.domain.multileg.entry_prices import crossing_of, entry_price, inferred, side_of
from engine.domain.multileg.states import PortfolioState
from engine.domain.multileg.unit import Unit

_DYNAMIC = (AtCombinedPremium, AtPremiumCrossOver, AtUnderlyingLevel, OutsideUnderlyingBand, RollingStraddle)


def captured(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Take the reference of a dynamic entry once, from the start time on, when all it needs is known."""
    entry = run.portfolio.entry
    if run.entry.watch is not None or not isinstance(entry, _DYNAMIC):
        return
    price = entry_watch.watched_price(state, run)
    based_on = _based_on(entry)
    reference = price if based_on is None else entry_watch.reference_price(state, run, based_on)
    if price is None or reference is None:
        return
    match entry:
        case AtCombinedPremium() | AtPremiumCrossOver() | AtUnderlyingLevel():
            yield _level(state, run, entry, price, reference)
        case OutsideUnderlyingBand():
            distance = (
                percent_of(reference, entry.distance) if entry.unit is Unit.PERCENT else exact_units(entry.distance)
            )
            yield _taken(state, run, reference, reference - distance, reference + distance)
        case RollingStraddle():
            distance = percent_of(reference, entry.by)
            low = None if entry.move is Move.RISE else reference - distance
            high = None if entry.move is Move.FALL else reference + distance
            yield _taken(state, run, reference, low, high)


def looked_back(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Say once after a restart that the level was reached while the engine was down, or that nobody can tell.

    A crossing is judged by the last side that was seen and the first price (ruling 13), a level by the price of now.
    """
    price = entry_watch.decided_price(state, run)
    if run.portfolio_id not in state.first_entries or run.entry.watch is None or price is None:
        return
    state.first_entries.discard(run.portfolio_id)
    if entry_watch.would_fire(run, price):
        return
    series, pace = entry_watch.watched_series(state, run), run.portfolio.monitoring.entry
    since = max(run.entry.watched_at, run.starts_at)
    lost = lost_stretch.lost(state, run, series, pace, since, lambda seen: entry_watch.would_fire(run, seen))
    if lost is not None and lost.passed is not False:
        why = lost.words(entry_watch.level_words(run))
        yield EntryLookedBack(at=state.now, portfolio_id=run.portfolio_id, why=why)


def sides(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Write down that the watched price went to the other side of its level, so that a restart knows a crossing."""
    watch = run.entry.watch
    crossover = isinstance(run.portfolio.entry, AtPremiumCrossOver)
    if watch is None or watch.low is None or watch.low != watch.high:
        return
    if not crossover and watch.direction not in (Direction.CROSS_UP, Direction.CROSS_DOWN):
        return
    price = entry_watch.decided_price(state, run)
    if price is None:
        return
    side = side_of(price, watch.low)
    phase = watch.phase
    if crossover and side == (-1, 1, -1)[min(phase, 2)]:
        phase = min(phase + 1, 2)
    if (side and side != watch.side) or phase != watch.phase:
        yield EntrySideSeen(
            at=state.now, portfolio_id=run.portfolio_id, side=side or watch.side, phase=phase, price=Price(price)
        )


def watches(state: EngineState, run: PortfolioRun) -> Iterator[Watch]:
    """Answer which quotes can matter to a waiting entry."""
    if run.state is not PortfolioState.WAITING or state.now < run.starts_at:
        return
    entry, watch = run.portfolio.entry, run.entry.watch
    if not isinstance(entry, _DYNAMIC):
        return
    row = market_data.underlying_series(state, run)
    if watch is None or not isinstance(row, int) or not isinstance(entry, AtUnderlyingLevel | OutsideUnderlyingBand):
        yield AlwaysLook()
        return
    match watch.direction:
        case Direction.AT_MOST:
            yield RowWatch(row, watch.low, None)
        case Direction.AT_LEAST:
            yield RowWatch(row, None, watch.high)
        case Direction.CROSS_UP | Direction.CROSS_DOWN if watch.side:
            yield RowWatch(row, None, watch.high) if watch.side < 0 else RowWatch(row, watch.low, None)
        case Direction.AUTO if watch.low != watch.high:
            yield RowWatch(row, watch.low, watch.high)
        case _:
            yield AlwaysLook()


def rows(state: EngineState, run: PortfolioRun) -> Iterator[int]:
    """Answer the contracts of a watched straddle, so that their quotes are followed."""
    if run.state is not PortfolioState.WAITING:
        return
    entry = run.portfolio.entry
    if isinstance(entry, RollingStraddle):
        contracts = entry_watch.atm_straddle(state, run)
    elif isinstance(entry, AtCombinedPremium | AtPremiumCrossOver) and entry.of is PremiumOf.STRADDLE:
        contracts = entry_watch.watched_straddle(state, run)
    else:
        return
    yield from (state.master.row(contract.id) for contract in contracts)


def _based_on(entry: object) -> BasedOn | None:
    match entry:
        case OutsideUnderlyingBand(based_on=based_on) | RollingStraddle(based_on=based_on):
            return based_on
        case (
            AtCombinedPremium(price=FromReference(based_on=based_on))
            | AtPremiumCrossOver(price=FromReference(based_on=based_on))
            | AtUnderlyingLevel(price=FromReference(based_on=based_on))
        ):
            return based_on
        case _:
            return None


def _level(
    state: EngineState,
    run: PortfolioRun,
    entry: AtCombinedPremium | AtPremiumCrossOver | AtUnderlyingLevel,
    price: int,
    reference: int,
) -> EntryReferenceTaken:
    level = entry_price(entry.price, reference)
    if level is None:  # Only a reference can be unknown, and it is known here.
        level = reference
    direction, phase = Direction.CROSS_DOWN, 0
    if isinstance(entry, AtPremiumCrossOver):
        phase = 0 if _based_on(entry) is BasedOn.DAY_OPEN else 1
    else:
        direction = inferred(entry.direction, level, reference) or Direction.AUTO
        if isinstance(entry, AtUnderlyingLevel) and not isinstance(entry.price, TypedPrice):
            direction = crossing_of(direction)
    return _taken(state, run, reference, level, level, direction, phase, side_of(price, level))


def _taken(
    state: EngineState,
    run: PortfolioRun,
    reference: int,
    low: int | None,
    high: int | None,
    direction: Direction = Direction.AUTO,
    phase: int = 0,
    side: int = 0,
) -> EntryReferenceTaken:
    based_on = _based_on(run.portfolio.entry)
    entry = run.portfolio.entry
    straddle: tuple[str, ...] = ()
    if isinstance(entry, AtCombinedPremium | AtPremiumCrossOver) and entry.of is PremiumOf.STRADDLE:
        straddle = tuple(contract.id for contract in entry_watch.atm_straddle(state, run))
    levels = " and ".join(plain_text(level) for level in dict.fromkeys((low, high)) if level is not None)
    words = f"{based_on.value} {plain_text(reference)}" if based_on is not None else f"now {plain_text(reference)}"
    return EntryReferenceTaken(
        at=state.now,
        portfolio_id=run.portfolio_id,
        reference=Price(reference),
        low=None if low is None else Price(low),
        high=None if high is None else Price(high),
        direction=direction,
        phase=phase,
        side=side,
        straddle=straddle,  # type: ignore[arg-type]
        why=f"{entry_watch.NAMES[type(entry)]}, {words}, entry at {levels}",
    )
