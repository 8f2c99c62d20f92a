"""Planted mistakes about orders: the journal, the wire, the broker's answers, fills and retries."""

from contextlib import AbstractContextManager
from typing import Any

import msgspec

from desktop.verification import power
from engine.core import pipeline
from engine.core.entries import entry_scheduler
from engine.core.exits import closings
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
from engine.core.readings import ledger
from engine.domain import facts as f
from engine.domain.money import Money
from engine.domain.multileg.states import EXITING, PortfolioState
from engine.domain.order import OrderStatus, Purpose, Side
from engine.runtime import outbox
from tests.simulation.planted.plant import Plant, none, nothing, patched


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

    return patched((order_slices, "sliced", whole), (risk_gate, "_flip", none))


def tags_begin_again() -> AbstractContextManager[None]:
    """Order tags count what is under way instead of what was ever made."""
    tag = order_gate.order_tag
    return patched((order_gate, "order_tag", lambda lineage, number: tag(lineage, number % 3)))


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


def a_refused_slice_is_sent_again_at_once() -> AbstractContextManager[None]:
    """The rest of a leg does not wait for its retry."""
    return patched((order_router.ledger, "last_failure", none))


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


def a_resting_stop_is_not_moved() -> AbstractContextManager[None]:
    """A trail moves the stop here, and not at the broker."""
    return patched((at_broker, "_follow", nothing))


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
    tags_begin_again,
    the_rate_limiter_is_off,
    exits_queue_behind_entries,
    a_held_portfolio_enters_by_itself,
    the_freeze_quantity_is_ignored,
    a_refused_slice_is_sent_again_at_once,
    refusals_are_never_final,
    done_with_orders_under_way,
    a_resting_stop_is_not_moved,
)
