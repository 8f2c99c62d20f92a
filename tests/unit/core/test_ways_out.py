"""From every state of a portfolio there is a way out: by hand, by the kill switch, by the clock, through a restart."""

import pytest

from engine.core import pipeline
from engine.domain import commands as c
from engine.domain.messages import OpenSession
from engine.domain.multileg.states import FINAL, KillLevel, PortfolioState
from engine.domain.order import OrderStatus
from engine.domain.settings.risk_limits import RiskLimits
from tests.helpers.core_desk import ACCOUNT, LOT, P1, Desk, leg, portfolio

SCHEDULE = {"start": "09:20", "end": "09:30", "square_off": "09:40"}
REFUSED = "RESTRICTED: no"


def idle(desk):
    desk.say(c.AddPortfolio(at=desk.now, portfolio=portfolio(leg("SELL", "CE")), account=ACCOUNT))


def waiting(desk):
    schedule = {"start": "09:25", "end": "09:30", "square_off": "09:40"}
    desk.add(portfolio(leg("SELL", "CE"), entry={"type": "time"}, schedule=schedule))


def entering(desk):
    desk.add(portfolio(leg("BUY", "CE", 4, lots=2), leg("SELL", "CE", lots=2), schedule=SCHEDULE))
    desk.report(desk.pending()[0].order_id, OrderStatus.OPEN, LOT, "120")


def entering_unknown(desk):
    desk.add(portfolio(leg("SELL", "CE"), schedule=SCHEDULE))
    desk.report(desk.pending()[0].order_id, OrderStatus.UNKNOWN)


def held(desk):
    desk.add(portfolio(leg("BUY", "CE", 4), leg("SELL", "CE"), schedule=SCHEDULE))
    desk.fill(desk.pending()[0])
    desk.report(desk.pending()[0].order_id, OrderStatus.REJECTED, words="SYSTEM: busy")
    desk.say(OpenSession(at=desk.now, account=ACCOUNT, lineage="T", limits=RiskLimits(), stale_after=5_000_000))
    desk.books()


def running(desk):
    desk.add(portfolio(leg("SELL", "CE"), schedule=SCHEDULE))
    desk.fill_all()


def running_partial(desk):
    kept = {"on_leg_failure": "keep placed legs"}
    desk.add(portfolio(leg("SELL", "CE"), leg("SELL", "PE"), schedule=SCHEDULE, execution=kept))
    first, second = desk.pending()
    desk.fill(first)
    desk.report(second.order_id, OrderStatus.REJECTED, words=REFUSED)


STATES = {
    idle: PortfolioState.IDLE,
    waiting: PortfolioState.WAITING,
    entering: PortfolioState.ENTERING,
    entering_unknown: PortfolioState.ENTERING,
    held: PortfolioState.HELD,
    running: PortfolioState.RUNNING,
    running_partial: PortfolioState.RUNNING_PARTIAL,
}


def by_hand(desk):
    desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))


def by_the_kill_switch(desk):
    desk.say(c.TripKillSwitch(at=desk.now, level=KillLevel.FLATTEN, reason="enough"))


def by_the_clock(desk):
    desk.timer(20 * 60)


def settle(desk):
    """Let the broker answer everything: cancel what is to be cancelled, fill what is sent, show its books."""
    for _ in range(12):
        for order in list(desk.state.books.orders.values()):
            if order.pending is not None:
                desk.report(order.order_id, OrderStatus.CANCELLED, order.filled, "120")
        desk.fill_all()
        desk.wait(30)
        desk.chain()
        desk.books()
        desk.timer(1)


@pytest.mark.parametrize("way", [by_hand, by_the_kill_switch, by_the_clock], ids=lambda way: way.__name__)
@pytest.mark.parametrize("begin", STATES, ids=lambda begin: begin.__name__)
def test_every_state_ends_flat(begin, way):
    desk = Desk()
    begin(desk)
    reached = desk.run.state

    way(desk)
    settle(desk)

    assert reached is STATES[begin]
    assert not desk.run.holds_something
    assert desk.run.state in FINAL or (begin is idle and way is not by_hand)


def test_the_stages_are_asked_in_the_order_of_the_precedence_matrix():
    names = [stage.__name__ for stage in pipeline._BEFORE_ORDERS]

    order = ["portfolio_exit", "portfolio_exit", "time_exit", "combined_exits", "leg_exits", "move_to_cost"]
    assert [name for name in names if name in order] == order
