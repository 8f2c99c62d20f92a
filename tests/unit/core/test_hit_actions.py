"""What the hit of a leg's stop or target sets off, action by action."""

from typing import Any

from engine.domain import commands as c
from engine.domain import facts as f
from engine.domain.money import price_of
from engine.domain.multileg.states import ExitReason, LegOrigin, LegState, PortfolioState
from engine.domain.order import Purpose, Side
from tests.helpers.action_desk import P1, again, hit, later, run_of, running, sold
from tests.helpers.core_desk import ACCOUNT, LOT, Desk, leg, portfolio, stop


def times(count: int) -> dict[str, Any]:
    return {"type": "up_to", "times": count}


def test_a_leg_that_keeps_running_loses_only_the_level_that_was_hit() -> None:
    desk = running(leg("SELL", "CE", stop_loss=stop(25), target=stop(50), on_stop=["keep"]))

    hit(desk, "150")

    kept = desk.run.legs[0]
    assert (kept.state, kept.stop, kept.net_quantity) == (LegState.OPEN, None, -LOT)
    hit(desk, "60")
    assert kept.exit_reason is ExitReason.LEG_TGT


def test_after_end_no_leg_keeps_running() -> None:
    desk = running(sold("CE", "keep"), schedule={"end": "09:21:00"})
    later(desk, 120)

    hit(desk, "150")

    assert desk.run.legs[0].state is LegState.CLOSED


def test_a_re_execution_chooses_its_strike_anew() -> None:
    desk = running(sold("CE", "re_execute"))
    desk.quote({"spot": "24900"})
    hit(desk, "150")

    desk.wait(3)
    desk.quote({"spot": "24900"})
    desk.fill_all("120")

    new = desk.run.legs[1]
    assert (new.origin, new.state, new.instrument[-7:]) == (LegOrigin.REEXECUTED, LegState.OPEN, "24900CE")


def test_a_re_execution_may_keep_its_strike() -> None:
    desk = running(sold("CE", "re_execute"), reexecution={"same_strike": True})
    hit(desk, "150")

    desk.wait(3)
    desk.quote({"spot": "24950"})
    desk.fill_all("120")

    assert desk.run.legs[1].instrument == desk.run.legs[0].instrument


def test_a_reversed_re_execution_opens_the_opposite_side() -> None:
    desk = running(sold("CE", {"type": "re_execute", "way": "opposite side"}))
    hit(desk, "150")

    later(desk, 3)

    assert (desk.run.legs[1].leg.side, desk.run.legs[1].net_quantity) == (Side.BUY, LOT)


def test_with_keep_running_a_re_execution_opens_beside_the_running_leg() -> None:
    desk = running(sold("CE", "keep", "re_execute"))
    hit(desk, "150")

    later(desk, 3)

    assert [(one.origin, one.net_quantity) for one in desk.run.legs] == [
        (LegOrigin.DECLARED, -LOT), (LegOrigin.PARALLEL, -LOT)
    ]  # fmt: skip


def test_re_execute_first_closes_the_old_leg_only_after_the_new_one_is_filled() -> None:
    desk = running(sold("CE", "re_execute_first"))
    desk.quote({(24850, "CE"): "150"})
    desk.timer(3)

    (new,) = desk.pending()
    assert (new.purpose.value, new.side, desk.run.legs[0].net_quantity) == ("ENTRY", Side.SELL, -LOT)
    desk.fill(new, "150")
    (old,) = desk.pending()
    assert (old.leg_id, old.side) == (1, Side.BUY)
    desk.fill(old, "150")
    assert [one.state for one in desk.run.legs] == [LegState.CLOSED, LegState.OPEN]
    assert desk.run.legs[0].exit_reason is ExitReason.LEG_SL


def test_a_target_re_enters_when_the_price_has_risen_back_to_the_entry() -> None:
    desk = running(leg("SELL", "CE", target=stop(50), on_target=["re_enter"]))
    hit(desk, "60")
    later(desk, 3)

    assert desk.run.legs[1].state is LegState.WAIT_REENTRY
    hit(desk, "119")
    assert desk.run.legs[1].state is LegState.WAIT_REENTRY
    hit(desk, "120")
    assert desk.run.legs[1].state is LegState.OPEN


