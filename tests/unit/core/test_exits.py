"""Stops, targets, trails, cost, combined rules and the order of exits; vectors T9 … T16 and T46 … T50."""

from decimal import Decimal
from itertools import pairwise

import pytest

from engine.domain import commands as c
from engine.domain import facts as f
from engine.domain.money import price_of
from engine.domain.multileg.states import ExitReason, KillLevel, LegState, PortfolioState
from engine.domain.order import OrderStatus, Purpose, Side
from engine.domain.settings.risk_limits import RiskLimits
from tests.helpers.core_desk import LOT, P1, Desk, leg, portfolio, stop
from tests.unit.core.restarts import restarted

CALL, PUT = (24850, "CE"), (24850, "PE")
CONDOR = (leg("BUY", "CE", 4), leg("BUY", "PE", -4), leg("SELL", "CE"), leg("SELL", "PE"))


def entered(*legs, price="120", **fields):
    """A desk on which a portfolio was entered whole at one price."""
    desk = Desk()
    desk.add(portfolio(*legs, **fields))
    desk.fill_all(price)
    return desk


def show(desk, *prices):
    """Show one price of the call after the other, a second apart; answer the reasons of the exits they led to."""
    facts = []
    for price in prices:
        desk.wait(1)
        facts += desk.quote({CALL: price})
    return [fact.reason for fact in facts if isinstance(fact, f.LegExitDecided | f.PortfolioExitDecided)]


@pytest.mark.parametrize(
    ("side", "stop_at", "target_at"),
    [("SELL", "150", "60"), ("BUY", "90", "180")],  # T9, T10
)
def test_levels_are_a_quarter_against_and_half_in_favour(side, stop_at, target_at):
    desk = entered(leg(side, "CE", stop_loss=stop(25), target=stop(50)))

    one = desk.run.legs[0]
    assert (one.stop.value, one.target.value) == (price_of(stop_at), price_of(target_at))


@pytest.mark.parametrize(("side", "level"), [("SELL", "125.85"), ("BUY", "75.55")])
def test_a_stop_is_rounded_in_the_protective_direction(side, level):
    desk = entered(leg(side, "CE", stop_loss=stop(25)), price="100.70")

    assert desk.run.legs[0].stop.value == price_of(level)  # 125.875 down for a short, 75.525 up for a long


@pytest.mark.parametrize(
    ("side", "before", "hit", "reason"),
    [
        ("SELL", "149.95", "150", ExitReason.LEG_SL),
        ("SELL", "60.05", "60", ExitReason.LEG_TGT),
        ("BUY", "90.05", "90", ExitReason.LEG_SL),
        ("BUY", "179.95", "180", ExitReason.LEG_TGT),
    ],
)
def test_a_level_fires_once_at_its_price_and_not_a_tick_before(side, before, hit, reason):
    desk = entered(leg(side, "CE", stop_loss=stop(25), target=stop(50)))

    assert show(desk, before) == []
    assert show(desk, hit, hit) == [reason]
    assert len([one for one in desk.requests() if one.purpose is Purpose.EXIT]) == 1


def test_the_stop_wins_where_stop_and_target_are_true_at_once():
    desk = entered(leg("SELL", "CE", stop_loss=stop(25), target=stop(50)))
    level = price_of("100")
    desk.say(c.ChangeLegProtection(at=desk.now, portfolio_id=P1, leg_id=1, stop=level, target=price_of("140")))

    assert desk.run.legs[0].exit_reason is ExitReason.LEG_SL


def test_a_stop_on_the_underlying_watches_the_underlying():
    desk = entered(leg("SELL", "CE", stop_loss=stop(50, "underlying points")))
    desk.wait(1)
    desk.quote({"spot": "24899.95"})
    before = desk.run.legs[0].state
    desk.wait(1)

    desk.quote({"spot": "24900"})

    assert before is LegState.OPEN
    assert desk.run.legs[0].exit_reason is ExitReason.LEG_SL


def trailed():
    """A sale at 120 with a stop at 150 that follows by 5 for every 10."""
    trailing = {"every": "10", "by": "5", "unit": "points"}
    return entered(leg("SELL", "CE", stop_loss=stop(25), trailing=trailing))


