"""The hedges that would be bought now: contract, cost and margin saved, and what the why panel says of hedges."""

from engine.domain.money import price_of
from engine.views.marks import portfolio_mark
from engine.views.portfolios import portfolio_row
from engine.views.preview import preview
from engine.views.why import reasons
from tests.helpers.core_desk import LOT, Desk, portfolio
from tests.helpers.hedge_desk import CALL, PUT, hedge_desk


def shown(desk: Desk, *legs, **hedge):
    """What a portfolio would buy to protect its legs now."""
    return preview(desk.state, portfolio(*legs, dynamic_hedge=hedge)).hedges


def test_the_dry_run_shows_the_hedges_with_their_cost_and_the_margin_they_save():
    call, put = shown(hedge_desk(), {**CALL, "lots": 2}, PUT)

    assert (call.name, call.contract_name, call.lots, call.quantity) == ("H_1_1", "NIFTY 25 Aug 25350 CE", 2, 2 * LOT)
    assert call.cost == price_of("4.2") * 2 * LOT
    assert put.cost == price_of("5.1") * LOT
    assert call.margin_saved > 0
    assert call.why.startswith("CE 25350.00 at 4.20, 10 strikes from the parent, nearest to the parent of 3")


def test_the_dry_run_says_why_no_hedge_could_be_had():
    (call,) = shown(hedge_desk(), CALL, rule={"type": "premium", "least": "30"})

    assert call.contract is None
    assert call.cost is None
    assert call.hopeless
    assert "costs 30.00 to 40.00" in call.why


def test_nothing_is_shown_without_hedges_and_nothing_of_the_engine_changes():
    desk = hedge_desk()

    assert preview(desk.state, portfolio(CALL | {"hedge_required": False})).hedges == ()
    assert not desk.state.books.portfolios


def sentences(desk):
    """What the why panel says of the first portfolio."""
    row = portfolio_row(desk.state, desk.run)
    quotes = {leg.row: desk.state.board.values[leg.row].tolist() for leg in row.legs if leg.row >= 0}
    return [one.sentence for one in reasons(row, portfolio_mark(row, quotes), None, desk.now)]


def test_a_sold_leg_says_that_its_hedge_is_bought_first():
    desk = hedge_desk()
    desk.add(portfolio(CALL, dynamic_hedge={}))

    assert any("Leg 1 SELL NIFTY 25 Aug 24850 CE: its hedge H_1_1 is bought first" in one for one in sentences(desk))


def test_a_hedge_says_what_it_protects():
    desk = hedge_desk()
    desk.add(portfolio(CALL, dynamic_hedge={}))
    desk.fill_all()

    assert "Hedge H_1_1 BUY NIFTY 25 Aug 25350 CE protects leg 1" in sentences(desk)


def test_distances_to_a_stop_leave_out_hedges_that_do_not_count():
    desk = hedge_desk()
    desk.add(portfolio(CALL, dynamic_hedge={"in_profit": False}, stop={"type": "loss", "amount": "1000"}))
    desk.fill_all()
    desk.quote({(25350, "CE"): "4.2"})
    row = portfolio_row(desk.state, desk.run)
    quotes = {leg.row: desk.state.board.values[leg.row].tolist() for leg in row.legs}

    mark = portfolio_mark(row, quotes)

    assert mark.profit == price_of("-115.8") * LOT  # The hedge was filled at 120 and is worth 4.20.
    assert mark.stop_distance == price_of(1000)
