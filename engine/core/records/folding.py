"""fold(): how each fact changes the books. One case per fact, no decisions."""

import msgspec

from engine.core.records import account_folding, action_folding, level_folding
from engine.core.records.books import Books
from engine.core.records.edit_folding import fold_edit, fold_leg_edit
from engine.core.records.entry_folding import fold_armed, fold_entry, fold_started
from engine.core.records.order_folding import fold_order
from engine.core.records.portfolio_run import LegRun, PortfolioRun, new_leg, place_leg
from engine.core.records.range_run import RangeRun
from engine.domain import facts as f
from engine.domain.contract_master import ContractMaster
from engine.domain.denial import DenialReason
from engine.domain.identifiers import LegId
from engine.domain.money import Money
from engine.domain.multileg.range_breakout import RangeSide
from engine.domain.multileg.states import (
    LEG_ENTERS,
    LEG_OPEN,
    LEG_WAITS,
    ExitReason,
    KillLevel,
    LegState,
    PortfolioState,
)


def fold(books: Books, master: ContractMaster, fact: f.AnyFact) -> PortfolioRun | None:
    """Change the books by one fact and answer the portfolio it belongs to, if any."""
    match fact:
        case f.OrderFact():
            return fold_order(books, fact)
        case f.LegFact():
            run = books.portfolios[fact.portfolio_id]
            _leg(run, run.leg(fact.leg_id), master, fact)
            if isinstance(fact, f.ConversionFact):
                account_folding.fold_conversion(account_folding.known_books(books, run.account), fact)
            if isinstance(fact, f.LegClosedOutside):
                account_folding.known_books(books, run.account).net_quantity[fact.instrument] -= fact.quantity
            if isinstance(fact, f.LegExpired):
                account_folding.known_books(books, run.account).net_quantity[fact.instrument] -= fact.quantity
            return run
        case f.PortfolioFact():
            return _portfolio(books, master, fact)
        case _:
            _session(books, fact)
            return None


def _session(books: Books, fact: f.AnySessionFact) -> None:
    match fact:
        case f.KillSwitchTripped():
            books.kill_level, books.kill_reason = fact.level, fact.reason
        case f.KillSwitchReleased():
            books.kill_level, books.kill_reason = KillLevel.OFF, ""
        case f.FeedWentStale():
            books.feed_stale = True
        case f.FeedRecovered():
            books.feed_stale = False
        case f.JournalFailed():
            books.journal_failed = True
        case f.JournalRestored():
            books.journal_failed = False
        case f.EngineFellBehind():
            books.engine_lag = fact.lag
        case f.EngineCaughtUp():
            books.engine_lag = 0
        case f.CommandRefused() | f.AlarmRaised():
            pass  # Told to the trader; they change nothing.
        case _:
            account_folding.fold(books, fact)


def _portfolio_added(books: Books, fact: f.PortfolioAdded) -> PortfolioRun:
    copies = [] if fact.parent is None else books.families.setdefault(fact.parent, [])
    books.portfolios_made += not copies
    copies.append(fact.portfolio_id)
    run = PortfolioRun(
        portfolio_id=fact.portfolio_id,
        account=fact.account,
        portfolio=fact.portfolio,
        added_at=fact.at,
        tag=fact.tag,
        parent=fact.parent,
        multiplier=fact.multiplier,
        lots_multiplier=fact.multiplier,
        legs=[
            new_leg(LegId(number), msgspec.structs.replace(leg, lots=leg.lots * fact.multiplier))
            for number, leg in enumerate(fact.portfolio.legs, 1)
        ],
    )
    books.portfolios[fact.portfolio_id] = run
    return run


