"""Every strike rule chooses the strike that the reference's chain makes it choose."""

import pytest

from engine.core.strikes import strike_selector
from engine.core.strikes.choice import Chosen, Impossible, NotYet
from tests.helpers.strike_world import EXPIRIES, StrikeWorld

OUT, IN = "out of the money", "in the money"


@pytest.mark.parametrize(
    ("rule", "kind", "strike"),
    [
        ({"type": "atm", "steps": 2}, "CE", 24_950),
        ({"type": "atm", "steps": -2}, "PE", 24_750),
        ({"type": "itm_otm", "where": OUT, "steps": 2}, "PE", 24_750),
        ({"type": "itm_otm", "where": OUT, "steps": 2}, "CE", 24_950),
        ({"type": "itm_otm", "where": IN, "steps": 2}, "CE", 24_750),
        ({"type": "itm_otm", "where": IN, "steps": 0}, "PE", 24_850),
        ({"type": "fixed", "strike": 25_000}, "CE", 25_000),
        ({"type": "atm_percent", "percent": "0.5"}, "CE", 24_950),
        ({"type": "atm_percent", "percent": "-0.5"}, "PE", 24_700),
        ({"type": "points", "points": 300}, "CE", 25_150),
        ({"type": "points", "points": -300}, "PE", 24_550),
        ({"type": "synthetic_atm"}, "CE", 24_850),
        ({"type": "synthetic_atm", "steps": -1}, "PE", 24_800),
    ],
)
def test_strikes_by_their_place(rule, kind, strike):
    assert StrikeWorld().strike(rule, kind) == strike


@pytest.mark.parametrize(
    ("rule", "kind", "side", "strike"),
    [
        ({"type": "closest_premium", "premium": 40}, "CE", "SELL", 25_050),
        ({"type": "closest_premium", "premium": "38.1"}, "CE", "SELL", 25_100),
        ({"type": "closest_premium", "premium": "38.1"}, "CE", "BUY", 25_050),
        ({"type": "closest_premium", "premium": 200, "side": OUT}, "CE", "SELL", 24_850),
        ({"type": "closest_premium", "premium": 20, "side": IN}, "CE", "SELL", 24_850),
        ({"type": "premium_at_least", "premium": 40}, "CE", "SELL", 25_050),
        ({"type": "premium_at_most", "premium": 40}, "CE", "SELL", 25_100),
        ({"type": "premium_range", "low": 40, "high": 60}, "CE", "SELL", 25_000),
        ({"type": "premium_range", "low": 40, "high": 60}, "CE", "BUY", 25_050),
        ({"type": "premium_percent", "percent": "0.2"}, "PE", "SELL", 24_650),
        ({"type": "straddle_percent", "percent": 40}, "PE", "SELL", 24_800),
    ],
)
def test_strikes_by_their_premium(rule, kind, side, strike):
    assert StrikeWorld().strike(rule, kind, side) == strike


@pytest.mark.parametrize(
    ("rule", "strike"),
    [
        ({"type": "delta", "delta": "0.25"}, 25_050),
        ({"type": "delta_at_least", "delta": "0.25"}, 25_050),
        ({"type": "delta_at_most", "delta": "0.25"}, 25_100),
        ({"type": "delta_range", "low": "0.15", "high": "0.3"}, 25_050),
        ({"type": "greek", "greek": "implied volatility", "value": "9.5"}, None),
        ({"type": "greek", "greek": "theta", "value": 12}, None),
        ({"type": "greek_range", "greek": "gamma", "low": "0.01"}, None),
        ({"type": "greek_range", "greek": "vega", "low": 5, "high": 12}, None),
    ],
)
def test_strikes_by_a_greek(rule, strike):
    choice = StrikeWorld().choose(rule)

    assert isinstance(choice, Chosen), choice
    if strike is not None:
        assert choice.instrument.strike == strike * 10_000, choice.why


def test_the_nearest_theta_is_the_nearest_of_all():
    world = StrikeWorld()

    far = world.strike({"type": "greek", "greek": "theta", "value": 1}, "CE")
    near = world.strike({"type": "greek", "greek": "theta", "value": 1000}, "CE")

    assert far == 25_250
    assert abs(near - 24_850) <= 100


