"""Every combined stop, target, lock and trail, their waits and parts, by what they do."""

import pytest

from engine.domain import facts as f
from engine.domain.facts.codec import kind_of
from engine.domain.money import price_of
from engine.domain.multileg.states import ExitReason, LegState, PortfolioState
from engine.domain.order import Purpose, Side
from tests.helpers.core_desk import LOT, P1, Desk, leg, portfolio
from tests.unit.core.levels_desk import CALL, PUT, SPOT, entered, show, straddle
from tests.unit.core.restarts import restarted


@pytest.mark.parametrize(
    ("rule", "before", "hit", "reason"),
    [
        ({"type": "loss", "amount": "2000"}, {CALL: "150.75"}, {CALL: "150.80"}, ExitReason.COMB_SL),
        ({"type": "premium", "distance": "20", "unit": "points"}, {CALL: "139.95"}, {CALL: "140"}, ExitReason.COMB_SL),
        ({"type": "premium level", "level": "310"}, {CALL: "194.95"}, {CALL: "195"}, ExitReason.COMB_SL),
        ({"type": "underlying", "below": "24600"}, {SPOT: "24600.05"}, {SPOT: "24600"}, ExitReason.UNDERLYING_SL),
        (
            {"type": "underlying", "above": "100", "unit": "points from the entry"},
            {SPOT: "24949.95"},
            {SPOT: "24950"},
            ExitReason.UNDERLYING_SL,
        ),
        (
            {"type": "underlying", "below": "1", "unit": "percent from the entry"},
            {SPOT: "24601.55"},
            {SPOT: "24601.50"},
            ExitReason.UNDERLYING_SL,
        ),
    ],
)
def test_a_combined_stop_fires_at_its_level_and_not_before(rule, before, hit, reason):
    desk = straddle(stop=rule)

    assert show(desk, before) == []
    assert show(desk, hit) == [reason]


@pytest.mark.parametrize(
    ("rule", "before", "hit"),
    [
        ({"type": "profit", "amount": "2000"}, {CALL: "89.25"}, {CALL: "89.20"}),
        ({"type": "premium", "distance": "30"}, {CALL: "49.55"}, {CALL: "49.50"}),  # 235 less 30 % is 164.50
        ({"type": "premium level", "level": "150"}, {CALL: "35.05"}, {CALL: "35"}),
        ({"type": "underlying", "above": "25000"}, {SPOT: "24999.95"}, {SPOT: "25000"}),
    ],
)
def test_a_combined_target_fires_at_its_level_and_not_before(rule, before, hit):
    desk = straddle(target=rule)

    assert show(desk, before) == []
    assert show(desk, hit) == [ExitReason.COMB_TGT]


@pytest.mark.parametrize(
    ("field", "level", "before", "hit"),
    [("stop", "200", {CALL: "85.05"}, {CALL: "85"}), ("target", "270", {CALL: "154.95"}, {CALL: "155"})],
)
def test_an_absolute_premium_of_bought_legs_works_the_other_way_round(field, level, before, hit):
    legs = leg("BUY", "CE"), leg("BUY", "PE")
    desk = entered(*legs, put="115", **{field: {"type": "premium level", "level": level}})

    assert show(desk, before) == []
    assert len(show(desk, hit)) == 1


def test_a_stop_in_percent_of_margin_counts_from_the_margin_when_all_were_in():
    desk = straddle(stop={"type": "margin", "percent": "1"})
    show(desk, "121")

    (fact,) = desk.of(f.CombinedReferencesSet)
    loss = fact.margin // 100
    assert fact.margin > price_of("100000")
    assert show(desk, f"{120 + loss / 10_000 / LOT - 1:.0f}") == []
    assert show(desk, f"{120 + loss / 10_000 / LOT + 1:.0f}") == [ExitReason.COMB_SL]


