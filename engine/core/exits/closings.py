"""When a portfolio must be closed for its time, and when what is closed is done."""

from collections.abc import Iterator

from engine.core.readings import decisions, ledger, market_data
from engine.core.records import hedge_ties
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.facts import AnyFact, LegCancelled, LegClosed, PortfolioClosed
from engine.domain.instant import SECOND, clock_text
from engine.domain.money import Money, Price
from engine.domain.multileg.portfolio import AfterRestart
from engine.domain.multileg.states import (
    ACTIVE,
    EXITING,
    FINAL,
    LEG_DONE,
    RUNNING,
    ExitReason,
    LegState,
    PortfolioState,
)


def time_exit(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Square off at the square-off time: no delay, freak pause or stale feed holds it back."""
    if run.state in ACTIVE and run.started_at is not None and state.now >= run.square_off_at:
        why = f"square-off time {clock_text(run.square_off_at)}"
        yield decisions.portfolio_exit(state, run, ExitReason.TIME, why)


def dead_feed_exit(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Square off what nobody can watch any more, where the portfolio's own field says after how long."""
    patience = run.portfolio.monitoring.dead_feed_exit
    if patience is None or run.state not in ACTIVE or not run.holds_something or not state.books.feed_stale:
        return
    silent = state.now - state.last_frame_at
    if silent >= patience * SECOND and market_data.is_open(state, run.portfolio.exchange):
        why = f"no quote for {silent // SECOND} s, the limit is {patience} s"
        yield decisions.portfolio_exit(state, run, ExitReason.FEED_DEAD, why)


def dead_feed_wakes(state: EngineState, run: PortfolioRun) -> Iterator[int]:
    """Answer when a silent feed closes a portfolio."""
    patience = run.portfolio.monitoring.dead_feed_exit
    if patience is not None and run.holds_something:
        yield state.last_frame_at + max(patience * SECOND, state.books.stale_after + 1)


def restart_exit(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Square off what a restart caught in the middle of its entry, where the portfolio's own field says so."""
    held = run.state is PortfolioState.HELD and not state.books.of(run.account).recovering
    if held and run.portfolio.after_restart is AfterRestart.SQUARE_OFF:
        yield decisions.portfolio_exit(state, run, ExitReason.RESTART, "caught by a restart in the middle of its entry")


def closings(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Say which exiting legs are flat, and when the whole portfolio is done."""
    closed = False
    for leg in run.legs:
        if leg.state is LegState.EXITING and not leg.net_quantity and not leg.working:
            closed = True
            yield _leg_closed(state, run, leg) if leg.entered_quantity else _leg_never_entered(state, run, leg)
    if closed:
        return  # What follows on a closed leg is decided before the portfolio is done.
    if run.state in FINAL:
        return
    if run.todo or any(leg.todo or leg.roll for leg in run.legs):
        return  # Something still follows.
    if run.state in EXITING and not run.holds_something:
        yield _portfolio_closed(state, run)
    elif run.state in RUNNING and all(_is_over(leg) for leg in run.present):
        ended = _ended_by_itself(state, run)
        if run.portfolio.exit.on_complete and ended.reason is not ExitReason.NO_ENTRY:
            # What follows is carried out as after any other exit, with nothing left to close.
            yield decisions.portfolio_exit(state, run, ended.reason, ended.why)
        else:
            yield ended


def _ended_by_itself(state: EngineState, run: PortfolioRun) -> PortfolioClosed:
    """Answer the end of a portfolio whose last leg is closed, or of which nothing was entered."""
    closed = (leg for leg in run.present if leg.closed_at and not hedge_ties.is_hedge(leg))
    last = max(closed, key=lambda leg: leg.closed_at or 0, default=None)
    if last is None:
        reason = ExitReason.NO_ENTRY
        why = "; ".join(dict.fromkeys(leg.failure for leg in run.present if leg.failure)) or "no leg was entered"
    else:
        reason, why = last.exit_reason or ExitReason.MANUAL, "every leg is closed"
    return PortfolioClosed(
        at=state.now,
        portfolio_id=run.portfolio_id,
        state=PortfolioState.COMPLETED,
        reason=reason,
        realised=Money(ledger.realised(run)),
        why=why,
    )


def _leg_never_entered(state: EngineState, run: PortfolioRun, leg: LegRun) -> LegCancelled:
    why = f"closed before anything of it was filled: {leg.exit_why}"
    return LegCancelled(at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, why=why)


def _leg_closed(state: EngineState, run: PortfolioRun, leg: LegRun) -> LegClosed:
    return LegClosed(
        at=state.now,
        portfolio_id=run.portfolio_id,
        leg_id=leg.leg_id,
        reason=leg.exit_reason or ExitReason.MANUAL,
        average_price=leg.exit_average() or Price(0),
        realised=Money(leg.cash),
    )


def _portfolio_closed(state: EngineState, run: PortfolioRun) -> PortfolioClosed:
    entered = any(leg.entered_quantity for leg in run.legs)
    reason = run.exit_reason or ExitReason.MANUAL
    end = PortfolioState.COMPLETED
    if reason is ExitReason.LEG_FAIL:
        end = PortfolioState.FAILED if entered else PortfolioState.REJECTED
    return PortfolioClosed(
        at=state.now,
        portfolio_id=run.portfolio_id,
        state=end,
        reason=reason,
        realised=Money(ledger.realised(run)),
        why=run.exit_why,
    )


def late_fills(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Close again what a fill brought after its leg or portfolio was done (failure path F9)."""
    for leg in run.legs:
        if leg.state in LEG_DONE and leg.net_quantity:
            why = f"a late fill left {leg.net_quantity:+d}"
            if run.state in FINAL:
                yield decisions.portfolio_exit(state, run, ExitReason.LATE_FILL, why)
                return
            yield decisions.leg_exit(state, run, leg, ExitReason.LATE_FILL, why)


def _is_over(leg: LegRun) -> bool:
    """Say whether a leg keeps its portfolio alive no longer; an idle leg that nobody executed never did."""
    done = leg.state in LEG_DONE and not leg.working and not leg.net_quantity
    return done or leg.state is LegState.IDLE_LEG
