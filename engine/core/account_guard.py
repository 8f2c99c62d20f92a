"""Account-wide stops: the kill switch, the daily loss limit, a silent feed, a broken line."""

from collections.abc import Iterator

from engine.core import ledger, market_data
from engine.core.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.domain.facts import (
    AccountHalted,
    AlarmRaised,
    AnyFact,
    ConnectionChanged,
    DayStarted,
    FeedWentStale,
    JournalFailed,
    JournalRestored,
    OrderCancelRequested,
    PortfolioExitDecided,
)
from engine.domain.instant import ist_date
from engine.domain.money import Money, exact_units, plain_text
from engine.domain.multileg.states import EXITING, FINAL, ExitReason, KillLevel, PortfolioState
from engine.domain.order import OrderStatus, Purpose
from engine.domain.reports import ConnectionReport, JournalTrouble


def new_day(state: EngineState) -> Iterator[AnyFact]:
    """Begin the daily counters again on the first message of an Indian day."""
    day = ist_date(state.now).toordinal()
    if day != state.books.day:
        yield DayStarted(at=state.now, day=day)


def feed(state: EngineState) -> Iterator[AnyFact]:
    """Say when the feed falls silent while somebody depends on it and the market is open."""
    if not state.books.feed_stale and state.last_frame_at and market_data.is_stale(state) and _somebody_watches(state):
        yield FeedWentStale(at=state.now, last_quote_at=state.last_frame_at)


def _somebody_watches(state: EngineState) -> bool:
    return any(
        run.started_at is not None and market_data.is_open(state, run.portfolio.exchange) for run in state.alive()
    )


def connection(state: EngineState, report: ConnectionReport) -> Iterator[AnyFact]:
    """Say that a line went down or came back."""
    down = report.channel in state.books.down
    if report.connected is down:
        yield ConnectionChanged(
            at=state.now,
            channel=report.channel,
            connected=report.connected,
            data_lost=report.data_lost,
            detail=report.detail,
        )


def journal(state: EngineState, report: JournalTrouble) -> Iterator[AnyFact]:
    """Say that the journal cannot be written, can again, or has little room left."""
    if not report.blocks:
        yield AlarmRaised(at=state.now, code="DISK_SPACE", sentence=report.detail)
    elif report.cured and state.books.journal_failed:
        yield JournalRestored(at=state.now)
    elif not report.cured and not state.books.journal_failed:
        yield JournalFailed(at=state.now, detail=report.detail)


def daily_loss(state: EngineState) -> Iterator[AnyFact]:
    """Halt the account when the day's loss, realised and open, reaches the limit."""
    limit = state.books.limits.daily_loss
    if limit is None or state.books.halted or market_data.is_stale(state):
        return
    loss = -sum(day_profit(state, run) for run in state.books.portfolios.values())
    if loss >= exact_units(limit):
        yield AccountHalted(at=state.now, loss=Money(loss), limit=Money(exact_units(limit)))


def day_profit(state: EngineState, run: PortfolioRun) -> int:
    """Answer what a portfolio made on the engine's day, before charges; 0 for one of another day.

    While a mark is missing or in doubt its open part counts as nothing: doubt must not halt an account.
    """
    if run.started_at is None or ist_date(run.started_at).toordinal() != state.books.day:
        return 0
    if run.state in FINAL:
        return ledger.realised(run)
    profit = market_data.profit(state, run)
    return ledger.realised(run) if profit is None else profit


def portfolio_exit(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Close a portfolio because of the account: flattened by the kill switch, or the daily loss limit."""
    if run.state in FINAL or run.state in EXITING or run.state is PortfolioState.IDLE:
        return
    if state.books.kill_level is KillLevel.FLATTEN:
        yield _exit(state, run, ExitReason.KILL, f"kill switch: {state.books.kill_reason}")
    elif state.books.halted:
        limit = plain_text(exact_units(state.books.limits.daily_loss or 0))
        yield _exit(state, run, ExitReason.USER_LIMIT, f"the account's daily loss limit of ₹{limit} is reached")


def _exit(state: EngineState, run: PortfolioRun, reason: ExitReason, why: str) -> PortfolioExitDecided:
    return PortfolioExitDecided(at=state.now, portfolio_id=run.portfolio_id, reason=reason, why=why)


def kill_cancels(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Cancel every resting opening order when the kill switch says so."""
    if state.books.kill_level < KillLevel.CANCEL:
        return
    for leg in run.legs:
        for order in ledger.working(state, leg, Purpose.ENTRY):
            askable = order.broker_order_id is not None or order.status is OrderStatus.NEW
            if askable and order.pending is None and order.status is not OrderStatus.UNKNOWN:
                why = f"kill switch: {state.books.kill_reason}"
                yield OrderCancelRequested(at=state.now, order_id=order.order_id, why=why)