@pytest.mark.parametrize("kind", ["CE", "PE"])
def test_a_greek_that_exists_on_both_sides_of_the_money_is_looked_for_out_of_it_unless_told_otherwise(kind):
    world = StrikeWorld()
    rule = {"type": "greek", "greek": "theta", "value": 9}
    ranged = {"type": "greek_range", "greek": "theta", "low": "8.5", "high": "9.2"}
    outward = 1 if kind == "CE" else -1

    for one in (rule, ranged):
        by_default, out, inward = (world.strike({**one, **look}, kind) for look in ({}, {"side": OUT}, {"side": IN}))

        assert by_default == out
        assert (out - 24_850) * outward > 0 > (inward - 24_850) * outward


def test_inside_a_range_a_sale_takes_the_highest_premium_and_a_purchase_the_cheapest():
    rule = {"type": "delta_range", "low": "0.1", "high": "0.4"}
    world = StrikeWorld()

    assert world.strike(rule, side="SELL") < world.strike(rule, side="BUY")


def test_a_range_that_holds_no_strike_says_what_is_nearest():
    choice = StrikeWorld().choose({"type": "premium_range", "low": 34, "high": 42})

    assert isinstance(choice, Impossible)
    assert choice.why.endswith("has premium from 34.00 to 42.00; nearest is 33.00 at 25100.00")


def test_strikes_by_open_interest():
    world = StrikeWorld()
    world.show(25_000, "CE", "57", open_interest=9_000)
    world.show(24_900, "CE", "93", open_interest=4_000)
    world.show(24_700, "PE", "60", open_interest=7_000)
    world.show(24_500, "PE", "19", open_interest=6_000)

    assert world.strike({"type": "highest_oi"}, "CE") == 25_000
    assert world.strike({"type": "highest_oi", "of": "puts"}, "CE") == 24_700
    assert world.strike({"type": "max_pain"}, "PE") == 24_850  # From 24,700 to 24,900 nothing is paid.


@pytest.mark.parametrize("rule", [{"type": "highest_oi"}, {"type": "max_pain"}])
def test_without_open_interest_there_is_nothing_to_choose_yet(rule):
    assert isinstance(StrikeWorld().choose(rule), NotYet)


def test_a_wing_counts_from_the_strike_of_its_leg():
    world = StrikeWorld()
    run = world.run(
        {"kind": "CE", "strike": {"type": "closest_premium", "premium": 60}},
        {"side": "BUY", "kind": "CE", "strike": {"type": "relative", "leg": 1, "steps": 4}},
    )

    choice = strike_selector.choose(world.state, run, run.legs[1])

    assert isinstance(choice, Chosen)
    assert choice.instrument.strike == 252_000_000
    assert choice.why.startswith("leg 1, 25000.00, +4 strikes")


def test_a_leg_matches_the_premium_of_another():
    world = StrikeWorld()
    run = world.run(
        {"kind": "CE", "strike": {"type": "atm"}}, {"kind": "PE", "strike": {"type": "match_premium", "leg": 1}}
    )

    choice = strike_selector.choose(world.state, run, run.legs[1])

    assert isinstance(choice, Chosen)
    assert choice.instrument.strike == 248_500_000  # 115 is nearest 120; the next is 138


def test_the_reference_may_be_the_nearest_future():
    world = StrikeWorld()
    world.future("24930")

    assert world.strike({"type": "atm"}, underlying_reference="future") == 24_950


def test_the_reference_may_be_the_implied_forward():
    world = StrikeWorld("24870")

    choice = world.choose({"type": "atm"}, underlying_reference="implied forward")

    assert isinstance(choice, Chosen)
    assert choice.why == "ATM; NIFTY implied 24855.00, ATM 24850.00"


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("spot", "NIFTY 25400.00, ATM"),
        ("future", "NIFTY future 25500.00, ATM"),
        ("implied forward", "NIFTY spot, as no pair of options is quoted, 25400.00, ATM"),
    ],
)
def test_the_choice_names_its_reference_and_what_stands_in_for_it(reference, words):
    world = StrikeWorld("25400")
    world.future("25500")
    world.show(25_500, "CE", "5")

    choice = world.choose({"type": "fixed", "strike": 25_500}, underlying_reference=reference)

    assert isinstance(choice, Chosen)
    assert words in choice.why


@pytest.mark.parametrize(("rounding", "strike"), [("nearest", 24_850), ("floor", 24_800), ("ceil", 24_850)])
def test_the_money_is_rounded_as_declared(rounding, strike):
    assert StrikeWorld().strike({"type": "atm"}, atm_rounding=rounding) == strike


