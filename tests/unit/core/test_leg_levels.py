"""Every measure of a leg's stop and target, waits after a hit, locks and trails, by what they do."""

import pytest

from engine.domain import facts as f
from engine.domain.money import price_of
from engine.domain.multileg.levels import Measure
from engine.domain.multileg.states import ExitReason, LegState
from tests.helpers.core_desk import LOT, leg
from tests.unit.core.levels_desk import CALL, SPOT, entered, level, show


def sold(**fields):
    return entered(leg("SELL", "CE", **fields))


@pytest.mark.parametrize(
    ("side", "kind", "basis", "distance", "before", "hit"),
    [
        ("SELL", "CE", "underlying price", "25000", {SPOT: "24999.95"}, {SPOT: "25000"}),
        ("SELL", "PE", "underlying price", "24700", {SPOT: "24700.05"}, {SPOT: "24700"}),
        ("SELL", "CE", "underlying percent", "0.4", {SPOT: "24949.35"}, {SPOT: "24949.40"}),
        ("SELL", "CE", "points beside the strike", "-50", {SPOT: "24899.95"}, {SPOT: "24900"}),
        ("SELL", "PE", "points beside the strike", "-50", {SPOT: "24800.05"}, {SPOT: "24800"}),
        ("SELL", "CE", "premium price", "140", {CALL: "139.95"}, {CALL: "140"}),
        ("SELL", "CE", "rupees", "2000", {CALL: "150.75"}, {CALL: "150.80"}),  # 30.80 × 65 = 2,002
        ("BUY", "CE", "rupees", "2000", {CALL: "89.25"}, {CALL: "89.20"}),
    ],
)
def test_a_stop_fires_at_its_level_and_not_before(side, kind, basis, distance, before, hit):
    desk = entered(leg(side, kind, stop_loss=level(distance, basis)))

    assert show(desk, before) == []
    assert show(desk, hit) == [ExitReason.LEG_SL]


@pytest.mark.parametrize(
    ("side", "basis", "distance", "before", "hit"),
    [
        ("SELL", "underlying price", "24700", {SPOT: "24700.05"}, {SPOT: "24700"}),
        ("BUY", "points beside the strike", "40", {SPOT: "24889.95"}, {SPOT: "24890"}),
        ("SELL", "premium price", "80", {CALL: "80.05"}, {CALL: "80"}),
        ("SELL", "rupees", "2000", {CALL: "89.25"}, {CALL: "89.20"}),
    ],
)
def test_a_target_fires_at_its_level_and_not_before(side, basis, distance, before, hit):
    desk = entered(leg(side, "CE", target=level(distance, basis)))

    assert show(desk, before) == []
    assert show(desk, hit) == [ExitReason.LEG_TGT]


def test_a_stop_in_percent_of_margin_is_a_loss_of_that_part_of_the_legs_margin():
    desk = sold(stop_loss=level(1, "percent of margin"))

    stop = desk.run.legs[0].stop
    # Scan range 10 % of 24,850 × 65, less 0 of value at the money, and 2 % exposure: 12 % of ₹16,15,250.
    assert (stop.of, stop.value) == (Measure.PROFIT, price_of("-1938.30"))


def test_a_stop_on_delta_fires_after_it_has_held_for_three_seconds():
    desk = sold(stop_loss=level("0.59", "delta"))
    show(desk, {SPOT: "25150", CALL: "330", (24850, "PE"): "30"})
    waiting = desk.run.legs[0].state
    reasons = show(desk, {SPOT: "25151"}, {SPOT: "25150"}, {SPOT: "25151"})

    assert waiting is LegState.SL_CONFIRM
    assert reasons == [ExitReason.LEG_SL]
    fact = desk.of(f.LegExitDecided)[0]
    assert fact.value is not None
    assert fact.value >= fact.threshold == 5_900


def test_a_delta_that_cannot_be_computed_ends_the_wait():
    desk = sold(stop_loss=level("0.59", "delta"))
    show(desk, {SPOT: "25150", CALL: "330", (24850, "PE"): "30"})

    show(desk, {CALL: ("1", "1", "1")})  # Below its intrinsic value: no volatility.

    assert desk.run.legs[0].state is LegState.OPEN
    assert len(desk.of(f.LegDelayCleared)) == 1


def test_a_target_on_theta_is_reached_when_it_has_decayed():
    desk = sold(target=level("30", "theta"))
    theta = show(desk, {CALL: "121"})
    reasons = show(desk, *[{CALL: "12", SPOT: "24400"}] * 5)

    assert theta == []
    assert reasons == [ExitReason.LEG_TGT]


# --- waits ------------------------------------------------------------------------------------------------------------


def test_a_hit_that_holds_closes_the_leg_when_its_wait_is_over():
    desk = sold(stop_loss=level(25, "premium percent"), confirmation={"seconds": 5})
    show(desk, "150.20", "151", "152")
    early = desk.run.legs[0].exit_reason
    facts = desk.timer(3)

    assert early is None
    assert [fact.reason for fact in facts if isinstance(fact, f.LegExitDecided)] == [ExitReason.LEG_SL]


