"""How the choice of contracts runs: legs without a strike, disabled legs, early choices, products, expiry days."""

from datetime import date, time

import pytest

from engine.core.readings import ledger
from engine.core.strikes import expiry_choice, strike_selector
from engine.core.strikes.choice import Impossible
from engine.domain import facts as f
from engine.domain.instant import ist_instant
from engine.domain.multileg.expiry import (
    CurrentMonth,
    CurrentWeek,
    FarMonth,
    FourthWeek,
    NextMonth,
    NextWeek,
    Quarterly,
    SecondWeek,
)
from engine.domain.multileg.states import ExitReason, LegState, PortfolioState
from engine.domain.order import Product
from tests.helpers.core_desk import EXPIRY, LOT, Desk, leg, portfolio, symbol
from tests.helpers.strike_world import EXPIRIES, StrikeWorld

NOWHERE = {"type": "premium_range", "low": 500, "high": 600}


def test_a_sold_leg_without_a_strike_stops_the_execution():
    desk = Desk()

    desk.add(portfolio(leg("SELL", "CE"), {"side": "SELL", "kind": "PE", "strike": NOWHERE}))

    assert desk.run.state is PortfolioState.REJECTED
    assert not desk.requests()
    (decided,) = desk.of(f.PortfolioExitDecided)
    assert decided.reason is ExitReason.LEG_FAIL
    assert decided.why.startswith("leg 2 stops the execution: no PE of NIFTY")
    assert "nearest is 120.00" in decided.why


def test_a_bought_leg_without_a_strike_is_skipped_and_the_rest_goes_on():
    desk = Desk()

    desk.add(portfolio(leg("SELL", "CE"), {"side": "BUY", "kind": "PE", "strike": NOWHERE}))
    desk.fill_all()

    (failed,) = desk.of(f.LegEntryFailed)
    assert failed.skipped
    assert desk.run.state is PortfolioState.RUNNING_PARTIAL
    assert [one.net_quantity for one in desk.run.legs] == [-LOT, 0]


def test_a_skipped_leg_does_not_count_as_one_that_failed():
    desk = Desk()
    policy = {"on_leg_failure": "exit placed legs"}

    desk.add(portfolio(leg("SELL", "CE"), {"side": "BUY", "kind": "PE", "strike": NOWHERE}, execution=policy))
    desk.fill_all()

    assert desk.run.state is PortfolioState.RUNNING_PARTIAL


def test_a_sale_whose_protection_is_skipped_is_never_made():
    desk = Desk()

    desk.add(portfolio(leg("SELL", "CE"), {"side": "BUY", "kind": "CE", "strike": NOWHERE}))

    assert not desk.requests()
    assert desk.run.state is PortfolioState.REJECTED


def test_a_sold_leg_is_skipped_where_its_guards_say_so():
    desk = Desk()
    skipped = {"side": "SELL", "kind": "PE", "strike": NOWHERE, "guards": {"on_no_strike": "skip the leg"}}

    desk.add(portfolio(leg("SELL", "CE"), skipped))
    desk.fill_all()

    assert [one.net_quantity for one in desk.run.legs] == [-LOT, 0]


def test_a_leg_that_comes_later_does_not_stop_what_runs():
    desk = Desk()
    desk.add(portfolio(leg("SELL", "CE")))
    desk.fill_all()
    late = desk.run.leg(1)

    facts = list(strike_selector.without_strike(desk.state, desk.run, late, "nothing fits"))

    assert [type(fact) for fact in facts] == [f.LegEntryFailed]


def test_a_leg_waits_half_a_minute_for_a_narrow_spread_and_then_goes_without():
    desk = Desk()
    desk.quote({(24850, "CE"): ("120", "100", "140")})

    desk.add(portfolio(leg("SELL", "CE")))
    assert desk.run.legs[0].state is LegState.WAITING
    desk.timer(31)

    assert desk.run.state is PortfolioState.REJECTED
    assert "wider than 10 % of its middle" in desk.of(f.LegEntryFailed)[0].why