def test_a_target_in_percent_of_the_most_profit_counts_from_the_premium_received():
    desk = straddle(target={"type": "max profit", "percent": "50"})
    show(desk, "120")

    assert desk.run.references.most_profit == price_of("235") * LOT  # at the strike both expire worthless
    assert show(desk, "2.55") == []
    assert show(desk, "2.50") == [ExitReason.COMB_TGT]  # 117.50 points


def test_a_target_of_a_profit_without_bound_is_never_reached_and_says_so():
    from engine.views.watched import combined_watch

    desk = entered(leg("BUY", "CE"), target={"type": "max profit", "percent": "50"})
    show(desk, "400")

    assert desk.run.state is PortfolioState.RUNNING
    assert "not armed" in combined_watch(desk.state, desk.run).not_armed[0]


def test_a_net_delta_must_hold_for_three_seconds():
    desk = entered(leg("SELL", "CE"), stop={"type": "delta", "delta": "20"})
    first = show(desk, {CALL: "121"}, {CALL: "122"})
    facts = desk.timer(3)

    assert first == []
    assert [one.hit.value for one in desk.of(f.CombinedDelayStarted)] == ["stop"]
    assert [one.reason for one in facts if isinstance(one, f.PortfolioExitDecided)] == [ExitReason.COMB_SL]


def test_a_stop_on_the_theta_paid_is_for_bought_legs():
    desk = entered(leg("BUY", "CE"), stop={"type": "theta", "theta": "500"})
    show(desk, "121")
    facts = desk.timer(3)

    assert [one.reason for one in facts if isinstance(one, f.PortfolioExitDecided)] == [ExitReason.COMB_SL]


def test_a_sold_leg_is_done_when_its_theta_has_decayed():
    desk = entered(leg("SELL", "CE"), target={"type": "theta", "theta": "500"})

    assert show(desk, "121", "121", "121", "121") == []
    assert show(desk, *[{CALL: "5", SPOT: "24400"}] * 5) == [ExitReason.COMB_TGT]


# --- delays -----------------------------------------------------------------------------------------------------------


def test_a_trail_goes_on_while_a_stop_is_waited_for_and_the_wait_ends_with_the_hit():
    stop, trail = {"type": "loss", "amount": "2000"}, {"every": "1000", "by": "1000"}
    desk = straddle(stop=stop, stop_wait={"seconds": 5}, stop_trail=trail)
    show(desk, "151", "151", "100", "135.05")  # a loss of 2,015; a gain of 1,300; a loss of 978

    assert [type(fact) for fact in desk.facts if "delay" in kind_of(fact)] == [
        f.CombinedDelayStarted,
        f.CombinedDelayCleared,
    ]
    assert show(desk, "135.40", "135.40", "135.40", "135.40", "135.40") == []  # a loss of 1,001: beyond −1,000
    assert show(desk, "135.40") == [ExitReason.COMB_SL_TRAIL]


def test_the_waits_of_stop_and_target_are_separate():
    desk = straddle(
        stop={"type": "loss", "amount": "2000"},
        stop_wait={"seconds": 30},
        target={"type": "profit", "amount": "2000"},
        target_delay=2,
    )

    assert show(desk, "151", "89", "89") == []
    assert show(desk, "89") == [ExitReason.COMB_TGT]


def test_a_loss_far_beyond_the_combined_stop_is_not_waited_for():
    wait = {"seconds": 30, "at_once_beyond": "1.5"}
    desk = straddle(stop={"type": "loss", "amount": "2000"}, stop_wait=wait)

    assert show(desk, "151", "166.10") == []
    assert show(desk, "166.20") == [ExitReason.COMB_SL]  # 46.20 × 65 = 3,003


# --- locks and trails -------------------------------------------------------------------------------------------------

LOCK = {"reach": "3000", "lock": "1500", "every": "1000", "by": "1000"}


def test_a_continuous_lock_keeps_its_distance_to_the_peak():
    desk = straddle(profit_lock={**LOCK, "mode": "continuously"})
    show(desk, "73.80", "43.05", "58.45")  # profits 3,003; 5,001.75; 4,000.75

    assert desk.run.floor == price_of("3501.75")
    assert show(desk, "66.15") == [ExitReason.COMB_TGT_TRAIL]  # profit 3,500.25


