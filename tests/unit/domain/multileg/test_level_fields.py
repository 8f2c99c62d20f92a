"""What the fields of targets, stops, trails and limits may not say, each beside its own field; and old documents."""

import pytest

from engine.domain.multileg.leg import Leg
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.stop import Basis
from engine.schema.load import dump, load, problems

STOP = {"basis": "premium percent", "distance": 25}
LOCK = {"reach": 4000, "lock": 2000, "every": 1000, "by": 500}


def told(data, declaration=MultilegPortfolio):
    return {error.path: error.reason for error in problems(data, declaration)}


def whole(**fields):
    return {"name": "Test", "legs": [{"side": "SELL", "stop_loss": STOP}], **fields}


@pytest.mark.parametrize(
    ("fields", "path", "words"),
    [
        ({"stop_loss": {"distance": 0}}, "stop_loss.distance", "Distance must be above 0"),
        ({"stop_loss": {"basis": "delta", "distance": 45}}, "stop_loss.distance", "between 0 and 1"),
        ({"stop_loss": {"basis": "theta", "distance": 4}}, "stop_loss.basis", "stop of a bought one"),
        ({"side": "BUY", "target": {"basis": "theta", "distance": 4}}, "target.basis", "target of a sold leg"),
        ({"target": {"basis": "points beside the strike", "distance": 0}}, "target.basis", "targets of bought ones"),
        (
            {"side": "BUY", "stop_loss": {"basis": "points beside the strike", "distance": 0}},
            "stop_loss.basis",
            "stops of sold legs",
        ),
        (
            {"kind": "FUT", "stop_loss": {"basis": "delta", "distance": "0.5"}},
            "stop_loss.basis",
            "a future has no delta",
        ),
        (
            {"stop_loss": STOP, "trailing": {"every": 1, "by": 1, "unit": "underlying points"}},
            "trailing",
            "measured in the underlying",
        ),
        (
            {"stop_loss": {"basis": "rupees", "distance": 100}, "trailing": {"every": 1, "by": 1}},
            "trailing",
            "measured in premium",
        ),
        (
            {
                "stop_loss": {"basis": "premium price", "distance": 90},
                "target": {"basis": "premium price", "distance": 150},
            },
            "stop_loss.distance",
            "must lie above its target of 150",
        ),
        (
            {
                "side": "BUY",
                "stop_loss": {"basis": "premium price", "distance": 150},
                "target": {"basis": "premium price", "distance": 90},
            },
            "stop_loss.distance",
            "must lie below its target of 90",
        ),
        (
            {
                "kind": "PE",
                "stop_loss": {"basis": "underlying price", "distance": 25000},
                "target": {"basis": "underlying price", "distance": 24500},
            },
            "stop_loss.distance",
            "must lie below its target of 24500",
        ),
        ({"profit_lock": {**LOCK, "lock": 5000}}, "profit_lock.lock", "at most 4000"),
        ({"profit_lock": {**LOCK, "by": 2000}}, "profit_lock.by", "at most 1000"),
        ({"confirmation": {"seconds": 0}}, "confirmation.seconds", "at least 1"),
    ],
)
def test_levels_of_a_leg_that_mean_nothing_are_refused(fields, path, words):
    assert words in told(fields, Leg)[path]


