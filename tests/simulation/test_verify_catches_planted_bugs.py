"""The harness proves itself: every bug planted on purpose breaks an invariant within a few seeds."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from desktop.composition.rules import market_rules
from desktop.verification.day import Day
from desktop.verification.plan import DayPlan, Deed, day_plan
from tests.simulation.planted import bugs, stress

Stress = Callable[[DayPlan], DayPlan]

LATER_SEEDS = range(60)


class Hunt(NamedTuple):
    """Where a bug is looked for first, and the invariants by which it may be seen."""

    seed: int
    seen_by: frozenset[int]
    stress: Stress = stress.as_drawn


CALL = {"side": "SELL", "kind": "CE", "stop_loss": {"basis": "premium points", "distance": 2}}
PUT = {"side": "SELL", "kind": "PE"}
FIVE = {**PUT, "lots": 5}
FAR = {"basis": "premium percent", "distance": 22}
AGAIN = {"type": "re_execute", "times": {"type": "up_to", "times": 1}}
BREAKOUT = {"range_start": "09:20:00", "range_end": "09:23:00", "entry_at": "high enters calls, low enters puts"}
HEDGED, HEDGED_PUT = {**PUT, "kind": "CE", "hedge_required": True}, {**PUT, "hedge_required": True}
HEDGE = {"rule": {"type": "distance", "strikes": 4}, "unsatisfied": "skip the leg"}
PARTS = {"parts": [{"type": "time", "at": "10:00:00", "percent": 50}]}
SLICES = {"slicing": {"type": "time", "lots": 1, "every": 50}}
STARTS = tuple((minutes, deed) for minutes in (30, 60) for deed in (Deed.SQUARE_OFF, Deed.START))
FAR_AWAY = {"type": "underlying_band", "distance": 20}
"""Pieces of portfolios that trade in the way of a bug; the band is left by a fifth, which never happens."""


def by(*numbers: int) -> frozenset[int]:
    """Invariants by their numbers."""
    return frozenset(numbers)


HUNTS: dict[bugs.Plant, Hunt] = {
    bugs.orders_are_not_journaled: Hunt(1, by(3)),
    bugs.the_journal_loses_its_last_facts: Hunt(4, by(32)),
    bugs.an_unanswered_order_is_sent_again: Hunt(12, by(2, 6, 13)),
    bugs.a_basket_goes_on_beside_an_unknown_order: Hunt(12, by(6), stress.unanswered),
    bugs.a_timeout_counts_as_a_rejection: Hunt(12, by(5)),
    bugs.absence_is_believed_after_one_book: Hunt(12, by(5)),
    bugs.absence_is_believed_too_soon: Hunt(12, by(5)),
    bugs.a_fill_after_the_end_is_ignored: Hunt(3, by(11, 33, 34)),
    bugs.what_is_filled_may_fall: Hunt(1, by(8)),
    bugs.a_repeated_fill_counts_twice: Hunt(1, by(8, 13)),
    bugs.an_exit_forgets_what_is_under_way: Hunt(1, by(13)),
    bugs.an_exit_closes_the_symbol: Hunt(1, by(13)),
    bugs.sales_do_not_wait_for_their_hedge: Hunt(1, by(17)),
    bugs.a_failed_hedge_is_shrugged_off: Hunt(9, by(17, 18)),
    bugs.a_stop_lies_on_the_wrong_side: Hunt(3, by(36)),
    bugs.a_trail_follows_both_ways: Hunt(15, by(35)),
    bugs.a_stop_is_only_looked_at_from_one_side: Hunt(44, by(38)),
    bugs.the_second_fill_is_not_protected: Hunt(1, by(23)),
    bugs.the_kill_switch_forgets_the_outbox: Hunt(1, by(26), stress.killed_while_queued),
    bugs.the_kill_switch_is_not_asked: Hunt(
        0, by(26), stress.playing((6, Deed.KILL_OPENINGS), legs=[FIVE], execution=SLICES)
    ),
    bugs.the_kill_switch_is_off_after_a_start: Hunt(
        0, by(27), stress.cut_off(stress.playing((6, Deed.KILL_OPENINGS), legs=[FIVE], execution=SLICES), 3)
    ),
    bugs.tags_begin_again: Hunt(1, by(4)),
    bugs.every_print_is_believed: Hunt(
        0, by(24), stress.playing(wrong_prints=2_000, legs=[{**PUT, "stop_loss": {"distance": 90}}])
    ),
    bugs.longs_are_sold_before_shorts: Hunt(9, by(21)),
    bugs.facts_are_folded_at_the_end: Hunt(0, by(0)),
    bugs.timers_are_forgotten: Hunt(8, by(40)),
    bugs.the_rate_limiter_is_off: Hunt(0, by(28), stress.playing(legs=[CALL, PUT] * 6)),
    bugs.exits_queue_behind_entries: Hunt(131, by(28), stress.slow_line),
    bugs.a_held_portfolio_enters_by_itself: Hunt(
        0, by(39), stress.cut_off(stress.playing(legs=[FIVE], execution=SLICES), 3)
    ),
    bugs.the_freeze_quantity_is_ignored: Hunt(21, by(16)),
    bugs.limits_are_not_looked_at: Hunt(0, by(12)),
    bugs.profit_is_a_little_off: Hunt(0, by(15)),
    bugs.a_stage_writes_to_the_state: Hunt(0, by(32)),
    bugs.a_refused_slice_is_sent_again_at_once: Hunt(9, by(41)),
    bugs.refusals_are_never_final: Hunt(9, by(41)),
    bugs.done_with_orders_under_way: Hunt(12, by(14)),
    bugs.reentries_are_not_counted: Hunt(0, by(45), stress.playing(legs=[{**CALL, "on_stop": [AGAIN]}])),
    bugs.a_wait_fires_twice: Hunt(0, by(48), stress.playing(legs=[{**CALL, "wait": {"move": "0.5"}}])),
    bugs.a_wait_is_skipped: Hunt(0, by(48), stress.playing(legs=[{**CALL, "wait": {"move": "0.5"}}])),
    bugs.a_range_is_broken_twice: Hunt(0, by(49), stress.playing(legs=[CALL, PUT], range_breakout=BREAKOUT)),
    bugs.a_hedge_is_sold_before_its_short: Hunt(
        0, by(42), stress.playing(legs=[HEDGED, HEDGED_PUT], dynamic_hedge=HEDGE, exit={"shorts_first": False})
    ),
    bugs.hedges_are_not_counted: Hunt(
        0, by(52), stress.playing(legs=[HEDGED, HEDGED_PUT], dynamic_hedge={**HEDGE, "most_per_day": 1})
    ),
    bugs.a_resting_stop_is_not_moved: Hunt(
        0, by(53), stress.playing(legs=[{**CALL, "stop_loss": FAR, "trailing": {"every": 1, "by": 1}}], at_broker={})
    ),
    bugs.a_part_exit_closes_too_much: Hunt(0, by(51), stress.playing(legs=[{**PUT, "lots": 10}], exit=PARTS)),
    bugs.what_is_kept_is_closed_too: Hunt(0, by(51), stress.playing(legs=[{**PUT, "lots": 10}], exit=PARTS)),
    bugs.a_tag_forgets_its_limit: Hunt(
        0, by(54), stress.playing(tag_loss=1, legs=[{**CALL, "on_stop": [{**AGAIN, "times": {"type": "unlimited"}}]}])
    ),
    bugs.a_condition_is_asked_twice: Hunt(
        0, by(50), stress.playing(legs=[CALL], entry=FAR_AWAY, extra_conditions={"most_running": 5})
    ),
    bugs.executions_are_not_counted: Hunt(0, by(52), stress.playing(*STARTS, legs=[CALL])),
}


def broken(hunt: Hunt, seed: int) -> int | None:
    """The number of the invariant that a day breaks; None where all hold."""
    plan = hunt.stress(day_plan(seed, market_rules()))
    violation = Day(plan, market_rules()).run().violation
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
