"""Contradictions of tab 3, each beside its own field."""

import pytest

from engine.domain.multileg.checks import refusals
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.load import dump, load, problems
from tests.helpers.core_desk import DAY, MASTER, RULES, leg

STRADDLE = [leg("SELL", "CE"), leg("SELL", "PE")]


def document(legs=STRADDLE, **fields):
    return {"name": "T", "legs": legs, **fields}


def line(left, right=None):
    return {"left": left, "operator": "above", "right": right or {"type": "number", "value": "1"}}


def condition(*lines, **more):
    return {"type": "condition", "condition": {"groups": [{"lines": list(lines), **more}]}}


@pytest.mark.parametrize(("fields", "path"), [
    ({"entry": {"type": "combined_premium", "price": {"type": "typed", "price": "0"}}}, "entry.price.price"),
    ({"entry": {"type": "signal", "token": "short"}}, "entry.token"),
    ({"entry": {"type": "signal", "token": "with a space"}}, "entry.token"),
    ({"entry": condition(line({"type": "price", "of": {"type": "leg", "leg": 3}}))},
     "entry.condition.groups[0].lines[0].left.of.leg"),
    ({"entry": condition(line({"type": "clock"}))}, "entry.condition.groups[0].lines[0].right"),
    ({"entry": condition(line({"type": "macd", "fast": 26, "slow": 12}))},
     "entry.condition.groups[0].lines[0].left.fast"),
    ({"entry": condition(line({"type": "price"}), holds_with={"type": "points", "at_least": 2})},
     "entry.condition.groups[0].holds_with.at_least"),
    ({"execution": {"slicing": {"type": "condition"}}}, "execution.slicing"),
    ({"execution": {"leg_gap": 2}}, "execution.leg_order"),
    ({"execution": {"max_legs": 1}}, "execution.max_legs"),
    ({"legs": [leg("SELL", "CE")], "execution": {"premium_gap": {}}}, "execution.premium_gap"),
    ({"legs": [*STRADDLE, leg("BUY", "FUT")], "entry": {"type": "combined_premium"}}, "entry.of"),
    ({"legs": [leg("SELL", "CE", product="MIS")], "schedule": {"positional": {}}, "execution": {"product": "NRML"}},
     "legs[0].product"),
])  # fmt: skip
def test_every_contradiction_stands_beside_its_field(fields, path):
    assert [error.path for error in problems(document(**fields), MultilegPortfolio)] == [path]


def test_a_condition_is_given_back_as_it_was():
    lines = (
        line({"type": "indicator", "kind": "RSI", "period": 14, "minutes": 5}),
        line({"type": "day", "figure": "previous close", "of": {"type": "combined"}}, {"type": "vwap"}),
        line({"type": "clock"}, {"type": "time", "at": "10:15:00"}),
    )
    portfolio = load(document(entry=condition(*lines)), MultilegPortfolio)

    assert load(dump(portfolio), MultilegPortfolio) == portfolio


def test_a_price_that_this_market_does_not_list_is_refused_at_the_start():
    on_vix = load(document(entry=condition(line({"type": "price", "of": {"type": "vix"}}))), MultilegPortfolio)
    on_future = load(document(entry=condition(line({"type": "vwap"}))), MultilegPortfolio)

    listed = {error.path: error.reason for one in (on_vix, on_future) for error in refusals(one, RULES, MASTER, DAY)}

    missing = MASTER.spot("INDIA VIX") is None or not MASTER.futures("NIFTY")
    assert bool(listed) is missing
    assert set(listed) <= {"entry.condition"}
