"""A part of one leg, a hedge for one leg, and rolls."""

from decimal import Decimal

from engine.domain import commands as c
from engine.domain import facts as f
from engine.domain.identifiers import LegId
from engine.domain.money import price_of
from engine.domain.multileg.states import ExitReason, KillLevel, LegOrigin, LegState, PortfolioState
from engine.domain.order import OrderStatus, Side
from engine.views.marks import portfolio_mark
from engine.views.portfolios import portfolio_row
from engine.views.why import reasons
from tests.helpers.action_desk import running
from tests.helpers.core_desk import LOT, P1, leg, stop, symbol


def refusal(facts):
    """The sentence of a refusal, empty where there is none."""
    return next((fact.sentence for fact in facts if isinstance(fact, f.CommandRefused)), "")


def part(desk, leg_id=1, **how):
    return desk.say(c.PartExitLeg(at=desk.now, portfolio_id=P1, leg_id=LegId(leg_id), **how))


def hedge(desk, strike, kind="CE", leg_id=1, lots=1):
    instrument = symbol(strike, kind)
    return desk.say(c.AddHedge(at=desk.now, portfolio_id=P1, leg_id=LegId(leg_id), instrument=instrument, lots=lots))


def roll(desk, *to):
    """Roll legs, each given as its number, strike and type."""
    rolls = tuple((LegId(leg_id), symbol(strike, kind)) for leg_id, strike, kind in to)
    return desk.say(c.RollLegs(at=desk.now, portfolio_id=P1, to=rolls))


def square_off(desk, leg_id):
    desk.say(c.SquareOffLeg(at=desk.now, portfolio_id=P1, leg_id=LegId(leg_id)))


def held(desk):
    return [one.net_quantity for one in desk.run.legs]


def said(desk):
    """What the why panel says of the portfolio, in one text."""
    row = portfolio_row(desk.state, desk.run)
    return "\n".join(one.sentence for one in reasons(row, portfolio_mark(row, {}), None, desk.now))


# --- a part of one leg -----------------------------------------------------------------------------------------------


def test_a_part_of_one_leg_leaves_the_others_as_they_are():
    desk = running(leg("SELL", "CE", lots=4, stop_loss=stop(25)), leg("SELL", "PE", lots=4))

    part(desk, percent=Decimal(50))
    desk.fill_all("110")

    assert held(desk) == [-2 * LOT, -4 * LOT]
    assert desk.run.legs[0].stop.value == price_of("150")
    assert desk.run.state is PortfolioState.RUNNING


def test_a_part_of_one_leg_is_rounded_down_to_whole_lots():
    desk = running(leg("SELL", "CE", lots=3))

    part(desk, percent=Decimal(67))

    assert [one.quantity for one in desk.pending()] == [2 * LOT]


def test_a_part_of_all_of_nothing_or_of_a_closed_leg_is_refused():
    desk = running(leg("SELL", "CE", lots=2), leg("SELL", "PE"))

    assert "square it off instead" in refusal(part(desk, lots=2))
    assert "less than one lot" in refusal(part(desk, percent=Decimal(49)))
    assert "lots or percent" in refusal(part(desk))
    assert "has no leg 7" in refusal(part(desk, leg_id=7, lots=1))
    square_off(desk, 2)
    assert "EXITING, not open" in refusal(part(desk, leg_id=2, lots=1))


def test_a_second_part_waits_until_the_first_is_closed():
    desk = running(leg("SELL", "CE", lots=4))

    part(desk, lots=1)

    assert "is being closed" in refusal(part(desk, lots=1))
    desk.fill_all()
    part(desk, lots=1)
    desk.fill_all()
    assert held(desk) == [-2 * LOT]


# --- a hedge by hand -------------------------------------------------------------------------------------------------


def test_a_hedge_by_hand_is_bought_and_sold_when_its_leg_is_closed():
    desk = running(leg("SELL", "CE", lots=2), leg("SELL", "PE", lots=2))

    hedge(desk, 25350, lots=2)
    desk.fill_all("5")
    assert held(desk) == [-2 * LOT, -2 * LOT, 2 * LOT]
    square_off(desk, 1)
    first = desk.pending()[0]
    desk.fill_all("20")

    assert first.side is Side.BUY
    assert held(desk) == [0, -2 * LOT, 0]
    assert desk.run.legs[2].exit_reason is ExitReason.HEDGE_PARENT
    assert desk.run.state is PortfolioState.RUNNING


def test_a_hedge_by_hand_is_not_sold_while_its_leg_is_open():
    desk = running(leg("SELL", "CE"))
    hedge(desk, 25350)
    desk.fill_all("5")

    facts = desk.say(c.SquareOffLeg(at=desk.now, portfolio_id=P1, leg_id=LegId(2)))

    assert "is the hedge of leg 1, which is still sold" in refusal(facts)


def test_a_hedge_that_cannot_be_bought_closes_nothing_else():
    desk = running(leg("SELL", "CE"), execution={"on_leg_failure": "exit placed legs"})

    hedge(desk, 25350)
    desk.report(desk.pending()[0].order_id, OrderStatus.REJECTED, words="CONTRACT: not allowed")

    assert desk.run.legs[1].state is LegState.ENTRY_FAILED
    assert desk.run.state is PortfolioState.RUNNING
    assert held(desk) == [-LOT, 0]


