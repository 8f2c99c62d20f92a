"""fold(): how each fact changes the books. One case per fact, no decisions."""

from engine.core.books import Books
from engine.core.portfolio_run import LegRun, Order, PortfolioRun, new_leg, place_leg
from engine.domain import facts as f
from engine.domain.contract_master import ContractMaster
from engine.domain.denial import DenialReason
from engine.domain.identifiers import LegId
from engine.domain.instant import Instant
from engine.domain.money import Money
from engine.domain.multileg.states import ExitReason, KillLevel, LegState, PortfolioState
from engine.domain.order import OrderStatus, OrderTerms, PendingRequest, Purpose, Side, next_status

STOPS = frozenset({ExitReason.LEG_SL, ExitReason.LEG_SL_TRAIL, ExitReason.LEG_COST, ExitReason.SL_ON_RECOVERY})
"""Reasons that mean a leg's stop was hit."""


def fold(books: Books, master: ContractMaster, fact: f.AnyFact) -> PortfolioRun | None:
    """Change the books by one fact and answer the portfolio it belongs to, if any."""
    match fact:
        case f.OrderFact():
            return _order(books, fact)
        case f.LegFact():
            run = books.portfolios[fact.portfolio_id]
            _leg(run, run.leg(fact.leg_id), master, fact)
            if isinstance(fact, f.LegExpired):
                books.net_quantity[fact.instrument] -= fact.quantity
            return run
        case f.PortfolioFact():
            return _portfolio(books, fact)
        case _:
            _session(books, fact)
            return None


def _session(books: Books, fact: f.AnySessionFact) -> None:
    match fact:
        case f.SessionOpened():
            _session_opened(books, fact)
        case f.RecoveryFinished():
            books.recovering = False
        case f.RiskLimitsSet():
            books.limits = fact.limits
        case f.KillSwitchTripped():
            books.kill_level, books.kill_reason = fact.level, fact.reason
        case f.KillSwitchReleased():
            books.kill_level, books.kill_reason = KillLevel.OFF, ""
        case f.AccountHalted():
            books.halted = True
        case f.DayStarted():
            books.day, books.halted, books.orders_today = fact.day, False, 0
        case f.ConnectionChanged():
            books.down.pop(fact.channel, None)
            if not fact.connected:
                books.down[fact.channel] = fact.detail
        case f.FeedWentStale():
            books.feed_stale = True
        case f.FeedRecovered():
            books.feed_stale = False
        case f.DriftFound():
            books.drift[fact.instrument] = (fact.ours, fact.brokers)
        case f.DriftCleared():
            books.drift.pop(fact.instrument, None)
            books.outside.pop(fact.instrument, None)
            if fact.accepted:
                books.outside[fact.instrument] = fact.accepted
        case f.JournalFailed():
            books.journal_failed = True
        case f.JournalRestored():
            books.journal_failed = False
        case f.CommandRefused() | f.AlarmRaised():
            pass  # Told to the trader; they change nothing.


def _session_opened(books: Books, fact: f.SessionOpened) -> None:
    books.account, books.lineage, books.opened_at = fact.account, fact.lineage, fact.at
    books.stale_after, books.is_live = fact.stale_after, fact.is_live
    books.recovering, books.feed_stale = True, False
    books.down.clear()
    for run in books.portfolios.values():
        for leg in run.legs:
            leg.denied = ""


def _portfolio_added(books: Books, fact: f.PortfolioAdded) -> PortfolioRun:
    books.portfolios_made += 1
    run = PortfolioRun(
        portfolio_id=fact.portfolio_id,
        account=fact.account,
        portfolio=fact.portfolio,
        added_at=fact.at,
        legs=[new_leg(LegId(number), leg) for number, leg in enumerate(fact.portfolio.legs, 1)],
    )
    books.portfolios[fact.portfolio_id] = run
    return run


