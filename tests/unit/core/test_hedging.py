"""Which hedges are bought, when, and what becomes of them (executor reference §1.6, rulings 5, 6 and 11)."""

from datetime import time
from decimal import Decimal

import pytest

from engine.core import hedge_ties, hedging, market_data
from engine.domain import commands as c
from engine.domain import facts as f
from engine.domain.identifiers import LegId
from engine.domain.money import price_of
from engine.domain.multileg.states import ExitReason, LegOrigin, LegState, PortfolioState
from engine.domain.order import OrderStatus, Purpose, Side
from tests.helpers.core_desk import LOT, P1, Desk, leg, portfolio, stop, symbol
from tests.helpers.hedge_desk import CALL, PUT, hedge_desk, show_chain, strike_of

REFUSED = "RESTRICTED: the broker does not allow new positions in this strike"


def hedged(*legs, desk=None, execution=None, exits=None, **hedge):
    """A desk on which a portfolio with hedges was added; no order is answered."""
    desk = desk or hedge_desk()
    more = {} if exits is None else {"exit": exits}
    desk.add(portfolio(*(legs or (CALL,)), dynamic_hedge=hedge, execution=execution or {}, **more))
    return desk


def entered(*legs, **hedge):
    """The same with every order filled at 120."""
    desk = hedged(*legs, **hedge)
    desk.fill_all()
    return desk


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


def close(desk, number):
    """Square one leg off by hand, and fill what follows."""
    desk.say(c.SquareOffLeg(at=desk.now, portfolio_id=P1, leg_id=LegId(number)))
    return desk.fill_all()


# --- which strike --------------------------------------------------------------------------------------------------


def test_the_nearest_strike_within_the_bounds_protects_each_side_as_in_the_full_day_trace():
    desk = hedged(CALL, PUT)

    bought = [(strike_of(desk, one.leg_id), one.limit_price) for one in desk.pending()]

    # Appendix F: CE 25,350 @ 4.2 and PE 24,350 @ 5.1 (10 strikes, at most 40); limits 1 % beyond, on the tick.
    assert bought == [((25350, "CE"), price_of("4.25")), ((24350, "PE"), price_of("5.20"))]
    assert [hedge_ties.hedge_name(desk.run, desk.run.leg(number)) for number in (3, 4)] == ["H_1_1", "H_2_1"]


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        ({"type": "premium", "choice": "cheapest"}, (25450, "CE")),
        ({"type": "premium", "most": "4"}, (25400, "CE")),
        ({"type": "premium", "nearest": 2, "most": "100"}, (25050, "CE")),
        ({"type": "premium", "nearest": 2, "most": "100", "most_of_parent": "10"}, (25250, "CE")),
        ({"type": "premium", "nearest": 8, "farthest": 9, "least": "7"}, (25250, "CE")),
        ({"type": "distance"}, (25150, "CE")),
        ({"type": "distance", "strikes": 1}, (24900, "CE")),
    ],
)
def test_the_rule_chooses_the_strike(rule, wanted):
    desk = hedged(rule=rule)

    assert strike_of(desk, 2) == wanted


def test_the_distance_may_be_counted_from_the_money_and_the_hedge_is_still_beyond_its_parent():
    far = leg("SELL", "CE", 4, hedge_required=True)

    from_money = hedged(far, rule={"type": "premium", "reference": "ATM", "nearest": 2, "most": "100"})
    from_parent = hedged(far, rule={"type": "premium", "nearest": 2, "most": "100"})

    assert strike_of(from_money, 2) == (25100, "CE")
    assert strike_of(from_parent, 2) == (25150, "CE")


def test_multiples_of_500_alone_may_be_asked_for():
    desk = hedged(rule={"type": "distance", "strikes": 2}, multiples_of_500=True)

    assert strike_of(desk, 2) == (25000, "CE")


def test_a_hedge_by_delta_is_the_strike_whose_delta_is_nearest():
    desk = hedged(rule={"type": "delta", "delta": "0.05"})

    added = desk.of(f.LegAdded)[0]
    assert strike_of(desk, 2)[0] > 24850
    assert "is nearest 0.05" in added.why


def test_a_hedge_by_margin_saves_most_per_rupee():
    desk = hedged(rule={"type": "margin"})

    added = desk.of(f.LegAdded)[0]
    # The far strikes cost a fiftieth of the near ones and save nearly as much.
    assert strike_of(desk, 2) == (25450, "CE")
    assert "margin" in added.why