def test_a_lock_in_percent_of_the_entry_premium_counts_the_premium_that_was_received():
    lock = {"reach": "20", "lock": "10", "every": "5", "by": "5", "unit": "% of the entry premium"}
    desk = straddle(profit_lock=lock)  # entered for 235 a unit, 15,275 in all

    show(desk, "73.05")
    early = desk.run.floor
    show(desk, "73")
    first = desk.run.floor
    show(desk, "61.25")  # 58.75 of 235 are 25 %

    assert (early, first, desk.run.floor) == (None, price_of("1527.50"), price_of("2291.25"))
    assert show(desk, "84.70") == []
    assert show(desk, "84.75") == [ExitReason.COMB_TGT_TRAIL]


def test_a_lock_in_percent_of_the_margin_counts_the_margin_of_the_entry_also_after_a_restart():
    lock = {"reach": "1", "lock": "0.5", "every": "1", "by": "0", "unit": "% of the margin"}
    desk = restarted(straddle(profit_lock=lock))

    show(desk, {CALL: "73.80", PUT: "115", SPOT: "24850"})

    assert desk.run.references.margin
    assert desk.run.floor == round(desk.run.references.margin / 200)


@pytest.mark.parametrize(("stays", "reasons"), [(True, [ExitReason.COMB_TGT]), (False, [])])
def test_the_fixed_target_stays_beside_the_lock_or_not(stays, reasons):
    target = {"type": "profit", "amount": "4000"}
    desk = straddle(profit_lock={**LOCK, "target_stays": stays}, target=target)
    show(desk, "73.80")

    assert show(desk, "58") == reasons


def test_a_continuous_combined_stop_follows_every_gain():
    trail = {"every": "1000", "by": "500", "mode": "continuously"}
    desk = straddle(stop={"type": "loss", "amount": "2000"}, stop_trail=trail)
    show(desk, "110", "112")  # a gain of 650

    assert desk.run.trailed_stop == price_of("-1675")


def test_rupees_are_multiplied_by_the_lots_where_they_are_meant_per_lot():
    desk = straddle(lots=2, stop={"type": "loss", "amount": "2000"}, per_lot_basis=True)

    assert show(desk, "150.75") == []
    assert show(desk, "150.80") == [ExitReason.COMB_SL]  # 2 × 2,002


# --- parts ------------------------------------------------------------------------------------------------------------


def test_several_targets_close_in_parts_and_shift_the_stop():
    steps = [{"profit": "3000", "part": "50", "stop": "0"}, {"profit": "6000"}]
    desk = straddle(lots=3, target={"type": "several", "steps": steps})
    show(desk, "104.60")  # 15.40 × 195 = 3,003
    desk.fill_all("104.60")

    assert [one.net_quantity for one in desk.run.legs] == [-LOT, -LOT]  # half of 3 lots is 2, one is kept
    assert [one.state for one in desk.run.legs] == [LegState.OPEN, LegState.OPEN]
    assert desk.run.trailed_stop == 0
    assert show(desk, {CALL: "60", PUT: "80"}) == [ExitReason.COMB_TGT]


def test_after_the_first_of_several_targets_the_rest_stops_at_cost():
    steps = [{"profit": "1000", "part": "50", "stop": "0"}, {"profit": "60000"}]
    desk = straddle(lots=2, target={"type": "several", "steps": steps})
    show(desk, "112.30")
    desk.fill_all("112.30")

    assert show(desk, "190") == [ExitReason.COMB_SL_TRAIL]


def test_parts_buy_shorts_back_before_longs_are_sold_and_never_turn_round():
    steps = [{"profit": "1000", "part": "50"}, {"profit": "60000"}]
    legs = leg("SELL", "CE", lots=2), leg("BUY", "CE", 4, lots=2)
    desk = entered(*legs, target={"type": "several", "steps": steps})
    show(desk, "112")
    first = desk.pending()
    desk.fill_all("112")

    assert [(one.leg_id, one.side, one.quantity) for one in first] == [(1, Side.BUY, LOT)]
    assert [one.net_quantity for one in desk.run.legs] == [-LOT, LOT]


