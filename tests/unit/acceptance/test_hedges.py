"""Vectors of the executor reference about hedges: T23–T25 with dynamic hedges, T43, and save-time rule 13."""

import pytest

from engine.core.hedges.delta_hedge import SCALE, lots_to_trade
from engine.domain.multileg.cautions import cautions
from engine.domain.multileg.dynamic_hedge import DeltaBand, DynamicHedge
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.states import LegState, PortfolioState
from engine.domain.order import OrderStatus, Purpose, Side
from engine.pricing.black76 import greeks
from engine.schema.load import load, problems
from tests.helpers.core_desk import LOT, portfolio, symbol
from tests.helpers.hedge_desk import CALL, PUT, hedge_desk

REFUSED = "RESTRICTED: the broker does not allow new positions in this strike"


def condor(policy):
    """Enter a straddle whose put hedge the broker refuses for good."""
    desk = hedge_desk()
    hedge = {"other_strikes": False, "unsatisfied": "ignore the field"}
    desk.add(portfolio(CALL, PUT, dynamic_hedge=hedge, execution={"on_leg_failure": policy}))
    call_wing, put_wing = desk.pending()
    desk.fill(call_wing, "4.2")
    desk.report(put_wing.order_id, OrderStatus.REJECTED, words=REFUSED)
    desk.fill_all()
    return desk


def test_T23_a_refused_hedge_with_exit_closes_the_other_and_sells_nothing():
    # IC, PE wing rejected, policy Exit → filled CE wing exited, SELLs never sent, FAILED
    desk = condor("exit placed legs")

    assert [(one.side, one.purpose) for one in desk.requests()][2:] == [(Side.SELL, Purpose.EXIT)]
    assert desk.run.state is PortfolioState.FAILED


def test_T24_a_refused_hedge_with_keep_sells_only_the_side_that_is_covered():
    # same, Keep → SELL CE only sent if its wing filled; SELL PE not sent; RUNNING_PARTIAL
    desk = condor("keep placed legs")

    sold = [one.instrument for one in desk.requests() if one.side is Side.SELL]
    assert sold == [symbol(24850, "CE")]
    assert desk.run.leg(2).state is LegState.CANCELLED
    assert desk.run.state is PortfolioState.RUNNING_PARTIAL


def six_of_ten(policy):
    """Enter ten lots whose hedge gets six of them until its time is over."""
    desk = hedge_desk()
    desk.add(portfolio({**CALL, "lots": 10}, dynamic_hedge={}, execution={"on_leg_failure": policy}))
    order = desk.pending()[0].order_id
    desk.report(order, OrderStatus.OPEN, 6 * LOT, "4.2")
    for _ in range(61):
        desk.wait(1)
        desk.quote({"spot": "24850", (25350, "CE"): ("4.2", "4.1", "4.3")})
        if desk.state.books.orders[order].pending is not None:
            desk.report(order, OrderStatus.OPEN, 6 * LOT, "4.2")
    desk.report(order, OrderStatus.CANCELLED, 6 * LOT, "4.2", "cancelled")
    desk.wait(31)  # The word of a cancelled order is doubted until fresh books are read, thirty seconds at most.
    desk.quote({"spot": "24850", (25350, "CE"): ("4.2", "4.1", "4.3"), (24850, "CE"): "120"})
    desk.fill_all()
    return desk


def test_T25_a_hedge_that_got_six_of_ten_resizes_what_is_sold():
    # hedge BUY of 10 lots fills 6 at timeout: SELL leg sized to 6 (policy Resize); never more short than hedged
    desk = six_of_ten("resize shorts to the filled wings")

    assert desk.run.leg(1).net_quantity == -6 * LOT
    assert desk.run.leg(2).net_quantity == 6 * LOT


@pytest.mark.parametrize("policy", ["exit placed legs", "automatic"])
def test_T25_a_hedge_that_got_six_of_ten_is_rolled_back_with_exit(policy):
    # … or roll back (policy Exit)
    desk = six_of_ten(policy)

    assert desk.run.leg(1).entered_quantity == 0
    assert desk.run.leg(2).net_quantity == 0
    assert desk.run.state is PortfolioState.FAILED


def test_T43_the_delta_band_buys_four_lots_and_leaves_three():
    # 10 lots of the 24,850 straddle sold, spot at 25,000, IV 12.5 %, 3 d 5.5 h to live: Δ 0.6977 and −0.3023
    years = (3 + 5.5 / 24) / 365
    call, put = (float(greeks(25_000.0, 24_850.0, years, 0.0, 0.125, is_call).delta) for is_call in (True, False))
    net = round(-650 * (call + put) * SCALE)

    lots = lots_to_trade(net, 0, 65)

    assert (round(call, 4), round(put, 4)) == (0.6977, -0.3023)
    assert lots == 4
    assert round(net / SCALE + lots * 65) == 3


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ({"type": "premium", "nearest": 21}, "rule.farthest"),
        ({"type": "premium", "least": "41"}, "rule.most"),
        ({"type": "margin", "nearest": 21}, "rule.farthest"),
    ],
)
def test_G13_an_empty_window_of_distance_or_premium_is_refused_beside_its_field(rule, path):
    # 13 hedge dmin ≤ dmax, pmin ≤ pmax
    found = problems({"rule": rule}, DynamicHedge)

    assert [error.path for error in found] == [path]


def test_a_target_outside_the_band_is_refused():
    assert [error.path for error in problems({"band": "100", "inner": "100"}, DeltaBand)] == ["inner"]


@pytest.mark.parametrize(
    ("legs", "fields", "path"),
    [
        ([CALL], {}, "dynamic_hedge"),
        ([{**CALL, "side": "BUY"}], {"dynamic_hedge": {}}, "legs[0].hedge_required"),
        ([{"side": "SELL", "kind": "FUT", "hedge_required": True}], {"dynamic_hedge": {}}, "legs[0].hedge_required"),
        ([CALL], {"dynamic_hedge": {"order": "with the parent"}}, "dynamic_hedge.order"),
        (
            [CALL],
            {"dynamic_hedge": {"multiples_of_500": True}, "underlying": "FINNIFTY"},
            "dynamic_hedge.multiples_of_500",
        ),
    ],
)
def test_what_does_not_fit_between_hedges_and_legs_is_refused_beside_its_field(legs, fields, path):
    found = problems({"name": "Test", "legs": legs, **fields}, MultilegPortfolio)

    assert [error.path for error in found] == [path]


def test_a_portfolio_with_hedges_and_a_band_loads():
    loaded = load(
        {"name": "Test", "legs": [CALL, PUT], "dynamic_hedge": {}, "delta_band": {"unit": "% of the shorts' delta"}},
        MultilegPortfolio,
    )

    assert loaded.dynamic_hedge == DynamicHedge()


def test_G20_a_naked_short_is_warned_of_and_a_hedged_one_is_not():
    # 20 naked-short warning
    hedged = cautions(portfolio(CALL, PUT, dynamic_hedge={}))
    half = cautions(portfolio({**CALL, "hedge_required": False}, PUT, dynamic_hedge={}))

    assert not hedged
    assert [error.path for error in half][:1] == ["legs"]
