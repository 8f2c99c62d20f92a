"""What the rules of a day warn of: many orders, sizes over an account's limits, delivery of shares."""

from datetime import date
from functools import cache
from pathlib import Path

from engine.domain.multileg.market_cautions import market_cautions
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.settings.risk_limits import RiskLimits
from engine.runtime.market_rules_store import load_market_rules
from engine.schema.load import load

WEDNESDAY = date(2026, 8, 19)
SHARE = {"underlying": "RELIANCE", "expiry": "CM", "execution": {"product": "NRML"}}


@cache
def rules():
    return load_market_rules(Path(__file__).resolve().parents[4] / "resources" / "market")


def told(limits=None, **fields) -> dict[str, str]:
    chosen = load({"name": "x", "legs": [{}], **fields}, MultilegPortfolio)
    return {one.path: one.reason for one in market_cautions(chosen, rules(), WEDNESDAY, limits)}


def test_many_orders_are_counted_with_the_time_they_take():
    # Appendix G 19: 27 lots of 65 an order (1,800), so 270 lots are 10 orders and 20 orders take 2.5 s at 8 a second.
    legs = [{"lots": 270}, {"lots": 270, "kind": "PE"}]

    assert told(legs=legs)["legs"].startswith("20 orders at entry, 2.5 s; 20 at exit, 2.5 s, at 8 orders/s")
    assert told(legs=[{"lots": 270}, {"lots": 162, "kind": "PE"}]) == {}


def test_idle_legs_count_at_the_exit_only():
    legs = [{"lots": 270}, {"lots": 270, "kind": "PE", "idle": True}]

    assert told(legs=legs)["legs"].startswith("10 orders at entry, 1.3 s; 20 at exit, 2.5 s")


def test_slices_make_more_orders():
    sliced = {"slicing": {"type": "time", "lots": 10, "every": 3}}

    found = told(legs=[{"lots": 270}], execution=sliced, exit={"sliced": False})

    assert found["legs"].startswith("27 orders at entry, 3.4 s; 10 at exit")


def test_sizes_over_the_limits_of_an_account_are_named():
    small = RiskLimits(lots_per_order=20, lots_per_position=50)

    found = told(small, legs=[{"lots": 30}, {"lots": 30}])

    assert found["legs[0].lots"].startswith("an order of 27 lots is over the 20 lots per order")
    assert found["legs[1].lots"].startswith("60 lots of one contract are over the 50 lots per contract")
    assert told(legs=[{"lots": 30}, {"lots": 30}]) == {}


def test_bought_share_options_held_to_the_expiry_end_in_delivery():
    held = {**SHARE, "schedule": {"positional": {}}}

    assert "delivery" in told(**held, legs=[{"side": "BUY"}])["legs[0].expiry"]
    assert told(**held, legs=[{"side": "SELL"}]) == {}
    assert told(**SHARE, schedule={"positional": {"square_off_before": 1}}, legs=[{"side": "BUY"}]) == {}
    assert told(schedule={"positional": {}}, execution={"product": "NRML"}, legs=[{"side": "BUY"}]) == {}


def test_an_unknown_underlying_is_left_to_the_refusals():
    assert told(underlying="FOO") == {}