def test_a_part_that_is_under_way_outlives_a_restart():
    steps = [{"profit": "1000", "part": "50"}, {"profit": "60000"}]
    desk = entered(leg("SELL", "CE", lots=2), target={"type": "several", "steps": steps})
    show(desk, "112")
    desk = restarted(desk)
    (request,) = [one for one in desk.requests() if one.purpose is Purpose.EXIT]
    desk.fill(request, "112")

    assert desk.run.legs[0].net_quantity == -LOT
    assert desk.run.legs[0].state is LegState.OPEN


def test_only_losing_legs_are_closed_and_the_stop_fires_again_after_a_further_loss():
    stop = {"type": "loss", "amount": "1000"}
    desk = straddle(stop=stop, stop_closes={"which": "legs in loss", "rearm": "500"})
    show(desk, {CALL: "145", PUT: "110"})  # −1,625 + 325
    desk.fill_all("145")
    state = desk.run.state, [one.state for one in desk.run.legs]

    assert state == (PortfolioState.RUNNING, [LegState.CLOSED, LegState.OPEN])
    assert desk.run.legs[0].exit_reason is ExitReason.COMB_SL
    assert show(desk, {PUT: "117.65"}) == []  # −1,797.25; it fires again at −1,800
    assert show(desk, {PUT: "117.75"}) == [ExitReason.COMB_SL]


def test_all_are_closed_where_no_leg_is_such():
    stop = {"type": "loss", "amount": "1000"}
    desk = straddle(stop=stop, stop_closes={"which": "legs in profit", "rearm": "500"})

    assert show(desk, {CALL: "145", PUT: "116"}) == [ExitReason.COMB_SL]


# --- what counts, and what follows ------------------------------------------------------------------------------------


def test_a_stop_watched_from_the_start_closes_an_entry_that_is_under_way():
    counts = {"since": "the start"}
    desk = Desk()
    legs = leg("SELL", "CE"), leg("SELL", "PE", lots=2)
    desk.add(portfolio(*legs, stop={"type": "loss", "amount": "1000"}, profit_counts=counts))
    desk.fill(desk.pending()[0])

    assert desk.run.state is PortfolioState.ENTERING
    assert show(desk, "136") == [ExitReason.COMB_SL]


def test_charges_are_taken_off_the_profit():
    counts = {"charges": True}
    gross, net = (
        straddle(target={"type": "profit", "amount": "2000"}, **fields) for fields in ({}, {"profit_counts": counts})
    )

    assert show(gross, "89.20") == [ExitReason.COMB_TGT]
    assert show(net, "89.20") == []
    assert show(net, "85") == [ExitReason.COMB_TGT]


def test_the_most_that_may_be_lost_in_a_day_closes_all_and_bars_more():
    desk = straddle(max_daily_loss="1000")

    assert show(desk, "135.35") == []
    assert show(desk, "135.40") == [ExitReason.DAY_LOSS]
    assert desk.run.day_loss_hit


@pytest.mark.parametrize(
    ("applies", "price", "count"),
    [("fixed and trailed", "158", 1), ("fixed only", "158", 1), ("trailed only", "158", 0)],
)
def test_what_follows_on_a_stop_follows_on_the_kinds_of_hits_it_applies_to(applies, price, count):
    action = {"type": "start_other", "portfolio": "Other"}
    desk = straddle(stop={"type": "loss", "amount": "2000"}, on_stop=[action], on_stop_applies=applies)

    assert show(desk, price) == [ExitReason.COMB_SL]
    assert len(desk.of(f.PortfolioExitDecided)[0].actions) == count


AGAIN = {"type": "re_execute_portfolio", "when": "now", "times": {"type": "up_to", "times": 3}}


