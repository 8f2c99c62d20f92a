"""Planted mistakes about rules and actions: levels, waits, ranges, hedges, parts and what sets them off."""

from contextlib import AbstractContextManager
from typing import Any

import msgspec

from engine.core import next_wakes, pipeline, state
from engine.core.entries import entry_orders, entry_scheduler, entry_start, extra_conditions, range_breakout
from engine.core.exits import closings, exit_orders, exit_plan, leg_exits, leg_trails, protecting
from engine.core.hedges import hedging
from engine.core.orders import (
    risk_gate,
)
from engine.core.prices.tick_trail import TickTrail
from engine.core.readings import ledger, reopening
from engine.core.records import action_folding, hedge_ties
from engine.domain import facts as f
from engine.domain.money import Price
from engine.domain.multileg.levels import Level
from engine.domain.multileg.states import ExitReason, LegState
from tests.simulation.planted.plant import Plant, none, nothing, patched


def sales_do_not_wait_for_their_hedge() -> AbstractContextManager[None]:
    """The barrier is gone, and the gate does not look."""

    def enterable(_state: Any, run: Any) -> Any:
        return [leg for leg in run.legs if leg.state in (LegState.RESOLVED, LegState.ENTERING)]

    return patched((entry_orders, "_enterable", enterable), (risk_gate, "_naked", none))


def a_failed_hedge_is_shrugged_off() -> AbstractContextManager[None]:
    """The policy for failed legs is never carried out, and the gate does not look."""
    after = tuple(stage for stage in pipeline._AFTER_ORDERS if stage is not entry_scheduler.failures)
    return patched(
        (entry_scheduler, "failures", nothing), (pipeline, "_AFTER_ORDERS", after), (risk_gate, "_naked", none)
    )


def a_stop_lies_on_the_wrong_side() -> AbstractContextManager[None]:
    """The distance of a stop has the wrong sign."""
    right = protecting.stop_level

    def wrong(leg: Any, average: Price, underlying: Any, tick: Price, **rest: Any) -> Any:
        level = right(leg, average, underlying, tick, **rest)
        return None if level is None else msgspec.structs.replace(level, value=max(tick, 2 * average - level.value))

    return patched((protecting, "stop_level", wrong))


def a_trail_follows_both_ways() -> AbstractContextManager[None]:
    """A trailing stop goes back with the price."""

    def trail(now: Any, run: Any, leg: Any) -> Any:
        found = leg_trails.moved_stop(now, run, leg)
        if found is not None and found.stop != leg.stop:
            yield f.StopMoved(
                at=now.now,
                portfolio_id=run.portfolio_id,
                leg_id=leg.leg_id,
                stop=found.stop,
                reason=ExitReason.LEG_SL_TRAIL,
                why="",
                trail_steps=found.steps,
            )

    return patched((leg_exits, "_trail", trail), (pipeline, "is_quiet", lambda *_: False))


def a_stop_is_only_looked_at_from_one_side() -> AbstractContextManager[None]:
    """A falling price never reaches anything."""
    return patched((Level, "is_reached", lambda level, measured: level.rising and measured >= level.value))


def the_second_fill_is_not_protected() -> AbstractContextManager[None]:
    """Levels are computed at the first fill and never again."""
    progress = protecting.protection

    def once(now: Any, run: Any, leg: Any) -> Any:
        return iter(()) if leg.protected_quantity else progress(now, run, leg)

    return patched((protecting, "protection", once))


def every_print_is_believed() -> AbstractContextManager[None]:
    """The freak-tick filter is off."""

    def believe(trail: TickTrail, quote: Any, at: Any) -> None:
        if quote.last_price > 0:
            trail.price, trail.latest, trail.at, trail.doubt = quote.last_price, quote.last_price, at, Price(0)

    return patched((state, "follow", believe))


def longs_are_sold_before_shorts() -> AbstractContextManager[None]:
    """Closing everything, all legs go at once."""
    return patched((exit_orders, "_shorts_first", lambda _state, _run, exiting: exiting))


def facts_are_folded_at_the_end() -> AbstractContextManager[None]:
    """All of a message is decided on the state before it."""

    def advance(now: Any, message: Any) -> Any:
        now.now = max(now.now, message.at)
        decided = list(pipeline._decide(now, message))
        for fact in decided:
            now.apply(fact)
        yield from decided

    from engine.runtime import engine

    return patched((engine, "advance", advance))


def timers_are_forgotten() -> AbstractContextManager[None]:
    """Nobody notes when to look again."""
    return patched((next_wakes, "note", lambda _state, _run: None))


