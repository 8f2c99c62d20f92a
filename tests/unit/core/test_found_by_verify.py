"""Mistakes that seeded days brought to light, each in its smallest form."""

from engine.core.orders import resting_orders
from engine.domain import commands as c
from engine.domain import facts as f
from engine.domain.denial import DenialReason
from engine.domain.identifiers import LegId
from engine.domain.money import Price, price_of
from engine.domain.multileg.states import LegState
from engine.domain.order import OrderStatus, RestsFor
from engine.domain.settings.risk_limits import RiskLimits
from tests.helpers.core_desk import ACCOUNT, Desk, leg, portfolio, stop
from tests.helpers.two_accounts import SECOND, TwoDesk


def resting(**target: object) -> Desk:
    """A desk on which one sold put is open and its stop, and with a target that too, rest at the broker."""
    desk = Desk()
    desk.chain()
    rule = {"leg_stop": True, "leg_target": bool(target)}
    desk.add(portfolio(leg("SELL", "PE", stop_loss=stop(25), **target), at_broker=rule))
    desk.fill(desk.pending()[0])
    return desk


def test_a_stop_that_rests_at_the_broker_is_not_changed_as_an_order_by_hand() -> None:
    desk = resting()
    order = next(order for order in desk.state.books.orders.values() if order.rests_for is RestsFor.STOP)
    desk.report(order.order_id, OrderStatus.TRIGGER_PENDING)

    desk.say(c.ModifyWorkingOrder(at=desk.now, order_id=order.order_id, limit_price=Price(1_000_000)))

    assert "follows it; change that instead" in desk.of(f.CommandRefused)[-1].sentence
    assert desk.of(f.OrderModifyRequested) == []


def test_a_waiting_leg_whose_order_may_not_rest_at_the_broker_is_watched_from_here() -> None:
    desk = Desk(RiskLimits(lots_per_order=4))
    desk.chain()

    desk.add(portfolio(leg("SELL", "PE", lots=10, wait={"move": "-5"}), at_broker={"leg_wait": True}))

    assert [leg.state for leg in desk.run.legs] == [LegState.WAIT_TRADE]
    assert len(desk.of(f.OrderDenied)) == 1
    desk.chain(premium="110")
    assert desk.run.leg(LegId(1)).state is LegState.ENTRY_FAILED


def test_a_target_outside_the_price_protection_does_not_rest_at_a_nearer_price() -> None:
    desk = resting(target=stop(80))
    run = desk.run

    terms = resting_orders.exit_terms(desk.state, run, run.leg(LegId(1)), run.portfolio.at_broker, RestsFor.TARGET)

    assert run.leg(LegId(1)).target.value == price_of("24")
    assert terms is None or terms.limit == price_of("24")


def test_a_wait_is_over_though_the_books_of_another_account_are_not_read_yet() -> None:
    desk = TwoDesk(ready=False)
    declared = portfolio(leg("SELL", "PE"), leg("SELL", "CE", entry_delay=5), tag="BOTH")
    desk.add(declared)
    desk.fill_all()

    desk.wait(6)
    desk.timer()

    assert desk.state.books.of(SECOND).recovering
    assert [fact.portfolio_id for fact in desk.of(f.LegReleased)] == [desk.run_of(ACCOUNT).portfolio_id]


def test_slices_that_may_not_rest_at_the_broker_are_refused_once() -> None:
    desk = Desk(RiskLimits(lots_per_order=25, lots_per_position=4))
    desk.chain()

    desk.add(portfolio(leg("SELL", "PE", lots=40, wait={"move": "-5"}), at_broker={"leg_wait": True}))

    (denied,) = desk.of(f.OrderDenied)
    assert denied.reason is DenialReason.ORDER_LOTS
    assert desk.run.legs[0].state is LegState.WAIT_TRADE


def test_the_order_of_a_waiting_leg_does_not_rest_before_its_hedge_is_bought() -> None:
    desk = Desk()
    desk.chain()

    desk.add(
        portfolio(
            leg("SELL", "PE", wait={"move": "-5"}, hedge_required=True),
            at_broker={"leg_wait": True},
            dynamic_hedge={"rule": {"type": "distance", "strikes": 4}},
        )
    )

    assert desk.of(f.OrderRequested) == []
    assert desk.run.legs[0].state is LegState.WAIT_TRADE
