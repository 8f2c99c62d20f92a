"""Watch what is open and say when it must be closed, in the order of the precedence matrix (Appendix E)."""

from collections.abc import Iterator

from engine.core import ledger, market_data
from engine.core.portfolio_run import LegRun, PortfolioRun
from engine.core.resting import FAR, Resting, RowRange
from engine.core.state import EngineState
from engine.domain.facts import (
    AnyFact,
    CombinedStopMoved,
    LegCancelled,
    LegClosed,
    LegExitDecided,
    PortfolioClosed,
    PortfolioExitDecided,
    ProfitLockMoved,
    StopMoved,
    StopsMovedToCost,
)
from engine.domain.identifiers import LegId
from engine.domain.instant import SECOND, clock_text
from engine.domain.money import Money, Price, exact_units, plain_text
from engine.domain.multileg.exit import (
    CombinedLoss,
    CostScope,
)
from engine.domain.multileg.levels import (
    cost_level,
    gains_when_underlying_rises,
    stop_level,
    trail_units,
    trailed_stop,
)
from engine.domain.multileg.portfolio import AfterRestart, PriceType, UnderlyingReference
from engine.domain.multileg.states import EXITING, FINAL, RUNNING, ExitReason, LegState, PortfolioState
from engine.domain.order import Side

_REASON_WORDS = {
    ExitReason.LEG_SL: "stop loss",
    ExitReason.LEG_SL_TRAIL: "trailed stop",
    ExitReason.LEG_COST: "stop at cost",
    ExitReason.SL_ON_RECOVERY: "stop, found beyond its level after the restart",
}

_ACTIVE = frozenset({PortfolioState.ENTERING, PortfolioState.HELD}) | RUNNING
"""States in which legs and times are watched."""