def test_a_re_entry_on_momentum_waits_for_a_new_move_of_a_new_contract() -> None:
    desk = Desk()
    desk.add(portfolio(sold("CE", "re_momentum", wait={"move": "-5"})))
    hit(desk, "114")
    hit(desk, "142.50")
    later(desk, 3)

    new = desk.run.legs[1]
    assert (new.state, new.reference) == (LegState.WAIT_TRADE, price_of("142.50"))
    hit(desk, "135.35")
    assert new.state is LegState.OPEN


def test_reversing_opens_the_same_contract_the_other_way_by_an_order_of_its_own() -> None:
    desk = running(sold("CE", "reverse"))
    hit(desk, "150")
    later(desk, 3, "150")

    old, new = desk.run.legs
    assert (old.net_quantity, new.net_quantity, new.instrument) == (0, LOT, old.instrument)
    assert new.origin is LegOrigin.REVERSED


def test_a_pyramid_adds_lots_and_keeps_the_leg() -> None:
    desk = running(leg("SELL", "CE", target=stop(50), on_target=[{"type": "pyramid", "lots": 2}]))
    hit(desk, "60")
    later(desk, 3, "60")

    assert [one.net_quantity for one in desk.run.legs] == [-LOT, -2 * LOT]


def test_a_lazy_leg_is_entered_when_its_parent_is_closed_and_has_its_own_lazy_leg() -> None:
    last = leg("BUY", "CE")
    middle = sold("PE", {"type": "lazy", "leg": last})
    desk = running(sold("CE", {"type": "lazy", "leg": middle}))

    hit(desk, "150")
    assert (desk.run.legs[1].origin, desk.run.legs[1].net_quantity) == (LegOrigin.LAZY, -LOT)
    hit(desk, "187.50", "PE")
    assert (desk.run.legs[1].state, desk.run.legs[2].origin) == (LegState.CLOSED, LegOrigin.LAZY)
    assert desk.run.legs[2].leg.side is Side.BUY


def test_an_idle_leg_is_executed_once() -> None:
    execute = {"type": "execute_leg", "leg": 3}
    desk = running(sold("CE", execute), sold("PE", execute), leg("BUY", "CE", 4, idle=True))
    assert desk.run.legs[2].state is LegState.IDLE_LEG

    hit(desk, "150")
    desk.fill_all("120")
    assert desk.run.legs[2].state is LegState.OPEN
    hit(desk, "150", "PE")
    assert [fact.what for fact in desk.of(f.ActionDone)] == [
        "leg 3 executed", "leg 3 is not idle; nothing to execute"
    ]  # fmt: skip


def test_an_unused_idle_leg_does_not_keep_its_portfolio_alive() -> None:
    desk = running(sold("CE"), leg("BUY", "PE", idle=True))

    hit(desk, "150")

    assert desk.run.state is PortfolioState.COMPLETED


def test_a_leg_may_square_off_another_without_setting_off_its_actions() -> None:
    desk = running(sold("CE", {"type": "square_off_leg", "leg": 2}), sold("PE", "re_execute"))

    hit(desk, "150")

    assert desk.run.legs[1].exit_reason is ExitReason.ACTION
    assert len(desk.run.legs) == 2
    assert desk.run.state is PortfolioState.COMPLETED


def test_linked_legs_are_those_that_came_from_this_one() -> None:
    beside = leg("SELL", "CE", stop_loss=stop(25), target=stop(50), on_target=["keep", "re_execute"],
                 on_stop=["square_off_linked"])  # fmt: skip
    desk = running(beside, leg("SELL", "PE"))
    hit(desk, "60")
    later(desk, 3, "100")
    assert len(desk.run.legs) == 3

    hit(desk, "150")

    assert [one.state for one in desk.run.legs] == [LegState.CLOSED, LegState.OPEN, LegState.CLOSED]


def test_a_leg_may_square_off_the_whole_portfolio() -> None:
    desk = running(sold("CE", "square_off_all"), leg("SELL", "PE"))

    hit(desk, "150")

    assert (desk.run.state, desk.run.exit_reason) == (PortfolioState.COMPLETED, ExitReason.LEG_SL)


def test_a_call_may_square_off_the_puts_only() -> None:
    desk = running(sold("CE", "square_off_opposite"), leg("SELL", "PE"), leg("SELL", "CE", 2))

    hit(desk, "150")

    assert [one.state for one in desk.run.legs] == [LegState.CLOSED, LegState.CLOSED, LegState.OPEN]