def test_what_does_not_protect_a_leg_is_no_hedge_of_it():
    desk = running(leg("SELL", "CE", lots=2), leg("BUY", "PE"))

    assert "lies above" in refusal(hedge(desk, 24800))
    assert "same type and expiry" in refusal(hedge(desk, 25350, "PE"))
    assert "1 to 2 lots" in refusal(hedge(desk, 25350, lots=3))
    assert "is no sold option" in refusal(hedge(desk, 24350, "PE", leg_id=2))
    desk.say(c.TripKillSwitch(at=desk.now, level=KillLevel.NO_OPENINGS, reason="wait"))
    assert "kill switch" in refusal(hedge(desk, 25350))


def test_everything_squared_off_sells_the_hedge_by_hand_last():
    desk = running(leg("SELL", "CE"))
    hedge(desk, 25350)
    desk.fill_all("5")

    desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))
    assert [one.side for one in desk.pending()] == [Side.BUY]
    desk.fill_all()

    assert held(desk) == [0, 0]
    assert desk.run.state is PortfolioState.COMPLETED


# --- rolls -----------------------------------------------------------------------------------------------------------


def test_a_roll_closes_first_and_opens_the_same_lots_on_the_new_contract():
    desk = running(leg("SELL", "CE", lots=2, stop_loss=stop(25)))

    roll(desk, (1, 25000, "CE"))
    closing = desk.pending()
    assert [(one.side, one.instrument) for one in closing] == [(Side.BUY, symbol(24850, "CE"))]
    desk.fill(closing[0], "130")
    opening = desk.pending()
    assert [(one.side, one.instrument, one.quantity) for one in opening] == [(Side.SELL, symbol(25000, "CE"), 2 * LOT)]
    desk.fill_all("120")

    old, new = desk.run.legs
    assert (old.exit_reason, new.origin) == (ExitReason.ROLL, LegOrigin.ROLLED)
    assert new.stop.value == price_of("150")
    assert desk.run.combined_premium == price_of("120")
    assert desk.run.state is PortfolioState.RUNNING


def test_a_roll_opens_nothing_while_a_part_is_still_to_close():
    desk = running(leg("SELL", "CE", lots=2))

    roll(desk, (1, 25000, "CE"))
    request = desk.pending()[0]
    desk.report(request.order_id, OrderStatus.OPEN, LOT, "130")

    assert not desk.pending()
    assert f"opens {2 * LOT} " in said(desk)
    assert f"when leg 1 ({LOT} left) is closed" in said(desk)


def test_legs_that_are_rolled_together_are_all_closed_before_any_is_opened():
    desk = running(leg("SELL", "CE"), leg("BUY", "CE", 10))

    roll(desk, (1, 24900, "CE"), (2, 25400, "CE"))
    first = desk.pending()
    desk.fill(first[0])
    second = desk.pending()
    desk.fill(second[0], "6")
    third = desk.pending()
    desk.fill_all()

    assert [one.side for one in (*first, *second, *third)] == [Side.BUY, Side.SELL, Side.BUY]
    assert held(desk) == [0, 0, -LOT, LOT]


def test_a_roll_of_a_lone_leg_does_not_end_its_portfolio_in_between():
    desk = running(leg("SELL", "CE"))

    roll(desk, (1, 25000, "CE"))
    desk.fill_all()

    assert not desk.of(f.PortfolioClosed)
    assert held(desk) == [0, -LOT]


def test_the_second_half_of_a_roll_is_given_up_under_the_kill_switch_and_stays_visible():
    desk = running(leg("SELL", "CE"), leg("SELL", "PE"))

    roll(desk, (1, 25000, "CE"))
    desk.say(c.TripKillSwitch(at=desk.now, level=KillLevel.NO_OPENINGS, reason="wait"))
    desk.fill_all()

    assert held(desk) == [0, -LOT]
    assert "the kill switch is on" in desk.of(f.RollBlocked)[0].why
    assert "its roll is half done, it is closed and not opened again" in said(desk)


def test_a_second_half_that_the_broker_refuses_closes_nothing_else_and_can_be_armed_again():
    desk = running(leg("SELL", "CE"), leg("SELL", "PE"), execution={"on_leg_failure": "exit placed legs"})

    roll(desk, (1, 25000, "CE"))
    desk.fill(desk.pending()[0])
    desk.report(desk.pending()[0].order_id, OrderStatus.REJECTED, words="CONTRACT: not allowed")
    assert desk.run.state is PortfolioState.RUNNING
    assert "is the second half of a roll and not open" in said(desk)
    desk.say(c.RearmLeg(at=desk.now, portfolio_id=P1, leg_id=LegId(3)))
    desk.fill_all()

    assert held(desk) == [0, -LOT, 0, -LOT]
    assert desk.run.legs[3].instrument == symbol(25000, "CE")


def test_a_square_off_of_all_drops_the_second_half_of_a_roll():
    desk = running(leg("SELL", "CE"), leg("SELL", "PE"))

    roll(desk, (1, 25000, "CE"))
    desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))
    desk.fill_all()

    assert held(desk) == [0, 0]
    assert desk.run.state is PortfolioState.COMPLETED


def test_a_roll_that_makes_no_sense_is_refused():
    desk = running(leg("SELL", "CE"), leg("BUY", "CE", 4))

    assert "choose another strike" in refusal(roll(desk, (1, 24850, "CE")))
    assert "another type" in refusal(roll(desk, (1, 24850, "PE")))
    assert "once" in refusal(roll(desk))
    assert "the other way round" in refusal(roll(desk, (1, 25050, "CE")))
    roll(desk, (1, 24900, "CE"))
    assert "EXITING" in refusal(roll(desk, (1, 24950, "CE")))