def test_the_reason_names_the_candidates_with_their_premiums():
    desk = hedged()

    why = desk.of(f.LegAdded)[0].why

    assert why == (
        "hedge of leg 1: CE 25350.00 at 4.20, 10 strikes from the parent, nearest to the parent of 3: "
        "25350.00 at 4.20, 25400.00 at 3.10, 25450.00 at 2.20"
    )


@pytest.mark.parametrize(("ratio", "lots"), [("1", 4), ("2", 8), ("0.5", 2), ("0.3", 2)])
def test_the_lots_of_the_hedge_follow_the_ratio_rounded_up(ratio, lots):
    desk = hedged({**CALL, "lots": 4}, ratio=ratio)

    assert desk.pending()[0].quantity == lots * LOT


# --- none to be had ------------------------------------------------------------------------------------------------

NONE = {"type": "premium", "least": "30", "most": "35"}


def test_without_a_hedge_execution_stops_and_nothing_is_sold():
    desk = hedged(CALL, PUT, rule=NONE)

    assert not desk.requests()
    assert desk.run.state is PortfolioState.REJECTED
    assert "costs 30.00 to 35.00: 25350.00 at 4.20" in desk.run.exit_why


def test_without_a_hedge_the_leg_alone_may_be_skipped():
    desk = hedged({**CALL}, leg("SELL", "PE"), rule=NONE, unsatisfied="skip the leg")
    desk.fill_all()

    assert desk.run.leg(1).state is LegState.CANCELLED
    assert [one.instrument for one in desk.requests()] == [symbol(24850, "PE")]
    assert desk.run.state is PortfolioState.RUNNING_PARTIAL


def test_ignoring_gives_up_the_premium_before_the_distance():
    desk = hedged(rule=NONE, unsatisfied="ignore the field")

    why = desk.of(f.LegAdded)[0].why
    assert strike_of(desk, 2) == (25350, "CE")
    assert "the premium ignored, because no CE 10 to 20 strikes" in why


def test_ignoring_gives_up_the_distance_last():
    rule = {"type": "premium", "nearest": 40, "farthest": 50}

    desk = hedged(rule=rule, unsatisfied="ignore the field")

    assert strike_of(desk, 2) == (24900, "CE")
    assert "the distance too ignored" in desk.of(f.LegAdded)[0].why


def without_quotes(desk):
    """Forget that the far calls were ever quoted."""
    for strike in (25350, 25400, 25450):
        desk.state.board.arrived_at[desk.row((strike, "CE"))] = 0
        desk.state.board.values[desk.row((strike, "CE"))] = 0
    return desk


def test_quotes_of_the_hedge_are_waited_for_and_nothing_is_ordered_meanwhile():
    desk = hedged(CALL, PUT, desk=without_quotes(hedge_desk()))

    before = desk.requests()
    why = hedging.waits_for(desk.state, desk.run, desk.run.leg(1))
    desk.quote({(25400, "CE"): "3"})
    desk.timer(1)

    assert not before
    assert "have no price yet" in why
    assert [strike_of(desk, one.leg_id) for one in desk.pending()] == [(24350, "PE"), (25400, "CE")]


def test_quotes_that_never_come_stop_the_execution_after_half_a_minute():
    desk = hedged(desk=without_quotes(hedge_desk()))
    for _ in range(31):
        desk.wait(1)
        desk.quote({"spot": "24850"})

    assert desk.run.state is PortfolioState.REJECTED
    assert not desk.requests()


def test_before_its_hours_a_hedge_is_waited_for_and_after_them_none_can_be_had():
    early = hedged(times={"start": time(9, 25), "end": time(15)})
    waiting = hedging.waits_for(early.state, early.run, early.run.leg(1))
    early.wait(301)
    early.chain(premium="20")
    show_chain(early)
    late = hedged(times={"start": time(9, 15), "end": time(9, 19)})

    assert waiting == "its hedge is not chosen: hedges are bought from 09:25:00 on"
    assert early.pending()
    assert late.run.state is PortfolioState.REJECTED


def test_no_more_hedges_are_bought_than_the_day_allows():
    desk = hedged(CALL, PUT, most_per_day=1, unsatisfied="skip the leg")
    desk.fill_all()

    assert desk.run.leg(2).failure == "no hedge: 1 hedges were bought today, and no more may be"
    assert desk.run.leg(1).state is LegState.OPEN


# --- buying --------------------------------------------------------------------------------------------------------


def test_nothing_is_sold_before_every_hedge_is_filled():
    desk = hedged(CALL, PUT)
    first, second = desk.pending()

    desk.fill(first, "4.2")
    between = [one.side for one in desk.pending()]
    desk.fill(second, "5.1")

    assert between == [Side.BUY]
    assert [one.side for one in desk.pending()] == [Side.SELL, Side.SELL]