@pytest.mark.parametrize(
    ("fields", "path", "words"),
    [
        ({"stop": {"type": "underlying"}}, "stop.below", "a lower bound, an upper bound, or both"),
        ({"stop": {"type": "underlying", "below": 25100, "above": 24600}}, "stop.above", "higher than Below"),
        ({"stop": {"type": "loss and range", "amount": 1}}, "stop.below", "without one it never fires"),
        (
            {"stop": {"type": "underlying", "below": 100, "unit": "percent from the entry"}},
            "stop.below",
            "under 100 percent",
        ),
        ({"stop": {"type": "loss", "amount": 0}}, "stop.amount", "above 0"),
        ({"stop_trail": {"every": 10, "by": 5}}, "stop_trail", "only a combined stop on a loss"),
        (
            {"stop": {"type": "underlying", "below": 1}, "stop_trail": {"every": 10, "by": 5}},
            "stop_trail",
            "only a combined stop on a loss",
        ),
        ({"target": {"type": "several", "steps": [{"profit": 1}]}}, "target.steps", "at least 2"),
        (
            {"target": {"type": "several", "steps": [{"profit": 2}, {"profit": 2}]}},
            "target.steps[1].profit",
            "above 2, the target before it",
        ),
        (
            {"target": {"type": "several", "steps": [{"profit": 2, "stop": 2}, {"profit": 3}]}},
            "target.steps[0].stop",
            "must be below 2",
        ),
        ({"target_delay": 5}, "target_delay", "no combined target"),
        ({"stop_wait": {"seconds": 5}}, "stop_wait", "no combined stop to wait after"),
        ({"exit": {"parts": [{"type": "time", "at": "15:15"}]}}, "exit.parts[0].at", "before Square off (15:15:00)"),
        ({"name": "\u202eevil"}, "name", "control characters"),
        ({"tag": "a\u2066b"}, "tag", "control characters"),
        (
            {
                "legs": [{"kind": "CE"}, {"kind": "PE"}],
                "range_breakout": {"sides": "high only", "entry_at": "high enters calls, low enters puts"},
            },
            "legs[1].breakout_exempt",
            "only the range's high is live",
        ),
        (
            {
                "legs": [{"side": "SELL"}, {"side": "BUY"}],
                "range_breakout": {"sides": "high only", "of": "each leg's premium"},
            },
            "legs[0].breakout_exempt",
            "no break enters this leg",
        ),
        (
            {
                "range_breakout": {
                    "of": "underlying, then each leg's premium",
                    "leg_minutes": 60,
                    "entry_end": "10:30",
                },
            },
            "range_breakout.leg_minutes",
            "would not be built before Entry end",
        ),
        (
            {"execution": {"pricing": "stop limit", "leg_order": "one by one"}},
            "execution.leg_order",
            "no order of ours",
        ),
        (
            {"execution": {"pricing": "stop limit", "slicing": {"type": "time"}}},
            "execution.slicing",
            "sleeps at one trigger",
        ),
        (
            {"legs": [{"side": "SELL"}, {"side": "BUY", "kind": "PE"}], "execution": {"pricing": "stop limit"}},
            "execution.pricing",
            "Buy legs first sells nothing",
        ),
        (
            {"legs": [{"side": "SELL"}, {"side": "BUY"}], "execution": {"pricing": "stop limit", "buy_first": False}},
            "execution.pricing",
            "be naked until then",
        ),
        (
            {
                "legs": [{"wait": {"move": -5}}],
                "execution": {"pricing": "stop limit"},
                "at_broker": {"leg_wait": True},
            },
            "legs[0].wait",
            "rests at the broker as an order of its own",
        ),
        (
            {"legs": [{"hedge_required": True}], "execution": {"pricing": "stop limit"}, "dynamic_hedge": {}},
            "legs[0].hedge_required",
            "paid for nothing",
        ),
        ({"exit": {"orders": {"pricing": "stop limit"}}}, "exit.orders.pricing", "an exit must close now"),
        ({"reexecution": {"reentry_pricing": "stop limit"}}, "reexecution.reentry_pricing", "waited for its price"),
        (
            {
                "legs": [{"on_target": ["re_enter"]}],
                "range_breakout": {"each_side_once": False},
            },
            "legs[0].on_target",
            "enters this leg again already",
        ),
        ({"stop_closes": {"rearm": 5}}, "stop_closes", "set a combined stop first"),
        (
            {"stop": {"type": "underlying", "below": 1}, "stop_closes": {"rearm": 5}},
            "stop_closes",
            "on the underlying closes all legs",
        ),
        (
            {
                "stop": {"type": "loss", "amount": 1},
                "stop_closes": {"rearm": 5},
                "on_stop": [{"type": "re_execute_portfolio"}],
            },
            "on_stop",
            "closing only some legs",
        ),
        ({"on_stop": [{"type": "re_execute_portfolio"}]}, "on_stop", "without a combined stop"),
        ({"on_target": [{"type": "re_execute_portfolio"}]}, "on_target", "without a combined target or a lock"),
        (
            {"profit_lock": LOCK, "target": {"type": "profit", "amount": 4000}},
            "profit_lock.reach",
            "below the combined target of 4000",
        ),
        (
            {
                "profit_lock": {**LOCK, "unit": "% of the margin"},
                "target": {"type": "margin", "percent": 900},
            },
            "profit_lock.reach",
            "below the combined target of 900",
        ),
        (
            {
                "profit_lock": {**LOCK, "unit": "% of the entry premium"},
                "legs": [{"side": "BUY", "kind": "FUT"}],
            },
            "profit_lock.unit",
            "futures are entered for no premium",
        ),
        ({"call_side": {}}, "call_side.max_loss", "give a Max profit or a Max loss"),
        ({"put_side": {"max_loss": 0}}, "put_side.max_loss", "above 0"),
        ({"max_daily_loss": 0}, "max_daily_loss", "above 0"),
    ],
)
def test_combined_levels_that_contradict_themselves_are_refused(fields, path, words):
    assert words in told(whole(**fields))[path]