def _portfolio(books: Books, fact: f.AnyPortfolioFact) -> PortfolioRun:
    if isinstance(fact, f.PortfolioAdded):
        return _portfolio_added(books, fact)
    run = books.portfolios[fact.portfolio_id]
    match fact:
        case f.PortfolioArmed():
            run.state = PortfolioState.WAITING
            run.starts_at, run.ends_at, run.square_off_at = fact.starts_at, fact.ends_at, fact.square_off_at
        case f.PortfolioStarted():
            run.state, run.started_at = PortfolioState.ENTERING, fact.at
            run.ends_at, run.square_off_at = fact.ends_at, fact.square_off_at
            run.underlying_at_start = fact.underlying_price
        case f.PortfolioRunning():
            run.state = PortfolioState.RUNNING_PARTIAL if fact.partial else PortfolioState.RUNNING
            run.running_since, run.combined_premium = fact.at, fact.combined_premium
            run.base_quantity = fact.base_quantity
        case f.ProfitLockMoved():
            run.floor, run.anchor = fact.floor, fact.anchor
        case f.CombinedStopMoved():
            run.trailed_stop, run.stop_anchor = fact.stop, fact.anchor
        case f.StopsMovedToCost():
            run.cost_move_due = False
            for leg_id, stop in fact.moves:
                run.leg(leg_id).stop, run.leg(leg_id).stop_reason = stop, ExitReason.LEG_COST
        case f.PortfolioExitDecided():
            _exit_decided(run, fact)
        case f.PortfolioExitBlocked():
            run.state = PortfolioState.EXIT_BLOCKED
        case f.PortfolioClosed():
            run.state, run.closed_at = fact.state, fact.at
            run.exit_reason = fact.reason
            run.exit_why = fact.why or run.exit_why
        case f.PortfolioHeld():
            run.state = PortfolioState.HELD
        case f.PortfolioResumed():
            run.state, run.started_at = PortfolioState.ENTERING, fact.at
    return run


def _exit_decided(run: PortfolioRun, fact: f.PortfolioExitDecided) -> None:
    run.state, run.exit_decided_at = PortfolioState.EXITING, fact.at
    run.panic = run.panic or fact.reason is ExitReason.MANUAL_PANIC
    if run.closed_at is None:
        run.exit_reason, run.exit_why = fact.reason, fact.why
    for leg in run.legs:
        if leg.state in (LegState.WAITING, LegState.RESOLVED):
            leg.state = LegState.CANCELLED
        elif leg.state in (LegState.ENTERING, LegState.OPEN) or leg.net_quantity:
            leg.state = LegState.EXITING
            leg.exit_reason, leg.exit_why = leg.exit_reason or fact.reason, leg.exit_why or fact.why
            leg.exit_decided_at = leg.exit_decided_at or fact.at


def _leg(run: PortfolioRun, leg: LegRun, master: ContractMaster, fact: f.AnyLegFact) -> None:
    match fact:
        case f.LegResolved():
            place_leg(leg, master.by_id(fact.instrument), master.row(fact.instrument))
            leg.state, leg.wanted = LegState.RESOLVED, fact.quantity
        case f.LegRetried():
            leg.attempt, leg.again_at, leg.failure = fact.attempt, fact.again_at, fact.why
        case f.LegEntryFailed():
            leg.failed, leg.failure, leg.wanted = True, fact.why, leg.entered_quantity
            leg.state = LegState.OPEN if leg.net_quantity else LegState.ENTRY_FAILED
        case f.LegResized():
            leg.wanted = fact.quantity
        case f.LegCancelled():
            leg.state, leg.failure, leg.wanted = LegState.CANCELLED, fact.why, leg.entered_quantity
        case f.LegOpened():
            leg.state, leg.average_entry = LegState.OPEN, fact.average_price
        case f.LegProtected():
            leg.average_entry, leg.underlying_at_entry = fact.average_price, fact.underlying_price
            leg.stop, leg.target, leg.protected_quantity = fact.stop, fact.target, leg.entered_quantity
        case f.StopMoved():
            leg.stop, leg.stop_reason, leg.trail_steps = fact.stop, fact.reason, fact.trail_steps
            if fact.reason is ExitReason.MANUAL:
                leg.stop_reason, leg.target = ExitReason.LEG_SL, fact.target
        case f.LegExitDecided():
            leg.state, leg.exit_decided_at = LegState.EXITING, fact.at
            leg.exit_reason, leg.exit_why = fact.reason, fact.why
        case f.LegExpired():
            _settle_expired(leg, fact)
        case f.LegClosed():
            leg.state, leg.closed_at, leg.exit_reason = LegState.CLOSED, fact.at, fact.reason
            leg.average_exit, leg.realised, leg.denied = fact.average_price, fact.realised, ""
            run.last_close_at = fact.at
            run.cost_move_due = run.cost_move_due or fact.reason in STOPS
        case f.OrderDenied():
            leg.denied = f"{fact.purpose.value} {fact.reason.name}"
            awaited = fact.reason in (DenialReason.BASKET_UNKNOWN, DenialReason.RECOVERING)
            leg.denied_since = None if awaited else (leg.denied_since or fact.at)