def test_a_leg_may_move_the_others_to_cost_though_the_portfolio_does_not() -> None:
    desk = running(sold("CE", "move_to_cost"), sold("PE"))
    desk.quote({(24850, "PE"): "84"})

    hit(desk, "150")

    assert desk.run.legs[1].stop.value == price_of("120")


def test_another_portfolio_is_executed_started_or_squared_off_by_its_name() -> None:
    desk = Desk()
    desk.say(c.AddPortfolio(at=desk.now, portfolio=portfolio(leg("BUY", "CE", 2), name="Wing"), account=ACCOUNT))
    desk.add(portfolio(sold("CE", {"type": "execute_other", "portfolio": "Wing"}),
                       sold("PE", {"type": "square_off_other", "portfolio": "Wing"}), name="Main"))  # fmt: skip
    desk.fill_all("120")
    assert run_of(desk, "Wing").state is PortfolioState.IDLE

    hit(desk, "150")
    desk.fill_all("120")
    assert run_of(desk, "Wing").state is PortfolioState.RUNNING
    hit(desk, "150", "PE")
    assert run_of(desk, "Wing").exit_reason is ExitReason.ACTION
    assert run_of(desk, "Wing").state is PortfolioState.COMPLETED


def test_a_portfolio_that_is_not_there_is_told_and_nothing_else_happens() -> None:
    desk = running(sold("CE", {"type": "start_other", "portfolio": "Ghost"}))

    hit(desk, "150")

    assert "Ghost is not in the engine" in desk.of(f.ActionDone)[0].what
    assert desk.run.state is PortfolioState.COMPLETED


def test_actions_that_open_wait_for_the_safety_time_and_the_delay() -> None:
    desk = running(sold("CE", "re_execute"), reexecution={"leg_again_delay": {"type": "seconds", "seconds": 10}})
    later(desk, 60)
    hit(desk, "150")

    assert len(desk.run.legs) == 1
    assert desk.state.wakes[P1] == desk.now + 10_000_000
    later(desk, 10)
    assert len(desk.run.legs) == 2


def test_a_delay_until_a_candle_closes_ends_with_that_candle() -> None:
    desk = running(sold("CE", "re_execute"), reexecution={"leg_again_delay": {"type": "candle", "minutes": 5}})
    hit(desk, "150")

    later(desk, 299)
    assert len(desk.run.legs) == 1
    later(desk, 1)
    assert len(desk.run.legs) == 2


def test_nothing_is_opened_again_after_end() -> None:
    desk = running(sold("CE", "re_execute"), schedule={"end": "09:21:00"})
    later(desk, 120)

    hit(desk, "150")

    assert "after End 09:21:00" in desk.of(f.ReentryBlocked)[0].why


def test_it_may_be_declared_that_re_executions_go_on_after_end() -> None:
    desk = running(sold("CE", "re_execute"), schedule={"end": "09:21:00"}, reexecution={"after_end": True})
    later(desk, 120)
    hit(desk, "150")

    later(desk, 3)

    assert desk.run.legs[1].state is LegState.OPEN


def test_the_most_executions_of_a_leg_in_a_day_stop_a_storm_with_an_alarm() -> None:
    endless = {"type": "re_execute", "times": "unlimited"}
    desk = running(sold("CE", endless), reexecution={"most_per_leg": 3})

    for _ in range(5):
        hit(desk, "150")
        desk.quote({(24850, "CE"): "120"})
        later(desk, 3)

    assert len(desk.run.legs) == 3
    assert [alarm.code for alarm in desk.of(f.AlarmRaised)] == ["REEXECUTION_STORM"]
    assert desk.run.state is PortfolioState.COMPLETED


def test_the_sum_of_all_re_executions_after_stops_is_limited() -> None:
    desk = running(sold("CE", "re_execute"), sold("PE", "re_execute"), reexecution={"most_on_stop": 1})
    hit(desk, "150")
    hit(desk, "150", "PE")

    later(desk, 3)

    assert len(desk.run.legs) == 3
    assert "1 times after stops" in desk.of(f.ReentryBlocked)[0].why


def test_an_exit_of_all_drops_what_legs_were_still_to_set_off() -> None:
    desk = running(sold("CE", "re_execute"), leg("SELL", "PE"))
    hit(desk, "150")
    assert desk.run.legs[0].todo

    desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))
    desk.fill_all("120")
    later(desk, 10)

    assert len(desk.run.legs) == 2
    assert desk.run.state is PortfolioState.COMPLETED