def test_a_trailing_stop_follows_in_whole_steps():
    desk = trailed()

    show(desk, "100")

    assert desk.run.legs[0].stop.value == price_of("140")  # T12


def test_a_trailing_stop_never_goes_back_and_fires_where_it_is():
    desk = trailed()
    show(desk, "100", "130")
    kept = desk.run.legs[0].stop.value

    assert kept == price_of("140")  # T13
    assert show(desk, "140") == [ExitReason.LEG_SL_TRAIL]


def test_a_combined_stop_of_thirty_percent_fires_at_305_50():
    desk = Desk()
    desk.add(portfolio(leg("SELL", "CE"), leg("SELL", "PE"), stop={"type": "premium", "distance": "30"}))
    call, put = desk.pending()
    desk.fill(call, "120")
    desk.fill(put, "115")
    desk.quote({CALL: "120", PUT: "115"})

    assert show(desk, "190.45") == []
    assert show(desk, "190.50") == [ExitReason.COMB_SL]  # T14: 190.50 + 115 = 305.50


def test_the_profit_lock_climbs_and_closes_at_its_floor():
    lock = {"reach": "3000", "lock": "1500", "every": "1000", "by": "500"}
    desk = entered(leg("SELL", "CE"), profit_lock=lock)
    floors = []
    for price in ("73.80", "58.45", "27.65", "60"):  # profit 3,003; 4,000.75; 6,002.75; 3,900
        show(desk, price)
        floors.append(desk.run.floor)

    assert floors == [price_of(floor) for floor in ("1500", "2000", "3000", "3000")]  # T15
    assert show(desk, "73.80") == []
    assert show(desk, "73.85") == [ExitReason.COMB_TGT_TRAIL]  # 2,999.75 ≤ 3,000


def test_a_combined_stop_in_rupees_follows_the_profit():
    trail = {"every": "2000", "by": "1000"}
    desk = entered(leg("SELL", "CE"), stop={"type": "loss", "amount": "4000"}, stop_trail=trail)
    levels = []
    for price in ("89.20", "58.45"):  # profit 2,002; 4,000.75
        show(desk, price)
        levels.append(desk.run.trailed_stop)

    assert levels == [price_of("-3000"), price_of("-2000")]  # T16
    assert show(desk, "150.75") == []
    assert show(desk, "150.80") == [ExitReason.COMB_SL_TRAIL]  # −2,002


def test_time_goes_before_the_combined_stop_and_the_combined_stop_before_the_leg():
    schedule = {"start": "09:20", "end": "09:21", "square_off": "09:22"}
    fields = {"schedule": schedule, "stop": {"type": "loss", "amount": "100"}}
    on_time, early = (
        entered(leg("SELL", "CE", stop_loss=stop(1)), **fields),
        entered(leg("SELL", "CE", stop_loss=stop(1)), **fields),
    )

    on_time.wait(119)

    assert show(on_time, "160") == [ExitReason.TIME]
    assert show(early, "160") == [ExitReason.COMB_SL]


def test_after_a_stop_the_profitable_leg_goes_to_cost_and_the_losing_one_stays():
    desk = entered(
        leg("SELL", "CE", stop_loss=stop(25)),
        leg("SELL", "PE", stop_loss=stop(25)),
        leg("SELL", "PE", -2, stop_loss=stop(25)),
        move_to_cost={},
    )
    desk.quote({PUT: "100", (24750, "PE"): "130"})

    show(desk, "150")
    desk.fill_all("150")

    stops = [one.stop.value for one in desk.run.legs[1:]]
    assert stops == [price_of("120"), price_of("150")]


def test_a_hit_at_cost_says_so():
    desk = entered(leg("SELL", "CE", stop_loss=stop(25)), leg("SELL", "PE", stop_loss=stop(25)), move_to_cost={})
    desk.quote({PUT: "100"})
    show(desk, "150")
    desk.fill_all("150")
    desk.wait(1)

    desk.quote({PUT: "120"})

    assert desk.run.legs[1].exit_reason is ExitReason.LEG_COST