def executed_twice(**fields):
    """A straddle whose call lost ₹1,040 by its stop and which was executed again at 120 and 115."""
    call = leg("SELL", "CE", stop_loss={"basis": "premium price", "distance": "136"}, on_stop=[AGAIN])
    desk = entered(call, leg("SELL", "PE"), put="115", **fields)
    show(desk, "136")
    while pending := desk.pending():
        desk.fill(pending[0], "115" if "PE" in pending[0].instrument else "136")
    desk.quote({CALL: "120"})
    for _ in range(6):
        desk.timer(1)
        desk.quote({CALL: "120", PUT: "115", SPOT: "24850"})
    while pending := desk.pending():
        desk.fill(pending[0], "115" if "PE" in pending[0].instrument else "120")
    assert (desk.run.execution, desk.run.state) == (2, PortfolioState.RUNNING)
    return desk


@pytest.mark.parametrize(("earlier", "price"), [(False, "104.60"), (True, "88.60")])
def test_earlier_executions_of_the_day_count_where_the_trader_says_so(earlier, price):
    counts = {"earlier_executions": earlier}
    desk = executed_twice(target={"type": "profit", "amount": "1000"}, profit_counts=counts)

    assert show(desk, f"{float(price) + 0.05:.2f}") == []
    assert show(desk, price) == [ExitReason.COMB_TGT]


def test_the_loss_of_a_day_counts_all_executions_and_bars_the_next():
    desk = executed_twice(max_daily_loss="1500")

    assert show(desk, "127.05") == []
    assert show(desk, "127.10") == [ExitReason.DAY_LOSS]  # 1,040 and 461.50
    desk.fill_all("127.10")
    for _ in range(8):
        desk.timer(1)
    assert desk.run.state is PortfolioState.COMPLETED
    assert desk.run.execution == 2


def test_a_new_execution_begins_with_its_levels_where_they_were_set():
    desk = straddle(stop={"type": "loss", "amount": "1000"}, stop_trail={"every": "500", "by": "500"}, on_stop=[AGAIN])
    show(desk, "110")
    trailed = desk.run.trailed_stop
    show(desk, "130")
    desk.fill_all("130")
    desk.quote({CALL: "120"})
    for _ in range(6):
        desk.timer(1)
        desk.quote({CALL: "120", PUT: "115", SPOT: "24850"})

    assert trailed == price_of("-500")
    assert desk.run.execution == 2
    assert desk.run.trailed_stop is None


def test_the_why_panel_names_every_combined_level_with_its_live_value():
    from engine.views.marks import portfolio_mark
    from engine.views.portfolios import portfolio_row
    from engine.views.why import reasons

    desk = straddle(
        stop={"type": "underlying", "below": "24600", "above": "25100"},
        target={"type": "several", "steps": [{"profit": "2000"}, {"profit": "5000"}]},
        max_daily_loss="4000",
        call_side={"max_loss": "3000"},
    )
    show(desk, "121")
    row = portfolio_row(desk.state, desk.run)
    rows = (*(one.row for one in row.legs), row.underlying_row)
    quotes = {number: desk.state.board.values[number].tolist() for number in rows}
    said = " | ".join(one.sentence for one in reasons(row, portfolio_mark(row, quotes), None, desk.now))

    for words in (
        "NIFTY 24,850.00, combined stop at ≤ 24,600.00: 250.00 away",
        "combined stop at ≥ 25,100.00: 250.00 away",
        "combined target at ₹2,000.00",
        "The next is target 1 of 2",
        "All calls are closed at −₹3,000.00",
        "All is closed for the day at −₹4,000.00",
    ):
        assert words in said


def test_an_exit_says_the_value_and_the_threshold_that_decided_it():
    desk = straddle(stop={"type": "loss", "amount": "2000"})
    show(desk, "151")

    (fact,) = desk.of(f.PortfolioExitDecided)
    assert (fact.value, fact.threshold) == (price_of("-2015"), price_of("-2000"))
    assert desk.run.exit_why == "combined stop: profit -2015.00 ≤ -2000.00"
    assert desk.run.portfolio_id == P1
