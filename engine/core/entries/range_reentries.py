"""Let legs that a range entered wait for its next break: re-entries, and sides that may fire again (§1.4)."""

from collections.abc import Iterator

from engine.core.readings import ledger, range_levels, reopening
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.facts import AnyFact, LegAdded
from engine.domain.identifiers import LegId
from engine.domain.instant import ist_date, ist_instant
from engine.domain.multileg.range_breakout import RangeBreakout, RangeOf
from engine.domain.multileg.states import (
    LEG_OPEN,
    LEG_TARGET_HITS,
    ON_STOP_HITS,
    RUNNING,
    ExitReason,
    LegOrigin,
    LegState,
)


def reentries(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Let a stopped leg wait for the next break of the same range, as often as declared."""
    rule = run.portfolio.range_breakout
    if (
        rule is None
        or not rule.reentries
        or run.state not in RUNNING
        or state.now >= range_levels.last_reentry(run, rule)
    ):
        return
    followed = {leg.parent for leg in run.legs}
    for leg in run.present:
        if leg.exit_reason in ON_STOP_HITS and _is_out(leg) and leg.leg_id not in followed:
            used = _used(run, leg)
            if used < rule.reentries:
                why = f"re-entry {used + 1} of {rule.reentries} on the next break of {range_levels.name_of(rule, leg)}"
                yield _added(state, run, rule, leg, None, why)


def sides_again(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Let a side fire again once its legs are closed, where each side may do so more than once."""
    rule = run.portfolio.range_breakout
    if rule is None or rule.each_side_once or run.state not in RUNNING or state.books.kill_level:
        return
    if state.now >= ist_instant(ist_date(run.started_at or run.starts_at), rule.entry_end):
        return
    followed = {leg.parent for leg in run.legs}
    for leg in run.present:
        reason = leg.exit_reason
        if reason not in ON_STOP_HITS | LEG_TARGET_HITS or not _is_out(leg) or leg.leg_id in followed:
            continue
        if reason in ON_STOP_HITS and rule.reentries:
            continue  # Stopped legs have a count of their own.
        if _is_side_open(run, rule, leg) or reopening.is_storm(state, run, leg):
            continue
        if reopening.totals_reached(run, reason) is None:
            why = f"the next break of {range_levels.name_of(rule, leg)}: each side may fire again"
            yield _added(state, run, rule, leg, reason, why)


def _is_out(leg: LegRun) -> bool:
    return leg.state is LegState.CLOSED and leg.waited and not leg.leg.breakout_exempt


def _used(run: PortfolioRun, leg: LegRun) -> int:
    return sum(
        one.number == leg.number and one.origin is LegOrigin.REENTERED and not range_levels.fires_again(one)
        for one in run.present
    )


def _is_side_open(run: PortfolioRun, rule: RangeBreakout, leg: LegRun) -> bool:
    """Say whether a leg that entered on the same side of the same range is not closed yet."""
    number, sides = range_levels.number_of(rule, leg), range_levels.sides_of(rule, leg)
    return any(
        (one.state in LEG_OPEN or one.state is LegState.EXITING or ledger.is_entering(one))
        and not one.leg.breakout_exempt
        and range_levels.number_of(rule, one) == number
        and sides & range_levels.sides_of(rule, one)
        for one in run.present
    )


def _added(
    state: EngineState, run: PortfolioRun, rule: RangeBreakout, leg: LegRun, cause: ExitReason | None, why: str
) -> LegAdded:
    held = None if rule.of is RangeOf.UNDERLYING else leg.instrument
    return LegAdded(
        at=state.now,
        portfolio_id=run.portfolio_id,
        leg_id=LegId(len(run.legs) + 1),
        leg=leg.leg,
        origin=LegOrigin.REENTERED,
        parent=leg.leg_id,
        number=leg.number,
        cycle=leg.cycle + 1,
        state=LegState.WAIT_RBO,
        instrument=held,
        quantity=leg.wanted if held is not None else 0,
        cause=cause,
        why=why,
    )