def test_closing_everything_buys_the_shorts_back_first():
    desk = entered(*CONDOR)

    desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))
    first = desk.pending()
    desk.fill(first[0])
    after_one = desk.pending()
    desk.fill(first[1])

    assert [one.side for one in first] == [Side.BUY, Side.BUY]
    assert after_one == first[1:]
    assert [one.side for one in desk.pending()] == [Side.SELL, Side.SELL]


def test_an_exit_closes_what_the_leg_holds_and_not_the_symbol():
    desk = entered(leg("SELL", "CE"))
    desk.add(portfolio(leg("SELL", "CE", lots=3), name="Other"))
    desk.fill_all()

    facts = desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))

    assert [one.quantity for one in desk.requests(facts)] == [LOT]


def test_a_fill_long_after_the_exit_is_closed_again():
    desk = Desk()
    desk.add(portfolio(leg("SELL", "CE", lots=2)))
    request = desk.pending()[0]
    desk.report(request.order_id, OrderStatus.OPEN, LOT, "120")
    desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))
    desk.report(request.order_id, OrderStatus.CANCELLED, LOT, "120")
    desk.fill_all()
    closed = desk.run.state
    desk.wait(30)

    desk.report(request.order_id, OrderStatus.CANCELLED, 2 * LOT, "120")
    desk.fill_all()

    assert closed is PortfolioState.COMPLETED
    assert desk.run.legs[0].net_quantity == 0  # T26
    assert len([one for one in desk.requests() if one.purpose is Purpose.EXIT]) == 2


def test_a_large_exit_is_sliced_at_whole_lots_below_the_freeze_quantity():
    desk = entered(leg("SELL", "CE", lots=60))

    facts = desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))

    assert [one.quantity for one in desk.requests(facts)] == [1755, 1755, 390]  # T38


def test_a_limit_beyond_the_band_is_brought_back_to_it():
    desk = Desk(RiskLimits(price_band=Decimal(40), price_band_floor=Decimal(24)))
    desk.quote({CALL: "60"})

    desk.add(portfolio(leg("BUY", "CE"), execution={"buffer": "50"}))

    assert desk.requests()[0].limit_price == price_of("84")  # T46: 90 wanted, 84 allowed


def test_a_silent_feed_fires_no_stop():
    desk = entered(leg("SELL", "CE", stop_loss=stop(25)))
    show(desk, "140")

    facts = desk.timer(12)

    assert [type(fact) for fact in facts] == [f.FeedWentStale]
    assert desk.run.legs[0].state is LegState.OPEN  # T48


def test_the_price_of_the_index_on_an_option_is_dropped():
    desk = entered(leg("SELL", "CE", stop_loss=stop(25)))
    show(desk, "121")
    desk.wait(0.25)

    desk.quote({CALL: ("24850", "120.50", "121.50")})
    wrong = desk.run.legs[0].state
    desk.wait(0.25)
    desk.quote({CALL: ("121", "120.50", "121.50")})

    assert wrong is LegState.OPEN  # T49
    assert desk.run.legs[0].state is LegState.OPEN


def test_a_second_print_or_the_book_confirms_a_jump():
    desk = entered(leg("SELL", "CE", stop_loss=stop(25)))
    show(desk, "121")
    desk.wait(0.25)
    desk.quote({CALL: ("160", "120.50", "121.50")})

    desk.wait(2.75)
    desk.quote({CALL: ("160.50", "120.50", "121.50")})
    too_soon = desk.run.legs[0].exit_reason
    desk.wait(0.25)
    desk.quote({CALL: ("160.50", "120.50", "121.50")})

    assert too_soon is None
    assert desk.run.legs[0].exit_reason is ExitReason.LEG_SL


def test_a_stop_passed_during_a_restart_fires_at_once_and_says_so():
    desk = restarted(entered(leg("SELL", "CE", stop_loss=stop(25))))
    desk.books()
    desk.wait(1)

    desk.quote({CALL: "170"})

    assert desk.run.legs[0].exit_reason is ExitReason.SL_ON_RECOVERY  # T50