def _settle_expired(leg: LegRun, fact: f.LegExpired) -> None:
    value = Money(fact.settlement_price * abs(fact.quantity) // leg.scale)
    if fact.quantity > 0:
        leg.sold_quantity += fact.quantity
        leg.sold_value = Money(leg.sold_value + value)
        leg.exercised_value = Money(leg.exercised_value + value)
    else:
        leg.bought_quantity -= fact.quantity
        leg.bought_value = Money(leg.bought_value + value)
    leg.state = LegState.EXITING
    leg.exit_reason = leg.exit_reason or ExitReason.EXPIRY
    leg.exit_decided_at = leg.exit_decided_at or fact.at


def _order_requested(books: Books, fact: f.OrderRequested) -> PortfolioRun:
    books.orders_made += 1
    books.orders_today += 1
    books.orders[fact.order_id] = Order(
        order_id=fact.order_id,
        account=fact.account,
        portfolio_id=fact.portfolio_id,
        leg_id=fact.leg_id,
        cycle=fact.cycle,
        purpose=fact.purpose,
        instrument=fact.instrument,
        side=fact.side,
        quantity=fact.quantity,
        product=fact.product,
        order_type=fact.order_type,
        limit_price=fact.limit_price,
        why=fact.why,
        requested_at=fact.at,
        priced_at=fact.at,
        updated_at=fact.at,
    )
    run = books.portfolios[fact.portfolio_id]
    leg = run.leg(fact.leg_id)
    leg.orders.append(fact.order_id)
    leg.working.append(fact.order_id)
    leg.denied, leg.denied_since = "", None
    if fact.purpose is Purpose.ENTRY and leg.state is LegState.RESOLVED:
        leg.state = LegState.ENTERING
    return run


def _order(books: Books, fact: f.AnyOrderFact) -> PortfolioRun:
    if isinstance(fact, f.OrderRequested):
        return _order_requested(books, fact)
    order = books.orders[fact.order_id]
    order.updated_at = fact.at
    run = books.portfolios[order.portfolio_id]
    match fact:
        case f.OrderMoved():
            _order_moved(order, fact)
        case f.OrderFilled():
            _order_filled(books, run, order, fact)
        case f.OrderModifyRequested():
            order.pending, order.pending_since = PendingRequest.MODIFY, fact.at
            order.pending_terms = OrderTerms(fact.quantity, fact.limit_price)
            order.priced_at = fact.at
            order.modifications += 1
        case f.OrderModified():
            order.quantity, order.limit_price = fact.quantity, fact.limit_price
            _settle_request(order)
        case f.OrderCancelRequested():
            order.pending, order.pending_since, order.pending_terms = PendingRequest.CANCEL, fact.at, None
        case f.OrderChangeRefused():
            _settle_request(order)
            order.wording = fact.wording
        case f.OrderMissing():
            order.missing = fact.times
    leg = run.leg(order.leg_id)
    if not order.is_working and order.order_id in leg.working:
        leg.working.remove(order.order_id)
    return run


def _order_moved(order: Order, fact: f.OrderMoved) -> None:
    if fact.status is not order.status:
        order.status = next_status(order.status, fact.status)
    if fact.status is OrderStatus.SENT:
        order.sent_at = fact.at
    order.broker_order_id = fact.broker_order_id or order.broker_order_id
    order.wording = fact.wording or order.wording
    order.missing = 0
    if not order.is_working:
        _settle_request(order)


def _order_filled(books: Books, run: PortfolioRun, order: Order, fact: f.OrderFilled) -> None:
    order.filled = fact.filled
    order.value = Money(order.value + fact.value)
    if order.filled >= order.quantity and order.status is not OrderStatus.COMPLETE:
        order.status = next_status(order.status, OrderStatus.COMPLETE)
        _settle_request(order)
    signed = order.side.sign * fact.quantity
    books.net_quantity[order.instrument] = books.net_quantity.get(order.instrument, 0) + signed
    _book_leg_fill(run.leg(order.leg_id), order, fact, fact.at)


def _book_leg_fill(leg: LegRun, order: Order, fact: f.OrderFilled, at: Instant) -> None:
    if order.side is Side.BUY:
        leg.bought_quantity += fact.quantity
        leg.bought_value = Money(leg.bought_value + fact.value)
    else:
        leg.sold_quantity += fact.quantity
        leg.sold_value = Money(leg.sold_value + fact.value)
    if order.purpose is Purpose.ENTRY:
        leg.entered_at = leg.entered_at or at
        leg.filled_at = at


def _settle_request(order: Order) -> None:
    order.pending, order.pending_since, order.pending_terms = None, None, None