def test_a_multiple_of_the_strike_step_uses_round_strikes_only():
    world = StrikeWorld()
    hundreds = {"strike_step_multiple": 2}

    assert world.strike({"type": "atm"}, contracts=hundreds) == 24_800
    assert world.strike({"type": "atm", "steps": 2}, contracts=hundreds) == 25_000
    assert world.strike({"type": "closest_premium", "premium": 44}, contracts=hundreds) == 25_100


def test_the_straddle_width_multiplier_moves_where_steps_count_from():
    world = StrikeWorld()
    moved = {"straddle_width_multiplier": "0.5"}

    assert world.strike({"type": "atm"}, "CE", contracts=moved) == 24_950
    assert world.strike({"type": "atm"}, "PE", contracts=moved) == 24_750
    assert world.strike({"type": "atm", "steps": 1}, "CE", contracts=moved) == 25_000


def test_far_strikes_must_be_allowed():
    world = StrikeWorld()
    far = {"type": "fixed", "strike": 26_200}
    world.show(26_200, "CE", "1")

    choice = world.choose(far)

    assert isinstance(choice, Impossible)
    assert "allows no far strikes" in choice.why
    assert world.strike(far, contracts={"allow_far": True}) == 26_200


def test_the_same_strike_as_before_is_kept_until_it_expires():
    world = StrikeWorld()
    run = world.run({"strike": {"type": "atm"}})
    locked = strike_selector.choose(world.state, run, run.legs[0])
    assert isinstance(locked, Chosen)
    previous = run.legs[0]
    assert isinstance(strike_selector.same_contract(world.state, previous), Impossible)

    previous.instrument, previous.row = locked.instrument.id, world.state.master.row(locked.instrument.id)

    kept = strike_selector.same_contract(world.state, previous)
    assert isinstance(kept, Chosen)
    assert kept.instrument == locked.instrument
    assert kept.instrument.expiry == EXPIRIES[0]


# --- guards -----------------------------------------------------------------------------------------------------------


def guards(**fields):
    return {"contracts": {"guards": fields}}


def test_a_wide_spread_is_refused_until_it_narrows():
    world = StrikeWorld()
    world.show(24_850, "CE", "120", "110", "125")

    choice = world.choose({"type": "atm"})

    assert isinstance(choice, NotYet)
    assert choice.why.startswith("the spread of ")
    assert "110.00 to 125.00, is wider than 10 % of its middle" in choice.why
    assert world.strike({"type": "atm"}, **guards(max_spread=20)) == 24_850
    assert world.strike({"type": "atm"}, **guards(max_spread="off")) == 24_850


def test_a_spread_of_a_few_ticks_always_passes():
    world = StrikeWorld()
    world.show(25_250, "CE", "0.2", "0.1", "0.3")

    assert world.strike({"type": "fixed", "strike": 25_250}) == 25_250


@pytest.mark.parametrize(("field", "column"), [("min_open_interest", "open_interest"), ("min_volume", "volume")])
def test_a_strike_nobody_trades_is_passed_over(field, column):
    world = StrikeWorld()
    world.show(25_000, "CE", "57", **{column: 650})

    assert world.strike({"type": "closest_premium", "premium": 40}, **guards(**{field: 650})) == 25_000
    assert isinstance(world.choose({"type": "fixed", "strike": 25_050}, **guards(**{field: 650})), NotYet)


def test_only_strikes_out_of_the_money_where_that_is_asked():
    world = StrikeWorld()

    assert world.strike({"type": "closest_premium", "premium": 200}, **guards(otm_only=True)) == 24_850
    assert isinstance(world.choose({"type": "atm", "steps": -1}, **guards(otm_only=True)), Impossible)


def test_strikes_beyond_the_depth_are_not_looked_at():
    world = StrikeWorld()

    assert world.strike({"type": "closest_premium", "premium": 14}, **guards(max_depth=3)) == 25_000


def test_the_nearest_strike_is_taken_where_the_guards_say_so():
    world = StrikeWorld()
    world.show(24_850, "CE", "120", "100", "140")
    nearest = guards(on_no_strike="take the nearest")

    assert world.strike({"type": "atm"}, **nearest) == 24_900
    assert world.strike({"type": "fixed", "strike": 25_033}, **nearest) == 25_050
    assert world.strike({"type": "premium_range", "low": 34, "high": 42}, **nearest) == 25_100


def test_a_leg_has_guards_of_its_own():
    world = StrikeWorld()
    world.show(24_850, "CE", "120", "110", "125")
    run = world.run({"strike": {"type": "atm"}, "guards": {"max_spread": 20}})

    assert isinstance(strike_selector.choose(world.state, run, run.legs[0]), Chosen)