@pytest.mark.parametrize(
    ("choice", "state"),
    [
        ("hold", PortfolioState.HELD),
        ("finish", PortfolioState.ENTERING),
        ("square off", PortfolioState.EXITING),
    ],
)
def test_an_entry_caught_by_a_restart_does_what_its_field_says(choice, state):
    desk = Desk()
    desk.add(portfolio(leg("BUY", "CE", 4), leg("SELL", "CE"), after_restart=choice))
    desk.fill(desk.pending()[0])
    sold = desk.pending()[0]
    desk.report(sold.order_id, OrderStatus.REJECTED, words="SYSTEM: busy")
    desk = restarted(desk)
    held = desk.run.state

    desk.books()

    assert held is PortfolioState.HELD
    assert desk.run.state is state


def test_the_kill_switch_latches_and_flattens_shorts_first():
    desk = entered(*CONDOR)

    desk.say(c.TripKillSwitch(at=desk.now, level=KillLevel.FLATTEN, reason="enough"))
    desk.say(c.TripKillSwitch(at=desk.now, level=KillLevel.NO_OPENINGS, reason="less"))
    first = desk.pending()

    assert desk.state.books.kill_level is KillLevel.FLATTEN
    assert desk.run.exit_reason is ExitReason.KILL
    assert [one.side for one in first] == [Side.BUY, Side.BUY]


def test_the_kill_switch_refuses_openings_and_lets_exits_through():
    desk = entered(leg("SELL", "CE"))
    desk.say(c.TripKillSwitch(at=desk.now, level=KillLevel.NO_OPENINGS, reason="enough"))

    refused = desk.add(portfolio(leg("SELL", "PE"), name="Other"))
    exits = desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))

    assert not desk.requests(refused)
    assert len(desk.requests(exits)) == 1


def test_the_second_level_of_the_kill_switch_cancels_resting_openings():
    desk = Desk()
    desk.add(portfolio(leg("SELL", "CE", lots=2)))
    request = desk.pending()[0]
    desk.report(request.order_id, OrderStatus.OPEN, LOT, "120")

    facts = desk.say(c.TripKillSwitch(at=desk.now, level=KillLevel.CANCEL, reason="enough"))

    assert [fact.order_id for fact in facts if isinstance(fact, f.OrderCancelRequested)] == [request.order_id]


def test_the_kill_switch_outlives_a_restart():
    desk = entered(leg("SELL", "CE"))
    desk.say(c.TripKillSwitch(at=desk.now, level=KillLevel.NO_OPENINGS, reason="enough"))

    assert restarted(desk).state.books.kill_level is KillLevel.NO_OPENINGS


def test_the_daily_loss_limit_closes_everything_and_refuses_more():
    desk = Desk(RiskLimits(daily_loss=Decimal(2_000)))
    desk.add(portfolio(leg("SELL", "CE")))
    desk.fill_all()

    reasons = show(desk, "150.80")  # −2,002
    desk.fill_all("150.80")
    refused = desk.add(portfolio(leg("SELL", "PE"), name="Other"))

    assert reasons == [ExitReason.USER_LIMIT]
    assert not desk.requests(refused)


def test_a_stop_on_the_underlying_waits_for_the_first_quote_after_a_restart():
    desk = Desk()
    desk.add(portfolio(leg("SELL", "CE", stop_loss=stop(50, "underlying points"))))
    request = desk.pending()[0]
    desk.report(request.order_id, OrderStatus.UNKNOWN)
    desk = restarted(desk)
    desk.books(desk.as_book_row(request, OrderStatus.COMPLETE, LOT, "120"), net={request.instrument: -LOT})
    unprotected = desk.run.legs[0].stop
    desk.wait(1)

    desk.quote({"spot": "24860"})

    assert unprotected is None
    assert desk.run.legs[0].stop.value == price_of("24910")


def test_an_exit_that_keeps_being_refused_is_tried_on_at_growing_pauses_under_an_alarm():
    desk = entered(leg("SELL", "CE"))
    desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))
    tries = []
    for _ in range(90):
        for request in desk.pending():
            tries.append(desk.now)
            desk.report(request.order_id, OrderStatus.REJECTED, words="MARGIN: short of funds")
        desk.timer(1)

    pauses = [(after - before) // 1_000_000 for before, after in pairwise(tries)]
    assert pauses == [1, 2, 4, 8, 16, 30]
    assert desk.run.state is PortfolioState.EXIT_BLOCKED
