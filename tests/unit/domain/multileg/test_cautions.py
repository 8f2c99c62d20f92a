"""What should be looked at once before a portfolio starts, each beside its own field."""

from engine.domain.multileg.cautions import cautions
from engine.domain.multileg.leg import Leg
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.strike import AtmOffset
from engine.domain.order import Product, Side
from engine.schema.load import load


def portfolio(*legs: Leg, **fields: object) -> MultilegPortfolio:
    return MultilegPortfolio(name="x", legs=legs, **fields)


SHORT = Leg()
WING = Leg(side=Side.BUY, strike=AtmOffset(steps=5))


def test_a_hedged_portfolio_needs_no_caution():
    assert cautions(portfolio(WING, SHORT)) == []


def test_a_naked_one_is_cautioned_at_its_legs_and_where_a_stop_is_missing():
    found = cautions(portfolio(SHORT))

    assert [one.path for one in found] == ["legs", "legs[0].stop_loss"]
    assert "not capped" in found[0].reason


def test_a_combined_stop_is_stop_enough():
    data = {"name": "x", "legs": [{}], "stop": {"type": "loss", "amount": "5000"}}

    assert [one.path for one in cautions(load(data, MultilegPortfolio))] == ["legs"]


def test_a_leg_without_lots_is_cautioned():
    assert [one.path for one in cautions(portfolio(WING, SHORT, Leg(side=Side.BUY, lots=0)))] == ["legs[2].lots"]


def test_products_that_do_not_net_are_cautioned():
    found = cautions(portfolio(Leg(side=Side.BUY, strike=AtmOffset(steps=5), product=Product.CARRY_FORWARD), SHORT))

    assert [one.path for one in found] == ["legs[0].product"]
    assert "margin" in found[0].reason


def paths(**fields: object) -> set[str]:
    return {one.path for one in cautions(load({"name": "x", "legs": [{}], **fields}, MultilegPortfolio))}


def test_hedges_that_no_leg_asks_for_are_cautioned():
    assert "dynamic_hedge" in paths(dynamic_hedge={})
    assert "dynamic_hedge" not in paths(dynamic_hedge={}, legs=[{"hedge_required": True}])


def test_moves_to_cost_that_nothing_sets_off_are_cautioned():
    target = {"target": {"basis": "premium percent", "distance": 50}}

    assert "move_to_cost" in paths(move_to_cost={})
    assert "move_to_cost" in paths(move_to_cost={}, legs=[target])
    assert "move_to_cost" not in paths(move_to_cost={"on_target": "each one"}, legs=[target])
    assert "move_to_cost" not in paths(
        move_to_cost={}, legs=[{"stop_loss": {"basis": "premium percent", "distance": 25}}]
    )


def test_a_wait_on_the_underlying_that_cannot_rest_is_cautioned():
    on_underlying = {"wait": {"move": 50, "basis": "underlying points"}}
    on_premium = {"wait": {"move": 5, "basis": "premium points"}}

    assert "legs[0].wait" in paths(at_broker={"leg_wait": True}, legs=[on_underlying])
    assert "legs[0].wait" not in paths(at_broker={"leg_wait": True}, legs=[on_premium])
    assert "legs[0].wait" not in paths(at_broker={}, legs=[on_underlying])
