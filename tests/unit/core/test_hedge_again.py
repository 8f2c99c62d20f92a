"""What becomes of a hedge when its leg is entered again (executor reference §1.6, rulings 5, 6 and 11)."""

from engine.core.records import hedge_ties
from engine.domain import commands as c
from engine.domain import facts as f
from engine.domain.identifiers import LegId
from engine.domain.multileg.states import LegOrigin, LegState
from engine.domain.order import Side
from tests.helpers.core_desk import LOT, P1, stop, symbol
from tests.helpers.hedge_desk import CALL, PUT, entered


def again(desk, number, steps=0, *, origin=LegOrigin.REENTERED, state=LegState.WAITING, same=True):
    """Add one more execution of a leg, as an action would."""
    old = desk.run.leg(number)
    contract = old.instrument if same else symbol(24850 + 50 * steps, old.leg.kind.value)
    fact = f.LegAdded(
        at=desk.now,
        portfolio_id=P1,
        leg_id=LegId(len(desk.run.legs) + 1),
        leg=old.leg,
        origin=origin,
        parent=old.leg_id,
        number=old.number,
        cycle=old.cycle + 1,
        why="again",
        state=state,
        instrument=contract,
        quantity=LOT,
    )
    desk.state.apply(fact)
    desk.facts.append(fact)
    return fact.leg_id


def stopped(**hedge):
    """A desk whose call was stopped while another execution of it waits at its old price."""
    desk = entered({**CALL, "stop_loss": stop(25)}, PUT, **hedge)
    desk.say(c.SquareOffLeg(at=desk.now, portfolio_id=P1, leg_id=LegId(1)))
    new = again(desk, 1, state=LegState.WAIT_REENTRY)
    desk.fill_all()
    return desk, new


def release(desk, leg_id):
    """End the wait of a leg."""
    fact = f.LegReleased(at=desk.now, portfolio_id=P1, leg_id=leg_id, why="price is back")
    desk.state.apply(fact)
    desk.facts.append(fact)
    return desk.quote({"spot": "24850"})


def test_a_hedge_is_kept_for_an_execution_that_waits_and_protects_it_then():
    desk, new = stopped()

    kept = desk.run.leg(3).net_quantity
    release(desk, new)
    desk.fill_all()

    assert kept == LOT  # Appendix F, 10:14:10.1
    assert desk.run.leg(3).parent == new
    assert desk.run.leg(new).net_quantity == -LOT
    assert len(desk.run.legs) == 5


def test_a_hedge_whose_waiting_execution_is_given_up_is_sold():
    desk, new = stopped()
    fact = f.LegCancelled(at=desk.now, portfolio_id=P1, leg_id=new, why="too late")
    desk.state.apply(fact)
    desk.facts.append(fact)

    desk.quote({"spot": "24850"})
    desk.fill_all()

    assert desk.run.leg(3).state is LegState.CLOSED


def test_without_reuse_the_hedge_is_sold_and_another_is_bought():
    desk, new = stopped(reuse=False)

    sold = desk.run.leg(3).state
    release(desk, new)
    desk.fill_all()

    assert sold is LegState.CLOSED
    assert desk.run.leg(6).parent == new
    assert desk.run.leg(new).net_quantity == -LOT


def moved(steps, **hedge):
    """A desk whose call is executed anew some strikes away while its old hedge is held."""
    desk = entered(CALL, PUT, **hedge)
    desk.say(c.SquareOffLeg(at=desk.now, portfolio_id=P1, leg_id=LegId(1)))
    new = again(desk, 1, steps, origin=LegOrigin.REEXECUTED, state=LegState.SCHEDULED, same=False)
    desk.fill_all()
    facts = release(desk, new)
    return desk, new, facts + desk.fill_all()


def test_a_hedge_that_is_not_rolled_protects_the_new_strike_too():
    desk, new, _ = moved(2)

    assert desk.run.leg(3).parent == new
    assert desk.run.leg(3).net_quantity == LOT


def test_a_rolled_hedge_is_kept_inside_the_window_of_the_new_strike():
    desk, new, _ = moved(-2, roll=True)

    assert desk.run.leg(3).parent == new


def test_a_rolled_hedge_outside_the_window_is_replaced_and_the_new_one_bought_first():
    desk, new, facts = moved(2, roll=True, rule={"type": "premium", "nearest": 9, "farthest": 20})

    orders = [(one.leg_id, one.side) for one in desk.requests(facts)]
    assert desk.run.leg(6).origin is LegOrigin.HEDGE
    assert desk.run.leg(6).parent == new
    assert orders.index((6, Side.BUY)) < orders.index((3, Side.SELL))
    assert desk.run.leg(3).state is LegState.CLOSED
    assert desk.run.leg(new).net_quantity == -LOT


def test_a_hedge_that_is_being_sold_does_not_count_for_what_is_entered_again():
    desk = entered(CALL, PUT)
    close_first = desk.say(c.SquareOffLeg(at=desk.now, portfolio_id=P1, leg_id=LegId(1)))
    desk.fill(desk.requests(close_first)[0])
    selling = desk.run.leg(3).state

    new = again(desk, 1)  # F32: entered again while its hedge is on its way out
    desk.timer()
    desk.fill_all()

    assert selling is LegState.EXITING
    assert [one.leg_id for one in hedge_ties.live_hedges(desk.run, desk.run.leg(new))] == [6]
    assert desk.run.leg(6).net_quantity == LOT