def test_before_the_parent_holds_even_where_bought_legs_do_not_go_first():
    desk = hedged(CALL, leg("SELL", "PE"), execution={"buy_first": False})

    assert [(one.side, one.leg_id) for one in desk.pending()] == [(Side.SELL, 2), (Side.BUY, 3)]


def test_a_hedge_may_go_together_with_its_parent():
    desk = hedged(execution={"buy_first": False}, order="with the parent")

    assert [one.side for one in desk.pending()] == [Side.SELL, Side.BUY]


def test_a_hedge_after_its_parent_is_sent_when_the_parent_is_filled():
    desk = hedged(execution={"buy_first": False}, order="after the parent")
    first = desk.pending()

    desk.fill(first[0])

    assert [one.side for one in first] == [Side.SELL]
    assert [one.side for one in desk.pending()] == [Side.BUY]


@pytest.mark.parametrize(
    "policy", ["automatic", "keep placed legs", "exit placed legs", "resize shorts to the filled wings"]
)
def test_a_parent_whose_later_hedge_fails_is_closed_whatever_the_policy(policy):
    desk = hedged(
        leg("SELL", "PE"),
        CALL,
        execution={"buy_first": False, "on_leg_failure": policy},
        order="after the parent",
        other_strikes=False,
    )
    for request in desk.pending():
        desk.fill(request)

    desk.report(desk.pending()[0].order_id, OrderStatus.REJECTED, words=REFUSED)
    desk.fill_all()

    assert desk.run.leg(2).exit_reason is ExitReason.LEG_FAIL
    assert desk.run.leg(2).net_quantity == 0


def test_a_refused_strike_is_replaced_by_the_next_nearer_one():
    desk = hedged()

    desk.report(desk.pending()[0].order_id, OrderStatus.REJECTED, words=REFUSED)
    second = desk.pending()
    desk.report(second[0].order_id, OrderStatus.REJECTED, words=REFUSED)
    desk.fill_all()

    assert [strike_of(desk, number) for number in (2, 3, 4)] == [(25350, "CE"), (25300, "CE"), (25250, "CE")]
    assert hedge_ties.hedge_name(desk.run, desk.run.leg(4)) == "H_1_3"
    assert desk.run.state is PortfolioState.RUNNING


def test_nearer_strikes_stay_within_the_premium():
    desk = hedged(rule={"type": "premium", "most": "5"})

    desk.report(desk.pending()[0].order_id, OrderStatus.REJECTED, words=REFUSED)

    assert desk.run.state is PortfolioState.REJECTED
    assert "nearer than 10 strikes can be bought instead" in desk.run.exit_why


@pytest.mark.parametrize(
    ("unsatisfied", "state"),
    [("stop execution", PortfolioState.FAILED), ("skip the leg", PortfolioState.RUNNING_PARTIAL)],
)
def test_a_hedge_that_no_strike_can_replace_is_as_one_that_cannot_be_had(unsatisfied, state):
    desk = hedged(CALL, PUT, other_strikes=False, unsatisfied=unsatisfied)
    call, put = desk.pending()
    desk.fill(put, "5.1")

    desk.report(call.order_id, OrderStatus.REJECTED, words=REFUSED)
    desk.fill_all()

    sold = [one.instrument for one in desk.requests() if one.side is Side.SELL and one.purpose is Purpose.ENTRY]
    assert desk.run.state is state
    assert symbol(24850, "CE") not in sold


def test_a_parent_that_is_not_entered_leaves_no_hedge_behind():
    desk = hedged(CALL, leg("SELL", "PE"), execution={"on_leg_failure": "keep placed legs"})
    desk.fill(desk.pending()[0], "4.2")
    call, put = desk.pending()

    desk.fill(put)
    desk.report(call.order_id, OrderStatus.REJECTED, words="INVALID: no")
    desk.fill_all()

    assert desk.run.leg(3).exit_reason is ExitReason.HEDGE_PARENT
    assert desk.run.leg(3).exit_why == "leg 1, which it protects, was not entered"
    assert desk.run.leg(2).state is LegState.OPEN


# --- selling -------------------------------------------------------------------------------------------------------


def test_a_hedge_is_sold_when_its_parent_is_closed_and_the_other_stays():
    desk = entered(CALL, PUT)

    close(desk, 1)

    assert desk.run.leg(3).exit_reason is ExitReason.HEDGE_PARENT
    assert desk.run.leg(3).state is LegState.CLOSED
    assert desk.run.leg(4).net_quantity == LOT


