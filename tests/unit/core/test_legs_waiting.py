"""Legs that wait: idle, for their time, for a price, alone or together; and what ends a wait."""

from typing import Any

import pytest

from engine.domain import commands as c
from engine.domain import facts as f
from engine.domain.identifiers import LegId
from engine.domain.money import price_of
from engine.domain.multileg.states import ExitReason, LegState, PortfolioState
from engine.views.marks import portfolio_mark
from engine.views.portfolios import portfolio_row
from engine.views.why import reasons
from tests.helpers.action_desk import P1, again, hit, later, running, sold
from tests.helpers.core_desk import Desk, at, leg, portfolio

FALL = {"move": "-5"}


def states(desk: Desk) -> list[LegState]:
    return [one.state for one in desk.run.legs]


def why(desk: Desk) -> str:
    """Answer everything that the why panel says, from the quotes that the engine has."""
    row = portfolio_row(desk.state, desk.run)
    quotes = {leg.row: [int(n) for n in desk.state.board.values[leg.row]] for leg in row.legs if leg.row >= 0}
    return "\n".join(reason.sentence for reason in reasons(row, portfolio_mark(row, quotes), None, desk.now))


def test_an_idle_leg_waits_for_a_command() -> None:
    desk = running(sold("CE"), leg("BUY", "PE", idle=True))
    assert states(desk) == [LegState.OPEN, LegState.IDLE_LEG]

    desk.say(c.ExecuteIdleLeg(at=desk.now, portfolio_id=P1, leg_id=LegId(2)))
    desk.fill_all("120")

    assert states(desk) == [LegState.OPEN, LegState.OPEN]


def test_only_an_idle_leg_can_be_executed_and_only_a_waiting_one_cancelled() -> None:
    desk = running(sold("CE"), leg("SELL", "PE", wait=FALL))

    desk.say(c.ExecuteIdleLeg(at=desk.now, portfolio_id=P1, leg_id=LegId(1)))
    desk.say(c.CancelWaitingLeg(at=desk.now, portfolio_id=P1, leg_id=LegId(1)))
    desk.say(c.ExecuteIdleLeg(at=desk.now, portfolio_id=P1, leg_id=LegId(9)))
    desk.say(c.CancelWaitingLeg(at=desk.now, portfolio_id=P1, leg_id=LegId(2)))

    assert [fact.sentence for fact in desk.of(f.CommandRefused)] == [
        "leg 1 of Test is OPEN, not idle", "leg 1 of Test is OPEN, not waiting", "there is no leg 9 of P1",
    ]  # fmt: skip
    assert states(desk) == [LegState.OPEN, LegState.CANCELLED]


def test_a_leg_enters_at_its_own_start_and_after_its_own_delay() -> None:
    desk = running(sold("CE"), leg("SELL", "PE", start="09:21:00", entry_delay=5), schedule={"start": "09:15:00"})
    assert states(desk) == [LegState.OPEN, LegState.SCHEDULED]

    later(desk, 64)
    assert states(desk)[1] is LegState.SCHEDULED
    later(desk, 1)
    assert states(desk)[1] is LegState.OPEN


def test_the_portfolios_delay_comes_before_its_orders() -> None:
    desk = running(sold("CE"), reexecution={"portfolio_delay": {"type": "seconds", "seconds": 3}})
    assert states(desk) == [LegState.SCHEDULED]
    assert not desk.requests()

    later(desk, 3)

    assert states(desk) == [LegState.OPEN]


def test_the_delay_of_legs_comes_between_a_trigger_and_the_orders() -> None:
    desk = running(leg("SELL", "CE", wait=FALL), reexecution={"leg_delay": {"type": "seconds", "seconds": 4}})
    hit(desk, "114")
    assert states(desk) == [LegState.SCHEDULED]

    later(desk, 4)

    assert states(desk) == [LegState.OPEN]