def _portfolio(books: Books, master: ContractMaster, fact: f.AnyPortfolioFact) -> PortfolioRun:
    if isinstance(fact, f.PortfolioAdded):
        return _portfolio_added(books, fact)
    run = books.portfolios[fact.portfolio_id]
    match fact:
        case f.EditFact():
            fold_edit(run, master, fact)
        case f.CombinedLevelFact():
            level_folding.fold_combined(run, fact)
        case f.PortfolioActionFact():
            action_folding.fold_portfolio(run, master, fact)
        case f.EntryFact():
            fold_entry(run, fact)
        case f.PortfolioArmed():
            fold_armed(run)
            run.state = PortfolioState.WAITING
            run.starts_at, run.ends_at, run.square_off_at = fact.starts_at, fact.ends_at, fact.square_off_at
        case f.PortfolioStarted():
            run.sync_until, run.sync_why, run.sync_missing = None, "", ""
            fold_started(run, fact)
            run.repeats = run.again is not None
            run.state, run.started_at, run.again = PortfolioState.ENTERING, fact.at, None
            run.ends_at, run.square_off_at = fact.ends_at, fact.square_off_at
            run.underlying_at_start = fact.underlying_price
            level_folding.begin_again(run)
            for leg in run.present:
                leg.wanted_since = fact.at
        case f.StraddleWidthTaken():
            run.straddle_width, run.straddle_of = fact.width, fact.execution
        case f.DayCarried():
            run.carried, run.carried_into = fact.profit, books.day
        case f.SyncAwaited():
            run.sync_until, run.sync_why, run.sync_missing = fact.until, fact.why, fact.missing
        case f.LegAdded():
            action_folding.fold_added(run, master, fact)
        case f.DeltaBandLeft():
            run.delta_left_at = fact.at
        case f.DeltaBandRegained():
            run.delta_left_at = None
        case f.ConditionsMet():
            run.conditions_met = True
        case f.RangeSet() | f.RangeArmed() | f.RangeBroken() | f.RangeLookedBack():
            _range(run, fact)
        case f.PortfolioRunning():
            run.state = PortfolioState.RUNNING_PARTIAL if fact.partial else PortfolioState.RUNNING
            run.running_since, run.combined_premium = fact.at, fact.combined_premium
            run.base_quantity = fact.base_quantity
        case f.ProfitLockMoved():
            run.floor, run.anchor = fact.floor, fact.anchor
        case f.CombinedStopMoved():
            run.trailed_stop, run.stop_anchor = fact.stop, fact.anchor
        case f.StopsMovedToCost():
            level_folding.moved_to_cost(run, fact)
        case f.CombinedPremiumSet():
            run.combined_premium, run.base_quantity = fact.combined_premium, fact.base_quantity
        case f.PortfolioExitDecided():
            _exit_decided(run, fact)
        case f.PortfolioExitBlocked():
            run.state = PortfolioState.EXIT_BLOCKED
        case f.PortfolioClosed():
            run.state, run.closed_at = fact.state, fact.at
            run.exit_reason = fact.reason
            run.exit_why = fact.why or run.exit_why
            _leave_behind(run, fact.why)
        case f.PortfolioHeld():
            run.state = PortfolioState.HELD
        case f.PortfolioResumed():
            run.state, run.started_at = PortfolioState.ENTERING, fact.at
            for leg in run.present:
                leg.wanted_since = max(leg.wanted_since, fact.at)
    return run


def _leave_behind(run: PortfolioRun, why: str) -> None:
    """Cancel what was still to be entered when its portfolio ended."""
    for leg in run.legs:
        if leg.state in LEG_WAITS or (leg.state in LEG_ENTERS and not leg.entered_quantity):
            leg.state, leg.failure, leg.wanted = LegState.CANCELLED, why, 0


def _range(run: PortfolioRun, fact: f.RangeSet | f.RangeArmed | f.RangeBroken | f.RangeLookedBack) -> None:
    if isinstance(fact, f.RangeSet):
        made = RangeRun(
            number=fact.number,
            high=fact.high,
            low=fact.low,
            problem=fact.problem,
            set_at=fact.at,
            high_armed=fact.armed,
            low_armed=fact.armed,
        )
        run.ranges.append(made)
        return
    found = next(one for one in run.ranges if one.number == fact.number)
    if isinstance(fact, f.RangeLookedBack):
        found.lost_why = fact.why
        if fact.side is RangeSide.HIGH:
            found.high_armed = fact.armed
        else:
            found.low_armed = fact.armed
        return
    is_broken = isinstance(fact, f.RangeBroken)
    found.lost_why = ""
    if fact.side is RangeSide.HIGH:
        found.high_armed, found.high_broken_at = not is_broken, fact.at if is_broken else found.high_broken_at
    else:
        found.low_armed, found.low_broken_at = not is_broken, fact.at if is_broken else found.low_broken_at