def test_a_hedge_waits_until_its_parent_is_really_bought_back():
    desk = entered(CALL)
    desk.say(c.SquareOffLeg(at=desk.now, portfolio_id=P1, leg_id=LegId(1)))

    working = desk.pending()
    desk.fill(working[0])

    assert [one.leg_id for one in working] == [1]
    assert [one.leg_id for one in desk.pending()] == [2]


def test_a_hedge_may_stay_until_all_shorts_are_closed():
    desk = entered(CALL, PUT, sell_on="all shorts closed")

    close(desk, 1)
    kept = desk.run.leg(3).net_quantity
    close(desk, 2)

    assert kept == LOT
    assert desk.run.state is PortfolioState.COMPLETED
    assert desk.run.exit_reason is ExitReason.MANUAL


def test_a_hedge_may_stay_until_the_portfolio_ends():
    long = leg("BUY", "PE", -2)
    desk = entered(CALL, long, sell_on="portfolio end")

    close(desk, 1)
    kept = desk.run.leg(3).net_quantity
    close(desk, 2)

    assert kept == LOT
    assert desk.run.leg(3).exit_why == "every leg it could protect is closed"
    assert desk.run.state is PortfolioState.COMPLETED


def test_a_hedge_that_is_worth_too_little_stays_until_the_portfolio_ends():
    desk = entered(CALL, PUT, keep_below="0.5")
    desk.quote({(25350, "CE"): "0.4"})

    close(desk, 1)
    kept = desk.run.leg(3).net_quantity
    desk.quote({(25350, "CE"): "0.6"})
    desk.fill_all()

    assert kept == LOT
    assert desk.run.leg(3).state is LegState.CLOSED


def test_a_hedge_that_waits_is_sold_early_when_it_loses_its_worth():
    desk = entered(CALL, PUT, sell_on="portfolio end", sell_below="2")

    close(desk, 1)
    kept = desk.run.leg(3).net_quantity
    desk.quote({(25350, "CE"): "1.9", (24350, "PE"): "1.9"})
    desk.fill_all()

    assert kept == LOT
    assert desk.run.leg(3).exit_why == "worth 1.90, less than 2, and it protects nothing"
    assert desk.run.leg(4).net_quantity == LOT  # Its parent is still sold.


@pytest.mark.parametrize("shorts_first", [True, False])
def test_everything_closed_at_once_hedges_are_sold_after_the_shorts(shorts_first):
    desk = hedged(CALL, PUT, exits={"shorts_first": shorts_first})
    desk.fill_all()

    facts = desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))
    first = desk.requests(facts)
    desk.fill(first[0])
    between = desk.pending()
    desk.fill(first[1])

    assert [one.side for one in first] == [Side.BUY, Side.BUY]
    assert between == [first[1]]
    assert [one.side for one in desk.pending()] == [Side.SELL, Side.SELL]


def test_a_short_that_cannot_be_closed_keeps_its_hedge():
    desk = entered(CALL)
    desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))

    for _ in range(6):
        for request in desk.pending():
            desk.report(request.order_id, OrderStatus.REJECTED, words="MARGIN: no")
        desk.timer(31)
        desk.chain()

    assert desk.run.state is PortfolioState.EXIT_BLOCKED
    assert desk.run.leg(2).net_quantity == LOT


def test_a_hedge_is_not_sold_by_hand_while_its_parent_is_sold():
    desk = entered(CALL)

    facts = desk.say(c.SquareOffLeg(at=desk.now, portfolio_id=P1, leg_id=LegId(2)))

    assert [one.sentence for one in facts] == [
        "leg 2 is the hedge of leg 1, which is still sold; square off leg 1 first"
    ]


def test_a_hedge_has_no_levels_by_hand_either():
    desk = entered(CALL)

    facts = desk.say(
        c.ChangeLegProtection(at=desk.now, portfolio_id=P1, leg_id=LegId(2), stop=price_of("1"), target=None)
    )

    assert [one.sentence for one in facts] == ["leg 2 is a hedge; it has no stop and no target of its own"]


def test_an_execution_on_the_other_side_needs_no_hedge_and_the_old_one_is_sold():
    desk = entered({**CALL, "stop_loss": stop(25), "on_stop": [{"type": "re_execute", "way": "opposite side"}]}, PUT)

    desk.quote({(24850, "CE"): "151"})
    desk.fill_all("151")
    kept = desk.run.leg(3).net_quantity
    desk.timer(4)  # the pause between two executions
    desk.fill_all("151")

    assert kept == LOT
    assert desk.run.leg(3).state is LegState.CLOSED
    assert desk.run.leg(5).net_quantity == LOT
    assert len(desk.run.legs) == 5


