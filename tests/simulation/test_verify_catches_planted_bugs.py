"""The harness proves itself: every bug planted on purpose breaks an invariant within a few seeds."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from desktop.composition.rules import market_rules
from desktop.verification.campaign import opens
from desktop.verification.day import Day
from desktop.verification.plan import DayPlan, day_plan
from engine.domain.instant import Instant
from tests.simulation.planted import bugs, stress

Stress = Callable[[DayPlan, Instant], DayPlan]

LATER_SEEDS = range(60)


class Hunt(NamedTuple):
    """Where a bug is looked for first, and the invariants by which it may be seen."""

    seed: int
    seen_by: frozenset[int]
    stress: Stress = stress.as_drawn


def by(*numbers: int) -> frozenset[int]:
    """Invariants by their numbers."""
    return frozenset(numbers)


HUNTS: dict[bugs.Plant, Hunt] = {
    bugs.orders_are_not_journaled: Hunt(0, by(3)),
    bugs.the_journal_loses_its_last_facts: Hunt(2, by(32)),
    bugs.an_unanswered_order_is_sent_again: Hunt(7, by(2, 6, 13)),
    bugs.a_basket_goes_on_beside_an_unknown_order: Hunt(12, by(6), stress.unanswered),
    bugs.a_timeout_counts_as_a_rejection: Hunt(7, by(5)),
    bugs.absence_is_believed_after_one_book: Hunt(12, by(5)),
    bugs.absence_is_believed_too_soon: Hunt(12, by(5)),
    bugs.a_fill_after_the_end_is_ignored: Hunt(305, by(11, 33, 34)),
    bugs.what_is_filled_may_fall: Hunt(1, by(8)),
    bugs.a_repeated_fill_counts_twice: Hunt(6, by(8, 13)),
    bugs.an_exit_forgets_what_is_under_way: Hunt(0, by(13)),
    bugs.an_exit_closes_the_symbol: Hunt(24, by(13)),
    bugs.sales_do_not_wait_for_their_hedge: Hunt(2, by(17)),
    bugs.a_failed_hedge_is_shrugged_off: Hunt(19, by(17, 18)),
    bugs.a_stop_lies_on_the_wrong_side: Hunt(2, by(36)),
    bugs.a_trail_follows_both_ways: Hunt(7, by(35)),
    bugs.a_stop_is_only_looked_at_from_one_side: Hunt(26, by(38)),
    bugs.the_second_fill_is_not_protected: Hunt(6, by(23)),
    bugs.the_kill_switch_forgets_the_outbox: Hunt(5, by(26), stress.killed_while_queued),
    bugs.the_kill_switch_is_not_asked: Hunt(10, by(26)),
    bugs.the_kill_switch_is_off_after_a_start: Hunt(28, by(27)),
    bugs.a_start_forgets_unanswered_orders: Hunt(12, by(20, 34)),
    bugs.tags_begin_again: Hunt(1, by(4)),
    bugs.every_print_is_believed: Hunt(36, by(24)),
    bugs.longs_are_sold_before_shorts: Hunt(9, by(21)),
    bugs.facts_are_folded_at_the_end: Hunt(0, by(0)),
    bugs.timers_are_forgotten: Hunt(8, by(40)),
    bugs.the_rate_limiter_is_off: Hunt(47, by(28)),
    bugs.exits_queue_behind_entries: Hunt(131, by(28), stress.slow_line),
    bugs.a_held_portfolio_enters_by_itself: Hunt(2, by(39)),
    bugs.the_freeze_quantity_is_ignored: Hunt(21, by(16)),
    bugs.limits_are_not_looked_at: Hunt(0, by(12)),
    bugs.profit_is_a_little_off: Hunt(0, by(15)),
    bugs.a_stage_writes_to_the_state: Hunt(0, by(32)),
    bugs.a_refused_slice_is_sent_again_at_once: Hunt(9, by(41)),
    bugs.refusals_are_never_final: Hunt(9, by(41)),
    bugs.done_with_orders_under_way: Hunt(12, by(14)),
}


def broken(hunt: Hunt, seed: int) -> int | None:
    """The number of the invariant that a day breaks; None where all hold."""
    plan = hunt.stress(day_plan(seed, opens()), opens())
    violation = Day(plan, market_rules(), opens()).run().violation
    return None if violation is None else violation.number


@pytest.mark.parametrize("plant", HUNTS, ids=lambda plant: plant.__name__)
def test_a_planted_bug_is_seen(plant):
    hunt = HUNTS[plant]

    with plant():
        found = next((n for seed in (hunt.seed, *LATER_SEEDS) if (n := broken(hunt, seed)) is not None), None)

    assert found in hunt.seen_by


def test_the_days_of_the_hunt_are_clean_without_their_bugs():
    assert [hunt.seed for hunt in HUNTS.values() if broken(hunt, hunt.seed) is not None] == []


def test_every_plant_is_hunted():
    assert set(HUNTS) == set(bugs.PLANTS)