def a_stage_writes_to_the_state() -> AbstractContextManager[None]:
    """A decision is remembered in the state and not as a fact."""
    exits = closings.time_exit

    def scribbling(now: Any, run: Any) -> Any:
        run.legs[0].attempt += 1
        return exits(now, run)

    before = tuple(scribbling if stage is exits else stage for stage in pipeline._BEFORE_ORDERS)
    return patched((pipeline, "_BEFORE_ORDERS", before))


def reentries_are_not_counted() -> AbstractContextManager[None]:
    """A leg is executed again as long as its stop is hit."""
    return patched((reopening, "used_up", lambda _times, _used: False))


def a_wait_fires_twice() -> AbstractContextManager[None]:
    """Nobody remembers that a leg has waited."""
    release = action_folding.fold_release

    def forgetful(leg: Any, fact: Any) -> None:
        release(leg, fact)
        leg.waited, leg.triggered_at, leg.reference = False, None, None

    return patched((action_folding, "fold_release", forgetful))


def a_wait_is_skipped() -> AbstractContextManager[None]:
    """A leg that should wait for its price is entered at once."""
    before = tuple(stage for stage in pipeline._BEFORE_ENTRIES if stage.__name__ != "waits_for_price")
    return patched((pipeline, "_BEFORE_ENTRIES", before))


def a_range_is_broken_twice() -> AbstractContextManager[None]:
    """A boundary stays armed after its break, a message later."""
    look = range_breakout._look

    def eager(now: Any, run: Any, rule: Any, found: Any) -> Any:
        if found.high_broken_at is not None and found.high_broken_at < now.now:
            found.high_armed = True
        if found.low_broken_at is not None and found.low_broken_at < now.now:
            found.low_armed = True
        return look(now, run, rule, found)

    return patched((range_breakout, "_look", eager))


def a_hedge_is_sold_before_its_short() -> AbstractContextManager[None]:
    """Selling a hedge waits for nothing."""
    return patched((hedge_ties, "is_held_back", lambda _run, _leg: False))


def hedges_are_not_counted() -> AbstractContextManager[None]:
    """Hedges are bought at any time, and any number."""
    return patched((hedging, "_not_now", none))


def a_part_exit_closes_too_much() -> AbstractContextManager[None]:
    """A part is a third larger than asked."""
    after_part = exit_plan.reducing.after_part

    def greedy(now: Any, run: Any, percent: Any, **more: Any) -> Any:
        return after_part(now, run, min(percent * 4 / 3, percent * 0 + 99), **more)

    return patched((exit_plan.reducing, "after_part", greedy))


def what_is_kept_is_closed_too() -> AbstractContextManager[None]:
    """A part exit closes the leg."""
    to_close = ledger.to_close
    return patched((ledger, "to_close", lambda leg: to_close(leg) if leg.keep is None else abs(leg.net_quantity)))


def a_condition_is_asked_twice() -> AbstractContextManager[None]:
    """What held a minute ago is asked again."""
    asks = extra_conditions.at_the_start
    answered: dict[str, int] = {}

    def forgetful(now: Any, run: Any) -> Any:
        if run.conditions_met and now.now >= answered.setdefault(run.portfolio_id, now.now) + 60_000_000:
            run.conditions_met = False
            answered[run.portfolio_id] = now.now
        return asks(now, run)

    before = tuple(forgetful if stage is asks else stage for stage in pipeline._BEFORE_ORDERS)
    return patched((pipeline, "_BEFORE_ORDERS", before))


def executions_are_not_counted() -> AbstractContextManager[None]:
    """A portfolio may be started as often as anybody likes."""
    return patched((entry_start, "too_often", none))


PLANTS: tuple[Plant, ...] = (
    sales_do_not_wait_for_their_hedge,
    a_failed_hedge_is_shrugged_off,
    a_stop_lies_on_the_wrong_side,
    a_trail_follows_both_ways,
    a_stop_is_only_looked_at_from_one_side,
    the_second_fill_is_not_protected,
    every_print_is_believed,
    longs_are_sold_before_shorts,
    facts_are_folded_at_the_end,
    timers_are_forgotten,
    a_stage_writes_to_the_state,
    reentries_are_not_counted,
    a_wait_fires_twice,
    a_wait_is_skipped,
    a_range_is_broken_twice,
    a_hedge_is_sold_before_its_short,
    hedges_are_not_counted,
    a_part_exit_closes_too_much,
    what_is_kept_is_closed_too,
    a_condition_is_asked_twice,
    executions_are_not_counted,
)
