"""Mistakes planted on purpose: each patches the engine while it is open, and the harness must see it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

import msgspec

from desktop.verification import power
from engine.core import pipeline, state
from engine.core.accounts import tag_guard
from engine.core.entries import entry_orders, entry_scheduler, entry_start, extra_conditions, range_breakout
from engine.core.exits import closings, exit_orders, exit_plan, leg_exits, leg_trails, protecting
from engine.core.hedges import hedging
from engine.core.orders import (
    at_broker,
    order_book,
    order_gate,
    order_pricing,
    order_router,
    order_slices,
    reconciliation,
    risk_gate,
)
from engine.core.prices.tick_trail import TickTrail
from engine.core.readings import ledger, reopening
from engine.core.records import account_folding, action_folding, hedge_ties
from engine.domain import facts as f
from engine.domain.money import Money, Price
from engine.domain.multileg.levels import Level
from engine.domain.multileg.states import EXITING, ExitReason, KillLevel, LegState, PortfolioState
from engine.domain.order import OrderStatus, Purpose, Side
from engine.runtime import outbox

Plant = Callable[[], AbstractContextManager[None]]


@contextmanager
def patched(*patches: tuple[Any, str, Any]) -> Iterator[None]:
    """Replace attributes while the block runs: owner, name, replacement."""
    with ExitStack() as undo:
        for owner, name, replacement in patches:
            undo.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, replacement)
        yield


class _NoLevel:
    """Stands for KillLevel where it must never be reached."""

    NO_OPENINGS = 99
    CANCEL = 99
    FLATTEN = 99


def _nothing(*_args: Any, **_kwargs: Any) -> Iterator[Any]:
    return iter(())


def _none(*_args: Any, **_kwargs: Any) -> None:
    return None


def orders_are_not_journaled() -> AbstractContextManager[None]:
    """Requests of orders are left out of the journal."""
    append = power.BreakableJournal.append

    def forgetful(self: power.BreakableJournal, entries: Any) -> None:
        append(self, [entry for entry in entries if entry.kind != "order_requested"])

    return patched((power.BreakableJournal, "append", forgetful))


def the_journal_loses_its_last_facts() -> AbstractContextManager[None]:
    """What was written last is not on disk after a power loss, as without fsync."""

    def after_power_loss(self: power.BreakableJournal, breaker: power.Breaker) -> power.BreakableJournal:
        copy = self.crash_copy(max(0, self.count() - 3))
        copy.breaker = breaker
        return copy

    return patched((power.BreakableJournal, "after_power_loss", after_power_loss))


def an_unanswered_order_is_sent_again() -> AbstractContextManager[None]:
    """An order of unknown outcome counts as if it were not there."""

    def under_way(now: Any, leg: Any, purpose: Purpose) -> int:
        orders = ledger.working(now, leg, purpose)
        return sum(order.remaining for order in orders if order.status is not OrderStatus.UNKNOWN)

    return patched((ledger, "under_way", under_way), (ledger, "has_unknown", lambda _state, _run: False))


def a_basket_goes_on_beside_an_unknown_order() -> AbstractContextManager[None]:
    """Openings are not frozen while an outcome is unknown."""
    return patched((ledger, "has_unknown", lambda _state, _run: False))


def a_timeout_counts_as_a_rejection() -> AbstractContextManager[None]:
    """No answer is taken for a no."""
    absorb = order_book.absorb

    def hasty(now: Any, report: Any) -> Any:
        if report.status is OrderStatus.UNKNOWN:
            report = msgspec.structs.replace(report, status=OrderStatus.REJECTED)
        return absorb(now, report)

    return patched((order_book, "absorb", hasty))


def absence_is_believed_after_one_book() -> AbstractContextManager[None]:
    """One book without the order proves that it was never sent."""
    return patched((reconciliation, "ABSENT_BOOKS", 1), (reconciliation, "ABSENT_AFTER", 0))


def absence_is_believed_too_soon() -> AbstractContextManager[None]:
    """Three books suffice, however young they are."""
    return patched((reconciliation, "ABSENT_AFTER", 0))


def a_fill_after_the_end_is_ignored() -> AbstractContextManager[None]:
    """A finished order takes no more fills."""
    fill = order_book._fill

    def deaf(now: Any, order: Any, report: Any) -> Any:
        return fill(now, order, report) if order.is_working else iter(())

    return patched((order_book, "_fill", deaf))


def what_is_filled_may_fall() -> AbstractContextManager[None]:
    """An older report takes fills away."""

    def absorb(now: Any, report: Any) -> Any:
        order = now.books.orders.get(report.order_id)
        if order is None:
            return
        if report.filled != order.filled:
            yield from order_book._fill(now, order, report)
        yield from order_book._terms(now, order, report)
        yield from order_book._status(now, order, report)

    return patched((order_book, "absorb", absorb))


def a_repeated_fill_counts_twice() -> AbstractContextManager[None]:
    """Every report of a fill adds its whole quantity."""

    def fill(now: Any, order: Any, report: Any) -> Any:
        yield f.OrderFilled(
            at=now.now,
            order_id=order.order_id,
            quantity=report.filled,
            value=Money(report.value or 0),
            filled=order.filled + report.filled,
        )

    return patched((order_book, "_fill", fill))


def an_exit_forgets_what_is_under_way() -> AbstractContextManager[None]:
    """Exits are sent for all that is held, again and again, and the gate does not look."""
    under_way = ledger.under_way

    def forgetful(now: Any, leg: Any, purpose: Purpose) -> int:
        return 0 if purpose is Purpose.EXIT and len(leg.orders) < 40 else under_way(now, leg, purpose)

    return patched((ledger, "under_way", forgetful))


def an_exit_closes_the_symbol() -> AbstractContextManager[None]:
    """An exit closes what the account holds of the contract, not what the leg holds."""
    sliced = order_slices.sliced

    def whole(now: Any, run: Any, leg: Any, purpose: Purpose, side: Side, quantity: int, why: str) -> Any:
        if purpose is Purpose.EXIT:
            quantity = abs(now.books.net_quantity.get(leg.instrument, 0)) or quantity
        return sliced(now, run, leg, purpose, side, quantity, why)

    return patched((order_slices, "sliced", whole), (risk_gate, "_flip", _none))


def sales_do_not_wait_for_their_hedge() -> AbstractContextManager[None]:
    """The barrier is gone, and the gate does not look."""

    def enterable(_state: Any, run: Any) -> Any:
        return [leg for leg in run.legs if leg.state in (LegState.RESOLVED, LegState.ENTERING)]

    return patched((entry_orders, "_enterable", enterable), (risk_gate, "_naked", _none))


def a_failed_hedge_is_shrugged_off() -> AbstractContextManager[None]:
    """The policy for failed legs is never carried out, and the gate does not look."""
    after = tuple(stage for stage in pipeline._AFTER_ORDERS if stage is not entry_scheduler.failures)
    return patched(
        (entry_scheduler, "failures", _nothing), (pipeline, "_AFTER_ORDERS", after), (risk_gate, "_naked", _none)
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


def the_kill_switch_forgets_the_outbox() -> AbstractContextManager[None]:
    """Openings that were queued before the kill switch still leave."""
    return patched((outbox, "KillLevel", _NoLevel))


def the_kill_switch_is_not_asked() -> AbstractContextManager[None]:
    """The gate lets openings through under the kill switch."""
    return patched((risk_gate, "KillLevel", _NoLevel))


def the_kill_switch_is_off_after_a_start() -> AbstractContextManager[None]:
    """A new session begins without it."""
    opened = account_folding._session_opened

    def fresh(books: Any, fact: Any) -> None:
        opened(books, fact)
        books.kill_level = KillLevel.OFF

    return patched((account_folding, "_session_opened", fresh))


def tags_begin_again() -> AbstractContextManager[None]:
    """Order tags count what is under way instead of what was ever made."""
    tag = order_gate.order_tag
    return patched((order_gate, "order_tag", lambda lineage, number: tag(lineage, number % 3)))


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
    return patched((pipeline, "_note_wake", lambda _state, _run: None))


def the_rate_limiter_is_off() -> AbstractContextManager[None]:
    """Everything leaves at once."""
    return patched((outbox.Outbox, "_room", lambda _self, _now: True))


def exits_queue_behind_entries() -> AbstractContextManager[None]:
    """The outbox is first come, first served, and entries come first."""

    def priority(self: Any, fact: Any) -> int:
        return int(self._order(fact.order_id).purpose is Purpose.EXIT)

    return patched((outbox.Outbox, "_priority", priority))


def a_held_portfolio_enters_by_itself() -> AbstractContextManager[None]:
    """A restart goes on with every entry."""

    def all_of_them(now: Any, _account: Any) -> Any:
        for run in now.alive():
            if run.state is PortfolioState.HELD:
                yield reconciliation.resumed(now, run, "")

    return patched((reconciliation, "_after_restart", all_of_them))


def the_freeze_quantity_is_ignored() -> AbstractContextManager[None]:
    """Orders are not sliced, and the gate does not look."""
    return patched((order_pricing, "slice_quantity", lambda _instrument: None))


def limits_are_not_looked_at() -> AbstractContextManager[None]:
    """Lots per order and per contract do not matter."""
    return patched((risk_gate, "_limits", _none))


def profit_is_a_little_off() -> AbstractContextManager[None]:
    """One unit is added to every profit."""
    right = ledger.realised
    return patched((ledger, "realised", lambda run: right(run) + 1))


def a_stage_writes_to_the_state() -> AbstractContextManager[None]:
    """A decision is remembered in the state and not as a fact."""
    exits = closings.time_exit

    def scribbling(now: Any, run: Any) -> Any:
        run.legs[0].attempt += 1
        return exits(now, run)

    before = tuple(scribbling if stage is exits else stage for stage in pipeline._BEFORE_ORDERS)
    return patched((pipeline, "_BEFORE_ORDERS", before))


def a_refused_slice_is_sent_again_at_once() -> AbstractContextManager[None]:
    """The rest of a leg does not wait for its retry."""
    return patched((order_router.ledger, "last_failure", _none))


def refusals_are_never_final() -> AbstractContextManager[None]:
    """A refused leg is tried for ever."""

    def again(now: Any, run: Any, leg: Any, failure: str) -> Any:
        yield f.LegRetried(
            at=now.now,
            portfolio_id=run.portfolio_id,
            leg_id=leg.leg_id,
            attempt=leg.attempt + 1,
            again_at=now.now + 1_000_000,
            why=failure,
        )

    return patched((entry_scheduler, "_retry_or_fail", again))


def done_with_orders_under_way() -> AbstractContextManager[None]:
    """A portfolio counts as done when its legs hold nothing, whatever still works."""

    def early(now: Any, run: Any) -> Any:
        if run.state in EXITING and all(not leg.net_quantity for leg in run.legs):
            yield closings._portfolio_closed(now, run)

    after = tuple(early if stage is closings.closings else stage for stage in pipeline._AFTER_ORDERS)
    return patched((pipeline, "_AFTER_ORDERS", after))


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
    return patched((hedging, "_not_now", _none))


def a_resting_stop_is_not_moved() -> AbstractContextManager[None]:
    """A trail moves the stop here, and not at the broker."""
    return patched((at_broker, "_follow", _nothing))


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


def a_tag_forgets_its_limit() -> AbstractContextManager[None]:
    """Nobody looks at the day of a strategy tag."""
    return patched((tag_guard, "day", _nothing))


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
    return patched((entry_start, "too_often", _none))


PLANTS: tuple[Plant, ...] = (
    orders_are_not_journaled,
    the_journal_loses_its_last_facts,
    an_unanswered_order_is_sent_again,
    a_basket_goes_on_beside_an_unknown_order,
    a_timeout_counts_as_a_rejection,
    absence_is_believed_after_one_book,
    absence_is_believed_too_soon,
    a_fill_after_the_end_is_ignored,
    what_is_filled_may_fall,
    a_repeated_fill_counts_twice,
    an_exit_forgets_what_is_under_way,
    an_exit_closes_the_symbol,
    sales_do_not_wait_for_their_hedge,
    a_failed_hedge_is_shrugged_off,
    a_stop_lies_on_the_wrong_side,
    a_trail_follows_both_ways,
    a_stop_is_only_looked_at_from_one_side,
    the_second_fill_is_not_protected,
    the_kill_switch_forgets_the_outbox,
    the_kill_switch_is_not_asked,
    the_kill_switch_is_off_after_a_start,
    tags_begin_again,
    every_print_is_believed,
    longs_are_sold_before_shorts,
    facts_are_folded_at_the_end,
    timers_are_forgotten,
    the_rate_limiter_is_off,
    exits_queue_behind_entries,
    a_held_portfolio_enters_by_itself,
    the_freeze_quantity_is_ignored,
    limits_are_not_looked_at,
    profit_is_a_little_off,
    a_stage_writes_to_the_state,
    a_refused_slice_is_sent_again_at_once,
    refusals_are_never_final,
    done_with_orders_under_way,
    reentries_are_not_counted,
    a_wait_fires_twice,
    a_wait_is_skipped,
    a_range_is_broken_twice,
    a_hedge_is_sold_before_its_short,
    hedges_are_not_counted,
    a_resting_stop_is_not_moved,
    a_part_exit_closes_too_much,
    what_is_kept_is_closed_too,
    a_tag_forgets_its_limit,
    a_condition_is_asked_twice,
    executions_are_not_counted,
)
