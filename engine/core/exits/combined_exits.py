"""Watch all legs together: the day's loss, the stop, the lock, the target (Appendix E, rank 6)."""

from collections.abc import Generator, Iterator

from engine.core.exits import combined_levels, combined_tests
from engine.core.exits.combined_tests import Test
from engine.core.orders import reducing
from engine.core.prices.resting import AlwaysLook, ProfitWatch, RowWatch, Watch
from engine.core.readings import cadence, decisions, estimates, market_data
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.facts import (
    AnyFact,
    CombinedDelayCleared,
    CombinedDelayStarted,
    CombinedHitInPart,
    CombinedReferencesSet,
    CombinedStopMoved,
    PortfolioReduced,
    ProfitLockMoved,
)
from engine.domain.instant import SECOND, Instant
from engine.domain.money import Money, plain_text
from engine.domain.multileg.portfolio import UnderlyingReference
from engine.domain.multileg.states import RUNNING, ExitReason, Hit, PortfolioState
from engine.domain.multileg.stop import AppliesTo, UnderlyingStop, WhichLegs
from engine.domain.multileg.target import MultiTargets, TrackedFrom, UnderlyingTarget


def combined_exits(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Trail and test the combined stop, then the profit lock, then the target; the first that is hit owns the exit."""
    if not _is_armed(run) or not market_data.can_trigger(state, run):
        return
    yield from _references(state, run)
    yield from _day_loss(state, run)
    if _is_armed(run) and not cadence.stops_rest(state, run):
        yield from _trail_stop(state, run)
        yield from _stop(state, run)
    if _is_armed(run) and not cadence.targets_rest(state, run):
        yield from _lock(state, run)
    if _is_armed(run) and not cadence.targets_rest(state, run):
        yield from _target(state, run)


def _is_armed(run: PortfolioRun) -> bool:
    portfolio = run.portfolio
    rules = (portfolio.stop, portfolio.target, portfolio.profit_lock, portfolio.max_daily_loss, run.trailed_stop)
    if all(rule is None for rule in rules):
        return False
    early = portfolio.profit_counts.since is TrackedFrom.START and run.state is PortfolioState.ENTERING
    return run.state in RUNNING or (early and any(leg.net_quantity for leg in run.present))


def _references(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Write down what levels in percent are measured from, once all legs are in."""
    if run.references is None and run.state in RUNNING and combined_tests.needs_references(run):
        early = run.portfolio.profit_counts.since is TrackedFrom.START
        yield CombinedReferencesSet(
            at=state.now,
            portfolio_id=run.portfolio_id,
            underlying=run.underlying_at_start if early else market_data.underlying_price(state, run),
            margin=estimates.margin_of(state, market_data.counted(run)),
            most_profit=combined_levels.most_profit(state, run),
        )


def _day_loss(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    most = run.portfolio.max_daily_loss
    if most is None:
        return
    profit = market_data.profit_of(state, run, combined_levels.day_legs(state, run))
    level = -combined_levels.rupees_of(run, most)
    if profit is not None and profit <= level:
        why = f"max loss per day: {plain_text(profit)} ≤ {plain_text(level)} over all executions of the day"
        yield decisions.portfolio_exit(state, run, ExitReason.DAY_LOSS, why, value=profit, threshold=level)


# --- stop ------------------------------------------------------------------------------------------------------------


def _trail_stop(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    if run.portfolio.stop_trail is None:
        return
    profit = combined_tests.stop_profit(state, run)
    moved = None if profit is None else combined_levels.trailed(run, profit)
    if moved is not None:
        yield CombinedStopMoved(
            at=state.now, portfolio_id=run.portfolio_id, stop=Money(moved[0]), anchor=Money(moved[1])
        )


def _stop(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    test = combined_tests.stop_test(state, run)
    if test is None:
        return  # Nothing is set, or the price is in doubt: a wait goes on, and ends only on a price.
    due = yield from _confirmed(state, run, test)
    if due:
        yield from _hit(state, run, test)


def _lock(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    if run.portfolio.profit_lock is None:
        return
    profit = combined_tests.target_profit(state, run)
    if profit is None:
        return
    if run.floor is not None and profit <= run.floor:
        why = f"profit lock: profit {plain_text(profit)} fell to the floor {plain_text(run.floor)}"
        yield from _hit(state, run, Test(Hit.TARGET, True, profit, run.floor, why, ExitReason.COMB_TGT_TRAIL))
        return
    moved = combined_levels.locked(run, profit)
    if moved is not None:
        yield ProfitLockMoved(
            at=state.now, portfolio_id=run.portfolio_id, floor=Money(moved[0]), anchor=Money(moved[1])
        )


# --- target ----------------------------------------------------------------------------------------------------------


def _target(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    lock = run.portfolio.profit_lock
    if lock is not None and run.floor is not None and not lock.target_stays:
        return
    test = combined_tests.target_test(state, run)
    if test is None:
        return
    due = yield from _confirmed(state, run, test)
    if not due:
        return
    if isinstance(run.portfolio.target, MultiTargets):
        yield from _one_of_several(state, run, run.portfolio.target, test)
    else:
        yield from _hit(state, run, test)


def _one_of_several(state: EngineState, run: PortfolioRun, rule: MultiTargets, test: Test) -> Iterator[AnyFact]:
    number = run.targets_hit + 1
    step = rule.steps[run.targets_hit]
    keeps = reducing.after_part(state, run, step.part)
    if number == len(rule.steps) or all(keep == 0 for _, keep in keeps):
        yield from _hit(state, run, test)
        return
    why = f"target {number} of {len(rule.steps)}: {test.words}, {step.part} % are closed"
    if run.target_pending is not None:
        yield CombinedDelayCleared(at=state.now, portfolio_id=run.portfolio_id, hit=Hit.TARGET, why="it held")
    yield PortfolioReduced(
        at=state.now, portfolio_id=run.portfolio_id, keeps=keeps, reason=test.reason, why=why, step=number
    )
    if step.stop is not None:
        level = combined_levels.rupees_of(run, step.stop)
        present = combined_levels.stop_at(run)
        if present is None or level > present:
            yield CombinedStopMoved(
                at=state.now, portfolio_id=run.portfolio_id, stop=Money(level), anchor=run.stop_anchor
            )


# --- both ------------------------------------------------------------------------------------------------------------


def _confirmed(state: EngineState, run: PortfolioRun, test: Test) -> Generator[AnyFact, None, bool]:
    """Answer whether a level that is reached has held long enough; its wait begins and ends here."""
    pending = run.stop_pending if test.hit is Hit.STOP else run.target_pending
    if not test.is_reached:
        if pending is not None:
            why = f"{test.words} does not hold"
            yield CombinedDelayCleared(at=state.now, portfolio_id=run.portfolio_id, hit=test.hit, why=why)
        return False
    if not test.seconds or test.is_beyond:
        return True
    if pending is None:
        yield CombinedDelayStarted(
            at=state.now,
            portfolio_id=run.portfolio_id,
            hit=test.hit,
            value=test.value,
            threshold=test.threshold,
            until=Instant(state.now + test.seconds * SECOND),
            why=test.words,
        )
        return False
    return state.now >= pending.until


def _hit(state: EngineState, run: PortfolioRun, test: Test) -> Iterator[AnyFact]:
    """Close all, or only the legs that the rule names."""
    portfolio = run.portfolio
    is_stop = test.hit is Hit.STOP
    closes = portfolio.stop_closes if is_stop else portfolio.target_closes
    if closes is not None:
        chosen = [leg for leg in reducing.held_legs(run) if _is_such(state, run, leg, closes.which)]
        if chosen and len(chosen) < len(list(reducing.held_legs(run))):
            rearm = combined_levels.rupees_of(run, closes.rearm)
            yield CombinedHitInPart(
                at=state.now,
                portfolio_id=run.portfolio_id,
                hit=test.hit,
                legs=tuple(leg.leg_id for leg in chosen),
                reason=test.reason,
                rearmed=Money(test.value - rearm if is_stop else test.value + rearm),
                why=test.words,
            )
            return
    actions = portfolio.on_stop if is_stop else portfolio.on_target
    applies = portfolio.on_stop_applies if is_stop else portfolio.on_target_applies
    trailed = test.reason in (ExitReason.COMB_SL_TRAIL, ExitReason.COMB_TGT_TRAIL)
    wanted = applies in (AppliesTo.BOTH, AppliesTo.TRAILED if trailed else AppliesTo.FIXED)
    yield decisions.portfolio_exit(
        state,
        run,
        test.reason,
        test.words,
        value=test.value,
        threshold=test.threshold,
        actions=actions if wanted else (),
    )


def _is_such(state: EngineState, run: PortfolioRun, leg: LegRun, which: WhichLegs) -> bool:
    profit = market_data.profit_of(state, run, [leg])
    return profit is not None and (profit > 0 if which is WhichLegs.GAINING else profit < 0)


def watches(state: EngineState, run: PortfolioRun) -> Iterator[Watch]:
    """Answer the profits, and the prices of the underlying, between which no combined rule fires or moves."""
    if not _is_armed(run):
        return
    if run.stop_pending or run.target_pending or not combined_levels.is_plain(run):
        yield AlwaysLook()
        return
    for rule in (run.portfolio.stop, run.portfolio.target):
        if rule is None:
            continue
        if isinstance(rule, UnderlyingStop | UnderlyingTarget):
            yield _underlying_watch(state, run, rule)
        elif not combined_tests.is_in_money(rule):
            yield AlwaysLook()
    yield ProfitWatch(*combined_levels.profit_range(run))


def _underlying_watch(state: EngineState, run: PortfolioRun, rule: UnderlyingStop | UnderlyingTarget) -> Watch:
    spot = state.master.spot(run.portfolio.underlying)
    bounds = combined_tests.bounds_of(run, rule)
    if run.portfolio.underlying_reference is not UnderlyingReference.SPOT or spot is None or bounds is None:
        return AlwaysLook()
    return RowWatch(state.master.row(spot.id), *bounds)


def wakes(_state: EngineState, run: PortfolioRun) -> Iterator[int]:
    """Answer when a level that is reached has held long enough."""
    for pending in (run.stop_pending, run.target_pending):
        if pending is not None:
            yield pending.until
