"""Acceptance vectors of the executor reference, Appendix C, that are about stops, targets and what follows them."""

import pytest

from engine.domain import facts as f
from engine.domain.money import price_of
from engine.domain.multileg.states import ExitReason, LegState
from tests.helpers.core_desk import leg
from tests.unit.core.levels_desk import CALL, SPOT, entered, level, show, straddle
from tests.unit.core.restarts import restarted


@pytest.mark.parametrize(("side", "stop", "target"), [("SELL", "150", "60"), ("BUY", "90", "180")])
def test_T9_T10_a_stop_of_a_quarter_and_a_target_of_half(side, stop, target):
    # T9: SELL 120, SL 25 %, target 50 % → 150.00 / 60.00.  T10: BUY 120 → 90.00 / 180.00.
    desk = entered(leg(side, "CE", stop_loss=level(25, "premium percent"), target=level(50, "premium percent")))

    one = desk.run.legs[0]
    assert (one.stop.value, one.target.value) == (price_of(stop), price_of(target))


@pytest.mark.parametrize("entry", ["120", "110.35"])
def test_T11_an_absolute_premium_does_not_depend_on_the_entry(entry):
    # T11: AbsolutePremium SL 140, SELL 120 → 140, independent of the entry.
    desk = entered(leg("SELL", "CE", stop_loss=level(140, "premium price")), price=entry)

    assert desk.run.legs[0].stop.value == price_of("140")


def test_T11_an_absolute_premium_that_the_fill_has_passed_alarms_and_closes():
    # T11 with ruling 12: the entry is not known at save time, so the fill gives an alert and the exit.
    desk = entered(leg("SELL", "CE", stop_loss=level(140, "premium price")), price="145")
    show(desk, "139")

    assert desk.run.legs[0].exit_reason is ExitReason.LEG_SL
    assert [fact.code for fact in desk.of(f.AlarmRaised)] == ["WRONG_SIDE"]


def test_T12_T13_a_trailing_stop_follows_and_never_goes_back():
    # T12: X = 10, Y = 5, SELL 120, SL 150, LTP 100 → 140.  T13: then LTP 130 → unchanged 140.
    trailing = {"every": "10", "by": "5", "unit": "points"}
    desk = entered(leg("SELL", "CE", stop_loss=level(25, "premium percent"), trailing=trailing))
    stops = []
    for price in ("100", "130"):
        show(desk, price)
        stops.append(desk.run.legs[0].stop.value)

    assert stops == [price_of("140"), price_of("140")]


def test_T14_a_combined_stop_of_thirty_percent_lies_at_305_50():
    # T14: combined 30 % SL on 235 → 305.5.
    desk = straddle(stop={"type": "premium", "distance": "30"})

    assert show(desk, "190.45") == []
    assert show(desk, "190.50") == [ExitReason.COMB_SL]  # 190.50 + 115 = 305.50


def test_T15_the_lock_climbs_in_steps_and_closes_at_its_floor():
    # T15: R 3,000 L 1,500 E 1,000 T 500: 3,000 → 1,500; 4,200 → 2,000; 6,100 → 3,000; 5,000 holds; 2,950 closes.
    lock = {"reach": "3000", "lock": "1500", "every": "1000", "by": "500"}
    desk = entered(leg("SELL", "CE", lots=2), profit_lock=lock)
    floors = []
    for price in ("96.90", "87.65", "73.05", "81.50"):  # profits 3,003; 4,205.50; 6,103.50; 5,005
        show(desk, price)
        floors.append(desk.run.floor)

    assert floors == [price_of(floor) for floor in ("1500", "2000", "3000", "3000")]
    assert show(desk, "97.30") == [ExitReason.COMB_TGT_TRAIL]  # profit 2,951


def test_T16_the_combined_stop_trails_and_closes_at_minus_2000():
    # T16: V 4,000, every 1,000, by 1,000: +1,000 → −3,000; +2,400 → −2,000; falls to −2,000 → exit.
    trail = {"every": "1000", "by": "1000"}
    desk = entered(leg("SELL", "CE"), stop={"type": "loss", "amount": "4000"}, stop_trail=trail)
    stops = []
    for price in ("104.60", "83.05"):  # profits 1,001; 2,401.75
        show(desk, price)
        stops.append(desk.run.trailed_stop)

    assert stops == [price_of("-3000"), price_of("-2000")]
    assert show(desk, "150.75") == []
    assert show(desk, "150.80") == [ExitReason.COMB_SL_TRAIL]


def test_T31_a_stop_that_does_not_hold_for_its_wait_closes_nothing():
    # T31: leg SL 150 with 5 s wait: 150.2 (3 s), 148 → no exit; DELAY_CLEARED.
    desk = entered(leg("SELL", "CE", stop_loss=level(25, "premium percent"), confirmation={"seconds": 5}))
    show(desk, "150.20")
    waiting = desk.run.legs[0].state
    show(desk, "150.20", "150.20", "148")

    assert waiting is LegState.SL_CONFIRM
    assert desk.run.legs[0].state is LegState.OPEN
    assert len(desk.of(f.LegDelayCleared)) == 1
    assert not desk.of(f.LegExitDecided)


def test_T32_a_spike_inside_a_candle_is_not_seen_by_a_stop_on_closes():
    # T32: minute-close SL 150: high 158, close 148 → no exit.
    pace = {"leg_stop": {"type": "candle close", "minutes": 1}}
    desk = entered(leg("SELL", "CE", stop_loss=level(25, "premium percent")), monitoring=pace)
    frames = [{CALL: (price, "140", "160")} for price in ("120", "158", "148")]
    reasons = [reason for frame in frames for reason in show(desk, frame)]
    desk.wait(60)
    desk.quote({CALL: ("148", "140", "160")})

    assert reasons == []
    assert desk.run.legs[0].state is LegState.OPEN


def test_T33_loss_and_range_wants_both():
    # T33: V 3,000, bounds 24,600/25,100; P&L −3,200 at spot 24,800 → no exit; spot 24,590 → exit.
    rule = {"type": "loss and range", "amount": "3000", "below": "24600", "above": "25100"}
    desk = entered(leg("SELL", "CE"), stop=rule)

    assert show(desk, {CALL: "169.25", SPOT: "24800"}) == []
    assert show(desk, {SPOT: "24590"}) == [ExitReason.LOSS_RANGE]


def test_T34_an_underlying_level_triggers_once():
    # T34: underlying level 25,000 crossing 24,990 → 25,010: one trigger.
    desk = entered(leg("SELL", "CE"), stop={"type": "underlying", "above": "25000"})

    assert show(desk, {SPOT: "24990"}) == []
    assert show(desk, {SPOT: "25010"}, {SPOT: "24990"}, {SPOT: "25010"}) == [ExitReason.UNDERLYING_SL]


def test_T35_a_level_that_was_crossed_during_a_restart_triggers_at_the_first_tick():
    # T35: crossover at restart: first tick 25,050 → trigger (gap rule).
    desk = restarted(entered(leg("SELL", "CE"), stop={"type": "underlying", "above": "25000"}))
    desk.books()
    desk.wait(1)
    desk.quote({SPOT: "25050", CALL: "130"})

    assert desk.run.exit_reason is ExitReason.UNDERLYING_SL
