"""Account-wide stops: kill switch, exit-only mode, the limits of a day, a silent feed, a broken line, a late step."""

from collections.abc import Iterator

from engine.core.accounts import day_limits
from engine.core.accounts.day_limits import DayRules
from engine.core.prices.resting import AlwaysLook, Watch
from engine.core.readings import ledger, market_data
from engine.core.records.account_books import AccountBooks
from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.domain.facts import (
    AccountFloorMoved,
    AccountHalted,
    AlarmRaised,
    AnyFact,
    ConnectionChanged,
    DayCarried,
    DayStarted,
    EngineCaughtUp,
    EngineFellBehind,
    FeedWentStale,
    JournalFailed,
    JournalRestored,
    OrderCancelRequested,
    PortfolioExitDecided,
)
from engine.domain.instant import SECOND, Instant, clock_text, ist_date, ist_instant
from engine.domain.money import Money
from engine.domain.multileg.states import EXITING, FINAL, NOT_BEGUN, ExitReason, KillLevel, PortfolioState
from engine.domain.order import Purpose
from engine.domain.reports import ConnectionReport, EngineLag, JournalTrouble
from engine.domain.settings.day_limits import HaltCause


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
    down = report.channel in state.books.of(report.account).down
    if report.connected is down:
        yield ConnectionChanged(
            at=state.now,
            account=report.account,
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


def heartbeat(state: EngineState, report: EngineLag) -> Iterator[AnyFact]:
    """Say that the engine is late, once, and that it keeps up again."""
    books = state.books
    is_late = report.lag > books.of(books.account).limits.engine_late_after * SECOND
    if is_late and not books.engine_lag:
        yield EngineFellBehind(at=state.now, lag=report.lag)
    elif not is_late and books.engine_lag:
        yield EngineCaughtUp(at=state.now)


def day_rules(account: AccountBooks) -> DayRules:
    """Answer the limits of an account's day."""
    declared = account.declared
    return DayRules(account.limits.daily_loss, declared.max_profit, declared.profit_lock, declared.starting_cash)


def day(state: EngineState) -> Iterator[AnyFact]:
    """Halt the accounts whose day reaches a limit or their square-off time, and let profit locks follow (rank 2).

    A freak-tick pause does not hold this up; a silent feed does, but not the square-off time.
    """
    state.day_wake = None
    for account in state.books.accounts.values():
        if _is_watched(account) and account.declared.square_off is not None:
            yield from _square_off(state, account)
        rules = day_rules(account)
        if _is_watched(account) and rules.is_set and not market_data.is_stale(state):
            yield from _limits(state, account, rules)


def _is_watched(account: AccountBooks) -> bool:
    return account.is_open and not account.halted


def _square_off(state: EngineState, account: AccountBooks) -> Iterator[AnyFact]:
    assert account.declared.square_off is not None  # looked at by the caller
    due = ist_instant(ist_date(state.now), account.declared.square_off)
    if state.now >= due:
        profit = _profit(state, account)
        why = f"the account's square-off time {clock_text(due)} has come"
        yield _halted(state, account, profit, 0, HaltCause.SQUARE_OFF, why)
    else:
        state.day_wake = Instant(min(due, state.day_wake or due))


def _limits(state: EngineState, account: AccountBooks, rules: DayRules) -> Iterator[AnyFact]:
    day_limits.refresh(state)
    made = state.day_profits.of_account(account.account_id)
    verdict = day_limits.reached(rules, made.amount, account.floor, is_known=made.is_known)
    if verdict is not None:
        why = f"{account.declared.id}: {verdict.why}"
        yield _halted(state, account, made.amount, verdict.limit, verdict.cause, why)
    elif rules.lock is not None and made.is_known:
        move = day_limits.lock_move(rules.lock, account.floor, account.anchor, made.amount, rules.cash)
        if move is not None:
            yield AccountFloorMoved(at=state.now, account=account.account_id, floor=move[0], anchor=move[1])


def _profit(state: EngineState, account: AccountBooks) -> int:
    day_limits.refresh(state)
    return state.day_profits.of_account(account.account_id).amount


def _halted(
    state: EngineState, account: AccountBooks, profit: int, limit: int, cause: HaltCause, why: str
) -> AccountHalted:
    return AccountHalted(
        at=state.now, account=account.account_id, loss=Money(-profit), limit=Money(limit), cause=cause, why=why
    )


def carried(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Note once a day what a portfolio of an earlier day had made before it, as soon as its quotes allow."""
    if day_limits.is_to_be_carried(state, run) and market_data.can_trigger(state, run):
        profit = day_limits.profit_before(state, run)
        if profit is not None:
            yield DayCarried(at=state.now, portfolio_id=run.portfolio_id, profit=Money(profit))


def watches(state: EngineState, run: PortfolioRun) -> Iterator[Watch]:
    """Ask for every quote until the profit before today is noted."""
    if day_limits.is_to_be_carried(state, run):
        yield AlwaysLook()


def portfolio_exit(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Close a portfolio because of the account: flattened by the kill switch, or a limit of the account's day."""
    if run.state in FINAL or run.state in EXITING or run.state in NOT_BEGUN:
        return
    account = state.books.of(run.account)
    if state.books.kill_level is KillLevel.FLATTEN:
        yield _exit(state, run, ExitReason.KILL, f"kill switch: {state.books.kill_reason}")
    elif account.halted and not is_for_another_day(state, run):
        yield _exit(state, run, ExitReason.USER_LIMIT, account.halt_why)


def is_for_another_day(state: EngineState, run: PortfolioRun) -> bool:
    """Say whether a portfolio only waits for a later day, which today's limits do not touch."""
    return run.state is PortfolioState.WAITING and ist_date(run.starts_at) > ist_date(state.now)


def _exit(state: EngineState, run: PortfolioRun, reason: ExitReason, why: str) -> PortfolioExitDecided:
    return PortfolioExitDecided(at=state.now, portfolio_id=run.portfolio_id, reason=reason, why=why)


def kill_cancels(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Cancel every resting opening order when the kill switch or the account's exit-only mode says so (rank 1)."""
    why = _cancels_why(state, run)
    if why is None:
        return
    for leg in run.legs:
        for order in ledger.working(state, leg, Purpose.ENTRY):
            if ledger.may_cancel(state, order):
                yield OrderCancelRequested(at=state.now, order_id=order.order_id, why=why)


def _cancels_why(state: EngineState, run: PortfolioRun) -> str | None:
    if state.books.kill_level >= KillLevel.CANCEL:
        return f"kill switch: {state.books.kill_reason}"
    exit_only = state.books.of(run.account).exit_only
    return None if exit_only is None else f"exit-only mode: {exit_only}"