@pytest.mark.parametrize(
    ("wait", "price", "trigger"),
    [
        ({"move": "5"}, {(24850, "CE"): "126"}, "126"),
        ({"move": "-6.5", "basis": "premium points"}, {(24850, "CE"): "113.5"}, "113.50"),
        ({"move": "30", "basis": "underlying points"}, {"spot": "24880"}, "24880"),
        ({"move": "-1", "basis": "underlying percent"}, {"spot": "24601.5"}, "24601.50"),
    ],
)
def test_a_wait_may_be_counted_in_points_or_percent_of_the_premium_or_the_underlying(
    wait: dict[str, Any], price: dict[Any, str], trigger: str
) -> None:
    desk = running(leg("SELL", "CE", wait=wait))
    assert desk.run.legs[0].trigger.value == price_of(trigger)

    desk.quote(price)

    assert len(desk.requests()) == 1


def test_all_waits_may_be_trailed_at_once() -> None:
    desk = running(leg("BUY", "CE", wait={"move": "5"}), waiting={"trail_all": {"step": "2"}})

    desk.quote({(24850, "CE"): "118.5"})
    assert desk.run.legs[0].trigger.value == price_of("126")
    desk.quote({(24850, "CE"): "110"})
    assert desk.run.legs[0].trigger.value == price_of("115.50")


def test_one_side_that_met_its_wait_cancels_the_other_even_at_the_same_quote() -> None:
    desk = running(leg("SELL", "CE", wait=FALL), leg("SELL", "PE", wait=FALL), waiting={"one_side": True})

    desk.quote({(24850, "CE"): "114", (24850, "PE"): "114"})

    assert states(desk) == [LegState.ENTERING, LegState.CANCELLED]


def test_without_that_both_sides_wait_for_themselves() -> None:
    desk = running(leg("SELL", "CE", wait=FALL), leg("SELL", "PE", wait=FALL))

    hit(desk, "114")

    assert states(desk) == [LegState.OPEN, LegState.WAIT_TRADE]


def test_the_first_leg_that_meets_its_wait_may_take_the_others_with_it() -> None:
    coupling = {"others": {"type": "at_once"}}
    desk = running(leg("SELL", "CE", wait=FALL), leg("SELL", "PE", wait=FALL), wait_coupling=coupling)

    hit(desk, "114")

    assert states(desk) == [LegState.OPEN, LegState.OPEN]


def test_the_others_may_wait_for_an_easier_price() -> None:
    coupling = {"others": {"type": "at_price", "move": "2"}}
    desk = running(leg("SELL", "CE", wait=FALL), leg("SELL", "PE", wait=FALL), wait_coupling=coupling)

    hit(desk, "114")

    assert desk.run.legs[1].trigger.value == price_of("117.60")
    hit(desk, "117.60", "PE")
    assert states(desk) == [LegState.OPEN, LegState.OPEN]


def test_the_others_may_be_entered_some_seconds_after_the_first_fill() -> None:
    coupling = {"others": {"type": "after", "seconds": 120}}
    desk = running(leg("SELL", "CE", wait=FALL), leg("SELL", "PE", wait=FALL), wait_coupling=coupling)
    hit(desk, "114")

    later(desk, 119)
    assert states(desk) == [LegState.OPEN, LegState.WAIT_TRADE]
    later(desk, 1)
    assert states(desk) == [LegState.OPEN, LegState.OPEN]


def test_a_combined_wait_holds_all_legs_back_until_the_premium_of_both_has_moved() -> None:
    desk = Desk()
    desk.quote({(24850, "PE"): "115"})
    desk.add(portfolio(leg("SELL", "CE"), leg("SELL", "PE"), wait_coupling={"combined": {"move": "-5"}}))

    (begun,) = desk.of(f.CombinedWaitSet)
    assert (begun.reference, begun.trigger) == (price_of("235"), price_of("223.25"))
    assert not desk.requests()
    assert not desk.quote({(24850, "CE"): "109", (24850, "PE"): "114.30"})
    desk.quote({(24850, "PE"): "114.25"})
    assert len(desk.requests()) == 2


