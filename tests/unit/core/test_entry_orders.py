"""Slices, gaps, lots and limits of an entry."""

from engine.domain import facts as f
from engine.domain.money import money_of, price_of
from engine.domain.multileg.states import LegState, PortfolioState
from engine.domain.order import OrderType, Side
from tests.helpers.core_desk import LOT, P1, Desk, leg, portfolio

CALL, PUT = (24850, "CE"), (24850, "PE")


def running(*legs, **fields):
    desk = Desk()
    desk.add(portfolio(*legs, **fields))
    return desk


def lots_of(requests):
    return [request.quantity // LOT for request in requests]


def test_time_slices_follow_each_other_at_their_pace():
    desk = running(leg("SELL", "CE", lots=12), execution={"slicing": {"type": "time", "lots": 5, "every": 3}})
    assert lots_of(desk.requests()) == [5]
    desk.fill_all()

    desk.timer(2)
    assert lots_of(desk.requests()) == [5]
    desk.chain()
    desk.timer(1)
    assert lots_of(desk.requests()) == [5, 5]
    desk.fill_all()
    desk.chain()
    desk.timer(3)
    desk.fill_all()

    assert lots_of(desk.requests()) == [5, 5, 2]
    assert desk.state.books.portfolios[P1].state is PortfolioState.RUNNING


def test_a_slice_above_the_freeze_quantity_is_split():
    desk = running(leg("SELL", "CE", lots=60), execution={"slicing": {"type": "time", "lots": 40, "every": 3}})

    assert lots_of(desk.requests()) == [27, 13]


def test_a_slow_entry_in_slices_does_not_time_out():
    slicing = {"type": "time", "lots": 1, "every": 30}
    desk = running(leg("SELL", "CE", lots=4), execution={"slicing": slicing, "entry_timeout": 60})
    for _ in range(4):
        desk.fill_all()
        desk.wait(30)
        desk.chain()

    assert desk.state.books.portfolios[P1].leg(1).entered_quantity == 4 * LOT


def test_slices_stop_while_the_entry_rule_does_not_hold_and_what_is_entered_stays():
    entry = {"type": "underlying_level", "price": {"type": "typed", "price": "24900"}, "direction": "≥"}
    slicing = {"type": "condition", "lots": 2, "every": 3}
    desk = running(
        leg("SELL", "CE", lots=6),
        entry=entry,
        execution={"slicing": slicing},
        schedule={"start": "09:20", "end": "09:21"},
    )
    desk.chain(spot="24900")
    desk.fill_all()
    desk.wait(3)
    desk.chain(spot="24890")
    assert lots_of(desk.requests()) == [2]

    desk.wait(3)
    desk.chain(spot="24905")
    assert lots_of(desk.requests()) == [2, 2]
    desk.fill_all()
    desk.wait(60)
    desk.chain(spot="24890")
    desk.timer()

    run = desk.state.books.portfolios[P1]
    assert (run.state, run.leg(1).state) == (PortfolioState.RUNNING, LegState.OPEN)
    assert run.leg(1).entered_quantity == 4 * LOT


def test_legs_one_by_one_keep_their_gap():
    legs = (leg("SELL", "CE"), leg("SELL", "PE"))
    desk = running(*legs, execution={"leg_order": "one by one", "leg_gap": 2})
    desk.fill_all()
    assert len(desk.requests()) == 1

    desk.chain()
    desk.timer(2)

    assert len(desk.requests()) == 2


def test_the_exposure_holds_so_many_lots():
    desk = running(leg("SELL", "CE"), leg("SELL", "PE", lots=2), execution={"exposure": "5000000"})

    # Executor reference §1.3.1: 50,00,000 / (24,850 × 65) is 3 lots.
    assert lots_of(desk.requests()) == [3, 6]
    assert [one.leg.lots for one in desk.state.books.portfolios[P1].legs] == [3, 6]


def test_no_leg_takes_more_than_the_most_lots():
    desk = running(leg("SELL", "CE"), leg("SELL", "PE", lots=2), execution={"exposure": "5000000", "max_lots": 5})

    assert lots_of(desk.requests()) == [3, 5]


def test_a_plain_limit_goes_to_the_opposite_quote():
    desk = Desk()
    desk.quote({CALL: ("120", "119.80", "120.20")})
    desk.add(portfolio(leg("SELL", "CE"), execution={"pricing": "limit"}))

    assert desk.requests()[0].limit_price == price_of("119.80")


def test_the_larger_of_both_buffers_is_taken():
    desk = Desk()
    desk.quote({CALL: ("120", "119.80", "120.20")})
    desk.add(portfolio(leg("SELL", "CE"), execution={"buffer": 1, "buffer_points": "2"}))

    assert desk.requests()[0].limit_price == price_of("117.80")


def test_a_market_entry_has_no_limit():
    desk = running(leg("SELL", "CE"), execution={"pricing": "market"})

    assert (desk.requests()[0].order_type, desk.requests()[0].limit_price) == (OrderType.MARKET, None)


def test_funds_that_do_not_suffice_are_told_and_the_entry_goes_on_where_it_only_warns():
    desk = Desk()
    desk.state.sight(desk.state.books.account).margin_free = money_of(1_000)
    desk.add(portfolio(leg("SELL", "CE"), execution={"margin_check": "warn"}))

    assert len([fact for fact in desk.facts if isinstance(fact, f.MarginShort)]) == 1
    assert [request.side for request in desk.requests()] == [Side.SELL]
