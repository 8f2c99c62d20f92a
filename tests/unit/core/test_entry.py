"""Strikes, sequence, barrier and leg failures; vectors T1 … T29 of the executor reference, Appendix C."""

import pytest

from engine.core.readings import market_data
from engine.domain import facts as f
from engine.domain.money import price_of
from engine.domain.multileg.states import ExitReason, LegState, PortfolioState
from engine.domain.order import OrderStatus, Purpose, Side
from tests.helpers.core_desk import LOT, Desk, leg, portfolio, symbol

CONDOR = (leg("BUY", "CE", 4), leg("BUY", "PE", -4), leg("SELL", "CE"), leg("SELL", "PE"))
FINAL = "RESTRICTED: the broker does not allow new positions in this strike"


def entered(*legs, **fields):
    """A desk on which a portfolio was entered whole, at 120 a piece."""
    desk = Desk()
    desk.add(portfolio(*legs, **fields))
    desk.fill_all()
    return desk


@pytest.mark.parametrize(
    ("spot", "one", "wanted"),
    [
        ("24837", leg("SELL", "CE"), (24850, "CE")),  # T1
        ("24825", leg("SELL", "CE"), (24850, "CE")),  # T2
        ("24837", leg("SELL", "PE", 5), (25100, "PE")),  # T4
        ("24837", leg("SELL", "PE", -5), (24600, "PE")),  # T5
    ],
)
def test_steps_from_the_money_are_spatial(spot, one, wanted):
    desk = Desk()
    desk.chain(spot)

    desk.add(portfolio(one))

    assert desk.requests()[0].instrument == symbol(*wanted)


def test_the_implied_forward_is_strike_plus_call_less_put():
    desk = Desk()
    others = {(strike, "CE"): "300" for strike in range(24650, 25051, 50)}
    desk.quote({**others, (24850, "CE"): "120", (24850, "PE"): "115"})

    forward = market_data.implied_forward(
        desk.state, "NIFTY", desk.state.master.expiries("NIFTY")[0], price_of("24850")
    )

    assert forward == price_of("24855")  # T3


@pytest.mark.parametrize(
    ("multiple", "call", "put"),
    [("0.5", (24950, "CE"), (24750, "PE")), ("-0.5", (24750, "CE"), (24950, "PE"))],  # T6, T7
)
def test_the_straddle_width_goes_out_by_half_a_straddle(multiple, call, put):
    desk = Desk()
    desk.quote({(24850, "CE"): "120", (24850, "PE"): "115"})
    rule = {"type": "straddle_width", "multiple": multiple}

    desk.add(portfolio({"side": "SELL", "kind": "CE", "strike": rule}, {"side": "SELL", "kind": "PE", "strike": rule}))

    assert [one.instrument for one in desk.requests()] == [symbol(*call), symbol(*put)]


def test_bought_legs_are_filled_before_anything_is_sold():
    desk = Desk()

    desk.add(portfolio(*CONDOR))
    first = desk.pending()
    for request in first:
        desk.fill(request)

    assert [one.side for one in first] == [Side.BUY, Side.BUY]
    assert [one.side for one in desk.pending()] == [Side.SELL, Side.SELL]


def test_a_part_of_the_hedge_does_not_open_the_barrier():
    desk = Desk()
    desk.add(portfolio(leg("BUY", "CE", 4, lots=2), leg("SELL", "CE", lots=2)))

    desk.report(desk.pending()[0].order_id, OrderStatus.OPEN, LOT, "120")

    assert all(one.side is Side.BUY for one in desk.requests())


def test_the_barrier_waits_for_the_declared_hold():
    desk = Desk()
    desk.add(portfolio(leg("BUY", "CE", 4), leg("SELL", "CE"), execution={"hold": 4}))
    desk.fill(desk.pending()[0])

    early = desk.timer(3)
    late = desk.timer(1)

    assert not desk.requests(early)
    assert [one.side for one in desk.requests(late)] == [Side.SELL]


def test_legs_sent_one_by_one_wait_for_each_other_and_for_the_gap():
    desk = Desk()
    legs = (leg("SELL", "CE"), leg("SELL", "PE"))
    desk.add(portfolio(*legs, execution={"leg_order": "one by one", "leg_gap": 2}))
    one_at_first = len(desk.requests())
    desk.fill(desk.pending()[0])

    early = desk.timer(1)
    late = desk.timer(1)

    assert one_at_first == 1
    assert not desk.requests(early)
    assert len(desk.requests(late)) == 1


def reject_the_put_wing(desk, policy):
    """Enter a condor whose put wing the broker refuses for good."""
    desk.add(portfolio(*CONDOR, execution={"on_leg_failure": policy}))
    call_wing, put_wing = desk.pending()
    desk.fill(call_wing)
    desk.report(put_wing.order_id, OrderStatus.REJECTED, words=FINAL)


def test_a_refused_wing_with_exit_closes_the_other_and_sells_nothing():
    desk = Desk()

    reject_the_put_wing(desk, "exit placed legs")
    desk.fill_all()

    assert [(one.side, one.purpose) for one in desk.requests()][2:] == [(Side.SELL, Purpose.EXIT)]
    assert desk.run.state is PortfolioState.FAILED  # T23
    assert desk.run.exit_reason is ExitReason.LEG_FAIL


