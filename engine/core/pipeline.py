"""The page: one message in, facts out, each folded into the state before the next is decided."""

from collections.abc import Callable, Iterable, Iterator

from engine.core import (
    account_guard,
    command_desk,
    entry_scheduler,
    expiry_desk,
    ledger,
    margin_gate,
    order_book,
    order_router,
    portfolio_monitor,
    reconciliation,
    risk_gate,
    strike_selector,
)
from engine.core.portfolio_run import PortfolioRun
from engine.core.resting import is_quiet
from engine.core.state import EngineState
from engine.core.want import Want
from engine.domain import commands as c
from engine.domain.denial import RETRYABLE, DenialReason
from engine.domain.facts import (
    AnyFact,
    FeedRecovered,
    LegEntryFailed,
    OrderDenied,
    OrderRequested,
)
from engine.domain.identifiers import OrderId, PortfolioId
from engine.domain.instant import ist_date
from engine.domain.market_rules import UnknownRuleError
from engine.domain.messages import Message, OpenSession
from engine.domain.multileg.checks import refusals
from engine.domain.multileg.entry import AtTime
from engine.domain.order import Purpose, order_tag
from engine.domain.quote import QuoteFrame
from engine.domain.reports import (
    BooksReport,
    ChangeRefused,
    ConnectionReport,
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


def _decide(state: EngineState, message: Message) -> Facts:
    yield from account_guard.new_day(state)
    match message:
        case QuoteFrame():
            yield from _on_quotes(state, message)
        case TimerDue():
            yield from account_guard.feed(state)
            yield from _step_all(state, [p for p, wake in state.wakes.items() if wake <= state.now])
        case OrderReport() | SendReport() | ChangeRefused():
            yield from _on_order(state, message)
        case BooksReport():
            for report in reconciliation.order_reports(state, message):
                yield from order_book.absorb(state, report)
            yield from reconciliation.compare(state, message)
            yield from _step_everything(state)
        case OpenSession():
            yield from reconciliation.open_session(state, message)
            if not state.books.orders_made and not state.books.portfolios_made:
                yield from command_desk.set_limits(state, c.SetRiskLimits(at=message.at, limits=message.limits))
            yield from _step_everything(state)
        case ConnectionReport():
            yield from account_guard.connection(state, message)
            yield from _step_everything(state)
        case JournalTrouble():
            yield from account_guard.journal(state, message)
        case MarginReport():
            state.margin_free = message.available
        case _:
            yield from _on_command(state, message)


def _on_quotes(state: EngineState, frame: QuoteFrame) -> Facts:
    if state.books.feed_stale:
        silent = frame.at - state.last_frame_at
        yield FeedRecovered(at=state.now, silent_for=silent)
    touched = state.take_quotes(frame)
    yield from account_guard.daily_loss(state)
    if state.books.halted:
        yield from _step_everything(state)
    for portfolio_id in touched:
        resting = state.resting.get(portfolio_id)
        if resting is None or not is_quiet(resting, state.ticks, state.now):
            yield from _step_all(state, (portfolio_id,))


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


def _on_command(state: EngineState, command: c.AnyCommand) -> Facts:
    match command:
        case c.AddPortfolio():
            yield from _add(state, command)
        case c.StartPortfolio():
            yield from _start(state, command)
        case c.SquareOffPortfolio():
            yield from command_desk.square_off(state, command)
            yield from _step_all(state, [command.portfolio_id])
        case c.SquareOffLeg():
            yield from command_desk.square_off_leg(state, command)
            yield from _step_all(state, [command.portfolio_id])
        case c.ResumePortfolio():
            yield from _resume(state, command)
        case c.ChangeLegProtection():
            yield from command_desk.change_protection(state, command)
            yield from _step_all(state, [command.portfolio_id])
        case c.CancelWorkingOrder():
            yield from command_desk.cancel(state, command)
        case c.ModifyWorkingOrder():
            yield from _modify(state, command)
        case c.TripKillSwitch():
            yield from command_desk.trip(state, command)
            yield from _step_everything(state)
        case c.ReleaseKillSwitch():
            yield from command_desk.release(state, command)
        case c.SetRiskLimits():
            yield from command_desk.set_limits(state, command)
        case c.AcceptDrift():
            yield from command_desk.accept_drift(state, command)
            yield from _step_everything(state)


def _add(state: EngineState, command: c.AddPortfolio) -> Facts:
    twin = command_desk.duplicate_of(state, command)
    if twin is not None:
        sentence = f"{command.portfolio.name} was added a moment ago as {twin.portfolio_id}; the second is ignored"
        yield command_desk.refuse(state, command, sentence)
        return
    wrong = refusals(command.portfolio, state.rules, state.master, ist_date(state.now))
    if wrong:
        words = "; ".join(str(error) for error in wrong)
        yield command_desk.refuse(state, command, f"{command.portfolio.name}: {words}")
        return
    added = command_desk.add(state, command)
    yield added
    run = state.books.portfolios[added.portfolio_id]
    if command.start:
        yield from _start_or_arm(state, command, run)


def _start_or_arm(state: EngineState, command: c.AnyCommand, run: PortfolioRun) -> Facts:
    if isinstance(run.portfolio.entry, AtTime):
        try:
            yield entry_scheduler.arm(state, run)
        except UnknownRuleError as error:
            yield command_desk.refuse(state, command, str(error))
        yield from _step_all(state, [run.portfolio_id])
    else:
        yield from _start(state, c.StartPortfolio(at=command.at, portfolio_id=run.portfolio_id))


def _start(state: EngineState, command: c.StartPortfolio) -> Facts:
    run = state.books.portfolios.get(command.portfolio_id)
    if run is None:
        yield command_desk.refuse(state, command, f"there is no portfolio {command.portfolio_id}")
        return
    try:
        sentence = command_desk.start_refusal(state, run)
    except UnknownRuleError as error:
        sentence = str(error)
    if sentence is not None:
        yield command_desk.refuse(state, command, sentence)
        return
    yield entry_scheduler.start(state, run, "started by hand")
    yield from _step_all(state, [run.portfolio_id])


def _resume(state: EngineState, command: c.ResumePortfolio) -> Facts:
    run = state.books.portfolios.get(command.portfolio_id)
    if run is None or run.state.value != "HELD":
        yield command_desk.refuse(state, command, f"{command.portfolio_id} is not held by a restart")
        return
    yield reconciliation.resumed(state, run, "resumed by hand")
    yield from _step_all(state, [run.portfolio_id])


def _modify(state: EngineState, command: c.ModifyWorkingOrder) -> Facts:
    order = state.books.orders.get(command.order_id)
    denial = None
    if order is not None:
        found = risk_gate.resting_price_refusal(state, state.master.row(order.instrument), command.limit_price)
        denial = None if found is None else found.detail
    yield from command_desk.modify(state, command, denial)


# --- one portfolio -----------------------------------------------------------------------------------------------

Stage = Callable[[EngineState, PortfolioRun], Facts]

_BEFORE_ORDERS: tuple[Stage, ...] = (
    # The order is the precedence matrix: account, time, combined, legs, cost, entries (Appendix E, ruling 7).
    expiry_desk.expiries,
    account_guard.portfolio_exit,
    account_guard.kill_cancels,
    portfolio_monitor.restart_exit,
    portfolio_monitor.time_exit,
    portfolio_monitor.combined_exits,
    portfolio_monitor.leg_exits,
    portfolio_monitor.move_to_cost,
    portfolio_monitor.late_fills,
    entry_scheduler.entry_due,
)

_AFTER_ORDERS: tuple[Stage, ...] = (
    order_router.changes,
    order_router.blocked_exits,
    # Again, because the gate may have failed the last leg that was still entering.
    entry_scheduler.failures,
    entry_scheduler.entry_over,
    portfolio_monitor.closings,
)


def _step_everything(state: EngineState) -> Facts:
    yield from _step_all(state, [run.portfolio_id for run in state.alive()])


def _step_all(state: EngineState, portfolio_ids: Iterable[PortfolioId]) -> Facts:
    for portfolio_id in portfolio_ids:
        run = state.books.portfolios.get(portfolio_id)
        if run is not None:
            yield from _step(state, run)


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
    _note_wake(state, run)
    resting = portfolio_monitor.resting(state, run)
    if resting is not None:
        state.resting[run.portfolio_id] = resting


def _look(state: EngineState, run: PortfolioRun) -> Facts:
    for stage in _BEFORE_ORDERS:
        yield from stage(state, run)
    for leg in entry_scheduler.unresolved(run):
        yield from entry_scheduler.resolved(state, run, leg, strike_selector.choose(state, run, leg))
    for leg in run.legs:
        yield from entry_scheduler.leg_progress(state, run, leg)
    yield from entry_scheduler.failures(state, run)
    # Exits are queued before entries.
    yield from _through_the_gate(state, run, order_router.exit_wants(state, run))
    yield from _through_the_gate(state, run, order_router.entry_wants(state, run))
    for stage in _AFTER_ORDERS:
        yield from stage(state, run)


def _through_the_gate(state: EngineState, run: PortfolioRun, wants: Iterator[Want]) -> Facts:
    for want in wants:
        denial = risk_gate.refusal(state, run, want)
        if denial is None and want.purpose is Purpose.ENTRY:
            denial = margin_gate.refusal(state, run)
        if denial is None:
            yield _requested(state, run, want)
            continue
        leg = run.leg(want.leg_id)
        final = want.purpose is Purpose.ENTRY and denial.reason not in RETRYABLE
        if final or leg.denied != f"{want.purpose.value} {denial.reason.name}":
            yield OrderDenied(
                at=state.now,
                portfolio_id=run.portfolio_id,
                leg_id=want.leg_id,
                purpose=want.purpose,
                instrument=want.instrument.id,
                side=want.side,
                quantity=want.quantity,
                reason=denial.reason,
                detail=denial.detail,
            )
        if final:
            why = f"{denial.reason.value} {denial.detail}".strip()
            # What the funds do not cover is the whole basket: the rest of it, cheaper alone, must not go on.
            failed = [one for one in run.legs if one is leg or denial.reason is DenialReason.MARGIN]
            for one in filter(ledger.is_entering, failed):
                yield LegEntryFailed(at=state.now, portfolio_id=run.portfolio_id, leg_id=one.leg_id, why=why)
        return  # What was wanted after a refused order waits for it.


def _requested(state: EngineState, run: PortfolioRun, want: Want) -> OrderRequested:
    return OrderRequested(
        at=state.now,
        order_id=OrderId(order_tag(state.books.lineage, state.books.orders_made + 1)),
        account=run.account,
        portfolio_id=run.portfolio_id,
        leg_id=want.leg_id,
        cycle=run.leg(want.leg_id).cycle,
        purpose=want.purpose,
        instrument=want.instrument.id,
        side=want.side,
        quantity=want.quantity,
        product=run.portfolio.execution.product,
        order_type=want.order_type,
        limit_price=want.limit_price,
        why=want.why,
    )


def _note_wake(state: EngineState, run: PortfolioRun) -> None:
    later = [
        wake
        for source in (entry_scheduler.wakes, order_router.wakes, expiry_desk.wakes)
        for wake in source(state, run)
        if wake > state.now
    ]
    if later:
        state.wakes[run.portfolio_id] = min(later)
    else:
        state.wakes.pop(run.portfolio_id, None)