def test_a_wait_of_a_target_is_kept_too():
    desk = sold(target=level(50, "premium percent"), confirmation={"seconds": 2})

    assert show(desk, "60", "59") == []
    assert show(desk, "58") == [ExitReason.LEG_TGT]


def test_a_loss_far_beyond_the_stop_is_not_waited_for():
    desk = sold(stop_loss=level(25, "premium percent"), confirmation={"seconds": 30, "at_once_beyond": "1.5"})

    assert show(desk, "150", "164.95") == []
    assert show(desk, "165") == [ExitReason.LEG_SL]  # 45 points of loss, the stop is 30 away


def test_a_wait_outlives_a_restart():
    from tests.unit.core.restarts import restarted

    desk = sold(stop_loss=level(25, "premium percent"), confirmation={"seconds": 5})
    show(desk, "150.20")
    desk = restarted(desk)
    desk.books()
    reasons = show(desk, "150.20", "150.20", "150.20", "150.20", "150.20")

    assert reasons == [ExitReason.LEG_SL]


# --- what follows -----------------------------------------------------------------------------------------------------


def test_a_continuous_trail_follows_in_the_ratio_of_its_steps():
    trailing = {"every": "10", "by": "5", "mode": "continuously"}
    desk = sold(stop_loss=level(25, "premium percent"), trailing=trailing)
    stops = []
    for price in ("119", "110.50", "115"):
        show(desk, price)
        stops.append(desk.run.legs[0].stop.value)

    assert stops == [price_of("149.50"), price_of("145.25"), price_of("145.25")]


def test_a_trail_does_not_follow_before_its_activation():
    trailing = {"every": "10", "by": "10", "activate_at": "25"}
    desk = sold(stop_loss=level(25, "premium percent"), trailing=trailing)
    stops = []
    for price in ("100", "95"):
        show(desk, price)
        stops.append(desk.run.legs[0].stop.value)

    assert stops == [price_of("150"), price_of("130")]


def test_a_trail_by_the_underlying_moves_a_stop_on_the_underlying():
    trailing = {"every": "20", "by": "10", "unit": "underlying points"}
    desk = sold(stop_loss=level(50, "underlying points"), trailing=trailing)

    show(desk, {SPOT: "24805"})

    assert desk.run.legs[0].stop.value == price_of("24880")  # 24,900 less two steps of 10
    assert show(desk, {SPOT: "24880"}) == [ExitReason.LEG_SL_TRAIL]


def test_a_trail_by_candles_moves_only_at_their_close_by_their_best_price():
    trailing = {"every": "10", "by": "10", "candle": 1}
    desk = sold(stop_loss=level(25, "premium percent"), trailing=trailing)
    desk.wait(40)
    desk.quote({CALL: "118"})  # 09:20:40
    show(desk, *[{CALL: (price, "90", "130")} for price in ("98", "112")])
    inside = desk.run.legs[0].stop.value
    desk.timer(30)
    first = desk.run.legs[0].stop.value
    desk.quote({CALL: ("112", "90", "130")})
    for _ in range(60):
        show(desk, {CALL: ("97", "90", "130")})

    assert inside == price_of("150")
    assert first in (price_of("150"), price_of("130"))
    assert desk.run.legs[0].stop.value == price_of("130")  # best 97 or 98: two steps


def test_a_legs_gain_is_locked_follows_and_closes_when_it_falls_back():
    lock = {"reach": "30", "lock": "15", "every": "10", "by": "5"}
    desk = sold(profit_lock=lock)
    floors = []
    for price in ("91", "90", "70", "85"):
        show(desk, price)
        floors.append(None if desk.run.legs[0].floor is None else desk.run.legs[0].floor.value)

    assert floors == [None, price_of("105"), price_of("95"), price_of("95")]
    assert show(desk, "94.95") == []
    assert show(desk, "95") == [ExitReason.LEG_TGT_TRAIL]


def test_a_stop_that_would_lie_on_the_entry_is_put_a_tick_away_under_an_alarm():
    desk = entered(leg("SELL", "CE", stop_loss=level("0.01", "premium percent")), price="120")

    assert desk.run.legs[0].stop.value == price_of("120.05")
    assert [fact.code for fact in desk.of(f.AlarmRaised)] == ["STOP_CLAMPED"]  # F27


def test_the_why_panel_says_how_long_a_wait_still_lasts_and_where_the_lock_is():
    from engine.views.marks import portfolio_mark
    from engine.views.portfolios import portfolio_row
    from engine.views.why import reasons

    lock = {"reach": "30", "lock": "15", "every": "10", "by": "5"}
    desk = sold(stop_loss=level(25, "premium percent"), confirmation={"seconds": 5}, profit_lock=lock)
    show(desk, "150.20")
    row = portfolio_row(desk.state, desk.run)
    quotes = {number: desk.state.board.values[number].tolist() for number in (row.legs[0].row, row.underlying_row)}
    said = [one.sentence for one in reasons(row, portfolio_mark(row, quotes), None, desk.now)]

    assert any("stop at 150.00 is reached; closed if it holds for 5 s more" in words for words in said)
    assert any("the lock goes on at 90.00: 60.20 away" in words for words in said)
    assert row.legs[0].net_quantity == -LOT