@pytest.mark.parametrize(
    "fields",
    [
        {"stop": {"type": "loss", "amount": "4500.5"}, "stop_trail": {"every": "10", "by": "5"}},
        {"target": {"type": "premium", "distance": "30", "unit": "percent"}, "profit_lock": LOCK},
        {"move_to_cost": {"legs": "profitable legs", "buffer": "1", "not_before": 5}},
        {"legs": [{"stop_loss": STOP, "target": STOP, "trailing": {"every": "10", "by": "5", "unit": "points"}}]},
    ],
)
def test_documents_of_the_first_version_still_load(fields):
    portfolio = load(whole(**fields), MultilegPortfolio)

    assert load(dump(portfolio), MultilegPortfolio) == portfolio


@pytest.mark.parametrize("basis", list(Basis))
def test_every_measure_of_a_leg_is_given_back(basis):
    distance = "0.4" if basis is Basis.DELTA else "12.5"
    side = "BUY" if basis is Basis.THETA else "SELL"
    leg = load({"side": side, "stop_loss": {"basis": basis.value, "distance": distance}}, Leg)

    assert load(dump(leg), Leg) == leg


@pytest.mark.parametrize(
    "rule",
    [
        {"type": "premium level", "level": "310"},
        {"type": "underlying", "below": "24600", "above": "25100"},
        {"type": "loss and range", "amount": "3000", "above": "25100"},
        {"type": "delta", "delta": "120"},
        {"type": "theta", "theta": "400"},
        {"type": "margin", "percent": "2"},
    ],
)
def test_every_combined_stop_is_given_back(rule):
    portfolio = load(whole(stop=rule, stop_wait={"seconds": 5, "at_once_beyond": "1.5"}), MultilegPortfolio)

    assert load(dump(portfolio), MultilegPortfolio) == portfolio


@pytest.mark.parametrize(
    ("side", "kind", "basis", "stop", "target"),
    [
        ("SELL", "CE", "premium price", 150, 90),
        ("BUY", "PE", "premium price", 90, 150),
        ("SELL", "CE", "underlying price", 25_000, 24_500),
        ("SELL", "PE", "underlying price", 24_500, 25_000),
        ("BUY", "PE", "underlying price", 25_000, 24_500),
    ],
)
def test_a_stop_and_a_target_on_their_own_sides_are_taken(side, kind, basis, stop, target):
    levels = {"stop_loss": {"basis": basis, "distance": stop}, "target": {"basis": basis, "distance": target}}

    assert told({"side": side, "kind": kind, **levels}, Leg) == {}


def test_a_positional_portfolio_may_close_a_part_after_its_square_off_time():
    schedule = {"positional": {}}
    fields = {"exit": {"parts": [{"type": "time", "at": "15:20"}]}, "execution": {"product": "NRML"}}

    assert told(whole(schedule=schedule, **fields)) == {}
