"""What prices did while the engine was down, as far as the bars of that stretch say (executor reference §2.5)."""

from collections.abc import Callable, Iterator

import msgspec

from engine.core.prices.candles import CLOSE, LONGEST_SILENCE, Range, Series
from engine.core.readings import market_data, range_series
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.instant import MINUTE, Instant, clock_text, ist_date
from engine.domain.market_rules import UnknownRuleError
from engine.domain.money import percent_of
from engine.domain.multileg.levels import Measure
from engine.domain.multileg.monitoring import Cadence, CandleClose
from engine.domain.multileg.states import LegState

WAITS = frozenset({LegState.WAIT_TRADE, LegState.WAIT_REENTRY})
"""States in which a leg waits for a price that may be passed while nobody looks."""


class Lost(msgspec.Struct, frozen=True):
    """A stretch in which nobody looked; ``passed`` says whether a level was reached in it, None where none can tell."""

    since: Instant
    until: Instant
    passed: bool | None

    @property
    def span(self) -> str:
        """Answer the stretch in words: ``"from 09:30:00 to 09:35:00"``."""
        return f"from {clock_text(self.since)} to {clock_text(self.until)}"

    def words(self, what: str) -> str:
        """Answer what is to be said of a level that may have been passed, ``what`` naming it with its side."""
        if self.passed is None:
            return f"prices {self.span} are not known: nobody can tell whether {what} was reached while we were down"
        return f"{what} was reached {self.span}, while the engine was down"


def lost(
    state: EngineState,
    run: PortfolioRun,
    series: Series | None,
    pace: Cadence,
    stands_since: Instant,
    is_beyond: Callable[[int], bool],
) -> Lost | None:
    """Answer what became of a level while the engine was down; None where no trading time was lost.

    ``stands_since`` is when the level was set. A stretch that is shorter than the feed's stale limit is none: a feed
    may be silent so long without anybody minding.
    """
    span = _traded(state, run, stands_since)
    if span is None or span[1] - span[0] <= state.books.stale_after:
        return None
    since, until = span
    if series is None:
        return Lost(since, until, None)
    # A minute that the level did not outlive holds prices from before it was set.
    whole = Instant(since // MINUTE * MINUTE)
    first = whole if stands_since <= whole else Instant(whole + MINUTE)
    seen = state.candles.high_low(series, first, until, state.now)
    gap = state.candles.high_low(series, since, until, state.now)
    if gap is None or not gap.is_valid(state.books.patience(LONGEST_SILENCE)):
        return Lost(since, until, None)
    return Lost(since, until, _passes(state, series, pace, seen, (since, until), is_beyond))


def is_near(run: PortfolioRun, level: int, price: int) -> bool:
    """Say whether a level that was missed while the engine was down is still good enough to enter by."""
    rule = run.portfolio.waiting.missed_trigger
    return rule is not None and abs(price - level) <= percent_of(abs(level), rule.within)


def of_leg(state: EngineState, run: PortfolioRun, leg: LegRun) -> Series | None:
    """Answer whose bars tell of the price that a leg waits for; None for what no bars are made of."""
    match None if leg.trigger is None else leg.trigger.of:
        case Measure.PREMIUM:
            return leg.row if leg.row >= 0 else None
        case Measure.UNDERLYING:
            return market_data.underlying_series(state, run)
        case _:
            return None


def series(state: EngineState, run: PortfolioRun) -> Iterator[Series]:
    """Answer whose bars are needed to look back for the legs and the ranges of a portfolio."""
    for leg in run.legs:
        if leg.state in WAITS:
            found = of_leg(state, run, leg)
            if found is not None:
                yield found
    rule = run.portfolio.range_breakout
    if rule is not None and any(leg.state is LegState.WAIT_RBO for leg in run.present):
        for one in run.ranges:
            of_range = range_series.series(state, run, rule, one.number)
            if of_range is not None:
                yield of_range


def bars(state: EngineState, run: PortfolioRun) -> Iterator[Series]:
    """Answer the bars that a portfolio still has to look back at since the restart."""
    waits = state.first_waits or state.first_breaks
    if waits and any(key[0] == run.portfolio_id for key in (*state.first_waits, *state.first_breaks)):
        yield from series(state, run)


def _traded(state: EngineState, run: PortfolioRun, stands_since: Instant) -> tuple[Instant, Instant] | None:
    """Answer the trading time that was lost; None for none."""
    since, until = max(state.down_since, stands_since), state.up_since
    if since >= until:
        return None
    try:
        sessions = state.rules.session_instants(run.portfolio.exchange, ist_date(until))
    except UnknownRuleError:
        return None
    spans = [(max(since, opened), min(until, closed)) for opened, closed in sessions]
    lived = [(begins, ends) for begins, ends in spans if begins < ends]
    return (Instant(lived[0][0]), Instant(lived[-1][1])) if lived else None


def _passes(
    state: EngineState,
    series: Series,
    pace: Cadence,
    seen: Range | None,
    span: tuple[Instant, Instant],
    is_beyond: Callable[[int], bool],
) -> bool:
    if isinstance(pace, CandleClose):
        closed = state.candles.bars(series, pace.minutes, state.now)
        inside = (closed.ends > span[0]) & (closed.ends <= span[1])
        return any(is_beyond(price) for price in closed.values[CLOSE, inside].tolist())
    return seen is not None and (is_beyond(seen.high) or is_beyond(seen.low))
