"""The page: one message in, facts out, each folded into the state before the next is decided."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from engine.core import bar_needs, next_looks, next_wakes
from engine.core.accounts import account_desk, account_guard, tag_guard, user_sync
from engine.core.desk import by_hand, command_intake, expiry_desk, signal_desk
from engine.core.entries import (
    entry_gates,
    entry_lots,
    entry_orders,
    entry_scheduler,
    extra_conditions,
    legs_waiting,
    part_entry,
    range_breakout,
    range_reentries,
    stop_entries,
    wait_coupling,
)
from engine.core.exits import (
    closings,
    combined_exits,
    cost_moves,
    exit_orders,
    exit_plan,
    hit_actions,
    leg_exits,
    portfolio_again,
    rolls,
    side_limits,
)
from engine.core.hedges import delta_hedge, guards, hedging
from engine.core.orders import at_broker, conversions, margin_gate, order_book, order_gate, order_router, reconciliation
from engine.core.prices.resting import is_quiet
from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.core.strikes import strike_selector
from engine.domain import commands as c
from engine.domain.facts import (
    AccountHalted,
    AnyFact,
    FeedRecovered,
    PortfolioStarted,
    TagHalted,
)
from engine.domain.identifiers import AccountId, PortfolioId
from engine.domain.messages import Message, OpenSession
from engine.domain.quote import QuoteFrame
from engine.domain.reports import (
    BooksReport,
    ChangeRefused,
    ConnectionReport,
    ConversionReport,
    EngineLag,
    HeldBackReport,
    JournalTrouble,
    MarginReport,
    OrderReport,
    SendReport,
    TimerDue,
)

Facts = Iterator[AnyFact]

_PASSES = 200
"""A portfolio that is still not at rest after so many looks at one message is a mistake of ours."""


class EngineFault(Exception):  # noqa: N818  # It is not an error of anybody but ours, and stops the engine.
    """The state cannot be trusted; the engine stops, and the restart replays the journal."""


def advance(state: EngineState, message: Message) -> Facts:
    """Answer the facts that a message leads to; each is already folded into the state when it is answered.

    Raises EngineFault, or what folding raises, where the state cannot be trusted any more.
    """
    state.now = max(state.now, message.at)
    for fact in _decide(state, message):
        state.apply(fact)
        yield fact


def see_past(state: EngineState, frame: QuoteFrame) -> None:
    """See a frame of today from before the engine was started: it fills the bars that portfolios need, nothing else."""
    if not state.saw_past:
        state.saw_past = True
        for run in state.alive():
            state.want_bars(run, bar_needs.of_the_past(state, run), frame.at)
    state.take_past(frame)


def see_before(state: EngineState, frame: QuoteFrame) -> None:
    """See a frame of a trading day before today: it says how that day closed and where its prices ran, nothing else."""
    state.days.take(frame)


def _decide(state: EngineState, message: Message) -> Facts:
    if not isinstance(message, TimerDue):
        next_wakes.rouse(state)
    yield from account_guard.new_day(state)
    yield from by_hand.day_resets(state)
    match message:
        case QuoteFrame():
            yield from _on_quotes(state, message)
        case TimerDue():
            yield from account_guard.feed(state)
            yield from _days(state)
            yield from _step_all(state, [p for p, wake in state.wakes.items() if wake <= state.now])
        case OrderReport() | SendReport() | ChangeRefused():
            yield from _on_order(state, message)
        case ConversionReport():
            yield from _on_conversion(state, message)
        case HeldBackReport():
            yield from order_router.priced_anew(state, message)
        case BooksReport():
            yield from _on_books(state, message)
        case OpenSession():
            yield from _on_session(state, message)
        case ConnectionReport():
            yield from account_guard.connection(state, message)
            yield from _step_of(state, message.account, all_of_them=False)
        case JournalTrouble():
            yield from account_guard.journal(state, message)
        case EngineLag():
            yield from account_guard.heartbeat(state, message)
        case MarginReport():
            state.sight(message.account).margin_free = message.available
        case _:
            yield from command_intake.carry_out(state, message)
            yield from _days(state)
            yield from _step_nudged(state)


def _on_session(state: EngineState, message: OpenSession) -> Facts:
    state.days.turn_to(message.at)
    yield from reconciliation.open_session(state, message)
    yield from signal_desk.seal(state)
    if message.hierarchy is not None:
        yield from account_desk.declare(state, message.hierarchy)
    elif not state.books.orders_made and not state.books.portfolios_made:
        yield from account_desk.set_limits(state, c.SetRiskLimits(at=message.at, limits=message.limits))
    yield from _days(state)
    yield from _step_everything(state)


def _days(state: EngineState) -> Facts:
    """Look at the days of accounts and tags (ranks 2 and 3); one that is over closes what belongs to it at once."""
    is_over = False
    for guard in (account_guard.day, tag_guard.day):
        for fact in guard(state):
            is_over |= isinstance(fact, AccountHalted | TagHalted)
            yield fact
    if is_over:
        yield from _step_everything(state)


def _on_quotes(state: EngineState, frame: QuoteFrame) -> Facts:
    if state.books.feed_stale:
        silent = frame.at - state.last_frame_at
        yield FeedRecovered(at=state.now, silent_for=silent)
    touched = state.take_quotes(frame)
    bar_needs.note_implied(state)
    yield from _days(state)
    for portfolio_id in touched:
        resting = state.resting.get(portfolio_id)
        if resting is None or not is_quiet(resting, state.ticks, state.now):
            yield from _step_all(state, (portfolio_id,))


def _on_conversion(state: EngineState, report: ConversionReport) -> Facts:
    asked = [run.portfolio_id for run, _ in conversions.pending(state, report.account)]
    yield from conversions.absorb(state, report)
    yield from _step_all(state, asked)


def _on_order(state: EngineState, report: OrderReport | SendReport | ChangeRefused) -> Facts:
    match report:
        case OrderReport():
            yield from order_book.absorb(state, report)
        case SendReport():
            yield from order_book.sent(state, report)
            return
        case ChangeRefused():
            yield from order_book.change_refused(state, report)
    order = state.books.orders.get(report.order_id)
    if order is not None:
        yield from _step_all(state, [order.portfolio_id])


# --- one portfolio -----------------------------------------------------------------------------------------------

Stage = Callable[[EngineState, PortfolioRun], Facts]


def _entry(state: EngineState, run: PortfolioRun) -> Facts:
    """Look at the entry rule, once for all copies that are kept in sync."""
    if user_sync.follows(state, run):
        return
    if user_sync.is_awaited(state, run):
        yield from command_intake.starts(state, user_sync.decide(state, run, run.sync_why))
        return
    for fact in entry_gates.entry(state, run):
        if run.is_synced and isinstance(fact, PortfolioStarted):
            yield from command_intake.starts(state, user_sync.decide(state, run, fact.why))
        else:
            yield fact


_BEFORE_ORDERS: tuple[Stage, ...] = (
    # The order is the precedence matrix: account, time, combined, legs, cost, entries (Appendix E, ruling 7).
    expiry_desk.expiries,
    account_guard.carried,
    account_guard.portfolio_exit,
    tag_guard.portfolio_exit,
    account_guard.kill_cancels,
    closings.restart_exit,
    closings.time_exit,
    closings.dead_feed_exit,
    exit_plan.planned_exits,
    combined_exits.combined_exits,
    side_limits.side_limits,
    at_broker.broker_hits,
    leg_exits.leg_exits,
    range_breakout.opposite_exits,
    exit_plan.taken_along,
    cost_moves.move_to_cost,
    closings.late_fills,
    rolls.rolls,
    lambda state, run: hit_actions.leg_actions(state, run, command_intake.on_other),
    range_reentries.reentries,
    range_reentries.sides_again,
    range_breakout.breakouts,
    legs_waiting.waiters,
    wait_coupling.one_side,
    wait_coupling.others,
    portfolio_again.reexecutes,
    extra_conditions.at_the_start,
    _entry,
    legs_waiting.begin,
    range_breakout.waits,
    entry_lots.multiplied,
    strike_selector.straddle_width,
    strike_selector.chosen_early,
)

_BEFORE_ENTRIES: tuple[Stage, ...] = (
    # What a leg with a contract still waits for before it is ordered.
    range_breakout.waits,
    extra_conditions.before_orders,
    wait_coupling.combined,
    legs_waiting.waits_for_price,
    stop_entries.sleeping,
    margin_gate.warning,
)

_AFTER_ORDERS: tuple[Stage, ...] = (
    at_broker.takeovers,
    at_broker.changes,
    order_router.changes,
    exit_orders.blocked_exits,
    # Again, because the gate may have failed the last leg that was still entering.
    part_entry.scaling,
    entry_scheduler.failures,
    entry_scheduler.entry_over,
    lambda state, run: portfolio_again.follow_ups(state, run, command_intake.on_other),
    closings.closings,
)


def _step_everything(state: EngineState) -> Facts:
    yield from _step_all(state, [run.portfolio_id for run in state.alive()])


def _on_books(state: EngineState, report: BooksReport) -> Facts:
    before = state.books.facts
    for one in reconciliation.order_reports(state, report):
        yield from order_book.absorb(state, one)
    yield from reconciliation.compare(state, report)
    yield from conversions.by_books(state, report)
    yield from _step_of(state, report.account, all_of_them=state.books.facts > before)


def _step_of(state: EngineState, account: AccountId, *, all_of_them: bool) -> Facts:
    """Look at the portfolios of an account, those at rest only where ``all_of_them``, and at all others that ask again.

    Books that say nothing new, and a line that goes and comes, are waited for by somebody who asks or is at work.
    """
    moved = []
    for run in state.alive():
        at_rest = run.portfolio_id in state.resting and run.portfolio.at_broker is None
        mine = run.account == (account or state.books.account) and (all_of_them or not at_rest)
        if mine or run.portfolio_id in state.asking:
            moved.append(run.portfolio_id)
    yield from _step_all(state, moved)


def _step_nudged(state: EngineState) -> Facts:
    nudged = list(dict.fromkeys(state.nudged))
    state.nudged.clear()
    yield from _step_all(state, nudged)


def _step_all(state: EngineState, portfolio_ids: Iterable[PortfolioId]) -> Facts:
    waiting = deque(portfolio_ids)
    for _ in range(len(waiting) + _PASSES):
        if not waiting:
            return
        run = state.books.portfolios.get(waiting.popleft())
        if run is not None:
            yield from _step(state, run)
        waiting += state.nudged
        state.nudged.clear()
    raise EngineFault(f"portfolios do not stop moving each other at {state.now}")


def _step(state: EngineState, run: PortfolioRun) -> Facts:
    """Look at a portfolio until nothing more follows, then note when to look again."""
    for _ in range(_PASSES):
        quiet = True
        for fact in _look(state, run):
            quiet = False
            yield fact
        if quiet:
            break
    else:
        raise EngineFault(f"{run.portfolio_id} does not come to rest at {state.now}")
    if run.portfolio_id in state.first_looks and all(leg.row in state.ticks for leg in run.legs if leg.net_quantity):
        state.first_looks.discard(run.portfolio_id)
    next_wakes.note(state, run)
    next_looks.note_rows(state, run)
    state.want_bars(run, bar_needs.wanted(state, run))
    rests = next_looks.rests(state, run)
    if rests is not None:
        state.resting[run.portfolio_id] = rests


def _look(state: EngineState, run: PortfolioRun) -> Facts:
    for stage in _BEFORE_ORDERS:
        yield from stage(state, run)
    for leg in entry_scheduler.unresolved(run):
        yield from strike_selector.locked(state, run, leg)
    for stage in _BEFORE_ENTRIES:
        yield from stage(state, run)
    for leg in run.legs:
        yield from entry_scheduler.leg_progress(state, run, leg)
    yield from hedging.hedges(state, run)
    yield from guards.guards(state, run)
    yield from delta_hedge.delta_band(state, run)
    yield from part_entry.scaling(state, run)
    yield from entry_scheduler.failures(state, run)
    # Exits are queued before entries.
    yield from order_gate.through_the_gate(state, run, exit_orders.exit_wants(state, run))
    yield from order_gate.through_the_gate(state, run, at_broker.wants(state, run))
    yield from order_gate.through_the_gate(state, run, entry_orders.entry_wants(state, run))
    for stage in _AFTER_ORDERS:
        yield from stage(state, run)
