"""The beginning of an entry: what stands in its way whatever the rule, and the facts that begin it or give it up."""

from collections.abc import Iterator

from engine.core.readings import account_standing, conditions, entry_days, ledger, market_data
from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.core.unmet import Unmet
from engine.domain.facts import AnyFact, PortfolioClosed, PortfolioReset, PortfolioStarted
from engine.domain.instant import SECOND, Instant, clock_text, ist_date
from engine.domain.money import Money
from engine.domain.multileg.entry import OnCondition, OnSignal
from engine.domain.multileg.states import FINAL, ExitReason, KillLevel, PortfolioState


def start(state: EngineState, run: PortfolioRun, why: str) -> PortfolioStarted:
    """Answer the fact that begins a portfolio's entry today.

    A start by hand after End is taken: its last time for an entry is then the square-off.
    """
    day = ist_date(state.now)
    squares_off = entry_days.square_off_at(state, run, day)
    ends = entry_days.last_entry_on(state, run, day)
    return PortfolioStarted(
        at=state.now,
        portfolio_id=run.portfolio_id,
        ends_at=ends if state.now < ends else squares_off,
        square_off_at=squares_off,
        underlying_price=market_data.underlying_price(state, run),
        why=why,
    )


def begin(state: EngineState, run: PortfolioRun, why: str) -> Iterator[AnyFact]:
    """Begin an entry, of a portfolio that is done its next execution."""
    if run.state in FINAL:
        yield reset(state, run)
    yield start(state, run, why)


def reset(state: EngineState, run: PortfolioRun) -> PortfolioReset:
    """Answer the fact that a portfolio which is done stands ready for its next execution."""
    return PortfolioReset(at=state.now, portfolio_id=run.portfolio_id, execution=run.execution + 1)


def too_often(state: EngineState, run: PortfolioRun) -> str | None:
    """Answer that a portfolio had all its executions of today, or was closed a moment ago; None while it may start."""
    most = run.portfolio.execution.executions_a_day
    if run.entry.start_day == ist_date(state.now).toordinal() and run.entry.starts_of_day >= most:
        return f"{run.portfolio.name} was started {run.entry.starts_of_day} times today; its limit is {most} a day"
    cooling = run.portfolio.execution.cooling_off
    if cooling and run.last_close_at is not None and state.now < run.last_close_at + cooling * SECOND:
        free_at = clock_text(Instant(run.last_close_at + cooling * SECOND))
        return f"{run.portfolio.name} was closed a moment ago; its cooling-off of {cooling} s ends at {free_at}"
    return None


def too_late(state: EngineState, run: PortfolioRun) -> str | None:
    """Answer that a portfolio would be squared off as soon as it was started; None while its square-off is to come.

    Raises UnknownRuleError.
    """
    squares_off = entry_days.square_off_at(state, run, ist_date(state.now))
    if state.now < squares_off:
        return None
    name, at = run.portfolio.name, clock_text(squares_off)
    return f"{name} would be squared off at once: its square-off time today was {at}; set Square off later first"


def no_entry(state: EngineState, run: PortfolioRun, lack: str) -> PortfolioClosed:
    """Answer the fact that a portfolio's last time for an entry has passed; ``lack`` is what it waited for."""
    why = f"no entry until {clock_text(run.ends_at)}, the last time for one{f': {lack}' if lack else ''}"
    return PortfolioClosed(
        at=state.now,
        portfolio_id=run.portfolio_id,
        state=PortfolioState.COMPLETED,
        reason=ExitReason.NO_ENTRY,
        realised=Money(ledger.realised(run)),
        why=why,
    )


def obstacles(state: EngineState, run: PortfolioRun) -> Iterator[Unmet]:
    """Answer what keeps every entry back: the time, the kill switch, limits, the market and its feed."""
    books = state.books
    if state.now < run.starts_at:
        yield Unmet("start time", clock_text(state.now), clock_text(run.starts_at))
    # A copy that is kept in sync looks at the rule for all: its own account is asked about afterwards.
    lack = None if run.is_synced else account_standing.obstacle(state, run)
    if lack is not None:
        yield Unmet(lack)
    if books.kill_level >= KillLevel.NO_OPENINGS:
        yield Unmet("the kill switch is on")
    if not market_data.is_open(state, run.portfolio.exchange):
        yield Unmet(f"{run.portfolio.exchange.value} is closed")
    elif market_data.is_stale(state):
        yield Unmet("waiting for a fresh quote: the feed is silent")
    elif market_data.underlying_price(state, run) is None:
        yield Unmet(f"waiting for a price of {run.portfolio.underlying}")


def wakes(state: EngineState, run: PortfolioRun) -> Iterator[int]:
    """Answer when a waiting portfolio must be looked at though nothing happens."""
    if run.state is not PortfolioState.WAITING:
        return
    yield run.starts_at
    yield run.ends_at
    entry = run.portfolio.entry
    if state.now >= run.starts_at and isinstance(entry, OnCondition):
        yield from conditions.next_close(state, run, entry.condition)


def asks_again(state: EngineState, run: PortfolioRun) -> bool:
    """Say whether an entry waits for more than a signal or the close of a bar."""
    if run.state is not PortfolioState.WAITING or state.now < run.starts_at:
        return False
    calm = isinstance(run.portfolio.entry, OnSignal | OnCondition)
    return not calm or next(obstacles(state, run), None) is not None