# --- entered again -------------------------------------------------------------------------------------------------


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


# --- profit --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("counts", "premium"), [(True, "225.7"), (False, "235")])
def test_the_premium_at_the_entry_counts_hedges_where_the_profit_does(counts, premium):
    desk = hedged(CALL, PUT, in_profit=counts)
    prices = {(25350, "CE"): "4.2", (24350, "PE"): "5.1", (24850, "CE"): "120", (24850, "PE"): "115"}
    while pending := desk.pending():
        desk.fill(pending[0], prices[strike_of(desk, pending[0].leg_id)])

    # Appendix F: 235 − 9.3 of hedges; ruling 11.
    assert desk.run.combined_premium == price_of(premium)


@pytest.mark.parametrize(("counts", "profit"), [(True, -130), (False, 0)])
def test_the_combined_profit_counts_hedges_where_the_trader_says_so(counts, profit):
    desk = entered(CALL, PUT, in_profit=counts)
    desk.quote({(25350, "CE"): "119", (24350, "PE"): "119", (24850, "CE"): "120", (24850, "PE"): "120"})

    assert market_data.profit(desk.state, desk.run) == price_of(Decimal(profit))


# --- restarts ------------------------------------------------------------------------------------------------------


def test_a_restart_after_any_fact_of_the_entry_doubles_nothing_and_leaves_nothing_naked():
    whole = entered(CALL, PUT)
    sent = next(n for n, fact in enumerate(whole.facts) if isinstance(fact, f.PortfolioStarted))

    for cut in range(sent, len(whole.facts)):
        desk = Desk()
        desk.facts = list(whole.facts[: cut + 1])
        desk.die()
        desk.now = whole.now
        desk.open_session()
        for _ in range(5):  # What was perhaps never sent is known after three books and two minutes.
            desk.wait(50)
            desk.books(*book(desk))
            show_chain(desk)
            desk.say(c.ResumePortfolio(at=desk.now, portfolio_id=P1))
            desk.fill_all()
            fill_what_rests(desk)
            sold = [-leg.net_quantity for leg in desk.run.legs[:2]]
            assert all(short <= held(desk, number) for number, short in enumerate(sold, 1)), f"cut after {cut}"

        assert [leg.net_quantity for leg in desk.run.legs if leg.net_quantity] == [-LOT, -LOT, LOT, LOT], f"at {cut}"


def fill_what_rests(desk):
    """Fill orders that outlived the restart at the broker."""
    for request in desk.requests():
        order = desk.state.books.orders[request.order_id]
        if order.is_working and order.status not in (OrderStatus.NEW, OrderStatus.UNKNOWN):
            desk.fill(request)
    desk.fill_all()


def held(desk, parent):
    """What the hedges of a leg hold."""
    return sum(leg.net_quantity for leg in desk.run.legs if leg.origin is LegOrigin.HEDGE and leg.parent == parent)


def book(desk):
    """What the broker has of the orders: those that were told of."""
    rows = []
    for request in desk.requests():
        order = desk.state.books.orders[request.order_id]
        if order.status is not OrderStatus.NEW:
            done = order.filled == order.quantity
            status = OrderStatus.COMPLETE if done else OrderStatus.OPEN
            rows.append(desk.as_book_row(request, status, order.filled, "120"))
    return rows


def test_a_hedge_that_pauses_between_two_tries_is_given_up_with_its_parent():
    desk = hedged(CALL, leg("SELL", "PE"), execution={"retry_wait": 60, "entry_timeout": 3_600})
    desk.report(desk.pending()[0].order_id, OrderStatus.REJECTED, words="try later")
    cancelled = f.LegCancelled(at=desk.now, portfolio_id=P1, leg_id=LegId(1), why="one side is enough")
    desk.state.apply(cancelled)
    desk.facts.append(cancelled)

    desk.quote({"spot": "24850"})

    assert desk.run.leg(3).state is LegState.CANCELLED
    assert desk.run.leg(3).failure == "leg 1, which it was to protect, is not entered"


def test_refused_strikes_do_not_use_up_the_hedges_of_the_day():
    desk = hedged(most_per_day=1)

    desk.report(desk.pending()[0].order_id, OrderStatus.REJECTED, words=REFUSED)
    desk.fill_all()

    assert desk.run.state is PortfolioState.RUNNING