def test_a_refused_wing_with_keep_sells_only_the_side_that_is_covered():
    desk = Desk()

    reject_the_put_wing(desk, "keep placed legs")
    desk.fill_all()

    sold = [one.instrument for one in desk.requests() if one.side is Side.SELL]
    assert sold == [symbol(24850, "CE")]  # T24
    assert desk.run.state is PortfolioState.RUNNING_PARTIAL
    assert desk.run.legs[3].state is LegState.CANCELLED


def test_automatic_closes_the_placed_legs_where_a_short_would_be_naked():
    desk = Desk()

    reject_the_put_wing(desk, "automatic")
    desk.fill_all()

    assert desk.run.state is PortfolioState.FAILED


def refuse_one(*legs, refused, **settings):
    """Enter legs of which the broker refuses one for good and fills the others; answer the desk."""
    desk = Desk()
    desk.add(portfolio(*legs, **settings))
    while desk.pending():
        request = desk.pending()[0]
        if request.instrument == refused:
            desk.report(request.order_id, OrderStatus.REJECTED, words=FINAL)
        else:
            desk.fill(request)
    return desk


def test_automatic_closes_the_put_of_a_short_straddle_whose_call_was_refused():
    desk = refuse_one(leg("SELL", "CE"), leg("SELL", "PE"), refused=symbol(24850, "CE"))

    assert desk.run.state is PortfolioState.FAILED
    assert desk.run.exit_reason is ExitReason.LEG_FAIL
    assert desk.run.legs[1].net_quantity == 0


def test_automatic_closes_a_short_that_is_sold_beyond_its_wing_when_another_leg_fails():
    legs = (leg("BUY", "CE", 4), leg("SELL", "CE", lots=2), leg("SELL", "PE"))

    desk = refuse_one(*legs, refused=symbol(24850, "PE"))

    assert desk.run.state is PortfolioState.FAILED


@pytest.mark.parametrize(
    ("legs", "refused"),
    [
        ((leg("BUY", "CE"), leg("BUY", "PE")), (24850, "CE")),
        ((leg("BUY", "CE", 4), leg("SELL", "CE"), leg("BUY", "PE")), (24850, "PE")),
        ((leg("BUY", "CE", 4), leg("BUY", "PE", -4), leg("SELL", "CE"), leg("SELL", "PE")), (24850, "PE")),
    ],
)
def test_automatic_keeps_the_placed_legs_where_every_short_is_covered(legs, refused):
    desk = refuse_one(*legs, refused=symbol(*refused))

    assert desk.run.state is PortfolioState.RUNNING_PARTIAL


def test_keep_leaves_the_put_of_a_short_straddle_alone():
    legs = (leg("SELL", "CE"), leg("SELL", "PE"))
    execution = {"on_leg_failure": "keep placed legs"}

    desk = refuse_one(*legs, refused=symbol(24850, "CE"), execution=execution)

    assert desk.run.state is PortfolioState.RUNNING_PARTIAL
    assert desk.run.legs[1].net_quantity == -LOT


def hedge_filled_in_part(policy):
    """A hedge of ten lots of which six were filled when its time was over; answer the desk after the cancellation."""
    desk = Desk()
    legs = (leg("BUY", "CE", 4, lots=10), leg("SELL", "CE", lots=10))
    desk.add(portfolio(*legs, execution={"on_leg_failure": policy, "entry_timeout": 60}))
    hedge = desk.pending()[0]
    desk.report(hedge.order_id, OrderStatus.OPEN, 6 * LOT, "120")
    desk.wait(58)
    desk.chain()
    desk.timer(3)
    desk.report(hedge.order_id, OrderStatus.CANCELLED, 6 * LOT, "120")
    return desk


def test_a_hedge_filled_in_part_cuts_the_short_down_to_it():
    desk = hedge_filled_in_part("resize shorts to the filled wings")

    desk.chain()
    desk.fill_all()

    assert desk.run.legs[1].entered_quantity == 6 * LOT  # T25
    assert desk.run.state is PortfolioState.RUNNING_PARTIAL


def test_a_hedge_filled_in_part_is_rolled_back_with_exit():
    desk = hedge_filled_in_part("exit placed legs")

    desk.fill_all()

    assert desk.run.legs[0].net_quantity == 0
    assert desk.run.legs[1].entered_quantity == 0
    assert desk.run.state is PortfolioState.FAILED


def test_retry_then_exit_gives_the_leg_one_more_round():
    desk = Desk()
    execution = {"on_leg_failure": "retry, then exit", "retries": 2, "retry_wait": 1}
    desk.add(portfolio(leg("SELL", "CE"), execution=execution))

    while desk.pending():
        desk.report(desk.pending()[0].order_id, OrderStatus.REJECTED, words="SYSTEM: busy")
        desk.timer(1)
        desk.chain()

    assert len(desk.requests()) == 1 + 2 * 2
    assert desk.run.state is PortfolioState.REJECTED


