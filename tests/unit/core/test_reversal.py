"""The exit strategy Reverse: what was closed by its own levels is opened once more on the opposite sides (§1.9)."""

from decimal import Decimal

import pytest

from engine.domain import commands as c
from engine.domain import facts as f
from engine.domain.multileg.cautions import cautions
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.states import KillLevel, LegState, PortfolioState
from engine.domain.settings.risk_limits import RiskLimits
from engine.schema.load import problems
from tests.helpers.action_desk import later
from tests.helpers.core_desk import ACCOUNT, LOT, P1, Desk, leg, portfolio, symbol

CALL, PUT = (24850, "CE"), (24850, "PE")
LOSS = {"type": "loss", "amount": "1300"}


def running(*legs, limits=None, times=1, **fields):
    """A desk on which a portfolio that is reversed on its exit runs."""
    desk = Desk(limits)
    strategy = {"type": "reverse_all", "times": times}
    rules = {"stop": LOSS, "exit": {"strategy": strategy, **fields.pop("exit", {})}, **fields}
    desk.add(portfolio(*(legs or (leg("SELL", "CE"), leg("SELL", "PE"))), **rules))
    desk.fill_all()
    return desk


def hit(desk, price="145"):
    """Let the call go to a price, and fill what follows."""
    desk.wait(1)
    desk.quote({CALL: price})
    desk.fill_all(price)


def held(desk):
    """What every leg of the present execution holds."""
    return [one.net_quantity for one in desk.run.present]


def test_it_is_opened_on_the_opposite_sides_in_the_same_contracts_once_it_is_flat():
    desk = running()
    hit(desk)
    flat = (desk.run.state, [one.net_quantity for one in desk.run.legs])
    desk.quote({"spot": "25000"})

    later(desk, 5)

    assert flat == (PortfolioState.WAITING, [0, 0, 0, 0])
    assert held(desk) == [LOT, LOT]
    assert [one.instrument for one in desk.run.present] == [symbol(24850, "CE"), symbol(24850, "PE")]
    assert desk.run.state is PortfolioState.RUNNING


def test_twice_reversed_it_stands_on_the_sides_it_was_declared_with():
    desk = running(times=2)
    hit(desk)
    later(desk, 5)
    hit(desk, "99")  # bought at 120, the call lost 21
    later(desk, 5)

    assert held(desk) == [-LOT, -LOT]
    assert (desk.run.execution, desk.run.is_reversed) == (3, False)
    hit(desk, "145")
    assert desk.run.state is PortfolioState.COMPLETED
    assert "reversed 2 times today" in desk.of(f.PortfolioReentryBlocked)[0].why


@pytest.mark.parametrize("how", ["hand", "panic", "kill", "account", "square-off"])
def test_no_other_end_reverses_it(how):
    desk = running(limits=RiskLimits(daily_loss=Decimal(1_200)) if how == "account" else None)
    match how:
        case "hand" | "panic":
            desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1, panic=how == "panic"))
        case "kill":
            desk.say(c.TripKillSwitch(at=desk.now, level=KillLevel.FLATTEN, reason="test"))
        case "account":
            desk.quote({CALL: "139"})
        case "square-off":
            desk.now = desk.run.square_off_at
            desk.chain()
    desk.fill_all()
    later(desk, 10)

    assert not desk.of(f.PortfolioReexecuted)
    assert desk.run.state is PortfolioState.COMPLETED


def test_a_hand_that_squares_off_while_it_closes_takes_the_reversal_back():
    desk = running()
    desk.wait(1)
    desk.quote({CALL: "145"})
    closing = desk.run.state

    desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))
    desk.fill_all("145")

    assert closing is PortfolioState.EXITING
    assert desk.run.state is PortfolioState.COMPLETED
    assert desk.of(f.PortfolioReentryBlocked)[0].why == "squared off by hand"


def test_the_kill_switch_while_it_waits_ends_it():
    desk = running()
    hit(desk)

    desk.say(c.TripKillSwitch(at=desk.now, level=KillLevel.NO_OPENINGS, reason="test"))
    desk.timer(5)

    assert desk.run.state is PortfolioState.COMPLETED


def test_a_leg_that_was_never_entered_keeps_the_others_from_being_reversed():
    desk = running(leg("SELL", "CE"), leg("SELL", "PE", wait={"move": "-50"}))
    hit(desk)

    assert desk.run.state is PortfolioState.COMPLETED
    assert "leg 2 was not entered" in desk.of(f.PortfolioReentryBlocked)[0].why


def test_idle_legs_that_nobody_executed_stay_out():
    desk = running(leg("SELL", "CE"), leg("BUY", "CE", 4, idle=True))
    hit(desk)
    later(desk, 5)

    assert held(desk) == [LOT, 0]
    assert desk.run.present[1].state is LegState.CANCELLED


def test_what_is_started_anew_after_a_reversal_stands_on_its_declared_sides():
    desk = running(execution={"executions_a_day": 2})
    hit(desk)
    later(desk, 5)
    desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))
    desk.fill_all()

    desk.quote({CALL: "120"})
    desk.say(c.StartPortfolio(at=desk.now, portfolio_id=P1))
    desk.fill_all()

    assert held(desk) == [-LOT, -LOT]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"stop": "off"}, "nothing sets a reversal off"),
        ({"on_stop": [{"type": "re_execute_portfolio"}]}, "opens it again already"),
        ({"stop": {"type": "premium level", "level": "300"}}, "lies on the wrong side once reversed"),
        ({"stop": {"type": "underlying", "below": "24000"}}, "are passed still once reversed"),
        ({"legs": [{"side": "SELL", "kind": "CE", "hedge_required": True}], "dynamic_hedge": {}}, "asks for a hedge"),
        (
            {"legs": [{"side": "SELL", "kind": "CE", "stop_loss": {"basis": "premium price", "distance": 150}}]},
            "written as a price",
        ),
        (
            {"legs": [{"side": "SELL", "kind": "CE", "stop_loss": {"distance": 150}}]},
            "leg 1, reversed: the stop of a bought leg must be below 100 percent",
        ),
        ({"delta_band": {"unit": "% of the shorts' delta"}}, "nothing is sold"),
        ({"range_breakout": {}}, "against the break of its range"),
    ],
)
def test_what_cannot_be_reversed_is_refused_beside_its_field(fields, words):
    data = {
        "name": "Test",
        "legs": [{"side": "SELL", "kind": "CE"}],
        "stop": LOSS,
        "exit": {"strategy": {"type": "reverse_all"}},
        **fields,
    }

    found = [error for error in problems(data, MultilegPortfolio) if error.path == "exit.strategy"]

    assert any(words in error.reason and "choose Close all" in error.reason for error in found)


def test_a_reversal_that_sells_its_wings_is_warned_of():
    bought = portfolio({"side": "BUY", "kind": "CE"}, stop=LOSS, exit={"strategy": {"type": "reverse_all"}})

    assert "exit.strategy" in [caution.path for caution in cautions(bought)]


def test_a_restart_in_the_middle_reverses_it_once():
    desk = running()
    hit(desk)
    desk.die()
    desk.open_session()
    desk.books()
    desk.chain(premium="120")

    later(desk, 6)

    assert held(desk) == [LOT, LOT]
    assert len(desk.of(f.PortfolioReexecuted)) == 1
    assert desk.state.books.of(ACCOUNT).net_quantity[symbol(24850, "CE")] == LOT