def test_a_leg_of_no_lots_is_disabled():
    desk = Desk()

    desk.add(portfolio(leg("SELL", "CE"), leg("SELL", "PE", lots=0)))
    desk.fill_all()

    assert desk.run.state is PortfolioState.RUNNING
    assert [one.net_quantity for one in desk.run.legs] == [-LOT, 0]
    assert not any(fact.leg_id == 2 for fact in desk.facts if isinstance(fact, f.LegFact))


def test_a_leg_trades_its_own_product():
    desk = Desk()

    desk.add(portfolio(leg("SELL", "CE"), leg("SELL", "PE", product="NRML")))

    assert [one.product for one in desk.requests()] == [Product.INTRADAY, Product.CARRY_FORWARD]


def test_strikes_chosen_early_stay_until_the_entry():
    desk = Desk()
    desk.add(
        portfolio(
            leg("SELL", "CE"),
            entry="time",
            schedule={"start": "09:45"},
            contracts={"selection_time": "09:30"},
        )
    )
    assert not desk.of(f.LegResolved)
    desk.wait(600)
    desk.chain()

    (chosen,) = desk.of(f.LegResolved)
    assert chosen.instrument == symbol(24850, "CE")
    assert desk.run.state is PortfolioState.WAITING
    assert not desk.requests()
    desk.wait(900)
    desk.chain(spot="24990")

    assert [one.instrument for one in desk.requests()] == [symbol(24850, "CE")]
    assert len(desk.of(f.LegResolved)) == 1


def test_the_straddle_of_the_width_multiplier_is_taken_once():
    desk = Desk()

    desk.add(portfolio(leg("SELL", "CE"), leg("SELL", "PE"), contracts={"straddle_width_multiplier": "0.5"}))

    (taken,) = desk.of(f.StraddleWidthTaken)
    assert (taken.strike, taken.width) == (248_500_000, 2_400_000)
    assert desk.run.straddle_width == 2_400_000
    assert [one.instrument for one in desk.requests()] == [symbol(24950, "CE"), symbol(24750, "PE")]


@pytest.mark.parametrize(("lots", "per_lot", "factor"), [((4, 4), True, 4), ((2, 4), True, 2), ((4, 4), False, 1)])
def test_rupee_limits_grow_with_the_lots_where_they_are_meant_per_lot(lots, per_lot, factor):
    run = StrikeWorld().run(*({"lots": number} for number in lots), per_lot_basis=per_lot)

    assert ledger.rupee_factor(run) == factor


# --- expiries ---------------------------------------------------------------------------------------------------------


def expiry(rule, *, on=None, hour=9, minute=20, **contracts):
    world = StrikeWorld()
    if on is not None:
        world.state.now = ist_instant(on, time(hour, minute))
    return expiry_choice.expiry_of(world.state, world.run({}, contracts=contracts), rule)


@pytest.mark.parametrize(
    ("rule", "place"),
    [(CurrentWeek(), 0), (NextWeek(), 1), (SecondWeek(), 2), (FourthWeek(), 4), (CurrentMonth(), 0), (NextMonth(), 5)],
)
def test_expiry_codes_count_listed_expiries(rule, place):
    assert expiry(rule) == EXPIRIES[place]  # 25 August is monthly, the five weeks after it end on 29 September


def test_the_quarter_ends_with_september():
    assert expiry(Quarterly()) == date(2026, 9, 29)


def test_an_expiry_that_is_not_listed_is_refused_with_what_is():
    choice = expiry(FarMonth(), on=date(2026, 9, 2))

    assert isinstance(choice, Impossible)
    assert choice.why.startswith("NIFTY has no expiry FM on 2026-09-02; listed are 2026-09-08, 2026-09-15")


@pytest.mark.parametrize(
    ("use", "hour", "place"),
    [
        ("current", 15, 0),
        ("next", 9, 1),
        ({"type": "current_until", "until": "13:00"}, 12, 0),
        ({"type": "current_until", "until": "13:00"}, 13, 1),
    ],
)
def test_what_the_codes_mean_on_an_expiry_day(use, hour, place):
    assert expiry(CurrentWeek(), on=EXPIRY, hour=hour, minute=0, on_expiry_day=use) == EXPIRIES[place]