def _exit_decided(run: PortfolioRun, fact: f.PortfolioExitDecided) -> None:
    run.state, run.exit_decided_at = PortfolioState.EXITING, fact.at
    run.panic = run.panic or fact.reason is ExitReason.MANUAL_PANIC
    action_folding.note_exit(run, fact)
    run.stop_pending = run.target_pending = None
    run.day_loss_hit = run.day_loss_hit or fact.reason is ExitReason.DAY_LOSS
    if run.closed_at is None:
        run.exit_reason, run.exit_why = fact.reason, fact.why
    for leg in run.legs:
        if leg.state in LEG_WAITS or leg.state in (LegState.WAITING, LegState.RESOLVED):
            leg.state = LegState.CANCELLED
        elif leg.state is LegState.ENTERING or leg.state in LEG_OPEN or leg.net_quantity:
            leg.state = LegState.EXITING
            leg.exit_reason, leg.exit_why = leg.exit_reason or fact.reason, leg.exit_why or fact.why
            leg.exit_decided_at = leg.exit_decided_at or fact.at


def _leg(run: PortfolioRun, leg: LegRun, master: ContractMaster, fact: f.AnyLegFact) -> None:
    match fact:
        case f.LegEditFact():
            fold_leg_edit(leg, fact)
        case f.LegLevelFact():
            level_folding.fold_leg(run, leg, fact)
        case f.LegActionFact():
            action_folding.fold_leg(leg, fact)
        case f.ConversionFact():
            action_folding.fold_conversion(leg, fact)
        case f.LegResolved():
            place_leg(leg, master.by_id(fact.instrument), master.row(fact.instrument))
            leg.state, leg.wanted = LegState.RESOLVED, fact.quantity
        case f.LegWaits():
            action_folding.fold_wait(leg, fact)
        case f.HedgeReused():
            leg.parent = fact.parent
        case f.LegReleased():
            action_folding.fold_release(leg, fact)
        case f.StopTakenOver():
            leg.stop_taken_over = True
        case f.LegConditionsMet():
            leg.conditions_met = True
            leg.state = LegState.RESOLVED
        case f.LegRetried():
            leg.attempt, leg.again_at, leg.failure = fact.attempt, fact.again_at, fact.why
        case f.LegEntryFailed():
            leg.failed, leg.failure, leg.wanted = True, fact.why, leg.entered_quantity
            leg.skipped = fact.skipped
            leg.failed_at = fact.at
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
            leg.first_stop = fact.first_stop
        case f.StopMoved():
            is_same, reason = fact.stop == leg.stop, fact.reason
            if reason is ExitReason.MANUAL:
                # Only the target was changed where the stop stands: it stays trailed, or at cost.
                reason, leg.target = leg.stop_reason if is_same else ExitReason.LEG_SL, fact.target
            leg.stop, leg.stop_reason, leg.trail_steps = fact.stop, reason, fact.trail_steps
        case f.LegExitDecided():
            leg.state, leg.exit_decided_at, leg.pending = LegState.EXITING, fact.at, None
            leg.exit_reason, leg.exit_why = fact.reason, fact.why
        case f.LegExpired():
            _settle_expired(leg, fact)
        case f.LegClosed():
            leg.state, leg.closed_at, leg.exit_reason = LegState.CLOSED, fact.at, fact.reason
            leg.average_exit, leg.realised, leg.denied = fact.average_price, fact.realised, ""
            run.last_close_at = fact.at
            level_folding.note_close(run, leg, fact)
            action_folding.note_close(run, leg, fact)
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