def time_exit(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Square off at the square-off time: no delay, freak pause or stale feed holds it back."""
    if run.state in _ACTIVE and run.started_at is not None and state.now >= run.square_off_at:
        why = f"square-off time {clock_text(run.square_off_at)}"
        yield exit_decided(state, run, ExitReason.TIME, why)


def restart_exit(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Square off what a restart caught in the middle of its entry, where the portfolio's own field says so."""
    held = run.state is PortfolioState.HELD and not state.books.recovering
    if held and run.portfolio.after_restart is AfterRestart.SQUARE_OFF:
        yield exit_decided(state, run, ExitReason.RESTART, "caught by a restart in the middle of its entry")


def exit_decided(state: EngineState, run: PortfolioRun, reason: ExitReason, why: str) -> PortfolioExitDecided:
    """Answer the fact that everything of a portfolio must be closed."""
    return PortfolioExitDecided(at=state.now, portfolio_id=run.portfolio_id, reason=reason, why=why)


def combined_exits(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Trail and test the combined stop, the profit lock and the combined target, in this order."""
    if run.state not in RUNNING or not _has_combined(run) or not _can_trigger(state, run):
        return
    profit = market_data.profit(state, run)
    if profit is None:
        return
    yield from _trail_combined_stop(state, run, profit)
    yield from _test_combined_stop(state, run, profit)
    if run.state in RUNNING:
        yield from _profit_lock(state, run, profit)
    if run.state in RUNNING:
        yield from _combined_target(state, run, profit)


def resting(state: EngineState, run: PortfolioRun) -> Resting | None:
    """Answer the ranges in which a portfolio needs no look; None where every quote needs one.

    To be asked when a look has led to nothing: then only prices or time can lead to something.
    """
    wake = state.wakes.get(run.portfolio_id, FAR)
    if run.state in (PortfolioState.IDLE, PortfolioState.WAITING):
        return Resting(rows=(), cash=0, low=-FAR, high=FAR, wake=wake)
    portfolio = run.portfolio
    if run.state not in RUNNING or portfolio.price_type is not PriceType.LAST:
        return None
    rows: list[RowRange] = []
    for leg in run.legs:
        if leg.working or leg.state is LegState.EXITING:
            return None
        if leg.net_quantity:
            if leg.protected_quantity != leg.entered_quantity:
                return None
            on_underlying = _stop_on_underlying(leg) or _target_on_underlying(leg)
            if on_underlying and portfolio.underlying_reference is not UnderlyingReference.SPOT:
                return None
            rows += _ranges(state, run, leg)
    low, high = ledger.profit_range(run)
    return Resting(rows=tuple(rows), cash=sum(leg.cash for leg in run.legs), low=low, high=high, wake=wake)


def _ranges(state: EngineState, run: PortfolioRun, leg: LegRun) -> Iterator[RowRange]:
    bounds = {False: [-FAR, FAR], True: [-FAR, FAR]}
    sold, gains = leg.leg.side is Side.SELL, gains_when_underlying_rises(leg.leg)
    if leg.stop is not None:
        below = _stop_on_underlying(leg)
        _bound(bounds[below], leg.stop, rising=not gains if below else sold)
    if leg.target is not None:
        below = _target_on_underlying(leg)
        _bound(bounds[below], leg.target, rising=gains if below else not sold)
    if leg.leg.trailing is not None and leg.stop is not None and leg.average_entry is not None:
        every, _ = trail_units(leg.leg.trailing, leg.average_entry)
        step = -leg.leg.side.sign * every * (leg.trail_steps + 1)
        _bound(bounds[False], leg.average_entry - step, rising=not sold)
    yield RowRange(leg.row, leg.net_quantity, leg.scale, *bounds[False])
    spot = state.master.spot(run.portfolio.underlying)
    if bounds[True] != [-FAR, FAR] and spot is not None:
        yield RowRange(state.master.row(spot.id), 0, 1, *bounds[True])


def _bound(bounds: list[int], level: int, *, rising: bool) -> None:
    if rising:
        bounds[1] = min(bounds[1], level)
    else:
        bounds[0] = max(bounds[0], level)


def _has_combined(run: PortfolioRun) -> bool:
    portfolio = run.portfolio
    return portfolio.stop is not None or portfolio.target is not None or portfolio.profit_lock is not None


def _can_trigger(state: EngineState, run: PortfolioRun) -> bool:
    return not market_data.is_stale(state) and market_data.is_open(state, run.portfolio.exchange)


def _trail_combined_stop(state: EngineState, run: PortfolioRun, profit: int) -> Iterator[AnyFact]:
    trail, stop = run.portfolio.stop_trail, run.portfolio.stop
    if trail is None or not isinstance(stop, CombinedLoss):
        return
    every, by = exact_units(trail.every), exact_units(trail.by)
    steps = max(0, (profit - run.stop_anchor) // every)
    if steps:
        level = (run.trailed_stop if run.trailed_stop is not None else -exact_units(stop.amount)) + steps * by
        anchor = Money(run.stop_anchor + steps * every)
        yield CombinedStopMoved(at=state.now, portfolio_id=run.portfolio_id, stop=Money(level), anchor=anchor)


def _test_combined_stop(state: EngineState, run: PortfolioRun, profit: int) -> Iterator[AnyFact]:
    level = ledger.combined_stop(run)
    if level is None or profit > level:
        return
    trailed = run.trailed_stop is not None
    reason = ExitReason.COMB_SL_TRAIL if trailed else ExitReason.COMB_SL
    why = f"combined {'trailed ' if trailed else ''}stop: profit {plain_text(profit)} ≤ {plain_text(level)}"
    yield exit_decided(state, run, reason, why)


def _profit_lock(state: EngineState, run: PortfolioRun, profit: int) -> Iterator[AnyFact]:
    lock = run.portfolio.profit_lock
    if lock is None:
        return
    if run.floor is not None and profit <= run.floor:
        why = f"profit lock: profit {plain_text(profit)} fell to the floor {plain_text(run.floor)}"
        yield exit_decided(state, run, ExitReason.COMB_TGT_TRAIL, why)
        return
    floor, anchor = run.floor, run.anchor
    if floor is None and profit >= exact_units(lock.reach):
        floor, anchor = Money(exact_units(lock.lock)), Money(exact_units(lock.reach))
    if floor is None:
        return
    every = exact_units(lock.every)
    steps = max(0, (profit - anchor) // every)
    floor, anchor = Money(floor + steps * exact_units(lock.by)), Money(anchor + steps * every)
    if floor != run.floor or anchor != run.anchor:
        yield ProfitLockMoved(at=state.now, portfolio_id=run.portfolio_id, floor=floor, anchor=anchor)


def _combined_target(state: EngineState, run: PortfolioRun, profit: int) -> Iterator[AnyFact]:
    level = ledger.combined_target(run)
    if level is not None and profit >= level:
        why = f"combined target: profit {plain_text(profit)} ≥ {plain_text(level)}"
        yield exit_decided(state, run, ExitReason.COMB_TGT, why)


def leg_exits(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Trail each leg's stop, then test stop before target: where both are true at once the stop wins."""
    if run.state not in _ACTIVE or not _can_trigger(state, run):
        return
    for leg in run.legs:
        watched = leg.state in (LegState.OPEN, LegState.ENTERING) and leg.net_quantity
        if watched and (leg.stop is not None or leg.target is not None):
            yield from _trail_leg(state, run, leg)
            yield from _test_leg(state, run, leg)


def _trail_leg(state: EngineState, run: PortfolioRun, leg: LegRun) -> Iterator[AnyFact]:
    if leg.leg.trailing is None or leg.stop is None or leg.average_entry is None:
        return
    price = market_data.mark(state, leg, run.portfolio.price_type)
    if price is None:
        return
    first = stop_level(leg.leg, leg.average_entry, None, leg.tick) or leg.stop
    level, steps = trailed_stop(leg.leg, leg.average_entry, price, first, leg.tick)
    tighter = level < leg.stop if leg.leg.side is Side.SELL else level > leg.stop
    if steps > leg.trail_steps and tighter:
        yield StopMoved(
            at=state.now,
            portfolio_id=run.portfolio_id,
            leg_id=leg.leg_id,
            stop=level,
            reason=ExitReason.LEG_SL_TRAIL,
            why=f"price {plain_text(price)}: {steps} steps of {leg.leg.trailing.every} in favour",
            trail_steps=steps,
        )


def _test_leg(state: EngineState, run: PortfolioRun, leg: LegRun) -> Iterator[AnyFact]:
    sold = leg.leg.side is Side.SELL
    stop_price = _watched_price(state, run, leg, on_underlying=_stop_on_underlying(leg))
    target_price = _watched_price(state, run, leg, on_underlying=_target_on_underlying(leg))
    if leg.stop is not None and stop_price is not None:
        rising = sold if not _stop_on_underlying(leg) else not gains_when_underlying_rises(leg.leg)
        if _reached(stop_price, leg.stop, rising=rising):
            reason = ExitReason.SL_ON_RECOVERY if run.portfolio_id in state.first_looks else leg.stop_reason
            yield _leg_exit(state, run, leg, reason, f"{_REASON_WORDS[reason]}: {_said(stop_price, leg.stop, rising)}")
            return
    if leg.target is not None and target_price is not None:
        rising = not sold if not _target_on_underlying(leg) else gains_when_underlying_rises(leg.leg)
        if _reached(target_price, leg.target, rising=rising):
            yield _leg_exit(state, run, leg, ExitReason.LEG_TGT, f"target: {_said(target_price, leg.target, rising)}")


def _stop_on_underlying(leg: LegRun) -> bool:
    # A stop that moved to cost is a premium, whatever the first one was.
    moved = leg.stop_reason is ExitReason.LEG_COST
    return not moved and leg.leg.stop_loss is not None and leg.leg.stop_loss.basis.on_underlying


def _target_on_underlying(leg: LegRun) -> bool:
    return leg.leg.target is not None and leg.leg.target.basis.on_underlying


def _watched_price(state: EngineState, run: PortfolioRun, leg: LegRun, *, on_underlying: bool) -> Price | None:
    if on_underlying:
        return market_data.underlying_price(state, run, ledger.instrument_of(state, leg).expiry)
    return market_data.mark(state, leg, run.portfolio.price_type)


def _reached(price: int, level: int, *, rising: bool) -> bool:
    return price >= level if rising else price <= level


def _said(price: int, level: int, rising: bool) -> str:
    return f"{plain_text(price)} {'≥' if rising else '≤'} {plain_text(level)}"


def _leg_exit(state: EngineState, run: PortfolioRun, leg: LegRun, reason: ExitReason, why: str) -> LegExitDecided:
    return LegExitDecided(at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, reason=reason, why=why)


def move_to_cost(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """After a leg's stop, move the stops of the others to their cost; a stop only ever tightens."""
    rule = run.portfolio.move_to_cost
    if not run.cost_move_due or run.state not in _ACTIVE:
        return
    early = rule is not None and state.now < (run.started_at or state.now) + rule.not_before * SECOND
    if rule is None or early:
        why = "too soon after the start" if rule is not None else "moving stops to cost is off"
        yield StopsMovedToCost(at=state.now, portfolio_id=run.portfolio_id, moves=(), why=why)
        return
    moves: list[tuple[LegId, Price]] = []
    words: list[str] = []
    for leg in run.legs:
        if leg.state is LegState.OPEN and leg.net_quantity and leg.average_entry is not None:
            level = cost_level(leg.leg, leg.average_entry, rule.buffer, leg.tick)
            verdict = _cost_verdict(state, run, leg, level, rule.legs)
            words.append(f"leg {leg.leg_id} {verdict}")
            if verdict.startswith("to "):
                moves.append((leg.leg_id, level))
    why = "; ".join(words) or "no other leg is open"
    yield StopsMovedToCost(at=state.now, portfolio_id=run.portfolio_id, moves=tuple(moves), why=why)


def _cost_verdict(state: EngineState, run: PortfolioRun, leg: LegRun, level: Price, scope: CostScope) -> str:
    if leg.leg.stop_loss is None:
        return "has no stop of its own to move"
    price = market_data.mark(state, leg, run.portfolio.price_type)
    if scope is CostScope.PROFITABLE and (price is None or _reached(price, level, rising=leg.leg.side is Side.SELL)):
        return "is not in profit"
    if leg.stop is not None and not _stop_on_underlying(leg):
        better = leg.stop <= level if leg.leg.side is Side.SELL else leg.stop >= level
        if better:
            return f"has a better stop already ({plain_text(leg.stop)})"
    return f"to {plain_text(level)}"


def closings(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Say which exiting legs are flat, and when the whole portfolio is done."""
    for leg in run.legs:
        if leg.state is LegState.EXITING and not leg.net_quantity and not leg.working:
            yield _leg_closed(state, run, leg) if leg.entered_quantity else _leg_never_entered(state, run, leg)
    if run.state in FINAL:
        return
    if run.state in EXITING and not run.holds_something:
        yield _portfolio_closed(state, run)
    elif run.state in RUNNING and all(leg.state not in (LegState.OPEN, LegState.EXITING) for leg in run.legs):
        reason = run.legs[-1].exit_reason or ExitReason.MANUAL
        last = max((leg for leg in run.legs if leg.closed_at), key=lambda leg: leg.closed_at or 0, default=None)
        if last is not None and last.exit_reason is not None:
            reason = last.exit_reason
        yield PortfolioClosed(
            at=state.now,
            portfolio_id=run.portfolio_id,
            state=PortfolioState.COMPLETED,
            reason=reason,
            realised=Money(ledger.realised(run)),
            why="every leg is closed",
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
        done = leg.state in (LegState.CLOSED, LegState.CANCELLED, LegState.ENTRY_FAILED)
        if done and leg.net_quantity:
            why = f"a late fill left {leg.net_quantity:+d}"
            if run.state in FINAL:
                yield exit_decided(state, run, ExitReason.LATE_FILL, why)
                return
            yield _leg_exit(state, run, leg, ExitReason.LATE_FILL, why)