def test_what_is_still_to_be_done_survives_a_restart() -> None:
    desk = running(sold("CE", "re_execute", {"type": "execute_leg", "leg": 2}), leg("BUY", "PE", 3, idle=True))
    hit(desk, "150")
    assert [len(one.todo) for one in desk.run.legs] == [1, 0]

    again(desk)
    later(desk, 3)
    later(desk, 3)

    assert [one.state for one in desk.run.legs] == [LegState.CLOSED, LegState.OPEN, LegState.OPEN]


def test_the_kill_switch_blocks_what_would_be_opened_again() -> None:
    desk = running(sold("CE", "re_execute"))
    hit(desk, "150")
    desk.say(c.TripKillSwitch(at=desk.now, level=1, reason="enough"))

    later(desk, 3)

    assert "kill switch" in desk.of(f.ReentryBlocked)[0].why
    assert desk.run.state is PortfolioState.COMPLETED


def test_a_re_entry_may_wait_for_the_stop_price_or_for_nothing() -> None:
    at_stop = running(sold("CE", "re_enter"), reexecution={"reentry_trigger": "stop price"})
    at_once = running(sold("CE", "re_enter"), reexecution={"reentry_trigger": "nothing", "reentry_delay": 30})
    for desk in (at_stop, at_once):
        hit(desk, "151")

    assert at_stop.run.legs[1].trigger.value == price_of("150")
    assert at_once.run.legs[1].state is LegState.SCHEDULED
    later(at_once, 30, "151")
    assert at_once.run.legs[1].state is LegState.OPEN


def test_a_second_re_entry_may_wait_for_the_original_price() -> None:
    for original, expected in ((True, "120"), (False, "118")):
        desk = running(sold("CE", {"type": "re_enter", "times": times(2)}), reexecution={"original_price": original})
        hit(desk, "150")
        later(desk, 3)
        hit(desk, "118")
        hit(desk, "150")

        assert desk.run.legs[2].trigger.value == price_of(expected)


def test_re_entries_may_have_an_order_type_of_their_own() -> None:
    desk = running(sold("CE", "re_enter"), reexecution={"reentry_pricing": "market"})
    hit(desk, "150")
    later(desk, 3)

    desk.quote({(24850, "CE"): "120"})

    assert [order.order_type.value for order in desk.requests() if order.purpose is Purpose.ENTRY] == [
        "LIMIT", "MARKET"
    ]  # fmt: skip


def test_a_leg_that_was_kept_by_one_level_still_sets_off_what_the_other_does() -> None:
    desk = running(leg("SELL", "CE", stop_loss=stop(25), target=stop(50), on_stop=["keep"], on_target=["re_execute"]))
    hit(desk, "150")

    hit(desk, "60")
    later(desk, 3, "60")

    assert [(one.state, one.origin) for one in desk.run.legs] == [
        (LegState.CLOSED, LegOrigin.DECLARED), (LegState.OPEN, LegOrigin.REEXECUTED)
    ]  # fmt: skip


def test_a_re_executed_leg_waits_for_its_price_again_unless_that_is_left_out() -> None:
    for waits, expected in ((True, LegState.WAIT_TRADE), (False, LegState.OPEN)):
        desk = Desk()
        desk.add(portfolio(sold("CE", "re_execute", wait={"move": "-5"}), reexecution={"wait_again": waits}))
        hit(desk, "114")
        hit(desk, "142.50")
        later(desk, 3, "142.50")

        assert desk.run.legs[1].state is expected


def test_a_re_execution_after_a_stop_at_cost_may_be_switched_off() -> None:
    for allowed, legs in ((True, 3), (False, 2)):
        desk = running(
            sold("CE"), sold("PE", "re_execute"), move_to_cost={}, reexecution={"reexecute_after_cost": allowed}
        )
        desk.quote({(24850, "PE"): "84"})
        hit(desk, "150")
        hit(desk, "120", "PE")
        later(desk, 3)

        assert len(desk.run.legs) == legs


def test_the_sum_of_all_re_executions_is_limited() -> None:
    desk = running(sold("CE", "re_execute"), sold("PE", "re_enter"), reexecution={"most": 0})
    hit(desk, "150")
    hit(desk, "150", "PE")

    later(desk, 3)

    assert len(desk.of(f.ReentryBlocked)) == 2
    assert desk.run.state is PortfolioState.COMPLETED