def test_after_the_combined_wait_each_leg_takes_its_own_reference_anew() -> None:
    desk = running(leg("SELL", "CE", wait=FALL), leg("SELL", "PE"), wait_coupling={"combined": {"move": "-5"}})

    desk.quote({(24850, "CE"): "110", (24850, "PE"): "118"})
    desk.fill_all("118")

    assert states(desk) == [LegState.WAIT_TRADE, LegState.OPEN]
    assert desk.run.legs[0].reference == price_of("110")


def test_a_portfolio_whose_legs_all_wait_runs_and_closes_nothing() -> None:
    desk = running(leg("SELL", "CE", wait=FALL), stop={"type": "premium", "distance": 10})

    desk.quote({(24850, "CE"): "118"})

    assert desk.run.state is PortfolioState.RUNNING


@pytest.mark.parametrize("declared", [leg("SELL", "CE", wait=FALL), leg("SELL", "CE", entry_delay=6_000)])
def test_end_cancels_waits_and_a_portfolio_that_never_entered_says_so(declared: dict[str, Any]) -> None:
    desk = running(declared, schedule={"end": "10:00:00"})

    later(desk, 2_400)

    assert states(desk) == [LegState.CANCELLED]
    assert (desk.run.state, desk.run.exit_reason) == (PortfolioState.COMPLETED, ExitReason.NO_ENTRY)


def test_a_leg_is_given_up_at_its_own_last_entry() -> None:
    desk = running(sold("CE"), leg("SELL", "PE", wait=FALL, last_entry="09:30:00"), schedule={"start": "09:15:00"})

    later(desk, 600)

    assert states(desk) == [LegState.OPEN, LegState.CANCELLED]
    assert "09:30:00" in desk.run.legs[1].failure


def test_a_square_off_and_the_kill_switch_cancel_waits() -> None:
    squared, killed = (running(sold("CE"), leg("SELL", "PE", wait=FALL)) for _ in range(2))

    squared.say(c.SquareOffPortfolio(at=squared.now, portfolio_id=P1))
    squared.fill_all("120")
    killed.say(c.TripKillSwitch(at=killed.now, level=1, reason="enough"))

    assert states(squared) == [LegState.CLOSED, LegState.CANCELLED]
    assert states(killed) == [LegState.OPEN, LegState.CANCELLED]


def test_the_stop_of_one_leg_leaves_a_waiting_one_waiting() -> None:
    desk = running(sold("CE"), leg("SELL", "PE", wait=FALL))

    hit(desk, "150")
    assert desk.run.state is PortfolioState.RUNNING
    hit(desk, "114", "PE")

    assert states(desk) == [LegState.CLOSED, LegState.OPEN]


@pytest.mark.parametrize(
    "declared",
    [
        leg("SELL", "PE", wait=FALL),
        leg("SELL", "PE", start="10:00:00"),
        leg("SELL", "PE", idle=True),
    ],
)
def test_every_wait_survives_a_restart(declared: dict[str, Any]) -> None:
    desk = running(sold("CE"), declared, schedule={"start": "09:15:00"})
    before = desk.run.legs[1]

    again(desk)

    after = desk.run.legs[1]
    assert (after.state, after.trigger, after.until) == (before.state, before.trigger, before.until)
    if after.state is LegState.WAIT_TRADE:
        hit(desk, "114", "PE")
    elif after.state is LegState.SCHEDULED:
        later(desk, 2_400)
    else:
        desk.say(c.ExecuteIdleLeg(at=desk.now, portfolio_id=P1, leg_id=LegId(2)))
        desk.fill_all("120")
    assert states(desk) == [LegState.OPEN, LegState.OPEN]


