"""Moving the stop of a leg to its cost by hand, and letting a portfolio watch its entry rule again."""

from engine.domain import commands as c
from engine.domain import facts as f
from engine.domain.identifiers import LegId
from engine.domain.money import price_of
from engine.domain.multileg.states import ExitReason, PortfolioState
from tests.helpers.core_desk import ACCOUNT, P1, Desk, leg, portfolio
from tests.unit.core.levels_desk import CALL, PUT, entered, level, show

QUARTER = level(25, "premium percent")


def to_cost(desk, leg_id=1):
    """Ask for a leg's cost; answer the refusal, empty where there is none."""
    facts = desk.say(c.MoveLegToCost(at=desk.now, portfolio_id=P1, leg_id=LegId(leg_id)))
    return next((fact.sentence for fact in facts if isinstance(fact, f.CommandRefused)), "")


def arm(desk):
    facts = desk.say(c.ArmPortfolio(at=desk.now, portfolio_id=P1))
    return next((fact.sentence for fact in facts if isinstance(fact, f.CommandRefused)), "")


def sold(**fields):
    return entered(leg("SELL", "CE", stop_loss=QUARTER), leg("SELL", "PE", stop_loss=QUARTER), **fields)


def test_the_stop_of_a_leg_in_profit_goes_to_its_entry_and_closes_it_there():
    desk = sold()
    desk.quote({CALL: "100"})

    assert to_cost(desk) == ""

    assert desk.run.legs[0].stop.value == price_of("120")
    assert desk.run.legs[1].stop.value == price_of("150")
    assert show(desk, "120") == [ExitReason.LEG_COST]


def test_buffer_and_charges_are_those_of_the_portfolios_rule():
    desk = sold(move_to_cost={"buffer": "2"})
    desk.quote({CALL: "100"})

    to_cost(desk)

    assert desk.run.legs[0].stop.value == price_of("122")


def test_a_leg_that_loses_is_not_closed_by_its_own_cost():
    desk = sold()
    desk.quote({CALL: "121"})

    assert "not in profit" in to_cost(desk)

    assert desk.run.legs[0].stop.value == price_of("150")


def test_a_better_stop_stays():
    desk = sold()
    desk.quote({CALL: "100"})
    desk.say(c.ChangeLegProtection(at=desk.now, portfolio_id=P1, leg_id=LegId(1), stop=price_of("110"), target=None))

    assert "better stop already, at 110" in to_cost(desk)

    assert desk.run.legs[0].stop.value == price_of("110")


def test_a_move_by_hand_answers_no_hit_and_counts_as_none():
    desk = entered(
        leg("SELL", "CE", stop_loss=QUARTER),
        leg("SELL", "PE", stop_loss=QUARTER),
        leg("SELL", "PE", -2, stop_loss=QUARTER),
        move_to_cost={"on_stop": "the first one"},
    )
    desk.quote({CALL: "100", PUT: "100", (24750, "PE"): "100"})

    to_cost(desk, 2)
    show(desk, "150")
    desk.fill_all("150")

    assert [one.stop.value for one in desk.run.legs[1:]] == [price_of("120")] * 2


def test_a_target_is_changed_alone_and_the_stop_stays_at_cost():
    desk = sold()
    desk.quote({CALL: "100"})
    to_cost(desk)

    desk.say(
        c.ChangeLegProtection(
            at=desk.now, portfolio_id=P1, leg_id=LegId(1), stop=None, target=price_of("60"), keeps_stop=True
        )
    )

    held = desk.run.legs[0]
    assert (held.stop.value, held.target.value) == (price_of("120"), price_of("60"))
    assert held.stop_reason is ExitReason.LEG_COST


def test_what_does_not_run_or_is_not_there_is_refused():
    desk = sold()

    assert "no leg 9" in to_cost(desk, 9)

    desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))
    assert "only stops of one that runs" in to_cost(desk)


def test_the_moved_stop_is_the_same_after_a_crash():
    desk = sold()
    desk.quote({CALL: "100"})
    to_cost(desk)

    desk.die()

    assert desk.run.legs[0].stop.value == price_of("120")
    assert desk.run.legs[0].moved_to_cost
    assert not desk.run.cost_moves


def test_an_armed_portfolio_that_was_taken_back_watches_its_entry_rule_again():
    desk = Desk()
    desk.add(portfolio(leg("SELL", "CE"), entry={"type": "time"}, schedule={"start": "10:00:00"}))
    assert desk.run.state is PortfolioState.WAITING
    desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))
    assert desk.run.state is PortfolioState.COMPLETED

    assert arm(desk) == ""

    assert desk.run.state is PortfolioState.WAITING


def test_what_runs_or_enters_only_by_hand_is_not_armed():
    waiting = Desk()
    by_hand = portfolio(leg("SELL", "CE"), entry={"type": "manual"})
    waiting.say(c.AddPortfolio(at=waiting.now, portfolio=by_hand, account=ACCOUNT))

    assert "only when somebody says so" in arm(waiting)
    assert "RUNNING" in arm(sold())