def test_a_refused_slice_waits_for_the_retry_of_its_leg():
    desk = Desk()
    desk.add(portfolio(leg("SELL", "CE", lots=60)))  # 3,900 of a freeze quantity of 1,755
    first, *_others = desk.pending()

    facts = desk.report(first.order_id, OrderStatus.REJECTED, words="SYSTEM: busy")

    assert not desk.requests(facts)


def test_a_leg_that_the_gate_fails_last_still_has_its_policy_carried_out():
    desk = Desk()
    desk.say(f_limits(lots_per_order=1))

    desk.add(portfolio(leg("SELL", "CE"), leg("BUY", "CE", 4, lots=2), execution={"buy_first": False}))
    desk.fill_all()

    assert desk.run.state is PortfolioState.FAILED


def f_limits(**limits):
    """A command that sets the risk limits."""
    from engine.domain.commands import SetRiskLimits
    from engine.domain.settings.risk_limits import RiskLimits
    from tests.helpers.core_desk import at

    return SetRiskLimits(at=at(9, 20), limits=RiskLimits(**limits))


def test_a_wing_whose_strike_does_not_exist_leaves_no_naked_sale():
    desk = Desk()
    legs = (leg("BUY", "CE", 90), leg("SELL", "CE"))

    desk.add(portfolio(*legs, contracts={"allow_far": True}, execution={"on_leg_failure": "keep placed legs"}))

    assert not desk.requests()


def test_an_order_without_an_answer_freezes_the_openings_of_its_basket():
    desk = Desk()
    desk.add(portfolio(leg("SELL", "CE"), leg("SELL", "PE")))
    first, second = desk.pending()

    desk.report(first.order_id, OrderStatus.UNKNOWN)
    desk.report(second.order_id, OrderStatus.REJECTED, words="SYSTEM: busy")
    facts = desk.timer(1) + desk.chain()

    assert not desk.requests(facts)
    assert [one.reason.name for one in desk.of(f.OrderDenied)] == ["BASKET_UNKNOWN"]


def test_an_order_without_an_answer_that_the_book_shows_is_adopted():
    desk = Desk()
    desk.add(portfolio(leg("SELL", "CE")))
    request = desk.pending()[0]
    desk.report(request.order_id, OrderStatus.UNKNOWN)
    desk.wait(8)

    desk.books(desk.as_book_row(request, OrderStatus.COMPLETE, LOT, "121"), net={request.instrument: -LOT})

    assert desk.run.legs[0].net_quantity == -LOT  # T28
    assert len(desk.requests()) == 1


def test_an_order_without_an_answer_is_not_sent_again_before_two_minutes_and_three_fresh_books():
    desk = Desk()
    desk.add(portfolio(leg("SELL", "CE"), execution={"entry_timeout": 600}))
    desk.report(desk.pending()[0].order_id, OrderStatus.UNKNOWN)
    after = []
    for seconds in (40, 40, 39):
        desk.wait(seconds)
        desk.chain()
        after.append((desk.books(), len(desk.requests())))

    desk.wait(1)
    desk.chain()
    desk.books()
    desk.timer(1)
    desk.chain()

    assert [orders for _, orders in after] == [1, 1, 1]
    assert len(desk.requests()) == 2  # T29
    assert desk.requests()[0].order_id != desk.requests()[1].order_id


def test_a_stale_book_proves_nothing():
    desk = Desk()
    desk.add(portfolio(leg("SELL", "CE"), execution={"entry_timeout": 600}))
    order_id = desk.pending()[0].order_id
    desk.report(order_id, OrderStatus.UNKNOWN)

    for _ in range(10):
        desk.wait(30)
        desk.books(fresh=False)

    assert desk.state.books.orders[order_id].status is OrderStatus.UNKNOWN


def test_a_second_start_inside_the_window_is_ignored():
    desk = Desk()
    declared = portfolio(leg("SELL", "CE"), execution={"duplicate_window": 30})
    desk.add(declared)
    desk.wait(29)

    facts = desk.add(declared)

    assert [type(fact) for fact in facts] == [f.CommandRefused]
    assert len(desk.of(f.PortfolioAdded)) == 1


def test_nothing_enters_after_the_last_time_for_an_entry():
    desk = Desk()
    schedule = {"start": "09:20", "end": "09:21", "square_off": "15:15"}
    desk.add(portfolio(leg("BUY", "CE"), schedule=schedule, execution={"entry_timeout": 300, "retry_wait": 50}))
    desk.report(desk.pending()[0].order_id, OrderStatus.REJECTED, words="SYSTEM: busy")

    facts = desk.timer(61)

    assert desk.run.state is PortfolioState.REJECTED
    assert not desk.requests(facts)


def test_a_purchase_that_reduces_the_position_is_not_refused_for_its_size():
    desk = Desk()
    desk.say(f_limits(lots_per_position=2))
    same = (leg("SELL", "CE", lots=2), leg("BUY", "CE", lots=2))

    desk.add(portfolio(*same, execution={"buy_first": False, "leg_order": "one by one"}))
    desk.fill_all()

    assert not desk.of(f.OrderDenied)