def test_a_re_entry_and_a_combined_wait_survive_a_restart() -> None:
    re_enters = running(sold("CE", "re_enter"))
    hit(re_enters, "150")
    combined = running(leg("SELL", "CE"), leg("SELL", "PE"), wait_coupling={"combined": {"move": "-5"}})

    for desk in (re_enters, combined):
        desk.die()
        desk.open_session()
        desk.books()
    re_enters.quote({"spot": "24850", (24850, "CE"): "150"})
    later(re_enters, 3)
    hit(re_enters, "120")
    combined.quote({"spot": "24850", (24850, "CE"): "114", (24850, "PE"): "114"})
    combined.fill_all("114")

    assert states(re_enters) == [LegState.CLOSED, LegState.OPEN]
    assert states(combined) == [LegState.OPEN, LegState.OPEN]


@pytest.mark.parametrize(("within", "price", "entered"), [(None, "113", 0), ("1", "113", 1), ("1", "110", 0)])
def test_a_trigger_that_was_missed_while_the_engine_was_down(within: str | None, price: str, entered: int) -> None:
    rules = {} if within is None else {"missed_trigger": {"within": within}}
    desk = running(leg("SELL", "CE", wait=FALL), waiting=rules)
    desk.die()
    desk.open_session()
    desk.books()

    desk.quote({"spot": "24850", (24850, "CE"): price})

    assert len(desk.requests()) == entered
    if not entered:
        assert "must come back first" in why(desk)
        desk.quote({(24850, "CE"): "115"})
        assert desk.run.legs[0].missed is False
        desk.quote({(24850, "CE"): "114"})
        assert len(desk.requests()) == 1


def test_a_bought_leg_that_waits_does_not_hold_the_sold_ones_back() -> None:
    desk = running(sold("CE"), leg("BUY", "CE", 4, wait=FALL))

    assert states(desk) == [LegState.OPEN, LegState.WAIT_TRADE]


def test_the_why_panel_tells_each_unmet_condition_with_its_live_value() -> None:
    desk = running(
        leg("SELL", "CE", wait=FALL), leg("SELL", "PE", idle=True), leg("SELL", "PE", 1, start="10:00:00"),
        schedule={"start": "09:15:00"},
    )  # fmt: skip
    desk.quote({(24850, "CE"): "117"})

    said = why(desk)

    assert "premium 117.00, waiting for ≤ 114.00, counted from 120.00" in said
    assert "is idle until" in said
    assert "waiting for 10:00:00" in said


def test_the_why_panel_tells_the_combined_wait_and_what_a_hit_still_sets_off() -> None:
    combined = running(leg("SELL", "CE"), leg("SELL", "PE"), wait_coupling={"combined": {"move": "-5"}})
    pending = running(sold("CE", "re_execute"), leg("SELL", "PE"))
    hit(pending, "150")

    assert "Combined premium 240.00, waiting for ≤ 228.00" in why(combined)
    assert "Re-execute in 3.0 s, because of leg 1, LEG_SL" in why(pending)


def test_a_waiting_portfolio_rests_until_its_trigger() -> None:
    desk = running(leg("SELL", "CE", wait=FALL))
    resting = desk.state.resting[P1]

    found = next(one for one in resting.rows if one.row == desk.row((24850, "CE")))

    assert found.low == price_of("114")
    assert resting.wake >= at(15, 0)


def test_a_wait_may_be_tested_at_the_close_of_candles_only() -> None:
    desk = running(leg("SELL", "CE", wait=FALL), monitoring={"wait_and_trade": {"type": "candle close", "minutes": 1}})

    later(desk, 30)
    desk.quote({(24850, "CE"): "113"})
    desk.quote({(24850, "CE"): "116"})
    later(desk, 31)
    assert not desk.requests()
    desk.quote({(24850, "CE"): "113"})
    later(desk, 60)

    assert len(desk.requests()) == 1


def test_a_re_entry_may_be_tested_at_intervals_only() -> None:
    desk = running(sold("CE", "re_enter"), monitoring={"reentry": {"type": "interval", "seconds": 60}})
    hit(desk, "150")
    later(desk, 30)

    desk.quote({(24850, "CE"): "119"})
    assert desk.run.legs[1].state is LegState.WAIT_REENTRY
    later(desk, 30)

    assert desk.run.legs[1].state is LegState.OPEN
